"""Requests that are led to a port on which the process behind it does not listen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ..documents.facts import Service
from ..model import Evidence, Location, Match, Outcome
from ..project.askers import LOOPBACK
from ..project.composed import Placed, placed
from ..project.in_force import in_force
from ..project.layers import lineage
from ..project.listening import (
    Listener,
    built,
    default_of,
    image_listener,
    image_unit,
    server_listener,
    service_listener,
)
from ..project.loaded import bearers, opened
from ..project.routes import served
from ..project.types import Image, Port, Probe, Project, Unit
from ..source.regex import regex

_PLAIN = regex(
    r"(?:^|/)(?:scratch|debian|ubuntu|alpine|busybox|golang|python|rust|ruby|eclipse-temurin|amazoncorretto|static[\w-]*"
    r"|base[\w-]*debian\d+|cc[\w-]*)(?=[:@]|$)"
)
"""Base images that start nothing which opens a port."""
_SETTINGS = regex(r"\.(?:ya?ml|toml|json|conf|cfg|ini|env|properties|hcl)$|/config$|/etc/")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each end that disagrees: published, proxied and probed ports."""
    if not any(p.kind in ("published", "proxied", "probed") for p in project.ports):
        return
    images: dict[Location, Image] = {}
    for each in placed(project):
        yield from _of_proxy(each, project)
        image = built(each, project)
        if image is None or _shares(each):
            continue
        images[Location(image.dockerfile.path, image.stage.span)] = image
        unit = _unit(each, project)
        listener = service_listener(each, project)
        if listener is None:
            yield from _by_image(each, unit, image, project)
        else:
            yield from _outside(unit, listener, project)
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
    """What a proxy passes to its own machine: to the port that the code falls back on, if it is told another."""
    passed = [
        f
        for site in project.sites
        for f in site.forwards
        if f.host in LOOPBACK and f.scheme in ("http", "https")
    ]
    listener = server_listener(project) if passed else None
    if listener is None or not all((f.port or "").isdigit() for f in passed):
        return
    fallback = default_of(listener, project)
    if not any(f.port in listener.ports for f in passed):
        for forward in passed:
            if forward.port == fallback:
                what = f"passes requests on to port {forward.port}"
                yield _match(forward.location, what, listener, "each is answered with 502")


def _of_proxy(each: Placed, project: Project) -> Iterator[Match]:
    """The published ports of a container's nginx on which none of its servers listens."""
    published = _leads_to(_unit(each, project), project) if project.proxies else []
    listener = opened(each, project) if published and not _shares(each) else None
    if listener is not None:
        alone = not any(port.target in listener.ports for port in published)
        for port in published:
            if port.target not in listener.ports:
                what = f"publishes port {port.target} of the container"
                match = _match(port.location, what, listener, "nothing answers there")
                yield match if alone else replace(match, severity="warning")


def _unit(each: Placed, project: Project) -> Unit | None:
    found = (u for u in project.units if u.source == "compose" and u.location == each.location)
    return next(found, None)


def _shares(each: Placed) -> bool:
    """Whether a service is in another network than its own, or another one is in its network."""
    names = {each.service.name, *each.service.aliases}
    joined = {f"{kind}:{name}" for kind in ("service", "container") for name in names}
    return each.whole.gives("network_mode") or any(
        other.network_mode is not None
        and (other.network_mode.literal is None or other.network_mode.literal in joined)
        for other in each.compose.services
    )


def _leads_to(unit: Unit | None, project: Project) -> list[Port]:
    """The published ports of a unit whose other end is literal; none where any of them is open."""
    own = [p for p in project.ports if p.unit == unit] if unit is not None else []
    literal = {p.location for p in own if p.kind == "container" and (p.number or "").isdigit()}
    found = [p for p in own if p.kind == "published" and p.protocol == "tcp"]
    return found if all(p.target and p.location in literal for p in found) else []


def _outside(unit: Unit | None, listener: Listener, project: Project) -> Iterator[Match]:
    """What is led to a container from outside of it, where none of it reaches the process.

    Where something reaches it, another port may be one that a library opens.
    """
    published = _leads_to(unit, project)
    proxied = [
        p
        for p in project.ports
        if p.kind == "proxied" and p.unit == unit and unit is not None and p.number
    ]
    if unit is None or any(p.target in listener.ports for p in published):
        return
    if any(p.number in listener.ports or not (p.number or "").isdigit() for p in proxied):
        return
    if published:
        what = f"publishes port {published[0].target} of the container"
        yield _match(published[0].location, what, listener, "nothing answers there")
    for port in proxied:
        if not _is_read(port, project):
            continue
        what = f"passes requests on to port {port.number} of `{unit.name}`"
        yield _match(port.location, what, listener, "each is answered with 502")


def _is_read(port: Port, project: Project) -> bool:
    """Whether a proxy in a container reads the file in which a port stands, or it is a service's own label."""
    file = next((f for f in project.proxies if f.path == port.location.path), None)
    if file is None:
        return True
    return bool(bearers(file.path, file.proxy, tuple(placed(project)), project))


def _probed(
    units: tuple[Unit | None, ...], listener: Listener, project: Project
) -> Iterator[Match]:
    for probe in project.probes:
        if probe.unit is None or probe.unit not in units or not probe.inside:
            continue
        number = probe.port or ""
        lost = probe.host in LOOPBACK and number.isdigit() and number not in listener.ports
        if not lost or _alternative(probe.script, number, listener, project):
            continue
        if _means(probe, project) and in_force(probe, project):
            what = f"asks port {number}"
            yield _match(probe.location, what, listener, "the container is never healthy")


def _means(probe: Probe, project: Project) -> bool:
    """Whether a probe is meant for the application: by a path that it serves, or its usual port."""
    table = next((t for t in project.routes if t.deployable == probe.deployable), None)
    if table is not None and probe.path and served(table, probe.path) is not None:
        return True
    own = [p for p in project.ports if p.deployable == probe.deployable and p.kind == "listens"]
    return any(port.default == probe.port for port in own)


def _alternative(script: object, number: str, listener: Listener, project: Project) -> bool:
    """Whether the same health check asks a port that answers as well."""
    return any(
        p.script is script and p.port != number and (p.port is None or p.port in listener.ports)
        for p in project.probes
    )


def _match(where: Location, what: str, listener: Listener, then: str) -> Match:
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
    if (
        own is None
        or not exposed
        or not found
        or not _is_plain(image)
        or _reads_code(image, project)
    ):
        return
    told = [p for p in project.ports if p.kind == "told" and p.unit in (unit, own)]
    numbers = {p.number for p in exposed}
    if told or None in numbers or numbers & {p.target for p in found}:
        return
    if any(_may_tell(service, {p.target for p in found}) for service in each.whole.every):
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


def _is_plain(image: Image) -> bool:
    """Whether the base opens no port of its own."""
    base = lineage(image.dockerfile, image.stage)[0].base
    return _PLAIN.search(base.literal or base.default or base.raw) is not None


def _reads_code(image: Image, project: Project) -> bool:
    """Whether code that is read tells the port, so that it is open where it was not found."""
    apps = (d for d in project.deployables if d.folder == image.deployable)
    return any(d.runtime == "node" for d in apps)


def _may_tell(service: Service, targets: set[str | None]) -> bool:
    """Whether compose may give a port by a variable, an argument or a file."""
    if {"env_file", "command", "entrypoint"} & set(service.keys):
        return True
    told = any(
        "PORT" in e.name.upper() or e.value is None or any(t and t in e.value.raw for t in targets)
        for e in service.environment
    )
    return told or any(
        mount.kind == "bind" and _SETTINGS.search(mount.target or "") for mount in service.mounts
    )
