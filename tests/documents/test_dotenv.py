from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.dotenv import parse
from infra_audit.documents.facts import Dotenv
from infra_audit.source.text import BOM, Text


def read(content: str) -> Dotenv:
    return parse(Text(".env", content))


def values(content: str) -> list[tuple[str, str | None]]:
    return [(e.name, e.value.literal if e.value else "none") for e in read(content).entries]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("A=b", [("A", "b")], id="plain"),
        pytest.param("export A=b\n  B = c \n", [("A", "b"), ("B", "c")], id="export and blanks"),
        pytest.param("A=\nB=''\nC=\"\"", [("A", ""), ("B", ""), ("C", "")], id="empty"),
        pytest.param("# A=b\n\nC=d", [("C", "d")], id="comments"),
        pytest.param("A=b # c\nB=b#c", [("A", "b"), ("B", "b#c")], id="comments behind values"),
        pytest.param("A='b # c' # d", [("A", "b # c")], id="a hash in quotes"),
        pytest.param('A="b\\nc\\"d"', [("A", 'b\nc"d')], id="escapes in double quotes"),
        pytest.param("A='b\\nc$D'", [("A", "b\\nc$D")], id="nothing escaped in single quotes"),
        pytest.param('A="b\nc"\nD=e', [("A", "b\nc"), ("D", "e")], id="several lines"),
        pytest.param('A="b\nC=d', [("A", '"b'), ("C", "d")], id="a quote that never closes"),
        pytest.param("A=$B", [("A", None)], id="another variable"),
        pytest.param('A="x${B}"', [("A", None)], id="another variable in quotes"),
        pytest.param("A={{ b }}", [("A", None)], id="a template"),
        pytest.param("A=b$", [("A", "b$")], id="a dollar alone"),
        pytest.param("A\nB=c", [("A", "none"), ("B", "c")], id="a name without a value"),
        pytest.param("A=b=c", [("A", "b=c")], id="an equals sign in the value"),
        pytest.param("A=#b", [("A", "")], id="only a comment"),
    ],
)
def test_values(content: str, expected: list[tuple[str, str | None]]) -> None:
    assert values(content) == expected
    assert read(content).problems == ()
    assert values(BOM + content.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize(
    ("content", "default"),
    [
        pytest.param("A=${PORT:-3000}", "3000", id="a fallback"),
        pytest.param('A=${B:-"x y"}', "x y", id="a fallback in quotes"),
        pytest.param("B=b\nA=x-${B}-$B", "x-b-b", id="set before"),
        pytest.param("B=b\nA=${B:-c}", "b", id="set before and a fallback"),
        pytest.param("A=${B}", None, id="set elsewhere"),
        pytest.param("A=plain", None, id="a literal has none"),
    ],
)
def test_defaults(content: str, default: str | None) -> None:
    value = read(content).entries[-1].value
    assert value is not None
    assert value.default == default


def test_places() -> None:
    (entry,) = read("# x\nexport KEY = 'v w' # c").entries
    assert entry.value is not None
    assert (entry.span.line, entry.span.column, entry.span.end_column) == (2, 8, 11)
    assert (entry.value.raw, entry.value.span.column, entry.value.span.end_column) == (
        "'v w'",
        14,
        19,
    )


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        pytest.param("A=b\n!!!\n", 0, id="one odd line"),
        pytest.param("\x01\x02!\n???\nA=b\n", 1, id="mostly odd lines"),
        pytest.param("", 0, id="empty"),
        pytest.param("\n\n# only comments\n", 0, id="comments"),
    ],
)
def test_only_what_is_mostly_garbage_is_told(content: str, problems: int) -> None:
    assert len(read(content).problems) == problems


@settings(deadline=None)
@given(
    st.text()
    | st.lists(st.sampled_from(["A=", '"', "'", "`", "\n", "$", "{B}", "#", "\\", "\r\n"])).map(
        "".join
    )
)
def test_any_text_gives_a_file(content: str) -> None:
    found = read(content)
    lines = content.count("\n") + 1
    assert all(e.span.end_line <= lines for e in found.entries)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Dotenv) == found
