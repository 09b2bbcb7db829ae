"""The ports of all units: what listens, what is told to, what is published, passed on to or probed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..documents.facts import Compose, Entry, Hosted, Other, Process, Service
from ..documents.shell.syntax import Script
from ..flow.behaviour import Run, analyse
from ..model import Location
from ..source.regex import regex
from .apps import App
from .facts import Facts
from .requests import spelled
from .services import by_name
from .types import Image, Port, Probe, Services, Unit


def ports(
    facts: Facts,
    apps: tuple[App, ...],
    images: tuple[Image, ...],
    units: tuple[Unit, ...],
    probes: tuple[Probe, ...],
) -> tuple[Port, ...]:
    """Every port that the documents name, in the order of their kinds of documents."""
    known = {(unit.source, unit.location): unit for unit in units}
    at = {u.location: u for u in units if u.source in ("platform", "kubernetes", "supervisor")}
    found = [*_of_modules(facts, apps)]
    if facts.python:
        from .python_ports import python_ports

        found += python_ports(units, facts)
    names = frozenset(("PORT", *(port.variable for port in found if port.variable)))
    for image in images:
        unit = known.get(("image", Location(image.dockerfile.path, image.stage.span)))
        found += _of_image(image, unit, names)
    for compose in facts.composes:
        for service in compose.services:
            unit = known.get(("compose", Location(compose.path, service.span)))
            found += _of_service(compose, service, unit, names)
    for hosting in facts.hostings:
        for hosted in hosting.services:
            unit = at.get(Location(hosting.path, hosted.span))
            found += _of_hosted(hosted, hosting.path, unit, names)
    for unit in units:
        if unit.start is not None:
            found += _of_start(unit, unit.start, names)
    services = by_name(units)
    found += [port for other in facts.others for port in _scraped(other, services)]
    found += _of_environments(facts, units, names)
    found += [_probed(probe) for probe in probes if probe.scheme]
    return tuple(found)


def _of_modules(facts: Facts, apps: tuple[App, ...]) -> Iterator[Port]:
    folders = [app.folder for app in apps]
    for module in facts.modules:
        if facts.is_production(module.path):
            above = [f for f in folders if not f or module.path.startswith(f"{f}/")]
            for listen in module.listens:
                yield Port(
                    kind="listens",
                    number=None if listen.variable else listen.port,
                    default=listen.port if listen.variable else None,
                    variable=listen.variable,
                    host=listen.host,
                    location=Location(module.path, listen.span),
                    deployable=max(above, key=len, default=None),
                )


def _of_image(image: Image, unit: Unit | None, names: frozenset[str]) -> Iterator[Port]:
    path = image.dockerfile.path
    for instruction in image.stage.instructions:
        if instruction.keyword == "EXPOSE":
            for value in instruction.values:
                raw, _, protocol = (value.literal or value.default or value.raw).partition("/")
                yield Port(
                    kind="container",
                    number=raw if value.literal is not None else None,
                    default=raw if value.literal is None and value.default else None,
                    location=Location(path, value.span),
                    unit=unit,
                    deployable=image.deployable,
                    protocol=protocol or "tcp",
                )
        elif instruction.keyword == "ENV":
            yield from _told(instruction.entries, names, path, unit, image.deployable)


def _of_service(
    compose: Compose, service: Service, unit: Unit | None, names: frozenset[str]
) -> Iterator[Port]:
    path, deployable = compose.path, unit.deployable if unit else None
    for port in service.ports:
        where = Location(path, port.span)
        target = port.target
        if port.published is not None or port.default is not None or not port.known:
            yield Port(
                kind="published",
                number=port.published,
                default=port.default,
                target=target or port.target_default,
                host=port.host,
                location=where,
                unit=unit,
                deployable=deployable,
                protocol=port.protocol,
            )
        yield Port(
            kind="container",
            number=target,
            default=port.target_default,
            location=where,
            unit=unit,
            deployable=deployable,
            protocol=port.protocol,
        )
    for value in service.expose:
        raw, _, protocol = (value.literal or "").partition("/")
        yield Port(
            kind="container",
            number=raw or None,
            default=value.default,
            location=Location(path, value.span),
            unit=unit,
            deployable=deployable,
            protocol=protocol or "tcp",
        )
    yield from _told(service.environment, names, path, unit)


def _of_hosted(
    hosted: Hosted, path: str, unit: Unit | None, names: frozenset[str]
) -> Iterator[Port]:
    deployable = unit.deployable if unit else None
    for value in hosted.ports:
        yield Port(
            kind="container",
            number=value.literal,
            location=Location(path, value.span),
            unit=unit,
            deployable=deployable,
        )
    for value, target in hosted.published:
        yield Port(
            kind="published",
            number=value.literal,
            target=target.literal if target and (target.literal or "").isdigit() else None,
            location=Location(path, value.span),
            unit=unit,
            deployable=deployable,
        )
    yield from _told(hosted.environment, names, path, unit)


def _of_environments(
    facts: Facts, units: tuple[Unit, ...], names: frozenset[str]
) -> Iterator[Port]:
    """What units of systemd and apps of pm2 are told by their environments and options."""
    by_name = {(u.source, u.location.path, u.name): u for u in units}
    for file in facts.unit_files:
        unit = by_name.get(("systemd", file.path, file.name))
        for setting in file.settings:
            yield from _told(setting.entries, names, file.path, unit)
    for ecosystem in facts.ecosystems:
        for process in ecosystem.processes:
            unit = by_name.get(("pm2", ecosystem.path, process.name or ""))
            yield from _told(process.environment, names, ecosystem.path, unit)
            yield from _told(process.options, names, ecosystem.path, unit)
            yield from _of_process(process, ecosystem.path, unit)


def _of_process(process: Process, path: str, unit: Unit | None) -> Iterator[Port]:
    """The port among the arguments of an app."""
    given = (process.arguments.literal if process.arguments else "") or ""
    script = (process.script.literal if process.script else "") or ""
    short = _SHORT.intersection(re.split(r"[\s/]", f"{script} {given}"))
    found = _OPTION.search(given)
    if found and process.arguments and (found["long"] or short):
        yield Port(
            kind="told",
            number=found["number"],
            location=Location(path, process.arguments.span),
            unit=unit,
            deployable=unit.deployable if unit else None,
        )


def _told(
    entries: tuple[Entry, ...],
    names: frozenset[str],
    path: str,
    unit: Unit | None,
    deployable: str | None = None,
) -> Iterator[Port]:
    """What variables tell, by their names."""
    for entry in entries:
        name = entry.name.removeprefix("env_production.")
        if name in names and entry.value is not None:
            literal = entry.value.literal
            yield Port(
                kind="told",
                number=literal if literal and literal.isdigit() else None,
                default=entry.value.default,
                variable=name,
                location=Location(path, entry.value.span),
                unit=unit,
                deployable=deployable or (unit.deployable if unit else None),
            )


_SHORT = frozenset(
    {"next", "nuxt", "nuxi", "vite", "http-server", "astro", "puma", "rails", "react-router-serve"}
)
"""Those whose `-p` is a port."""
_BINDERS = frozenset({"gunicorn", "hypercorn", "puma", "rails", "daphne"})
"""Those whose `-b` or `--bind` is an address."""
_OPTION = regex(r"(?:^|\s)(?:(?P<long>--port)|-p)[\s=](?P<number>\d+)(?=\s|$)")
_LONG = regex(r"--(?:port|server\.port)(?:=(?P<value>.*))?", re.DOTALL)
_BOUND = regex(r"(?:tcp://)?(?P<host>\[[^\]]*\]|[^:]*):(?P<port>\d+)")


def _of_start(unit: Unit, script: Script, names: frozenset[str]) -> Iterator[Port]:
    """What a start command tells by an option or by a variable before it."""
    for run in analyse(script).runs:
        for name, value in run.environment:
            if name in names:
                yield _given(unit, run, value, variable=name)
        texts = [spelled(word, defaults=False) for word in run.words]
        tools = [text.rpartition("/")[2] for text in texts]
        for nth, text in enumerate(texts):
            following = texts[nth + 1] if nth + 1 < len(texts) else ""
            long = _LONG.fullmatch(text)
            if long or (text == "-p" and not _SHORT.isdisjoint(tools[:nth])):
                given = long["value"] if long and long["value"] is not None else following
                yield _given(unit, run, given)
            elif text in ("-b", "--bind") and not _BINDERS.isdisjoint(tools[:nth]):
                bound = _BOUND.fullmatch(following)
                if bound:
                    yield _given(unit, run, bound["port"], host=bound["host"])


def _given(unit: Unit, run: Run, number: str | None, *, variable: str = "", host: str = "") -> Port:
    return Port(
        kind="told",
        number=number if number and number.isdigit() else None,
        location=Location(run.path, run.span),
        unit=unit,
        deployable=unit.deployable,
        variable=variable,
        host=host,
    )


def _scraped(other: Other, services: Services) -> Iterator[Port]:
    """What Prometheus asks for metrics."""
    for word in other.words if other.kind == "prometheus" else ():
        target = _BOUND.fullmatch(word.value.literal or "") if word.value else None
        if word.name == "target" and target:
            unit = services(target["host"], other.path)
            yield Port(
                kind="probed",
                number=target["port"],
                host=target["host"],
                location=Location(other.path, word.span),
                unit=unit,
                deployable=unit.deployable if unit else None,
            )


def _probed(probe: Probe) -> Port:
    return Port(
        kind="probed",
        number=probe.port,
        default=probe.port_default,
        location=probe.location,
        unit=probe.unit,
        deployable=probe.deployable,
        host=probe.host,
    )
