"""Scripts of which nothing is said, because following them would take too much."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Location, Problem, Span
from .types import Project


def unfollowed(project: Project) -> Iterator[Problem]:
    """A problem for each script whose paths are too many, or nest too deeply, to be followed."""
    for act in project.acts:
        if act.behaviour.bounded:
            span = act.script.span
            place = Location(act.script.path, Span(span.line, span.column, span.line, span.column))
            yield Problem(
                place, "a script with too many paths to follow: nothing is said of what it does"
            )
