"""Builds that are told to pass over type errors which nothing else looks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Location, Match, Outcome, Satisfied
from ..project.apps import folder_of
from ..project.phases import shown
from ..project.types import Project
from ..source.regex import regex

_SETTING = "typescript.ignoreBuildErrors"
_CONFIG = regex(r"(?:^|/)next\.config\.\w+$")
_BUILDS = frozenset({"prebuild", "build"})
_COMPILERS = frozenset({"tsc", "vue-tsc"})
_CHECKS = regex(r"(?:vue-)?tsc|tsgo|type-?check|check[-:]types|types:check|lint:types")
"""What looks at the types beside the build, by a word of its own."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each deployed application whose build says so, in its configuration or its script."""
    for owner in project.deployables:
        places = [*_settings(owner.folder, project), *_failures(owner.folder, project)]
        looked = _looked(owner.folder, project) if places else None
        for where, how in places:
            if looked is not None:
                yield Satisfied(looked, "something else looks at the types")
            else:
                values = {"name": owner.name, "how": how}
                yield Match(location=where, values=values, evidence=owner.evidence[:1])


def _settings(folder: str, project: Project) -> Iterator[tuple[Location, str]]:
    """Where the configuration of Next.js in a folder says it."""
    for module in project.modules:
        if folder_of(module.path) == folder and _CONFIG.search(module.path):
            for entry in module.config:
                if entry.name == _SETTING and entry.value and entry.value.literal == "true":
                    yield Location(module.path, entry.span), "`ignoreBuildErrors`"


def _failures(folder: str, project: Project) -> Iterator[tuple[Location, str]]:
    """Where the script that builds what is in a folder lets the compiler fail."""
    for act in project.acts:
        script = act.script
        if script.origin != "npm" or not act.trail or folder_of(script.path) != folder:
            continue
        for run in act.behaviour.runs if script.name in _BUILDS else ():
            if run.name in _COMPILERS and "--noEmit" in run.arguments and run.outcome == "ignored":
                yield Location(run.path, run.span), f"`{shown(run)} || true`"


def _looked(folder: str, project: Project) -> Location | None:
    """Where a workflow, a hook or a script of production looks at the types of what is in a folder."""
    for act in project.acts:
        script = act.script
        if script.origin == "npm" and not (act.trail and folder_of(script.path) == folder):
            continue
        for run in act.behaviour.runs:
            apart = run.directory not in (None, "", folder) and script.origin != "npm"
            for word in (run.name, *run.arguments) if run.outcome != "ignored" else ():
                if word and not apart and _CHECKS.fullmatch(word.rpartition("/")[2]):
                    return Location(run.path, run.span)
    return None
