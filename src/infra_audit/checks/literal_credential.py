"""Passwords of stores that stand as they are in the compose file that production starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Compose, Entry
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.composed import Placed, placed
from ..project.engines import engine_of_url
from ..project.store_services import store_service
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
    uses: dict[str, dict[str, list[Evidence]]] = {}
    for one in placed(project):
        entry = next((e for e in one.service.environment if _is_literal(e)), None)
        store = store_service(one.service, one.compose, project) if entry is not None else None
        if store is not None and entry is not None and entry.value is not None:
            where = Location(one.compose.path, entry.value.span)
            if one.doubt:
                yield Undecided(where, one.doubt)
                continue
            if where.path not in uses:
                uses[where.path] = _uses(one.compose)
            used = uses[where.path].get(entry.value.literal or "", [])
            yield Match(
                location=where,
                values={"service": one.service.name, "engine": store.name, "variable": entry.name},
                evidence=(*one.standing.evidence, *used[:_MOST]),
                severity="note" if _is_handed_out(one) else None,
                trail=one.standing.trail,
            )


def _is_handed_out(one: Placed) -> bool:
    """Whether others host it, who may set a password of their own, and nothing here starts it."""
    built = any(service.build is not None for service in one.compose.services)
    return one.standing.kind != "started" and not built


def _uses(compose: Compose) -> dict[str, list[Evidence]]:
    """By their passwords the URLs with which services connect to stores."""
    found: dict[str, list[Evidence]] = {}
    for service in compose.services:
        for entry in service.environment:
            raw = entry.value.raw if entry.value else ""
            hit = _IN_URL.search(raw) if engine_of_url(raw) is not None else None
            if hit is not None and entry.value is not None:
                where = Location(compose.path, entry.value.span)
                shown = Evidence(where, f"`{service.name}` connects with it")
                found.setdefault(hit["password"], []).append(shown)
    return found


def _is_literal(entry: Entry) -> bool:
    """Whether an entry gives a store its password, and not the name of a file or of nothing."""
    value = entry.value.literal if entry.value else None
    if not value or not _PASSWORDS.fullmatch(entry.name) or value.startswith("/run/"):
        return False
    return value.lower() not in ("none", "no", "yes", "true", "false", "trust")
