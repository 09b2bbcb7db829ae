from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from infra_audit.model import Finding, Kind, Report
from infra_audit.report.escape import code, inline
from infra_audit.report.markdown import render
from tests.report.samples import CONTEXT, EMPTY, LIVE, NO_IMAGE, NOTES, REPORT, at, finding


def _line(start: str, report: Report = REPORT) -> str:
    return next(line for line in render(report, CONTEXT).splitlines() if start in line)


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ((LIVE, NO_IMAGE), "CRITICAL GAPS FOUND"),
        ((NO_IMAGE, *NOTES), "GAPS FOUND"),
        (NOTES, "MINOR GAPS FOUND"),
        ((), "NO GAPS FOUND"),
    ],
    ids=["errors", "warnings", "notes", "nothing"],
)
def test_the_status_is_that_of_the_gravest_finding(
    findings: tuple[Finding, ...], status: str
) -> None:
    assert f"**STATUS:** {status}\\" in render(replace(REPORT, findings=findings), CONTEXT)


def test_a_section_for_each_topic_with_something_to_say_in_the_order_of_the_review() -> None:
    headings = [line for line in render(REPORT, CONTEXT).splitlines() if line.startswith("#")]
    assert headings == [
        "# INFRASTRUCTURE DEFICIENCIES",
        "## 1. Containerization",
        "## 2. Database Strategy",
        "## 3. Monitoring & Observability",
        "## 4. Scripts (`deploy.sh` and `weird name [1].sh`) Risks",
        "## Declared",
        "## Allowed",
        "## Could not be read",
        "## Left out",
        "## Remediation Plan",
    ]


def test_a_clean_review_has_no_sections() -> None:
    assert render(EMPTY, CONTEXT).count("\n#") == 0
    assert "**DATE:**" not in render(EMPTY, replace(CONTEXT, date=""))


def test_a_finding_has_its_place_evidence_trail_impact_and_fix() -> None:
    review = render(REPORT, CONTEXT)
    assert "    *   `deploy.sh:4`: deletes `node_modules`, which `shop.service` runs from" in review
    assert "        *   the unit runs from there: `deploy/shop.service:2`" in review
    assert "        *   reached by job deploy, step 2 (`.github/workflows/ci.yml:2`)" in review
    assert "    *   **Impact:** The process that runs loses its files." in review
    assert "    *   **Fix:** Build beside it, then switch a link:" in review


def test_the_review_says_what_is_satisfied_what_does_not_apply_and_what_could_not_be_told() -> None:
    assert _line("runs as shop").strip() == (
        "*   `deploy.sh` runs as shop (`deploy.sh:1`) — `scripts/needs-root`"
    )
    assert "nothing is installed by a script" in _line("The script needs root: ")
    assert "the URL is not in sight (`package.json:1`)" in _line("Production runs on SQLite")


def test_the_plan_is_numbered_with_what_comes_first_and_what_it_resolves() -> None:
    plan = render(REPORT, CONTEXT).partition("## Remediation Plan")[2]
    assert "1.  **Containerise:** The same image runs everywhere." in plan
    assert "    *   **After:** step 1" in plan
    assert "`scripts/removal-of-live-path`: `deploy.sh:4` and `deploy.sh:5`" in plan
    assert "        *   Mend `deploy.sh`." in plan


def test_what_repeats_is_folded_unless_all_is_asked_for() -> None:
    many = tuple(finding("scripts/x", at("a.sh", n, 1, n, 2), f"number {n}") for n in range(1, 18))
    report = replace(REPORT, findings=many)
    assert "and 12 more places in `a.sh`" in render(report, CONTEXT)
    assert "number 17" in render(report, replace(CONTEXT, all=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("runs `rm -rf *`", "runs `rm -rf *`"),
        ("*a* <b> [c](d)", "\\*a\\* \\<b\\> \\[c\\](d)"),
        ("one ` alone", "one \\` alone"),
        ("`a` and ` alone", "`a` and \\` alone"),
        ("- a list", "\\- a list"),
        ("a\nb", "a b"),
        ("\x1b[1m", "␛\\[1m"),
    ],
)
def test_audited_text_stays_text(text: str, expected: str) -> None:
    assert inline(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x", "`x`"), ("a`b", "``a`b``"), ("`a``", "``` `a`` ```"), ("", "` `"), ("a\nb", "`a␊b`")],
)
def test_code_is_fenced_by_more_than_it_holds(text: str, expected: str) -> None:
    assert code(text) == expected


@given(st.text())
def test_a_message_is_one_line_without_html(text: str) -> None:
    shown = inline(text)
    assert len(shown.splitlines()) <= 1
    assert code(text).count("\n") == 0


def test_the_kind_has_its_evidence() -> None:
    assert "server: a systemd unit (`deploy/shop.service:1`)" in _line("**DEPLOYED AS:**")
    assert "unknown\\" in _line("**DEPLOYED AS:**", replace(REPORT, kind=Kind("unknown")))
