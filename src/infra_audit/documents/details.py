"""What a file says of which the kind alone tells much: a proxy's, a platform's or a cluster's."""

from __future__ import annotations

from collections.abc import Iterator

from ..source.text import Text
from .facts import Document


def details(kind: str, text: Text) -> Iterator[Document]:
    """The document that a file of some kind of `Other` holds beside that."""
    match kind:
        case "nginx":
            from .nginx import parse as nginx

            yield nginx(text)
        case "caddy":
            from .caddy import parse as caddy

            yield caddy(text)
        case "fly" | "render" | "railway" | "replit" | "vercel" | "heroku" | "procfile":
            from .platforms import parse as platform

            yield platform(kind, text)
        case "terraform" if text.path.endswith(".tf"):
            from .terraform import parse as terraform

            yield terraform(text)
        case "kubernetes":
            from .kubernetes import parse as kubernetes

            yield kubernetes(text)
        case "supervisor":
            from .supervisor import parse as supervisor

            yield supervisor(text)
        case _:
            return
