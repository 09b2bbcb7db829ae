"""The remediation plan alone: the steps in the order in which to do them."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Finding, Fingerprint, PlanStep, Report
from .context import Context
from .escape import code, indented, inline, where
from .style import paint
from .visible import visible, wrapped
from .words import counted, line_of, listed

FORMATS = ("text", "markdown", "json")

_NAMED = 4
"""Places of one rule that are named one by one."""


def render(format_name: str, report: Report, context: Context) -> str:
    """The plan in the format of that name, one of `FORMATS`."""
    match format_name:
        case "json":
            from .json import encoded, plan_step

            return encoded([plan_step(step) for step in report.plan])
        case "markdown":
            return "\n".join(["# Remediation Plan", "", *(_markdown(report))]) + "\n"
        case _:
            return _text(report, context)


def _markdown(report: Report) -> list[str]:
    return list(markdown_steps(report)) or ["Nothing to do."]


def markdown_steps(report: Report) -> Iterator[str]:
    """The steps as a numbered list."""
    numbers = _numbers(report)
    for number, step in enumerate(report.plan, 1):
        yield f"{number}.  **{inline(step.title)}:** {indented(step.why, 4)}"
        if step.depends_on:
            yield f"    *   **After:** {_after(step, numbers)}"
        resolved = _resolved(step, report)
        yield f"    *   **Resolves:** {counted(len(step.resolves), 'finding')}"
        for rule, findings in resolved.items():
            yield f"        *   {code(rule)}: {_places([where(f.location) for f in findings])}"
        if step.actions:
            yield "    *   **Here:**"
        for action in step.actions:
            yield f"        *   {inline(action)}"


def _text(report: Report, context: Context) -> str:
    painted = paint(context.color)
    numbers = _numbers(report)
    page: list[str] = []
    for number, step in enumerate(report.plan, 1):
        page += [painted("heading", f"{number}. {visible(step.title)}")]
        page += [f"   {line}" for line in wrapped(step.why, context.width - 3)]
        if step.depends_on:
            page.append(f"   {painted('key', 'after:')} {_after(step, numbers)}")
        page.append(f"   {painted('key', 'resolves:')} {counted(len(step.resolves), 'finding')}")
        for rule, findings in _resolved(step, report).items():
            page.append(f"     {rule}: {_places([line_of(f.location) for f in findings])}")
        for action in step.actions:
            first, *rest = wrapped(action, context.width - 5)
            page += [f"   - {first}", *(f"     {line}".rstrip() for line in rest)]
        page.append("")
    return "\n".join(page[:-1] or ["nothing to do"]) + "\n"


def _numbers(report: Report) -> dict[str, int]:
    return {step.id: number for number, step in enumerate(report.plan, 1)}


def _after(step: PlanStep, numbers: dict[str, int]) -> str:
    order = sorted(numbers[other] for other in step.depends_on if other in numbers)
    return f"{'step' if len(order) == 1 else 'steps'} {listed(str(number) for number in order)}"


def _resolved(step: PlanStep, report: Report) -> dict[str, list[Finding]]:
    """What the step resolves, by rule; with paths given, some may not be in this report."""
    by_print: dict[Fingerprint, Finding] = {f.fingerprint: f for f in report.findings}
    found: dict[str, list[Finding]] = {}
    for fingerprint in step.resolves:
        if fingerprint in by_print:
            finding = by_print[fingerprint]
            found.setdefault(finding.rule, []).append(finding)
    return found


def _places(places: list[str]) -> str:
    places = list(dict.fromkeys(places))
    more = len(places) - _NAMED
    return listed([*places[:_NAMED], *([f"{more} more"] if more > 0 else [])])
