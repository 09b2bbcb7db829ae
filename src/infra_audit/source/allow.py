"""Allow comments: `# infra-audit: allow[rule, rule] reason`, on the finding's line or above it."""

from __future__ import annotations

import re

from msgspec import Struct

from ..model import Location
from .regex import regex
from .text import Text

MARK = b"infra-audit:"
"""What every allow comment holds: a file without it is not searched."""

_COMMENT = regex(
    r"(?:^|(?<=[\s\ufeff]))(?:#|//|;|--)[ \t]*infra-audit:[ \t]*allow[ \t]*\[(?P<rules>[^\]\n]*)\]"
    r"[ \t]*(?P<reason>[^\n]*)",
    re.MULTILINE,
)


class Allow(Struct, frozen=True):
    """An allow comment; `reason` is '' where it is missing. `alone`: nothing else on its line."""

    rules: tuple[str, ...]
    reason: str
    location: Location
    alone: bool


def allows(text: Text) -> tuple[Allow, ...]:
    """The allow comments of a file."""
    return tuple(_allow(text, found) for found in _COMMENT.finditer(text.content))


def _allow(text: Text, found: re.Match[str]) -> Allow:
    rules = tuple(name.strip() for name in found["rules"].split(",") if name.strip())
    reason = found["reason"].strip().removesuffix("*/").removesuffix("-->").strip(" \t:-–—\r")
    start = text.content.rfind("\n", 0, found.start()) + 1
    alone = not text.content[start : found.start()].strip()
    end = found.start() + len(found[0].rstrip()) if reason else found.end("rules") + 1
    return Allow(rules, reason, text.location(found.start(), end), alone)
