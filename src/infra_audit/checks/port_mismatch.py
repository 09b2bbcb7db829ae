"""Requests that are led to a port on which the process behind it does not listen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Evidence, Location, Match, Outcome
from ..project.askers import LOOPBACK
from ..project.composed import Placed, placed
from ..project.listening import (
    Listener,
    built,
    image_listener,
    image_unit,
    server_listener,
    service_listener,
)
from ..project.types import Image, Port, Project, Unit

_PROXIES = ("nginx", "httpd", "caddy", "traefik", "haproxy", "envoy", "apache")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each end that disagrees: published, proxied and probed ports."""
    if not any(p.kind in ("published", "proxied", "probed") for p in project.ports):
        return
    images: dict[Location, Image] = {}
    for each in placed(project):
        image = built(each, project)
        if image is None or _takes_the_host(each):
            continue
        images[Location(image.dockerfile.path, image.stage.span)] = image
        unit = _unit(each, project)
        listener = service_listener(each, project)
        if listener is None:
            yield from _by_image(each, unit, image, project)
        else:
            yield from _published(unit, listener, project)
            yield from _proxied(unit, listener, project)
            yield from _probed((unit, image_unit(image, project)), listener, project)
    for image in project.images:
        where = Location(image.dockerfile.path, image.stage.span)
        if where not in images and image.purpose == "production":
            alone = image_listener(image, project)
            if alone is not None:
                yield from _probed((image_unit(image, project),), alone, project)
    if not project.composes and not project.images:
        yield from _on_a_server(project)


def _on_a_server(project: Project) -> Iterator[Match]:
    """What a proxy passes to its own machine, where none of it reaches any process of this repository."""
    passed = [p for p in project.ports if p.kind == "proxied" and p.host in LOOPBACK]
    listener = server_listener(project) if passed else None
    if listener is None or not all(p.number and p.number.isdigit() for p in passed):
        return
    if not any(p.number in listener.ports for p in passed):
        for port in passed:
            number = port.number or ""
            what = f"passes requests on to port {number}"
            yield _match(port.location, what, number, listener, "each is answered with 502")


def _unit(each: Placed, project: Project) -> Unit | None:
    found = (u for u in project.units if u.source == "compose" and u.location == each.location)
    return next(found, None)


def _takes_the_host(each: Placed) -> bool:
    """Whether a service is in another network than its own."""
    return each.whole.gives("network_mode")


def _leads_to(unit: Unit | None, project: Project) -> list[Port]:
    """The published ports of a unit whose other end is known; none where any of them is open."""
    found = [
        p for p in project.ports if p.kind == "published" and p.unit == unit and p.protocol == "tcp"
    ]
    known = all(p.target is not None and p.target.isdigit() for p in found)
    return found if unit is not None and known else []


def _published(unit: Unit | None, listener: Listener, project: Project) -> Iterator[Match]:
    found = _leads_to(unit, project)
    if found and not any(port.target in listener.ports for port in found):
        number = found[0].target or ""
        what = f"publishes port {number} of the container"
        yield _match(found[0].location, what, number, listener, "nothing answers there")


def _proxied(unit: Unit | None, listener: Listener, project: Project) -> Iterator[Match]:
    for port in project.ports:
        if port.kind == "proxied" and port.unit == unit and unit is not None:
            number = port.number or ""
            if number.isdigit() and number not in listener.ports:
                what = f"passes requests on to port {number} of `{unit.name}`"
                yield _match(port.location, what, number, listener, "each is answered with 502")


def _probed(
    units: tuple[Unit | None, ...], listener: Listener, project: Project
) -> Iterator[Match]:
    for probe in project.probes:
        if probe.unit is None or probe.unit not in units or not probe.inside:
            continue
        number = probe.port or ""
        lost = probe.host in LOOPBACK and number.isdigit() and number not in listener.ports
        if lost and not _alternative(probe.script, number, listener, project):
            what = f"asks port {number}"
            then = "the container is never healthy"
            yield _match(probe.location, what, number, listener, then)


def _alternative(script: object, number: str, listener: Listener, project: Project) -> bool:
    """Whether the same health check asks a port that answers as well."""
    return any(
        p.script is script and p.port != number and (p.port is None or p.port in listener.ports)
        for p in project.probes
    )


def _match(where: Location, what: str, number: str, listener: Listener, then: str) -> Match:
    return Match(
        location=where,
        values={"what": what, "listens": f"what is behind it listens on {listener}", "then": then},
        evidence=listener.shown,
    )


def _by_image(each: Placed, unit: Unit | None, image: Image, project: Project) -> Iterator[Match]:
    """What the image says by EXPOSE, where the code does not tell: it binds nobody, hence a note."""
    own = image_unit(image, project)
    exposed = [p for p in project.ports if p.kind == "container" and p.unit == own]
    found = _leads_to(unit, project)
    if own is None or not exposed or not found or _stands_on_proxy(image):
        return
    told = [p for p in project.ports if p.kind == "told" and p.unit in (unit, own)]
    numbers = {p.number for p in exposed}
    if told or None in numbers or numbers & {p.target for p in found}:
        return
    if any("env_file" in part.service.keys for part in each.whole.parts):
        return
    listed = " and ".join(sorted(n for n in numbers if n))
    yield Match(
        location=found[0].location,
        values={
            "what": f"publishes port {found[0].target} of the container",
            "listens": f"its image names {listed}",
            "then": "one of the two is wrong",
        },
        evidence=tuple(Evidence(p.location, "what the image says it listens on") for p in exposed),
        severity="note",
    )


def _stands_on_proxy(image: Image) -> bool:
    """Whether the base brings a server with a port of its own."""
    return any(name in image.stage.base.raw for name in _PROXIES)
