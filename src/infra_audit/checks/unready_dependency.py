"""Services that wait for a health check which nothing makes, or do not wait for their database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Dependence, Service
from ..model import Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project.composed import LASTING_RESTARTS, Placed, placed
from ..project.composing import is_application
from ..project.health_checks import health
from ..project.store_services import StoreService, store_service
from ..project.types import Project
from ..source.regex import regex

_WAITS = regex(
    r"wait[-_]?for|wait[-_]?until|dockerize|pg_isready|mysqladmin\s+ping|\buntil\b|\bnc\s+-\w*z|waitport|wait-port|wait-on|healthcheck",
)
_RETRIES = frozenset({*LASTING_RESTARTS, "on-failure", "any"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each service that another one depends on."""
    by_name: dict[str, dict[str, Service]] = {}
    waits: list[str] = []
    for one in placed(project):
        if one.compose.path not in by_name:
            by_name[one.compose.path] = {s.name: s for s in one.compose.services}
        for dependence in one.service.depends_on:
            other = by_name[one.compose.path].get(dependence.service)
            if other is not None and dependence.required:
                if dependence.condition == "service_healthy":
                    yield _waiting(one, dependence, other, project)
                elif dependence.condition == "service_started" and one.service.build is not None:
                    store = store_service(other, one.compose, project)
                    if store is not None and store.lasts and is_application(one.service):
                        waits = waits or [_waits_itself(project)]
                        yield _starting(one, dependence, other, store, waits[0])


def _waiting(one: Placed, dependence: Dependence, other: Service, project: Project) -> Outcome:
    """What waits for a health check: it waits in vain where nothing makes one, whoever starts it."""
    where = Location(one.compose.path, dependence.span)
    state = health(other, one.compose, one.known, project)
    if state == "checked":
        return Satisfied(where, f"`{one.service.name}` waits until `{other.name}` is healthy")
    if state == "unknown":
        reason = f"whether the image of `{other.name}` checks its health is not shown"
        return Undecided(where, reason)
    lacks = "has no health check, and neither has its image"
    shown = other.span
    if state == "disabled" and other.probe is not None:
        lacks, shown = "has its health check switched off", other.probe.span
    what = f"waits until `{other.name}` is healthy, but that {lacks}: compose refuses to start it"
    return Match(
        location=where,
        values={"service": one.service.name, "what": what},
        evidence=(Evidence(Location(one.compose.path, shown), "no health check here"),),
        trail=one.standing.trail,
    )


def _starting(
    one: Placed, dependence: Dependence, other: Service, store: StoreService, waiting: str
) -> Outcome:
    """What is started together with its database, and built here, so that its start can be read."""
    where = Location(one.compose.path, dependence.span)
    whole = one.whole
    waits = any(
        d.service == other.name and d.condition != "service_started"
        for part in whole.beside
        for d in part.service.depends_on
    )
    doubt = one.doubt or ("not all that it depends on is shown" if waits or whole.open else "")
    doubt = doubt or waiting
    if doubt:
        return Undecided(where, doubt)
    policies = [p for part in whole.every for p in (part.restart, part.deploy_restart) if p]
    again = any((p.literal or "").partition(":")[0] in _RETRIES for p in policies)
    then = "docker starts it again" if again else "nothing starts it again"
    return Match(
        location=where,
        values={
            "service": one.service.name,
            "what": f"is started before {store.name} in `{other.name}` answers: where that ends it, {then}",
        },
        evidence=(Evidence(Location(one.compose.path, other.span), "the database"),),
        severity="note" if again else "warning",
        trail=one.standing.trail,
    )


def _waits_itself(project: Project) -> str:
    """Whether something in the repository waits for stores, '' if nothing does."""
    for act in project.acts:
        if act.purpose != "production":
            continue
        for run in act.behaviour.runs:
            shown = " ".join((run.name, *(word.raw for word in run.words[1:4])))
            if _WAITS.search(shown):
                return f"`{shown}` in {run.path} may wait for it"
    named = next((p for p in sorted(project.files) if _WAITS.search(p.rpartition("/")[2])), "")
    return f"{named} may wait for it" if named else ""
