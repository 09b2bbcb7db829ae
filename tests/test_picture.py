from __future__ import annotations

from pathlib import Path

from infra_audit.audit import audit
from infra_audit.config import load as load_config
from infra_audit.model import Node, Picture

from .repository import RULES

FIXTURES = Path(__file__).parent.parent / "fixtures"


def pictured(name: str) -> Picture:
    folder = str(FIXTURES / name)
    picture = audit(folder, load_config(folder), RULES, pictured=True).picture
    assert picture is not None
    return picture


def named(picture: Picture, name: str) -> Node:
    (node,) = [node for node in picture.nodes if node.name == name]
    return node


def ends(picture: Picture) -> set[tuple[str, str]]:
    names = {node.id: node.name for node in picture.nodes}
    return {(names[edge.source], names[edge.target]) for edge in picture.edges if not edge.missing}


def test_nothing_is_drawn_unless_it_is_asked_for() -> None:
    folder = str(FIXTURES / "leaky-bare")
    assert audit(folder, load_config(folder), RULES).picture is None


def test_what_is_missing_is_drawn_as_missing() -> None:
    picture = pictured("leaky-shop")
    missing = {node.name: node.rules for node in picture.nodes if node.missing}
    assert missing["no image"] == ("containers/missing-dockerfile",)
    assert missing["no metrics"] == ("observability/missing-metrics",)
    assert {edge.missing for edge in picture.edges if edge.target.startswith("missing")} == {True}


def test_a_release_by_hand_leads_from_the_developer_to_the_host() -> None:
    assert ("developer", "server") in ends(pictured("leaky-shop"))
    assert ("developer", "server") not in ends(pictured("tidy-shop"))


def test_what_a_unit_runs_from_is_marked_at_the_unit() -> None:
    unit = named(pictured("leaky-shop"), "leaky-shop.service")
    assert "scripts/removal-of-live-path" in unit.rules


def test_units_lead_to_the_stores_that_they_use() -> None:
    assert {("app", "postgresql"), ("app", "redis")} <= ends(pictured("leaky-stack"))


def test_the_tidy_ones_have_neither_gaps_nor_faults() -> None:
    for name in ("tidy-shop", "tidy-stack"):
        assert [node.name for node in pictured(name).nodes if node.missing or node.rules] == []


def test_every_edge_has_both_ends() -> None:
    for name in ("leaky-shop", "leaky-stack", "leaky-bare", "rough-edges"):
        picture = pictured(name)
        names = {node.id for node in picture.nodes}
        assert {e.source for e in picture.edges} | {e.target for e in picture.edges} <= names
