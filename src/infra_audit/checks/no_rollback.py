"""Releases that overwrite what runs and keep nothing to return to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Job, Step, Workflow
from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.releases import (
    by_hand,
    foremost,
    is_carried,
    live,
    pulls,
    restarts,
    sends,
    shown,
    software,
    taken,
)
from ..project.replacing import FETCHES, has_build, is_remote, overwrites, pulls_latest, swapped
from ..project.returns import keeps, named, named_inside
from ..project.types import Act, Delivery, Deployable, Project
from ..source.regex import regex

_COPIERS = ("samkirkland/ftp-deploy-action", "easingthemes/ssh-deploy", "burnett01/rsync-deployments",
            "contention/rsync-deployments", "wlixcc/sftp-deploy-action")  # fmt: skip
_VERSIONED = regex(
    r"releases?\b|sha\b|version|run_(?:number|id)|ref_name|inputs\.|meta|semver", re.IGNORECASE
)
_MOST = 5


class _Path(Struct, frozen=True):
    """One way in which a release happens: its scripts, and the actions that send files."""

    name: str
    acts: tuple[Act, ...]
    """What runs for the release."""
    around: tuple[Act, ...]
    """What else runs in the same workflow."""
    steps: tuple[tuple[str, Step], ...] = ()
    heading: Evidence | None = None


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each workflow that deploys, and one for the scripts that people run."""
    deployed = [
        d
        for d in project.deployables
        if d.deployed_with is None and d.self_hosted and software(d, project)
    ]
    declared = next((d for d in project.declarations if d.topic == "rollback"), None)
    way_back = named(project)
    if not deployed:
        yield Inapplicable("nothing is deployed from here to a server of its own")
    elif declared is not None:
        yield Satisfied(declared.location, f"declared: {declared.value}")
    elif way_back is not None:
        yield Satisfied(way_back, "there is a way back")
    else:
        said = [
            *(_judged(path, project) for path in _workflows(project)),
            *_hands(project, deployed),
        ]
        yield from said or [Inapplicable("no job and no script here releases to a server")]


# ── the ways of a release ────────────────────────────────────────────────────────────────────────


def _workflows(project: Project) -> Iterator[_Path]:
    for workflow in project.workflows:
        shipped = [
            d
            for d in project.deliveries
            if d.workflow == workflow.path
            and d.kind == "deploy"
            and not d.managed
            and not d.preview
        ]
        jobs = [job for job in workflow.jobs if any(d.job == job.id for d in shipped)]
        if jobs:
            yield _of_jobs(workflow, jobs, shipped, project)


def _of_jobs(
    workflow: Workflow, jobs: list[Job], shipped: list[Delivery], project: Project
) -> _Path:
    places = {step.span for job in jobs for step in job.steps}
    delivering = {d.location.span for d in shipped}
    around = [a for a in project.acts if a.trail and a.trail[0].location.path == workflow.path]
    heading = Evidence(Location(workflow.path, jobs[0].span), f"the job `{jobs[0].id}` deploys")
    return _Path(
        name=workflow.path,
        acts=tuple(a for a in around if a.trail[0].location.span in places),
        around=tuple(around),
        steps=tuple(
            (workflow.path, s) for job in jobs for s in job.steps if s.uses and s.span in delivering
        ),
        heading=heading,
    )


def _hands(project: Project, deployed: list[Deployable]) -> Iterator[Outcome]:
    """One match for each deployable, at the first script that people release it with."""
    found: dict[str, list[tuple[bool, Match]]] = {}
    for act in by_hand(project):
        folder = _owner(act.script.path, deployed)
        outcome = _judged(_Path(act.script.path, (act,), ()), project)
        if isinstance(outcome, Match):
            found.setdefault(folder, []).append((act.role != "deploy", outcome))
        else:
            yield outcome
    for matches in found.values():
        ordered = sorted(
            matches, key=lambda m: (m[0], m[1].location.path.count("/"), m[1].location)
        )
        first, *others = [match for _, match in ordered]
        same = [Evidence(m.location, "this script does the same") for m in others]
        yield Match(
            location=first.location,
            values=first.values,
            evidence=(*first.evidence[: _MOST - len(same[:2])], *same[:_MOST]),
        )


def _owner(path: str, deployed: list[Deployable]) -> str:
    inside = [d.folder for d in deployed if not d.folder or path.startswith(f"{d.folder}/")]
    return max(inside, key=len, default=deployed[0].folder)


# ── judging one ──────────────────────────────────────────────────────────────────────────────────


def _judged(path: _Path, project: Project) -> Outcome:
    kept = _kept(path, project)
    if kept is not None:
        return kept
    replacing = list(_replacing(path, project))
    if not replacing:
        place = (
            path.heading.location if path.heading else Location(path.name, path.acts[0].script.span)
        )
        return Undecided(place, "what happens on the server is not written here")
    if all(e.note == FETCHES for e in replacing) and any(
        _starts_compose(r) for a in path.acts for r in a.behaviour.runs
    ):
        return Undecided(
            replacing[0].location, "the images that compose starts may be kept in a registry"
        )
    sent = _sent_again(path, replacing, project)
    if sent is not None:
        return sent
    carried = _carried(path, project)
    if carried is not None:
        return _again(path, carried, project)
    anchor, what = _anchor(path, replacing, project)
    evidence = [e for e in (path.heading, *replacing) if e is not None and e.location != anchor]
    lines = {(e.location.path, e.location.span.line, e.note): e for e in reversed(evidence)}
    return Match(
        location=anchor,
        values={"shown": what, "effect": _OVER, "saved": _saved(path, project)},
        evidence=tuple(sorted(lines.values(), key=lambda e: e.location))[:_MOST],
    )


def _sent_again(path: _Path, replacing: list[Evidence], project: Project) -> Outcome | None:
    """An environment of GitLab, to which it can send an earlier version again, or what it does not show."""
    pipeline = [workflow for workflow in project.workflows if workflow.system == "gitlab"]
    for workflow in pipeline if any(w.path == path.name for w in pipeline) else ():
        if workflow.unread is not None:
            where = Location(workflow.path, workflow.unread.span)
            return Undecided(where, "what else the pipeline does is not read")
        if workflow.path != path.name:
            continue
        fetching = any(e.note == FETCHES for e in replacing)
        for job in workflow.jobs if not fetching else ():
            if job.deploys_to is not None and any(sends(r) for r in _runs(job, path)):
                return Undecided(
                    Location(workflow.path, job.deploys_to.span),
                    "GitLab can deploy an earlier version to the environment again",
                )
    return None


def _runs(job: Job, path: _Path) -> Iterator[Run]:
    steps = {id(step.run) for step in job.steps}
    for act in path.acts:
        yield from act.behaviour.runs if id(act.script) in steps else ()


def _kept(path: _Path, project: Project) -> Outcome | None:
    for act in (*path.acts, *path.around):
        inside = named_inside(act)
        if inside is not None:
            return Satisfied(inside, "a function goes back")
        for run in act.behaviour.runs:
            reason = keeps(run)
            if reason:
                return Satisfied(Location(run.path, run.span), reason)
    carried = _carried(path, project)
    if (
        carried is not None
        and not _takes_latest(path, project)
        and not _is_built_there(path, project)
    ):
        return Satisfied(carried, "what is shipped carries its version")
    return _pinned_by_compose(path, project)


def _again(path: _Path, carried: Location, project: Project) -> Match:
    """The match where what is kept by its version is not what is started."""
    runs = [run for act in path.acts for run in taken(act, project)]
    last = [run for run in runs if _starts_compose(run)][-1]
    latest = next((run for run in runs if pulls_latest(run, project)), None)
    first = latest or next(run for run in runs if pulls(run))
    return Match(
        location=Location(last.path, last.span),
        values={
            "shown": shown(last),
            "effect": _AGAIN if latest else _BUILT,
            "saved": _saved(path, project),
        },
        evidence=(
            Evidence(Location(first.path, first.span), "fetches `latest`" if latest else FETCHES),
            Evidence(carried, "what is shipped carries its version, too"),
        ),
    )


_BUILT = (
    "starts what is built over the version before: nothing here starts the images that are kept by"
    " their version"
)
_OVER = "puts the new version over the old one: no earlier build is kept"
_AGAIN = (
    "starts whatever `latest` is now: nothing here starts the images that are kept by their version"
)


def _carried(path: _Path, project: Project) -> Location | None:
    """The step that ships something under the name of its version."""
    building = {(d.workflow, d.location.span) for d in project.deliveries if d.kind == "image"}
    for workflow in project.workflows:
        for step in (step for job in workflow.jobs for step in job.steps):
            concerns = workflow.path == path.name or (workflow.path, step.span) in building
            if concerns and any(
                e.value and _VERSIONED.search(e.value.raw) for e in step.inputs if _tells(e.name)
            ):
                return Location(workflow.path, step.span)
    return None


def _is_built_there(path: _Path, project: Project) -> bool:
    """Whether a release builds the image on the server itself, from the checkout that it renews there."""
    for act in path.acts:
        runs = list(taken(act, project))
        if any(pulls(run) for run in runs) and is_remote(act, project):
            for run in runs:
                if effects.builds(run) == "compose" and has_build(run, project):
                    return any(map(_starts_compose, runs))
    return False


def _takes_latest(path: _Path, project: Project) -> bool:
    """Whether a release starts what compose names by `latest`, whatever else the image is called."""
    runs = [run for act in path.acts for run in taken(act, project)]
    return any(pulls_latest(run, project) for run in runs) and any(map(_starts_compose, runs))


def _tells(name: str) -> bool:
    return name.lower() in (
        "tags",
        "ref",
        "target",
        "server-dir",
        "remote_path",
        "path",
        "images",
        "image",
    )


def _pinned_by_compose(path: _Path, project: Project) -> Outcome | None:
    """A compose file whose image's version is a variable: setting it back is the way back."""
    if not any(_starts_compose(run) for act in path.acts for run in act.behaviour.runs):
        return None
    for compose in project.composes:
        if project.purposes.get(compose.path) == "production":
            for service in compose.services:
                if service.image and re.search(r":\$", service.image.raw):
                    return Undecided(
                        Location(compose.path, service.image.span), "the version is a variable"
                    )
    return None


def _starts_compose(run: Run) -> bool:
    return run.name in ("docker", "docker-compose", "podman-compose") and "up" in run.arguments


def _replacing(path: _Path, project: Project) -> Iterator[Evidence]:
    """What overwrites the version that runs."""
    for place, step in path.steps:
        name = (step.uses.raw if step.uses else "").partition("@")[0].lower()
        if step.uses and name.startswith(_COPIERS):
            yield Evidence(Location(place, step.uses.span), "copies over what runs")
    there = [
        r
        for a in path.acts
        if path.heading and is_remote(a, project, grouped=True)
        for r in taken(a, project)
    ]
    pair = list(swapped(there))
    if pair:
        yield Evidence(Location(pair[0].path, pair[0].span), "removes the version that runs")
        yield Evidence(Location(pair[1].path, pair[1].span), "puts the new one in its place")
        return
    for act in path.acts:
        remote = is_remote(act, project)
        runs = list(taken(act, project))
        fetched = any(pulls(run) for run in runs)
        packed = any(effects.builds(run) in ("docker", "compose", "podman") for run in runs)
        for run in runs:
            note = overwrites(run, project, there=remote or run.remote is not None or fetched)
            if sends(run):
                carried = any(is_carried(run, other) for other in runs)
                note = (
                    "" if carried else "overwrites what the image is built from" if packed else note
                )
            if not note and pulls_latest(run, project):
                note = "fetches the only tag again"
            if note:
                yield Evidence(Location(run.path, run.span), note)


def _saved(path: _Path, project: Project) -> str:
    """That a release saves its data all the same, for the message; '' where it does not."""
    backups = {act.script.path for act in project.acts if act.role == "backup"}
    names = {backup.rpartition("/")[2] for backup in backups}
    runs = [run for act in path.acts for run in act.behaviour.runs if run.reach == "reached"]
    found = []
    for run in runs:
        called = run.arguments[0] if run.name in ("bash", "sh") and run.arguments else run.name
        if (called or "").rpartition("/")[2] in names or effects.dumps(run) not in ("", "files"):
            found.append(run)
    saving = next((run for run in found if run.name != "cp"), found[0] if found else None)
    if saving is None:
        return ""
    where = (
        f"in line {saving.span.line}"
        if saving.path == path.name
        else f"at {saving.path}:{saving.span.line}"
    )
    return f" (the database is saved {where}, the code is not)"


def _anchor(path: _Path, replacing: list[Evidence], project: Project) -> tuple[Location, str]:
    """The command that puts the new version live: the last restart, else what sends or overwrites."""
    own = [e for e in replacing if e.location.path == path.name] or replacing
    place = own[-1].location.path
    reached = [r for act in path.acts for r in taken(act, project) if r.path == place]
    starting = foremost([run for run in reached if restarts(run)], reached)
    starting = starting or [run for run in reached if sends(run)]
    if not starting and not path.heading:
        starting = [run for act in path.acts for run in live(act, project)][:1]
    if starting:
        return Location(starting[-1].path, starting[-1].span), shown(starting[-1])
    step = next((s for _, s in path.steps if s.uses and s.uses.span == own[0].location.span), None)
    if step and step.uses:
        return own[0].location, step.uses.raw.partition("@")[0]
    last = own[-1].location
    runs = [
        run
        for act in path.acts
        for run in act.behaviour.runs
        if run.span == last.span and run.path == last.path
    ]
    return last, shown(runs[0]) if runs else "this command"
