"""Credentials that are written into an image, where everybody who has the image can read them."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath
from typing import Any

from ..documents.facts import Copy, Instruction, Stage
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Undecided
from ..project.composed import Placed, placed
from ..project.credentials import is_for_build, masked, sort
from ..project.docker_runs import built_elsewhere
from ..project.images import built_file
from ..project.layers import layers, lineage, named
from ..project.types import Image, Project
from ..source.regex import regex

_KEYS = regex(r"^id_(?:rsa|ed25519|ecdsa|dsa)$")
_HOLDING = regex(
    r"^(?:\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.pgpass|[\w.-]+\.(?:key|p12|pfx|jks|keystore))$"
)
"""Files that hold credentials when they are kept out of git, and settings or public keys when not."""
_PUBLIC = regex(r"pub|ca\.|root-ca|example|sample|template|gpg|asc|apt|repo|keyring")
_DOTENV = regex(r"^\.env(?:\.(?:local|prod|production)(?:\.local)?)?$")
_SURE = frozenset({"token", "random"})
_FIXED = _SURE | {"chosen"}
_WHOLE = frozenset({".", "./", "*", "/"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each credential that an image of production holds."""
    if project.kind.name == "template":
        yield Inapplicable("a template: whoever copies it fills the image")
        return
    built = [one for one in placed(project) if one.service.build is not None and not one.doubt]
    elsewhere = built_elsewhere(project)
    for image in project.images:
        if image.purpose == "production" and image.dockerfile.path not in elsewhere:
            yield from _of_image(image, built, project)


def _of_image(image: Image, built: list[Placed], project: Project) -> Iterator[Outcome]:
    path = image.dockerfile.path
    shipped = lineage(image.dockerfile, image.stage)
    final = {instruction.span for stage in shipped for instruction in stage.instructions}
    for stage in image.dockerfile.stages:
        for instruction in stage.instructions:
            stays = instruction.span not in final
            yield from _written(instruction, path, stays=stays)
            copy = None if stays else instruction.copy
            if copy is not None and copy.origin:
                yield from _carried(copy, stage, image, project)
            elif copy is not None:
                yield from _copied(copy, image, project)
                yield from _whole(copy, image, built, project)


def _written(instruction: Instruction, path: str, *, stays: bool) -> Iterator[Match]:
    """Literal values of ENV and ARG that are credentials by their name and their form."""
    if instruction.keyword not in ("ENV", "ARG"):
        return
    for entry in instruction.entries:
        value = entry.value.literal if entry.value else None
        told = sort(entry.name, value) if value else None
        counted = _SURE if stays else _FIXED
        if value and told in counted and not is_for_build(value):
            where = Location(path, entry.span)
            how = (
                "is in a stage that is not shipped" if stays else "is in the image and its history"
            )
            what = f"`{entry.name}` ({masked(value)}), a fixed value, {how}"
            yield Match(location=where, values={"what": what}, severity="note" if stays else None)


def _copied(copy: Copy, image: Image, project: Project) -> Iterator[Outcome]:
    """Files that hold nothing but credentials, copied by their name."""
    for source in copy.sources:
        name = basename(source.literal or "")
        where = Location(image.dockerfile.path, copy.span)
        path = _source(source.literal or "", image, project)
        kept = path not in project.files and image.context is not None
        if _KEYS.match(name) or (kept and _HOLDING.match(name) and not _PUBLIC.search(name)):
            yield Match(location=where, values={"what": f"`{name}` is copied into it"})
        elif _DOTENV.match(name):
            yield from _of_dotenv(path, where, project)


def _carried(copy: Copy, stage: Stage, image: Image, project: Project) -> Iterator[Outcome]:
    """Environment files that come from the context by way of another stage, which is given all of it."""
    origin = named(image.dockerfile, copy.origin, stage.index)
    for source in copy.sources if origin is not None else ():
        folder, _, name = (source.literal or "").rpartition("/")
        if origin and _DOTENV.match(name) and _holds_context(folder, name, origin, image):
            where = Location(image.dockerfile.path, copy.span)
            yield from _of_dotenv(_source(name, image, project), where, project)


def _holds_context(folder: str, name: str, stage: Stage, image: Image) -> bool:
    """Whether a folder of a stage is a copy of the context, where no command makes a file of that name."""
    copied = False
    for layer in layers(image.dockerfile, stage, {}):
        instruction, copy = layer.instruction, layer.instruction.copy
        if instruction.keyword == "RUN" and name in instruction.argument:
            return False
        if copy is not None and not copy.origin and any(s.literal in _WHOLE for s in copy.sources):
            target = copy.target.literal if copy.target is not None else None
            if target is not None and layer.directory is not None:
                copied = copied or normpath(join(layer.directory, target)) == folder
    return copied


def _source(written: str, image: Image, project: Project) -> str:
    """What a COPY takes: from the context, or from where the Dockerfile stands if that is unknown."""
    folders = [image.context] if image.context is not None else [dirname(image.dockerfile.path), ""]
    paths = [normpath(join(folder, written)) for folder in folders]
    return next((path for path in paths if path in project.files), paths[0])


def _of_dotenv(path: str, where: Location, project: Project) -> Iterator[Outcome]:
    """An environment file: what is tracked can be read, what is not is there to be kept from others."""
    tracked = next((d for d in project.dotenvs if d.path == path), None)
    if tracked is None:
        if path in project.files:
            yield Undecided(where, f"{path} was not read")
        elif _is_sample(path, project):
            yield Undecided(where, f"{path} is made from a file that everybody may read")
        else:
            yield Match(
                location=where,
                values={"what": f"`{basename(path)}`, which is kept out of git, is copied into it"},
            )
        return
    for entry in tracked.entries:
        value = entry.value.literal if entry.value else None
        if value and sort(entry.name, value) in _FIXED:
            shown = Evidence(Location(path, entry.span), f"`{entry.name}` is in it")
            what = f"`{basename(path)}` with `{entry.name}` is copied into it"
            yield Match(location=where, values={"what": what}, evidence=(shown,))
            return


def _is_sample(path: str, project: Project) -> bool:
    """Whether a script makes a file by copying an example that is tracked: `cp .env.example .env`."""
    return any(
        run.name == "cp"
        and len(run.arguments) > 1
        and _EXAMPLE.search(run.arguments[-2] or "")
        and normpath(run.arguments[-1] or ".") in (path, basename(path))
        for act in project.acts
        for run in act.behaviour.runs
    )


_EXAMPLE = regex(r"example|sample|template")


def _whole(copy: Copy, image: Image, built: list[Placed], project: Project) -> Iterator[Match]:
    """The whole context, on a host where compose reads an environment file that lies in it."""
    if image.context is None or not any(s.literal in _WHOLE for s in copy.sources):
        return
    ignores = {
        normpath(join(image.context, ".dockerignore")),
        f"{image.dockerfile.path}.dockerignore",
    }
    if ignores & project.files:
        return
    for one in built:
        build = one.service.build
        if build is None or built_file(one.compose.path, build) != image.dockerfile.path:
            continue
        for file in one.service.env_files:
            path = normpath(join(dirname(one.compose.path), file.literal or ""))
            within = not image.context or path.startswith(f"{image.context}/")
            if (
                file.literal
                and within
                and _DOTENV.match(basename(path))
                and path not in project.files
            ):
                shown = Evidence(
                    Location(one.compose.path, file.span), "so it lies where the image is built"
                )
                what = f"`{basename(path)}` is copied into it with all else, as there is no .dockerignore"
                yield Match(
                    location=Location(image.dockerfile.path, copy.span),
                    values={"what": what},
                    evidence=(shown,),
                    severity="warning",
                    trail=one.standing.trail,
                )
                return
