"""Documents inside scripts: the units and the configurations that a heredoc writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from ..source.regex import regex
from ..source.text import Text
from .facts import Hosting, ProxyFile, UnitFile
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
    Parameter,
    Pipeline,
    Redirected,
    Script,
    Statement,
    Subshell,
    Word,
)

MARKS = (b"[Service]", b"[Timer]", b"proxy_pass", b"server_name", b"Caddyfile", b"[program:")
"""What stands in the bytes of a script that may write such a document."""

_UNIT = regex(r"^[ \t]*\[(?:Service|Timer)\]", re.MULTILINE)
_NAME = regex(r"([\w@.${}-]+\.(?:service|timer))[\"']?$")
_NGINX = regex(r"^[ \t]*(?:server[ \t]*\{|upstream[ \t]+[^\s{]+[ \t]*\{)", re.MULTILINE)
_CADDY = regex(r"(?:^|/)Caddyfile[\w.-]*[\"']?$|\.caddy[\"']?$")
_PROGRAM = regex(r"^\[program:", re.MULTILINE)
_PATH = regex(r"/|\.conf\b")


def inside(script: Script, text: Text) -> Iterator[UnitFile | ProxyFile | Hosting]:
    """The documents that a script writes, with spans in the script; named by the file written."""
    for words, heredoc in _heredocs(script.statements):
        caddy = next((word for word in words if _CADDY.search(word.raw)), None)
        if _UNIT.search(heredoc.content):
            yield _unit(_unescaped(heredoc, text), words, heredoc, script)
        elif _NGINX.search(heredoc.content):
            from .nginx import parse as nginx

            name = next((word.raw for word in words if _PATH.search(word.raw)), "")
            found = nginx(_stretch(heredoc, text), expanded=not heredoc.quoted, name=name)
            yield replace(found, problems=())
        elif _PROGRAM.search(heredoc.content):
            from .supervisor import parse as supervisor

            yield supervisor(_stretch(heredoc, text))
        elif caddy is not None:
            from .caddy import parse as caddyfile

            found = caddyfile(_stretch(heredoc, text), expanded=not heredoc.quoted, name=caddy.raw)
            yield replace(found, problems=())


def _stretch(heredoc: Heredoc, text: Text) -> Text:
    start = text.offset(heredoc.span.line, heredoc.span.column)
    end = text.offset(heredoc.span.end_line, heredoc.span.end_column)
    return text.slice(start, end)


def _unescaped(heredoc: Heredoc, text: Text) -> Text:
    """What a heredoc writes: where its delimiter is not quoted, the shell takes a backslash before `$` away."""
    stretch = _stretch(heredoc, text)
    if heredoc.quoted or "\\" not in stretch.content:
        return stretch
    out: list[str] = []
    segments: list[tuple[int, int]] = [(0, 0)]
    length = at = 0
    for found in _ESCAPED.finditer(stretch.content):
        out.append(stretch.content[at : found.start()])
        length += found.start() - at
        at = found.start() + 1
        segments.append((length, at))
    out.append(stretch.content[at:])
    return stretch.piece("".join(out), tuple(segments))


_ESCAPED = regex(r"\\[$`\\]")


def _unit(text: Text, words: tuple[Word, ...], heredoc: Heredoc, script: Script) -> UnitFile:
    from .systemd import parse

    unit = parse(text)
    written = (name for w in words for raw in (w.raw, _held(w, script)) for name in _named(raw))
    name = next(written, "")
    kind = name.rpartition(".")[2] or ("timer" if "[Timer]" in heredoc.content else "service")
    return replace(unit, name=name, kind=kind, problems=())


def _named(raw: str) -> Iterator[str]:
    found = _NAME.search(raw)
    if found:
        yield found[1]


def _held(word: Word, script: Script) -> str:
    """What the variable holds that a word is, as written; '' where it is none or is given several values."""
    part = word.parts[0] if len(word.parts) == 1 else None
    if not isinstance(part, Parameter) or part.operator:
        return ""
    stack = list(script.statements)
    given: list[str] = []
    while stack:
        statement = stack.pop()
        if isinstance(statement, Command):
            given += [
                each.value.raw if each.value is not None and not each.append else ""
                for each in statement.assignments
                if each.name == part.name
            ]
        stack.extend(inner for inner, _ in _parts(statement))
    return given[0] if len(given) == 1 else ""


def _heredocs(statements: tuple[Statement, ...]) -> Iterator[tuple[tuple[Word, ...], Heredoc]]:
    """Every heredoc with the words of its command and its redirections' targets.

    One that is handed to a shell is a script, and those in it are told instead.
    """
    stack: list[tuple[Statement, tuple[Word, ...]]] = [(s, ()) for s in reversed(statements)]
    while stack:
        statement, around = stack.pop()
        handed = statement.scripts if isinstance(statement, Command) else ()
        stack.extend((inner, ()) for script in handed for inner in reversed(script.statements))
        if isinstance(statement, (Command, Redirected)) and not handed:
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
