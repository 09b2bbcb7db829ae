"""What a script gives its variables, and where, as its own shell sees it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ..documents.shell.syntax import (
    Arithmetic,
    Command,
    Function,
    Loop,
    Parameter,
    Script,
    Statement,
    Word,
)
from ..flow.behaviour import Run
from ..flow.constructs import DECLARERS, lists, name_of, parts, words
from ..flow.writes import reckoned, settings, written_by
from ..model import Span

_SOURCES = frozenset({"source", ".", "eval"})
_LOCAL = frozenset({"local", "declare", "typeset"})
_TOOLS = ("/nvm.sh", "/os-release", "/bin/activate", "/.cargo/env")
"""Files that are sourced for what they do to PATH or say of the system."""


class Given(Struct, frozen=True):
    """One place that gives a variable a value; `word` is None where it is not an assignment's."""

    name: str
    word: Word | None
    kind: str
    """`=`, or the command or construct that gives it."""
    span: Span
    function: str
    loop: Loop | None
    """The loop around it."""
    local: bool = False


class Level(Struct):
    """One script as its own shell sees it, without those that it hands to other shells."""

    script: Script
    statements: list[tuple[Statement, str, Loop | None]]
    """Each with the function and the loop that it stands in."""
    given: dict[str, list[Given]]
    nounset: bool


def level(script: Script) -> Level:
    """What a script gives its variables, and where."""
    every = list(_statements(script))
    given: dict[str, list[Given]] = {}
    for statement, function, loop in every:
        for one in _given(statement, function, loop):
            given.setdefault(one.name, []).append(one)
    commands = [s for s, _, _ in every if isinstance(s, Command)]
    sets = [o for c in commands if name_of(c) == "set" for o in settings(c)]
    nounset = "nounset" in script.options or any(o == ("-nounset", "on") for o in sets)
    return Level(script, every, given, nounset)


def sources(here: Level, run: Run) -> bool:
    """Whether unknown code may have given a variable a value, or looked at it, before the run."""
    return any(
        isinstance(statement, Command)
        and (_loads(statement) or _declares_unknown(statement))
        and (bool(run.function) or statement.span <= run.span)
        for statement, _, _ in here.statements
    )


def _loads(command: Command) -> bool:
    known = any(word.raw.strip("\"'").endswith(_TOOLS) for word in command.words[1:2])
    return name_of(command) in _SOURCES and not known


def _declares_unknown(command: Command) -> bool:
    """Whether it declares names that are not written out: `export $(xargs < .env)`."""
    return name_of(command) in DECLARERS | {"read"} and any(
        w.literal is None for w in command.words
    )


def is_local(here: Level, name: str, function: str) -> bool:
    """Whether the name is an argument or a variable of the function's own."""
    own = (one for one in here.given.get(name, ()) if one.function == function)
    return name.isdigit() or any(one.local for one in own)


def is_nothing(given: Given) -> bool:
    """Whether it leaves the variable empty."""
    return given.kind == "unset" or (
        given.kind == "=" and given.word is not None and given.word.literal == ""
    )


def within(inner: Span, outer: Span) -> bool:
    """Whether one stretch lies inside another."""
    first = (outer.line, outer.column) <= (inner.line, inner.column)
    return first and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _statements(script: Script) -> Iterator[tuple[Statement, str, Loop | None]]:
    stack: list[tuple[Statement, str, Loop | None]]
    stack = [(statement, "", None) for statement in reversed(script.statements)]
    while stack:
        statement, function, loop = stack.pop()
        yield statement, function, loop
        if isinstance(statement, Function):
            function = statement.name
        elif isinstance(statement, Loop):
            loop = statement
        for body, _ in reversed(list(lists(statement))):
            stack.extend((inner, function, loop) for inner in reversed(body))


def _given(statement: Statement, function: str, loop: Loop | None) -> Iterator[Given]:
    def one(name: str, kind: str, span: Span, word: Word | None = None) -> Given:
        return Given(name, word, kind, span, function, loop)

    match statement:
        case Command():
            if not statement.words or name_of(statement) in DECLARERS:
                for assignment in statement.assignments:
                    bare = assignment.value is None and not assignment.elements
                    kind = "+=" if assignment.append else "unset" if bare else "="
                    local = name_of(statement) in _LOCAL
                    given = one(assignment.name, kind, assignment.span, assignment.value)
                    yield replace(given, local=local and bool(function))
            for name in written_by(statement):
                yield one(name, name_of(statement) or "", statement.span)
        case Loop() if statement.variable:
            yield one(statement.variable, "for", statement.span)
        case Arithmetic():
            for name in reckoned(statement.raw):
                yield one(name, "((", statement.span)
        case _:
            pass
    for word in words(statement):
        for part in parts(word):
            if isinstance(part, Parameter) and part.operator in ("=", ":="):
                yield one(part.name, "default", word.span, part.operand)
