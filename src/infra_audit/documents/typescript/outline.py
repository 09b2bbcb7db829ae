"""The exports of a route's file told without a syntax tree: their names, not what they do."""

from __future__ import annotations

import re

from ...source.regex import regex
from ...source.text import Text
from ..facts import Entry, Export, Handler, Value
from .environment import LITERAL, unquoted

_EXPORT = regex(
    r"""^export\s+(?:async\s+)?(?:function\s*\*?|const|let)\s+"""
    r"""(?P<name>GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|loader|action|handler)\b"""
    r"""|^export\s+(?P<default>default)\b""",
    re.MULTILINE,
)
_LIST = regex(r"^export\s*(?:(?:const|let)\s*)?\{(?P<names>[^{}]{1,1000})\}", re.MULTILINE)
_LISTED = regex(r"\b(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|loader|action|default)\s*(?:[,=]|$)")
_SEGMENT = regex(
    r"""^export\s+const\s+(?P<name>dynamic|fetchCache|maxDuration|preferredRegion|revalidate|runtime)"""
    rf"""\s*=\s*(?P<value>{LITERAL})""",
    re.MULTILINE,
)


def outlined(text: Text) -> tuple[Export, ...]:
    """The exports that may serve, each with a handler that was not looked at."""
    found: dict[str, Export] = {}
    for at in _EXPORT.finditer(text.content):
        which = "name" if at["name"] else "default"
        span = text.span(*at.span(which))
        found.setdefault(at[which], Export(at[which], Handler(opaque=True, span=span), span))
    for group in _LIST.finditer(text.content):
        start = group.start("names")
        for at in _LISTED.finditer(group["names"]):
            span = text.span(start + at.start(1), start + at.end(1))
            found.setdefault(at[1], Export(at[1], Handler(opaque=True, span=span), span))
    return tuple(sorted(found.values(), key=lambda one: one.span))


def segment_outlined(text: Text) -> tuple[Entry, ...]:
    """What a route's file configures for itself."""
    found = []
    for at in _SEGMENT.finditer(text.content):
        raw = at["value"]
        value = Value(unquoted(raw), raw, text.span(*at.span("value")))
        found.append(Entry(at["name"], value, text.span(*at.span("name"))))
    return tuple(found)
