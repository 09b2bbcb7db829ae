"""Deployments that start without waiting for the tests that are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Job, Workflow
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.conditions import causes, events, trigger
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
    started = causes(chain)
    if started is None:
        return Undecided(place, "under which events the job runs is not known")
    if not started & _BY_ITSELF:
        return None
    lax: tuple[Workflow, Job] | None = None
    for workflow, job in before(chain):
        for where in tests_in(workflow, job, scripts):
            if job.may_fail is None:
                return Satisfied(where, "tests come first")
            lax = lax or (workflow, job)
        if job.uses is not None and not any(job is link for _, link in chain):
            return Undecided(Location(workflow.path, job.uses.span), "what it runs is not read")
    if outer.unread is not None:
        return Undecided(Location(outer.path, outer.unread.span), "what it runs is not read")
    if lax is not None:
        return _whatever(*lax, place, first, scripts)
    pushed = outer
    if "workflow_run" in started:
        told = _after(outer, place, project, scripts)
        if not isinstance(told, Workflow):
            return told
        pushed = told
    built = _in_image(project)
    if built is not None:
        return Satisfied(built, "the build of the image tests")
    beside, proposed = _elsewhere(pushed, first, project, scripts)
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


def _whatever(
    workflow: Workflow, job: Job, place: Location, first: Job, scripts: Started
) -> Outcome:
    """A deployment that comes after tests, and also when they fail."""
    ran = next(surely_tests(workflow, job, scripts), None)
    if ran is None or job.may_fail is None:
        return Undecided(place, "whether what may fail before it tests anything is not known")
    return Match(
        location=place,
        values={"job": first.id, "what": f"comes after the tests, but also when `{job.id}` fails"},
        evidence=(
            Evidence(ran, "runs the tests"),
            Evidence(Location(workflow.path, job.may_fail.span), "lets them fail"),
        ),
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
    outer: Workflow, deploying: Job, project: Project, scripts: Started
) -> tuple[Location | None, Location | None]:
    """Tests of another workflow, or another job of this one: on the same push, and on pull requests."""
    beside = proposed = None
    for workflow in project.workflows:
        if project.purposes.get(workflow.path, "production") != "production":
            continue
        for job in workflow.jobs:
            started = causes(((workflow, job),)) or frozenset()
            met = "push" in started and _meets((workflow, job), (outer, deploying))
            if met:
                beside = beside or next(surely_tests(workflow, job, scripts), None)
            if {"pull_request", "merge_group"} & started or (job.stage and not met):
                proposed = proposed or next(tests_in(workflow, job, scripts), None)
    return beside, proposed


def _meets(tests: Link, deploy: Link) -> bool:
    """Whether a push that starts the one surely starts the other, too."""
    one, two = trigger(tests[0], "push", tests[1]), trigger(deploy[0], "push", deploy[1])
    if one is None or two is None or one.tags or two.tags or one.paths:
        return tests[0] is deploy[0] and not tests[1].stage
    return not one.branches or bool(set(one.branches) & set(two.branches))
