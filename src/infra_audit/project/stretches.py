"""Commands that run one after the other in one place: a script, a job's steps, an image's layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import join, normpath

from msgspec import Struct
from msgspec.structs import replace

from ..documents.facts import Copy, Entry, Package, Stage
from ..documents.shell.syntax import Command
from ..flow import effects
from ..flow.behaviour import Run
from ..model import Span
from .apps import folder_of
from .inside import commands
from .layers import Layer, behaviours, layers, lineage, named
from .manifests import by_folder, package_at
from .tree import folders as all_folders
from .types import Act, Image, Project

Environment = Mapping[str, str | None]


_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
"""The commands of which it matters whose package they are called in."""


_OPAQUE = frozenset({"", "make", "just", "source", ".", "eval", "bash", "sh"})
"""Commands that may do anything."""


class Placed(Struct, frozen=True):
    """A run with what is known of its surroundings."""

    run: Run
    act: Act
    place: str
    """Names the folder it runs in; the same for the same folder of one stretch."""
    package: Package | None
    environment: Environment


class Stretch(Struct, frozen=True):
    """The runs of package managers, and those that may be anything, in their order.

    `image` where they build one.
    """

    runs: tuple[Placed, ...]
    image: Image | None = None
    base: str = ""
    """The image that the stage begins with."""


def stretches(project: Project) -> Iterator[Stretch]:
    """Every stretch of production."""
    acts = {id(act.script): act for act in project.acts}
    packages = by_folder(project)
    for act in project.acts:
        if act.script.origin not in ("run", "step") and act.purpose == "production":
            yield from _of_act(act, packages, {})
    for workflow in project.workflows:
        if project.purposes.get(workflow.path) != "production":
            continue
        for job in workflow.jobs:
            found: list[Placed] = []
            for step in job.steps:
                step_act = acts.get(id(step.run))
                if step_act is not None:
                    entries = (*workflow.environment, *job.environment, *step.environment)
                    for stretch in _of_act(step_act, packages, _values(entries)):
                        found += [placed for placed in stretch.runs if placed.run.remote is None]
            yield Stretch(tuple(found))
    known = behaviours(project)
    for image in project.images:
        if image.purpose == "production":
            for stage in _used(image):
                made = list(layers(image.dockerfile, stage, known))
                base = lineage(image.dockerfile, stage)[0].base
                begins = base.literal or base.default or base.raw
                yield Stretch(tuple(_of_layers(image, made, project, acts)), image, begins)


def _values(entries: tuple[Entry, ...]) -> dict[str, str | None]:
    return {e.name: e.value.literal if e.value else None for e in entries}


# ── scripts ──────────────────────────────────────────────────────────────────────────────────────


def _of_act(
    act: Act, packages: Mapping[str, Package], environment: Environment
) -> Iterator[Stretch]:
    """The runs of a script, those on each other host apart."""
    if not any(run.name in _MANAGERS for run in act.behaviour.runs):
        return
    found: dict[str | None, list[Placed]] = {}
    moved: dict[str | None, int] = {}
    given: dict[str | None, dict[str, str | None]] = {}
    written: dict[Span, Command] | None = None
    for run in act.behaviour.runs:
        if run.reach != "reached" or run.captured:
            continue
        here = given.setdefault(run.remote, dict(environment) if run.remote is None else {})
        if run.name == "export":
            written = written if written is not None else commands(act.script)
            here |= _exported(run, written.get(run.span))
        if run.name in ("cd", "pushd", "popd"):
            moved[run.remote] = moved.get(run.remote, 0) + 1
        if not _matters(run):
            continue
        unknown = f"?{moved.get(run.remote, 0)}"
        told = run.name in _MANAGERS and (run.remote is None or run.directory is not None)
        package = package_at(run, act, packages) if told else None
        place = run.directory if run.directory is not None else unknown
        placed = Placed(run, act, place, package, dict(here))
        found.setdefault(run.remote, []).append(placed)
    yield from (Stretch(tuple(runs)) for runs in found.values())


def _matters(run: Run) -> bool:
    """Whether a run may install, build, or do what cannot be told."""
    return run.name in _MANAGERS or run.name in _OPAQUE or "/" in run.name


def _exported(run: Run, command: Command | None) -> dict[str, str | None]:
    """What `export` sets for all later commands; unknown where a condition decides."""
    told = {
        a.name: a.value.literal if a.value is not None and not run.conditional else None
        for a in (command.assignments if command is not None else ())
    }
    return told | {word: None for word in run.arguments if word}


# ── images ───────────────────────────────────────────────────────────────────────────────────────


def _used(image: Image) -> list[Stage]:
    """The stages that are built for an image: its own and those that it copies from."""
    found = [image.stage]
    for stage in found:
        for instruction in stage.instructions:
            origin = instruction.copy.origin if instruction.copy is not None else ""
            other = named(image.dockerfile, origin, stage.index)
            if other is not None and other not in found:
                found.append(other)
    return found


def _of_layers(
    image: Image, made: list[Layer], project: Project, acts: Mapping[int, Act]
) -> Iterator[Placed]:
    packages = by_folder(project)
    context = _context(image, project)
    if context is None:
        return
    copied: list[tuple[str, str]] = []
    asked = {
        e.name: None for y in made if y.instruction.keyword == "ARG" for e in y.instruction.entries
    }
    for layer in made:
        copy = layer.instruction.copy
        if copy is not None and not copy.origin and layer.directory is not None:
            copied += [
                (there, folder)
                for there, folder in _brought(copy, layer.directory, context)
                if folder in packages or any(p.startswith(f"{folder}/") for p in packages)
            ]
        if copy is not None and copy.origin and layer.directory is not None:
            yield from _taken_over(image, copy, layer, project, acts)
        act = acts.get(id(layer.instruction.script))
        if act is None:
            continue
        for run in layer.runs:
            if run.reach != "reached" or run.captured:
                continue
            moved = run.directory if run.directory not in (None, "/") else layer.directory
            place = normpath(moved) if moved else "?"
            source = _source(place, copied)
            package = packages.get(source) if source is not None else None
            yield Placed(run, act, place, package, {**layer.environment, **asked})


def _taken_over(
    image: Image, copy: Copy, layer: Layer, project: Project, acts: Mapping[int, Act]
) -> Iterator[Placed]:
    """What installed the node_modules that are copied from another stage, as if it ran here."""
    stage = named(image.dockerfile, copy.origin, layer.stage.index)
    target = copy.target.literal if copy.target is not None else None
    if stage is None or target is None or len(copy.sources) != 1:
        return
    source = (copy.sources[0].literal or "").rstrip("/")
    there = normpath(join(layer.directory or "/", target))
    if source.endswith("/node_modules"):
        source = source.removesuffix("/node_modules")
        there = there.removesuffix("/node_modules")
    if not source.startswith("/"):
        return
    known = behaviours(project)
    for placed in _of_layers(image, list(layers(image.dockerfile, stage, known)), project, acts):
        if placed.place == source and effects.installs_dependencies(placed.run):
            yield replace(placed, place=there)


def _context(image: Image, project: Project) -> str | None:
    """The folder that an image is built from; None where nothing tells.

    Where nobody here builds it, what it copies must be there: beside the Dockerfile or at the root.
    """
    if image.context is not None:
        return image.context
    sources = [
        source.literal.lstrip("/")
        for stage in image.dockerfile.stages
        for instruction in stage.instructions
        if instruction.copy is not None and not instruction.copy.origin
        for source in instruction.copy.sources
        if source.literal is not None and not _PATTERN.intersection(source.literal)
    ]
    folders = dict.fromkeys((folder_of(image.dockerfile.path), ""))
    found = [
        folder
        for folder in folders
        if all(_is_there(normpath(join(folder, source)), project) for source in sources)
    ]
    return found[0] if len(found) == 1 else None


_PATTERN = frozenset("*?[$")


def _is_there(path: str, project: Project) -> bool:
    return path == "." or path in project.files or path in all_folders(project.files)


def _brought(copy: Copy, directory: str, context: str) -> Iterator[tuple[str, str]]:
    """Which folder of the repository comes to lie where, as far as a COPY tells."""
    target = copy.target.literal if copy.target is not None else None
    if target is None:
        return
    there = normpath(join(directory, target))
    for source in copy.sources:
        if source.literal is None:
            continue
        path = normpath(join(context, source.literal.lstrip("/") or "."))
        path = "" if path == "." else path
        name = path.rpartition("/")[2]
        if name.startswith("package") and (name.endswith("json") or "*" in name):
            folder = path.rpartition("/")[0]
            yield (there.rpartition("/")[0] if there.endswith(".json") else there), folder
        elif "*" not in path:
            yield there, path


def _source(place: str, copied: list[tuple[str, str]]) -> str | None:
    """The folder of the repository that lies at a place of the image."""
    for there, folder in reversed(copied):
        if place == there:
            return folder
        if place.startswith(there.rstrip("/") + "/"):
            inside = place[len(there.rstrip("/")) + 1 :]
            return f"{folder}/{inside}" if folder else inside
    return None
