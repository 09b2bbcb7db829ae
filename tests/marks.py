"""Marked texts: « » around a finding, ‹ › around its evidence, taken out and put back."""

from __future__ import annotations

from infra_audit.model import Finding, Location

OPENING = {"«": "»", "‹": "›"}
MARKS = "«»‹›"


def unmarked(text: str) -> str:
    """The text without marks."""
    return text.translate({ord(mark): None for mark in MARKS})


def marked(path: str, text: str, findings: list[Finding]) -> str:
    """The bare text of `path` with marks where findings and their evidence lie in it."""
    evidence = {e.location for f in findings for e in f.evidence}
    primary = {f.location for f in findings}
    inserts: list[tuple[int, int, str]] = []
    for places, (opening, closing) in ((primary, "«»"), (evidence - primary, "‹›")):
        for place in places:
            if place.path == path:
                start, end = offsets(text, place)
                inserts += [(start, 1, opening), (end, 0, closing)]
    for offset, _, mark in sorted(inserts, reverse=True):
        text = text[:offset] + mark + text[offset:]
    return text


def offsets(text: str, place: Location) -> tuple[int, int]:
    """Start and end of a place as code-point offsets."""
    lines = [0]
    for line in text.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    span = place.span
    return lines[span.line - 1] + span.column - 1, lines[span.end_line - 1] + span.end_column - 1
