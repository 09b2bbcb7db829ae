"""Statements that no execution of a script reaches, and what cuts them off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import Cause, Region
from ..model import Evidence, Location, Match, Outcome
from ..project.types import Act, Project


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each region."""
    for act in project.acts:
        if act.purpose == "production":
            for region in act.behaviour.unreachable:
                yield _match(act, region)


def _match(act: Act, region: Region) -> Match:
    path = act.script.path
    cause = region.cause
    evidence = [Evidence(Location(path, cause.span), _note(cause))]
    if cause.via is not None:
        evidence.append(Evidence(Location(path, cause.via), "this function never returns"))
    return Match(
        location=Location(path, region.span),
        values={"what": _what(region), "cause": _cause(cause)},
        evidence=tuple(evidence),
        trail=act.trail,
    )


def _what(region: Region) -> str:
    first, last = region.span.line, region.span.end_line
    if first == last:
        return "this never runs"
    return f"lines {first} to {last} never run"


def _note(cause: Cause) -> str:
    match cause.kind:
        case "loop":
            return "this loop has no way out"
        case "exec":
            return "this takes the shell's place"
        case "return":
            return "this always leaves the function"
        case "break":
            return "this always leaves the loop"
        case "continue":
            return "this always begins the next turn of the loop"
        case "errexit":
            return "this always fails"
        case "branches":
            return "no way through this goes on behind it"
        case _:
            return "this always ends the script"


def _cause(cause: Cause) -> str:
    line = cause.span.line
    match cause.kind:
        case "exit":
            return f"`{cause.text}` on line {line} ends the script in every case"
        case "return":
            return f"`{cause.text}` on line {line} leaves the function in every case"
        case "exec":
            return f"`{cause.text}` on line {line} replaces the shell"
        case "loop":
            return f"the loop of line {line} never ends"
        case "break":
            return f"`{cause.text}` on line {line} leaves the loop in every case"
        case "continue":
            return f"`{cause.text}` on line {line} begins the next turn in every case"
        case "errexit":
            return (
                f"`{cause.text}` on line {line} fails in every case, and a failure ends the shell"
            )
        case "function":
            return f"`{cause.text}` on line {line} never comes back"
        case "branches":
            return f"every way through the `{cause.text}` of line {line} leaves for good"
