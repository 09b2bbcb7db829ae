"""Health probes by a tool that the image does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import analyse
from ..model import Evidence, Location, Match, Outcome
from ..project.composed import Placed, placed
from ..project.image_tools import MANAGERS, TOOLS, image_lacks, lacks
from ..project.in_force import is_replaced
from ..project.layers import behaviours, lineage
from ..project.listening import built, image_unit
from ..project.pulled import pulled
from ..project.types import Image, Probe, Project

_ASKING = TOOLS | MANAGERS
_BESIDE = frozenset({"exit", "echo", "test", "[", "true", "false", "grep", "sh", ""})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each probe in a container that cannot ask."""
    asking = [p for p in project.probes if p.inside and p.tool in _ASKING and p.unit is not None]
    if not asking:
        return
    known = behaviours(project)
    composed = [p for p in asking if p.source == "compose"]
    for each in placed(project) if composed else ():
        own = [p for p in composed if p.unit is not None and p.unit.location == each.location]
        if own:
            told = _image(each, built(each, project) or _pulled(own[0], project), known)
            for probe in own:
                yield from _judged(probe, *told)
    for image in project.images:
        unit = image_unit(image, project)
        own = [p for p in asking if p.source == "image" and p.unit == unit]
        if own and image.purpose == "production" and not is_replaced(own[0], project):
            base, missing = image_lacks(image, known)
            for probe in own:
                yield from _judged(probe, base, missing, _shown(image))


def _pulled(probe: Probe, project: Project) -> Image | None:
    """The only image that a service may take by its name from those that are built here."""
    images = pulled(probe.unit, project) if probe.unit is not None else ()
    return images[0] if len(images) == 1 else None


def _image(
    each: Placed, image: Image | None, known: dict[int, Any]
) -> tuple[str, frozenset[str], Location | None]:
    """The image of a service, what it lacks, and where it is told."""
    if image is not None:
        return (*image_lacks(image, known), _shown(image))
    services = [part.service for part in each.whole.parts]
    named = [s.image for s in services if s.image is not None]
    if each.whole.open or any(s.build for s in each.whole.every) or len(named) != 1:
        return "", frozenset(), None
    name = named[0].literal
    return (
        name or "",
        lacks(name) if name else frozenset(),
        Location(each.compose.path, named[0].span),
    )


def _shown(image: Image) -> Location:
    """Where the image is named on which all of its stages stand."""
    first = lineage(image.dockerfile, image.stage)[0]
    return Location(image.dockerfile.path, first.base.span)


def _judged(
    probe: Probe, base: str, missing: frozenset[str], shown: Location | None
) -> Iterator[Match]:
    if shown is None or probe.tool not in missing or probe.script is None:
        return
    runs = [run for run in analyse(probe.script).runs if run.reach == "reached"]
    if any(run.name not in missing | _BESIDE for run in runs):
        return
    if any(run.outcome == "ignored" for run in runs if run.span == probe.command.span):
        return
    yield Match(
        location=probe.command,
        values={"tool": probe.tool or "", "image": base},
        evidence=(Evidence(shown, f"what it stands on has no `{probe.tool}`"),),
    )
