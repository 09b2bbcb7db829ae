"""Containers that send requests to a name which nothing in their network has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..documents.facts import ProxyFile, Service
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.askers import LOOPBACK
from ..project.composed import Placed, placed
from ..project.composing import is_application
from ..project.loaded import Bearer, bearers, doubt, network_doubt
from ..project.types import Forward, Image, Project, Site
from ..source.regex import regex

_BARE = regex(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_PLACEHOLDERS = regex(
    r"host|hostname|server|upstream|unix|(?:your|my|some|example|placeholder|change)[-_]?.*|.*[-_](?:host|name|here)"
    r"|example|changeme|replace.*|x+|foo|bar"
)
_CREATED = regex(r"[-_]\d+$")
"""What compose adds to the name of a service to call its container."""
_STARTS = frozenset({"run", "create", "network"})
_URL = regex(r"(?:https?|wss?|grpc)://(?:[^/@\s]*@)?([A-Za-z0-9][\w-]*):\d+(?:/\S*)?")
"""An address with a port, as only a container within the same network has one."""
_ASKED = regex(r"(?:^|_)(?:URL|URI|ENDPOINT|ADDR|ADDRESS|UPSTREAM|BACKEND|TARGET)$", re.IGNORECASE)
"""How variables are called by which a program is told whom to ask."""
_SHOWN = regex(
    r"PUBLIC|ORIGIN|CORS|ALLOW|CALLBACK|REDIRECT|SITE|EXTERNAL|FRONTEND|CLIENT|ISSUER|HOOK|ADVERTIS|LISTEN|BIND|APP_|BASE_"
    r"|ROOT_|WEB_|COOKIE|TRUST|SELF|PROXY|OTEL|TELEMETRY|TRAC|METRIC|JAEGER|LOKI|STATSD|LOG|^VITE|^REACT|^NEXT|^NUXT|AUTH_URL",
    re.IGNORECASE,
)
"""Those of addresses that are shown to others, for a browser to use, or for what may be missing."""
_WORKS = regex(r"work|cron|queue|sched|job|migrat|seed|beat|consum|bot|init|backup|task|daemon")
"""Names of services that nobody asks."""
_WORD = regex(r"[A-Za-z0-9][\w-]*")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each such name, at the place that passes requests on."""
    if not project.composes:
        return
    names = _names(project) | {f.upstream for site in project.sites for f in site.forwards}
    yield from _of_proxies(names, project)
    yield from _of_variables(names, project)


def _of_proxies(names: frozenset[str], project: Project) -> Iterator[Outcome]:
    """What the proxies pass on."""
    sites = [s for s in project.sites if s.proxy in ("nginx", "caddy") and not s.file]
    files = {file.path: file for file in project.proxies if not file.name}
    every: tuple[Placed, ...] | None = None
    for site in sites:
        lost = [f for f in site.forwards if f.unit is None and _is_lost(f.host, names)]
        file = files.get(site.location.path)
        if not lost or file is None:
            continue
        every = tuple(placed(project)) if every is None else every
        found = bearers(file.path, site.proxy, every, project)
        for forward in lost if found else ():
            yield from _judged(forward, site, (found, file), project)


def _of_variables(names: frozenset[str], project: Project) -> Iterator[Outcome]:
    """What the applications are told to ask."""
    asked = [
        (compose, service, entry, found[1])
        for compose in project.composes
        for service in compose.services
        for entry in service.environment
        if entry.value is not None
        and entry.value.literal is not None
        and (found := _URL.fullmatch(entry.value.literal))
        and _is_lost(found[1], names)
        and _ASKED.search(entry.name)
        and not _SHOWN.search(entry.name)
    ]
    every = tuple(placed(project)) if asked else ()
    for compose, service, entry, host in asked:
        each = next((p for p in every if p.service is service and p.compose is compose), None)
        if each is None or entry.value is None or not is_application(service):
            continue
        others = [p.service for p in (*each.whole.parts[1:], *each.whole.beside)]
        if any(e.name == entry.name for other in others for e in other.environment):
            continue
        where = Location(compose.path, entry.value.span)
        told = each.doubt or network_doubt(each)
        if told or _elsewhere(host.lower(), None, project):
            yield Undecided(where, told or f"`{host}` may be started elsewhere")
            continue
        unasked = _unasked(each, project)
        if unasked is not None:
            yield Match(
                location=where,
                values={
                    "host": host,
                    "who": f"`{service.name}`",
                    "then": f"finds nothing there ({entry.name})",
                },
                evidence=(
                    Evidence(
                        Location(compose.path, unasked.span),
                        "nothing asks for this one, by its own name",
                    ),
                ),
                trail=each.standing.trail,
            )


def _unasked(each: Placed, project: Project) -> Service | None:
    """An application beside a container whose name stands in no variable and that no proxy reaches."""
    words = {
        word
        for service in each.compose.services
        for entry in service.environment
        if entry.value is not None
        for word in _WORD.findall(entry.value.raw)
    }
    return next(
        (
            s
            for s in _unreached(each, project)
            if not words.intersection((s.name, *s.aliases))
            and not (s.labels or s.ports or _WORKS.search(s.name))
        ),
        None,
    )


def _is_lost(name: str | None, names: frozenset[str]) -> bool:
    """Whether a name is none of a service: one without a dot, which only the containers' own DNS knows."""
    host = (name or "").lower()
    created = _CREATED.sub("", host)
    return (
        _BARE.fullmatch(host) is not None
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
    if _elsewhere(host, bearer.image, project):
        yield Undecided(forward.location, f"`{host}` may be started elsewhere")
    elif any(_unreached(bearer.placed, project)):
        yield _match(forward, site, bearer.placed)


def _elsewhere(host: str, image: Image | None, project: Project) -> bool:
    """Whether a script or a cluster may give something the name."""
    cluster = [h for h in project.hostings if h.provider == "kubernetes"]
    charts = any(other.kind in ("helm", "kubernetes") for other in project.others)
    if any(hosted.name == host for h in cluster for hosted in h.services):
        return True
    if image is not None and (cluster or charts):
        return True
    return any(
        run.name in ("docker", "podman")
        and run.arguments[:1]
        and run.arguments[0] in _STARTS
        and any(host in word.raw or word.literal is None for word in run.words)
        for act in project.acts
        for run in act.behaviour.runs
    )


def _unreached(each: Placed, project: Project) -> Iterator[Service]:
    """The applications beside a container that no proxy reaches: one of them may have been renamed."""
    reached = {f.unit.location for s in project.sites for f in s.forwards if f.unit is not None}
    for service in each.compose.services:
        where = Location(each.compose.path, service.span)
        if service is not each.service and is_application(service) and where not in reached:
            yield service


def _match(forward: Forward, site: Site, bearer: Placed) -> Match:
    then = (
        "does not start (or answers 502, where a variable holds the name)"
        if site.proxy == "nginx"
        else "answers each request with 502"
    )
    return Match(
        location=forward.location,
        values={"host": forward.host or "", "who": site.proxy, "then": then},
        evidence=(Evidence(bearer.location, f"`{bearer.service.name}` has this file"),),
        trail=bearer.standing.trail,
    )
