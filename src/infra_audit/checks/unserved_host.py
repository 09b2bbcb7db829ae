"""Proxies in containers that pass requests on to a name which nothing in their network has."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import Any

from ..documents.facts import Compose
from ..model import Evidence, Match, Outcome, Undecided
from ..project.askers import LOOPBACK
from ..project.composed import Placed, placed
from ..project.listening import built
from ..project.types import Forward, Project, Site
from ..source.regex import regex

_BARE = regex(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_PLACEHOLDERS = frozenset(
    {"host", "hostname", "server", "upstream", "example", "backend-host", "unix"}
)


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each such name, at the place that passes requests on."""
    sites = [s for s in project.sites if s.proxy in ("nginx", "caddy") and not s.file]
    if not sites or not project.composes:
        return
    names = _names(project)
    groups = {forward.upstream for site in project.sites for forward in site.forwards}
    for site in sites:
        lost = [f for f in site.forwards if _is_lost(f, names | groups)]
        if not lost:
            continue
        bearer = next((each for each in placed(project) if _bears(each, site, project)), None)
        if bearer is None:
            continue
        for forward in lost:
            yield _judged(forward, site, bearer)


def _is_lost(forward: Forward, names: frozenset[str]) -> bool:
    """Whether a name is none of a service: one without a dot, which only the containers' own DNS knows."""
    host = (forward.host or "").lower()
    return (
        forward.unit is None
        and _BARE.fullmatch(host) is not None
        and not host.isdigit()
        and host not in LOOPBACK
        and host not in _PLACEHOLDERS
        and host not in names
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


def _bears(each: Placed, site: Site, project: Project) -> bool:
    """Whether a service has the file of a site, mounted or copied into its image."""
    path = site.location.path
    for part in each.whole.parts:
        for mount in part.service.mounts:
            if (
                mount.kind == "bind"
                and mount.source
                and not mount.source.startswith(("/", "~", "$"))
            ):
                source = normpath(join(dirname(part.path), mount.source))
                if path == source or (source != "." and path.startswith(f"{source}/")):
                    return True
    image = built(each, project)
    if image is None or image.context is None:
        return False
    copied = [
        normpath(join(image.context, source.literal))
        for instruction in image.stage.instructions
        if instruction.copy is not None and not instruction.copy.origin
        for source in instruction.copy.sources
        if source.literal
    ]
    return path in copied


def _judged(forward: Forward, site: Site, bearer: Placed) -> Outcome:
    doubt = bearer.doubt or _doubt(bearer, bearer.compose)
    if doubt:
        return Undecided(forward.location, doubt)
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


def _doubt(bearer: Placed, compose: Compose) -> str:
    if compose.external_networks or compose.includes or bearer.whole.open:
        return "other containers may be in its network"
    if bearer.whole.gives("network_mode"):
        return "it is in the network of another"
    return ""
