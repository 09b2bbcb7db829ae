"""Which package.json lies where a command of an image runs: what its stage copied there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from posixpath import basename, join, normpath

from msgspec import Struct

from ..documents.facts import Copy, Dockerfile, Instruction, Package, Stage
from .apps import folder_of
from .layers import lineage, named

_DEPTH = 6
"""How far copies from stage to stage are followed."""


Place = tuple[Dockerfile, Stage, Instruction | None]
"""A stage before one of its instructions; with None at its end."""


class _Build(Struct, frozen=True):
    """One build: its Dockerfile, the folder that it is given, the packages by their paths."""

    dockerfile: Dockerfile
    context: str
    packages: dict[str, Package]


def housed(
    place: Place, folder: str, packages: Iterable[Package], contexts: Iterable[str | None]
) -> Package | None:
    """The package in `folder` at a place of an image; None where it cannot be told.

    `contexts` are those of the builds that are known; where there are none, the build may be given
    the Dockerfile's own folder or the root.
    """
    dockerfile, stage, until = place
    by_path = {p.path: p for p in packages}
    known = {context for context in contexts if context is not None}
    builds = (
        _Build(dockerfile, context, by_path)
        for context in known or dict.fromkeys((folder_of(dockerfile.path), ""))
    )
    found = {p.path: p for build in builds if (p := _in_stage(build, stage, until, folder, 0))}
    return next(iter(found.values())) if len(found) == 1 else None


def place(dockerfile: Dockerfile, stage: Stage, instruction: Instruction) -> Place:
    """Where the command of an instruction runs: what a container starts, at the end of its stage."""
    starts = instruction.keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK")
    return dockerfile, stage, None if starts else instruction


def _in_stage(
    build: _Build, stage: Stage, until: Instruction | None, folder: str, depth: int
) -> Package | None:
    found: Package | None = None
    for instruction, directory in _before(build.dockerfile, stage, until):
        copy = instruction.copy
        if copy is None or copy.heredoc or directory is None or copy.target is None:
            continue
        target = copy.target.literal
        if target is None:
            continue
        to = normpath(join(directory, target))
        if copy.origin:
            found = _from(build, stage, copy, (to, folder), depth) or found
            continue
        for value in copy.sources:
            for path in _taken(value.literal, target.endswith("/"), (to, folder), build):
                if path in build.packages:
                    found = build.packages[path]
    return found


def _before(
    dockerfile: Dockerfile, stage: Stage, until: Instruction | None
) -> Iterator[tuple[Instruction, str | None]]:
    directory: str | None = "/"
    for one in lineage(dockerfile, stage):
        for instruction in one.instructions:
            if instruction is until:
                return
            if instruction.keyword == "WORKDIR":
                argument = instruction.argument.strip().strip("\"'")
                known = "$" not in argument and (directory is not None or argument.startswith("/"))
                directory = normpath(join(directory or "/", argument)) if known else None
            yield instruction, directory


def _from(
    build: _Build, stage: Stage, copy: Copy, way: tuple[str, str], depth: int
) -> Package | None:
    """The package that a copy from an earlier stage brings to the folder."""
    to, folder = way
    origin = named(build.dockerfile, copy.origin, stage.index)
    if origin is None or depth >= _DEPTH or len(copy.sources) != 1:
        return None
    source = (copy.sources[0].literal or "").rstrip("/")
    if not source.startswith("/"):
        return None
    if basename(source) == "package.json" and folder in (to, folder_of(to)):
        return _in_stage(build, origin, None, folder_of(source), depth + 1)
    if folder == to or folder.startswith(f"{to}/"):
        at = normpath(join(source, folder[len(to) :].lstrip("/")))
        return _in_stage(build, origin, None, at, depth + 1)
    return None


def _taken(source: str | None, into: bool, way: tuple[str, str], build: _Build) -> Iterator[str]:
    """The package.json files that a source may bring to the folder; `into` where it names one."""
    to, folder = way
    if source is None or "$" in source or "://" in source:
        return
    bare = normpath(join("/", source)).lstrip("/")
    name = basename(bare)
    if any(c in name for c in "*?["):
        if to == folder and fnmatchcase("package.json", name):
            yield normpath(join(build.context, folder_of(bare), "package.json"))
    elif normpath(join(build.context, bare)) in build.packages:
        if to == folder or (not into and folder_of(to) == folder):
            yield normpath(join(build.context, bare))
    elif folder == to or folder.startswith(f"{to.rstrip('/')}/"):
        inside = folder[len(to) :].lstrip("/")
        yield normpath(join(build.context, bare, inside, "package.json"))
