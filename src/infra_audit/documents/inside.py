"""Documents inside scripts: the systemd units that a heredoc writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from ..source.regex import regex
from ..source.text import Text
from .facts import UnitFile
from .shell.syntax import (
    AndOr,
    Background,
    Case,
    Command,
    Function,
    Group,
    Heredoc,
    If,
    Loop,
    Pipeline,
    Redirected,
    Script,
    Statement,
    Subshell,
    Word,
)

_UNIT = regex(r"^[ \t]*\[(?:Service|Timer)\]", re.MULTILINE)
_NAME = regex(r"([\w@.${}-]+\.(?:service|timer))[\"']?$")


def inside(script: Script, text: Text) -> Iterator[UnitFile]:
    """The units that a script writes, with spans in the script; named by the file written."""
    for words, heredoc in _heredocs(script.statements):
        found = _UNIT.search(heredoc.content)
        if found is None:
            continue
        from .systemd import parse

        start = text.offset(heredoc.span.line, heredoc.span.column)
        end = text.offset(heredoc.span.end_line, heredoc.span.end_column)
        unit = parse(text.slice(start, end))
        name = next((hit[1] for word in words if (hit := _NAME.search(word.raw))), "")
        kind = name.rpartition(".")[2] or ("timer" if "[Timer]" in heredoc.content else "service")
        yield replace(unit, name=name, kind=kind, problems=())


def _heredocs(statements: tuple[Statement, ...]) -> Iterator[tuple[tuple[Word, ...], Heredoc]]:
    """Every heredoc with the words of its command and its redirections' targets."""
    stack: list[tuple[Statement, tuple[Word, ...]]] = [(s, ()) for s in reversed(statements)]
    while stack:
        statement, around = stack.pop()
        if isinstance(statement, Command | Redirected):
            words = statement.words if isinstance(statement, Command) else ()
            targets = tuple(r.target for r in statement.redirects if r.target is not None)
            for redirect in statement.redirects:
                if redirect.heredoc is not None:
                    yield (*words, *targets, *around), redirect.heredoc
        stack.extend(_parts(statement))


def _parts(statement: Statement) -> list[tuple[Statement, tuple[Word, ...]]]:
    match statement:
        case Pipeline():
            words = [w for c in statement.commands if isinstance(c, Command) for w in c.words]
            return [(c, tuple(words)) for c in statement.commands]
        case AndOr():
            parts: list[Statement] = [statement.right, statement.left]
        case Background() | Redirected() | Function():
            parts = [statement.body]
        case Group() | Subshell() | Loop():
            parts = list(statement.body)
        case If():
            parts = [s for b in statement.branches for s in (*b.condition, *b.body)]
            parts += statement.otherwise or ()
        case Case():
            parts = [s for clause in statement.clauses for s in clause.body]
        case _:
            parts = []
    return [(part, ()) for part in reversed(parts)]
