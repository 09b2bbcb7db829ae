"""The files of SQLite that URLs name, by every path that they may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.model import Location, Span
from infra_audit.project.sqlite_files import sqlite_files, told_at

from .linked_project import project

SCHEMA = 'datasource db {\n  provider = "sqlite"\n  url = %s\n}\n'
PLACE = Location(".env", Span(1, 1, 1, 2))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"prisma/schema.prisma": SCHEMA % '"file:../data/shop.db"'},
            {"data/shop.db", "../data/shop.db"},
            id="a-literal-starts-at-the-schema-or-the-root",
        ),
        pytest.param(
            {
                "prisma/schema.prisma": SCHEMA % 'env("DATABASE_URL")',
                ".env.example": "DATABASE_URL=file:/srv/shop/shop.db\n",
            },
            {"/srv/shop/shop.db"},
            id="an-example-tells-it",
        ),
        pytest.param(
            {
                "prisma/schema.prisma": SCHEMA % 'env("DATABASE_URL")',
                ".env.test": "DATABASE_URL=file:./test.db\n",
                ".env.example": "OTHER_URL=file:./other.db\n",
            },
            set(),
            id="neither-a-test-s-nor-another-variable-s",
        ),
    ],
)
def test_the_files_of_a_store(files: dict[str, str], expected: set[str], tmp_path: Path) -> None:
    found = project(tmp_path, {"package.json": '{"name": "shop"}', **files})
    store = next(s for s in found.stores if s.source == "prisma")
    assert set(sqlite_files(store, found)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("data/shop.db", PLACE, id="the-path-itself"),
        pytest.param("/srv/shop/shop.db", PLACE, id="the-same-name-on-the-server"),
        pytest.param("shop_app_1:/app/data/shop.db", PLACE, id="in-a-container"),
        pytest.param("/var/lib/grafana/grafana.db", None, id="another-file"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_path_of_a_script_names_one(path: str, expected: Location | None) -> None:
    assert told_at(path, {"data/shop.db": PLACE}) == expected
