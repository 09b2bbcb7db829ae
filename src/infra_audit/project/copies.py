"""What copies the data of stores away: dumps, replicas, snapshots, images made for it, and their clocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..flow import effects
from ..flow.behaviour import Run
from ..model import START, Evidence, Location
from ..source.regex import regex
from .types import Act, Project, Store

LASTING = frozenset((
    "postgresql", "mysql", "mongodb", "sqlite", "mssql", "cockroachdb", "cassandra", "couchdb", "neo4j", "influxdb", "arangodb",
    "surrealdb", "rethinkdb", "questdb", "clickhouse",
))  # fmt: skip
"""Engines that hold what cannot be made anew; caches and search indexes can."""

NAMED = regex(r"back-?_?ups?|bkp|snapshot|sauvegarde|respaldo|sicherung", re.IGNORECASE)
"""What copies of data are called."""

_IMAGES = regex(
    r"back-?up|pgbackrest|wal-g|barman|litestream|restic|borg(?:matic)?(?![\w])|duplicati|databasus|dbdump|db-?dump|mydumper|kopia"
    r"|autorestic|resticker",
    re.IGNORECASE,
)
_ACTIONS = regex(r"back-?up|db-?dump|pg-?dump|mysqldump|mongodump", re.IGNORECASE)
_TERRAFORM = regex(
    r"_backup|_dlm_|snapshot|aws_db_instance|aws_rds|google_sql|resource_policy|database_cluster|managed_database",
    re.IGNORECASE,
)
_DUMPING = regex(
    r"\b(?:pg_dump(?:all)?|pg_basebackup|mysqldump|mariadb-dump|mongodump|litestream|restic|borgmatic?|wal-g|pgbackrest|rclone)\b"
    r"|\.backup\b|\.dump\b|back-?up",
    re.IGNORECASE,
)
_CODE = (
    ".js",
    ".ts",
    ".mjs",
    ".cjs",
    ".mts",
    ".py",
    ".rb",
    ".php",
    ".go",
    ".ps1",
    ".yml",
    ".yaml",
    ".j2",
    ".tf",
    ".rake",
    ".ex",
)
_SUGGESTED = regex(
    r"(?:^|[/._-])(?:db[-_.]?)?(?:back-?ups?|bkp|dumps?)(?=[/._-]|$)|backup(?=[A-Z.])",
    re.IGNORECASE,
)
_COPYING = frozenset(("cp", "rsync", "scp", "install", "tar", "zip"))
"""Commands that copy anything, so that they are a backup only where they are called so."""
_OPERATIONS = regex(
    r"(?:^|/)(?:scripts?|bin|jobs?|cron\w*|crons|tasks?|commands?|ops|infra\w*|deploy\w*|tools?|ansible|roles|playbooks|workers?"
    r"|back-?ups?|schedul\w+|\.github|docker|services?|utils?|lib|server|api)/",
    re.IGNORECASE,
)
"""Folders in which something stands that is run."""
_HOSTS = frozenset(
    ("cron", "timer", "schedule", "deploy-job", "pm2", "compose", "unit", "image", "package-start")
)
"""What runs a script again and again, or at each deploy, without anybody's doing."""


ENGINES = {
    "postgresql": "PostgreSQL", "mysql": "MySQL", "mongodb": "MongoDB", "sqlite": "SQLite", "mssql": "SQL Server",
    "clickhouse": "ClickHouse", "cockroachdb": "CockroachDB", "couchdb": "CouchDB", "cassandra": "Cassandra",
    "neo4j": "Neo4j", "influxdb": "InfluxDB", "arangodb": "ArangoDB", "surrealdb": "SurrealDB",
    "rethinkdb": "RethinkDB", "questdb": "QuestDB",
}  # fmt: skip
"""How people call the engines that hold data."""


def engine_name(store: Store, project: Project) -> str:
    """How people call the engine of a store; MariaDB where that is what the repository runs."""
    if store.engine == "mysql" and set(_mysql_servers(project)) == {"mariadb"}:
        return "MariaDB"
    return ENGINES.get(store.engine, store.engine)


def _mysql_servers(project: Project) -> Iterator[str]:
    """By which of its two names each server is run or installed."""
    for compose in project.composes:
        for service in compose.services:
            image = service.image.raw.rpartition("/")[2] if service.image else ""
            yield from (n for n in ("mysql", "mariadb") if image.startswith(n))
    for act in project.acts:
        for run in act.behaviour.runs if act.purpose == "production" else ():
            if "install" in run.arguments or "add" in run.arguments[:1]:
                names = [a.removeprefix("default-") for a in run.arguments if a]
                servers = [n for n in names if n.endswith("server") or n in ("mysql", "mariadb")]
                yield from (
                    n for n in ("mysql", "mariadb") if any(s.startswith(n) for s in servers)
                )


def dumping(act: Act) -> tuple[Run, ...]:
    """The runs of a script that take a copy of a database's data."""
    named = act.script.origin == "file" and bool(NAMED.search(act.script.path.rpartition("/")[2]))
    return tuple(
        run
        for run in act.behaviour.runs
        if run.reach != "unreachable"
        and ((effects.dumps(run) and not _schema_only(run)) or (named and packs_in_container(run)))
    )


def packs_in_container(run: Run) -> bool:
    """`docker run … alpine tar czf …`: the usual way to copy a volume."""
    words = [word or "" for word in run.arguments]
    if run.name not in ("docker", "podman") or "run" not in words[:1] or "tar" not in words:
        return False
    rest = words[words.index("tar") + 1 :]
    return bool(rest) and "c" in rest[0] and "x" not in rest[0]


def called_backup(act: Act) -> bool:
    """Whether a script is a backup by its name, or by a tool that serves for nothing else."""
    if NAMED.search(act.script.path.rpartition("/")[2] if act.script.origin == "file" else ""):
        return True
    return any(run.name not in _COPYING for run in dumping(act))


def _schema_only(run: Run) -> bool:
    return not _SCHEMA.get(run.name, frozenset()).isdisjoint(run.arguments)


_SCHEMA = {
    "pg_dump": frozenset({"--schema-only", "-s", "--version"}),
    "pg_dumpall": frozenset({"--schema-only", "-s", "--version"}),
    "mysqldump": frozenset({"--no-data", "-d", "--version"}),
    "mariadb-dump": frozenset({"--no-data", "-d", "--version"}),
    "sqlite3": frozenset({".schema", "--version"}),
}
"""With which options a tool that dumps copies no data: `-d` of pg_dump names the database."""


def copied(store: Store, project: Project) -> tuple[Location, str] | None:
    """What copies a store's data away, on whatever occasion, and where that stands."""
    if store.replicated:
        return store.replicated[0].location, store.replicated[0].note
    for act in project.acts:
        if act.purpose == "production" and act.role not in ("test", "ci", "development", "build"):
            for run in dumping(act):
                engine = effects.dumps(run) or "files"
                if engine in (store.engine, "files") and (
                    run.name not in _COPYING or is_backup(run, act)
                ):
                    return Location(run.path, run.span), f"`{_shown(run)}`"
    return next(_beside(project), None)


def is_backup(run: Run, act: Act) -> bool:
    """Whether copying files is meant as a backup: told by the script, the function or the target."""
    texts = (
        act.script.path,
        run.function,
        *(word or "" for word in run.arguments),
        *(word.raw for word in run.words),
    )
    return act.role == "backup" or any(NAMED.search(text) for text in texts)


def _beside(project: Project) -> Iterator[tuple[Location, str]]:
    for compose in project.composes:
        if project.purposes.get(compose.path) == "production":
            for service in compose.services:
                image = service.image.raw if service.image else ""
                if _IMAGES.search(image) or NAMED.search(service.name):
                    yield Location(compose.path, service.span), f"the service `{service.name}`"
    for clock in project.clocks:
        if clock.kind != "prose" and _DUMPING.search(clock.text):
            yield clock.evidence.location, "a clock runs a backup"
    for workflow in project.workflows:
        for job in workflow.jobs:
            for step in job.steps:
                if step.uses is not None and _ACTIONS.search(step.uses.raw):
                    yield Location(workflow.path, step.span), f"`{step.uses.raw}`"
    for unit in project.unit_files:
        if NAMED.search(unit.name):
            yield Location(unit.path, START), unit.name
    for other in project.others:
        if other.kind == "terraform":
            values = (word.value for word in other.words if word.value is not None)
            yield from (
                (Location(other.path, v.span), v.raw.strip('"'))
                for v in values
                if _TERRAFORM.search(v.raw)
            )


def suggested(project: Project) -> tuple[Location, str] | None:
    """What may copy data away though it is not read: files called so, and infrastructure as code."""
    for act in project.acts:
        if (
            act.purpose == "production"
            and act.script.origin == "file"
            and _SUGGESTED.search(act.script.path)
        ):
            return Location(act.script.path, START), f"{act.script.path} may make one"
    code = suggested_by_code(project)
    if code is not None:
        return code
    for clock in project.clocks:
        if clock.kind == "prose" and _DUMPING.search(clock.text):
            return clock.evidence.location, "a text tells people to run one"
    for mechanism in project.provisioning:
        if project.purposes.get(mechanism.location.path, "production") == "production":
            return (
                mechanism.location,
                f"{mechanism.name} may set one up: what it describes is not read in full",
            )
    return None


def suggested_by_code(project: Project) -> tuple[Location, str] | None:
    """A file of code that is called as a backup, and whose doings are not read."""
    for path in sorted(p for p in project.files if p.endswith(_CODE) and _SUGGESTED.search(p)):
        if _may_run(path, project):
            return Location(path, START), f"what {path} does is not read"
    return None


def _may_run(path: str, project: Project) -> bool:
    """Whether a file is neither known to be for something else, nor a page, a component or a test of the application."""
    if project.purposes.get(path, "production") != "production":
        return False
    if re.search(
        r"code|2fa|mfa|otp|recovery|\.(?:test|spec|d|stories)\.|tests?/", path, re.IGNORECASE
    ):
        return False
    return "/" not in path or _OPERATIONS.search(path) is not None


def scheduled(act: Act, project: Project) -> Evidence | None:
    """What runs a script by itself, as far as the repository shows."""
    kinds = set(act.reached_by)
    if kinds & _HOSTS:
        return (
            act.trail[0]
            if act.trail
            else Evidence(Location(act.script.path, act.script.span), "it is run")
        )
    calls = _calls(act, project)
    for clock in project.clocks:
        if clock.kind != "prose" and any(call.search(clock.text) for call in calls):
            return clock.evidence
    for other in project.acts:
        if other is not act and set(other.reached_by) & _HOSTS and _runs(other, act):
            return (
                other.trail[0]
                if other.trail
                else Evidence(Location(other.script.path, other.script.span), "it is run")
            )
    return next(_some_clock(project), None)


def unread_clock(project: Project) -> tuple[Location, str] | None:
    """What may run scripts by the clock though it is not read in full."""
    for other in project.others:
        for word in other.words:
            if (other.kind, word.name) == ("ansible", "cron"):
                return Location(
                    other.path, word.span
                ), "Ansible sets up cron lines that are not read"
            if (
                other.kind == "kubernetes"
                and word.value is not None
                and word.value.raw == "CronJob"
            ):
                return Location(other.path, word.value.span), "what this CronJob runs is not read"
    for pipeline in project.pipelines:
        if pipeline.name != "GitHub Actions":
            return pipeline.location, f"{pipeline.name} may run it by its clock"
    for mechanism in project.provisioning:
        if project.purposes.get(mechanism.location.path, "production") == "production":
            return (
                mechanism.location,
                f"{mechanism.name} may set a clock: what it describes is not read in full",
            )
    return None


def _calls(act: Act, project: Project) -> list[re.Pattern[str]]:
    """How a clock's line may call a script: by its file's name, or by a package script that does."""
    name = act.script.path.rpartition("/")[2]
    if act.script.origin != "file":
        return []
    named = [s.name for package in project.packages for s in package.scripts if name in s.command]
    return [
        re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])"),
        *(
            re.compile(rf"\b(?:npm|pnpm|yarn|bun)\b.*(?<![\w:-]){re.escape(one)}(?![\w:-])")
            for one in named
        ),
    ]


def _runs(caller: Act, act: Act) -> bool:
    if act.script.origin != "file":
        return False
    path = act.script.path
    for run in caller.behaviour.runs:
        values = (
            run.name,
            *(w or "" for w in run.arguments),
            *(p or "" for p in run.paths),
            *(w.raw for w in run.words),
        )
        if any(
            value == path or value.endswith((f"/{path}", f"/{path.rpartition('/')[2]}"))
            for value in values
        ):
            return True
    return False


def _some_clock(project: Project) -> Iterator[Evidence]:
    """A timer or a cron line for a backup whose command is not a file of the repository by that name."""
    timers = [u for u in project.unit_files if u.kind == "timer" and NAMED.search(u.name)]
    yield from (Evidence(Location(u.path, START), f"{u.name} runs a backup") for u in timers)
    for clock in project.clocks:
        if clock.kind != "prose" and (NAMED.search(clock.text) or _DUMPING.search(clock.text)):
            yield clock.evidence
    for act in project.acts:
        for run in act.behaviour.runs:
            if effects.schedules(run) and NAMED.search(" ".join(word.raw for word in run.words)):
                yield Evidence(Location(run.path, run.span), "a clock is set for a backup")


def _shown(run: Run) -> str:
    text = " ".join(run.written[:4])
    return text if len(text) <= 60 else text[:59] + "…"
