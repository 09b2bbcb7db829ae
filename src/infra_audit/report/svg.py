"""The picture as SVG: light and dark, with a text for everybody who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Node, Picture
from .layout import Box, Line, layout
from .visible import visible
from .words import line_of

_LABEL = 13
"""Characters of a label that fit between two columns."""
_STYLE = """\
svg { background: #ffffff; font: 12px system-ui, sans-serif; }
.box { fill: #f6f8fa; stroke: #57606a; }
.missing .box { fill: none; stroke-dasharray: 5 4; }
.broken .box { stroke: #cf222e; stroke-width: 2; }
.store .box, .backup .box { fill: #ddf4ff; }
.host .box { fill: #fff8c5; }
text { fill: #1f2328; text-anchor: middle; }
.name { font-weight: 600; }
.rule { fill: #cf222e; font-size: 11px; }
.label { fill: #57606a; font-size: 10px; text-anchor: end; }
path { fill: none; stroke: #8c959f; }
path.missing { stroke-dasharray: 5 4; }
marker path { fill: #8c959f; stroke: none; }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117; }
  .box { fill: #161b22; stroke: #8b949e; }
  .store .box, .backup .box { fill: #0c2d4a; }
  .host .box { fill: #3a2f0b; }
  .missing .box { fill: none; }
  .broken .box { stroke: #ff7b72; }
  text { fill: #e6edf3; }
  .rule { fill: #ff7b72; }
  .label { fill: #9198a1; }
}"""


_ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    ' orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
)


def render(picture: Picture) -> str:
    """An SVG document that stands alone; it loads nothing and runs nothing."""
    drawn = layout(picture)
    width, height = f"{drawn.width:.0f}", f"{drawn.height:.0f}"
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
        '<title id="title">The deployment</title>',
        f'<desc id="desc">{_text(_told(picture))}</desc>',
        f"<style>\n{_STYLE}\n</style>",
        _ARROW,
        f'<rect width="{width}" height="{height}" fill="none"/>',
        *(piece for line in drawn.lines for piece in _edge(line)),
        *(piece for box in drawn.boxes for piece in _node(box)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _told(picture: Picture) -> str:
    """The picture in words."""
    names = {node.id: node.name for node in picture.nodes}
    sentences = [f"{names[e.source]} to {names[e.target]}" for e in picture.edges if not e.missing]
    missing = [node.name for node in picture.nodes if node.missing]
    broken = [f"{n.name}: {', '.join(n.rules)}" for n in picture.nodes if n.rules and not n.missing]
    told = [f"Leads: {'; '.join(sentences)}."]
    told += [f"Missing: {'; '.join(missing)}."] if missing else []
    told += [f"Found: {'; '.join(broken)}."] if broken else []
    return " ".join(told)


def _edge(line: Line) -> Iterator[str]:
    kind = ' class="missing"' if line.edge.missing else ""
    (x, y), *rest = line.points
    drawn = f"M{x:.1f} {y:.1f}"
    for nth, (to_x, to_y) in enumerate(rest):
        if nth % 2:  # along a column that it passes
            drawn += f"H{to_x:.1f}"
        else:
            middle = (x + to_x) / 2
            drawn += f"C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
        x, y = to_x, to_y
    yield f'<path{kind} d="{drawn}" marker-end="url(#arrow)"/>'
    if line.edge.label and line.told:
        label = (
            line.edge.label
            if len(line.edge.label) <= _LABEL
            else line.edge.label[: _LABEL - 1] + "…"
        )
        yield f'<text class="label" x="{x - 10:.1f}" y="{y - 5:.1f}">{_text(label)}</text>'


def _node(box: Box) -> Iterator[str]:
    node = box.node
    kinds = [node.kind, *(["missing"] if node.missing else []), *(["broken"] if node.rules else [])]
    yield f'<g class="{" ".join(kinds)}"><title>{_text(_title(node))}</title>'
    yield (
        f'<rect class="box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}"'
        f' height="{box.height:.1f}" rx="6"/>'
    )
    rules = len(box.lines) - (len(node.rules[:3]) + (len(node.rules) > 3))
    for nth, line in enumerate(box.lines):
        kind = "name" if nth == 0 else "rule" if nth >= rules else "detail"
        x, y = box.x + box.width / 2, box.y + 19 + 15 * nth
        yield f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{_text(line)}</text>'
    yield "</g>"


def _title(node: Node) -> str:
    where = f" ({line_of(node.location)})" if node.location is not None else ""
    return f"{node.name}{where}{': ' if node.rules else ''}{', '.join(node.rules)}"


def _text(text: str) -> str:
    """Text as XML, without the characters that XML does not allow."""
    shown = visible(text)
    return (
        shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
