"""Stores whose port production publishes on every address of the host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Port
from ..model import Location, Match, Outcome, Satisfied, Undecided
from ..project.composed import Placed, placed
from ..project.published import BOUND, EVERYWHERE, Around, around, doubt
from ..project.store_images import PORTS, name_and_tag
from ..project.store_services import StoreService, store_service
from ..project.types import Project
from ..source.regex import regex


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each port of a store that a compose file publishes."""
    found: Around | None = None
    for one in placed(project):
        spoken = list(_ports(one, project)) if one.service.ports else []
        if spoken and not any("ports" in part.resets for part in one.whole.every):
            found = found or around(project)
            for port, store in spoken:
                yield _of_port(port, one, store, found)


def _ports(one: Placed, project: Project) -> Iterator[tuple[Port, StoreService]]:
    """The ports on which a store is spoken to that a service publishes, beyond the host or not."""
    store = store_service(one.service, one.compose, project) or _index(one)
    if store is None:
        return
    for port in one.service.ports:
        counts = port.host in EVERYWHERE or (not one.doubt and BOUND.match(f"{port.host}:"))
        if counts and _speaks(port, store):
            yield port, store


def _of_port(port: Port, one: Placed, store: StoreService, known: Around) -> Outcome:
    where = Location(one.compose.path, port.span)
    if port.host not in EVERYWHERE:
        return Satisfied(where, f"`{one.service.name}` is published to the host alone")
    reason = one.doubt or doubt(port, known)
    return Undecided(where, reason) if reason else _match(port, one, store, known)


def _speaks(port: Port, store: StoreService) -> bool:
    """Whether it is a port on which the store is spoken to."""
    target = port.target or port.target_default
    spoken = PORTS.get(store.engine) or _INDEXES.get(store.engine, frozenset())
    return target in spoken and port.protocol in ("", "tcp")


def _index(one: Placed) -> StoreService | None:
    """The index of vectors that a service runs without asking for a key, which it must be told to do."""
    image = one.service.image.literal if one.service.image is not None else None
    engine = name_and_tag(image or "")[0].rpartition("/")[2].capitalize()
    given = [e for service in one.whole.every for e in service.environment]
    asks = one.whole.open or any(_KEY.search(e.name) or e.name.startswith("<<") for e in given)
    told = any(service.env_files for service in one.whole.every)
    return StoreService(engine, image or "") if engine in _INDEXES and not (asks or told) else None


_INDEXES = {
    "Qdrant": frozenset({"6333", "6334"}),
    "Chroma": frozenset({"8000"}),
    "Weaviate": frozenset({"8080", "50051"}),
}
"""The ports of indexes of vectors; by their manuals none asks for a key unless it is told to."""
_KEY = regex(r"API_?KEY|_AUTH|AUTHENTICATION_(?!ANONYMOUS)")


def _match(port: Port, one: Placed, store: StoreService, known: Around) -> Match:
    published = port.published or port.default
    chosen = bool(one.service.profiles) and one.standing.kind == "shown"
    return Match(
        location=Location(one.compose.path, port.span),
        values={
            "service": one.service.name,
            "engine": store.name,
            "port": f"port {published}" if published else "a port that docker picks",
        },
        evidence=(*one.standing.evidence, *known.wall),
        severity=None if one.standing.sure and not chosen else "warning",
        trail=one.standing.trail,
    )
