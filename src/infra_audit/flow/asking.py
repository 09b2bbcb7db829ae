"""Whether the status before a list matters to it: where it does not, standings fall together."""

from __future__ import annotations

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Case,
    Command,
    Group,
    If,
    Loop,
    Pipeline,
    Redirected,
    Statement,
    Subshell,
)
from .constructs import chain
from .explorer import Explorer
from .standing import Standing

_STATUS_READERS = frozenset({"exit", "return", "command", "builtin", "eval", "source", ".", "exec"})
"""Builtins that may look at the status before them."""


def shared_start(found: Explorer, body: tuple[Statement, ...], standing: Standing) -> Standing:
    """The standing without its status, where nothing of the body may ask for it."""
    if standing[0] == 0 or asks(found, body):
        return standing
    return (0, *standing[1:])


def asks(found: Explorer, body: tuple[Statement, ...]) -> bool:
    """Whether the status before a list may matter to it."""
    if not body:
        return True
    known = found.asking.get(id(body[0]))
    if known is None:
        known = found.asking[id(body[0])] = _asks_first(found, body[0])
    return known


def _asks_first(found: Explorer, statement: Statement) -> bool:
    while True:
        if id(statement) in found.survey.asking:
            return True
        match statement:
            case Command():
                name = statement.words[0].literal if statement.words else ":"
                return name is None or name in _STATUS_READERS or name in found.named
            case If() if statement.branches[0].condition:
                statement = statement.branches[0].condition[0]
            case AndOr():
                statement = chain(statement)[0][1]
            case Pipeline() if statement.commands:
                statement = statement.commands[0]
            case Group() | Subshell() if statement.body:
                statement = statement.body[0]
            case Redirected():
                statement = statement.body
            case Loop() if statement.kind in {"while", "until"} and statement.condition:
                statement = statement.condition[0]
            case Loop() if "?" not in statement.header and statement.body:
                statement = statement.body[0]
            case Case():
                return any(asks(found, clause.body) for clause in statement.clauses if clause.body)
            case Arithmetic():
                return "?" in statement.raw
            case _:
                return True
