"""Text that strangers write and that a workflow puts into its own code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Action, Entry, Expansion, Job, Step, Trigger, Value, Workflow
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Undecided
from ..project.conditions import events, left
from ..project.delivery import local_action
from ..project.outsiders import OPEN, reads, written_by_outsiders
from ..project.types import Project
from ..source.regex import regex

_INSIDERS = regex(
    r"author_association|github\.(?:actor|triggering_actor|repository_owner)\b|sender\.(?:login|type)|user\.(?:login|type)"
    r"|head\.repo\.(?:full_name|fork|owner)|head_repository\.(?:full_name|fork|owner)|workflow_run\.event|\.merged\b"
    r"|permission|(?:steps|needs)\.[\w-]+\.outputs|head_branch|\blabels?\b",
    re.IGNORECASE,
)
"""Conditions that may let only people of the repository through."""
_SECRET = regex(r"secrets\.(?!GITHUB_TOKEN\b)([A-Za-z_]\w*)")
_DEEPEST = 5


class _Place(Struct, frozen=True):
    """Where code stands: a step, the job and workflow that run it, and what it was given under which names."""

    path: str
    workflow: Workflow
    job: Job
    conditions: tuple[Value | None, ...]
    given: tuple[tuple[str, Entry, str], ...] = ()
    """Prefix (`inputs`, `env`), entry and path of the file that gives it, the nearest last."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each value that strangers choose, at its expression."""
    actions = {action.path.rpartition("/")[0]: action for action in project.actions}
    said: list[Outcome] = []
    seen: set[Location] = set()
    for workflow in project.workflows:
        for job in workflow.jobs if workflow.system == "github" else ():
            for place, step in _steps(workflow, job, project, actions):
                for outcome in _of_step(place, step, project):
                    where = outcome.location
                    if where not in seen:
                        seen.add(where)
                        said.append(outcome)
    yield from said or [Inapplicable("no text of strangers gets into code here")]


def _steps(
    workflow: Workflow, job: Job, project: Project, actions: dict[str, Action]
) -> Iterator[tuple[_Place, Step]]:
    """The steps that run in a job started by an event, also those of the actions and workflows used."""
    if not events(workflow) - {"workflow_call"}:
        return
    outer = tuple(("env", entry, workflow.path) for entry in workflow.environment)
    first = _Place(workflow.path, workflow, job, (), outer)
    yield from _of_job(first, job, project, actions, 0)


def _of_job(
    place: _Place, job: Job, project: Project, actions: dict[str, Action], depth: int
) -> Iterator[tuple[_Place, Step]]:
    given = (*place.given, *(("env", entry, place.path) for entry in job.environment))
    conditions = (*place.conditions, job.condition)
    inner = _Place(place.path, place.workflow, place.job, conditions, given)
    for step in job.steps:
        yield from _of_one(inner, step, actions, depth)
    called = (job.uses.literal or "").removeprefix("./") if job.uses else ""
    for workflow in project.workflows if called and depth < _DEEPEST else ():
        if workflow.path == called:
            handed = tuple(("inputs", entry, place.path) for entry in job.inputs)
            known = (*inner.given, *handed)
            known += tuple(("env", entry, called) for entry in workflow.environment)
            for below in workflow.jobs:
                there = _Place(called, place.workflow, place.job, conditions, known)
                yield from _of_job(there, below, project, actions, depth + 1)


def _of_one(
    place: _Place, step: Step, actions: dict[str, Action], depth: int
) -> Iterator[tuple[_Place, Step]]:
    given = (*place.given, *(("env", entry, place.path) for entry in step.environment))
    inner = _Place(
        place.path, place.workflow, place.job, (*place.conditions, step.condition), given
    )
    yield inner, step
    action = local_action(step, actions)
    if action is not None and depth < _DEEPEST:
        handed = (*given, *(("inputs", entry, place.path) for entry in step.inputs))
        there = _Place(action.path, place.workflow, place.job, inner.conditions, handed)
        for below in action.steps:
            yield from _of_one(there, below, actions, depth + 1)


class _Chosen(Struct, frozen=True):
    """A value that strangers choose, the events that carry it, the places that it passes."""

    path: str
    carrying: frozenset[str]
    evidence: tuple[Evidence, ...] = ()


def _of_step(place: _Place, step: Step, project: Project) -> Iterator[Match | Undecided]:
    for expansion in step.expansions:
        for chosen in _chosen(expansion.text, place, 0):
            outcome = _judged(place, expansion, chosen, project)
            if outcome is not None:
                yield outcome
                break


def _chosen(expression: str, place: _Place, depth: int) -> Iterator[_Chosen]:
    """The values of strangers that an expression's result contains."""
    for read in reads(expression):
        carrying = written_by_outsiders(read)
        if carrying:
            yield _Chosen(read.path, carrying)
        kind, _, name = read.path.partition(".")
        nearest = _given(kind, name, place) if kind in ("env", "inputs") else None
        if nearest is None or nearest[0].value is None or depth > _DEEPEST:
            continue
        entry, path = nearest
        value = nearest[0].value
        note = f"`{entry.name}` is what a stranger wrote"
        between = Evidence(Location(path, value.span), note)
        for inner in _EXPRESSIONS.findall(value.raw):
            for found in _chosen(inner, place, depth + 1):
                yield _Chosen(found.path, found.carrying, (between, *found.evidence))


def _given(kind: str, name: str, place: _Place) -> tuple[Entry, str] | None:
    """The nearest value of a name, and the file that gives it."""
    for prefix, entry, path in reversed(place.given):
        if prefix == kind and entry.name.lower() == name:
            return entry, path
    return None


_EXPRESSIONS = regex(r"\$\{\{(.*?)\}\}", re.DOTALL)


def _judged(
    place: _Place, expansion: Expansion, chosen: _Chosen, project: Project
) -> Match | Undecided | None:
    where = Location(place.path, expansion.span)
    if expansion.remark and not chosen.path.endswith(("body", "message")):
        return None
    started = left(events(place.workflow), *place.conditions)
    if started is None:
        return Undecided(where, "under which events the step runs is not known")
    doors = [
        trigger
        for trigger in place.workflow.triggers
        if trigger.event in started & chosen.carrying and _is_open(trigger, project)
    ]
    if not doors or _fixed(doors, chosen.path):
        return None
    conditions = " ".join(c.raw for c in place.conditions if c is not None)
    if _INSIDERS.search(conditions):
        return Undecided(where, "a condition may let only people of the repository through")
    door = Location(place.workflow.path, doors[0].span)
    return Match(
        location=where,
        values={"value": chosen.path, "sink": expansion.sink, "reach": _reach(place)},
        evidence=(Evidence(door, f"anybody causes `{doors[0].event}`"), *chosen.evidence),
    )


def _fixed(doors: list[Trigger], chosen: str) -> bool:
    """Whether the trigger lets through named branches only, so that the name of one tells nothing."""
    return chosen.endswith(("head_branch", "head.ref")) and all(
        door.branches and not any("*" in name or name[:1] == "!" for name in door.branches)
        for door in doors
    )


def _is_open(trigger: Trigger, project: Project) -> bool:
    """Whether somebody without rights can cause the event."""
    if trigger.event not in OPEN:
        return False
    if trigger.event == "workflow_run":
        return any(
            w.name in trigger.workflows
            and events(w) & {"pull_request", "pull_request_target", "issues", "issue_comment"}
            for w in project.workflows
        )
    needed = OPEN[trigger.event]
    return needed is None or not trigger.types or bool(needed & set(trigger.types))


def _reach(place: _Place) -> str:
    """What the code could take: a secret, a token that may write, else the job's token."""
    for values in (
        *(step.environment for step in place.job.steps),
        *(step.inputs for step in place.job.steps),
        place.job.environment,
        place.workflow.environment,
    ):
        for entry in values:
            found = _SECRET.search(entry.value.raw) if entry.value else None
            if found:
                return f"the secret `{found[1]}`"
    for step in place.job.steps:
        for expansion in step.expansions:
            found = _SECRET.search(expansion.text)
            if found:
                return f"the secret `{found[1]}`"
    permissions = (
        place.job.permissions if place.job.permissions is not None else place.workflow.permissions
    )
    for permission in permissions or ():
        if permission.access == "write":
            return "a token that may write" + (
                f" {permission.scope}" if permission.scope != "*" else ""
            )
    return "the job's token and cache"
