"""Which events a condition leaves."""

from __future__ import annotations

import pytest

from infra_audit.documents.facts import Value
from infra_audit.model import START
from infra_audit.project.conditions import left

BOTH = frozenset({"push", "issues"})

CASES = [
    pytest.param("github.event_name == 'push'", {"push"}, id="one"),
    pytest.param("${{ 'push' == github.event_name }}", {"push"}, id="turned around"),
    pytest.param("github.event_name != 'push'", {"issues"}, id="all but one"),
    pytest.param("github.ref == 'refs/heads/main'", BOTH, id="something else"),
    pytest.param(
        "(github.event_name == 'push' && github.ref == 'x') || github.event_name == 'release'",
        {"push"},
        id="either",
    ),
    pytest.param("always() && (github.event_name == 'issues')", {"issues"}, id="in parentheses"),
    pytest.param("contains('push', github.event_name)", None, id="a function"),
    pytest.param("github.event_name == 'a || b'", set(), id="joints in a string"),
    pytest.param("(" * 3000 + "github.event_name", None, id="nested too deeply"),
    pytest.param("github.event_name == ${{ x }}", None, id="half an expression"),
]


@pytest.mark.parametrize(("condition", "expected"), CASES)
def test_events_left(condition: str, expected: set[str] | None) -> None:
    assert left(BOTH, None, Value(None, condition, START)) == expected
