"""Services of production that stay down once they have ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Compose, Service
from ..documents.shell.syntax import Command
from ..model import Location, Match, Outcome, Satisfied
from ..project.composed import Placed, lasts, placed
from ..project.composing import is_application
from ..project.started import starts
from ..project.store_services import store_service
from ..project.types import Project
from ..source.regex import regex

_ONCE = regex(
    r"(?:^|[-_])(?:migrat\w*|seed\w*|init\w*|setup|install\w*|bootstrap|create[-_]?\w*|builder?|prepare|permissions?|fix\w*|wait\w*"
    r"|backup|restore|cli|console|shell|tests?|cron-?job|job|one-?shot|certs?|assets?|copy|upgrade|provision\w*|config(?:ure)?)(?:[-_]|\d*$)"
)
_ENDS = regex(
    r"\bmigrate\b|\bdb:(?:migrate|push|seed|deploy)\b|\bprisma\s+(?:db|migrate)\b|\balembic\b|\bcollectstatic\b|\bseed\b|\bchown\b|\bmc\s"
    r"|\bcreate-?buckets?\b|\bsleep\s+\d+\s*$|\becho\b|^(?:/usr)?(?:/bin/)?true$"
)


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each service of a compose file that production starts."""
    watched = _watched(project)
    awaited: dict[str, frozenset[str]] = {}
    for one in placed(project):
        path = one.compose.path
        if path not in awaited:
            awaited[path] = _awaited(one.compose)
        swarm = one.compose.for_swarm and one.standing.kind != "started"
        spared = one.service.name in awaited[path] or _is_extra(one) or swarm
        if not one.doubt and path not in watched and not spared:
            yield from _of_service(one, project)


def _awaited(compose: Compose) -> frozenset[str]:
    """The services that others wait for to end."""
    return frozenset(
        dependence.service
        for service in compose.services
        for dependence in service.depends_on
        if dependence.condition == "service_completed_successfully"
    )


def _is_extra(one: Placed) -> bool:
    """Whether a service stands in profiles, and nothing of them that is always started again needs it."""
    profiles = set(one.service.profiles)
    needing = (
        other
        for other in one.compose.services
        if any(needed.service == one.service.name for needed in other.depends_on) and lasts(other)
    )
    return bool(profiles) and not any(profiles.intersection(s.profiles) for s in needing)


def _watched(project: Project) -> frozenset[str]:
    """The compose files that a unit keeps running itself, or a swarm."""
    return frozenset(path for start in starts(project) if start.supervised for path in start.paths)


def _of_service(one: Placed, project: Project) -> Iterator[Outcome]:
    service = one.service
    whole = one.whole
    if whole.open:
        return
    policy = next((s.restart for s in whole.every if s.restart is not None), None)
    if policy is not None:
        if policy.literal != "no":
            where = Location(one.compose.path, policy.span)
            yield Satisfied(where, f"`{service.name}` is started again")
        return
    if whole.gives("deploy") and any(s.deploy_restart is not None for s in whole.every):
        return
    store = store_service(service, one.compose, project)
    if (store is None and not is_application(service)) or _ends(service) or _is_off(service):
        return
    yield Match(
        location=one.location,
        values={"service": service.name, "path": one.compose.path},
        evidence=tuple(e for e in one.standing.evidence if e.location != one.location),
        trail=one.standing.trail,
    )


def _is_off(service: Service) -> bool:
    """Whether compose starts no container for a service: it is there to be pulled."""
    return service.replicas is not None and service.replicas.literal == "0"


def _ends(service: Service) -> bool:
    """Whether a service is there to do something and end."""
    if _ONCE.search(service.name.lower()):
        return True
    words = [
        word.literal or word.raw
        for script in (service.entrypoint, service.command)
        for statement in (script.statements if script is not None else ())
        if isinstance(statement, Command)
        for word in statement.words
    ]
    return _ENDS.search(" ".join(words)) is not None
