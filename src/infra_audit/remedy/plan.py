"""The remediation plan: what to do about the findings, step by step, in this very repository."""

from __future__ import annotations

from ..model import SEVERITIES, Finding, PlanStep
from ..project.types import Project
from .actions import actions
from .steps import STEPS, Step


def plan(findings: tuple[Finding, ...], project: Project) -> tuple[PlanStep, ...]:
    """The steps that resolve something, each after those that it depends on.

    Of the steps that may come next, the one that resolves the gravest finding does.
    """
    by_step: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.step:
            by_step.setdefault(finding.step, []).append(finding)
    steps = [step for step in STEPS if step.id in by_step]
    known = {step.id for step in STEPS}
    steps += [_foreign(name) for name in sorted(by_step) if name not in known]
    return tuple(
        PlanStep(
            id=step.id,
            title=step.title,
            why=step.why,
            depends_on=tuple(other for other in step.depends_on if other in by_step),
            actions=actions(step.id, tuple(by_step[step.id]), project, findings),
            resolves=tuple(finding.fingerprint for finding in by_step[step.id]),
        )
        for step in _in_order(steps, by_step)
    )


def _foreign(name: str) -> Step:
    """A step that only a user's rule pack knows."""
    return Step(name, name.replace("-", " ").capitalize(), "A rule pack of yours asks for it.")


def _in_order(steps: list[Step], by_step: dict[str, list[Finding]]) -> list[Step]:
    ordered: list[Step] = []
    left = list(steps)
    while left:
        waiting = {step.id for step in left}
        ready = [step for step in left if not waiting.intersection(step.depends_on)]
        following = max(ready, key=lambda step: _gravity(by_step[step.id]))
        ordered.append(following)
        left.remove(following)
    return ordered


def _gravity(findings: list[Finding]) -> bool:
    """Whether something breaks on the next run: that is mended before anything is built."""
    return any(finding.severity == SEVERITIES[-1] for finding in findings)
