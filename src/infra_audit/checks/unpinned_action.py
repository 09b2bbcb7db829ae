"""Actions of others that a workflow takes by a name which its owner can move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Step, Value
from ..model import Inapplicable, Location, Match, Outcome
from ..project.types import Project
from ..source.regex import regex

_OURS = frozenset({"actions", "github"})
"""Who runs the machine anyhow."""
_FIXED = regex(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCHES = frozenset({"main", "master", "develop", "latest", "trunk", "HEAD", "next", "dev"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each action of each file, where it is used first."""
    seen: set[tuple[str, str]] = set()
    for path, uses in _uses(project):
        name, _, version = uses.raw.partition("@")
        owner = name.partition("/")[0].lower()
        if not version or "${{" in uses.raw or name.startswith((".", "docker:")):
            continue
        if owner in _OURS or _FIXED.fullmatch(version) or (path, uses.raw) in seen:
            continue
        seen.add((path, uses.raw))
        moves = (
            "a branch: each run takes what was pushed last"
            if version in _BRANCHES
            else "a tag or branch that its owner can move"
        )
        yield Match(
            location=Location(path, uses.span),
            values={"name": name, "version": version, "moves": moves},
        )
    if not seen:
        yield Inapplicable("no action of others is taken by a name that moves")


def _uses(project: Project) -> Iterator[tuple[str, Value]]:
    for workflow in project.workflows:
        used = project.purposes.get(workflow.path, "production") == "production"
        if used and workflow.system == "github":
            for job in workflow.jobs:
                if job.uses is not None:
                    yield workflow.path, job.uses
                yield from ((workflow.path, uses) for uses in _of(job.steps))
    for action in project.actions:
        if project.purposes.get(action.path, "production") == "production":
            yield from ((action.path, uses) for uses in _of(action.steps))


def _of(steps: tuple[Step, ...]) -> Iterator[Value]:
    for step in steps:
        if step.uses is not None:
            yield step.uses
