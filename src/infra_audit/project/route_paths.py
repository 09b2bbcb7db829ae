"""Paths of routes: how they are joined and which requests they answer."""

from __future__ import annotations

import re

from ..source.regex import regex

_REST = regex(
    r"^(?:(?P<head>[\w.-]*)\*.*|\(\.\*\)|\[{1,2}\.\.\.\w+\]{1,2}|\$|:\w+(?:\*|\(\.\*\))|\{\*\w*\}|\{\w+:path\}|<path:\w+>)$"
)
_PARAMETER = regex(r"[:$]\w|\[[\w=]|^\{\w|\(|<")
_OPTIONAL = regex(r"^\[\[.*\]\]$|\?$|^\(.*\)$|^\*\w*$|^\[\[\.\.\.|^\(\.\*\)$|^\{\*|^:\w+\*$|^\$$")


def joined(prefix: str, path: str) -> str:
    """A path below a prefix: `/`-led, no `/` at its end but for the root's own."""
    parts = [part for part in (prefix.strip("/"), path.strip("/")) if part]
    return "/" + "/".join(parts)


def answers(route: str, path: str) -> bool:
    """Whether a route's path, with parameters as its framework writes them, answers a request."""
    wanted = [part for part in re.split(r"[?#]", path, maxsplit=1)[0].split("/") if part]
    pattern = [part for part in route.split("/") if part]
    for nth, part in enumerate(pattern):
        rest = _REST.match(part)
        if rest:
            head = rest["head"] or ""
            return (len(wanted) > nth and wanted[nth].startswith(head)) or bool(
                len(wanted) == nth and _OPTIONAL.search(part)
            )
        if nth >= len(wanted):
            return all(_OPTIONAL.search(one) for one in pattern[nth:])
        if not _PARAMETER.search(part) and part != wanted[nth]:
            return False
    return len(pattern) == len(wanted)


def is_rest(part: str) -> bool:
    """Whether a part of a route's path stands for any number of parts."""
    return _REST.match(part) is not None
