"""What asks whether the units answer: health checks, and the commands of scripts and workflows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from ..documents.facts import HostedCheck
from ..documents.shell.handed import SHELLS
from ..documents.shell.syntax import Script
from ..flow.behaviour import Behaviour, Run, analyse
from ..model import Location
from .askers import ENGINES, LOOPBACK
from .facts import Facts
from .inside import contains
from .layers import last
from .requests import Request, requests
from .types import Act, Asker, Image, Probe, Unit
from .vitals import tells


def probes(
    facts: Facts,
    images: tuple[Image, ...],
    units: tuple[Unit, ...],
    acts: tuple[Act, ...],
    behaviours: Mapping[int, Behaviour],
) -> tuple[Probe, ...]:
    """Every probe, those of the units first. `behaviours` are those of scripts, by `id`."""
    known = {(unit.source, unit.location): unit for unit in units}
    at = {unit.location: unit for unit in units if unit.source in ("platform", "kubernetes")}
    found: list[Probe] = []
    for image in images:
        where = Location(image.dockerfile.path, image.stage.span)
        check = last(image, "HEALTHCHECK")
        if check is not None and check.script is not None:
            unit = known.get(("image", where))
            behaviour = behaviours.get(id(check.script)) or analyse(check.script)
            found += _inside(check.script, behaviour, "image", unit)
    for compose in facts.composes:
        for service in compose.services:
            if service.probe is not None and service.probe.script is not None:
                unit = known.get(("compose", Location(compose.path, service.span)))
                script = service.probe.script
                found += _inside(script, analyse(script), "compose", unit)
    for hosting in facts.hostings:
        source: Asker = "kubernetes" if hosting.provider == "kubernetes" else "platform"
        for hosted in hosting.services:
            unit = at.get(Location(hosting.path, hosted.span))
            for asked in hosted.checks:
                found += _checked(asked, hosting.path, source, unit)
    for act in acts:
        if act.purpose == "production" and act.script.origin in ("file", "step", "argument"):
            found += _asked(act)
    return tuple(found)


def _inside(
    script: Script, behaviour: Behaviour, source: Asker, unit: Unit | None
) -> Iterator[Probe]:
    """What a health check asks, which runs in the container; one without an address says who asks."""
    live = [run for run in behaviour.runs if run.reach == "reached"]
    found = [_probe(run, request, source) for run in live for request in requests(run)]
    if not found:
        whole = [run for run in live if not any(_holds(other, run) for other in live)]
        first = next((run for run in whole if run.name not in SHELLS), live[0] if live else None)
        where = Location(script.path, first.span if first else script.span)
        tool = (first.name or None) if first else None
        found.append(Probe(source=source, location=where, command=where, tool=tool, scheme=""))
    for probe in found:
        yield replace(
            probe,
            unit=unit,
            deployable=unit.deployable if unit else None,
            inside=True,
            script=script,
        )


def _holds(run: Run, other: Run) -> bool:
    """Whether another run only fills in a word of a run."""
    if run.name in SHELLS or run.name in ("", "[", "[[", "test") or run.span == other.span:
        return False
    return contains(run.span, other.span)


def _checked(check: HostedCheck, path: str, source: Asker, unit: Unit | None) -> Iterator[Probe]:
    """What a platform or a cluster asks itself, or by a command in the container."""
    where = Location(path, check.span)
    if check.script is not None:
        yield from _inside(check.script, analyse(check.script), source, unit)
    elif check.kind == "command":
        yield Probe(source=source, location=where, command=where, tool=None, scheme="", unit=unit)
    else:
        yield Probe(
            source=source,
            location=where,
            command=where,
            tool="",
            scheme=check.kind,
            host="",
            port=check.port.literal if check.port else None,
            path=check.path.literal if check.path else None,
            unit=unit,
            deployable=unit.deployable if unit else None,
        )


_CHECKS = frozenset({"grep", "egrep", "fgrep"})
"""What an answer is handed to that fails where it is another one; all else only reads it."""


def _asked(act: Act) -> Iterator[Probe]:
    """What a script asks of the machine that it runs on, or by a path that tells of health."""
    source: Asker = "workflow" if act.script.origin == "step" else "script"
    for run in act.behaviour.runs:
        if run.reach != "reached" or not _CHECKS.issuperset(run.piped_into):
            continue
        for request in requests(run):
            if request.reads and (
                request.host in LOOPBACK
                or (not request.keeps and tells(request.path or "", doubtful=False))
            ):
                probe = _probe(run, request, source)
                inside = run.name in ENGINES
                yield replace(probe, deployable=act.deployable, script=act.script, inside=inside)


def _probe(run: Run, request: Request, source: Asker) -> Probe:
    return Probe(
        source=source,
        location=Location(run.path, request.span),
        command=Location(run.path, run.span),
        tool=request.tool,
        scheme=request.scheme,
        host=request.host,
        port=request.port,
        path=request.path,
        port_default=request.port_default,
    )
