from __future__ import annotations

from infra_audit.report.concise import render
from tests.report.samples import CONTEXT, REPORT


def test_each_finding_and_problem_has_one_line_in_the_order_of_places() -> None:
    lines = render(REPORT, CONTEXT).splitlines()
    assert len(lines) == len(REPORT.findings) + len(REPORT.problems)
    assert lines[0] == "broken.yml:1:1: problem: not YAML"
    assert lines[1] == "deploy.sh:2:1: note[scripts/needs-root] step 2 needs root"
