"""The few styles of the text report, as the codes that terminals know."""

from __future__ import annotations

from collections.abc import Callable

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "place": "1",
    "gutter": "34",
    "heading": "1",
    "key": "1",
    "faint": "2",
}

Paint = Callable[[str, str], str]
"""A style's name and a text, to the text in that style."""


def paint(color: bool) -> Paint:
    """The painter of a terminal with colours, or one that paints nothing."""
    return _coded if color else _plain


def _coded(style: str, text: str) -> str:
    code = _CODES.get(style)
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def _plain(style: str, text: str) -> str:  # noqa: ARG001 - a painter all the same
    return text
