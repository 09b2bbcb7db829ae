"""Caddyfiles as directives, from their text alone: no `import` is followed.

Source: Caddy's documentation of Caddyfile concepts, as of 2.8: a line is a directive, a brace at its end
opens a block, and a file without braces is the one site whose addresses stand in its first line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..model import Problem
from ..source.regex import regex
from ..source.text import BOM, Text
from .facts import Directive, ProxyFile, Value

_DEEPEST = 30
_MOST = 20_000

_TOKEN = regex(
    r"""(?P<end>\n)|\\\r?\n|[^\S\n]+|\#[^\n]*"""
    r"""|(?P<quoted>"(?:[^"\\]|\\.)*+"|`[^`]*+`)|(?P<word>\S(?:\\[^\n]|[^\s\\])*+)""",
)
_PLACEHOLDER = regex(r"\{\$?[\w.:/<>~*-]+\}|\{\{|\{%")


class _Word(Struct, frozen=True):
    value: Value
    start: int
    end: int
    quoted: bool = False


class _Open(Struct):
    """A block that is being read: its heading and what stands in it."""

    heading: list[_Word]
    inside: list[Directive]


def parse(text: Text, *, expanded: bool = False, name: str = "") -> ProxyFile:
    """The configuration that `text` is. What is wrong with its braces is told once."""
    stack = [_Open([], [])]
    problems: list[Problem] = []
    count = 0
    bare: list[_Word] | None = None
    for line in _lines(text, expanded=expanded):
        count += 1
        if count > _MOST:
            break
        opens = _is(line[-1], "{")
        if _is(line[0], "}") and len(stack) > 1:
            _close(text, stack)
            line = line[1:]  # noqa: PLW2901 (`} else {` is not of this language, but is read)
        elif _is(line[0], "}"):
            problems.append(_told(text, line[0], "this brace closes nothing"))
            continue
        if not line:
            continue
        if opens:
            stack.append(_Open(line[:-1], []))
        elif len(stack) == 1 and bare is None and not stack[0].inside and not _is_named(line[0]):
            bare = line
        else:
            _add(text, stack, line, None)
    while len(stack) > 1:
        problems += [_told(text, w, "this block is never closed") for w in stack[-1].heading[:1]]
        _close(text, stack)
    if bare is not None:
        inside = tuple(stack[0].inside)
        stack[0].inside = []
        _add(text, stack, bare, inside)
    return ProxyFile(
        path=text.path,
        span=text.span(0, len(text.content)),
        proxy="caddy",
        name=name,
        expanded=expanded,
        directives=tuple(stack[0].inside),
        problems=tuple(problems[:1]),
    )


def _lines(text: Text, *, expanded: bool) -> Iterator[list[_Word]]:
    """The words of each line that has some; a line ends at its opening brace too."""
    line: list[_Word] = []
    start = len(BOM) if text.content.startswith(BOM) else 0
    for token in _TOKEN.finditer(text.content, start):
        if token["end"] is not None:
            if line:
                yield line
            line = []
        elif token["word"] is not None or token["quoted"] is not None:
            line.append(_word(text, token, expanded=expanded))
    if line:
        yield line


def _word(text: Text, token: re.Match[str], *, expanded: bool) -> _Word:
    start, end = token.span()
    quoted = token["quoted"] is not None
    inner = (start + 1, end - 1) if quoted else (start, end)
    raw = text.content[slice(*inner)]
    unknown = _PLACEHOLDER.search(raw) or (expanded and ("$" in raw or "`" in raw))
    return _Word(Value(None if unknown else raw, raw, text.span(*inner)), start, end, quoted)


def _is(word: _Word, mark: str) -> bool:
    return not word.quoted and word.value.raw == mark


def _is_named(word: _Word) -> bool:
    """Whether a line at the top is `import …`, which may stand beside sites."""
    return _is(word, "import")


def _add(
    text: Text, stack: list[_Open], line: list[_Word], block: tuple[Directive, ...] | None
) -> None:
    if len(stack) > _DEEPEST:
        return
    span = text.span(line[0].start, line[-1].end) if line else text.span(0, 0)
    name = line[0].value.raw if line else ""
    arguments = tuple(word.value for word in line[1:])
    stack[-1].inside.append(Directive(name, arguments, span, block))


def _close(text: Text, stack: list[_Open]) -> None:
    done = stack.pop()
    _add(text, stack, done.heading, tuple(done.inside))


def _told(text: Text, word: _Word, message: str) -> Problem:
    return Problem(text.location(word.start, word.end), f"not a Caddyfile: {message}")
