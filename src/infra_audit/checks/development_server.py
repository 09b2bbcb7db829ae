"""Development servers that production starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ..model import Evidence, Match, Outcome
from ..project.apps import folder_of
from ..project.begun import Begun, begun
from ..project.callees import Call
from ..project.development_servers import development_server
from ..project.inside import contains
from ..project.programs import Program, is_sure
from ..project.python_names import Python, python
from ..project.types import Project


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each thing that production starts and that is made for developing."""
    known = python(project.files, project.python) if project.python else None
    for one in begun(project):
        match = next(_matches(one, known), None)
        if match is not None:
            yield match


def _matches(one: Begun, known: Python | None) -> Iterator[Match]:
    for command, way in one.commands:
        server, behind = development_server(_words(command)), None
        if not server and known is not None:
            server, behind = _of_python(command, known)
        if server and (isinstance(command, Call) or is_sure(command.run)):
            shown = [replace(e, note="what it starts") for e in way if not _within(e, one)]
            shown += [behind] if behind is not None else []
            yield Match(
                location=one.where,
                values={"what": one.what, "server": server},
                severity="warning" if server == "vite preview" else None,
                evidence=tuple(shown),
                trail=one.trail,
            )


def _of_python(command: Program | Call, known: Python) -> tuple[str, Evidence | None]:
    """The server that a file of Python starts, and where."""
    home = command.home if isinstance(command, Call) else folder_of(command.run.path)
    from ..project.python_development import serves_to_develop

    return serves_to_develop(_words(command), home, known) or ("", None)


def _words(command: Program | Call) -> tuple[str | None, ...]:
    if isinstance(command, Call):
        return (command.name, *command.arguments)
    return (command.name or None, *command.run.arguments)


def _within(evidence: Evidence, one: Begun) -> bool:
    """Whether a place lies inside the one that is reported anyway."""
    return evidence.location.path == one.where.path and contains(
        one.where.span, evidence.location.span
    )
