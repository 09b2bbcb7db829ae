"""How the value of a YAML scalar lies in its file: which stretch of it stands where.

Source: YAML 1.1, chapter 9, as libyaml reads it; its line breaks are CR, LF, CRLF, NEL, LS and PS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..source.regex import regex

Segments = tuple[tuple[int, int], ...]
"""Pairs of an offset in the value and the offset in the file where that stretch begins."""

_BREAKS = "\r\n\x85\u2028\u2029"
_BLANKS = " \t"
_LINE = regex(rf"([^{_BREAKS}]*)(?:\r\n|[{_BREAKS}]|\Z)")
_SINGLE = regex(rf"''|[ \t]+|\r\n|[{_BREAKS}]|[^' \t{_BREAKS}]+")
_DOUBLE = regex(
    rf"\\(?:x..|u....|U........|\r\n|.)|[ \t]+|\r\n|[{_BREAKS}]|[^\\ \t{_BREAKS}]+", re.DOTALL
)


def segments(content: str, start: int, end: int, style: str, value: str) -> Segments:
    """Where the stretches of `value` stand, for the scalar from `start` to `end` of `content`.

    The offsets take in the quotes or the `|`, but no tag or anchor.
    """
    if style in {"|", ">"}:
        return _block(content, start, end, value)
    if style:
        start, end = start + 1, end - 1
    if content[start:end] == value:
        return ((0, start),)
    if style:
        return _quoted(content, start, end, value, _DOUBLE if style == '"' else _SINGLE)
    return _aligned(
        content,
        (
            (at + len(line) - len(line.lstrip(_BLANKS)), line.strip(_BLANKS))
            for at, line in _lines(content, start, end)
        ),
        value,
        start,
    )


def _lines(content: str, start: int, end: int) -> Iterable[tuple[int, str]]:
    """Each line without its break, and where it begins."""
    return ((m.start(), m[1]) for m in _LINE.finditer(content, start, end))


def _block(content: str, start: int, end: int, value: str) -> Segments:
    header = _LINE.match(content, start, end)
    body = header.end() if header else end
    # The first line with text shows the indentation, whatever the header says of it.
    shown = _margin(_lines(content, body, end))
    indent = max(shown - _margin(_lines(value, 0, len(value))), 0)
    dedented = ((at + indent, line[indent:]) for at, line in _lines(content, body, end))
    return _aligned(content, dedented, value, body)


def _margin(lines: Iterable[tuple[int, str]]) -> int:
    """The spaces before the first line's text."""
    for _, line in lines:
        if text := line.lstrip(" "):
            return len(line) - len(text)
    return 0


def _aligned(content: str, lines: Iterable[tuple[int, str]], value: str, start: int) -> Segments:
    """The lines found again in the value, where breaks or one space stand between them."""
    out = [(0, start)]
    at = 0
    first = True
    for place, line in lines:
        if not line:
            continue
        gap = at
        while at < len(value) and value[at] in _BREAKS:
            at += 1
        if at == gap and not first:
            at += 1
        if not value.startswith(line, at):
            return ((0, start),)
        out.append((at, place))
        at += len(line)
        if at < len(value) and content.startswith("\r\n", place + len(line)):
            # The value's one break is the LF, so that spans end where they would without a CR.
            out.append((at, place + len(line) + 1))
        first = False
    return tuple(out[1:] if len(out) > 1 and out[1][0] == 0 else out)


def _quoted(content: str, start: int, end: int, value: str, pattern: re.Pattern[str]) -> Segments:
    """Blanks around a break go, one break is a space, each further one stays, an escaped joins."""
    out = [(0, start)]
    at = blanks = breaks = 0
    joined = False
    for match in pattern.finditer(content, start, end):
        written = match[0]
        if written[0] in _BLANKS:
            blanks = len(written)
        elif written[0] in _BREAKS:
            blanks = 0
            breaks += 1
        elif written[0] == "\\" and pattern is _DOUBLE and written[1] in _BREAKS:
            at += _folded(breaks, joined=joined) if breaks else blanks
            breaks, blanks, joined = 1, 0, True
        else:
            at += _folded(breaks, joined=joined) if breaks else blanks
            if breaks:
                out.append((at, match.start()))
            breaks, blanks, joined = 0, 0, False
            if written == "''" if pattern is _SINGLE else written[0] == "\\":
                out.append((at, match.start()))
                at += 1
                out.append((at, match.end()))
            else:
                at += len(written)
    at += _folded(breaks, joined=joined) if breaks else blanks
    return tuple(out) if at == len(value) else ((0, start),)


def _folded(breaks: int, *, joined: bool) -> int:
    """How many characters of the value a run of breaks is."""
    return breaks - 1 if joined or breaks > 1 else 1
