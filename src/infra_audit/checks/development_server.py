"""Development servers that production starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ..model import Evidence, Match, Outcome
from ..project.begun import Begun, begun
from ..project.callees import Call
from ..project.development_servers import development_server
from ..project.inside import contains
from ..project.programs import Program, is_sure
from ..project.types import Project


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each thing that production starts and that is made for developing."""
    for one in begun(project):
        match = next(_matches(one), None)
        if match is not None:
            yield match


def _matches(one: Begun) -> Iterator[Match]:
    for command, way in one.commands:
        server = development_server(_words(command))
        if server and (isinstance(command, Call) or is_sure(command.run)):
            shown = [replace(e, note="what it starts") for e in way if not _within(e, one)]
            yield Match(
                location=one.where,
                values={"what": one.what, "server": server},
                severity="warning" if server == "vite preview" else None,
                evidence=tuple(shown),
                trail=one.trail,
            )


def _words(command: Program | Call) -> tuple[str | None, ...]:
    if isinstance(command, Call):
        return (command.name, *command.arguments)
    return (command.name or None, *command.run.arguments)


def _within(evidence: Evidence, one: Begun) -> bool:
    """Whether a place lies inside the one that is reported anyway."""
    return evidence.location.path == one.where.path and contains(
        one.where.span, evidence.location.span
    )
