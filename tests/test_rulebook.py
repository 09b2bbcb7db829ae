"""The rules about rules: every page is complete, its words are supplied, its examples are enough."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra_audit.checks import CHECKS
from infra_audit.ruleset.rule import Rule
from tests.repository import PROSE, RULES, audited

TOPICS = {
    "audit", "containers", "delivery", "database", "observability", "scripts", "servers", "wiring",
}  # fmt: skip
FIXTURES = Path(__file__).parent.parent / "fixtures"

EVERY = [pytest.param(rule, id=name) for name, rule in RULES.rules.items()]

_LEAKY = ("leaky-shop", "leaky-stack", "leaky-bare", "leaky-survey")


@pytest.mark.parametrize("rule", EVERY)
def test_a_rule_has_enough_examples(rule: Rule) -> None:
    prose = PROSE(rule.id)
    assert len(prose.flag) >= 2
    assert len(prose.allow) >= 2
    assert all(any("«" in t for t in e.files.values()) for e in prose.flag.values())
    assert not any("«" in t for e in prose.allow.values() for t in e.files.values())


@pytest.mark.parametrize("rule", EVERY)
def test_a_rule_speaks(rule: Rule) -> None:
    from infra_audit.remedy.steps import STEPS

    prose = PROSE(rule.id)
    assert rule.topic in TOPICS
    assert rule.step in {"", *(step.id for step in STEPS)}
    assert len(prose.why) > 80
    assert rule.fix
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.severity != "error" or rule.precision == "high"
    assert set(rule.covered_by) <= set(RULES.rules)


def test_every_check_is_used() -> None:
    """The generic one is there for rule packs; CONTRIBUTING.md, which is tested, uses it."""
    generic = {"shell/runs"}
    assert {rule.check for rule in RULES.rules.values()} - {"triage"} == set(CHECKS) - generic


def test_messages_are_supplied() -> None:
    """No finding of any fixture leaves a name of its message in braces."""
    for fixture in _LEAKY:
        for finding in audited(FIXTURES / fixture).findings:
            names = re.findall(r"\{(\w+)\}", RULES.rules[finding.rule].message)
            assert not [n for n in names if f"{{{n}}}" in finding.message], finding.message


def test_every_rule_fires_in_a_leaky_fixture() -> None:
    fired = {finding.rule for fixture in _LEAKY for finding in audited(FIXTURES / fixture).findings}
    covered = {r.id for r in RULES.rules.values() if r.covered_by}
    assert set(RULES.rules) - fired - covered == set()


@pytest.mark.parametrize("fixture", ["tidy-shop", "tidy-stack"])
def test_the_tidy_ones_are_silent(fixture: str) -> None:
    report = audited(FIXTURES / fixture)
    assert [(f.rule, f.location.path, f.location.span.line) for f in report.findings] == []
    assert report.problems == ()
