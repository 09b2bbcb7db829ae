"""Run the rules over a project: each match becomes a finding in its rule's words."""

from __future__ import annotations

from msgspec import Struct

from . import checks
from .model import (
    Finding,
    Fingerprint,
    Inapplicable,
    Match,
    Ruled,
    Satisfied,
    Undecided,
)
from .project.types import Project
from .ruleset.rule import Rule, RuleSet


def check(rules: RuleSet, project: Project) -> tuple[tuple[Finding, ...], tuple[Ruled, ...]]:
    """The findings of all rules, in the order of their places, and what else each rule had to say."""
    asked = _asked(rules)
    if len(project.acts) < _MANY:
        said = [_outcomes(rule, project) for rule in asked]
    else:
        said = _shared(asked, project)
    findings = [finding for one in said for finding in one.findings]
    findings.sort(key=lambda f: (f.location, f.rule))
    return tuple(findings), tuple(one.ruled for one in said)


_MANY = 60
"""With so many scripts it pays to run the rules in two processes."""


def _asked(rules: RuleSet) -> list[Rule]:
    return [rule for rule in rules.rules.values() if rule.check != "triage"]


def load(rules: RuleSet) -> None:
    """Import what the rules need."""
    for rule in _asked(rules):
        checks.check(rule.check)


class _Said(Struct, frozen=True):
    """All that one rule has to say."""

    findings: tuple[Finding, ...]
    ruled: Ruled


def _shared(asked: list[Rule], project: Project) -> list[_Said]:
    """What the rules say, run in two processes where a core is free."""
    from .source.halves import begin

    halves = begin(len(asked), lambda nth: _outcomes(asked[nth], project), _Said)
    return [one for one in halves.finish() if one is not None]


def _outcomes(rule: Rule, project: Project) -> _Said:
    if not checks.needed(rule.check, project):
        lacking = checks.LACKING.get(rule.check)
        return _Said((), Ruled(rule.id, (), (), (Inapplicable(lacking),) if lacking else ()))
    findings: list[Finding] = []
    undecided: list[Undecided] = []
    satisfied: list[Satisfied] = []
    inapplicable: list[Inapplicable] = []
    for outcome in checks.check(rule.check)(project, rule.parameters):
        match outcome:
            case Match():
                findings.append(finding(rule, outcome))
            case Undecided():
                undecided.append(outcome)
            case Satisfied():
                satisfied.append(outcome)
            case Inapplicable():
                inapplicable.append(outcome)
    said = Ruled(rule.id, tuple(undecided), tuple(satisfied), tuple(inapplicable))
    return _Said(tuple(_distinct(findings)), said)


def finding(rule: Rule, match: Match) -> Finding:
    """A match in the words of its rule; its fingerprint is set by triage, which sees the texts."""
    return Finding(
        rule=rule.id,
        severity=match.severity or rule.severity,
        precision=rule.precision,
        title=rule.title,
        message=_filled(rule.message, match.values),
        location=match.location,
        evidence=match.evidence,
        trail=match.trail,
        fingerprint=Fingerprint(""),
        fix=rule.fix,
        step=rule.step,
        deployable=match.deployable,
    )


def _distinct(findings: list[Finding]) -> list[Finding]:
    """One finding for a place, however many ways lead to it."""
    seen: dict[tuple[object, ...], Finding] = {}
    for found in findings:
        seen.setdefault((found.location, found.message, found.deployable), found)
    return list(seen.values())


def _filled(message: str, values: dict[str, str]) -> str:
    """The message with its `{names}` replaced; a value never counts as a pattern."""
    filled = []
    for piece in message.split("{"):
        name, closed, after = piece.partition("}")
        filled.append(values[name] + after if closed and name in values else piece)
    return "".join(filled)
