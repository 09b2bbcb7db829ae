"""Deployables that need a database or cache which nothing in the repository starts for a developer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import START, Evidence, Inapplicable, Location, Match, Outcome, Satisfied
from ..project.engines import NODE
from ..project.releases import software
from ..project.types import Deployable, Mechanism, Project, Store

_EMBEDDED = frozenset({"sqlite", "libsql", "turso", "d1", "duckdb", "lmdb", "leveldb"})
_RELATIONAL = frozenset({"postgresql", "mysql", "mssql", "cockroachdb"})
_NAMES = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mongodb": "MongoDB",
    "redis": "Redis",
    "mssql": "SQL Server",
    "cockroachdb": "CockroachDB",
    "memcached": "Memcached",
    "rabbitmq": "RabbitMQ",
    "elasticsearch": "Elasticsearch",
    "kafka": "Kafka",
}
_STARTERS = {
    "supabase/config.toml": "the Supabase command line",
    "devenv.nix": "devenv",
    "process-compose.yaml": "process-compose",
    ".ddev/config.yaml": "DDEV",
    ".lando.yml": "Lando",
    "devbox.json": "Devbox",
    "garden.yml": "Garden",
    "acorn.yaml": "Acorn",
}
_FOR_TESTS = frozenset(
    {"testcontainers", "embedded-postgres", "mongodb-memory-server", "redis-memory-server"}
)
_SURENESS = ("prisma", "code", "dependency", "environment", "install", "compose")
_MOST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable, at the line that needs the first service."""
    declared = next((d for d in project.declarations if d.topic == "orchestration"), None)
    starter = _starter(project)
    for deployable in project.deployables:
        if deployable.deployed_with is not None:
            continue
        if declared is not None:
            yield Satisfied(declared.location, f"declared: {declared.value}")
        elif not deployable.self_hosted or not software(deployable, project):
            yield Inapplicable(f"{deployable.name} is deployed as {deployable.kind}")
        else:
            yield _judged(deployable, project, starter)


def _starter(project: Project) -> Satisfied | None:
    """What starts services: compose, a development container, Tilt, a script with `docker run`."""
    for mechanism in project.orchestration:
        if mechanism.name != "development container" or _has_services(mechanism, project):
            return Satisfied(mechanism.location, mechanism.name)
    for store in project.stores:
        if store.source == "compose":
            return Satisfied(store.location, f"compose starts {_shown(store)}")
    for package in project.packages:
        for dependency in package.dependencies:
            if dependency.name in _FOR_TESTS or dependency.name.startswith("@testcontainers/"):
                return Satisfied(
                    Location(package.path, dependency.span),
                    f"`{dependency.name}` starts it for tests",
                )
    for path, tool in _STARTERS.items():
        if path in project.files:
            return Satisfied(Location(path, START), f"{tool} starts services")
    for act in project.acts:
        for run in act.behaviour.runs:
            if (
                run.name in ("docker", "podman")
                and run.arguments[:1] == ("run",)
                and _runs_store(run.arguments)
            ):
                return Satisfied(Location(run.path, run.span), f"`{run.name} run` starts it")
    return None


def _has_services(mechanism: Mechanism, project: Project) -> bool:
    """Whether a development container brings more than an editor's image."""
    words = {w.name for o in project.others if o.path == mechanism.location.path for w in o.words}
    return bool(words & {"dockerComposeFile", "service", "features"})


def _runs_store(arguments: tuple[str | None, ...]) -> bool:
    images = [(a or "").rpartition("/")[2].partition(":")[0] for a in arguments]
    return any(
        i.startswith(("postgres", "mysql", "mariadb", "redis", "mongo", "valkey", "mssql"))
        for i in images
    )


def _judged(deployable: Deployable, project: Project, starter: Satisfied | None) -> Outcome:
    stores = [
        s
        for s in project.stores
        if s.purpose == "production"
        and s.engine not in _EMBEDDED
        and (deployable.folder in s.users or s.deployable == deployable.folder)
    ]
    needed = sorted((s for s in stores if not s.managed), key=lambda s: _SURENESS.index(s.source))
    if not needed:
        reason = "its stores are run by a provider" if stores else "needs no service beside it"
        return Inapplicable(f"{deployable.name}: {reason}")
    if starter is not None:
        return starter
    engines = _engines(needed)
    places = [*_clients(deployable, needed), *(Evidence(s.location, _note(s)) for s in needed)]
    return Match(
        location=places[0].location,
        values={
            "name": deployable.name
            if deployable.name.startswith("the ")
            else f"`{deployable.name}`",
            "stores": _listed(engines),
            "them": "it" if len(engines) == 1 else "them",
        },
        evidence=tuple(places[1:_MOST]),
        deployable=deployable.folder,
    )


def _engines(needed: list[Store]) -> list[str]:
    """What is needed, by name; of several drivers for SQL that alone show it, a setting picks one."""
    found = {s.engine: s for s in reversed(needed)}
    either = [e for e in dict.fromkeys(s.engine for s in needed) if e in _RELATIONAL]
    if len(either) < 2 or any(found[engine].source != "dependency" for engine in either):
        return list(dict.fromkeys(_shown(s) for s in needed))
    others = [_shown(s) for s in needed if s.engine not in _RELATIONAL]
    return [" or ".join(_shown(found[engine]) for engine in either), *dict.fromkeys(others)]


def _clients(deployable: Deployable, needed: list[Store]) -> Iterator[Evidence]:
    """The clients for what else only a script shows to be needed; none where a schema leads."""
    engines = {s.engine for s in needed if s.source in ("install", "environment")}
    if deployable.package is None or any(s.source in ("prisma", "code") for s in needed):
        return
    for dependency in deployable.package.dependencies:
        if dependency.group == "dependencies" and NODE.get(dependency.name) in engines:
            engines.discard(NODE[dependency.name])
            yield Evidence(
                Location(deployable.package.path, dependency.span),
                f"`{dependency.name}` connects to it",
            )


def _note(store: Store) -> str:
    if store.source == "install":
        return f"{_shown(store)} is installed on the server by a script"
    return f"needs {_shown(store)}"


def _shown(store: Store) -> str:
    return _NAMES.get(store.engine, store.engine)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
