"""Scripts that wait a fixed time for a service which may need longer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..flow.behaviour import Run
from ..flow.effects import migrates, plain
from ..model import Evidence, Inapplicable, Location, Match, Outcome
from ..project.gates import looks, waits
from ..project.inside import lifted
from ..project.phases import phase
from ..project.releases import shown
from ..project.types import Act, Project
from ..source.regex import regex

_CLIENTS = frozenset({"psql", "mysql", "mariadb", "mongosh", "mongo", "redis-cli", "sqlcmd", "createdb", "createuser",
                      "pg_restore", "mongorestore", "pg_dump", "mysqldump"})  # fmt: skip
_SERVERS = {
    "mysqld": "mysql", "mysqld_safe": "mysql", "mariadbd": "mysql", "mariadbd-safe": "mysql", "postgres": "postgresql",
    "postmaster": "postgresql", "redis-server": "redis", "valkey-server": "redis", "mongod": "mongodb",
}  # fmt: skip
"""Servers that a script may leave in the background, each with its engine."""
_ASKS = {
    "mysql": {"mysql", "mariadb", "mysqldump"}, "postgresql": {"psql", "createdb", "createuser", "pg_restore", "pg_dump"},
    "redis": {"redis-cli"}, "mongodb": {"mongosh", "mongo", "mongorestore"},
}  # fmt: skip
"""The clients of an engine."""
_STORES = regex(
    r"postgres|mysql|mariadb|mongo|redis|mssql|cockroach|rabbitmq|elasticsearch|clickhouse"
)
_NUMBER = regex(r"\d+(?:\.\d+)?[sm]?")
_FAR = 12
"""Runs between the start and the use."""
_ROLES = frozenset(
    {"deploy", "bootstrap", "maintenance", "backup", "entrypoint", "build", "unknown"}
)


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each sleep between a start and the first use of what was started."""
    found = False
    for act in project.acts:
        live = act.role in _ROLES or "deploy-job" in act.reached_by
        if act.purpose == "production" and live:
            for match in _of_act(act):
                found = True
                yield match
    if not found:
        yield Inapplicable("no script here waits a fixed time for a service that it then uses")


def _of_act(act: Act) -> Iterator[Match]:
    runs = [lifted(run) for run in act.behaviour.runs if run.reach == "reached"]
    for at, run in enumerate(runs):
        if (
            run.name != "sleep"
            or run.loop
            or not _NUMBER.fullmatch(" ".join(map(str, run.arguments)))
        ):
            continue
        before = _near(reversed(runs[:at]), run)
        started = next((r for r in before if _starts(r)), None)
        after = list(_near(runs[at + 1 :], run))
        used = next((nth for nth, r in enumerate(after) if _uses(r)), None)
        if started is None or used is None:
            continue
        between = [*runs[runs.index(started) + 1 : at], *after[:used]]
        engine = _SERVERS.get(started.name)
        if engine is not None and after[used].name not in _ASKS[engine]:
            continue
        if waits(started) or any(_polls(r, act) for r in between) or after[used].loop:
            continue
        using = after[used]
        yield Match(
            location=Location(run.path, run.span),
            values={"sleep": shown(run), "use": shown(using)},
            evidence=(
                Evidence(Location(started.path, started.span), "starts it"),
                Evidence(Location(using.path, using.span), "needs it"),
            ),
            trail=act.trail,
        )


def _near(runs: Sequence[Run] | Iterator[Run], run: Run) -> Iterator[Run]:
    """The runs next to one, in the same function and on the same machine."""
    for nth, other in enumerate(runs):
        if nth >= _FAR:
            return
        if other.function == run.function and other.remote == run.remote:
            yield other


def _starts(run: Run) -> bool:
    """Whether a run starts a database, also in the background, or all services of a compose file."""
    if run.name in _SERVERS:
        return run.background
    words = plain(run)
    text = " ".join(word.raw for word in run.words).lower()
    if run.name in ("docker", "docker-compose", "podman"):
        composed = "up" in words or "start" in words or "restart" in words
        return composed or ("run" in words[:2] and _STORES.search(text) is not None)
    named = run.name in ("systemctl", "service", "brew") and {"start", "restart"} & set(words)
    return bool(named) and _STORES.search(text) is not None


def _uses(run: Run) -> bool:
    """Whether a run fails while the database is not there yet."""
    if run.outcome in ("ignored", "tested", "handled") or run.loop:
        return False
    if run.name in _CLIENTS or migrates(run) or phase(run) == "migrate":
        return True
    words = plain(run)
    inner = run.name in ("docker", "docker-compose", "podman") and {"exec", "run"} & set(words[:3])
    return bool(inner) and any(word in _CLIENTS for word in words)


def _polls(run: Run, act: Act) -> bool:
    """Whether a run asks whether the service is there."""
    if run.name in ("echo", "printf"):
        return False
    text = " ".join(word.raw for word in run.words)
    if any(word in text for word in ("pg_isready", "mysqladmin", "ping", "wait")):
        return True
    return run.loop or looks(run, act) or waits(run)
