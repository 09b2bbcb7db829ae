"""The formats of a report, and which module renders each."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from ..model import Report
from .context import Context

FORMATS = {
    "text": "text",
    "concise": "concise",
    "json": "json",
    "sarif": "sarif",
    "markdown": "markdown",
}
"""Names of formats and the modules of this package that render them, imported when asked for."""


class Format(Protocol):
    """What each of these modules is."""

    def render(self, report: Report, context: Context) -> str:
        """The whole report, ending in a line break unless it is empty."""


def render(format_name: str, report: Report, context: Context) -> str:
    """The report in the format of that name. Raises KeyError for a name that `FORMATS` lacks."""
    module = import_module(f".{FORMATS[format_name]}", __package__)
    return cast("Format", module).render(report, context)
