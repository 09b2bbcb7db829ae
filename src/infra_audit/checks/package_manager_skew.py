"""Installs by another package manager than the one whose lockfile the repository has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome, Severity, Span
from ..project.apps import folder_of
from ..project.locks import LOCKS, Install, install, locks, manager_of
from ..project.made import made
from ..project.package_calls import Asked, Places
from ..project.types import Act, Project
from ..source.regex import regex

_ASIDE = frozenset({"test", "development", "library"})
_ASKS = frozenset({"-f", "-e", "-s", "-d"})
_CHECKS = frozenset({"ci-job", "prose", "package-build"})
_UNSHIPPED = _CHECKS | {"schedule"}
"""What reaches an install without anything of it being shipped: a job by the clock may only measure."""
_FIRST = Span(1, 1, 2, 1)
"""The first line of a file, which shows that it is there."""
_OWN = {
    "npm": "package-lock.json",
    "pnpm": "pnpm-lock.yaml",
    "yarn": "yarn.lock",
    "bun": "bun.lock",
}


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such install on the way to production or in its pipeline."""
    if not project.packages:
        return
    names = made(project.acts)
    places = Places(project)
    for act in project.acts:
        if act.purpose != "production" or act.role in _ASIDE or act.script.origin == "npm":
            continue
        fresh: set[str] = set()
        for run, asked in places.of(act):
            found = install(run)
            if found is None or asked is None or run.reach != "reached":
                continue
            if any(option in ("--prefix", "-C", "--dir", "--cwd") for option in run.arguments):
                continue
            if (
                not _is_provided_for(run)
                and found.manager not in fresh
                and _OWN[found.manager] not in names
            ):
                yield from _judged(found, asked, run, act, project)
            fresh.add(found.manager)


def _is_provided_for(run: Run) -> bool:
    """Whether another install follows where it fails, or the lockfile was asked for."""
    if run.outcome in ("ignored", "handled"):
        return True
    return any(
        _ASKS.intersection(g.words) or any("lock" in (w or "") for w in g.words) for g in run.guards
    )


def _judged(found: Install, asked: Asked, run: Run, act: Act, project: Project) -> Iterator[Match]:
    there = [lock for package in asked.packages for lock in locks(package, project)]
    own = [lock for lock in there if manager_of(lock) == found.manager]
    if own:
        yield from _unread(found, asked, run, act, project)
        return
    if not asked.sure:
        there = [p for p in project.files if p.rpartition("/")[2] in LOCKS]
        if any(manager_of(lock) == found.manager for lock in there):
            return
    others = tuple(dict.fromkeys(there))
    if not (found.frozen or others):
        return
    if not found.frozen and not _is_delivered(act, _UNSHIPPED):
        return  # what it installs is neither shipped nor started anywhere
    yield Match(
        location=Location(run.path, run.span),
        values={
            "command": " ".join((run.name, *(w.raw for w in run.words[1:3]))),
            "lock": _OWN[found.manager],
            "where": "in the repository",
            "effect": _effect(found, others),
        },
        evidence=(
            *asked.evidence,
            *(Evidence(Location(p, _FIRST), f"what {manager_of(p)} wrote") for p in others[:2]),
        ),
        severity=_severity(found, run, act),
        trail=act.trail,
    )


def _unread(found: Install, asked: Asked, run: Run, act: Act, project: Project) -> Iterator[Match]:
    """A match where the manager's own lockfile is there and it does not read it."""
    if found.manager != "pnpm" or not asked.sure or len(asked.packages) != 1:
        return
    folder = folder_of(asked.packages[0].path)
    read = [lock for lock in locks(asked.packages[0], project) if _reads(lock, folder, project)]
    where, evidence = f"in `{folder}`", asked.evidence
    reason = (
        f"; without a `pnpm-workspace.yaml` it reads none of a folder above, {_END[found.frozen]}"
    )
    if read:
        told = _older(act, read[0], project)
        if told is None:
            return
        where, evidence = "that it can read", told
        reason = f": {told[1].note} and {told[0].note}, {_END[found.frozen]}"
    elif not found.frozen or act.script.origin != "step" or _WORKSPACE in made(project.acts):
        return
    yield Match(
        location=Location(run.path, run.span),
        values={
            "command": " ".join((run.name, *(w.raw for w in run.words[1:3]))),
            "lock": _OWN[found.manager],
            "where": where,
            "effect": reason,
        },
        evidence=evidence,
        severity=_severity(found, run, act),
        trail=act.trail,
    )


_WORKSPACE = "pnpm-workspace.yaml"
_END = {True: "so it fails each time", False: "so it resolves the versions anew"}
"""How an install ends that has no lockfile, by whether it wants one."""


def _reads(lock: str, folder: str, project: Project) -> bool:
    """Whether pnpm reads a lockfile in a folder: its own, or that of a workspace above."""
    above = folder_of(lock)
    workspace = f"{above}/{_WORKSPACE}" if above else _WORKSPACE
    return manager_of(lock) == "pnpm" and (above == folder or workspace in project.files)


def _older(act: Act, lock: str, project: Project) -> tuple[Evidence, Evidence] | None:
    """That a job takes a pnpm before the one that wrote the lockfile, which it then ignores."""
    words = next((o.words for o in project.others if o.path == lock and o.kind == "pnpm"), ())
    written = next((w for w in words if w.value is not None and w.value.raw.startswith("9.")), None)
    if written is None or any(package.manager for package in project.packages):
        return None
    for workflow in project.workflows:
        for job in workflow.jobs:
            places = [step.run for step in job.steps]
            if not any(script is act.script for script in places):
                continue
            for step in job.steps:
                if step.uses is None or not step.uses.raw.startswith("pnpm/action-setup@"):
                    continue
                given = next((e.value for e in step.inputs if e.name == "version"), None)
                if given is not None and _BEFORE.fullmatch(given.literal or ""):
                    version = Evidence(
                        Location(workflow.path, given.span), f"the job takes pnpm {given.literal}"
                    )
                    return version, Evidence(Location(lock, written.span), "pnpm 9 wrote it")
    return None


_BEFORE = regex(r"[678](?:\.[\dx]+)*")
"""Versions of pnpm that ignore a lockfile of version 9."""


def _effect(found: Install, others: tuple[str, ...]) -> str:
    has = f", only `{others[0]}`" if others else " nor any other lockfile"
    if found.frozen:
        return f"{has}: it fails each time"
    return f"{has}: it resolves the versions anew, and what was tested is not what is installed"


def _is_delivered(act: Act, aside: frozenset[str]) -> bool:
    return bool(set(act.reached_by) - aside) or act.role in ("deploy", "bootstrap")


def _severity(found: Install, run: Run, act: Act) -> Severity | None:
    sure = not (run.conditional or run.function or run.assumed) and _is_delivered(act, _CHECKS)
    return "error" if found.frozen and sure else None
