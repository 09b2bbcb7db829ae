"""Containers that look for their database in themselves, or under a name that nothing answers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Entry, Service
from ..model import Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project.composed import Placed, placed
from ..project.composing import is_application
from ..project.engines import engine, engine_of_url, host_of
from ..project.store_services import NAMES, StoreService, store_service
from ..project.types import Project
from ..source.regex import regex

_ITSELF = regex(r"^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$")
_BARE = regex(r"^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$")
_HOSTS = regex(
    r"^(?:\w+_)?(?P<engine>POSTGRES(?:QL)?|PG|MYSQL|MARIADB|MONGO(?:DB)?|REDIS|DB|DATABASE)_?HOST(?:NAME)?$"
)
_ENGINES = {"PG": "postgresql", "POSTGRES": "postgresql", "MONGO": "mongodb"}
_HOST_NAMES = frozenset({"host", "hostname", "server", "your-host", "db-host"})
"""What stands for a host that is to be filled in."""


class _Use(Struct, frozen=True):
    """A variable of a container that names the host of a database; `engine` is '' for any."""

    entry: Entry
    host: str
    engine: str

    def location(self, one: Placed) -> Location:
        """Of the value."""
        value = self.entry.value
        return Location(one.compose.path, value.span if value is not None else self.entry.span)


class _Seen(Struct, frozen=True):
    """The stores of one compose file, and every name that answers in some network of the repository."""

    stores: tuple[tuple[Service, StoreService], ...]
    names: frozenset[str]


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each database's host that a container is given."""
    seen: dict[str, _Seen] = {}
    names: frozenset[str] | None = None
    for one in placed(project):
        uses = list(_uses(one.service)) if is_application(one.service) else []
        if uses:
            names = _names(project) if names is None else names
            if one.compose.path not in seen:
                seen[one.compose.path] = _Seen(tuple(_stores(one, project)), names)
            yield from _of_service(one, uses, seen[one.compose.path])


def _stores(one: Placed, project: Project) -> Iterator[tuple[Service, StoreService]]:
    for service in one.compose.services:
        store = store_service(service, one.compose, project)
        if store is not None:
            yield service, store


def _of_service(one: Placed, uses: list[_Use], seen: _Seen) -> Iterator[Outcome]:
    whole = one.whole
    if whole.gives("network_mode") or whole.gives("pid"):
        return
    given = {e.name for part in whole.beside for e in part.service.environment}
    mapped = {entry.partition(":")[0].partition("=")[0] for entry in one.service.extra_hosts}
    for use in uses:
        if use.entry.name in given:
            continue
        if use.host in mapped:
            yield Satisfied(use.location(one), f"`{use.host}` is mapped by extra_hosts")
            continue
        match = _of_use(use, one, seen)
        if match is not None:
            yield Undecided(match.location, one.doubt) if one.doubt else match


def _of_use(use: _Use, one: Placed, seen: _Seen) -> Match | None:
    store = next((s for s, store in seen.stores if _serves(store, use) and s != one.service), None)
    if store is None:
        return None
    if _ITSELF.match(use.host):
        return _match(use, one, store, "that is the container itself")
    elsewhere = one.service.links or one.compose.external_networks or one.compose.includes
    if elsewhere or not _BARE.match(use.host) or use.host in _HOST_NAMES | seen.names:
        return None
    return _match(use, one, store, "no service answers to that name")


def _serves(store: StoreService, use: _Use) -> bool:
    """Whether it is a database as the one that is looked for."""
    return store.engine == use.engine if use.engine else store.lasts


def _called(use: _Use) -> str:
    return NAMES.get(use.engine, "the database")


def _match(use: _Use, one: Placed, store: Service, then: str) -> Match:
    where = Location(one.compose.path, store.span)
    return Match(
        location=use.location(one),
        values={
            "service": one.service.name,
            "variable": use.entry.name,
            "host": use.host,
            "then": f"{then}, and {_called(use)} runs in `{store.name}`",
        },
        evidence=(Evidence(where, f"{_called(use)} runs here"),),
        trail=one.standing.trail,
    )


def _uses(service: Service) -> Iterator[_Use]:
    for entry in service.environment:
        if entry.value is None:
            continue
        raw = entry.value.literal if entry.value.literal is not None else entry.value.raw
        named = engine_of_url(raw)
        host = host_of(raw) if named in NAMES and "://" in raw else None
        if named is not None and host:
            yield _Use(entry, host, named)
            continue
        asked = _HOSTS.match(entry.name)
        if asked and entry.value.literal:
            name = asked["engine"]
            told = "" if name in ("DB", "DATABASE") else _ENGINES.get(name) or engine(name) or ""
            bare = entry.value.literal.partition(":")[0].lower()
            yield _Use(entry, bare, told)


def _names(project: Project) -> frozenset[str]:
    """Everything that may answer in some network of the repository's compose files."""
    return frozenset(
        name.lower()
        for compose in project.composes
        for service in compose.services
        for name in (service.name, *service.aliases, *service.links)
    )
