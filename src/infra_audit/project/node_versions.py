"""The major versions of Node.js that a repository names, by what it means by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal as Choice

from msgspec import Struct

from ..documents.facts import Job, Value
from ..flow.behaviour import Run
from ..model import Location
from ..source.regex import regex
from .apps import folder_of
from .layers import lineage
from .types import Project

Meaning = Choice["runs", "builds", "tests", "asks", "pins"]
"""Production runs it; a stage of its image builds with it; the pipeline sets it up; `engines` asks
for it; `.nvmrc` and its like pin it."""

_IMAGE = regex(r"(?:docker\.io/)?(?:library/)?node:v?(\d+)(?:[.-].*)?")
_SOURCE = regex(r"nodesource\.com/(?:setup|node)_(\d+)\.x")
_PINNED = regex(r"v?(\d+)(?:\.[\dx*]+)*")
_SETUP = regex(r"actions/setup-node@.*")


class NodeVersion(Struct, frozen=True):
    """A version at its place: its major, or of `engines` the range as written. `folder` is whose it is."""

    meaning: Meaning
    major: int
    range: str
    folder: str
    location: Location
    named: str
    """How the place is called."""


def node_versions(project: Project) -> tuple[NodeVersion, ...]:
    """Every place of production that names a known version of Node.js."""
    return (
        *_of_images(project),
        *on_servers(project),
        *_of_files(project),
        *_of_workflows(project),
    )


def _of_images(project: Project) -> Iterator[NodeVersion]:
    """Those of the stages; where one builds with the version that runs, the others may build assets."""
    homes = {folder_of(package.path) for package in project.packages}
    for image in project.images:
        if image.purpose != "production" or image.deployable not in homes:
            continue
        own = folder_of(image.dockerfile.path)
        if own and own != image.deployable and own in _apart(project):
            continue
        final = lineage(image.dockerfile, image.stage)[0]
        majors = [(stage, _major(stage.base, _IMAGE)) for stage in image.dockerfile.stages]
        ours = _major(final.base, _IMAGE)
        agreed = any(major == ours and stage is not final for stage, major in majors)
        for stage, major in majors:
            runs = stage is final
            if major is not None and (runs or not agreed):
                where = Location(image.dockerfile.path, stage.base.span)
                yield NodeVersion(
                    "runs" if runs else "builds",
                    major,
                    "",
                    image.deployable,
                    where,
                    image.dockerfile.path,
                )


def _apart(project: Project) -> frozenset[str]:
    """The folders that hold a program of their own beside their Dockerfile, without a package.json."""
    programs = (".js", ".mjs", ".cjs", ".ts")
    return frozenset(folder_of(path) for path in project.files if path.endswith(programs))


def on_servers(project: Project) -> Iterator[NodeVersion]:
    """NodeSource's and nvm's, where a script sets up a server."""
    for act in project.acts:
        if act.purpose != "production" or act.role not in ("bootstrap", "deploy"):
            continue
        for run in act.behaviour.runs:
            found = _installed(run) if run.reach == "reached" else None
            if found is not None:
                yield NodeVersion("runs", found, "", "", Location(run.path, run.span), run.path)


def _installed(run: Run) -> int | None:
    for argument in run.arguments:
        hit = _SOURCE.search(argument or "")
        if hit is not None:
            return int(hit[1])
    if run.name in ("nvm", "fnm", "n") and len(run.arguments) == (1 if run.name == "n" else 2):
        pinned = _PINNED.fullmatch(run.arguments[-1] or "")
        if pinned is not None and run.arguments[0] in ("install", "use", run.arguments[-1]):
            return int(pinned[1])
    return None


def _of_files(project: Project) -> Iterator[NodeVersion]:
    for package in project.packages:
        for entry in package.engines:
            if entry.name == "node" and entry.value is not None and entry.value.literal:
                where = Location(package.path, entry.value.span)
                yield NodeVersion(
                    "asks", -1, entry.value.literal, folder_of(package.path), where, "`engines`"
                )
    for other in project.others:
        for word in other.words if other.kind == "version" else ():
            pinned = _PINNED.fullmatch(word.name)
            if pinned is not None:
                where = Location(other.path, word.span)
                yield NodeVersion(
                    "pins", int(pinned[1]), "", folder_of(other.path), where, f"`{other.path}`"
                )


def _of_workflows(project: Project) -> Iterator[NodeVersion]:
    for workflow in project.workflows:
        if not workflow.path.startswith(".github/"):
            continue
        for job in workflow.jobs:
            for step in job.steps:
                if step.uses is None or not _SETUP.fullmatch(step.uses.raw):
                    continue
                for entry in step.inputs:
                    if entry.name != "node-version" or entry.value is None:
                        continue
                    major = _major(entry.value, _PINNED)
                    where = Location(workflow.path, entry.value.span)
                    yield NodeVersion(
                        "tests",
                        -1 if major is None else major,
                        "",
                        "",
                        where,
                        f"the job `{job.id}`",
                    )


_PICKED = regex(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")


def tried(project: Project) -> Iterator[tuple[str, str, tuple[NodeVersion, ...]]]:
    """The versions that the matrix of each job of a workflow sets up.

    Before them the id of the job, and all words by which it may name a package.
    """
    for workflow in project.workflows:
        for job in workflow.jobs if workflow.path.startswith(".github/") else ():
            names = {
                hit[1]
                for step in job.steps
                if step.uses is not None and _SETUP.fullmatch(step.uses.raw)
                for entry in step.inputs
                if entry.name == "node-version" and entry.value is not None
                if (hit := _PICKED.fullmatch(entry.value.raw.strip("\"'"))) is not None
            }
            found = [
                NodeVersion("tests", major, "", "", Location(workflow.path, one.span), job.id)
                for one in job.matrix
                if one.name in names and one.value is not None
                if (major := _major(one.value, _PINNED)) is not None
            ]
            if found:
                yield job.id, f"{workflow.path} {job.id} {_words(job, project)}", tuple(found)


def _words(job: Job, project: Project) -> str:
    """What the steps of a job say, and where."""
    own = {id(step.run) for step in job.steps if step.run is not None}
    return " ".join(
        f"{run.directory or ''} {' '.join(word.raw for word in run.words)}"
        for act in project.acts
        if id(act.script) in own
        for run in act.behaviour.runs
    )


def _major(value: Value, pattern: re.Pattern[str]) -> int | None:
    text = value.literal if value.literal is not None else value.default
    hit = pattern.fullmatch(text.strip()) if text else None
    return int(hit[1]) if hit is not None else None


_Version = tuple[int, int, int]
_COMPARATOR = regex(
    r"(>=|<=|>|<|=|\^|~>?)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-[\w.]+)?"
)
_HYPHEN = regex(r"\s*(v?\d[\w.]*)\s+-\s+(v?\d[\w.]*)\s*")


def admits(text: str, major: int) -> bool | None:
    """Whether some version of a major satisfies a range of npm; None for what is no such range."""
    answers = [_alternative(part, major) for part in text.split("||")]
    return None if None in answers else any(answers)


def _alternative(text: str, major: int) -> bool | None:
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen is not None:
        text = f">={hyphen[1]} <={hyphen[2]}"
    low: _Version = (major, 0, 0)
    high: _Version = (major + 1, 0, 0)
    at = 0
    text = text.strip().replace(",", " ")
    while at < len(text):
        hit = _COMPARATOR.match(text, at)
        if hit is None or hit.end() == at:
            return None
        at = hit.end()
        while at < len(text) and text[at] == " ":
            at += 1
        bounds = _bounds(hit[1] or "", [hit[2], hit[3], hit[4]])
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return low < high


def _bounds(operator: str, parts: list[str | None]) -> tuple[_Version, _Version]:
    """From the first version that a comparator admits to the first that it does no more."""
    numbers = [int(p) for p in parts if p is not None and p.isdigit()]
    if not numbers:
        return (0, 0, 0), (1 << 20, 0, 0)
    exact: _Version = (
        numbers[0],
        numbers[1] if len(numbers) > 1 else 0,
        numbers[2] if len(numbers) > 2 else 0,
    )
    after: _Version = (
        (exact[0] + 1, 0, 0) if len(numbers) == 1
        else (exact[0], exact[1] + 1, 0) if len(numbers) == 2
        else (exact[0], exact[1], exact[2] + 1)
    )  # fmt: skip
    most: _Version = (1 << 20, 0, 0)
    match operator:
        case ">=":
            return exact, most
        case ">":
            return after, most
        case "<":
            return (0, 0, 0), exact
        case "<=":
            return (0, 0, 0), after
        case "^":
            return exact, (exact[0] + 1, 0, 0)
        case "~" | "~>":
            return exact, after if len(numbers) == 1 else (exact[0], exact[1] + 1, 0)
        case _:
            return exact, after
