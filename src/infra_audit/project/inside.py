"""What stands inside a script: its statements, and the scripts that it hands to other shells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from msgspec.structs import replace

from ..documents.shell.syntax import (
    AndOr,
    Background,
    Command,
    Function,
    Handing,
    Pipeline,
    Redirected,
    Script,
    Statement,
)
from ..flow.behaviour import Run
from ..flow.constructs import lists, substitutions
from ..model import Span
from ..source.regex import regex

_T = TypeVar("_T")


_WALKED: dict[tuple[str, int], tuple[Script, tuple[Any, ...]]] = {}
"""What was listed of scripts, by their identity; the script is kept, so that it stays its own."""


def forget() -> None:
    """Drop what was listed of the scripts of another project."""
    _WALKED.clear()


def _once(what: str, script: Script, listed: Callable[[Script], Iterator[_T]]) -> tuple[_T, ...]:
    """What a walk through a script lists: many rules ask for the same."""
    key = (what, id(script))
    known = _WALKED.get(key)
    if known is None:
        known = _WALKED[key] = (script, tuple(listed(script)))
    return known[1]


def statements(script: Script) -> tuple[Statement, ...]:
    """Every statement of a script and of those that it hands on, outer ones first."""
    return _once("statements", script, _statements)


def _statements(script: Script) -> Iterator[Statement]:
    stack = list(reversed(script.statements))
    while stack:
        statement = stack.pop()
        yield statement
        if isinstance(statement, Command):
            if type(statement) is Handing:
                for inner in statement.scripts:
                    stack.extend(reversed(inner.statements))
            for substitution in substitutions(statement):
                stack.extend(reversed(substitution.body))
            continue
        for substitution in substitutions(statement):
            stack.extend(reversed(substitution.body))
        for body, _ in lists(statement):
            stack.extend(reversed(body))


def under(statement: Statement) -> Iterator[Statement]:
    """A statement and all that stand in its lists."""
    stack = [statement]
    while stack:
        inner = stack.pop()
        yield inner
        for body, _ in lists(inner):
            stack.extend(body)


def scripts(script: Script) -> tuple[Script, ...]:
    """A script and all that it hands to other shells, outer ones first."""
    if not any(type(s) is Handing for s in statements(script)):
        return (script,)
    return _once("scripts", script, _scripts)


def _scripts(script: Script) -> Iterator[Script]:
    stack = [script]
    while stack:
        outer = stack.pop()
        yield outer
        within: list[Statement] = list(outer.statements)
        while within:
            statement = within.pop()
            for substitution in substitutions(statement):
                within.extend(substitution.body)
            if isinstance(statement, Command):
                stack.extend(statement.scripts)
                continue
            for body, _ in lists(statement):
                within.extend(body)


def bodies(script: Script) -> tuple[tuple[Statement, ...], ...]:
    """Every list of statements that run one after the other, in a script and in those it hands on."""
    return _once("bodies", script, _bodies)


def _bodies(script: Script) -> Iterator[tuple[Statement, ...]]:
    for inner in scripts(script):
        stack = [inner.statements]
        while stack:
            body = stack.pop()
            yield body
            within = list(body)
            while within:
                statement = within.pop()
                stack.extend(s.body for s in substitutions(statement))
                for inside, _ in lists(statement):
                    if isinstance(statement, AndOr | Pipeline | Redirected | Background | Function):
                        within.extend(inside)
                    else:
                        stack.append(inside)


def commands(script: Script) -> dict[Span, Command]:
    """The commands of a script by their places."""
    return {s.span: s for s in statements(script) if isinstance(s, Command)}


def contains(outer: Span, inner: Span) -> bool:
    """Whether a span lies within another."""
    return (outer.line, outer.column) <= (inner.line, inner.column) and (
        inner.end_line,
        inner.end_column,
    ) <= (outer.end_line, outer.end_column)


_SUDO = regex(r'"?\$\{?(?:_?(?:sudo|SUDO)(?:_?(?:cmd|CMD|PREFIX))?|as_root|AS_ROOT)\}?"?')


def lifted(run: Run) -> Run:
    """The run behind a variable that holds `sudo` or nothing, as in `$SUDO systemctl restart shop`."""
    if run.name or len(run.words) < 2 or not run.arguments or not _SUDO.fullmatch(run.words[0].raw):
        return run
    return replace(
        run,
        name=run.arguments[0] or "",
        arguments=run.arguments[1:],
        paths=run.paths[1:],
        words=run.words[1:],
        about=replace(run.about, prefixes=(*run.prefixes, "sudo")),
    )


def linked(statement: Statement) -> list[Command]:
    """The commands of a link: itself, or those of its pipeline."""
    match statement:
        case Command():
            return [statement]
        case Redirected():
            return linked(statement.body)
        case Pipeline():
            return [c for part in statement.commands for c in linked(part)]
        case _:
            return []
