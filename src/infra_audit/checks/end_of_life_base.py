"""What production runs on, a runtime, a distribution or a database, and gets no more security fixes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..documents.facts import Value
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
    """One match for each version, at the first image of production that runs on it."""
    found: dict[Ended, dict[Location, _Use]] = {}
    for image in project.images if project.kind.name != "template" else ():
        if image.purpose == "production":
            base = lineage(image.dockerfile, image.stage)[0].base
            _note(base, _Use("", Location(image.dockerfile.path, base.span)), found)
    for one in placed(project):
        named = one.service.image
        if named is None or one.service.build is not None:
            continue
        where = Location(one.compose.path, named.span)
        if not one.doubt:
            _note(named, _Use("", where, one.standing.evidence), found)
        elif named.literal and ended(named.literal):
            yield Undecided(where, one.doubt)
    for told in on_servers(project):
        over = ended(f"node:{told.major}")
        if over is not None:
            found.setdefault(over, {}).setdefault(told.location, _Use(told.named, told.location))
    for version, uses in found.items():
        first, *others = uses.values()
        yield Match(
            location=first.where,
            values={"what": first.what, "product": version.product, "since": version.since},
            evidence=(*first.shown, *(Evidence(other.where, "here too") for other in others)),
            severity="warning" if version.is_old else None,
        )


def _note(named: Value, use: _Use, found: dict[Ended, dict[Location, _Use]]) -> None:
    version = ended(named.literal) if named.literal else None
    if version is not None:
        kept = replace(use, what=named.literal)
        found.setdefault(version, {}).setdefault(use.where, kept)
