"""Files of environment variables: `.env` and its kin."""

from __future__ import annotations

import re

from ..model import Problem
from ..source.regex import regex
from ..source.text import BOM, Text
from .facts import Dotenv, Entry, Value


def parse(text: Text) -> Dotenv:
    """The variables that `text` sets. Lines that set nothing are passed over."""
    content = text.content
    entries: list[Entry] = []
    garbage: list[tuple[int, int]] = []
    known: dict[str, str | None] = {}
    at = len(BOM) if content.startswith(BOM) else 0
    while at < len(content):
        entry, end = _entry(text, at, known)
        if entry:
            entries.append(entry)
            known[entry.name] = _likely(entry.value)
        elif not _NOTHING.match(content, at):
            garbage.append((at, end))
        at = end + 1
    return Dotenv(
        path=text.path,
        span=text.span(0, len(content)),
        entries=tuple(entries),
        problems=_problems(text, garbage, len(entries)),
    )


_NOTHING = regex(r"[^\S\n]*(?:#|\r?$)", re.MULTILINE)
_NAME = regex(
    r"[^\S\n]*(?:export[^\S\n]+)?([A-Za-z_][\w.-]*)[^\S\n]*(=[^\S\n]*|(?=\r?$|\r?\Z))",
    re.MULTILINE | re.ASCII,
)
_QUOTED = {
    '"': regex(r'"((?:[^"\\]|\\.)*)"[^\S\n]*(?:#[^\n]*)?$', re.MULTILINE | re.DOTALL),
    "'": regex(r"'([^']*)'[^\S\n]*(?:#[^\n]*)?$", re.MULTILINE),
    "`": regex(r"`([^`]*)`[^\S\n]*(?:#[^\n]*)?$", re.MULTILINE),
}
_REFERENCE = regex(r"(?<!\\)\$(?:\w|\{)|\{\{|<%")
_FILLED = regex(r"(?<!\\)\$(?:\{(\w+)(?::?-([^{}$]*))?\}|(\w+))")
_ESCAPE = regex(r"\\(.)", re.DOTALL)
_COMMENT = regex(r"(?:^|\s)#.*")
_LONGEST = 1000
"""What variables may fill a value up to: each could double the one before."""
_SHORT = {"n": "\n", "r": "\r", "t": "\t"}


def _entry(text: Text, at: int, known: dict[str, str | None]) -> tuple[Entry | None, int]:
    """The variable that the line at `at` sets, and where its last line ends."""
    content = text.content
    end = _line_end(content, at)
    name = _NAME.match(content, at)
    if not name:
        return None, end
    value, end = _value(text, name.end(), end, known) if name[2] else (None, end)
    return Entry(name[1], value, text.span(*name.span(1))), end


def _value(text: Text, at: int, end: int, known: dict[str, str | None]) -> tuple[Value, int]:
    content = text.content
    quote = content[at : at + 1]
    quoted = _QUOTED[quote].match(content, at) if quote in _QUOTED else None
    if quoted:
        end = quoted.end()
        stop = quoted.end(1) + 1
        literal = _literal(quoted[1].replace("\r\n", "\n"), quote)
    else:
        stop = at + len(_COMMENT.sub("", content[at:end]).rstrip())
        literal = _literal(content[at:stop], "")
    raw = content[at:stop]
    inner = raw[1:-1] if quoted else raw
    default = _default(inner, known) if literal is None else None
    return Value(literal, raw, text.span(at, stop), default), end


def _literal(value: str, quote: str) -> str | None:
    """The value that a reader would give; None where it would put in another variable."""
    if quote != "'" and _REFERENCE.search(value):
        return None
    if quote != '"':
        return value
    return _ESCAPE.sub(lambda found: _SHORT.get(found[1], found[1]), value)


def _likely(value: Value | None) -> str | None:
    if value is None:
        return None
    return value.default if value.literal is None else value.literal


def _default(value: str, known: dict[str, str | None]) -> str | None:
    """The value with what `${X:-x}` falls back to, and what the file itself sets before."""

    def filled(found: re.Match[str]) -> str:
        name, fallback, plain = found.groups()
        here = known.get(name or plain)
        if here is not None:
            return here
        return found[0] if fallback is None else fallback.strip("\"'")

    value = _FILLED.sub(filled, value)
    return None if len(value) > _LONGEST or _REFERENCE.search(value) else value


def _line_end(content: str, at: int) -> int:
    end = content.find("\n", at)
    return len(content) if end < 0 else end


def _problems(text: Text, garbage: list[tuple[int, int]], good: int) -> tuple[Problem, ...]:
    if len(garbage) <= good:
        return ()
    return (Problem(text.location(*garbage[0]), "hardly a line sets a variable"),)
