"""A repository for a test: files written to a folder, audited as a root of its own."""

from __future__ import annotations

from pathlib import Path

from infra_audit.audit import audit
from infra_audit.config import load as load_config
from infra_audit.model import Report, RuleId
from infra_audit.ruleset.load import load
from infra_audit.ruleset.rule import RuleSet

RULES, PROSE = load()


def audited(folder: Path, rule: str | None = None) -> Report:
    """The report on a folder, of one rule or of all."""
    rules = (
        RULES if rule is None else RuleSet({RuleId(rule): RULES.rules[RuleId(rule)]}, RULES.known)
    )
    return audit(str(folder), load_config(str(folder)), rules)
