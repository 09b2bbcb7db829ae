from __future__ import annotations

import json as standard

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents import json
from infra_audit.documents.json import Array, Node, Object, Scalar
from infra_audit.source.text import BOM, Text

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
PIECES = st.sampled_from(["{", "}", "[", "]", ":", ",", '"', "a", "\\", "1", "true", "/*", "//"])


def plain(node: Node | None) -> object:
    match node:
        case Scalar(value=value):
            return value
        case Array(items=items):
            return [plain(item) for item in items]
        case Object():
            return {name: plain(member.value) for name, member in node.last().items()}
        case None:
            return "nothing"


def every(node: Node | None) -> list[Node]:
    match node:
        case Array(items=items):
            return [node, *(n for item in items for n in every(item))]
        case Object(members=members):
            return [node, *(n for m in members for n in [m.key, *every(m.value)])]
        case None:
            return []
        case _:
            return [node]


@settings(deadline=None)
@given(VALUES, st.sampled_from([None, 2]), st.sampled_from(["", BOM]))
def test_reads_what_the_standard_library_reads(
    value: object, indent: int | None, mark: str
) -> None:
    node, problems = json.nodes(Text("a.json", mark + standard.dumps(value, indent=indent)))
    assert problems == ()
    assert plain(node) == value


@settings(deadline=None)
@given(VALUES)
def test_nodes_stand_where_they_are_written(value: object) -> None:
    content = standard.dumps(value, indent=1, ensure_ascii=False)
    for node in every(json.nodes(Text("a.json", content))[0]):
        assert standard.loads(content[node.start : node.end]) == plain(node)


@settings(deadline=None)
@given(st.text() | st.lists(PIECES).map("".join), st.booleans())
def test_any_text_is_read_or_told(content: str, lenient: bool) -> None:
    node, problems = json.nodes(Text("a.json", content), lenient=lenient)
    assert node is not None or problems
    assert all(0 <= n.start <= n.end <= len(content) for n in every(node))
    if not lenient:
        try:
            standard.loads(content.removeprefix(BOM))
        except ValueError:
            assert problems


@pytest.mark.parametrize(
    ("content", "message", "column", "kept"),
    [
        pytest.param("", "not JSON: it ends too early", 1, "nothing", id="nothing at all"),
        pytest.param("{}}", "something follows the end of the JSON value", 3, {}, id="garbage"),
        pytest.param(
            '{"a":1,}', "not JSON: a key in double quotes is missing", 8, {"a": 1}, id=","
        ),
        pytest.param("[1,]", "not JSON: a value is missing", 4, [1], id="comma before a bracket"),
        pytest.param("[1 2]", "not JSON: a comma or ] is missing", 4, [1], id="comma missing"),
        pytest.param('{"a" 1}', "not JSON: a colon is missing", 6, {}, id="colon missing"),
        pytest.param("{a:1}", "not JSON: a key in double quotes is missing", 2, {}, id="bare key"),
        pytest.param(
            '{"a":1,"b":"', "not JSON: unterminated string starting", 12, {"a": 1}, id="open string"
        ),
        pytest.param('["\t"]', "not JSON: invalid control character", 3, [], id="raw tab"),
    ],
)
def test_a_fault_is_told_and_what_stands_before_it_kept(
    content: str, message: str, column: int, kept: object
) -> None:
    node, problems = json.nodes(Text("a.json", content))
    assert [(p.message, p.location.span.column) for p in problems] == [(message, column)]
    assert plain(node) == kept


@pytest.mark.parametrize(
    ("content", "value"),
    [
        pytest.param("// x\n[1, /* 2, */ 3]", [1, 3], id="comments"),
        pytest.param('{"a": [1, 2,], }', {"a": [1, 2]}, id="commas before closing brackets"),
        pytest.param('"http://x"', "http://x", id="two slashes in a string"),
        pytest.param("1 /* **/", 1, id="a comment at the end"),
    ],
)
def test_lenient_reading(content: str, value: object) -> None:
    node, problems = json.nodes(Text("a.json", content), lenient=True)
    assert problems == ()
    assert plain(node) == value
    assert json.nodes(Text("a.json", content), lenient=False)[1] or "//" in str(value)


def test_of_doubles_the_last_counts() -> None:
    assert plain(json.nodes(Text("a.json", '{"a": 1, "a": 2}'))[0]) == {"a": 2}


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth_is_bounded(opening: str) -> None:
    problems = json.nodes(Text("a.json", opening * 100_000))[1]
    assert [p.message for p in problems] == ["nested too deeply"]


def test_a_complete_value_at_the_beginning() -> None:
    text = Text("a.json", 'x ["a"] rest')
    assert plain(json.prefix(text, 2)) == ["a"]
    assert json.prefix(text, 0) is None


@pytest.mark.parametrize(
    ("content", "literal"), [('"a\\n"', "a\n"), ("10", "10"), ("true", "true"), ("null", None)]
)
def test_a_node_as_a_value(content: str, literal: str | None) -> None:
    text = Text("a.json", content)
    node, _ = json.nodes(text)
    assert node is not None
    value = json.value_of(text, node)
    assert (value.literal, value.raw) == (literal, content)
