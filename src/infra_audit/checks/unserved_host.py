"""Proxies in containers that pass requests on to a name which nothing in their network has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import ProxyFile
from ..model import Evidence, Match, Outcome, Undecided
from ..project.askers import LOOPBACK
from ..project.composed import Placed, placed
from ..project.composing import is_application
from ..project.loaded import Bearer, bearers, doubt
from ..project.types import Forward, Project, Site
from ..source.regex import regex

_BARE = regex(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_PLACEHOLDERS = regex(
    r"host|hostname|server|upstream|unix|(?:your|my|some|example|placeholder|change)[-_]?.*|.*[-_](?:host|name|here)"
    r"|example|changeme|replace.*|x+|foo|bar"
)
_CREATED = regex(r"[-_]\d+$")
"""What compose adds to the name of a service to call its container."""
_STARTS = frozenset({"run", "create", "network"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each such name, at the place that passes requests on."""
    sites = [s for s in project.sites if s.proxy in ("nginx", "caddy") and not s.file]
    if not sites or not project.composes:
        return
    names = _names(project) | {f.upstream for site in project.sites for f in site.forwards}
    files = {file.path: file for file in project.proxies if not file.name}
    every: tuple[Placed, ...] | None = None
    for site in sites:
        lost = [f for f in site.forwards if _is_lost(f, names)]
        file = files.get(site.location.path)
        if not lost or file is None:
            continue
        every = tuple(placed(project)) if every is None else every
        found = bearers(file.path, site.proxy, every, project)
        for forward in lost if found else ():
            yield from _judged(forward, site, (found, file), project)


def _is_lost(forward: Forward, names: frozenset[str]) -> bool:
    """Whether a name is none of a service: one without a dot, which only the containers' own DNS knows."""
    host = (forward.host or "").lower()
    created = _CREATED.sub("", host)
    return (
        forward.unit is None
        and _BARE.fullmatch(host) is not None
        and not host.isdigit()
        and host not in LOOPBACK
        and not _PLACEHOLDERS.fullmatch(host)
        and not any(created == n or created.endswith((f"-{n}", f"_{n}")) for n in names if n)
    )


def _names(project: Project) -> frozenset[str]:
    """Everything that may answer in some network of the repository's compose files."""
    return frozenset(
        name.lower()
        for compose in project.composes
        for service in compose.services
        for name in (
            service.name,
            *service.aliases,
            *service.links,
            *(host.partition(":")[0].partition("=")[0] for host in service.extra_hosts),
        )
    )


def _judged(
    forward: Forward, site: Site, read: tuple[list[Bearer], ProxyFile], project: Project
) -> Iterator[Outcome]:
    found, file = read
    bare = forward.port in ("80", "443", None)
    doubts = [one.placed.doubt or doubt(one, file, bare=bare) for one in found]
    host = (forward.host or "").lower()
    if all(doubts):
        yield Undecided(forward.location, doubts[0])
        return
    bearer = found[doubts.index("")]
    if _elsewhere(host, bearer, project):
        yield Undecided(forward.location, f"`{host}` may be started elsewhere")
    elif _is_meant(bearer, project):
        yield _match(forward, site, bearer.placed)


def _elsewhere(host: str, bearer: Bearer, project: Project) -> bool:
    """Whether a script or a cluster may give something the name."""
    cluster = [h for h in project.hostings if h.provider == "kubernetes"]
    charts = any(other.kind in ("helm", "kubernetes") for other in project.others)
    if any(hosted.name == host for h in cluster for hosted in h.services):
        return True
    if bearer.image is not None and (cluster or charts):
        return True
    return any(
        run.name in ("docker", "podman")
        and run.arguments[:1]
        and run.arguments[0] in _STARTS
        and any(host in word.raw or word.literal is None for word in run.words)
        for act in project.acts
        for run in act.behaviour.runs
    )


def _is_meant(bearer: Bearer, project: Project) -> bool:
    """Whether an application stands beside a proxy that no proxy reaches: that which was renamed."""
    reached = {f.unit.location for s in project.sites for f in s.forwards if f.unit is not None}
    compose = bearer.placed.compose
    return any(
        service is not bearer.placed.service
        and is_application(service)
        and not any(where.path == compose.path and where.span == service.span for where in reached)
        for service in compose.services
    )


def _match(forward: Forward, site: Site, bearer: Placed) -> Match:
    then = (
        "does not start (or answers 502, where a variable holds the name)"
        if site.proxy == "nginx"
        else "answers each request with 502"
    )
    return Match(
        location=forward.location,
        values={"host": forward.host or "", "proxy": site.proxy, "then": then},
        evidence=(Evidence(bearer.location, f"`{bearer.service.name}` has this file"),),
        trail=bearer.standing.trail,
    )
