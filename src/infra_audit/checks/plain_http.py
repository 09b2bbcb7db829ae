"""Sites that a server hands out without TLS, and nothing else speaks it for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..documents.facts import Directive
from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.boot import sayings, server_runs
from ..project.composed import placed
from ..project.types import Listening, Project, Site
from ..source.regex import regex

_ISSUES = regex(
    r"certbot|acme\.sh|letsencrypt|let'?s encrypt|\blego\b|dehydrated|mkcert|ssl_certificate|cloudflared?\b|cloudfront|ngrok"
    r"|tailscale|load[ -]?balancer|certificates?/|openssl req|443[ /]?ssl",
    re.IGNORECASE,
)  # fmt: skip
"""What gets a certificate, or names who else speaks TLS."""
_AHEAD = frozenset({"set_real_ip_from", "real_ip_header", "real_ip_recursive"})
_FORWARDED = regex(r"\$http_(?:x_forwarded|cf_|cloudfront|x_real)|proxy_protocol")
_BALANCED = regex(r"_lb\b|_alb|elastic_load|load_?balancer|cloudfront|cloudflare|certificate|front_?door|cdn|gateway")  # fmt: skip
_INNER = regex(r"localhost|.*\.(?:local|localhost|lan|internal|test|home|invalid|localdomain)")
_NGINX = "/etc/nginx"


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each site that is installed on the server, or in a container, and served on port 80 alone."""
    found = [
        (site, setup)
        for site in project.sites
        if site.proxy == "nginx" and _is_plain(site)
        if (setup := _installed(site, project) or _contained(site, project)) is not None
    ]
    if not found:
        yield Inapplicable("no site of nginx that is installed from here is served without TLS")
        return
    elsewhere = _elsewhere(project)
    if elsewhere is not None:
        yield elsewhere
        return
    unread = project.provisioning or [m for m in project.others if m.kind == "codedeploy"]
    if unread:
        doubt = "a balancer that is described elsewhere may speak TLS in front of it"
        yield Undecided(found[0][0].location, doubt)
        return
    for site, setup in found:
        if not any(_speaks_for(other, site) for other in project.sites):
            yield _match(site, setup)


def _is_plain(site: Site) -> bool:
    """Whether the site passes requests on, speaks no TLS and sends nobody to where it is spoken."""
    return bool(site.forwards) and not site.secure and not site.redirects and bool(site.listens)


def _is_public(site: Site) -> bool:
    """Whether the site is for everybody, on port 80 of its machine."""
    outside = all(each.port == "80" and not _is_inner(each) for each in site.listens)
    return outside and not (site.names and all(map(_is_private, site.names)))


def _is_inner(listening: Listening) -> bool:
    return bool(listening.host) and _is_private(listening.host)


def _is_private(name: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(name).is_private
    except ValueError:
        return bool(_INNER.fullmatch(name.lower()))


def _contained(site: Site, project: Project) -> Evidence | None:
    """Where a container whose nginx reads the site's file is published on port 80 of its machine."""
    if not project.composes or site.file:
        return None
    from ..project.loaded import bearers

    for each in placed(project):
        if each.doubt or not bearers(site.location.path, site.proxy, (each,), project):
            continue
        for port in project.ports:
            if (
                (port.kind, port.number, port.host) == ("published", "80", "")
                and port.unit is not None
                and port.unit.location == each.location
                and any(listening.port == port.target for listening in site.listens)
            ):
                return Evidence(port.location, _PUBLISHED)
    return None


_PUBLISHED = "a container serves it here"


def _installed(site: Site, project: Project) -> Evidence | None:
    """The run that puts the site's file where nginx reads it; None for a mere draft."""
    run = _setup(site, project) if _is_public(site) else None
    return Evidence(Location(run.path, run.span), "it is installed here") if run else None


def _setup(site: Site, project: Project) -> Run | None:
    runs = [run for _, run in server_runs(project)]
    if site.file:
        own = [
            run
            for run in runs
            if run.path == site.location.path and run.span.line <= site.location.span.line
        ]
        return own[-1] if own and (_NGINX in site.file or _to_nginx(own[-1])) else None
    name = site.location.path.rpartition("/")[2]
    return next((run for run in runs if _to_nginx(run) and name in _names(run)), None)


def _to_nginx(run: Run) -> bool:
    return any(path.startswith(_NGINX) for path in effects.written(run))


def _names(run: Run) -> set[str]:
    """The names of the files that a run is given."""
    given = [word.raw.strip("\"'") for word in run.words[1:]]
    given += [value for operator, value in run.redirects if value and "<" in operator]
    return {path.rpartition("/")[2] for path in given}


def _elsewhere(project: Project) -> Satisfied | None:
    """What gets certificates, or stands in front of the server and speaks TLS there."""
    told = next(sayings(project, _ISSUES), None)
    if told is not None:
        return Satisfied(told.where, "TLS is set up, or spoken in front of the server")
    for act in project.acts:
        for run in act.behaviour.runs:
            text = " ".join((run.name, *(word.raw for word in run.words[1:])))
            if _ISSUES.search(text):
                return Satisfied(Location(run.path, run.span), "TLS is set up")
    for compose in project.composes:
        for service in compose.services:
            if service.image is not None and _ISSUES.search(service.image.raw):
                return Satisfied(Location(compose.path, service.image.span), "it speaks TLS")
    for file in project.proxies:
        ahead = next(_ahead(file.directives), None)
        if ahead is not None:
            where = Location(file.path, ahead.span)
            return Satisfied(where, "something in front of it passes the requests on")
    for other in project.others:
        for word in other.words if other.kind == "terraform" else ():
            if word.value is not None and _BALANCED.search(word.value.raw):
                where = Location(other.path, word.value.span)
                return Satisfied(where, "a balancer or a network stands in front of it")
    return None


def _ahead(directives: tuple[Directive, ...], depth: int = 0) -> Iterator[Directive]:
    for directive in directives:
        raw = any(_FORWARDED.search(value.raw) for value in directive.arguments)
        if directive.name in _AHEAD or raw:
            yield directive
        if directive.block and depth < 20:
            yield from _ahead(directive.block, depth + 1)


def _speaks_for(other: Site, site: Site) -> bool:
    """Whether another site speaks TLS under the same names, or under names that are not known."""
    if other is site or not other.secure:
        return False
    known = other.named and other.names and site.named and site.names
    return not known or bool(set(other.names) & set(site.names))


def _match(site: Site, setup: Evidence) -> Match:
    """A note where the site has no public name: what stands in front may be set up elsewhere."""
    public = [name for name in site.names if not _is_private(name)]
    names = ", ".join(f"`{name}`" for name in public[:3]) or "the site"
    listening = site.listens[0].location
    return Match(
        location=listening if listening.span != site.location.span else site.location,
        values={"names": names},
        evidence=(setup, Evidence(site.forwards[0].passed, "the application behind it")),
        severity="note" if setup.note == _PUBLISHED and not public else None,
    )
