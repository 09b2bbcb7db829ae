"""Releases that end without anybody asking the new version for an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Workflow
from ..flow.behaviour import Run
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.deploys import Started, deploys, started
from ..project.gates import announced, gates, takes_any_answer, waits
from ..project.left_running import left_running
from ..project.releases import by_hand, restarts, shown, software, taken
from ..project.types import Act, Project
from ..source.regex import regex

_LOOKS = regex(
    r"health|smoke|uptime|url-?check|http-?request|wait-?(?:for|on)|ping|e2e|playwright|cypress|lighthouse|verif|check-?url"
    r"|fetch-api|probe|status-?check",
    re.IGNORECASE,
)
"""Names of actions and steps that may look at the new version."""
_MOST = 4


class _Release(Struct, frozen=True):
    """One way in which a version is put live."""

    acts: tuple[Act, ...]
    """What runs, in order; also what follows in other jobs."""
    switch: Run
    """The last restart."""
    starting: Act
    """The script that it stands in."""
    heading: tuple[Evidence, ...] = ()


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each workflow that deploys to a machine, and for each script that people run."""
    own = [
        d
        for d in project.deployables
        if d.deployed_with is None and d.self_hosted and software(d, project)
    ]
    if project.deployables and not any(d.serves for d in project.deployables):
        yield Inapplicable("what is deployed here answers no requests")
        return
    said: list[Outcome] = [*_workflows(project)]
    if own:
        said += _hands(project)
    yield from said or [Inapplicable("no job and no script here restarts an application")]


# ── the ways of a release ────────────────────────────────────────────────────────────────────────


def _workflows(project: Project) -> Iterator[Outcome]:
    jobs: dict[str, list[str]] = {}
    scripts = started(project)
    for deploy in deploys(project, scripts):
        if any(not ship.delivery.managed for ship in deploy.ships):
            jobs.setdefault(deploy.workflow.path, []).append(deploy.job.id)
    for workflow in project.workflows:
        if workflow.path in jobs:
            outcome = _of_workflow(workflow, jobs[workflow.path], project, scripts)
            if outcome is not None:
                yield outcome


def _of_workflow(
    workflow: Workflow, deploying: list[str], project: Project, scripts: Started
) -> Outcome | None:
    doing: list[Act] = []
    after: list[Act] = []
    for job in workflow.jobs:
        for step in job.steps:
            named = " ".join(v.raw for v in (step.uses, step.name) if v is not None)
            if step.uses is not None and _LOOKS.search(named):
                return Undecided(
                    Location(workflow.path, step.uses.span), "an action may look at the new version"
                )
            (doing if job.id in deploying else after).extend(
                scripts.get((workflow.path, step.span), [])
            )
        if job.uses is not None and set(job.needs) & set(deploying):
            return Undecided(
                Location(workflow.path, job.uses.span), "what follows the deployment is not read"
            )
    if workflow.unread is not None or workflow.parted:
        span = workflow.unread.span if workflow.unread is not None else workflow.span
        return Undecided(Location(workflow.path, span), "what follows in other files is not known")
    following = {job.id for job in workflow.jobs if set(job.needs) & set(deploying)}
    spans = {s.span for job in workflow.jobs if job.id in following for s in job.steps}
    later = [act for act in after if act.trail and act.trail[0].location.span in spans]
    found = _last(doing, project)
    if found is None:
        return None
    starting, run = found
    heading = tuple(
        Evidence(Location(workflow.path, job.span), f"the job `{job.id}` ends without a look")
        for job in workflow.jobs
        if job.id == deploying[-1]
    )
    return _judged(_Release((*doing, *later), run, starting, heading), project)


def _hands(project: Project) -> Iterator[Outcome]:
    """The scripts that people run: those that never look are told of together."""
    blind: list[Match] = []
    for act in by_hand(project):
        found = _last([act], project)
        if found is None:
            continue
        outcome = _judged(_Release((act,), found[1], act), project)
        if isinstance(outcome, Match) and not outcome.evidence:
            blind.append(outcome)
        else:
            yield outcome
    blind.sort(key=lambda match: (match.location.path.count("/"), match.location))
    for first in blind[:1]:
        same = tuple(Evidence(m.location, "neither does this script look") for m in blind[1:])
        yield Match(location=first.location, values=first.values, evidence=same[:_MOST])


def _last(acts: list[Act], project: Project) -> tuple[Act, Run] | None:
    """The last restart of an application, or what leaves it in the background, in whatever script it stands."""
    for act in reversed(acts):
        for run in reversed(list(taken(act, project))):
            if restarts(run) and not run.background:
                return act, run
    known = {id(act) for act in acts}
    left = [(act, run) for act, run in left_running(project) if id(act) in known]
    return left[-1] if left else None


# ── judging one ──────────────────────────────────────────────────────────────────────────────────


def _judged(release: _Release, project: Project) -> Outcome:
    run = release.switch
    place = Location(run.path, run.span)
    if waits(run) or announced(run, project):
        return Satisfied(place, "the start waits until the application is ready")
    found = list(gates(release.acts, run))
    for gate in found:
        if gate.stops:
            where = Location(gate.run.path, gate.run.span)
            if gate.strength == "answers":
                return Satisfied(where, "the release fails where this does")
            return Undecided(
                where, "this look sees only the process, or what it does is not read here"
            )
    vain = [gate for gate in found if gate.strength == "answers"]
    if vain:
        first = vain[0].run
        vainly = (
            "takes any answer: when it is an error"
            if takes_any_answer(first)
            else "cannot fail the release: when it fails"
        )
        return Match(
            location=Location(first.path, first.span),
            values={"what": f"`{shown(first)}` {vainly}, the script goes on and reports success"},
            evidence=(Evidence(place, "puts the new version live"), *release.heading),
        )
    if any(gate.strength == "unknown" for gate in found):
        return Undecided(place, "whether what follows looks at the new version is not known")
    return Match(
        location=place,
        values={"what": f"nothing asks the new version for an answer after `{shown(run)}`"},
        evidence=release.heading,
    )
