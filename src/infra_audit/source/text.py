"""Decoded text and the way back from an offset to a place in its file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from ..model import Location, Span
from .regex import regex

BOM = "\ufeff"


class Text:
    """The text of a file, or a piece of it, whose offsets know their place in the file.

    Offsets are 0-based code points into `content`. A piece (a workflow step's script, say) has
    `segments`: pairs of an offset in the piece and the offset in the file where that stretch
    begins, so that what was unescaped, dedented or blanked out still maps back.
    """

    __slots__ = ("_bytes", "_lines", "_segments", "_whole", "content", "path", "written")

    def __init__(
        self,
        path: str,
        content: str,
        whole: Text | None = None,
        segments: tuple[tuple[int, int], ...] = (),
        written: str | None = None,
    ) -> None:
        self.path = path
        self.content = content
        self.written = content if written is None else written
        """The content before anything in it was masked."""
        self._whole = whole
        self._segments = segments
        self._lines: list[int] | None = None
        self._bytes: tuple[list[int], list[int]] | None = None

    @property
    def whole(self) -> Text:
        """The text of the whole file.

        That of a file does not hold itself: as a cycle it would stay until the collector comes.
        """
        return self if self._whole is None else self._whole

    @classmethod
    def decode(cls, path: str, data: bytes) -> tuple[Text, str | None]:
        """The text of `data` and, where it is no clean UTF-8, what is wrong with it.

        A byte order mark stays in the text: it is a fact about the file. What is not UTF-8
        becomes U+FFFD.
        """
        try:
            return cls(path, data.decode()), None
        except UnicodeDecodeError as error:
            return cls(path, data.decode(errors="replace")), f"not UTF-8: {error.reason}"

    def piece(self, content: str, segments: tuple[tuple[int, int], ...]) -> Text:
        """A part of this text. `segments` pair offsets in `content` with offsets in this text."""
        mapped = tuple((offset, self._in_file(here)) for offset, here in segments)
        return Text(self.path, content, self.whole, mapped)

    def slice(self, start: int, end: int) -> Text:
        """The stretch from `start` to `end` of this text, as a piece."""
        written = self.written[start:end]
        if not self._segments:
            segments: tuple[tuple[int, int], ...] = ((0, start),)
            return Text(self.path, self.content[start:end], self.whole, segments, written)
        first = bisect_right(self._segments, (start, _FAR))
        last = bisect_right(self._segments, (end - 1, _FAR), lo=first)
        inside = [(o - start, f) for o, f in self._segments[first:last]]
        segments = ((0, self._in_file(start)), *inside)
        return Text(self.path, self.content[start:end], self.whole, segments, written)

    def gathered(self, ranges: Sequence[tuple[int, int]]) -> Text:
        """The stretches from start to end of this text, joined to a piece."""
        segments: list[tuple[int, int]] = []
        length = 0
        for start, end in ranges:
            segments.append((length, start))
            inside = bisect_right(self._segments, (start, _FAR))
            for offset, _ in self._segments[inside:]:
                if offset >= end:
                    break
                segments.append((length + offset - start, offset))
            length += end - start
        written = "".join([self.written[start:end] for start, end in ranges])
        content = "".join([self.content[start:end] for start, end in ranges])
        return self.piece(written, tuple(segments) or ((0, 0),)).masked(content)

    def masked(self, content: str) -> Text:
        """The same stretch with other content of equal length: what is no shell is blanked out."""
        return Text(self.path, content, self.whole, self._segments, self.written)

    def span(self, start: int, end: int) -> Span:
        """The place in the file of the offsets `start` to `end` of this text."""
        if self._segments:
            last = self._in_file(end - 1) + 1 if end > start else None
            start = self._in_file(start)
            end = start if last is None else last
        lines = self.lines
        line = bisect_right(lines, start)
        end_line = bisect_right(lines, end)
        return Span(line, start - lines[line - 1] + 1, end_line, end - lines[end_line - 1] + 1)

    def location(self, start: int, end: int) -> Location:
        """As `span`, with the path."""
        return Location(self.path, self.span(start, end))

    def byte_span(self, start: int, end: int) -> Span:
        """The place of the UTF-8 byte offsets `start` to `end` of this text."""
        return self.span(self.code_point(start), self.code_point(end))

    def code_point(self, byte: int) -> int:
        """The offset in code points of a UTF-8 byte offset."""
        if self.content.isascii():
            return byte
        if self._bytes is None:
            self._bytes = _wide(self.content)
        ends, surplus = self._bytes
        return byte - surplus[bisect_right(ends, byte)]

    @property
    def begin(self) -> int | None:
        """The offset in the file where this text begins, None where it is no single stretch."""
        if len(self._segments) > 1:
            return None
        return self._segments[0][1] - self._segments[0][0] if self._segments else 0

    @property
    def lines(self) -> list[int]:
        """The offsets in the whole file at which its lines begin."""
        whole = self.whole
        if whole._lines is None:
            whole._lines = _line_starts(whole.content)
        return whole._lines

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset in the whole file."""
        lines = self.lines
        line = bisect_right(lines, offset)
        return line, offset - lines[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset in the whole file of a line and column, both from 1."""
        lines = self.lines
        return min(lines[min(line, len(lines)) - 1] + column - 1, len(self.whole.content))

    def _in_file(self, offset: int) -> int:
        if not self._segments:
            return offset
        nth = max(bisect_right(self._segments, (offset, _FAR)) - 1, 0)
        here, there = self._segments[nth]
        return there + offset - here


_FAR = 1 << 62
_WIDE = regex(r"[^\x00-\x7f]")


def _line_starts(content: str) -> list[int]:
    return [0, *accumulate([len(line) + 1 for line in content.split("\n")[:-1]])]


def _wide(content: str) -> tuple[list[int], list[int]]:
    """Byte offsets behind each character of more than one byte, and the surplus bytes till there."""
    ends: list[int] = []
    surplus = [0]
    extra = 0
    for found in _WIDE.finditer(content):
        extra += len(found[0].encode(errors="surrogatepass")) - 1
        ends.append(found.end() + extra)
        surplus.append(extra)
    return ends, surplus
