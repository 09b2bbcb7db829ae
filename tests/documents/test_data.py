"""Databases and dumps, told from their first bytes."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.documents import sqlite
from infra_audit.documents.data import is_data, parse
from infra_audit.documents.facts import Data
from infra_audit.model import Span

DUMP = b"""-- PostgreSQL database dump
COPY public.members (id, email) FROM stdin;
1\tanna.keller@harbour-club.net
\\.
COPY public.empty (id) FROM stdin;
\\.
"""


def database(folder: Path, *statements: str, page: int = 4096) -> bytes:
    """The bytes of a database in which these statements have been run."""
    path = folder / "a.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA page_size={page}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("page", [512, 4096, 65536])
def test_the_tables_with_rows(page: int, tmp_path: Path) -> None:
    data = database(
        tmp_path,
        "CREATE TABLE User (id INTEGER PRIMARY KEY, email TEXT)",
        "CREATE TABLE Empty (id INTEGER)",
        "CREATE INDEX by_email ON User (email)",
        "CREATE TABLE Many (id INTEGER PRIMARY KEY, note TEXT)",
        "INSERT INTO User VALUES (1, 'a@b.net')",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000)"
        " INSERT INTO Many SELECT x, 'a longer text to fill pages' FROM n",
        page=page,
    )
    assert sqlite.tables(data) == ("User", "Many")


def test_a_schema_of_many_pages(tmp_path: Path) -> None:
    names = [f"table_{n}" for n in range(80)]
    empty = [
        f"CREATE TABLE {name} (id INTEGER, a_long_name_of_a_column TEXT)" for name in names[1::2]
    ]
    filled = [f"CREATE TABLE {name} AS VALUES (1, 'a text')" for name in names[::2]]
    found = sqlite.tables(database(tmp_path, *empty, *filled, page=512))
    assert found is not None
    assert sorted(found) == sorted(names[::2])


def test_rows_that_were_deleted_are_none(tmp_path: Path) -> None:
    made = ("CREATE TABLE User (id INTEGER)", "INSERT INTO User VALUES (1)", "DELETE FROM User")
    assert sqlite.tables(database(tmp_path, *made)) == ()


@given(st.binary(max_size=600))
def test_whatever_follows_the_magic_is_read(data: bytes) -> None:
    found = sqlite.tables(sqlite.MAGIC + data)
    assert found is None or all(isinstance(name, str) for name in found)
    assert sqlite.tables(b"x" + data) is None


@given(st.binary(min_size=1, max_size=40), st.integers(min_value=100, max_value=8000))
def test_a_damaged_file_is_read(patch: bytes, at: int) -> None:
    page = bytearray(8192)
    page[: len(sqlite.MAGIC)] = sqlite.MAGIC
    page[16:18] = b"\x10\x00"
    page[100:108] = bytes([13, 0, 0, 0, 1, 0, 0, 0])
    page[at : at + len(patch)] = patch
    found = sqlite.tables(bytes(page))
    assert found is not None
    assert len(found) <= 1 or at < 108


def test_a_database_with_addresses(tmp_path: Path) -> None:
    data = database(
        tmp_path,
        "CREATE TABLE User (id INTEGER, email TEXT)",
        "INSERT INTO User VALUES (1, 'anna.keller@harbour-club.net'), (2, 'x@example.com')",
    )
    assert is_data(data)
    found = parse("a.db", data, len(data))
    assert found is not None
    assert (found.kind, found.tables, found.addresses) == ("sqlite", ("User",), 1)


def test_a_dump_and_the_same_one_packed() -> None:
    plain = parse("a.sql", DUMP, len(DUMP))
    packed = parse("a.sql.gz", gzip.compress(DUMP), 99)
    assert isinstance(plain, Data)
    assert isinstance(packed, Data)
    assert (plain.kind, plain.tables, plain.addresses) == ("dump", ("members",), 1)
    assert plain.span == Span(1, 1, 1, 28)
    assert (packed.tables, packed.addresses, packed.size) == (("members",), 1, 99)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SELECT 1;\n", id="what-somebody-wrote"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1\n", id="a-pointer"),
        pytest.param(b"\x1f\x8bbroken", id="packed-and-broken"),
        pytest.param(gzip.compress(gzip.compress(DUMP)), id="packed-twice"),
        pytest.param(gzip.compress(b"\0" * 9_000_000), id="packed-very-small"),
    ],
)
def test_what_is_none(data: bytes) -> None:
    assert parse("a.sql", data, len(data)) is None
