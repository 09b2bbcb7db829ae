"""Next.js applications that build a standalone server and start the full one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Module
from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome, Satisfied, Span
from ..project.apps import folder_of
from ..project.types import Act, Deployable, Project
from ..source.regex import regex

_BINARY = regex(r"(?:.*/)?(?:node_modules/(?:\.bin/next|next/dist/bin/next)|next)")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such application, at the command that starts it."""
    copied = _copied(project)
    used = copied or _used(project)
    for module in project.modules:
        place = _standalone(module)
        if place is None or project.purposes.get(module.path) != "production":
            continue
        folder = folder_of(module.path)
        deployable = next((d for d in project.deployables if d.folder == folder), None)
        if deployable is None or not deployable.self_hosted:
            continue
        evidence = Evidence(Location(module.path, place), "what the build makes")
        values = {"name": deployable.name, "path": module.path}
        managed = tuple(_managed(deployable, project)) if used == copied else ()
        for where in managed:
            yield Match(location=where, values=values, evidence=(evidence,))
        if used is not None:
            if not managed:
                yield Satisfied(used, "something runs the standalone server")
            continue
        for act, run in _starts(folder, project):
            yield Match(
                location=Location(run.path, run.span),
                values=values,
                evidence=(evidence,),
                trail=act.trail,
            )


def _standalone(module: Module) -> Span | None:
    """Where a configuration of Next.js asks for a standalone server."""
    if not module.path.rpartition("/")[2].startswith("next.config."):
        return None
    for entry in module.config:
        if (
            entry.name == "output"
            and entry.value is not None
            and entry.value.literal == "standalone"
        ):
            return entry.value.span
    return None


def _copied(project: Project) -> Location | None:
    """Where an image takes the standalone server, which a process manager beside it still may not."""
    for dockerfile in project.dockerfiles:
        for stage in dockerfile.stages:
            for instruction in stage.instructions:
                if "standalone" in instruction.argument:
                    return Location(dockerfile.path, instruction.span)
    return None


def _used(project: Project) -> Location | None:
    """Where something else runs the standalone server."""
    for act in project.acts:
        for run in act.behaviour.runs:
            if any("standalone" in word.raw for word in run.words):
                return Location(run.path, run.span)
    for ecosystem in project.ecosystems:
        for process in ecosystem.processes:
            given = (process.script, process.directory, process.arguments)
            if any("standalone" in v.raw for v in given if v is not None):
                return Location(ecosystem.path, process.span)
    for unit in project.unit_files:
        for setting in unit.settings:
            if "standalone" in setting.value.raw:
                return Location(unit.path, setting.span)
    return None


def _managed(deployable: Deployable, project: Project) -> Iterator[Location]:
    """Where pm2 is told to start the full server of a deployable that it is known to run."""
    shown = {e.location for e in deployable.evidence}
    for ecosystem in project.ecosystems:
        for process in ecosystem.processes:
            script = process.script.literal if process.script is not None else None
            given = process.arguments
            asked = (given.literal or "").split() if given is not None else []
            if (
                given is not None
                and asked[:1] == ["start"]
                and _BINARY.fullmatch(script or "")
                and Location(ecosystem.path, process.span) in shown
            ):
                yield Location(ecosystem.path, given.span)


def _starts(folder: str, project: Project) -> Iterator[tuple[Act, Run]]:
    """What starts the full server of the application in a folder."""
    for act in project.acts:
        own = act.script.origin == "npm" and folder_of(act.script.path) == folder and act.reached_by
        other = act.script.origin in ("exec", "command") and not folder
        if act.purpose == "production" and (own or other):
            for run in act.behaviour.runs:
                words = [run.name, *(a or "" for a in run.arguments[:2])]
                if words[:2] == ["next", "start"] or words[:3] == ["npx", "next", "start"]:
                    yield act, run
