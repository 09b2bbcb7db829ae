"""Images that copy the `public` folder of a Next.js application which the repository does not have."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join

from msgspec import Struct

from ..documents.facts import Package, Stage, Value
from ..model import Location
from ..source.regex import regex
from .apps import folder_of
from .layers import behaviours, layers, named, needed
from .types import Image, Project

_PUBLIC = regex(r"/(?:.+/)?public/?")
_BUILD = regex(
    r"(?:(?:npx |pnpm (?:exec )?|yarn )?prisma generate\s*&&\s*)?next build(?:\s+--[\w-]+)*"
)
"""What builds it and puts nothing there."""
_WRITERS = regex(
    r"next-sitemap|next-pwa|@ducanh2912/next-pwa|@serwist/.+|serwist|workbox.*|msw|partytown.*"
)
"""Packages that write to the folder while it is built."""


class Lacking(Struct, frozen=True):
    """The folder as an image copies it, and what brought the application into the stage before."""

    location: Location
    written: str
    path: str
    """Relative to the root."""
    brought: Location


def lacking(project: Project) -> Iterator[Lacking]:
    """The first such copy of each image that production builds."""
    for image in project.images:
        package = next(
            (
                d.package
                for d in project.deployables
                if d.folder == image.deployable and "next" in d.frameworks
            ),
            None,
        )
        if image.purpose == "production" and package is not None and _only_builds(package):
            found = next(_of(image, folder_of(package.path), project), None)
            if found is not None:
                yield found


def _only_builds(package: Package) -> bool:
    """Whether its build is that of Next.js alone, which makes no such folder."""
    scripts = {script.name: script.command.strip() for script in package.scripts}
    hooks = {"prebuild", "postbuild", "preinstall", "install", "postinstall", "prepare"}
    return (
        _BUILD.fullmatch(scripts.get("build", "")) is not None
        and not hooks.intersection(scripts)
        and not any(_WRITERS.fullmatch(d.name) for d in package.dependencies)
    )


def _of(image: Image, folder: str, project: Project) -> Iterator[Lacking]:
    file = image.dockerfile
    path = f"{folder}/public" if folder else "public"
    if any(p.startswith(f"{path}/") for p in project.files):
        return
    for stage in needed(image):
        for instruction in stage.instructions:
            copy = instruction.copy
            origin = named(file, copy.origin, stage.index) if copy is not None else None
            for value in copy.sources if copy is not None and origin is not None else ():
                brought = _brought(image, origin, value, folder, project) if origin else None
                if brought is not None:
                    where = Location(file.path, value.span)
                    yield Lacking(where, value.raw, path, Location(file.path, brought.span))


def _brought(
    image: Image, stage: Stage, value: Value, folder: str, project: Project
) -> Value | None:
    """The `COPY .` after which a stage has what the context has at a path, and nothing else."""
    source = (value.literal or "").rstrip("/")
    if not _PUBLIC.fullmatch(source):
        return None
    context = image.context if image.context is not None else folder_of(image.dockerfile.path)
    inside = folder if not context else "" if context == folder else None
    found: Value | None = None
    for layer in layers(image.dockerfile, stage, behaviours(project)):
        copy = layer.instruction.copy
        if copy is None:
            if layer.instruction.keyword == "RUN" and "public" in layer.instruction.argument:
                return None
        elif any("public" in s.raw for s in copy.sources):
            return None
        elif not copy.origin and inside is not None and layer.directory is not None:
            target = copy.target.literal if copy.target is not None else None
            whole = [s for s in copy.sources if (s.literal or "").rstrip("/") == "."]
            there = join(layer.directory, (target or "?").rstrip("/") or "/")
            there = there.removesuffix("/.")
            if whole and join(there, inside, "public") == source:
                found = whole[0]
    return found
