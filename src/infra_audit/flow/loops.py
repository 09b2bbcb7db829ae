"""What a loop may change, so that nothing of it is taken for known."""

from __future__ import annotations

from msgspec import Struct

from ..documents.shell.syntax import (
    Arithmetic,
    Command,
    Loop,
    Opaque,
    Parameter,
    Part,
    Redirected,
    Statement,
    Unknown,
)
from .constructs import lists, name_of, parts, plainly, words
from .scene import Walk
from .state import ANY
from .writes import SHIFTING, expanding, moved_by, reckoned, written_by


class Touched(Struct):
    """What a loop may do to the shell."""

    names: set[str]
    """The names that it may give values."""
    calls: bool = False
    """Whether it calls what may give others theirs."""
    unseen: bool = False
    """Whether it runs code that is not seen."""


def touched(walk: Walk, loop: Loop) -> Touched:
    """What may change while a loop goes round."""
    found = Touched({loop.variable, *reckoned(loop.header)})
    stack: list[Statement] = [loop]
    while stack:
        statement = stack.pop()
        if id(statement) in walk.survey.expanding:
            found.names.update(n for w in words(statement) for p in parts(w) for n in _of_part(p))
            if isinstance(statement, (Command, Redirected)):
                found.names.update(n for r in statement.redirects for n in expanding(r.heredoc))
        match statement:
            case Loop():
                found.names |= {statement.variable, *reckoned(statement.header)}
            case Arithmetic():
                found.names.update(reckoned(statement.raw))
            case Command():
                _read(walk, statement, found)
            case Unknown():
                found.names.update(walk.state.values)
            case _:
                pass
        for inside, _ in lists(statement):
            stack.extend(inside)
    found.names -= {""}
    if found.calls and ANY in walk.state.shared:
        found.names.add(ANY)
    return found


def _of_part(part: Part) -> list[str]:
    match part:
        case Parameter() if part.operator in {"=", ":="}:
            return [part.name]
        case Parameter() if part.operator == ":" and part.operand is not None:
            return reckoned(part.operand.raw)
        case Opaque() if part.kind == "arithmetic":
            return reckoned(part.raw)
        case _:
            return []


def _read(walk: Walk, command: Command, found: Touched) -> None:
    facts = walk.survey
    plain = plainly(command)
    name = name_of(plain)
    found.names.update(written_by(plain), moved_by(plain, name or ""))
    for assignment in command.assignments:
        bare, _, subscript = assignment.name.partition("[")
        found.names |= {bare, *reckoned(subscript)}
    if name is None:
        part = plain.words[0].parts[0] if plain.words and plain.words[0].parts else None
        told = facts.told.get(part.name, ()) if isinstance(part, Parameter) else ()
        found.unseen |= not SHIFTING.isdisjoint({each for each in told if each})
    found.unseen |= name in {"eval", "source", "."} or name in facts.doubtful
    found.unseen |= name in facts.renamed
    found.calls |= name is None or name in facts.impure
