"""Servers whose people host them and that nothing measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Location, Match, Outcome, Satisfied, Undecided
from ..project.leads import hosted, shown
from ..project.starts import started
from ..project.telemetry import beside, libraries, reads, settings
from ..project.types import Deployable, Project


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable, at what starts it."""
    yield from hosted(project, "metrics", _measured)


def _measured(leader: Deployable, group: tuple[Deployable, ...], project: Project) -> Outcome:
    late = None
    for dependency, where, development in libraries(group, "metrics", project):
        if not development:
            return Satisfied(where, dependency.name)
        late = late or Undecided(where, f"`{dependency.name}` is a development dependency")
    agent = next(beside(project, "metrics"), None)
    if agent is not None:
        return Satisfied(agent[1], agent[0])
    first = started(leader, project)
    if not any(reads(d.runtime) for d in group):
        return Undecided(
            first.location, f"the libraries of {leader.runtime or 'what runs here'} are not read"
        )
    setting = next(settings(project, "metrics"), None)
    if setting is not None:
        return late or Undecided(setting.location, setting.note)
    route = _by_hand(group, project)
    if late is not None or route is not None:
        return late or Undecided(route or first.location, "a route of its own may hand out metrics")
    return Match(
        location=first.location,
        values={"name": shown(leader), "how": first.note},
        deployable=leader.folder,
    )


def _by_hand(group: tuple[Deployable, ...], project: Project) -> Location | None:
    """A route at the place where Prometheus asks: it may be written without a library."""
    folders = {d.folder for d in group}
    for table in project.routes:
        if table.deployable in folders:
            for route in table.table:
                if route.path.rstrip("/") == "/metrics" and not route.module.rpartition("/")[
                    2
                ].startswith("page."):
                    return route.location
    return None
