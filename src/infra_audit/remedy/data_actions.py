"""What to do about the database."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Finding
from ..project.types import Project, Store
from .surroundings import acts, at, on, stores

_DUMPS = {
    "postgresql": "pg_dump --format=custom",
    "cockroachdb": "BACKUP INTO",
    "mysql": "mysqldump --single-transaction",
    "mariadb": "mariadb-dump --single-transaction",
    "mongodb": "mongodump --archive --gzip",
    "sqlite": "sqlite3 app.db '.backup …'",
}
"""How each engine is dumped while it runs."""


def migrate_database(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    """From a file on one disk to a server that is migrated by releases and backed up."""
    touched = {finding.location.path for finding in findings}
    found = stores(project)
    for store in found:
        if store.engine == "sqlite":
            yield from _off_sqlite(store, project)
    if any(schema.datasources for schema in project.schemas):
        yield (
            "Run `prisma migrate deploy` once in each release, before the new version starts: "
            "neither `migrate dev` nor `db push`."
        )
    backups = acts(project, "backup")
    for act in backups:
        called = "is run by the repository" if act.trail or act.reached_by else "is run by nothing"
        yield (
            f"`{act.script.path}` {called}: run it from a timer or cron that alerts when it "
            "fails, and copy the dump off the machine."
        )
    if not backups:
        yield from _backups(found)
    for path in sorted(touched - {store.location.path for store in found}):
        yield f"Mend what is found in `{path}`."


def _off_sqlite(store: Store, project: Project) -> Iterator[str]:
    lines = [
        (schema.path, source)
        for schema in project.schemas
        for source in schema.datasources
        if source.provider and source.provider.literal == "sqlite"
    ]
    for path, source in lines:
        if source.provider:
            place, now = on(path, source.provider.span), source.provider.raw
            yield f'In {place} write `provider = "postgresql"` in place of `{now}`.'
    if not lines:
        yield f"Replace SQLite ({at(store.location)}) by PostgreSQL, provisioned or managed."
    variable = next((s.variable for _, s in lines if s.variable), store.variable) or "DATABASE_URL"
    yield (
        "Provision PostgreSQL (managed, such as RDS or Cloud SQL, or a service with a volume) "
        f"and give `{variable}` to the application as a secret, not in a file of the "
        "repository."
    )
    if lines:
        yield (
            "SQLite's migrations do not run on PostgreSQL: keep them aside and begin anew "
            "with `prisma migrate dev --name init` against an empty PostgreSQL."
        )
    yield (
        "Move the data while writing is stopped: copy it (`pgloader` reads SQLite), compare "
        "the row counts of all tables, then switch the URL; keep the file until the first "
        "restore has been tried."
    )


def _backups(found: tuple[Store, ...]) -> Iterator[str]:
    for store in found:
        engine = "postgresql" if store.engine == "sqlite" else store.engine
        if engine in _DUMPS and not store.managed:
            yield (
                f"Back up {engine} each night: `{_DUMPS[engine]}` to another machine or "
                "bucket, and restore one on trial."
            )
