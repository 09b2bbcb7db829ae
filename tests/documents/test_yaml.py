from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.documents import yaml
from infra_audit.documents.yaml import Mapping, Node, Scalar, Sequence
from infra_audit.source.text import BOM, Text


def read(content: str) -> tuple[Text, Node]:
    text = Text("a.yml", content)
    documents, problems = yaml.nodes(text)
    assert problems == ()
    assert len(documents) == 1
    return text, documents[0]


def messages(content: str) -> list[str]:
    return [p.message for p in yaml.nodes(Text("a.yml", content))[1]]


def at(content: str, *path: str) -> Scalar:
    found = yaml.get(read(content)[1], *path)
    assert isinstance(found, Scalar)
    return found


def every(node: Node) -> list[Node]:
    match node:
        case Scalar():
            return [node]
        case Sequence(items=items):
            return [node, *(n for item in items for n in every(item))]
        case Mapping(entries=entries):
            return [node, *(n for pair in entries for item in pair for n in every(item))]


@pytest.mark.parametrize(
    ("content", "path", "written"),
    [
        pytest.param("a: b", ["a"], "b", id="plain"),
        pytest.param("a: 'b c'", ["a"], "'b c'", id="quoted, quotes included"),
        pytest.param(BOM + "a: b", ["a"], "b", id="behind a byte order mark"),
        pytest.param(BOM + "x: é\r\na: b\r\n", ["a"], "b", id="mark, wide and CRLF"),
        pytest.param(
            "x: 😀😀\nk: [1]\na: 😀b", ["a"], "😀b", id="behind characters beyond the BMP"
        ),
        pytest.param("a: &x !t b", ["a"], "b", id="without anchor and tag"),
        pytest.param("a: !<tag:x,1> &x\n  b", ["a"], "b", id="tag in brackets, on another line"),
        pytest.param("a: &x\nb: c", ["a"], "", id="an anchor and nothing else"),
        pytest.param(
            "a: |\n  x\n  y\n\n# z\nb: c", ["a"], "|\n  x\n  y", id="block ends with text"
        ),
        pytest.param(
            "a:\n  b: c\n\n# z\nd: e", ["a"], "b: c", id="a mapping ends with its last value"
        ),
        pytest.param("a: &x {b: c}\nd: e", ["a"], "{b: c}", id="flow mapping with an anchor"),
        pytest.param(
            "a:\n- 1\n- x:\nd: e", ["a"], "- 1\n- x:", id="a list ends with an empty value"
        ),
        pytest.param("x: &x\n  b\na:\n  - *x\nd: e", ["a"], "- *x", id="a list ends with an alias"),
    ],
)
def test_offsets_frame_what_is_written(content: str, path: list[str], written: str) -> None:
    text, root = read(content)
    node = yaml.get(root, *path)
    assert node is not None
    assert text.content[node.start : node.end] == written


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("on", "str"),
        ("yes", "str"),
        ("22:22", "str"),
        ("1.10", "float"),
        ("010", "int"),
        ("0x1F", "int"),
        ("-1e3", "float"),
        (".inf", "float"),
        ("1_000", "str"),
        ("true", "bool"),
        ("~", "null"),
        ("", "null"),
        ("'1'", "str"),
        ("!!str 1", "str"),
        ("!!int '1'", "int"),
        ("!custom 1", "str"),
    ],
)
def test_kind_is_that_of_yaml_1_2(written: str, kind: str) -> None:
    assert yaml.kind(at(f"a: {written}", "a")) == kind


def test_merge_keys_give_way_to_the_mappings_own() -> None:
    content = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 0\n"
    assert {k: yaml.string(v) for k, v in yaml.fields(yaml.get(read(content)[1], "z")).items()} == {
        "a": "0",
        "b": "1",
        "c": "2",
    }


def test_a_quoted_merge_key_is_a_key() -> None:
    assert at("'<<': a\n", "<<").value == "a"


def test_a_key_given_twice_is_a_problem_and_the_last_counts() -> None:
    text = Text("a.yml", "a: 1\nb: 2\na: 3\n")
    documents, problems = yaml.nodes(text)
    assert yaml.string(yaml.get(documents[0], "a")) == "3"
    assert [(p.location.span.line, p.message) for p in problems] == [
        (3, "the key `a` is given twice")
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("a: b: c", "mapping values are not allowed", id="two colons"),
        pytest.param("a:\n\tb: c", "cannot start any token", id="tab"),
        pytest.param("a: [1", "did not find expected", id="open bracket"),
        pytest.param("a: *x", "`x` is not defined", id="unknown alias"),
        pytest.param("a: &x [*x]", "`x` stands inside itself", id="anchor inside itself"),
        pytest.param("a: \x07", "character that YAML does not allow", id="control character"),
        pytest.param("a: \ud800", "not Unicode", id="surrogate"),
        pytest.param("[" * 5000, "nested too deeply", id="deep flow"),
        pytest.param("- " * 5000, "nested too deeply", id="deep block"),
        pytest.param("{{- if .Values.x }}\na: b\n{{- end }}", "a template", id="Helm template"),
        pytest.param("a: {{ x }}: y", "a template", id="template as a value"),
        pytest.param("a: b\n<% x %>\nc: d", "a template", id="ERB template"),
        pytest.param("a: " + "x" * 4_000_000, "too large", id="too large"),
    ],
)
def test_what_cannot_be_read_is_a_problem(content: str, said: str) -> None:
    assert [said in message for message in messages(content)] == [True]


def test_documents_before_an_error_are_kept() -> None:
    documents, problems = yaml.nodes(Text("a.yml", "a: b\n---\nc: d\n---\ne: f: g\n"))
    assert [yaml.fields(d).keys() for d in documents] == [{"a"}, {"c"}]
    assert [p.location.span.line for p in problems] == [5]


def test_anchors_end_with_their_document() -> None:
    assert messages("a: &x b\n---\nc: *x\n") == ["the anchor `x` is not defined before this"]


def test_a_few_laughs_are_shared_and_a_billion_are_refused() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9)]
    few = "\n".join(["l0: &l0 lol", *levels[:3]])
    assert messages(few) == []
    assert messages("\n".join(["l0: &l0 lol", *levels])) == [
        "the YAML's aliases expand to too many nodes"
    ]


def test_a_long_chain_of_aliases_is_too_deep() -> None:
    chain = "\n".join(["l0: &l0 x", *(f"l{n}: &l{n} [*l{n - 1}]" for n in range(1, 400))])
    assert messages(chain) == ["the YAML is nested too deeply"]


def test_nodes_survive_serialisation() -> None:
    _, root = read("a: [1, 'x', {b: !t c}]\nd: |\n  e\n")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(root), type=Node) == root


# ── literal ──────────────────────────────────────────────────────────────────────────────────────


def host(content: str) -> str:
    """The value of `a`, and under each of its characters the one where it stands in the file."""
    text, root = read(content)
    found = yaml.get(root, "a")
    assert isinstance(found, Scalar)
    piece = yaml.literal(text, found)
    assert piece.content == found.value
    out = []
    for offset in range(len(piece.content)):
        span = piece.span(offset, offset + 1)
        line = text.content.split("\n")[span.line - 1] + "\n"
        out.append(line[span.column - 1])
    return "".join(out)


@pytest.mark.parametrize(
    ("content", "value", "places"),
    [
        pytest.param("a: b c", "b c", "b c", id="plain"),
        pytest.param("a: b\n   c\n\n\n  d", "b c\n\nd", "b\nc\n\nd", id="plain on several lines"),
        pytest.param("a: |\n  b\n   c\n\n  d\n", "b\n c\n\nd\n", "b\n c\n\nd\n", id="literal"),
        pytest.param("a: |2-\n    b\n   c\n", "  b\n c", "  b\n c", id="indentation indicator"),
        pytest.param("a: |-  # x\n  b\n", "b", "b", id="chomped, with a comment"),
        pytest.param("a: |+\n  b\n\n\n", "b\n\n\n", "b\n\n\n", id="keeping"),
        pytest.param("a: |\n\n\n  b\n", "\n\nb\n", "\n\nb\n", id="literal after empty lines"),
        pytest.param("a: |\r\n  b\r\n  c\r\n", "b\nc\n", "b\nc\n", id="literal with CRLF"),
        pytest.param("a: |\n  b  \n   \n  c", "b  \n \nc", "b  \n \nc", id="blanks in a literal"),
        pytest.param("- a\n- |\n x\n", None, None, id="literal in a list"),
        pytest.param("a: >\n  b\n  c\n\n  d\n", "b c\nd\n", "b\nc\nd\n", id="folded"),
        pytest.param("a: >\n  b\n    c\n  d\n", "b\n  c\nd\n", "b\n  c\nd\n", id="more indented"),
        pytest.param("a: 'b''c'", "b'c", "b'c", id="doubled quote"),
        pytest.param("a: 'b  \n\n  c\n  d'", "b\nc d", "b c\nd", id="single quotes on lines"),
        pytest.param('a: "b\\n\\x41\\u00e9c"', "b\nAéc", "b\\\\\\c", id="escapes"),
        pytest.param('a: "b \\\n  c\n  d"', "b c d", "b c\nd", id="escaped break"),
        pytest.param('a: "b\\\n\n  c"', "b\nc", "b\\c", id="escaped break, then an empty line"),
        pytest.param('a: "😀\\t😀"', "😀\t😀", "😀\\😀", id="beyond the BMP"),
        pytest.param('a: " \n b \n "', " b ", " b ", id="blank first and last lines"),
    ],
)
def test_a_literal_leads_back_into_the_file(
    content: str, value: str | None, places: str | None
) -> None:
    if value is None:
        text, root = read(content)
        assert isinstance(root, Sequence)
        assert isinstance(root.items[1], Scalar)
        assert yaml.literal(text, root.items[1]).location(0, 1).span.line == 3
        return
    assert at(content, "a").value == value
    assert host(content) == places


LINES = st.lists(
    st.text(st.sampled_from("ab '\"#:-\té😀\\{$}"), max_size=6), min_size=1, max_size=6
)


@st.composite
def scalars(draw: st.DrawFn) -> tuple[str, str]:
    """A scalar in some style, and the same as the value of `a` in a document."""
    style = draw(st.sampled_from(["|", ">", "|-", "|+", ">2+", "|2", "'", '"', ""]))
    lines = draw(LINES)
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    body = (newline + "  ").join(lines)
    match style:
        case "'":
            written = "'" + body.replace("'", "''") + "'"
        case '"':
            written = '"' + body.replace('"', '\\"').replace("\\t", "t") + '"'
        case "":
            written = body
        case _:
            written = style + newline + "  " + body + newline
    return style[:1], draw(st.sampled_from(["", BOM])) + f"x: 😀{newline}a: {written}{newline}"


@given(scalars())
def test_each_character_of_a_literal_stands_where_it_is_said_to(case: tuple[str, str]) -> None:
    style, content = case
    text = Text("a.yml", content)
    documents, _ = yaml.nodes(text)
    found = yaml.get(documents[0], "a") if documents else None
    if not isinstance(found, Scalar):
        return
    piece = yaml.literal(text, found)
    assert piece.content == found.value
    lines = content.split("\n")
    for offset, character in enumerate(piece.content):
        span = piece.span(offset, offset + 1)
        there = (lines[span.line - 1] + "\n")[span.column - 1 : span.column]
        if character not in " \n\t":
            assert there == character or (style == '"' and there == "\\")


@given(
    st.text(st.sampled_from("ab01 \t\n\r'\"#:-|>&*!{}[],?%@`\\~<.é😀\ufeff\x85\u2028"), max_size=60)
)
def test_any_text_gives_nodes_inside_it(content: str) -> None:
    text = Text("a.yml", content)
    documents, problems = yaml.nodes(text)
    for node in (n for document in documents for n in every(document)):
        assert 0 <= node.start <= node.end <= len(content)
        yaml.span(text, node)
        if isinstance(node, Scalar):
            assert yaml.literal(text, node).content == node.value
    assert all(p.location.span.line <= content.count("\n") + 1 for p in problems)
