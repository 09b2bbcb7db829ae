"""The picture as a Mermaid flowchart, which code hosts draw in Markdown."""

from __future__ import annotations

from ..model import Node, Picture
from .visible import visible

_SHAPES = {
    "developer": ("([", "])"),
    "store": ("[(", ")]"),
    "backup": ("[(", ")]"),
    "host": ("[[", "]]"),
}


def render(picture: Picture) -> str:
    """The flowchart, left to right."""
    names = {node.id: f"n{number}" for number, node in enumerate(picture.nodes)}
    lines = ["flowchart LR"]
    lines += [f"  {names[node.id]}{_box(node)}" for node in picture.nodes]
    for edge in picture.edges:
        arrow = "-.->" if edge.missing else "-->"
        label = f'|"{_text(edge.label)}"|' if edge.label else ""
        lines.append(f"  {names[edge.source]} {arrow}{label} {names[edge.target]}")
    missing = [names[node.id] for node in picture.nodes if node.missing]
    broken = [names[node.id] for node in picture.nodes if node.rules and not node.missing]
    if missing:
        lines.append("  classDef missing stroke-dasharray: 5 4,fill:none,stroke:#cf222e")
        lines.append(f"  class {','.join(missing)} missing")
    if broken:
        lines.append("  classDef broken stroke:#cf222e,stroke-width:2px")
        lines.append(f"  class {','.join(broken)} broken")
    return "\n".join(lines) + "\n"


def _box(node: Node) -> str:
    opener, closer = _SHAPES.get(node.kind, ("[", "]"))
    told = [node.name, *([node.detail] if node.detail else []), *node.rules[:3]]
    if len(node.rules) > 3:
        told.append(f"and {len(node.rules) - 3} more")
    return f'{opener}"{"<br/>".join(map(_text, told))}"{closer}'


def _text(text: str) -> str:
    """Text between quotes: what Mermaid and HTML would read is written as an entity."""
    return "".join(
        character if character.isalnum() or character in " ./:-_,()" else f"#{ord(character)};"
        for character in visible(text)
    )
