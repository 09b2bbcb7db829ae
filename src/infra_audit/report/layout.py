"""Where the nodes and edges of a picture stand: columns from left to right, few crossings.

A layered layout (Sugiyama, Tagawa and Toda 1981): each kind of node has its column, rows are ordered by
the middle of their neighbours, swept back and forth. Units are pixels; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from ..model import Edge, Node, Picture

_COLUMNS = (
    ("developer",),
    ("repository",),
    ("pipeline",),
    ("registry",),
    ("host",),
    ("unit",),
    ("store",),
    ("backup", "monitoring"),
)
_SWEEPS = 4
_CHARACTER = 6.9
"""The width of a character of 12 pixels in the usual sans-serif fonts, rather more than less."""
_PADDING = 14
_LINE = 15
_GAP_X, _GAP_Y = 92, 22
_BEND = (0.0, 6.0)
"""The room for an edge that passes a column."""
_MARGIN = 24
_LONGEST = 40
"""Longer texts are cut."""


class Box(Struct, frozen=True):
    """A node with its texts and its place."""

    node: Node
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


class Line(Struct, frozen=True):
    """An edge through its points, from the right side of its source to the left of its target."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    told: bool
    """Whether it is the first to its target with its label."""


class Layout(Struct, frozen=True):
    """A picture with the place of everything in it."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def layout(picture: Picture) -> Layout:
    """The places of a picture's nodes and edges."""
    nodes = {node.id: node for node in picture.nodes}
    columns, chains = _layered(picture)
    _order(columns, chains)
    texts = {name: _lines(node) for name, node in nodes.items()}
    sizes = {name: _size(lines) for name, lines in texts.items()}
    tall = max((_height(column, sizes) for column in columns), default=0.0)
    places: dict[str, tuple[float, float, float, float]] = {}
    x: float = _MARGIN
    for column in columns:
        wide = max(sizes.get(name, _BEND)[0] for name in column)
        y = _MARGIN + (tall - _height(column, sizes)) / 2
        for name in column:
            width, height = sizes.get(name, (wide, _BEND[1]))
            places[name] = (x + (wide - width) / 2, y, width, height)
            y += height + _GAP_Y
        x += wide + _GAP_X
    boxes = tuple(Box(nodes[name], texts[name], *places[name]) for name in nodes)
    return Layout(boxes, tuple(_drawn(chains, places)), x - _GAP_X + _MARGIN, tall + 2 * _MARGIN)


_Chain = tuple[Edge, list[str]]
"""An edge and what it passes: its source, a bend in each column between, its target."""


def _layered(picture: Picture) -> tuple[list[list[str]], list[_Chain]]:
    """The columns that have nodes, with a bend wherever an edge passes one."""
    kinds = [[n.id for n in picture.nodes if n.kind in kinds] for kinds in _COLUMNS]
    columns = [column for column in kinds if column]
    rank = {name: nth for nth, column in enumerate(columns) for name in column}
    chains: list[_Chain] = []
    for number, edge in enumerate(picture.edges):
        first, last = rank[edge.source], rank[edge.target]
        passed = [edge.source]
        for nth in range(first + 1, last):
            columns[nth].append(f"~{number}.{nth}")
            passed.append(columns[nth][-1])
        chains.append((edge, [*passed, edge.target]))
    return columns, chains


def _order(columns: list[list[str]], chains: list[_Chain]) -> None:
    """Sort each column so that few lines cross."""
    neighbours: dict[str, list[str]] = {}
    for _, passed in chains:
        for one, other in pairwise(passed):
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
    row = {name: _share(n, column) for column in columns for n, name in enumerate(column)}
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            middle = {n: _middle([row[o] for o in neighbours.get(n, ())], row[n]) for n in column}
            column.sort(key=middle.__getitem__)
            row.update({name: _share(n, column) for n, name in enumerate(column)})


def _share(nth: int, column: list[str]) -> float:
    return (nth + 0.5) / len(column)


def _drawn(
    chains: list[_Chain], places: dict[str, tuple[float, float, float, float]]
) -> Iterator[Line]:
    told: set[tuple[str, str]] = set()
    for edge, passed in chains:
        points: list[tuple[float, float]] = []
        for nth, name in enumerate(passed):
            x, y, width, height = places[name]
            middle = y + height / 2
            if nth > 0:
                points.append((x, middle))
            if nth < len(passed) - 1:
                points.append((x + width, middle))
        key = (edge.target, edge.label)
        yield Line(edge, tuple(points), key not in told)
        told.add(key)


def _middle(rows: list[float], otherwise: float) -> float:
    return sum(rows) / len(rows) if rows else otherwise


def _lines(node: Node) -> tuple[str, ...]:
    """What a box says: the name, what it is, and the rules that it breaks."""
    detail = node.detail or ("" if node.name == node.kind else node.kind)
    lines = [_cut(node.name), *([_cut(detail)] if detail and not node.missing else [])]
    lines += [_cut(rule) for rule in node.rules[:3]]
    if len(node.rules) > 3:
        lines.append(f"and {len(node.rules) - 3} more")
    return tuple(lines)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _size(lines: tuple[str, ...]) -> tuple[float, float]:
    return max(map(len, lines)) * _CHARACTER + 2 * _PADDING, len(lines) * _LINE + _PADDING


def _height(column: list[str], sizes: dict[str, tuple[float, float]]) -> float:
    return sum(sizes.get(name, _BEND)[1] for name in column) + (len(column) - 1) * _GAP_Y
