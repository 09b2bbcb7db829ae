"""Installs by another package manager than the one whose lockfile the repository has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome, Severity, Span
from ..project.locks import LOCKS, Install, install, locks, manager_of
from ..project.made import made
from ..project.package_calls import Asked, Places
from ..project.types import Act, Project

_ASIDE = frozenset({"test", "development", "library"})
_ASKS = frozenset({"-f", "-e", "-s", "-d"})
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
    if any(manager_of(lock) == found.manager for lock in there):
        return
    if not asked.sure:
        there = [p for p in project.files if p.rpartition("/")[2] in LOCKS]
        if any(manager_of(lock) == found.manager for lock in there):
            return
    others = tuple(dict.fromkeys(there))
    if not (found.frozen or others):
        return
    if not found.frozen and not _is_delivered(act):
        return
    yield Match(
        location=Location(run.path, run.span),
        values={
            "command": " ".join((run.name, *(w.raw for w in run.words[1:3]))),
            "lock": _OWN[found.manager],
            "effect": _effect(found, others),
        },
        evidence=(
            *asked.evidence,
            *(Evidence(Location(p, _FIRST), f"what {manager_of(p)} wrote") for p in others[:2]),
        ),
        severity=_severity(found, run, act),
        trail=act.trail,
    )


def _effect(found: Install, others: tuple[str, ...]) -> str:
    has = f", only `{others[0]}`" if others else " nor any other lockfile"
    if found.frozen:
        return f"{has}: it fails each time"
    return f"{has}: it resolves the versions anew, and what was tested is not what is installed"


def _is_delivered(act: Act) -> bool:
    hosts = set(act.reached_by) - {"ci-job", "prose", "package-build"}
    return bool(hosts) or act.role in ("deploy", "bootstrap")


def _severity(found: Install, run: Run, act: Act) -> Severity | None:
    sure = not (run.conditional or run.function or run.assumed) and _is_delivered(act)
    return "error" if found.frozen and sure else None
