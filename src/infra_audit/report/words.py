"""Phrases that several formats share: places, counts and the order of findings."""

from __future__ import annotations

from collections.abc import Iterable

from ..model import SEVERITIES, Finding, Location, Report, Severity
from .visible import visible


def place(location: Location) -> str:
    """`path:line:column`."""
    return f"{visible(location.path)}:{location.span.line}:{location.span.column}"


def line_of(location: Location) -> str:
    """`path:line`."""
    return f"{visible(location.path)}:{location.span.line}"


def head(finding: Finding) -> str:
    """The finding in one line: `path:line:column: severity[rule] message`."""
    where = place(finding.location)
    return f"{where}: {finding.severity}[{finding.rule}] {visible(finding.message)}"


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(items: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = list(items) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then warnings, then notes, each in the order of their places."""
    return sorted(findings, key=lambda f: (-SEVERITIES.index(f.severity), f.location, f.rule))


def tally(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many findings of each severity, the gravest first, none left out."""
    counts: dict[Severity, int] = dict.fromkeys(reversed(SEVERITIES), 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def summary(report: Report) -> str:
    """`3 errors, 12 warnings, 8 notes in 61 files; 2 allowed; 4 undecided`."""
    counts = tally(report.findings)
    found = ", ".join(counted(number, name) for name, number in counts.items() if number)
    undecided = sum(len(ruled.undecided) for ruled in report.ruled)
    parts = [f"{found or 'nothing found'} in {counted(report.files, 'file')}"]
    if report.allowed:
        parts.append(f"{len(report.allowed):,} allowed")
    if report.baselined:
        parts.append(f"{report.baselined:,} in the baseline")
    if undecided:
        parts.append(f"{undecided:,} undecided")
    if report.problems:
        parts.append(counted(len(report.problems), "problem"))
    return "; ".join(parts)
