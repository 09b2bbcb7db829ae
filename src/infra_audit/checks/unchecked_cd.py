"""Changes of directory that may fail unnoticed before steps that delete or build where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Evidence, Location, Match, Outcome
from ..project.errexit import is_watched, outside, scope_of, scopes
from ..project.moves import Move, moves
from ..project.phases import shown
from ..project.types import Act, Project

_ROLES = frozenset({"bootstrap", "deploy", "maintenance", "backup", "build", "unknown"})
_CONTAINED = frozenset({"image", "image-build", "compose"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each script, at the `cd` whose failure ruins most."""
    told = outside(project)
    for act in project.acts:
        if (
            act.purpose != "production"
            or act.role not in _ROLES
            or _CONTAINED.intersection(act.reached_by)
        ):
            continue
        found = sorted(moves(act, project), key=lambda move: move.run.span)
        if found and is_watched(act, told):
            shells = scopes(act.script)
            found = [move for move in found if scope_of(move.run, shells).outer]
        if act.role == "unknown":
            found = [move for move in found if move.destructive]
        if found:
            callers = _folders_of_callers(act, project)
            found = [move for move in found if callers.isdisjoint(_target(move))]
        if found:
            yield _match(act, found)


def _folders_of_callers(act: Act, project: Project) -> frozenset[str]:
    """The folders in which the runs of its trail stand when they call the script."""
    places = {step.location for step in act.trail}
    return frozenset(
        run.directory.rstrip("/")
        for caller in (project.acts if places else ())
        for run in caller.behaviour.runs
        if run.directory and Location(run.path, run.span) in places
    )


def _target(move: Move) -> tuple[str, ...]:
    """The folder that is changed to, where it is known."""
    known = move.run.paths[-1] if move.run.paths else None
    return (known.rstrip("/"),) if known else ()


def _match(act: Act, found: list[Move]) -> Match:
    first = next((move for move in found if move.destructive), found[0])
    path = act.script.path
    evidence = [Evidence(Location(path, first.step.span), "runs all the same")]
    evidence += [
        Evidence(Location(path, move.run.span), "nor is this one checked")
        for move in found
        if move is not first
    ]
    return Match(
        location=Location(path, first.run.span),
        values={
            "cd": shown(first.run),
            "step": shown(first.step),
            "line": str(first.step.span.line),
            "does": "deletes" if first.destructive else "works",
        },
        evidence=tuple(evidence),
        trail=act.trail,
    )
