"""Lockfiles that a deployment deletes before it installs what they pin."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise, takewhile
from typing import Any

from msgspec import Struct

from ..documents.facts import Instruction
from ..documents.shell.syntax import Script
from ..flow import effects
from ..flow.behaviour import Run
from ..model import START, Evidence, Location, Match, Outcome
from ..project.asked import is_asked_for
from ..project.inside import lifted
from ..project.live import package_of
from ..project.spots import spots
from ..project.trails import script_name
from ..project.types import Act, Project

_ROLES = frozenset({"bootstrap", "deploy"})
_HOSTS = frozenset({"image-build", "image", "deploy-job"})
"""What makes or starts a release, whatever the role of the script."""
_LOCKS: dict[str, str] = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "yarn.lock": "yarn",
    "pnpm-lock.yaml": "pnpm",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "composer.lock": "composer",
    "Gemfile.lock": "bundle",
    "poetry.lock": "poetry",
    "Pipfile.lock": "pipenv",
    "uv.lock": "uv",
}
"""Lockfiles and the tool that installs by each."""
_MOST = 50
"""How many removals of one script are looked at."""
_REMOVERS = frozenset({"rm", "unlink", "rimraf", "del", "del-cli"})
_RUNNERS = frozenset({"npx", "bunx", "pnpx", "shx"})
_RESTORES = frozenset({"cp", "mv", "install", "rsync", "scp", "ln", "tar", "unzip", "curl", "wget"})
_BRINGS = frozenset(
    {"checkout", "restore", "reset", "pull", "stash", "switch", "clone", "worktree"}
)
_FOLDERS = frozenset({"--prefix", "-C", "--dir", "--cwd", "--working-dir", "-d"})


class _Removed(Struct, frozen=True):
    """A deleted lockfile: its name, the folder that it stood in, and where a package script did it."""

    name: str
    folder: str
    where: tuple[Evidence, ...] = ()


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each removal of a tracked lockfile that an install by the same tool follows."""
    tracked = _tracked(project)
    if not tracked:
        return
    acts = {id(act.script): act for act in project.acts}
    for act in project.acts:
        releases = act.role in _ROLES or _HOSTS.intersection(act.reached_by)
        if act.purpose == "production" and releases:
            yield from _matches(act, tracked, project, acts)


def _tracked(project: Project) -> dict[str, list[str]]:
    """The paths of the lockfiles by their names, those further up first."""
    found: dict[str, list[str]] = {}
    for path in project.files:
        name = path.rpartition("/")[2]
        if name in _LOCKS:
            found.setdefault(name, []).append(path)
    return {name: sorted(paths, key=lambda p: (p.count("/"), p)) for name, paths in found.items()}


def _matches(
    act: Act, tracked: dict[str, list[str]], project: Project, acts: dict[int, Act]
) -> Iterator[Match]:
    runs = [lifted(run) for run in act.behaviour.runs]
    own = len(runs)
    stage = _layers(act.script, project) if act.script.origin == "run" else None
    for later in stage[1] if stage is not None else ():
        following = acts.get(id(later.script))
        runs += following.behaviour.runs if following else ()
    where = spots(runs)
    left = _MOST
    for nth, run in enumerate(runs[:own]):
        at = where[nth]
        if run.reach != "reached" or run.captured or at is None:
            continue
        for removed in _removed(run, at, project, acts) if left else ():
            left -= 1
            kept = _kept(tracked.get(removed.name, []), removed, act.script.path)
            if stage is not None and not any(_brings(i, removed.name) for i in stage[0]):
                continue
            install = _install(runs, where, nth, removed) if kept else None
            if kept is None or install is None or is_asked_for(act, run):
                continue
            effect, note = _effect(install)
            yield Match(
                location=Location(run.path, run.span),
                values={"lockfile": removed.name, "install": _shown(install), "effect": effect},
                evidence=(
                    *removed.where,
                    Evidence(Location(install.path, install.span), note),
                    Evidence(Location(kept, START), "the lockfile that the repository keeps"),
                ),
                trail=act.trail,
            )
            break


# ── layers of an image ───────────────────────────────────────────────────────────────────────────


def _layers(script: Script, project: Project) -> tuple[list[Instruction], list[Instruction]] | None:
    """The instructions of the stage before a RUN, and those after it up to the next COPY."""
    for dockerfile in project.dockerfiles:
        for stage in dockerfile.stages:
            given = list(stage.instructions)
            nth = next((n for n, each in enumerate(given) if each.script is script), None)
            if nth is not None:
                after = list(takewhile(lambda each: each.copy is None, given[nth + 1 :]))
                return given[:nth], after
    return None


def _brings(instruction: Instruction, lock: str) -> bool:
    """Whether an instruction copies the lockfile from the build context, as far as told."""
    copy = instruction.copy
    if copy is None or copy.origin:
        return False
    known = [source.literal.rstrip("/") for source in copy.sources if source.literal is not None]
    named = [posixpath.basename(source) for source in known]
    return any(name in ("", ".") or fnmatchcase(lock, name) for name in named)


# ── what is deleted ──────────────────────────────────────────────────────────────────────────────


def _removed(
    run: Run, folder: str, project: Project, acts: dict[int, Act], depth: int = 0
) -> Iterator[_Removed]:
    """The lockfiles that a run deletes, itself or through a package script."""
    words = list(run.arguments)
    name = run.name
    if name in _RUNNERS:
        words = [word for word in words if word is None or not word.startswith("-")]
        name, words = (words[0] or "", words[1:]) if words else ("", [])
    if name in _REMOVERS:
        for path in (*filter(None, words), *_patterns(run)):
            base = posixpath.basename(path)
            at = posixpath.normpath(posixpath.join(folder, posixpath.dirname(path)))
            for lock in _LOCKS:
                if lock == base or ("*" in base and fnmatchcase(lock, base)):
                    yield _Removed(lock, "" if at == "." else at)
    found = script_name(run) if depth < 3 else None
    package = package_of(run.directory, project) if found else None
    for script in package.scripts if package else ():
        act = acts.get(id(script.script))
        if script.name != found or act is None:
            continue
        for inner in act.behaviour.runs:
            for removed in _removed(inner, folder, project, acts, depth + 1):
                note = f"`{found}` deletes `{removed.name}`"
                here = Evidence(Location(inner.path, inner.span), note)
                yield _Removed(removed.name, removed.folder, removed.where or (here,))


def _patterns(run: Run) -> Iterator[str]:
    """The operands that are patterns for lockfiles: `package-lock*`, `*.lock`."""
    if len(run.arguments) == len(run.words) - 1:
        for word, value in zip(run.words[1:], run.arguments, strict=True):
            if (
                value is None
                and "*" in word.raw
                and "lock" in word.raw
                and not _FILLED & {*word.raw}
            ):
                yield word.raw


_FILLED = frozenset("$`\"'{")


def _kept(paths: list[str], removed: _Removed, script: str) -> str | None:
    """The lockfile of the repository that is installed in the folder, or beside the script."""
    if removed.folder == "":
        return next(
            (p for p in paths if posixpath.dirname(p) in ("", posixpath.dirname(script))), None
        )
    folders = {path: f"/{posixpath.dirname(path)}" for path in paths}
    within = [
        p for p, folder in folders.items() if f"/{removed.folder}".endswith(folder) or folder == "/"
    ]
    if not removed.folder.startswith(("/", "~", "$")):
        within = [path for path in within if posixpath.dirname(path)]
    return max(within, key=len, default=None)


# ── what follows ─────────────────────────────────────────────────────────────────────────────────


def _install(
    runs: Sequence[Run], where: Sequence[str | None], nth: int, removed: _Removed
) -> Run | None:
    """What installs by the lockfile afterwards, where nothing brings it back before."""
    for run, at in zip(runs[nth + 1 :], where[nth + 1 :], strict=True):
        if run.remote != runs[nth].remote or run.reach != "reached":
            continue
        if _brings_back(run, removed.name):
            return None
        if effects.installs_dependencies(run) == _LOCKS[removed.name] and at is not None:
            return run if _folder(run, at) == removed.folder else None
    return None


def _folder(run: Run, at: str) -> str:
    given = next((after for option, after in pairwise(run.arguments) if option in _FOLDERS), "")
    folder = posixpath.normpath(posixpath.join(at, given or ""))
    return "" if folder == "." else folder


def _brings_back(run: Run, lock: str) -> bool:
    if run.name == "git":
        return bool(_BRINGS.intersection(run.arguments[:4]))
    named = any(lock in word.raw for word in run.words[1:])
    made = any(lock in (target or "") for target in run.targets)
    return made or (run.name in _RESTORES and named)


def _effect(install: Run) -> tuple[str, str]:
    """What comes of the install, and what it shows."""
    if {"ci", "clean-install"} & set(install.arguments[:2]):
        return "fails without it", "this installs by the lockfile alone"
    return "chooses all versions anew", "this chooses the versions"


def _shown(run: Run) -> str:
    return " ".join(run.written[:4])
