"""The report for programs: everything, in the order and under the names of the contract."""

from __future__ import annotations

from typing import Any

from ..model import Allowed, Evidence, Finding, Kind, Location, Picture, PlanStep, Report, Span
from .context import Context
from .visible import sound


def render(report: Report, context: Context) -> str:
    """The whole report as one JSON object; the same report gives the same bytes."""
    return encoded(
        {
            "tool": {"name": "infra-audit", "version": context.version},
            "root": ".",
            "kind": _kind(report.kind),
            "findings": [_finding(finding) for finding in report.findings],
            "allowed": [_allowed(allowed) for allowed in report.allowed],
            "baselined": report.baselined,
            "problems": [{**place(p.location), "message": p.message} for p in report.problems],
            "skipped": [
                {"reason": s.reason, "count": s.count, "examples": list(s.examples)}
                for s in report.skipped
            ],
            "undecided": [
                {"rule": r.rule, **_start(u.location), "reason": u.reason}
                for r in report.ruled
                for u in r.undecided
            ],
            "satisfied": [
                {"rule": r.rule, **_start(s.location), "what": s.what}
                for r in report.ruled
                for s in r.satisfied
            ],
            "inapplicable": [
                {"rule": r.rule, "reason": i.reason} for r in report.ruled for i in r.inapplicable
            ],
            "declarations": [
                {"topic": d.topic, "value": d.value, "reason": d.reason, **_start(d.location)}
                for d in report.declarations
            ],
            "plan": [plan_step(step) for step in report.plan],
        }
    )


def render_picture(picture: Picture) -> str:
    """The picture of the deployment: nodes, and the edges between their ids."""
    return encoded(
        {
            "nodes": [
                {
                    "id": node.id,
                    "kind": node.kind,
                    "name": node.name,
                    "detail": node.detail,
                    **({} if node.location is None else _start(node.location)),
                    "missing": node.missing,
                    "rules": list(node.rules),
                }
                for node in picture.nodes
            ],
            "edges": [
                {"from": e.source, "to": e.target, "label": e.label, "missing": e.missing}
                for e in picture.edges
            ],
        }
    )


def encoded(data: object) -> str:
    """`data` as indented JSON in which nothing acts on a terminal."""
    from msgspec import json

    try:
        compact = json.encode(data)
    except UnicodeEncodeError:
        compact = json.encode(_sound(data))
    return json.format(compact, indent=2).decode().translate(_ESCAPED) + "\n"


_ESCAPED = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}
"""Control characters that JSON lets pass; they only ever stand inside its strings."""


def place(location: Location) -> dict[str, Any]:
    """`path`, `start` and `end`."""
    return {**_start(location), "end": _end(location.span)}


def plan_step(step: PlanStep) -> dict[str, Any]:
    """A step of the remediation plan."""
    return {
        "id": step.id,
        "title": step.title,
        "why": step.why,
        "depends_on": list(step.depends_on),
        "actions": list(step.actions),
        "resolves": list(step.resolves),
    }


def evidence(items: tuple[Evidence, ...]) -> list[dict[str, Any]]:
    """Evidence as `path`, `start`, `end`, `note`."""
    return [{**place(item.location), "note": item.note} for item in items]


def _kind(kind: Kind) -> dict[str, Any]:
    return {"name": kind.name, "evidence": evidence(kind.evidence)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "precision": finding.precision,
        "title": finding.title,
        "message": finding.message,
        **place(finding.location),
        "evidence": evidence(finding.evidence),
        "trail": evidence(finding.trail),
        "fingerprint": finding.fingerprint,
        "fix": finding.fix,
        "step": finding.step,
    }


def _allowed(allowed: Allowed) -> dict[str, Any]:
    where = place(allowed.where)
    return {"finding": _finding(allowed.finding), "reason": allowed.reason, "where": where}


def _start(location: Location) -> dict[str, Any]:
    span = location.span
    return {"path": location.path, "start": {"line": span.line, "column": span.column}}


def _end(span: Span) -> dict[str, int]:
    return {"line": span.end_line, "column": span.end_column}


def _sound(data: Any) -> Any:
    """`data` with texts that can be written as UTF-8."""
    match data:
        case str():
            return sound(data)
        case dict():
            return {_sound(key): _sound(value) for key, value in data.items()}
        case list() | tuple():
            return [_sound(value) for value in data]
        case _:
            return data
