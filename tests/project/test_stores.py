"""Databases and caches: what shows them, who runs them, what keeps them safe."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.flow.behaviour import analyse
from infra_audit.project.engines import (
    engine_of_image,
    engine_of_package,
    engine_of_url,
    host_of,
    is_companion,
    is_managed,
    is_placeholder,
)
from infra_audit.project.stores import stores
from infra_audit.project.supplied import file_of, supplied
from infra_audit.project.types import Store

from .linked import linked, package

SQLITE = 'datasource db {\n  provider = "sqlite"\n  url = env("DATABASE_URL")\n}\n'
POSTGRES = SQLITE.replace("sqlite", "postgres")
SHOP = {"package.json": package("express", "@prisma/client")}
POSTGRES_SERVICE = "  db:\n    image: postgres:16\n"
APP_SERVICE = "services:\n  app:\n    build: .\n    depends_on: [db]\n"


def found_in(folder: Path, files: dict[str, str], kind: str = "server") -> tuple[Store, ...]:
    facts, deployables = linked(folder, files, kind)
    behaviours = {id(script): analyse(script) for script in facts.scripts}
    return stores(facts, deployables, behaviours, supplied(facts, behaviours))


def told(store: Store) -> tuple[str, str, str, str]:
    run_by = "hosted" if store.hosted else "managed" if store.managed else ""
    return store.engine, store.source, store.purpose, run_by


FOUND = {
    "a datasource": (
        {**SHOP, "prisma/schema.prisma": POSTGRES},
        [("postgresql", "prisma", "production", "")],
    ),
    "SQLite lies on the server": (
        {**SHOP, "prisma/schema.prisma": SQLITE},
        [("sqlite", "prisma", "production", "hosted")],
    ),
    "a test's schema": (
        {**SHOP, "tests/schema.prisma": SQLITE},
        [("sqlite", "prisma", "test", "")],
    ),
    "an unknown provider": (
        {**SHOP, "prisma/schema.prisma": POSTGRES.replace("postgres", "oracle")},
        [],
    ),
    "a datasource and its compose service": (
        {
            **SHOP,
            "prisma/schema.prisma": POSTGRES,
            "compose.yaml": f"{APP_SERVICE}    environment:\n"
            f"      DATABASE_URL: postgresql://u:p@db:5432/shop\n{POSTGRES_SERVICE}",
        },
        [
            ("postgresql", "compose", "production", "hosted"),
            ("postgresql", "prisma", "production", ""),
        ],
    ),
    "compose that only starts stores is for development": (
        {"compose.yaml": f"services:\n{POSTGRES_SERVICE}  mail:\n    image: axllent/mailpit\n"},
        [("postgresql", "compose", "development", "")],
    ),
    "compose with a mail catcher is for development": (
        {"compose.yaml": f"{APP_SERVICE}{POSTGRES_SERVICE}  mail:\n    image: mailhog/mailhog\n"},
        [("postgresql", "compose", "development", "")],
    ),
    "a build that is called as a store is no application": (
        {
            "compose.yaml": "services:\n  orders-db:\n    build: ./db\n  cache:\n    image: redis:7\n"
        },
        [("redis", "compose", "development", "")],
    ),
    "a provider's host in an example": (
        {
            **SHOP,
            "prisma/schema.prisma": POSTGRES,
            ".env.example": "DATABASE_URL=postgresql://u:p@ep-cool-1.eu-central-1.aws.neon.tech/shop\n",
        },
        [("postgresql", "prisma", "production", "managed")],
    ),
    "PlanetScale's relation mode": (
        {
            **SHOP,
            "prisma/schema.prisma": 'datasource db {\n  provider = "mysql"\n  url = env("X")\n'
            '  relationMode = "prisma"\n}\n',
        },
        [("mysql", "prisma", "production", "managed")],
    ),
    "a client among the dependencies": (
        {"package.json": package("express", "ioredis")},
        [("redis", "dependency", "production", "")],
    ),
    "a client that only tests need": (
        {
            "package.json": '{"name": "shop", "scripts": {"start": "node ."}, "dependencies": '
            '{"express": "1"}, "devDependencies": {"better-sqlite3": "1"}}'
        },
        [],
    ),
    "a client of one provider": (
        {"package.json": package("express", "@upstash/redis")},
        [("redis", "dependency", "production", "managed")],
    ),
    "a client of Python": (
        {"requirements.txt": "flask==3.0\ngunicorn==22.0\npsycopg2-binary==2.9\n"},
        [("postgresql", "dependency", "production", "")],
    ),
    "a server installed by a script that sets up a machine": (
        {
            **SHOP,
            "scripts/bootstrap.sh": "apt-get install -y postgresql-16 redis-server\n"
            "systemctl enable --now shop\n",
        },
        [
            ("postgresql", "install", "production", "hosted"),
            ("redis", "install", "production", "hosted"),
        ],
    ),
    "a server installed by a helper of the script": (
        {
            **SHOP,
            "scripts/bootstrap.sh": 'apt_install() {\n  apt-get install -y "$@"\n}\n'
            "apt_install redis-server\nuseradd shop\n",
        },
        [("redis", "install", "production", "hosted")],
    ),
    "a server that is only enabled": (
        {**SHOP, "scripts/bootstrap.sh": "systemctl enable --now postgresql.service\n"},
        [("postgresql", "install", "production", "hosted")],
    ),
    "a script that sets up no machine": (
        {**SHOP, "scripts/setup.sh": "apt-get install -y postgresql\nnpm ci\n"},
        [],
    ),
    "clients installed by a script": (
        {
            **SHOP,
            "scripts/bootstrap.sh": "apt-get install -y postgresql-client redis-tools sqlite3\n"
            "systemctl enable --now shop\n",
        },
        [],
    ),
    "a variable of a unit": (
        {
            **SHOP,
            "deploy/shop.service": "[Service]\nEnvironment=REDIS_URL=redis://127.0.0.1:6379\n",
        },
        [("redis", "environment", "production", "")],
    ),
    "a URL to please a build": (
        {
            **SHOP,
            "Dockerfile": "FROM node:22\nENV DATABASE_URL=postgresql://dummy:dummy@localhost:5432/x\n",
        },
        [("postgresql", "environment", "example", "")],
    ),
    "a job's database": (
        {
            **SHOP,
            ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n"
            "    env:\n      DATABASE_URL: postgresql://u:p@localhost:5432/test\n"
            "    steps:\n      - run: npm test\n",
        },
        [("postgresql", "environment", "test", "")],
    ),
    "a file that is no database": (
        {**SHOP, ".env.production": "LOGO_URL=file:///srv/logo.svg\n"},
        [],
    ),
    "Drizzle's dialect": (
        {
            "package.json": package("express", "drizzle-orm", "pg"),
            "drizzle.config.ts": "export default { dialect: 'postgresql', "
            "dbCredentials: { url: process.env.DATABASE_URL! } };\n",
        },
        [("postgresql", "code", "production", "")],
    ),
}


@pytest.mark.parametrize(("files", "expected"), FOUND.values(), ids=FOUND)
def test_stores_are_found(
    tmp_path: Path, files: dict[str, str], expected: list[tuple[str, str, str, str]]
) -> None:
    assert [told(store) for store in found_in(tmp_path, files)] == expected


@pytest.mark.parametrize("kind", ["platform", "kubernetes", "unknown"])
def test_sqlite_is_hosted_by_servers_only(tmp_path: Path, kind: str) -> None:
    (store,) = found_in(tmp_path, {**SHOP, "prisma/schema.prisma": SQLITE}, kind)
    assert not store.hosted


URLS = {
    "a heredoc with the script's variable": (
        "scripts/install.sh",
        'DATA=/var/lib/shop\ncat > .env <<EOF\nDATABASE_URL="file:$DATA/shop.db"\nEOF\n',
        "file:/var/lib/shop/shop.db",
        3,
    ),
    "a heredoc with an unknown variable": (
        "scripts/install.sh",
        'cat > .env <<EOF\nDATABASE_URL="file:$DATA/shop.db"\nEOF\n',
        None,
        2,
    ),
    "the image's environment": (
        "Dockerfile",
        "FROM node:22\nENV DATABASE_URL=file:/data/shop.db\n",
        "file:/data/shop.db",
        2,
    ),
    "a default of compose": (
        "compose.yaml",
        (
            "services:\n  app:\n    build: .\n    environment:\n"
            "      DATABASE_URL: ${DATABASE_URL:-file:/data/shop.db}\n"
        ),
        "file:/data/shop.db",
        5,
    ),
    "a unit": (
        "shop.service",
        "[Service]\nEnvironment=DATABASE_URL=file:/srv/shop.db\n",
        "file:/srv/shop.db",
        2,
    ),
}


@pytest.mark.parametrize(("path", "text", "url", "line"), URLS.values(), ids=URLS)
def test_a_datasource_knows_its_url(
    tmp_path: Path, path: str, text: str, url: str | None, line: int
) -> None:
    (store,) = found_in(tmp_path, {**SHOP, "prisma/schema.prisma": SQLITE, path: text})
    assert store.url == url
    assert store.configured is not None
    assert (store.configured.path, store.configured.span.line) == (path, line)


CONFIGS = {
    "a function": ("prisma.config.ts", "env('SHOP_URL')", "SHOP_URL"),
    "the environment": ("prisma.config.ts", "process.env.SHOP_URL", "SHOP_URL"),
    "a constant": ("prisma.config.ts", "url", "DATABASE_URL"),
}


@pytest.mark.parametrize(("path", "given", "variable"), CONFIGS.values(), ids=CONFIGS)
def test_the_variable_may_stand_in_the_configuration(
    tmp_path: Path, path: str, given: str, variable: str
) -> None:
    config = (
        "const url = process.env.DATABASE_URL ?? '';\n"
        f"export default defineConfig({{ datasource: {{ url: {given} }} }});\n"
    )
    schema = 'datasource db {\n  provider = "postgresql"\n}\n'
    (store,) = found_in(tmp_path, {**SHOP, "prisma/schema.prisma": schema, path: config})
    assert store.variable == variable


SAFE = {
    "Litestream with a replica": (
        {
            "litestream.yml": "dbs:\n  - path: /data/shop.db\n    replicas:\n      - url: s3://x/shop\n"
        },
        ["Litestream replicates it"],
    ),
    "Litestream without a replica": ({"litestream.yml": "dbs:\n  - path: /data/shop.db\n"}, []),
    "LiteFS": ({"litefs.yml": "fuse:\n  dir: /litefs\n"}, ["LiteFS replicates it"]),
    "LiteFS in the image": (
        {
            "Dockerfile": "FROM node:22\nCOPY --from=flyio/litefs:0.5 /usr/local/bin/litefs /bin/litefs\n"
        },
        ["the image runs LiteFS"],
    ),
    "libSQL": (
        {"package.json": package("express", "@libsql/client")},
        ["libSQL keeps the database on another server"],
    ),
}


@pytest.mark.parametrize(("files", "notes"), SAFE.values(), ids=SAFE)
def test_what_keeps_sqlite_safe(tmp_path: Path, files: dict[str, str], notes: list[str]) -> None:
    (store,) = found_in(tmp_path, {**SHOP, "prisma/schema.prisma": SQLITE, **files})
    assert [evidence.note for evidence in store.replicated] == notes


def test_a_shared_schema_belongs_to_those_that_depend_on_it(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        {
            "apps/web/package.json": package("express", "@shop/database", name="web"),
            "apps/api/package.json": package("fastify", "@shop/database", name="api"),
            "apps/docs/package.json": package("next", name="docs", start="next start"),
            "packages/database/package.json": '{"name": "@shop/database", "private": true}',
            "packages/database/schema.prisma": POSTGRES,
        },
    )
    (store,) = [s for s in found if s.source == "prisma"]
    assert store.users == ("apps/api", "apps/web")
    assert store.deployable is None


IMAGES = {
    "postgres:16-alpine": "postgresql",
    "docker.io/library/postgres@sha256:00": "postgresql",
    "pgvector/pgvector:pg17": "postgresql",
    "mariadb:11": "mysql",
    "valkey/valkey:8": "redis",
    "mcr.microsoft.com/mssql/server:2022-latest": "mssql",
    "localhost:5000/redis": "redis",
    "quay.io/minio/minio": None,
    "rabbitmq:3": None,
    "prometheuscommunity/postgres-exporter": None,
    "nginx": None,
}


@pytest.mark.parametrize(("image", "engine"), IMAGES.items(), ids=IMAGES)
def test_engine_of_image(image: str, engine: str | None) -> None:
    assert engine_of_image(image) == engine


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("postgresql", "postgresql"),
        ("postgresql-16", "postgresql"),
        ("mysql-server", "mysql"),
        ("redis-server=5:7.0", "redis"),
        ("mongodb-org", "mongodb"),
        ("postgresql-client", None),
        ("libpq-dev", None),
        ("mysql-client", None),
        ("sqlite3", None),
    ],
)
def test_engine_of_package(name: str, engine: str | None) -> None:
    assert engine_of_package(name) == engine


@pytest.mark.parametrize(
    ("url", "engine", "host", "managed"),
    [
        ("postgres://u:p@db.abc.supabase.co:5432/x", "postgresql", "db.abc.supabase.co", True),
        ("mongodb+srv://u:p@c0.x.mongodb.net/y", "mongodb", "c0.x.mongodb.net", True),
        ("postgresql://u:${PASSWORD}@postgres:5432/x", "postgresql", "postgres", False),
        ("postgresql://u:p@${HOST}/x", "postgresql", None, False),
        ("rediss://x.upstash.io:6379", "redis", "x.upstash.io", True),
        ("file:./dev.db", "sqlite", None, False),
        ("https://example.com", None, "example.com", False),
        ("", None, None, False),
    ],
)
def test_urls(url: str, engine: str | None, host: str | None, managed: bool) -> None:
    assert engine_of_url(url) == engine
    assert host_of(url) == host
    assert is_managed(host or "") is managed


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:./dev.db", "./dev.db"),
        ("file:/data/shop.db?mode=rwc", "/data/shop.db"),
        ("file:///data/shop.db", "/data/shop.db"),
        ("sqlite:///shop.db", "shop.db"),
        ("sqlite:////data/shop.db", "/data/shop.db"),
        ("sqlite://:memory:", None),
        ("file::memory:", None),
        ("libsql://shop.turso.io", None),
    ],
)
def test_file_of(url: str, path: str | None) -> None:
    assert file_of(url) == path


def test_placeholders_and_companions() -> None:
    assert is_placeholder("postgresql://user:password@host:5432/db")
    assert is_placeholder("mysql://shop:change-me@db/x")
    assert not is_placeholder("postgresql://shop:s3cr3t@db:5432/shop")
    assert is_companion("adminer")
    assert is_companion("dpage/pgadmin4:latest")
    assert not is_companion("ghcr.io/acme/shop:1")


def test_stores_survive_a_round_trip(tmp_path: Path) -> None:
    files = {**SHOP, "prisma/schema.prisma": SQLITE, "litefs.yml": "fuse:\n  dir: /litefs\n"}
    found = found_in(tmp_path, files)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=tuple[Store, ...]) == found


@given(st.text(alphabet=st.sampled_from("ab:/@[]{}$?#. +-1"), max_size=40) | st.text(max_size=40))
def test_any_text_is_no_fault(text: str) -> None:
    for read in (engine_of_url, host_of, engine_of_image, engine_of_package, file_of):
        assert read(text) is None or isinstance(read(text), str)
