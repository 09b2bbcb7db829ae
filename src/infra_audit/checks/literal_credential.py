"""Passwords of stores that stand as they are in the compose file that production starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Entry
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.composed import Placed, placed
from ..project.engines import engine_of_url
from ..project.store_services import StoreService, store_service
from ..project.types import Project
from ..source.regex import regex

_PASSWORDS = regex(
    r"(?:POSTGRES(?:QL)?|MYSQL|MARIADB|MONGO(?:DB)?|MONGO_INITDB|REDIS|VALKEY|MSSQL|SA|CLICKHOUSE|COUCHDB|ARANGO|NEO4J|INFLUXDB|DOCKER_INFLUXDB_INIT)"
    r"(?:_\w+)?_(?:PASSWORD|PASS|AUTH)|NEO4J_AUTH|ELASTIC_PASSWORD|OPENSEARCH_INITIAL_ADMIN_PASSWORD"
)
_IN_URL = regex(r"://[^:/@\s]*:(?P<password>[^@/\s$]+)@")
_MOST = 3


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each store whose password is written down."""
    for one in placed(project):
        store = store_service(one.service, one.compose, project)
        entry = next((e for e in one.service.environment if _is_literal(e)), None)
        if store is not None and entry is not None and entry.value is not None:
            where = Location(one.compose.path, entry.value.span)
            if one.doubt:
                yield Undecided(where, one.doubt)
            else:
                yield _match(where, entry, one, store)


def _match(where: Location, entry: Entry, one: Placed, store: StoreService) -> Match:
    password = entry.value.literal or "" if entry.value else ""
    uses = [
        Evidence(Location(where.path, used.value.span), f"`{other.name}` connects with it")
        for other in one.compose.services
        for used in other.environment
        if used.value is not None and other.name != one.service.name and _carries(used, password)
    ]
    return Match(
        location=where,
        values={"service": one.service.name, "engine": store.name, "variable": entry.name},
        evidence=(*one.standing.evidence, *uses[:_MOST]),
        trail=one.standing.trail,
    )


def _is_literal(entry: Entry) -> bool:
    """Whether an entry gives a store its password, and not the name of a file or of nothing."""
    value = entry.value.literal if entry.value else None
    if not value or not _PASSWORDS.fullmatch(entry.name) or value.startswith("/run/"):
        return False
    return value.lower() not in ("none", "no", "yes", "true", "false", "trust")


def _carries(entry: Entry, password: str) -> bool:
    raw = entry.value.raw if entry.value else ""
    if engine_of_url(raw) is None:
        return False
    found = _IN_URL.search(raw)
    return found is not None and found["password"] == password
