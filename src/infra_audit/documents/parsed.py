"""What the trees of all languages of code have in common, whatever their grammars call things."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

from ..source.text import Text

if TYPE_CHECKING:
    from tree_sitter import Node

_Call = TypeVar("_Call")


class Parsed(Struct, Generic[_Call], frozen=True):
    """A parsed file: offsets of nodes are UTF-8 bytes into `data`."""

    text: Text
    data: bytes
    root: Node
    calls: list[_Call]
    starts: list[int]
    """Where the calls start."""
    constants: dict[str, Node]
    """What a name is given, where the file gives it a value in one place only."""

    def calls_in(self, node: Node) -> list[_Call]:
        """The calls inside a node."""
        low = bisect_left(self.starts, node.start_byte)
        return self.calls[low : bisect_left(self.starts, node.end_byte)]

    def source(self, node: Node) -> str:
        """The text of a node, its lines ended by line feeds."""
        raw = self.data[node.start_byte : node.end_byte].decode(errors="replace")
        return raw.replace("\r\n", "\n") if "\r" in raw else raw
