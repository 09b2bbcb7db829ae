"""What proxies serve and where they pass it on: nginx, Caddy and the labels that Traefik reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..documents.facts import Compose, Service
from ..model import Location
from ..source.regex import regex
from .facts import Facts
from .services import by_name
from .types import Forward, Port, Site, Unit

Variables = Mapping[str, Mapping[str, str]]
"""What the variables of scripts are, by the path of the script."""


def sites(facts: Facts, units: tuple[Unit, ...], variables: Variables) -> tuple[Site, ...]:
    """Every site, in the order of their files; those of labels last."""
    services = by_name(units)
    found: list[Site] = []
    if any(file.proxy == "nginx" for file in facts.proxies):
        from .nginx_sites import nginx_sites

        found += nginx_sites(facts.proxies, services, variables)
    if any(file.proxy == "caddy" for file in facts.proxies):
        from .caddy_sites import caddy_sites

        found += caddy_sites(facts.proxies, services, variables)
    known = {(u.location, u.name): u for u in units if u.source == "compose"}
    for compose in facts.composes:
        for service in compose.services:
            own = known.get((Location(compose.path, service.span), service.name))
            found += _labelled(compose, service, own)
    return tuple(found)


def ports(found: tuple[Site, ...]) -> Iterator[Port]:
    """The ports at which sites are served, and those to which they pass requests on."""
    for site in found:
        for listening in site.listens:
            yield Port(
                kind="listens",
                number=listening.port,
                host=listening.host,
                location=listening.location,
            )
        for forward in site.forwards:
            if forward.scheme != "unix":
                yield Port(
                    kind="proxied",
                    number=forward.port,
                    host=forward.host,
                    location=forward.location,
                    unit=forward.unit,
                    deployable=forward.unit.deployable if forward.unit else None,
                )


_LABEL = regex(r"traefik\.http\.(?P<kind>routers|services)\.[\w@-]+\.(?P<key>[\w.]+)")
_HOST = regex(r"\bHost\(([^)]*)\)")
_NAME = regex(r"[`'\"]([^`'\"]*)[`'\"]")


def _labelled(compose: Compose, service: Service, unit: Unit | None) -> Iterator[Site]:
    """What Traefik serves of one service, where its labels tell."""
    names: list[str] = []
    forwards: list[Forward] = []
    first: Location | None = None
    named, secure = True, False
    for label in service.labels:
        found = _LABEL.fullmatch(label.name.lower())
        if found is None or label.value is None:
            continue
        where = Location(compose.path, label.value.span)
        first = first or where
        literal = label.value.literal
        match found["kind"], found["key"]:
            case "routers", "rule":
                given = [n for hit in _HOST.findall(label.value.raw) for n in _NAME.findall(hit)]
                names += [name for name in given if "$" not in name and "{" not in name]
                named = named and len(names) == len(given) and bool(given)
            case "routers", key if key == "tls" or key.startswith("tls."):
                secure = secure or literal != "false"
            case "routers", "entrypoints":
                secure = secure or literal in ("websecure", "https")
            case "services", "loadbalancer.server.port":
                forwards.append(
                    Forward(
                        pattern=None,
                        scheme="http",
                        host=service.name,
                        port=literal,
                        path="",
                        location=where,
                        passed=where,
                        unit=unit,
                    )
                )
    if first is not None:
        yield Site(
            proxy="traefik",
            location=first,
            names=tuple(dict.fromkeys(names)),
            named=named,
            forwards=tuple(forwards),
            secure=secure,
        )
