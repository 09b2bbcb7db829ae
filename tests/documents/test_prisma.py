from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.facts import Schema
from infra_audit.documents.prisma import parse
from infra_audit.source.text import BOM, Text

WHOLE = """\
/// The shop's { schema
generator client {
  provider        = "prisma-client-js"
  previewFeatures = ["views", // one
    "metrics"]
}
generator own { provider = "node ./generate.js" }

datasource db {
  provider  = "postgresql" // not "sqlite"
  url       = env("DATABASE_URL")
  directUrl = env("DIRECT_URL")
  /* shadowDatabaseUrl = env("SHADOW") */
}

model User {
  id   Int    @id @default(autoincrement())
  meta Json   @default("{\\"a\\": \\"}\\"}")
  // a } in a comment
  @@map("users")
}
enum Role { USER ADMIN }
view Info { id Int }
type Address { street String }
model Post { id Int @id }
"""


def read(content: str) -> Schema:
    return parse(Text("prisma/schema.prisma", content))


def source(content: str) -> tuple[str | None, str | None, str]:
    (found,) = read(content).datasources
    provider = found.provider.literal if found.provider else "none"
    return provider, found.url.literal if found.url else "none", found.variable


def test_what_a_schema_says() -> None:
    schema = read(WHOLE)
    assert schema.problems == ()
    assert source(WHOLE) == ("postgresql", None, "DATABASE_URL")
    assert [(g.name, g.value and g.value.literal) for g in schema.generators] == [
        ("client", "prisma-client-js"),
        ("own", "node ./generate.js"),
    ]
    assert schema.models == ("User", "Post")


def test_other_settings_and_places() -> None:
    (found,) = read(WHOLE).datasources
    assert [(s.name, s.value and s.value.raw) for s in found.settings] == [
        ("directUrl", 'env("DIRECT_URL")')
    ]
    assert (found.span.line, found.span.column, found.span.end_column) == (9, 1, 14)
    assert found.url is not None
    assert (found.url.span.line, found.url.span.column, found.url.span.end_column) == (11, 15, 34)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            'provider="sqlite"\nurl="file:./dev.db"', ("sqlite", "file:./dev.db", ""), id="literal"
        ),
        pytest.param('provider = "mysql"', ("mysql", "none", ""), id="no url, since version 7"),
        pytest.param('url = env( "X" )', ("none", None, "X"), id="blanks inside env"),
        pytest.param('url = "a\\"b\\\\c"', ("none", 'a"b\\c', ""), id="escapes"),
        pytest.param('provider = ["sqlite", "mysql"]', (None, "none", ""), id="a list of old"),
        pytest.param("url = env(X)", ("none", "env(X)", ""), id="no string in env"),
        pytest.param('url = "a"\nurl = "b"', ("none", "b", ""), id="the last of doubles"),
        pytest.param('provider = "sqlite', ('"sqlite', "none", ""), id="an open string"),
    ],
)
def test_datasources(body: str, expected: tuple[str | None, str | None, str]) -> None:
    assert source(f"datasource db {{\n{body}\n}}") == expected


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        pytest.param(
            "model A {\n id Int\n\nmodel B {\n id Int\n}", 1,
            "the model A is never closed: a brace is missing", id="the next model begins",
        ),
        pytest.param(
            'datasource db {\n provider = "sqlite"\n', 1,
            "the datasource db is never closed: a brace is missing", id="the file ends",
        ),
        pytest.param(
            'datasource db {\n provider = "sqlite"\n\nmodel B {\n}', 1,
            "the datasource db is never closed: a brace is missing", id="a model in a datasource",
        ),
        pytest.param(
            "model A {\n}\nSELECT 1;\nSELECT 2;", 3,
            "no Prisma: a block such as model, enum or datasource is expected here",
            id="another language",
        ),
    ],
)  # fmt: skip
def test_faults_are_told_once_and_the_rest_kept(content: str, line: int, message: str) -> None:
    schema = read(content)
    assert [(p.location.span.line, p.message) for p in schema.problems] == [(line, message)]
    assert schema.models or schema.datasources
    if "model B" in content:
        assert schema.models[-1] == "B"


def test_old_type_aliases_are_no_fault() -> None:
    assert read("type Id = String @default(cuid())\nmodel A { id Id }").problems == ()


def test_a_mark_and_carriage_returns_change_nothing() -> None:
    other = read(BOM + WHOLE.replace("\n", "\r\n"))
    assert other.problems == ()
    assert other.models == read(WHOLE).models
    assert other.datasources == read(WHOLE).datasources


PIECES = st.sampled_from(
    [
        "datasource db {",
        "model A {",
        "}",
        "{",
        "\n",
        "url =",
        'env("X")',
        '"',
        "/*",
        "//",
        "[",
        "=",
        " a",
    ]
)


@settings(deadline=None)
@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text_gives_a_schema(content: str) -> None:
    schema = read(content)
    lines = content.count("\n") + 1
    for found in schema.datasources:
        assert found.span.end_line <= lines
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(schema), type=Schema) == schema


def test_what_is_no_setting_beside_the_heading_ends_the_reading() -> None:
    assert [found.name for found in read("datasource a { x\ndatasource b { y }").datasources] == [
        "a",
        "b",
    ]
