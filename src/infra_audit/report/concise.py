"""The report for editors and `grep`: one line for each finding and each problem."""

from __future__ import annotations

from ..model import Report
from .context import Context
from .visible import visible
from .words import head, place


def render(report: Report, context: Context) -> str:  # noqa: ARG001 - a format
    """`path:line:column: severity[rule] message`, in the order of places."""
    found = [(finding.location, head(finding)) for finding in report.findings]
    found += [
        (problem.location, f"{place(problem.location)}: problem: {visible(problem.message)}")
        for problem in report.problems
    ]
    found.sort()
    return "".join(f"{line}\n" for _, line in found)
