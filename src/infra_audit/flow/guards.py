"""Conditions as guards: what is known to hold where a command has succeeded or failed."""

from __future__ import annotations

import re
from itertools import pairwise

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Command,
    Group,
    Pipeline,
    Redirected,
    Statement,
    Word,
)
from ..source.regex import regex
from .behaviour import Guard
from .constructs import chain
from .line import line, shared
from .state import State, shown, value

_BRACKETS = {"[": "]", "[[": "]]"}
_ROOT_IS = regex(r"(?:EUID|UID|id\s+-ru|id\s+-u|id\s+-u\w?|whoami|USER|LOGNAME|id\s+-un)\b")
_EQUAL = frozenset({"=", "==", "-eq"})
_UNEQUAL = frozenset({"!=", "-ne", "-gt"})
_ROOT_VALUES = frozenset({"0", "root"})


def guards(state: State, condition: tuple[Statement, ...], *, holds: bool) -> tuple[Guard, ...]:
    """What is known where the condition has succeeded (`holds`) or failed."""
    return _guards(state, condition[-1], holds=holds) if condition else ()


def _guards(state: State, statement: Statement, *, holds: bool) -> tuple[Guard, ...]:
    match statement:
        case Pipeline():
            if len(statement.commands) == 1:
                return _guards(state, statement.commands[0], holds=holds != statement.negated)
            return _guards(state, statement.commands[-1], holds=holds != statement.negated)
        case Group():
            return guards(state, statement.body, holds=holds)
        case Redirected():
            return _guards(state, statement.body, holds=holds)
        case AndOr():
            return _of_chain(state, statement, holds=holds)
        case Arithmetic():
            return (Guard("arithmetic", not holds, (statement.raw,), statement.span),)
        case Command():
            return _of_command(state, statement, holds=holds)
        case _:
            return ()


def _of_chain(state: State, statement: AndOr, *, holds: bool) -> tuple[Guard, ...]:
    """`a && b` that holds says both, `a || b` that does not denies both; otherwise nothing."""
    links = chain(statement)
    wanted = "&&" if holds else "||"
    if any(operator not in {"", wanted} for operator, _ in links):
        return ()
    return tuple(g for _, link in links for g in _guards(state, link, holds=holds))


def _of_command(state: State, command: Command, *, holds: bool) -> tuple[Guard, ...]:
    if not command.words:
        return ()
    closer = _BRACKETS.get(command.words[0].literal or "")
    if closer is not None:
        texts = [_text(state, word) for word in command.words]
        inside = texts[1:-1] if command.words[-1].literal == closer else texts[1:]
        return _of_test(inside, command, holds=holds)
    whole = line(state, command.words)
    name, rest = whole.name, whole.given[whole.at + 1 :]
    if name == "test":
        return _of_test([_text(state, word) for word in command.words[1:]], command, holds=holds)
    if name in {"command", "type", "which", "hash"} and rest:
        named = tuple(t for t in rest if t is None or not t.startswith("-"))
        return (Guard("command -v", not holds, shared(named), command.span),)
    if not name:
        return ()
    return (Guard(name, not holds, shared(tuple(rest)), command.span),)


def _of_test(words: list[str | None], command: Command, *, holds: bool) -> tuple[Guard, ...]:
    junctions: set[str | None] = {word for word in words if word in {"&&", "||", "-a", "-o"}}
    if junctions:
        if junctions <= ({"&&", "-a"} if holds else {"||", "-o"}) and "(" not in words:
            return tuple(
                guard
                for group in _split(words, junctions)
                for guard in _of_test(group, command, holds=holds)
            )
        return ()
    nots = next((n for n, word in enumerate(words) if word != "!"), len(words))
    words = words[nots:]
    holds = holds == (nots % 2 == 0)
    return (Guard("test", not holds, shared(tuple(words)), command.span),) if words else ()


def _split(words: list[str | None], at: set[str | None]) -> list[list[str | None]]:
    groups: list[list[str | None]] = [[]]
    for word in words:
        if word in at:
            groups.append([])
        else:
            groups[-1].append(word)
    return groups


def _text(state: State, word: Word) -> str | None:
    found = value(state, word)
    return None if found is None else shown(found.text)


def root_demanded(condition: tuple[Statement, ...], *, holds: bool) -> bool:
    """Whether only root gets past a condition that has succeeded (`holds`) or failed."""
    for guard_holds, words in _comparisons(condition, holds=holds):
        text = " ".join(words)
        if not _ROOT_IS.search(text):
            continue
        if words and words[0].startswith("(("):
            inner = text.strip("()! ")
            if re.fullmatch(r"\$?\{?E?UID\}?\s*(==|!=|>)?\s*0?", inner):
                equal = "==" in inner
                return equal if guard_holds else not equal
            continue
        for operator, other in pairwise(words[1:]):
            if other.strip("\"'") in _ROOT_VALUES:
                if operator in _EQUAL:
                    return guard_holds
                if operator in _UNEQUAL:
                    return not guard_holds
    return False


def _comparisons(
    condition: tuple[Statement, ...], *, holds: bool
) -> list[tuple[bool, tuple[str, ...]]]:
    """The raw tests that are decided by a condition, each with how it came out."""
    found: list[tuple[bool, tuple[str, ...]]] = []
    stack: list[tuple[Statement, bool]] = [(s, holds) for s in condition[-1:]]
    while stack:
        statement, yes = stack.pop()
        match statement:
            case Pipeline() if len(statement.commands) == 1:
                stack.append((statement.commands[0], yes != statement.negated))
            case AndOr():
                wanted = "&&" if yes else "||"
                links = chain(statement)
                if all(operator in {"", wanted} for operator, _ in links):
                    stack.extend((link, yes) for _, link in links)
            case Arithmetic():
                found.append((yes, (statement.raw,)))
            case Command():
                words = tuple(word.raw for word in statement.words)
                if words and words[0] in {"[", "[[", "test"}:
                    inner = words[1:-1] if words[0] != "test" else words[1:]
                    if inner[:1] == ("!",):
                        inner, yes = inner[1:], not yes
                    if not set(inner) & {"&&", "||", "-a", "-o"}:
                        found.append((yes, inner))
            case _:
                pass
    return found
