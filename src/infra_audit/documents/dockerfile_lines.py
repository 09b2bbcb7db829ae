"""The instructions of a Dockerfile as lines: continuations joined, comments dropped, heredocs read.

Follows BuildKit's `frontend/dockerfile/parser`: what reaches the shell is the joined line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..source.regex import regex
from ..source.text import BOM, Text

Chunk = tuple[int, int]
"""A stretch of the file, the end exclusive."""


class Heredoc(Struct, frozen=True):
    """The lines between `<<name` and `name`; without an end, all that is left of the file."""

    opening: Chunk
    """Of the word `<<name`, in the line's joined text."""
    name: str
    body: tuple[Chunk, ...]
    closing: tuple[Chunk, ...]
    """The line that ends it; empty where none does."""


class Line(Struct, frozen=True):
    """An instruction: its keyword in capitals, its stretch of the file, and its joined text."""

    keyword: str
    start: int
    end: int
    joined: Text
    argument: int
    """Where the argument begins in `joined`."""
    chunks: tuple[Chunk, ...]
    """What `joined` is made of."""
    heredocs: tuple[Heredoc, ...]


def escape_character(text: Text) -> str:
    r"""What the directive `# escape=` sets: a backslash or, for Windows, a backquote."""
    for start, end in _physical(text.content, _first(text)):
        found = _DIRECTIVE.match(text.content, start, end)
        if not found:
            break
        if found[1].lower() == "escape":
            return "`" if found[2] == "`" else "\\"
    return "\\"


def lines(text: Text, escape: str) -> Iterator[Line]:
    """The instructions of the file in order."""
    content = text.content
    physical = iter(_physical(content, _first(text)))
    for start, end in physical:
        if _is_blank_or_comment(content, start, end):
            continue
        chunks = list(_continued(content, (start, end), physical, escape))
        joined = text.gathered(chunks)
        head = _HEAD.match(joined.content)
        keyword = head[1] if head else ""
        keyword = keyword.upper() if keyword.isascii() else keyword  # `ß` would grow
        argument = head.end() if head else 0
        last = chunks[-1][1]
        heredocs: list[Heredoc] = []
        if keyword in _WITH_HEREDOC and "<<" in joined.content:
            for opening in _openings(joined.content, argument, escape):
                heredocs.append(_heredoc(content, joined.content, opening, physical))
                parts = heredocs[-1].closing or heredocs[-1].body
                last = parts[-1][1] if parts else last
        begin = chunks[0][0] + (head.start(1) if head else 0)
        yield Line(
            keyword=keyword,
            start=begin,
            end=begin + len(content[begin:last].rstrip()),
            joined=joined,
            argument=argument,
            chunks=tuple(chunks),
            heredocs=tuple(heredocs),
        )


def opening(line: Line, heredoc: Heredoc) -> str:
    """The word that opens a heredoc, as written."""
    return line.joined.content[slice(*heredoc.opening)]


_DIRECTIVE = regex(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(\S.*?)\s*$")
_HEAD = regex(r"\s*(\S+)\s*")
_HEREDOC = regex(r"[0-9]*<<(-?)([^<]+)")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD", "ONBUILD"})


def _first(text: Text) -> int:
    return len(BOM) if text.content.startswith(BOM) else 0


def _physical(content: str, at: int) -> Iterator[Chunk]:
    """The lines of the file with their ends."""
    while at < len(content):
        end = content.find("\n", at) + 1 or len(content)
        yield at, end
        at = end


def _is_blank_or_comment(content: str, start: int, end: int) -> bool:
    return content[start:end].lstrip()[:1] in {"", "#"}


def _continued(
    content: str, line: Chunk, following: Iterator[Chunk], escape: str
) -> Iterator[Chunk]:
    """The parts of one instruction: the lines without escape characters, ends and comments."""
    start, end = line
    while True:
        stop = start + len(content[start:end].rstrip())
        goes_on = (
            content[stop - 1 : stop] == escape
            and stop > start
            and (stop - 2 < start or content[stop - 2] != escape)
        )
        if not goes_on:
            yield start, max(stop, start)
            return
        yield start, stop - 1
        for start, end in following:
            if not _is_blank_or_comment(content, start, end):
                break
        else:
            return


def _openings(joined: str, at: int, escape: str) -> Iterator[Chunk]:
    """The words that open a heredoc."""
    for start, end in split(joined, at, escape):
        if _HEREDOC.fullmatch(joined, start, end):
            yield start, end


def split(content: str, at: int, escape: str) -> list[Chunk]:
    """The words of `content` from `at` on; quotes and escapes keep blanks inside a word."""
    found: list[Chunk] = []
    start = -1
    quote = ""
    end = len(content)
    while at < end:
        here = content[at]
        if here == escape and quote != "'":
            start = at if start < 0 else start
            at += 1
        elif quote:
            quote = "" if here == quote else quote
        elif here.isspace():
            if start >= 0:
                found.append((start, at))
            start = -1
        else:
            start = at if start < 0 else start
            quote = here if here in {"'", '"'} else ""
        at += 1
    if start >= 0:
        found.append((start, end))
    return found


def _heredoc(content: str, joined: str, opening: Chunk, following: Iterator[Chunk]) -> Heredoc:
    found = _HEREDOC.fullmatch(joined, *opening)
    tabs = bool(found and found[1])
    name = re.sub(r"[\"'\\]", "", found[2]) if found else ""
    body: list[Chunk] = []
    for start, end in following:
        begin = start
        while tabs and content[begin : begin + 1] == "\t":
            begin += 1
        line = content[begin:end].rstrip("\r\n")
        parts = _without_return(content, begin, end)
        if line == name:
            return Heredoc(opening, name, tuple(body), tuple(parts))
        body += parts
    return Heredoc(opening, name, tuple(body), ())


def _without_return(content: str, start: int, end: int) -> list[Chunk]:
    if content[end - 2 : end] == "\r\n" and end - 2 >= start:
        return [(start, end - 2), (end - 1, end)]
    return [(start, end)]
