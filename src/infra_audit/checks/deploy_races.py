"""Deployments that two pushes run at the same time, or that the next push ends half-way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..documents.facts import Concurrency, Step, Workflow
from ..flow.effects import migrates
from ..model import (
    Evidence,
    Inapplicable,
    Location,
    Match,
    Outcome,
    Satisfied,
    Severity,
    Undecided,
)
from ..project.conditions import causes, events, trigger
from ..project.deploys import Deploy, Link, Started, chains, deploys
from ..project.deploys import started as started_by
from ..project.runners import is_own
from ..project.types import Project
from ..source.regex import regex

_UNATTENDED = frozenset({"push", "workflow_run", "repository_dispatch", "deployment"})
"""Events that may follow each other within minutes without anybody deciding to deploy twice."""
_OWN = regex(r"github\.(?:run_id|run_number|sha|event\.after)\b|github\.event\.head_commit\.id")
"""What differs from push to push."""
_OF_REF = regex(r"github\.(?:ref|ref_name)\b")
_WAITS = regex(
    r"^(?:softprops/turnstyle|ahmadnassri/action-workflow-queue|mktcode/consecutive-workflow-action"
    r"|github/lock|ben-z/gh-action-mutex|shogo82148/actions-mutex|tibdex/.*queue)",
)
_CANCELS = regex(
    r"^(?:styfle/cancel-workflow-action|rokroskar/workflow-run-cleanup-action|n1hility/cancel-previous-runs"
    r"|potiuk/cancel-workflow-runs|vishnudxb/cancel-duplicate-workflow|yellowmegaman/gh-build-canceller)"
)
_SKIPS = "fkirc/skip-duplicate-actions"
"""It cancels only where its `cancel_others` says so."""
_LOCKING = regex(r"^(?:kamal|terraform|tofu|pulumi|cdk|sst|aws cloudformation|hashicorp/tfc)\b")
"""Tools that hold a lock while they deploy."""
_MOST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each workflow that deploys."""
    cut: dict[Location, list[Evidence]] = {}
    raced: dict[str, list[tuple[Deploy, Link, str]]] = {}
    quiet: dict[str, Outcome] = {}
    scripts = started_by(project)
    severity: Severity | None = "note" if project.kind.name == "template" else None
    for deploy in deploys(project, scripts):
        for chain in chains(deploy, project):
            told = _told(deploy, chain, scripts)
            if isinstance(told, _Cut):
                places = cut.setdefault(told.location, [])
                places += [e for e in told.evidence if e not in places]
            elif isinstance(told, str):
                raced.setdefault(chain[0][0].path, []).append((deploy, chain[0], told))
            else:
                quiet.setdefault(chain[0][0].path, told)
    for location, evidence in cut.items():
        yield Match(
            location=location,
            values={"what": _CUT},
            evidence=tuple(evidence[:_MOST]),
            severity=severity,
        )
    flagged = {location.path for location in cut}
    for path, found in raced.items():
        if path not in flagged:
            yield replace(_race(found), severity=severity)
    left_over = [told for path, told in quiet.items() if path not in {*flagged, *raced}]
    yield from left_over
    if not (cut or raced or left_over):
        yield Inapplicable("no job here deploys")


_CUT = "the next run ends the deployment that is under way, wherever it stands"
_RACE = "two pushes within minutes deploy at the same time: {}"
_BESIDE = "both change the same server"
_LATER = "if the older one ends last, its version stays live"


class _Cut(Struct, frozen=True):
    """What ends a deployment that is under way, and what of it may be left undone."""

    location: Location
    evidence: tuple[Evidence, ...]


def _told(deploy: Deploy, chain: tuple[Link, ...], scripts: Started) -> _Cut | str | Outcome:
    """What ends the deployment half-way, how two of them collide, or why neither happens."""
    outer, first = chain[0]
    place = Location(outer.path, first.span)
    started = causes(chain)
    waiting = _action(chain, _WAITS)
    if waiting is not None:
        return Satisfied(waiting[0], "waits for the run before")
    ending, orderly, unclear = _concurrency(chain, started, outer)
    if ending is None:
        ending = _cancelled_by_action(chain)
    if ending is not None:
        if not _may_be_cut(deploy, scripts):
            return Inapplicable("the platform takes a version as a whole or not at all")
        return _Cut(ending, tuple(_parts(deploy)))
    if orderly is not None:
        return Satisfied(orderly, "one deployment at a time")
    if unclear is not None:
        return Undecided(unclear, "whether a run is cancelled is decided elsewhere")
    if started is None:
        return Undecided(place, "under which events the job runs is not known")
    if not _often(chain[0], started):
        return Inapplicable("people start each deployment")
    return _beside(deploy, scripts) or Undecided(place, "what keeps deployments apart is not known")


def _beside(deploy: Deploy, scripts: Started) -> str | Outcome:
    """What two of the deployments at a time lead to."""
    ships = [ship for ship in deploy.ships if not (ship.asks or ship.site)]
    place = Location(deploy.workflow.path, deploy.job.span)
    if not ships:
        return Inapplicable("a site of files, or a server that fetches by itself")
    if any(_LOCKING.search(ship.tool) for ship in ships) or _locks(deploy, scripts):
        return Satisfied(ships[0].location, "deploys under a lock")
    if not deploy.job.runs_on or is_own(deploy.job):
        return Undecided(place, "a single runner of one's own does one job after the other")
    if not all(ship.delivery.managed for ship in ships):
        return _BESIDE
    if deploy.job.stage and deploy.job.deploys_to is not None:
        return Undecided(place, "GitLab may skip the older deployment of an environment")
    return _LATER


def _race(found: list[tuple[Deploy, Link, str]]) -> Match:
    """One match for a workflow, at the first of its jobs that deploys."""
    deploy, (outer, first), how = found[0]
    location = Location(outer.path, first.span)
    evidence = [
        Evidence(location if other is deploy else Location(o.path, job.span), "deploys too")
        for other, (o, job), _ in found[1:]
        if other is not deploy
    ]
    shipped = [Evidence(s.location, "deploys") for d, _, _ in found for s in d.ships]
    unique = dict.fromkeys((*shipped, *evidence))
    return Match(
        location=location, values={"what": _RACE.format(how)}, evidence=tuple(unique)[:_MOST]
    )


# ── what keeps runs apart ────────────────────────────────────────────────────────────────────────


def _concurrency(
    chain: tuple[Link, ...], started: frozenset[str] | None, outer: Workflow
) -> tuple[Location | None, Location | None, Location | None]:
    """Where runs are cancelled, where they wait for each other, where an expression decides."""
    ending = orderly = unclear = None
    for workflow, job in chain:
        for limit in (workflow.concurrency, job.concurrency):
            if limit is None or not _is_shared(limit, started, outer):
                continue
            place = Location(workflow.path, limit.decided.span if limit.decided else limit.span)
            if limit.cancels is True:
                ending = ending or place
            elif limit.cancels is False:
                orderly = orderly or place
            else:
                unclear = unclear or place
    return ending, orderly, unclear


def _is_shared(limit: Concurrency, started: frozenset[str] | None, outer: Workflow) -> bool:
    """Whether two deployments fall into the same group."""
    group = limit.group.raw if limit.group is not None else ""
    if _OWN.search(group):
        return False
    return not (_OF_REF.search(group) and _only_by_tag(outer, started))


def _only_by_tag(workflow: Workflow, started: frozenset[str] | None) -> bool:
    """Whether each run has a ref of its own: a tag."""
    pushed = trigger(workflow, "push")
    names = started or events(workflow)
    tagged = pushed is not None and bool(pushed.tags) and not pushed.branches
    return bool(names & {"push", "release"}) and (tagged or "push" not in names)


def _often(first: Link, started: frozenset[str]) -> bool:
    workflow, job = first
    pushed = trigger(workflow, "push", job)
    by_tag = pushed is not None and pushed.tags and not pushed.branches
    return bool((started - ({"push"} if by_tag else set())) & _UNATTENDED)


def _steps(chain: tuple[Link, ...]) -> Iterator[tuple[Workflow, Step]]:
    for workflow, _ in chain:
        for job in workflow.jobs:
            for step in job.steps:
                yield workflow, step


def _action(chain: tuple[Link, ...], names: Any) -> tuple[Location, Step] | None:
    for workflow, step in _steps(chain):
        if step.uses is not None and names.search(step.uses.raw.lower()):
            return Location(workflow.path, step.uses.span), step
    return None


def _cancelled_by_action(chain: tuple[Link, ...]) -> Location | None:
    """An action that cancels the runs before, also those of pushes."""
    for workflow, step in _steps(chain):
        if step.uses is None:
            continue
        name = step.uses.raw.lower()
        cancels = bool(_CANCELS.search(name)) or (
            name.startswith(_SKIPS)
            and any(
                e.name == "cancel_others" and e.value and e.value.raw == "true" for e in step.inputs
            )
        )
        if cancels and step.condition is None:
            return Location(workflow.path, step.uses.span)
    return None


def _locks(deploy: Deploy, scripts: Started) -> bool:
    return any(
        run.name in ("flock", "lockfile") or "flock" in run.prefixes
        for step in deploy.job.steps
        for act in scripts.get((deploy.workflow.path, step.span), ())
        for run in act.behaviour.runs
    )


# ── what may be left half-way ────────────────────────────────────────────────────────────────────


def _may_be_cut(deploy: Deploy, scripts: Started) -> bool:
    """Whether there is a moment at which only half of it is done."""
    whole = [ship for ship in deploy.ships if ship.at_once]
    if len(whole) < len(deploy.ships):
        return True
    several = {ship.location for ship in whole if not ship.asks}
    migrating = any(
        migrates(run)
        for step in deploy.job.steps
        for act in scripts.get((deploy.workflow.path, step.span), ())
        for run in act.behaviour.runs
    )
    return len(several) > 1 or (bool(several) and migrating)


def _parts(deploy: Deploy) -> Iterator[Evidence]:
    for ship in deploy.ships:
        yield Evidence(ship.location, "is cut off here")
