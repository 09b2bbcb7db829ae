"""The review: a document for the people who decide what is done next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..model import Finding, Location, Report, Ruled
from .context import Context
from .escape import code, indented, inline, where
from .plan import markdown_steps
from .topics import heading, ordered, topic
from .words import counted, gravest_first, summary, tally

_SHOWN = 5
"""Places of one rule in one file that are shown one by one."""


def render(report: Report, context: Context) -> str:
    """Status, a section for each topic, what else is to be known, and the remediation plan."""
    parts = [
        _opening(report, context),
        _picture(report),
        *_sections(report, context),
        _bullets("Declared", _declared(report)),
        _bullets("Allowed", _allowed(report)),
        _bullets("Could not be read", _problems(report)),
        _bullets("Left out", _left_out(report)),
        _plan(report),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _opening(report: Report, context: Context) -> list[str]:
    shown = "; ".join(f"{inline(e.note)} ({where(e.location)})" for e in report.kind.evidence)
    date = [f"**DATE:** {context.date}\\"] if context.date else []
    return [
        "# INFRASTRUCTURE DEFICIENCIES",
        "",
        *date,
        f"**STATUS:** {_status(report)}\\",
        f"**DEPLOYED AS:** {report.kind.name}{': ' if shown else ''}{shown}\\",
        f"**FOUND:** {summary(report)}",
    ]


def _picture(report: Report) -> list[str]:
    """The deployment as a flowchart that code hosts draw."""
    if report.picture is None or not report.files:
        return []
    from .mermaid import render as drawn

    return ["```mermaid", drawn(report.picture).rstrip("\n"), "```"]


def _status(report: Report) -> str:
    counts = tally(report.findings)
    if not report.files:
        return "NOTHING TO AUDIT"
    if counts["error"]:
        return "CRITICAL GAPS FOUND"
    if counts["warning"]:
        return "GAPS FOUND"
    return "MINOR GAPS FOUND" if counts["note"] else "NO GAPS FOUND"


def _sections(report: Report, context: Context) -> Iterator[list[str]]:
    findings = gravest_first(report.findings)
    said = [r for r in report.ruled if r.undecided or r.satisfied or r.inapplicable]
    names = ordered([*(topic(f.rule) for f in findings), *(topic(r.rule) for r in said)])
    for number, name in enumerate(names, 1):
        inside = [f for f in findings if topic(f.rule) == name]
        beside = [r for r in said if topic(r.rule) == name]
        yield [f"## {number}. {heading(name, inside)}", "", *_topic(inside, beside, context)]


def _topic(findings: list[Finding], said: list[Ruled], context: Context) -> Iterator[str]:
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    for group in by_rule.values():
        yield from _rule(group, context)
    yield from _list("Satisfied", _satisfied(said))
    yield from _list("Does not apply", _inapplicable(said, context))
    yield from _list("Could not be told", _undecided(said, context))


def _rule(group: list[Finding], context: Context) -> Iterator[str]:
    first = group[0]
    yield f"*   **{inline(first.title)}:** {first.severity}, {code(first.rule)}"
    shown: dict[str, int] = {}
    for finding in group:
        path = finding.location.path
        shown[path] = shown.get(path, 0) + 1
        if context.all or shown[path] <= _SHOWN:
            yield from _finding(finding, first)
    for path, number in shown.items():
        if number > _SHOWN and not context.all:
            yield f"    *   and {counted(number - _SHOWN, 'more place')} in {code(path)}"
    why = context.prose(first.rule).why if first.rule in context.rules else ""
    if why.strip():
        yield f"    *   **Impact:** {indented(why, 8)}"
    if first.fix.strip():
        yield f"    *   **Fix:** {indented(first.fix, 8)}"


def _finding(finding: Finding, first: Finding) -> Iterator[str]:
    milder = "" if finding.severity == first.severity else f" ({finding.severity})"
    yield f"    *   {where(finding.location)}{milder}: {inline(finding.message)}"
    for evidence in finding.evidence:
        yield f"        *   {inline(evidence.note)}: {where(evidence.location)}"
    if finding.trail:
        steps = ", then ".join(f"{inline(s.note)} ({where(s.location)})" for s in finding.trail)
        yield f"        *   reached by {steps}"


def _list(title: str, items: Iterable[str]) -> Iterator[str]:
    """The items under a title, equal ones once."""
    found = dict.fromkeys(items)
    if found:
        yield f"*   **{title}:**"
    for item in found:
        yield f"    *   {item}"


def _satisfied(said: list[Ruled]) -> Iterator[str]:
    for ruled in said:
        for satisfied in ruled.satisfied:
            yield f"{inline(satisfied.what)}{_at(satisfied.location)} — {code(ruled.rule)}"


def _inapplicable(said: list[Ruled], context: Context) -> Iterator[str]:
    for ruled in said:
        for inapplicable in ruled.inapplicable:
            yield f"{_title(ruled, context)}: {inline(inapplicable.reason)} — {code(ruled.rule)}"


def _undecided(said: list[Ruled], context: Context) -> Iterator[str]:
    for ruled in said:
        for undecided in ruled.undecided:
            told = f"{inline(undecided.reason)}{_at(undecided.location)}"
            yield f"{_title(ruled, context)}: {told} — {code(ruled.rule)}"


def _title(ruled: Ruled, context: Context) -> str:
    rule = context.rules.get(ruled.rule)
    return inline(rule.title) if rule else code(ruled.rule)


def _at(location: Location) -> str:
    """Where, unless it is the repository as a whole."""
    return f" ({where(location)})" if location.path not in ("", ".") else ""


def _bullets(title: str, items: Iterable[str]) -> list[str]:
    found = [f"*   {item}" for item in items]
    return [f"## {title}", "", *found] if found else []


def _declared(report: Report) -> Iterator[str]:
    for declared in report.declarations:
        reason = f", because: {inline(declared.reason)}" if declared.reason else ""
        told = f"{inline(declared.topic)}: {inline(declared.value)}{reason}"
        yield f"{told} ({where(declared.location)})"


def _allowed(report: Report) -> Iterator[str]:
    for allowed in report.allowed:
        finding = allowed.finding
        place = f"{where(finding.location)}, {code(finding.rule)}"
        yield f"{place}: {inline(allowed.reason)} ({where(allowed.where)})"
    if report.baselined:
        yield f"{counted(report.baselined, 'finding')} in the baseline"


def _problems(report: Report) -> Iterator[str]:
    for problem in report.problems:
        yield f"{where(problem.location)}: {inline(problem.message)}"


def _left_out(report: Report) -> Iterator[str]:
    for skipped in report.skipped:
        examples = ", ".join(code(example) for example in skipped.examples)
        shown = f", such as {examples}" if examples else ""
        yield f"{inline(skipped.reason)}: {counted(skipped.count, 'file')}{shown}"


def _plan(report: Report) -> list[str]:
    return ["## Remediation Plan", "", *markdown_steps(report)] if report.plan else []
