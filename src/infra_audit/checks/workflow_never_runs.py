"""Workflows in folders in which GitHub looks for none, where no other pipeline is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Workflow
from ..model import Evidence, Location, Match, Outcome
from ..project.conditions import events
from ..project.purpose import purpose
from ..project.types import Project
from ..source.regex import regex

_NESTED = regex(r"(?P<folder>.+)/\.(?:github|gitea|forgejo)/workflows/[^/]+")
_FOREIGN = regex(
    r"(?:^|/)(?:node_modules|vendor|third_party|site-packages|external|submodules)/|[{}<>]"
)
"""Folders of what others have made, or whose name is filled in when they are copied."""
_STARTING = frozenset({"push", "pull_request", "schedule", "release"})
_MOST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for the repository, at the first such workflow that a push is meant to start."""
    found = [w for w in project.workflows if _folder(w)]
    if not found or project.pipelines or project.kind.name in ("template", "library"):
        return
    own = {deployable.folder for deployable in project.deployables}
    meant = [w for w in found if _folder(w) in own and events(w) & _STARTING]
    if not meant:
        return
    first, *others = sorted(meant, key=lambda workflow: workflow.path)
    yield Match(
        location=Location(first.path, first.triggers[0].span),
        values={"folder": _folder(first)},
        evidence=tuple(
            Evidence(Location(other.path, other.triggers[0].span), "neither does this one")
            for other in others[:_MOST]
        ),
    )


def _folder(workflow: Workflow) -> str:
    """The folder below the root that a workflow stands in; '' for one that runs, or is to be copied."""
    nested = _NESTED.fullmatch(workflow.path)
    if nested is None or _FOREIGN.search(workflow.path):
        return ""
    return nested["folder"] if purpose(f"{nested['folder']}/ci.yml") == "production" else ""
