"""Databases that the repository itself runs and that nothing copies away."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ..documents.facts import Compose
from ..flow import effects
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.copies import LASTING, copied, engine_name, suggested
from ..project.leads import led, shown
from ..project.releases import installs_afresh
from ..project.types import Deployable, Project, Store
from ..source.regex import regex

_MOST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable, at the store that holds its data."""
    declared = next((d for d in project.declarations if d.topic == "backup"), None)
    told: set[Location] = set()
    for leader, group in led(project):
        if declared is not None:
            yield Satisfied(declared.location, f"declared: {declared.value}")
        elif not leader.self_hosted:
            yield Inapplicable(
                f"{leader.name} is deployed as {leader.kind}: its data lies elsewhere"
            )
        else:
            outcome = _kept(leader, group, project)
            if not isinstance(outcome, Match):
                yield outcome
            elif outcome.location not in told:
                told.add(outcome.location)
                yield outcome


def _kept(leader: Deployable, group: tuple[Deployable, ...], project: Project) -> Outcome:
    folders = {d.folder for d in group}
    alone = len(group) == len(project.deployables)
    own = [
        s
        for s in project.stores
        if _lasts(s) and (folders & set(s.users) or (alone and not s.users))
    ]
    hosted = sorted((s for s in own if s.hosted and not s.managed), key=lambda s: _rank(s, leader))
    if not hosted:
        unknown = next((s for s in own if not s.managed), None)
        if unknown is not None:
            return Undecided(unknown.location, "where this database runs is not shown")
        return Inapplicable(f"{leader.name} keeps no data on its own machines")
    aside = next((why for s in hosted if (why := _is_aside(s, project))), "")
    lasting = [s for s in hosted if not _is_aside(s, project)]
    if not lasting:
        return Undecided(hosted[0].location, aside)
    hosted = [s for s in lasting if not _is_unused(s, lasting)]
    for store in hosted:
        found = copied(store, project)
        if found is not None:
            return Satisfied(*found)
    doubt = (
        suggested(project) or _for_others(leader, project) or _elsewhere(leader, hosted, project)
    )
    if doubt is not None:
        return Undecided(*doubt)
    return _missing(leader, hosted, project)


def _is_unused(store: Store, others: list[Store]) -> bool:
    """Whether a URL in the same compose file shows that another database holds the data."""
    return (
        store.source == "compose"
        and store.url is None
        and any(
            other.source == "environment"
            and other.engine != store.engine
            and other.location.path == store.location.path
            and set(store.users) <= set(other.users)
            for other in others
        )
    )


def _is_aside(store: Store, project: Project) -> str:
    """Why the compose file in which a store stands is none of production, '' where it may be."""
    standing = project.standings.get(store.location.path)
    return standing.reason if standing is not None and standing.kind == "aside" else ""


def _rank(store: Store, leader: Deployable) -> tuple[bool, Location]:
    """On a server what is installed there comes first; a compose file may be for development only."""
    return (leader.kind == "server") == (store.source == "compose"), store.location


def _lasts(store: Store) -> bool:
    return store.engine in LASTING and store.purpose == "production"


def _for_others(leader: Deployable, project: Project) -> tuple[Location, str] | None:
    """Whether the repository ships something that other people host, so that backups are theirs."""
    if leader.kind == "server" or _has_domain(project):
        return None
    if not leader.runtime:
        return leader.evidence[
            0
        ].location, "only what others have built is composed here, for whoever hosts it"
    delivered = [d for d in project.deliveries if not d.preview]
    shipped = next((d for d in delivered if d.kind in ("image", "package", "release")), None)
    if shipped is not None and not any(d.kind == "deploy" for d in delivered):
        return shipped.location, "others may host what is published here, and back it up themselves"
    for compose in project.composes:
        if (
            project.purposes.get(compose.path) == "production"
            and not any(s.build for s in compose.services)
            and not _is_deployed(compose, project)
        ):
            return Location(
                compose.path, compose.services[0].span if compose.services else compose.span
            ), ("only published images run here: a setting for whoever hosts them")
    return None


def _has_domain(project: Project) -> bool:
    """Whether a script gets a certificate for a domain that it names: a server of the repository's own people."""
    return any(
        run.name == "certbot"
        and run.reach == "reached"
        and any(map(_is_domain, pairwise(run.arguments)))
        for act in project.acts
        if act.purpose == "production" and act.role in ("bootstrap", "deploy")
        for run in act.behaviour.runs
    )


def _is_domain(pair: tuple[str | None, str | None]) -> bool:
    option, value = pair
    named = option in ("-d", "--domain", "--domains") and value is not None
    return named and bool(_DOMAIN.fullmatch(value or "")) and "example" not in (value or "")


_DOMAIN = regex(r"(?:[\w-]+\.)+[a-z]{2,}")


def _is_deployed(compose: Compose, project: Project) -> bool:
    """Whether a workflow of the repository starts a compose file on a server of its own."""
    trail = project.standings[compose.path].trail
    return bool(trail) and any(trail[0].location.path == w.path for w in project.workflows)


def _elsewhere(
    leader: Deployable, hosted: list[Store], project: Project
) -> tuple[Location, str] | None:
    """Whether all stores stand in compose files of which nothing shows that production starts them."""
    if leader.kind != "server" or any(s.source != "compose" for s in hosted):
        return None
    for act in project.acts:
        typed = act.script.origin == "npm" and not act.reached_by
        if (
            act.purpose == "production"
            and act.role not in ("ci", "test", "development")
            and not typed
            and not installs_afresh(act)
        ):
            for run in act.behaviour.runs:
                words = effects.plain(run)
                if words[:1] == ("docker-compose",) or words[:2] in (
                    ("docker", "compose"),
                    ("docker", "stack"),
                    ("podman", "compose"),
                ):
                    return None
    if any(
        u.source == "compose" and u.deployable == leader.folder and _started(u.location, leader)
        for u in project.units
    ):
        return None
    return hosted[0].location, "whether production starts this compose file is not shown"


def _started(where: Location, leader: Deployable) -> bool:
    return any(e.location.path == where.path for e in leader.evidence)


def _missing(leader: Deployable, hosted: list[Store], project: Project) -> Match:
    first, *others = hosted
    return Match(
        location=first.location,
        values={"name": shown(leader), "engine": engine_name(first, project)},
        evidence=tuple(
            Evidence(s.location, f"{engine_name(s, project)} here, not copied either")
            for s in others[:_MOST]
        ),
        deployable=leader.folder,
    )
