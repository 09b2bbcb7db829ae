"""Functions that run what they are given: `compose() { docker compose -f prod.yaml "$@"; }`."""

from __future__ import annotations

from ..documents.shell.syntax import (
    Command,
    Function,
    Group,
    If,
    Literal,
    Parameter,
    Statement,
    Word,
)
from ..model import Span
from ..source.regex import regex
from .constructs import name_of, parts
from .facts import Survey, sure

_TALKS = regex(r"echo|printf|:|(?:log|info|say|step|msg|note|debug|print)(?:[_-]\w+)?")
"""What may stand before the command: it only says what is about to run."""
_ALL = frozenset({'"$@"', '"${@}"'})
_COMPOSE = (("docker", "compose"), ("docker-compose",))
_DEEPEST = 3
"""How many such functions are looked through."""


def passed_on(
    found: Survey, command: Command, context: str
) -> tuple[tuple[Word, ...], tuple[int, ...] | range]:
    """The words of the command that a call comes to, and the number of the written word of each."""
    words: tuple[Word, ...] = command.words
    origins: tuple[int, ...] | range = range(len(words))
    for _ in range(_DEEPEST):
        name = words[0].literal if words else None
        if name is None or name not in found.definitions:
            break
        function = sure(found, name, command.span, context)
        if function is not None and name not in found.passing:
            found.passing[name] = _before(function)
        before = found.passing[name] if function else _agreed(found, name, command.span)
        if before is None:
            break
        words = (*before, *words[1:])
        origins = (*([origins[0]] * len(before)), *origins[1:])
    return (words, origins) if words else (command.words, range(len(command.words)))


def _agreed(found: Survey, name: str, at: Span) -> tuple[Word, ...] | None:
    """What stands before the arguments where each definition before a call runs compose, new or old."""
    functions = [definition.function for definition in found.definitions[name]]
    hidden = name in found.renamed or any(place <= at for place in found.doubted)
    if len(functions) < 2 or hidden or any(function.span >= at for function in functions):
        return None
    told = {
        None if words is None else tuple([word.literal for word in words]): words
        for words in map(_before, functions)
    }
    return (
        next((told[each] for each in _COMPOSE if each in told), None)
        if told.keys() <= {*_COMPOSE}
        else None
    )


def _before(function: Function) -> tuple[Word, ...] | None:
    """The words behind which a function runs all its arguments, if that is what it is for."""
    if not isinstance(function.body, Group):
        return None
    *talk, last = function.body.body
    if any(not _is_talk(statement) for statement in talk):
        return None
    if isinstance(last, If):
        return _either(last)
    return _of_command(last)


def _is_talk(statement: Statement) -> bool:
    return isinstance(statement, Command) and bool(_TALKS.fullmatch(name_of(statement) or ""))


def _of_command(statement: Statement) -> tuple[Word, ...] | None:
    if not isinstance(statement, Command) or statement.assignments or not statement.words:
        return None
    *before, last = statement.words
    if last.raw not in _ALL or any(_is_positional(word) for word in before):
        return None
    return tuple(before)


def _is_positional(word: Word) -> bool:
    """Whether a word is for one of the function's own arguments, or hides what it is for."""
    if word.literal is not None:
        return False
    return any(
        not isinstance(part, Parameter) or part.name in "@*#" or part.name.isdigit()
        for part in parts(word)
        if not isinstance(part, Literal)
    )


def _either(statement: If) -> tuple[Word, ...] | None:
    """What stands before the arguments where each branch runs compose, new or old."""
    bodies = [*(branch.body for branch in statement.branches), statement.otherwise or ()]
    found = [_of_command(body[0]) if len(body) == 1 else None for body in bodies]
    told = {None if f is None else tuple([word.literal for word in f]) for f in found}
    return found[0] if told <= {*_COMPOSE} else None
