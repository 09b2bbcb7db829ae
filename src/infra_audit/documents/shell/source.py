"""A shell text as the parser and the lowering see it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from ...model import Span
from ...source.regex import regex
from ...source.text import Text
from .syntax import Origin, Script, Statement, Word

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

    from .simplify import Simple

Handed = tuple[Text, Origin]
"""What a shell reads from its standard input, and whether a heredoc or an argument holds it."""

Hand = Callable[
    [Text, tuple[Word, ...], list[tuple[int, int]], "Handed | None"], tuple[Script, ...]
]
"""Finds the scripts that a command hands to a shell, from its words, their offsets, and what that
shell would read."""

Body = Callable[["Source", "list[Node]"], tuple[Statement, ...]]
"""Lowers nodes to statements: what stands inside a substitution."""

_WIDE = regex(r"[^\x00-\x7f]")


class Source:
    """A text that is being lowered: its places, how deep we are in it and what looked wrong.

    `hand` finds what a command hands to a shell; `suspect` lists the stretches that the parser
    cannot have read as bash does. The tree may be that of a `simple` form of the text, which has
    its heredocs' bodies elsewhere.
    """

    __slots__ = (
        "_begin",
        "_lines",
        "_numbers",
        "body",
        "broken",
        "content",
        "deep",
        "depth",
        "hand",
        "heredocs",
        "passed_on",
        "simple",
        "suspect",
        "text",
    )

    def __init__(self, text: Text, hand: Hand, body: Body, simple: Simple | None = None) -> None:
        self.text = text
        self.content = text.content
        self.hand = hand
        self.body = body
        self.simple = "" if simple is None else simple.content
        self.heredocs = {} if simple is None else simple.heredocs
        self.depth = 0
        self.passed_on: Handed | None = None
        """The heredoc that the command before passes on through a pipe, as `cat` does."""
        self.suspect: list[tuple[int, int]] = []
        self.deep: list[int] = []
        """Where statements begin that nest too deep to be lowered."""
        self.broken: list[tuple[int, int]] = []
        """Where commands end and their lines do, though the parser joined the next line to them."""
        self._begin = text.begin
        self._lines = text.lines
        self._numbers = _numbers()

    def span(self, start: int, end: int) -> Span:
        """The place of two offsets: `Text.span`, faster where the text is one stretch."""
        if self._begin is None:
            return self.text.span(start, end)
        start += self._begin
        end += self._begin
        lines = self._lines
        line = bisect_right(lines, start)
        before = lines[line - 1] - 1
        line = self._numbers[line] if line < _SHARED else line
        if line == len(lines) or end < lines[line]:
            return Span(line, start - before, line, end - before)
        last = bisect_right(lines, end)
        last = self._numbers[last] if last < _SHARED else last
        return Span(line, start - before, last, end - lines[last - 1] + 1)

    def row(self, at: int) -> tuple[int, int] | None:
        """The line of an offset, and what to take from an offset on it to have its column.

        None where the text is no single stretch of its file.
        """
        if self._begin is None:
            return None
        line = bisect_right(self._lines, at + self._begin)
        shared = self._numbers[line] if line < _SHARED else line
        return shared, self._lines[line - 1] - 1 - self._begin


_SHARED = 4096


@cache
def _numbers() -> tuple[int, ...]:
    """Line numbers that all spans share: a number of one's own takes 32 bytes."""
    return tuple(range(_SHARED))


def grow(content: str) -> Tree:
    """tree-sitter's tree of a shell text, whose byte offsets are the text's own code points.

    A character beyond ASCII reaches the parser as `_`, which is a word character like it.
    """
    return _parser().parse((content if content.isascii() else _WIDE.sub("_", content)).encode())


@cache
def _parser() -> Parser:
    """A parser for bash."""
    from tree_sitter import Language, Parser

    from ..grammars import grammar

    return Parser(Language(grammar("tree_sitter_bash").language()))
