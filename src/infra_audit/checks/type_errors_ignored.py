"""Builds that are told to pass over type errors which nothing else looks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Location, Match, Outcome, Satisfied
from ..project.apps import folder_of
from ..project.manifests import by_folder
from ..project.phases import shown
from ..project.types import Project
from ..source.regex import regex

_SETTING = "typescript.ignoreBuildErrors"
_CONFIG = regex(r"(?:^|/)next\.config\.\w+$")
_BUILDS = frozenset({"prebuild", "build"})
_BUILT = frozenset({"image-build", "platform-build", "deploy-job", "package-start", "script"})
_COMPILERS = frozenset({"tsc", "vue-tsc"})
_CHECKS = regex(r"(?:vue-)?tsc|tsgo|type-?check|check[-:]types|types:check|lint:types")
"""What looks at the types beside the build, by a word of its own."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each deployed application whose build says so, in its configuration or its script."""
    for folder, match in (*_settings(project), *_failures(project)):
        looked = _looked(folder, project)
        yield match if looked is None else Satisfied(looked, "something else looks at the types")


def _settings(project: Project) -> Iterator[tuple[str, Match]]:
    """What the configurations of Next.js say, with their folders."""
    for owner in project.deployables:
        for module in project.modules:
            if folder_of(module.path) == owner.folder and _CONFIG.search(module.path):
                for entry in module.config:
                    if entry.name == _SETTING and entry.value and entry.value.literal == "true":
                        where = Location(module.path, entry.span)
                        values = {"name": owner.name, "how": "`ignoreBuildErrors`"}
                        yield (
                            owner.folder,
                            Match(location=where, values=values, evidence=owner.evidence[:1]),
                        )


def _failures(project: Project) -> Iterator[tuple[str, Match]]:
    """What the scripts say that build for production, with their folders."""
    packages = by_folder(project)
    for act in project.acts:
        script = act.script
        if (
            script.origin != "npm"
            or script.name not in _BUILDS
            or _BUILT.isdisjoint(act.reached_by)
        ):
            continue
        for run in act.behaviour.runs:
            if run.name in _COMPILERS and "--noEmit" in run.arguments and run.outcome == "ignored":
                folder = folder_of(script.path)
                values = {"name": packages[folder].name or folder, "how": f"`{shown(run)} || true`"}
                yield (
                    folder,
                    Match(location=Location(run.path, run.span), values=values, trail=act.trail),
                )


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
