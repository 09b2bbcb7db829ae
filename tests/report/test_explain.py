from __future__ import annotations

import json

from infra_audit.report.explain import explain, rules_json, rules_table
from infra_audit.ruleset.rule import Example, Prose
from tests.report.samples import rule

_RULE = rule("scripts/removal-of-live-path", "error")
_PROSE = Prose(
    why="Requests fail.",
    references=("https://example.com/outage",),
    flag={
        "the-unit-runs-from-there": Example(
            {
                "deploy.sh": "cd /opt/shop\n  «rm -rf x\n  rm -rf y» # z\n",
                "deploy/shop.service": "[Service]\n‹WorkingDirectory=/opt/shop›\n",
            }
        )
    },
    allow={"stopped-first": Example({"deploy.sh": "systemctl stop shop\n"})},
)


def test_the_page_of_a_rule_shows_marks_as_carets() -> None:
    assert explain(_RULE, _PROSE) == (
        "scripts/removal-of-live-path: Live application files are deleted in place\n"
        "error, precision high, remediation step harden-scripts\n"
        "\n"
        "Why\n"
        "  Requests fail.\n"
        "\n"
        "Fix\n"
        "  Do it right.\n"
        "\n"
        "Reported: the unit runs from there\n"
        "  deploy.sh\n"
        "    cd /opt/shop\n"
        "      rm -rf x\n"
        "      ^^^^^^^^\n"
        "      rm -rf y # z\n"
        "      ^^^^^^^^\n"
        "  deploy/shop.service\n"
        "    [Service]\n"
        "    WorkingDirectory=/opt/shop\n"
        "    --------------------------\n"
        "\n"
        "Not reported: stopped first\n"
        "  deploy.sh\n"
        "    systemctl stop shop\n"
        "\n"
        "References\n"
        "  https://example.com/outage\n"
        "\n"
        "To allow one place, above it\n"
        "  # infra-audit: allow[scripts/removal-of-live-path] the reason\n"
    )


def test_the_table_has_one_line_for_each_rule_by_id() -> None:
    assert rules_table([rule("scripts/b"), rule("a/b", "note")]) == (
        "a/b        note     Something else\nscripts/b  warning  Something else\n"
    )


def test_the_list_has_what_the_contract_names() -> None:
    (listed,) = json.loads(rules_json([_RULE]))
    assert list(listed)[:6] == ["id", "topic", "title", "severity", "precision", "step"]
    assert listed["topic"] == "scripts"
