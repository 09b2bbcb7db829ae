"""What production runs on, a runtime, a distribution or a database, and gets no more security fixes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.composed import placed
from ..project.layers import lineage
from ..project.lifetimes import Ended, ended
from ..project.node_versions import on_servers
from ..project.types import Project


class _Use(Struct, frozen=True):
    """What brings a version, where it is named, and what shows that production runs it."""

    what: str
    where: Location
    shown: tuple[Evidence, ...] = ()


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each version, at the first place of production that brings it."""
    found: dict[Ended, dict[Location, _Use]] = {}
    for image, use, doubt in _uses(project):
        version = ended(image)
        if version is not None and doubt:
            yield Undecided(use.where, doubt)
        elif version is not None:
            found.setdefault(version, {}).setdefault(use.where, use)
    for version, uses in found.items():
        first, *others = uses.values()
        yield Match(
            location=first.where,
            values={"what": first.what, "product": version.product, "since": version.since},
            evidence=(*first.shown, *(Evidence(other.where, "here too") for other in others)),
            severity="warning" if version.is_old else None,
        )


def _uses(project: Project) -> Iterator[tuple[str, _Use, str]]:
    """The images that production runs on or that would bring the same, each with its use and a doubt."""
    for image in project.images if project.kind.name != "template" else ():
        base = lineage(image.dockerfile, image.stage)[0].base
        if image.purpose == "production" and base.literal:
            where = Location(image.dockerfile.path, base.span)
            yield base.literal, _Use(base.literal, where), ""
    for one in placed(project):
        named = one.service.image
        if named is not None and named.literal and one.service.build is None:
            where = Location(one.compose.path, named.span)
            yield named.literal, _Use(named.literal, where, one.standing.evidence), one.doubt
    for told in on_servers(project):
        yield f"node:{told.major}", _Use(told.named, told.location), ""
