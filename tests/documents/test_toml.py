"""TOML whose values know where they stand."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.json import Array, Node, Object, Scalar
from infra_audit.documents.toml import nodes
from infra_audit.source.text import Text


def plain(node: Node) -> Any:
    match node:
        case Scalar():
            return node.value
        case Array():
            return [plain(item) for item in node.items]
        case Object():
            return {member.name: plain(member.value) for member in node.members}


SAME = [
    "a = 'b'\nc = true # d\n\"e f\" = ['x', \"y\", ]\n",
    "[a]\nb = 'c'\n[a.d]\ne = ''\n[f]\n",
    "[[a]]\nb = '1'\n[a.c]\nd = '2'\n[[a.e]]\nf = '3'\n[[a]]\nb = '4'\n",
    "a.b.c = 'd'\na.b.e = 'f'\n",
    "a = {b = 'c', d = {e = 'f'}, g.h = 'i'}\nj = [{k = 'l'}, []]\n",
    'a = "b\\n\\t\\u00e9\\"c"\nd = """\n e \\\n   f"g""h"""\ni = \'\'\'\nj\\k\'\'\'\n',
    "a = [\n  # one\n  'b',\n  'c' # two\n]\n",
    "\r\na = 'b'\r\n[c]\r\nd = 'e'\r\n",
    "",
]


@pytest.mark.parametrize("content", SAME)
def test_it_reads_what_the_library_reads(content: str) -> None:
    node, problems = nodes(Text("a.toml", content))
    assert (plain(node), problems) == (tomllib.loads(content), ())


def test_numbers_and_dates_stay_as_written() -> None:
    node, _ = nodes(
        Text("a.toml", "a = 8_080\nb = 1.10\nc = 1979-05-27T07:32:00Z\nd = 1979-05-27 07:32:00\n")
    )
    assert plain(node) == {
        "a": "8_080",
        "b": "1.10",
        "c": "1979-05-27T07:32:00Z",
        "d": "1979-05-27 07:32:00",
    }


def test_values_know_their_places() -> None:
    content = '[[services]]\n  internal_port = 8080\n  path = "/x"\n'
    node, _ = nodes(Text("a.toml", content))
    services = node.last()["services"].value
    assert isinstance(services, Array)
    assert isinstance(services.items[0], Object)
    members = services.items[0].last()
    assert {n: content[m.value.start : m.value.end] for n, m in members.items()} == {
        "internal_port": "8080",
        "path": '"/x"',
    }
    assert content[members["path"].key.start : members["path"].key.end] == "path"


BROKEN = {
    "no value": ("a = \nb = 'c'\n", (1, 5)),
    "no equals sign": ("a\n", (1, 2)),
    "an open string": ("a = 'b\n", (1, 5)),
    "an open array": ("a = ['b'\n", (2, 1)),
    "an open table": ("[a\n", (1, 3)),
    "two values": ("a = 'b' 'c'\n", (1, 9)),
}


@pytest.mark.parametrize(("content", "place"), BROKEN.values(), ids=BROKEN)
def test_what_stops_the_reading_is_told(content: str, place: tuple[int, int]) -> None:
    _, (problem,) = nodes(Text("a.toml", f"z = 'y'\n{content}".removeprefix("z = 'y'\n")))
    assert (problem.location.span.line, problem.location.span.column) == place


def test_what_stands_before_is_kept() -> None:
    node, problems = nodes(Text("a.toml", "a = 'b'\n[c]\nd = 'e'\nf\n"))
    assert (plain(node), len(problems)) == ({"a": "b", "c": {"d": "e"}}, 1)


@settings(deadline=None, max_examples=400)
@given(st.text(alphabet="a.=[]{}\"'\\#,\n tru1é\ufeff", max_size=60))
def test_any_text_can_be_read(content: str) -> None:
    nodes(Text("a.toml", content))


@pytest.mark.parametrize(
    "content",
    ["a = " + "[" * 100_000, "a." * 100_000, "a = " + "{a=" * 10_000, '"""' * 50_001, "[[a]]\n" * 50_000],
)  # fmt: skip
def test_hostile_text_ends(content: str) -> None:
    nodes(Text("a.toml", content))
