"""Databases: created, dumped, restored, copied."""

from __future__ import annotations

from .row import Manual, Row

_TOLD = "--version -V --help"
_PG = "the reference of PostgreSQL 16, client applications"
_CONNECTION = (
    "-h -p -U -O -E -l -T -D -W -c -g -m --host --port --username --owner --encoding --template"
    " --tablespace --locale --maintenance-db --connection-limit --role"
)
_CHANGES = r"(?i)^\s*(?:alter|create|delete|drop|grant|insert|truncate|update)\b"
"""SQL that changes something, by how it begins."""
_MIGRATION = r"(?i)(?:^|[/\"'])migrations?/"
"""A file of changes to the schema, by the folder that it lies in."""

DUMPERS: dict[str, str] = {
    "pg_dump": "postgresql",
    "pg_dumpall": "postgresql",
    "pg_basebackup": "postgresql",
    "mysqldump": "mysql",
    "mariadb-dump": "mysql",
    "mydumper": "mysql",
    "xtrabackup": "mysql",
    "mariabackup": "mysql",
    "mongodump": "mongodb",
    "influxd": "",
    "etcdctl": "",
    "litestream": "sqlite",
}
"""What each program that dumps dumps; '' are those that do other things too."""

DATABASES: dict[str, Manual] = {
    **{
        name: Manual(
            f"{_PG}: {name}" if name.startswith("pg_") else f"{name}(1)",
            (Row("…", f"dump {engine}", "same", at="-f|--file|-r|--result-file"),),
            valued="-f --file -r --result-file -h --host -p --port -U --username -u --user -d --dbname",
            asks=_TOLD,
        )
        for name, engine in DUMPERS.items()
        if engine and name != "litestream"
    },
    "litestream": Manual(
        "litestream, command reference",
        (
            Row("replicate …", "dump sqlite, send sqlite", "same", at="=litestream"),
            Row("restore …", "restore sqlite"),
        ),
        asks=_TOLD,
    ),
    "pg_restore": Manual(
        f"{_PG}: pg_restore", (Row("…", "restore postgresql"),), asks=f"{_TOLD} -l"
    ),
    "psql": Manual(
        f"{_PG}: psql",
        (
            Row("…", "migrate database", given="-f|--file", text=_MIGRATION),
            Row(
                "…",
                "change database",
                text=_CHANGES,
            ),
        ),
        asks="--version -V --help -l --list",
    ),
    **dict.fromkeys(
        ("mysql", "mariadb"),
        Manual(
            "mysql(1) of MySQL 8, mariadb(1)",
            (Row("…", "change database", text=_CHANGES),),
            valued="-h --host -P --port -u --user -D --database -S --socket",
        ),
    ),
    "createdb": Manual(
        f"{_PG}: createdb",
        (
            Row(
                "DATABASE …",
                "create database",
                "fails",
                why="the database `{}` exists then",
                guard="a look into `pg_database` before it",
            ),
        ),
        valued=_CONNECTION,
        asks=_TOLD,
    ),
    "createuser": Manual(
        f"{_PG}: createuser",
        (
            Row(
                "USER …",
                "create database-user",
                "fails",
                why="the user `{}` exists then",
                guard="a look into `pg_roles` before it",
            ),
        ),
        valued=_CONNECTION,
        asks=_TOLD,
    ),
    "dropdb": Manual(f"{_PG}: dropdb", (Row("DATABASE", "remove database"),), valued=_CONNECTION),
    "dropuser": Manual(
        f"{_PG}: dropuser", (Row("USER", "remove database-user"),), valued=_CONNECTION
    ),
    "mysqladmin": Manual(
        "mysqladmin of MySQL 8: create of a database that exists is an error",
        (
            Row(
                "create DATABASE",
                "create database",
                "fails",
                why="the database `{}` exists then",
                guard="`CREATE DATABASE IF NOT EXISTS`",
            ),
        ),
        valued="-h -u -P --host --user --port",
    ),
    "sqlite3": Manual(
        "sqlite3(1), Command Line Shell For SQLite",
        (Row("…", "dump sqlite", "same", text=r"(?i)\.(?:backup|dump|clone)\b|vacuum\s+into"),),
    ),
    "redis-cli": Manual(
        "redis-cli, Redis 7",
        (
            Row("…", "dump redis", "same", given="--rdb", at="--rdb"),
            Row("… BGSAVE|SAVE|bgsave|save …", "dump redis", "same"),
        ),
        valued="-h -p -a -n -u",
    ),
    "pgbackrest": Manual(
        "pgBackRest, command reference", (Row("… backup …", "dump postgresql", "same"),)
    ),
    "wal-g": Manual("WAL-G", (Row("… backup-push …", "dump postgresql", "same"),)),
    "barman": Manual("barman(1)", (Row("… backup …", "dump postgresql", "same"),)),
}

DATABASE_FILE = "*.db|*.sqlite|*.sqlite3|*.db3"
"""What files with a whole SQLite database are called."""
