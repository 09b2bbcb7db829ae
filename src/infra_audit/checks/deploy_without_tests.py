"""Deployments that start without waiting for the tests that are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Workflow
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.conditions import events, left, trigger
from ..project.deploys import Deploy, Link, Started, chains, deploys, started
from ..project.testing import before, is_test, surely_tests, tests, tests_in
from ..project.types import Project

_BY_ITSELF = frozenset({"push", "workflow_run"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each workflow that deploys by itself."""
    scripts = started(project)
    deploying = tuple(deploys(project, scripts))
    there = tests(project, scripts) if deploying else None
    told: dict[str, Outcome] = {}
    for deploy in deploying if there is not None else ():
        for chain in chains(deploy, project):
            outcome = _told(deploy, chain, project, scripts)
            path = chain[0][0].path
            if outcome is not None and not isinstance(told.get(path), Match):
                told[path] = outcome
    yield from told.values()
    if deploying and there is None:
        yield Inapplicable("there are no tests that a deployment could wait for")
    elif not told:
        yield Inapplicable("no job here deploys by itself")


def _told(
    deploy: Deploy, chain: tuple[Link, ...], project: Project, scripts: Started
) -> Outcome | None:
    outer, first = chain[0]
    place = Location(outer.path, first.span)
    causes = left(events(outer), *(job.condition for _, job in chain))
    if causes is None:
        return Undecided(place, "under which events the job runs is not known")
    if not causes & _BY_ITSELF:
        return None
    for workflow, job in before(chain):
        for where in tests_in(workflow, job, scripts):
            return Satisfied(where, "tests come first")
        if job.uses is not None and not any(job is link for _, link in chain):
            return Undecided(Location(workflow.path, job.uses.span), "what it runs is not read")
    pushed = outer
    if "workflow_run" in causes:
        told = _after(outer, place, project, scripts)
        if not isinstance(told, Workflow):
            return told
        pushed = told
    built = _in_image(project)
    if built is not None:
        return Satisfied(built, "the build of the image tests")
    beside, proposed = _elsewhere(pushed, project, scripts)
    if beside is None and proposed is not None:
        return Undecided(
            proposed, "pull requests are tested; whether a merge needs that is not known"
        )
    shown = tests(project, scripts)
    evidence = (
        [Evidence(shown, "tests that nothing waits for")] if shown not in (None, beside) else []
    )
    if beside is not None:
        evidence.append(Evidence(beside, "runs beside it: the deployment does not wait"))
    return Match(
        location=place,
        values={
            "job": first.id,
            "what": "does not wait for the tests, which run beside it"
            if beside is not None
            else "deploys what no job has tested",
        },
        evidence=tuple(evidence),
    )


def _after(
    outer: Workflow, place: Location, project: Project, scripts: Started
) -> Outcome | Workflow:
    """What a deployment that another workflow starts comes after, or that one where it surely tests nothing."""
    ran = trigger(outer, "workflow_run")
    names = ran.workflows if ran is not None else ()
    others = [other for other in project.workflows if other.name in names]
    for other in others:
        for job in other.jobs:
            for where in tests_in(other, job, scripts):
                return Satisfied(where, "tests come first")
    read = {*names} == {other.name for other in others} and all(
        events(other) <= {"push", "workflow_dispatch"} and not any(job.uses for job in other.jobs)
        for other in others
    )
    if others and read:
        return others[0]
    return Undecided(place, "what the workflow before it tests is not known")


def _in_image(project: Project) -> Location | None:
    for act in project.acts:
        if act.script.origin == "run":
            for run in act.behaviour.runs:
                if is_test(run):
                    return Location(run.path, run.span)
    return None


def _elsewhere(
    outer: Workflow, project: Project, scripts: Started
) -> tuple[Location | None, Location | None]:
    """Tests of another workflow, or another job of this one: on the same push, and on pull requests."""
    beside = proposed = None
    for workflow in project.workflows:
        if project.purposes.get(workflow.path, "production") != "production":
            continue
        for job in workflow.jobs:
            causes = left(events(workflow), job.condition) or frozenset()
            if "push" in causes and _meets(workflow, outer):
                beside = beside or next(surely_tests(workflow, job, scripts), None)
            if {"pull_request", "merge_group"} & causes:
                proposed = proposed or next(tests_in(workflow, job, scripts), None)
    return beside, proposed


def _meets(workflow: Workflow, outer: Workflow) -> bool:
    """Whether a push that starts the one surely starts the other, too."""
    one, two = trigger(workflow, "push"), trigger(outer, "push")
    if one is None or two is None or one.tags or two.tags or one.paths:
        return workflow is outer
    return not one.branches or bool(set(one.branches) & set(two.branches))
