"""What a loop may change, so that nothing of it is taken for known."""

from __future__ import annotations

from ..documents.shell.syntax import (
    Arithmetic,
    Command,
    Loop,
    Opaque,
    Parameter,
    Part,
    Statement,
    Unknown,
)
from .constructs import DECLARERS, lists, name_of, parts, words
from .scene import Walk
from .writes import moved_by, reckoned, written_by


def touched(walk: Walk, loop: Loop) -> tuple[set[str], bool]:
    """The names that a loop may give values, and whether it calls what may give others theirs."""
    names = {loop.variable, *reckoned(loop.header)}
    calls = False
    stack: list[Statement] = [loop]
    while stack:
        statement = stack.pop()
        if id(statement) in walk.survey.expanding:
            names.update(n for w in words(statement) for p in parts(w) for n in _of_part(p))
        match statement:
            case Loop():
                names.add(statement.variable)
            case Arithmetic():
                names.update(reckoned(statement.raw))
            case Command():
                name = name_of(statement)
                names.update(_of_command(statement, name))
                calls = calls or name is None or name in walk.survey.impure
            case Unknown():
                names.update(walk.state.values)
            case _:
                pass
        for inside, _ in lists(statement):
            stack.extend(inside)
    return names - {""}, calls


def _of_part(part: Part) -> list[str]:
    match part:
        case Parameter() if part.operator in {"=", ":="}:
            return [part.name]
        case Opaque() if part.kind == "arithmetic":
            return reckoned(part.raw)
        case _:
            return []


def _of_command(command: Command, name: str | None) -> list[str]:
    names = [*written_by(command), *moved_by(command, name or "")]
    if not command.words or name in DECLARERS:
        names += [assignment.name for assignment in command.assignments]
    if name in DECLARERS:
        names += [word.literal or "" for word in command.words[1:]]
    return names
