from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra_audit.model import START, Edge, Location, Node, Picture, RuleId
from infra_audit.report.layout import layout
from infra_audit.report.pictures import render

KINDS = ("developer", "repository", "pipeline", "registry", "host", "unit", "store", "backup")


def chain(names: list[str]) -> Picture:
    """A picture of these nodes, one after the other, and an edge past all of them."""
    nodes = tuple(
        Node(
            id=str(n),
            kind=KINDS[n % len(KINDS)],
            name=name,
            location=Location("compose.yaml", START),
            missing=n % 3 == 2,
            rules=(RuleId("database/missing-backup"),) if n % 3 else (),
        )
        for n, name in enumerate(names)
    )
    edges = [Edge(str(n), str(n + 1), names[n]) for n in range(len(names) - 1)]
    edges += [Edge("0", str(len(names) - 1), missing=True)] if len(names) > 2 else []
    return Picture(nodes, tuple(edges))


def read(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 (it is our own)


NASTY = [
    '"]; evil["',
    "<script>alert(1)</script>",
    "a & b",
    "]]>",
    "\x07\x1b[31m",
    "ü—\u202e",
    "\\",
    "`|`",
]


@pytest.mark.parametrize("name", ["svg", "mermaid", "dot", "json"])
def test_names_do_nothing(name: str) -> None:
    written = render(name, chain(NASTY))
    assert "<script" not in written or name in {"json", "dot"}
    assert "\x1b" not in written
    assert "\x07" not in written
    assert "\u202e" not in written or name == "json"


def test_the_svg_is_xml_and_speaks() -> None:
    root = read(render("svg", chain(NASTY)))
    told = "".join(root.itertext())
    assert "<script>alert(1)</script>" in told
    assert root.get("role") == "img"
    assert root.find("{*}title") is not None
    assert "Missing: " in (root.findtext("{*}desc") or "")
    assert "prefers-color-scheme: dark" in told


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_names_give_xml(names: list[str]) -> None:
    assert read(render("svg", chain(names))).tag.endswith("svg")


def test_the_json_has_all_of_it() -> None:
    picture = chain(["a", "b", "c"])
    found = json.loads(render("json", picture))
    assert [node["name"] for node in found["nodes"]] == ["a", "b", "c"]
    assert [(e["from"], e["to"], e["missing"]) for e in found["edges"]] == [
        ("0", "1", False),
        ("1", "2", False),
        ("0", "2", True),
    ]


def test_what_is_missing_is_dashed_and_what_is_broken_is_marked() -> None:
    picture = chain(["a", "b", "c"])
    assert "class n2 missing" in render("mermaid", picture)
    assert "class n1 broken" in render("mermaid", picture)
    assert 'n2 [label="c\\ndatabase/missing-backup", style=dashed, color=red];' in render(
        "dot", picture
    )
    assert 'class="pipeline missing broken"' in render("svg", picture)


@pytest.mark.parametrize("number", [3, 15, 120])
def test_boxes_do_not_overlap_and_lines_keep_clear_of_them(number: int) -> None:
    units = tuple(Node(id=f"u{n}", kind="unit", name=f"service {n}") for n in range(number))
    nodes = (
        Node(id="h", kind="host", name="host"),
        *units,
        Node(id="m", kind="monitoring", name="m"),
    )
    edges = (*(Edge("h", unit.id) for unit in units), Edge("h", "m"))
    drawn = layout(Picture(nodes, edges))
    boxes = sorted(drawn.boxes, key=lambda box: (box.x, box.y))
    for one in boxes:
        for other in boxes:
            if one is not other:
                apart = one.x + one.width <= other.x or other.x + other.width <= one.x
                assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y
    (past,) = [line for line in drawn.lines if line.edge.target == "m"]
    bends = past.points[1:-1]
    assert len(bends) == 2
    for x, y in bends:
        assert not any(b.x <= x <= b.x + b.width and b.y <= y <= b.y + b.height for b in boxes)
