from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.report.json import encoded, render
from tests.report.samples import CONTEXT, LIVE, REPORT

_REPORT = json.loads(render(REPORT, CONTEXT))


def test_the_names_and_their_order_are_the_contract() -> None:
    assert list(_REPORT) == [
        "tool", "root", "kind", "findings", "allowed", "baselined", "problems", "skipped",
        "undecided", "satisfied", "inapplicable", "declarations", "plan",
    ]  # fmt: skip
    assert _REPORT["tool"] == {"name": "infra-audit", "version": "1.2.3"}
    assert _REPORT["root"] == "."
    assert _REPORT["kind"]["name"] == "server"
    assert _REPORT["baselined"] == 2


def test_a_finding_has_all_that_the_contract_names() -> None:
    found = next(f for f in _REPORT["findings"] if f["fingerprint"] == LIVE.fingerprint)
    assert list(found) == [
        "rule", "severity", "precision", "title", "message", "path", "start", "end", "evidence", "trail",
        "fingerprint", "fix", "step",
    ]  # fmt: skip
    assert found["start"] == {"line": 4, "column": 2}
    assert found["end"] == {"line": 4, "column": 21}
    assert found["evidence"] == [
        {
            "path": "deploy/shop.service",
            "start": {"line": 2, "column": 1},
            "end": {"line": 2, "column": 27},
            "note": "the unit runs from there",
        }
    ]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (
            "problems",
            {
                "path": "broken.yml",
                "start": {"line": 1, "column": 1},
                "end": {"line": 1, "column": 1},
                "message": "not YAML",
            },
        ),
        (
            "undecided",
            {
                "rule": "database/sqlite-in-production",
                "path": "package.json",
                "start": {"line": 1, "column": 1},
                "reason": "the URL is not in sight",
            },
        ),
        (
            "skipped",
            {
                "reason": "installed dependencies",
                "count": 1200,
                "examples": ["node_modules/a.js"],
            },
        ),
        (
            "declarations",
            {
                "topic": "backup",
                "value": "nightly snapshots",
                "reason": "RDS",
                "path": ".infra-audit.yaml",
                "start": {"line": 2, "column": 3},
            },
        ),
    ],
)
def test_silence_is_visible(key: str, expected: object) -> None:
    assert _REPORT[key] == [expected]


def test_an_allowed_finding_is_whole_with_its_reason_and_place() -> None:
    (allowed,) = _REPORT["allowed"]
    assert allowed["finding"]["rule"] == "scripts/needs-root"
    assert allowed["reason"] == "only at bootstrap"
    assert allowed["where"]["path"] == "deploy.sh"


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_gives_json_that_acts_on_no_terminal(text: str) -> None:
    written = encoded({"x": text})
    assert not any(0x7F <= ord(c) < 0xA0 for c in written)
    assert json.loads(written)["x"] == text.encode(errors="replace").decode()
