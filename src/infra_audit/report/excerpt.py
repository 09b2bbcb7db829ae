"""Excerpts: the lines of a place with their numbers, and marks under what is meant."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from ..model import Location, Span
from .secrets import masked
from .visible import cells

Lines = Callable[[str], list[str]]
"""The lines of a path; none where it cannot be read."""

_HEAD, _TAIL = 2, 1
"""How many lines of a long stretch are shown at its beginning and its end."""


_LONGEST = 10_000
"""A longer line is shown in part only, and not looked through for secrets."""


class Row(Struct, frozen=True):
    """One line of an excerpt; `number` is None where lines are left out."""

    number: int | None
    text: str
    marks: str
    """Blanks and marks below the text, '' for none."""


def lines_of(source: Callable[[str], str | None]) -> Lines:
    """Look up lines by path; each file is split once."""
    known: dict[str, list[str]] = {}

    def lines(path: str) -> list[str]:
        if path not in known:
            content = source(path)
            known[path] = [] if content is None else content.split("\n")
        return known[path]

    return lines


def excerpt(location: Location, lines: Lines, width: int, mark: str = "^") -> list[Row]:
    """The rows of a place, cut to `width` columns; none where the file has no such lines."""
    span = location.span
    written = lines(location.path)
    last = _last_line(span)
    if not 1 <= span.line <= len(written):
        return []
    last = min(last, len(written))
    numbers = range(span.line, last + 1)
    if len(numbers) <= _HEAD + _TAIL + 1:
        return [_row(n, written[n - 1], span, width, mark) for n in numbers]
    head = [_row(n, written[n - 1], span, width, mark) for n in numbers[:_HEAD]]
    tail = [_row(n, written[n - 1], span, width, mark) for n in numbers[-_TAIL:]]
    left_out = len(numbers) - _HEAD - _TAIL
    return [*head, Row(None, f"… {left_out} more lines", ""), *tail]


def _last_line(span: Span) -> int:
    """A span that ends before the first column of a line does not touch that line."""
    ends_above = span.end_column == 1 and span.end_line > span.line
    return span.end_line - 1 if ends_above else max(span.end_line, span.line)


def _row(number: int, line: str, span: Span, width: int, mark: str) -> Row:
    line = line.removesuffix("\r")
    if len(line) < _LONGEST:
        line = masked(line)
    start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
    end = span.end_column - 1 if number == span.end_line else len(line)
    start = min(start, len(line))
    end = min(max(end, start), len(line))
    text, marks = _window(line, start, end, max(width, 20), mark)
    return Row(number, text, marks.rstrip() if line.strip() or number == span.line else "")


def _window(line: str, start: int, end: int, width: int, mark: str) -> tuple[str, str]:
    """The part of `line` around `start` that fits, and the marks under `start` to `end`."""
    first = _first(line, start, width)
    shown, marks, used = ("…", " ", 1) if first else ("", "", 0)
    at = first
    for piece, columns in cells(line[first : first + 2 * width]):
        more = at + 1 < len(line)
        if used + columns > width - more:
            break
        shown += piece
        marks += (mark if start <= at < end else " ") * columns
        used += columns
        at += 1
    if at < len(line):
        shown += "…"
        marks += mark if at < end else ""
    if start == end:
        marks = marks[: _columns(line[first:start]) + bool(first)] + mark
    return shown.rstrip() if at == len(line) else shown, marks


def _first(line: str, start: int, width: int) -> int:
    """Where to begin so that `start` is seen with some of what precedes it."""
    short = len(line) <= 2 * width
    if short and _columns(line) <= width:
        return 0
    first, columns = start, 0
    for _, taken in cells(line[max(start - width, 0) : start][::-1]):
        columns += taken
        if columns > width // 3:
            return first
        first -= 1
    return first


def _columns(text: str) -> int:
    return sum(columns for _, columns in cells(text))
