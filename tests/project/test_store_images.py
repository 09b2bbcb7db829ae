"""Where the images of stores keep their data, as far as their tags tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.health_checks import health
from infra_audit.project.joined import index
from infra_audit.project.store_images import is_newest_postgres, name_and_tag, store_image
from infra_audit.project.store_services import store_service

from .test_composed import project

OLD, NEW = "/var/lib/postgresql/data", "/var/lib/postgresql/18/docker"
PLACES = {
    "postgres:17": OLD,
    "postgres:9.6-alpine": OLD,
    "docker.io/library/postgres:17.2-bookworm": OLD,
    "postgres:18": NEW,
    "postgres:18.1-alpine3.22": NEW,
    "postgres:19beta1": NEW,
    "postgres": None,
    "postgres:latest": None,
    "postgis/postgis:18-3.6": NEW,
    "pgvector/pgvector:pg18": NEW,
    "pgvector/pgvector:0.8.1-pg17": OLD,
    "pgvector/pgvector:0.8.1": None,
    "timescale/timescaledb:2.21.0-pg16": OLD,
    "timescale/timescaledb-ha:pg17": None,
    "registry.example.com/postgres:18": None,
    "bitnami/postgresql:17": None,
    "mysql:8.4": "/var/lib/mysql",
    "mariadb": "/var/lib/mysql",
    "mongo:8@sha256:0123": "/data/db",
    "mcr.microsoft.com/mssql/server:2022-latest": "/var/opt/mssql",
    "localhost:5000/mysql:8": None,
}


@pytest.mark.parametrize(("image", "place"), PLACES.items())
def test_the_folder_of_an_images_data(image: str, place: str | None) -> None:
    found = store_image(image)
    assert (found.data if found else None) == place


def test_which_images_are_the_newest_when_pulled() -> None:
    newest = ("postgres", "postgres:latest", "docker.io/postgres:alpine")
    assert [is_newest_postgres(image) for image in newest] == [True] * 3
    others = ("postgres:17", "postgres@sha256:0123", "example/postgres", "mysql")
    assert [is_newest_postgres(image) for image in others] == [False] * 4


def test_names_and_tags() -> None:
    assert name_and_tag("Docker.io/Library/Postgres:17") == ("postgres", "17")
    assert name_and_tag("registry:5000/shop/db") == ("registry:5000/shop/db", "")


STORES = {
    "an image": ("image: postgres:17", {}, "postgresql"),
    "a default of its image": ("image: ${DB_IMAGE:-mariadb:11}", {}, "mysql"),
    "an application": ("image: example/shop:4", {}, None),
    "built here": ("build: db", {"db/Dockerfile": "FROM mongo:8\n"}, "mongodb"),
    "built here from nothing that is told": ("build: db", {}, None),
    "with options": ("image: redis:7\n    command: --appendonly yes", {}, "redis"),
    "through a shell": ("image: redis:7\n    command: sh -c 'redis-server --save 60 1'", {}, "redis"),
    "only its client": ("image: postgres:17\n    entrypoint: [psql, -h, db]", {}, None),
    "only a dump": ("image: mysql:8\n    command: mysqldump -h db shop", {}, None),
}  # fmt: skip


@pytest.mark.parametrize(("body", "files", "engine"), STORES.values(), ids=STORES)
def test_which_services_are_stores(
    tmp_path: Path, body: str, files: dict[str, str], engine: str | None
) -> None:
    found = project(tmp_path, {"compose.yaml": f"services:\n  db:\n    {body}\n", **files})
    compose = found.composes[0]
    store = store_service(compose.services[0], compose, found)
    assert (store.engine if store else None) == engine


HEALTH = {
    "its own": ("image: postgres:17\n    healthcheck: {test: pg_isready}", "", "checked"),
    "switched off": ("image: example/app\n    healthcheck: {disable: true}", "", "disabled"),
    "an official image": ("image: postgres:17", "", "unchecked"),
    "some image": ("image: example/app", "", "unknown"),
    "built with a check": ("build: .", "FROM node:22\nHEALTHCHECK CMD true\n", "checked"),
    "built without": ("build: .", "FROM node:22\n", "unchecked"),
    "built from some image": ("build: .", "FROM example/base\n", "unknown"),
    "built from a stage with a check": (
        "build: .",
        "FROM node:22 AS base\nHEALTHCHECK CMD true\nFROM base\n",
        "checked",
    ),
    "taken back": ("build: .", "FROM example/base\nHEALTHCHECK NONE\n", "unchecked"),
    "a stage that is not there": ("build: {context: ., target: web}", "FROM node:22\n", "unknown"),
    "a variable decides the stage": ("build: {context: ., target: $T}", "FROM node:22\n", "unknown"),
    "nothing at all": ("restart: always", "", "unknown"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "dockerfile", "state"), HEALTH.values(), ids=HEALTH)
def test_whether_a_service_checks_its_health(
    tmp_path: Path, body: str, dockerfile: str, state: str
) -> None:
    files = {"Dockerfile": dockerfile} if dockerfile else {}
    found = project(tmp_path, {"compose.yaml": f"services:\n  app:\n    {body}\n", **files})
    compose = found.composes[0]
    assert health(compose.services[0], compose, index(found), found) == state
