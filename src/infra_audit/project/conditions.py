"""Under which events a job or a step runs, as far as its `if:` names them."""

from __future__ import annotations

import re

from ..documents.facts import Job, Trigger, Value, Workflow
from ..source.regex import regex

_TOKEN = regex(r"'(?:[^']|'')*'|\|\||&&|[()]|[^'|&()]+|.", re.DOTALL)
_EVENT = regex(r"^github\.event_name\s*(==|!=)\s*'([^']*)'$")
_REVERSED = regex(r"^'([^']*)'\s*(==|!=)\s*github\.event_name$")

_DEEPEST = 50
"""Parentheses of a condition that are looked at."""


def events(workflow: Workflow, job: Job | None = None) -> frozenset[str]:
    """The events that start a workflow, or one of its jobs as far as its `if:` does not say."""
    return frozenset(trigger.event for trigger in triggers(workflow, job))


def triggers(workflow: Workflow, job: Job | None = None) -> tuple[Trigger, ...]:
    """What starts a workflow, or one of its jobs."""
    if job is not None and job.triggers is not None:
        return job.triggers
    return workflow.triggers


def causes(chain: tuple[tuple[Workflow, Job], ...]) -> frozenset[str] | None:
    """The events under which the last job of a chain runs; None where that cannot be told."""
    started = events(*chain[0])
    return None if "unknown" in started else left(started, *(job.condition for _, job in chain))


def left(started: frozenset[str], *conditions: Value | None) -> frozenset[str] | None:
    """Those of the events for which all conditions may hold; None where that cannot be told."""
    remaining = started
    for condition in conditions:
        if condition is None or "event_name" not in condition.raw:
            continue
        held = _held(condition.raw, started)
        if held is None:
            return None
        remaining &= held
    return remaining


def trigger(workflow: Workflow, event: str, job: Job | None = None) -> Trigger | None:
    """The trigger of a workflow, or of one of its jobs, for an event."""
    return next((t for t in triggers(workflow, job) if t.event == event), None)


def _held(raw: str, started: frozenset[str]) -> frozenset[str] | None:
    text = raw.strip()
    if text.startswith("${{") and text.endswith("}}") and text.count("${{") == 1:
        text = text[3:-2].strip()
    return None if "${{" in text or text.count("(") > _DEEPEST else _any(text, started)


def _any(text: str, started: frozenset[str]) -> frozenset[str] | None:
    parts = [_all(part, started) for part in _split(text, "||")]
    known = [part for part in parts if part is not None]
    return frozenset().union(*known) if len(known) == len(parts) else None


def _all(text: str, started: frozenset[str]) -> frozenset[str] | None:
    remaining = started
    for part in _split(text, "&&"):
        one = _atom(part.strip(), started)
        if one is None:
            return None
        remaining &= one
    return remaining


def _atom(text: str, started: frozenset[str]) -> frozenset[str] | None:
    if "event_name" not in text:
        return started
    if text.startswith("(") and text.endswith(")") and len(_split(text[1:-1], ")")) == 1:
        return _any(text[1:-1], started)
    found = _EVENT.match(text)
    if found:
        named, operator = found[2], found[1]
    elif found := _REVERSED.match(text):
        named, operator = found[1], found[2]
    else:
        return None
    return started & {named} if operator == "==" else started - {named}


def _split(text: str, joint: str) -> list[str]:
    """The parts of an expression between the joints that stand in no parentheses and no string."""
    parts, depth = [""], 0
    for found in _TOKEN.finditer(text):
        piece = found[0]
        if piece == joint and depth == 0:
            parts.append("")
            continue
        depth += (piece == "(") - (piece == ")")
        parts[-1] += piece
    return parts
