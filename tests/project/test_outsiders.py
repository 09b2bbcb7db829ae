"""Which values an expression's result contains, and which of them strangers choose."""

from __future__ import annotations

import pytest

from infra_audit.project.outsiders import Read, reads, written_by_outsiders

CASES = [
    pytest.param("github.event.issue.title", ["github.event.issue.title"], id="a path"),
    pytest.param(
        "GitHub['event'].Commits[0].message", ["github.event.commits.*.message"], id="by keys"
    ),
    pytest.param("a.b || 'none'", ["a.b"], id="or else"),
    pytest.param("a.b && c.d", ["c.d"], id="the second of and"),
    pytest.param("a.b == 'x' && 'y' || 'it''s'", [], id="only compared"),
    pytest.param("!a.b", [], id="negated"),
    pytest.param("contains(a.b, 'x')", [], id="asked about"),
    pytest.param("format('{0} {1}', a.b, c.d)", ["a.b", "c.d"], id="put into a text"),
    pytest.param("fromJSON(a.b).c[0]", ["a.b"], id="parsed"),
    pytest.param("(a.b)", ["a.b"], id="in parentheses"),
    pytest.param("a.b c", [], id="no expression"),
    pytest.param("a[b.c]", [], id="a computed key"),
    pytest.param("", [], id="nothing"),
    pytest.param("(" * 3000, [], id="nested too deeply"),
    pytest.param("format(", [], id="half a call"),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_what_is_read(expression: str, expected: list[str]) -> None:
    assert [read.path for read in reads(expression)] == expected


@pytest.mark.parametrize(
    ("path", "whole", "expected"),
    [
        pytest.param("github.event.issue.title", False, {"issues", "issue_comment"}, id="a title"),
        pytest.param("github.event.issue.number", False, set(), id="a number"),
        pytest.param("github.event.issue", True, {"issues", "issue_comment"}, id="a whole issue"),
        pytest.param("github.event.issue", False, set(), id="the word Object"),
        pytest.param("github.head_ref", False, {"pull_request_target"}, id="a branch of a fork"),
    ],
)
def test_who_chooses_it(path: str, whole: bool, expected: set[str]) -> None:
    assert written_by_outsiders(Read(path, whole)) == expected
