from __future__ import annotations

import json

from msgspec.structs import replace

from infra_audit.report.plan import render
from tests.report.samples import CONTEXT, EMPTY, REPORT


def test_the_text_has_the_steps_in_order() -> None:
    assert render("text", REPORT, CONTEXT) == (
        "1. Containerise\n"
        "   The same image runs everywhere.\n"
        "   resolves: 1 finding\n"
        "     containers/missing-dockerfile: package.json:2\n"
        "   - Write a `Dockerfile`.\n"
        "\n"
        "2. Harden the scripts\n"
        "   They run as root.\n"
        "   after: step 1\n"
        "   resolves: 2 findings\n"
        "     scripts/removal-of-live-path: deploy.sh:4 and deploy.sh:5\n"
        "   - Mend `deploy.sh`.\n"
        "   - Run ShellCheck.\n"
    )


def test_the_json_has_the_steps_as_data() -> None:
    first, second = json.loads(render("json", REPORT, CONTEXT))
    assert list(first) == ["id", "title", "why", "depends_on", "actions", "resolves"]
    assert second["depends_on"] == ["containerise"]


def test_audited_text_in_an_action_does_nothing() -> None:
    step = replace(REPORT.plan[0], actions=("run <img src=x> \x1b[31m",))
    report = replace(REPORT, plan=(step,))
    assert "run \\<img src=x\\>" in render("markdown", report, CONTEXT)
    assert "\x1b" not in render("text", report, CONTEXT)


def test_nothing_to_do_is_said() -> None:
    assert render("text", EMPTY, CONTEXT) == "nothing to do\n"
    assert render("markdown", EMPTY, CONTEXT) == "# Remediation Plan\n\nNothing to do.\n"
    assert json.loads(render("json", EMPTY, CONTEXT)) == []
