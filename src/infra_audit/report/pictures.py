"""The formats of the picture."""

from __future__ import annotations

from ..model import Picture


def render(name: str, picture: Picture) -> str:
    """The picture as `svg`, `mermaid`, `dot` or `json`."""
    match name:
        case "mermaid":
            from .mermaid import render as written
        case "dot":
            from .dot import render as written
        case "json":
            from .json import render_picture as written
        case _:
            from .svg import render as written
    return written(picture)
