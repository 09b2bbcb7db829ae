"""The picture in the language of Graphviz."""

from __future__ import annotations

from ..model import Node, Picture
from .visible import visible

_SHAPES = {"store": "cylinder", "backup": "cylinder", "host": "box3d", "developer": "oval"}


def render(picture: Picture) -> str:
    """A directed graph, left to right."""
    names = {node.id: f"n{number}" for number, node in enumerate(picture.nodes)}
    lines = ["digraph deployment {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    lines += [f"  {names[node.id]} [{_attributes(node)}];" for node in picture.nodes]
    for edge in picture.edges:
        style = ", style=dashed" if edge.missing else ""
        label = f"label={_quoted(edge.label)}"
        lines.append(f"  {names[edge.source]} -> {names[edge.target]} [{label}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(node: Node) -> str:
    told = [node.name, *([node.detail] if node.detail else []), *node.rules]
    found = [f"label={_quoted(chr(10).join(told))}"]
    if node.kind in _SHAPES:
        found.append(f"shape={_SHAPES[node.kind]}")
    if node.missing:
        found.append("style=dashed")
    if node.rules:
        found.append("color=red")
    return ", ".join(found)


def _quoted(text: str) -> str:
    shown = "\n".join(visible(line) for line in text.split("\n"))
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
