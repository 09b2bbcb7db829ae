"""What a script gives its variables, where, and where it looks at them, as its own shell sees it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Case,
    Command,
    Function,
    If,
    Loop,
    Parameter,
    Redirected,
    Script,
    Statement,
    Word,
)
from ..flow.constructs import DECLARERS, chain, lists, name_of, parts, words
from ..flow.writes import reckoned, settings, written_by
from ..model import Span
from ..source.regex import regex

_SOURCES = frozenset({"source", ".", "eval"})
_LOCAL = frozenset({"local", "declare", "typeset"})
_TESTS = frozenset({"[", "[[", "test"})
_TOOLS = ("/nvm.sh", "/os-release", "/bin/activate", "/.cargo/env")
"""Files that are sourced for what they do to PATH or say of the system."""
SHOWS = frozenset({"echo", "printf", "rm", ":", "true"})
"""Commands that do not tell an empty word from another, or are asked about."""
_RECKONED = regex(r"[A-Za-z_]\w*|(?<=\$)[\d#@*]|(?<=\$\{)[\d#@*]")
_ENOUGH = 2
"""Places kept of all where a function looks at a variable: one may be the command asked about."""


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
    nounset: bool = False
    given: dict[str, list[Given]] = {}
    looks: dict[tuple[str, str | None], list[Span]] = {}
    """Where a function (None: any) may look at a variable; `$#`, `$@` and `$*` count as variables."""
    aliases: dict[str, list[Given]] = {}
    """By a variable's name, the assignments that take its value and nothing else."""
    loads: Span | None = None
    """Where unknown code is first run in this shell, or names are declared that are not written."""
    renumbered: set[str] = set()
    """The functions in which arguments have other numbers later."""
    exported: set[str] = set()
    """Names that other shells see; `*` for all."""


def level(script: Script) -> Level:
    """What a script gives its variables, and where it looks at them."""
    found = Level(script, "nounset" in script.options)
    every = list(_statements(script))
    own = {statement.name for statement, _, _ in every if isinstance(statement, Function)}
    for statement, function, loop in every:
        for one in _given(statement, function, loop):
            found.given.setdefault(one.name, []).append(one)
            part = one.word.parts[0] if one.word is not None and len(one.word.parts) == 1 else None
            if isinstance(part, Parameter):
                found.aliases.setdefault(part.name, []).append(one)
        for name, span in _looks(statement, own):
            for key in ((name, function), (name, None)):
                places = found.looks.setdefault(key, [])
                if len(places) < _ENOUGH and span not in places:
                    places.append(span)
        if isinstance(statement, Command):
            _note(found, statement, function)
    return found


def is_local(here: Level, name: str, function: str) -> bool:
    """Whether the name is an argument or a variable of the function's own."""
    given = here.given.get(name, ())
    return name.isdigit() or any(one.local and one.function == function for one in given)


def is_nothing(given: Given) -> bool:
    """Whether it leaves the variable empty."""
    return given.kind == "unset" or (
        given.kind == "=" and given.word is not None and given.word.literal == ""
    )


def within(inner: Span, outer: Span) -> bool:
    """Whether one stretch lies inside another."""
    first = (outer.line, outer.column) <= (inner.line, inner.column)
    return first and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def uses(word: Word) -> set[str]:
    """The names of the parameters in a word."""
    if word.literal is not None:
        return set()
    return {part.name for part in parts(word) if isinstance(part, Parameter)}


# ── values ───────────────────────────────────────────────────────────────────────────────────────


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
    match statement:
        case Command():
            name = name_of(statement)
            if not statement.words or name in DECLARERS:
                local = name in _LOCAL and bool(function)
                for one in statement.assignments:
                    bare = one.value is None and not one.elements
                    kind = "+=" if one.append else "unset" if bare else "="
                    yield Given(one.name, one.value, kind, one.span, function, loop, local)
            for written in written_by(statement):
                yield Given(written, None, name or "", statement.span, function, loop)
        case Loop() if statement.variable:
            yield Given(statement.variable, None, "for", statement.span, function, loop)
        case Arithmetic():
            for written in reckoned(statement.raw):
                yield Given(written, None, "((", statement.span, function, loop)
        case _:
            pass
    for word in words(statement):
        for part in parts(word) if word.literal is None else ():
            if isinstance(part, Parameter) and part.operator in ("=", ":="):
                yield Given(part.name, part.operand, "default", word.span, function, loop)


# ── looks ────────────────────────────────────────────────────────────────────────────────────────


def _looks(statement: Statement, own: set[str]) -> Iterator[tuple[str, Span]]:
    """The variables that a statement may ask for their value, and where."""
    for word in words(statement):
        for part in parts(word) if word.literal is None else ():
            if isinstance(part, Parameter) and part.operator in (":?", "?", ":+", "+"):
                yield part.name, statement.span
    asked: list[Statement] = []
    match statement:
        case Command():
            name = name_of(statement)
            if name in _TESTS or name in own:
                yield from _named(statement.words, statement.span, literal=name in own)
        case Case():
            yield from _named((statement.word,), statement.span)
        case Arithmetic():
            for found in _RECKONED.findall(statement.raw):
                yield found, statement.span
        case If():
            asked = [s for branch in statement.branches for s in branch.condition]
        case Loop():
            asked = list(statement.condition)
            for word in statement.words or ():
                if word.literal is not None:
                    yield word.literal, statement.span
        case AndOr():
            asked = [link for _, link in chain(statement)[:-1]]
        case _:
            pass
    for one in asked:
        body = one.body if isinstance(one, Redirected) else one
        if isinstance(body, Command) and name_of(body) not in SHOWS:
            yield from _named(body.words, body.span)


def _named(
    given: tuple[Word, ...], span: Span, *, literal: bool = False
) -> Iterator[tuple[str, Span]]:
    for word in given:
        if literal and word.literal is not None:
            yield word.literal, span
        for name in uses(word):
            yield name, span


def _note(found: Level, command: Command, function: str) -> None:
    """What a command does to the shell as a whole."""
    name = name_of(command)
    if name == "set":
        changes = settings(command)
        given = [word.literal for word in command.words[1:]]
        found.nounset = found.nounset or ("-nounset", "on") in changes
        if "--" in given or None in given:
            found.renumbered.add(function)
        if any((word or "-")[:1] == "-" and "a" in (word or "") for word in given):
            found.exported.add("*")
    elif name == "shift":
        found.renumbered.add(function)
    elif name in _SOURCES:
        known = any(w.raw.strip("\"'").endswith(_TOOLS) for w in command.words[1:2])
        found.loads = found.loads or (None if known else command.span)
    elif name in DECLARERS or name == "read":
        if any(word.literal is None for word in command.words):
            found.loads = found.loads or command.span
        if name == "export" or any(w.raw[:1] == "-" and "x" in w.raw for w in command.words[1:2]):
            found.exported |= {word.literal or "" for word in command.words[1:]}
            found.exported |= {assignment.name for assignment in command.assignments}
