"""Applications that production runs in a mode for developers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Location, Match, Outcome
from ..project.django import debugging, settings
from ..project.leads import shown
from ..project.python_names import python
from ..project.starts import started
from ..project.types import Project

_DEPLOYED = frozenset({"server", "containers", "platform", "kubernetes"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each application whose settings switch the mode on, at the assignment."""
    known = python(project.files, project.python)
    told: set[Location] = set()
    for deployable in project.deployables:
        if deployable.kind not in _DEPLOYED or "django" not in deployable.frameworks:
            continue
        found = debugging(settings(deployable.folder, project, known), known)
        where = Location(found[0], found[1].span) if found is not None else None
        if where is None or where in told or project.purposes.get(where.path) != "production":
            continue
        told.add(where)
        yield Match(
            location=where,
            values={"name": shown(deployable)},
            evidence=(started(deployable, project),),
            deployable=deployable.folder,
        )
