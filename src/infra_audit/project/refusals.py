"""Values that a script refuses: checks of a variable whose failure ends the script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Case,
    Command,
    Function,
    Group,
    If,
    Literal,
    Opaque,
    Parameter,
    Pipeline,
    Statement,
    Word,
)
from ..flow.constructs import name_of
from ..model import Span
from ..source.regex import regex
from .types import Act

_POSITIVE = frozenset({"==", "=", "=~"})
_MOST_STARS = 2
_NESTED = regex(r"\)[*+]")
"""A repeated group, which may repeat what repeats in it: never tried, as it may take for ever."""
_PLAIN_REGEX = regex(r"[\w^$./:@?+|()\[\]\\*-]+")


class Refusal(Struct, frozen=True):
    """A check of a variable; `refuses` tells of a value whether the script ends there."""

    variable: str
    refuses: Callable[[str], bool]
    shown: str
    span: Span


def refusals(act: Act) -> Iterator[Refusal]:
    """The checks of a script that always happen: none inside of other conditions."""
    ends = {f.name for f in act.behaviour.functions if f.never_returns}
    called = {f.name for f in act.behaviour.functions if f.called}
    stack = list(reversed(act.script.statements))
    while stack:
        statement = stack.pop()
        match statement:
            case Function() if statement.name in called:
                stack.append(statement.body)
            case Group():
                stack.extend(reversed(statement.body))
            case If() if len(statement.branches) == 1 and statement.otherwise is None:
                branch = statement.branches[0]
                if _ends(branch.body, ends) and len(branch.condition) == 1:
                    yield from _of_condition(branch.condition[0], branch.condition[0].span)
            case AndOr():
                if _ends((statement.right,), ends):
                    yield from _of_condition(
                        statement.left, statement.left.span, negated=statement.operator == "||"
                    )
            case Case():
                yield from _of_case(statement, ends)
            case _:
                pass


def _ends(body: tuple[Statement, ...], ends: set[str]) -> bool:
    """Whether a list ends the script and reports a failure."""
    last = body[-1] if body else None
    if isinstance(last, Group):
        return _ends(last.body, ends)
    if not isinstance(last, Command):
        return False
    if name_of(last) == "exit":
        return len(last.words) > 1 and (last.words[1].literal or "0") not in ("0", "")
    return name_of(last) in ends


def _of_condition(condition: Statement, span: Span, *, negated: bool = False) -> Iterator[Refusal]:
    """What a condition says of a variable: it refuses what makes it true, negated what makes it false."""
    if isinstance(condition, Pipeline):
        negated = negated != condition.negated
        commands = condition.commands
        if len(commands) == 1:
            yield from _of_condition(commands[0], span, negated=negated)
        elif len(commands) == 2:
            yield from _of_grep(commands[0], commands[1], span, negated)
    elif isinstance(condition, Command) and name_of(condition) in ("[", "[[", "test"):
        words = list(condition.words[1:])
        if words and words[-1].literal in ("]", "]]"):
            words.pop()
        if words and words[0].literal == "!":
            words.pop(0)
            negated = not negated
        if len(words) == 3:
            yield from _of_test(words, name_of(condition) == "[[", span, negated)


def _of_test(words: list[Word], extended: bool, span: Span, negated: bool) -> Iterator[Refusal]:
    variable, operator = _variable(words[0]), words[1].literal
    if variable is None or operator is None:
        return
    if operator == "!=":
        negated, operator = not negated, "=="
    if operator not in _POSITIVE:
        return
    accepts = _regular(words[2].raw) if operator == "=~" else _pattern(words[2], extended)
    if accepts is not None and accepts("") is False:
        yield _refusal(variable, accepts, negated, words[2].raw, span)


def _refusal(
    variable: str, accepts: Callable[[str], bool], negated: bool, raw: str, span: Span
) -> Refusal:
    return Refusal(
        variable,
        (lambda value: not accepts(value)) if negated else accepts,
        f"{'anything but' if negated else ''} {raw.strip(chr(34) + chr(39))}".strip(),
        span,
    )


def _variable(word: Word) -> str | None:
    """The variable that a word is, also one with an empty default."""
    if len(word.parts) != 1 or not isinstance(word.parts[0], Parameter):
        return None
    part = word.parts[0]
    empty = part.operand is None or part.operand.literal == ""
    return (
        part.name
        if part.operator in ("", "-", ":-") and empty and part.name.isidentifier()
        else None
    )


def _pattern(word: Word, extended: bool) -> Callable[[str], bool] | None:
    """What a word of a comparison matches; None for what is not literal."""
    if word.literal is not None:
        text = word.literal
        return lambda value: value == text
    if not extended or not all(
        isinstance(p, Literal) or (isinstance(p, Opaque) and p.kind == "glob") for p in word.parts
    ):
        return None
    glob = "".join(p.text if isinstance(p, Literal) else getattr(p, "raw", "") for p in word.parts)
    if glob.count("*") > _MOST_STARS:
        return None
    return lambda value: fnmatchcase(value[:500], glob)


def _regular(raw: str) -> Callable[[str], bool] | None:
    """What an extended regular expression finds; None for one that Python may read otherwise."""
    text = raw.strip("\"'")
    several = text.count("*") + text.count("+") > _MOST_STARS
    if not _PLAIN_REGEX.fullmatch(text) or several or _NESTED.search(text):
        return None
    try:
        compiled = re.compile(text)
    except re.error:
        return None
    return lambda value: compiled.search(value[:500]) is not None


def _of_grep(left: Statement, right: Statement, span: Span, negated: bool) -> Iterator[Refusal]:
    """`echo "$V" | grep -q pattern`."""
    if not (isinstance(left, Command) and isinstance(right, Command)):
        return
    if name_of(left) not in ("echo", "printf") or name_of(right) not in ("grep", "egrep"):
        return
    given = [w for w in right.words[1:] if not (w.literal or "").startswith("-")]
    options = "".join(w.literal or "" for w in right.words[1:] if (w.literal or "").startswith("-"))
    variable = _variable(left.words[-1])
    if variable is None or len(given) != 1 or "v" in options or "i" in options:
        return
    text = given[0].raw.strip("\"'")
    if "E" not in options and name_of(right) == "grep" and re.search(r"[+?|()\\]", text):
        return
    accepts = _regular(text)
    if accepts is not None and accepts("") is False:
        yield _refusal(variable, accepts, negated, given[0].raw, span)


def _of_case(statement: Case, ends: set[str]) -> Iterator[Refusal]:
    """`case "$V" in postgres*) … ;; *) exit 1 ;; esac`: refuses what the last clause alone takes."""
    variable = _variable(statement.word)
    if variable is None or len(statement.clauses) < 2:
        return
    *taken, last = statement.clauses
    if [w.raw for w in last.patterns] != ["*"] or not _ends(last.body, ends):
        return
    accepts = [_pattern(w, extended=True) for clause in taken for w in clause.patterns]
    known = [a for a in accepts if a is not None]
    if len(known) == len(accepts) and not any(_ends(clause.body, ends) for clause in taken):
        shown = " or ".join(w.raw for clause in taken for w in clause.patterns)
        yield _refusal(
            variable, lambda value: any(a(value) for a in known), True, shown, statement.word.span
        )
