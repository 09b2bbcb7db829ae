"""The place that starts or ships a deployable, and how: the one that a reader would look for."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath

from ..flow.behaviour import Run, analyse
from ..flow.effects import plain
from ..model import Evidence, Location
from ..source.regex import regex
from .evidence import manages
from .images import built_file
from .layers import last, lineage
from .types import Deployable, Image, Project, Unit

_LONGEST = 80
_COMPOSE = ("docker", "compose"), ("podman", "compose")
_COMPOSERS = frozenset(("docker-compose", "podman-compose"))


def started(deployable: Deployable, project: Project) -> Evidence:
    """What surely starts a deployable, else what ships it; the note reads as a clause of its own."""
    return next(_places(deployable, project), deployable.evidence[0])


def _places(deployable: Deployable, project: Project) -> Iterator[Evidence]:
    yield from _supervised(deployable, project)
    runs = tuple(_runs(deployable, project))
    yield from (_typed(run) for run in runs if manages(run))
    yield from _composed(deployable, project)
    yield from (_typed(run) for run in runs if _composes(run))
    yield from _delivered(deployable, project, "deploy")
    own = [i for i in project.images if i.dockerfile.path in deployable.images and not _exports(i)]
    sure = [i for i in own if i.deployable == deployable.folder and i.context is not None]
    script = [_script(e, deployable) for e in deployable.evidence if _is_start(e, deployable)]
    if deployable.kind == "containers":
        yield from (_built(image, project) for image in sure)
    yield from script
    ranked = sorted(own, key=lambda i: (i.context is None, i.deployable != deployable.folder))
    yield from (_built(image, project) for image in ranked)
    yield from _delivered(deployable, project, "image")


def _supervised(deployable: Deployable, project: Project) -> Iterator[Evidence]:
    """Units of systemd and apps of pm2.

    Of several the one that is called as it is comes first, then what runs on its runtime, then what
    is started again: a command that ends is none of it.
    """
    units = [u for u in project.units if u.source in ("systemd", "pm2") and not u.once]
    known = {e.location: e for e in deployable.evidence}
    bare = deployable.name.rpartition("/")[2]
    for unit in sorted(
        units,
        key=lambda u: (
            u.name.removesuffix(".service") != bare,
            _is_foreign(u, deployable),
            u.source == "systemd" and u.restart in (None, "no"),
        ),
    ):
        if unit.location in known and unit.deployable in (deployable.folder, None):
            yield known[unit.location]


def _is_foreign(unit: Unit, deployable: Deployable) -> bool:
    """Whether a unit starts a program of another runtime, which is something beside the application."""
    runs = analyse(unit.start).runs if unit.start is not None else ()
    names = {_VERSION.sub("", run.name.rpartition("/")[2]) for run in runs}
    told = {_PROGRAMS[name] for name in names if name in _PROGRAMS}
    return bool(told) and deployable.runtime not in told


_VERSION = regex(r"[\d.]+$")
_PROGRAMS = {
    **dict.fromkeys(("node", "npm", "npx", "pnpm", "yarn", "bun", "deno", "tsx"), "node"),
    **dict.fromkeys(("python", "gunicorn", "uvicorn", "celery", "uv", "poetry"), "python"),
    **dict.fromkeys(("ruby", "bundle", "puma", "rails"), "ruby"),
    **dict.fromkeys(("php", "php-fpm"), "php"),
    "java": "java",
    "dotnet": "dotnet",
}
"""By the name of a program the runtime that it belongs to."""


def _exports(image: Image) -> bool:
    """Whether an image starts nothing and stands on nothing: it carries files out of a build."""
    base = lineage(image.dockerfile, image.stage)[0].base.literal
    return base == "scratch" and last(image, "CMD", "ENTRYPOINT") is None


def _composed(deployable: Deployable, project: Project) -> Iterator[Evidence]:
    """Services of compose that run it, the one of its own name first; none that runs it to develop it."""
    known = {e.location for e in deployable.evidence}
    services = [
        u
        for u in project.units
        if u.source == "compose"
        and u.purpose == "production"
        and not u.once
        and not _is_aside(u, project)
        and (u.deployable == deployable.folder or (u.deployable is None and u.location in known))
    ]
    bare = deployable.name.rpartition("/")[2]
    for unit in sorted(
        services,
        key=lambda u: (
            u.deployable is None,
            u.name not in (bare, deployable.folder),
        ),
    ):
        where = _in_production(unit, project).location
        yield Evidence(where, f"compose runs `{unit.name}`")


def _in_production(unit: Unit, project: Project) -> Unit:
    """The service of the same name in the file beside it that production starts, where its own may be a developer's."""
    if _counts(unit, project):
        return unit
    beside = (
        u
        for u in project.units
        if u.source == "compose"
        and u.name == unit.name
        and dirname(u.location.path) == dirname(unit.location.path)
        and _counts(u, project)
    )
    return next(beside, unit)


def _counts(unit: Unit, project: Project) -> bool:
    standing = project.standings.get(unit.location.path)
    return standing is not None and standing.counts


def _is_aside(unit: Unit, project: Project) -> bool:
    """Whether a service stands in a compose file of which is shown that it is for development."""
    return _stands_aside(unit.location.path, project)


def _stands_aside(path: str, project: Project) -> bool:
    standing = project.standings.get(path)
    return standing is not None and standing.kind == "aside"


def _runs(deployable: Deployable, project: Project) -> Iterator[Run]:
    """The commands among the evidence, and those by which pm2 starts something in its folder."""
    shown = {e.location for e in deployable.evidence}
    paths = {location.path for location in shown}
    inside = f"/{deployable.folder}/"
    for act in project.acts:
        if act.purpose == "production":
            for run in act.behaviour.runs:
                pm2 = run.name == "pm2" and "start" in run.arguments[:1] and deployable.folder
                if (run.path in paths and Location(run.path, run.span) in shown) or (
                    pm2 and any(inside in f"/{a or ''}/" for a in run.arguments)
                ):
                    yield run


def _composes(run: Run) -> bool:
    words = plain(run)
    return "up" in words and (words[0] in _COMPOSERS or words[:2] in _COMPOSE)


def _typed(run: Run) -> Evidence:
    shown = run.words[0].raw if run.words else run.name
    for word in run.words[1:]:
        if len(shown) + len(word.raw) >= _LONGEST:
            shown += " …"
            break
        shown += f" {word.raw}"
    return Evidence(Location(run.path, run.span), f"`{shown}` starts it")


def _delivered(deployable: Deployable, project: Project, kind: str) -> Iterator[Evidence]:
    shown = {e.location for e in deployable.evidence}
    for delivery in project.deliveries:
        if delivery.kind == kind and delivery.location in shown:
            did = "published as an image" if kind == "image" else "deployed"
            note = f"{did} by `{delivery.what}` in {delivery.workflow}"
            yield Evidence(delivery.location, note)


def _is_start(evidence: Evidence, deployable: Deployable) -> bool:
    return (
        deployable.package is not None
        and evidence.location.path == deployable.package.path
        and any(s.script.span == evidence.location.span for s in deployable.package.scripts)
    )


def _script(evidence: Evidence, deployable: Deployable) -> Evidence:
    for script in deployable.package.scripts if deployable.package else ():
        if script.script.span == evidence.location.span:
            return Evidence(evidence.location, f"the package script `{script.name}` starts it")
    return evidence


def _built(image: Image, project: Project) -> Evidence:
    """The stage that is the image, with what builds it."""
    path = image.dockerfile.path
    where = Location(path, image.stage.span)
    workflow = next(publishing(path, project), None)
    if workflow is not None:
        return Evidence(where, f"published as an image by {workflow}")
    for compose in project.composes:
        for service in () if _stands_aside(compose.path, project) else compose.services:
            if service.build and built_file(compose.path, service.build) == path:
                return Evidence(where, f"{compose.path} builds its image from {path}")
    return Evidence(where, f"{path} builds its image")


def publishing(path: str, project: Project) -> Iterator[str]:
    """The workflows that build a Dockerfile by an action or by a command."""
    shipping = {d.workflow for d in project.deliveries if d.kind == "image" and not d.preview}
    for workflow in project.workflows:
        for job in workflow.jobs if workflow.path in shipping else ():
            for step in job.steps:
                given = {e.name: e.value.literal if e.value else None for e in step.inputs}
                if step.uses is not None and "build-push" in step.uses.raw:
                    file = given.get("file") or join(given.get("context") or "", "Dockerfile")
                    if normpath(file) == path:
                        yield workflow.path
    for act in project.acts:
        if act.script.path in shipping:
            for run in act.behaviour.runs:
                if run.name == "docker" and "build" in run.arguments[:2] and path in (
                    normpath(a) for a in run.arguments if a
                ):  # fmt: skip
                    yield run.path
