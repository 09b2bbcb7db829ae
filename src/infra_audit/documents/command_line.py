"""A command written as one string, split as compose splits it: quotes and escapes, but no shell.

Source: compose-go's `types/command.go`, which leaves it to github.com/mattn/go-shellwords.
"""

from __future__ import annotations

import re

from ..source.regex import regex

Words = list[tuple[str, int, int]]
"""Each word with the offsets at which it is written, quotes included."""

_SPACES = " \t\r\n"
_PLAIN = regex(r"[^ \t\r\n\\\"'`()$;&|<>]+")
_SINGLE = regex(r"'([^']*)'")
_BACKQUOTED = regex(r"`[^`]*`")
_DOUBLE = regex(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SUBSTITUTION = regex(r"\$\([^)]*\)")
_ESCAPE = regex(r"\\(.)", re.DOTALL)


def words(content: str) -> Words | None:
    """The words up to the first of `;&|<>`, where compose stops; None where it refuses."""
    out: Words = []
    buffer: list[str] = []
    at = start = 0
    while at < len(content) and content[at] not in ";&|<>":
        if content[at] in _SPACES:
            if start < at:
                out.append(("".join(buffer), start, at))
                buffer = []
            start = at = at + 1
            continue
        part, at = _part(content, at)
        if part is None:
            return None
        buffer.append(part)
    if start < at and not (content[at : at + 1] == ">" and "".join(buffer).isdigit()):
        out.append(("".join(buffer), start, at))
    return out


def _part(content: str, at: int) -> tuple[str | None, int]:
    """One quoted, escaped or plain stretch of a word, and where it ends."""
    match content[at]:
        case "'":
            found = _SINGLE.match(content, at)
            return (found[1], found.end()) if found else (None, at)
        case '"':
            found = _DOUBLE.match(content, at)
            return (_unescaped(found[1]), found.end()) if found else (None, at)
        case "\\":
            found = _ESCAPE.match(content, at)
            return (_character(found), found.end()) if found else (None, at)
        case "`":
            found = _BACKQUOTED.match(content, at)
            return (found[0], found.end()) if found else (None, at)
        case "$":
            found = _SUBSTITUTION.match(content, at)
            return (found[0], found.end()) if found else ("$", at + 1)
        case "(" | ")":
            return None, at
    found = _PLAIN.match(content, at)
    return (found[0], found.end()) if found else (content[at], at + 1)


def _unescaped(quoted: str) -> str:
    return _ESCAPE.sub(_character, quoted)


def _character(escape: re.Match[str]) -> str:
    return {"t": "\t", "n": "\n"}.get(escape[1], escape[1])
