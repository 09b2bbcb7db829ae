"""Credentials that are written into an image, where everybody who has the image can read them."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath
from typing import Any

from ..documents.facts import Copy, Dotenv, Instruction, Stage, Value
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Undecided
from ..project.composed import Placed, placed
from ..project.contexts import kept_in, lets_in
from ..project.credentials import is_for_build, masked, sort
from ..project.docker_runs import built_elsewhere
from ..project.layers import layers, lineage, named, needed
from ..project.types import Act, Image, Project
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
    if project.images and project.kind.name == "template":
        yield Inapplicable("a template: whoever copies it fills the image")
        return
    built = [one for one in placed(project) if one.service.build is not None]
    elsewhere = built_elsewhere(project)
    found: list[Match] = []
    for image in project.images:
        if image.purpose == "production" and image.dockerfile.path not in elsewhere:
            for outcome in _of_image(image, built, project):
                if isinstance(outcome, Match):
                    found.append(outcome)
                else:
                    yield outcome
    shipped = {match.location for match in found if match.severity != "note"}
    yield from (m for m in found if m.severity != "note" or m.location not in shipped)


def _of_image(image: Image, built: list[Placed], project: Project) -> Iterator[Outcome]:
    path = image.dockerfile.path
    shipped = lineage(image.dockerfile, image.stage)
    run = tuple(needed(image))
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
            if stage in run:
                yield from _whole(instruction, stage, image, built, project)


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
        lacking = path not in project.files
        kept = lacking and image.context is not None
        if _KEYS.match(name) or (kept and _HOLDING.match(name) and not _PUBLIC.search(name)):
            yield Match(location=where, values={"what": f"`{name}` is copied into it"})
        elif _DOTENV.match(name):
            yield from _of_dotenv(path, where, project)
        elif name.endswith(".env") and lacking:
            yield from _of_made(path, where, project)


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
    yield from _of_values(basename(path), tracked, where, frozenset())


def _of_values(
    name: str, tracked: Dotenv, where: Location, replaced: frozenset[str]
) -> Iterator[Match]:
    """The first credential of an environment file that is tracked, but for those that are `replaced`."""
    for entry in tracked.entries:
        value = entry.value.literal if entry.value else None
        if value and entry.name not in replaced and sort(entry.name, value) in _FIXED:
            shown = Evidence(Location(tracked.path, entry.span), f"`{entry.name}` is in it")
            what = f"`{name}` with `{entry.name}` is copied into it"
            yield Match(location=where, values={"what": what}, evidence=(shown,))
            return


def _of_made(path: str, where: Location, project: Project) -> Iterator[Match]:
    """An environment file that a script beside the Dockerfile makes of one that is tracked."""
    known = {dotenv.path: dotenv for dotenv in project.dotenvs}
    for act in project.acts:
        folder = dirname(act.script.path)
        if act.purpose != "production" or not path.startswith(f"{folder}/".lstrip("/")):
            continue
        for run in act.behaviour.runs:
            made = run.words[-1].raw.strip("\"'") if run.name == "cp" and run.words else ""
            if basename(made) != basename(path) or len(run.arguments) != len(("from", "to")):
                continue
            tracked = known.get(normpath(join(folder, run.arguments[0] or "")))
            if tracked is not None and project.purposes.get(tracked.path) == "production":
                yield from _of_values(basename(path), tracked, where, _spoken(act))
                return


def _spoken(act: Act) -> frozenset[str]:
    """The words of a script, by which it may give an environment file other values."""
    runs = act.behaviour.runs
    return frozenset(name for r in runs for w in r.words for name in _WORDS.findall(w.raw))


_WORDS = regex(r"\w+")


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


def _whole(
    instruction: Instruction, stage: Stage, image: Image, built: list[Placed], project: Project
) -> Iterator[Match]:
    """The whole context, on a host where an environment file lies in it."""
    copy = instruction.copy
    if copy is None or copy.origin or not any(s.literal in _WHOLE for s in copy.sources):
        return
    shipped = stage in lineage(image.dockerfile, image.stage)
    for kept in kept_in(image, built, project):
        if not _DOTENV.match(basename(kept.path)) or kept.path in project.files:
            continue
        left_open = lets_in(kept.path, image, project)
        if left_open is None:
            continue
        later = None if shipped else _taken_on(kept.path, instruction, stage, image)
        if later is not None and any(_DOTENV.match(_name(s)) for s in later.sources):
            continue  # said where it is taken by its name
        behind = not shipped and later is None
        taken = "a stage that is not shipped" if behind else "it"
        why = f"nothing in {left_open} leaves it out" if left_open else "there is no .dockerignore"
        first = Evidence(Location(image.dockerfile.path, copy.span), "from the whole context")
        yield Match(
            location=Location(image.dockerfile.path, (later or copy).span),
            values={"what": f"`{kept.path}` is copied into {taken} with all else, as {why}"},
            evidence=(*((first,) if later is not None else ()), kept.shown),
            severity="warning" if kept.sure and not behind else "note",
            trail=kept.trail,
        )
        return


def _name(value: Value) -> str:
    return basename(value.literal or "")


def _taken_on(path: str, copied: Instruction, stage: Stage, image: Image) -> Copy | None:
    """What copies a file of the context from a stage that stays behind into one that is shipped."""
    file = image.dockerfile
    if any(
        i.keyword == "RUN" and _REMOVES.search(i.argument)
        for s in file.stages
        for i in s.instructions
    ):
        return None
    layer = next(la for la in layers(file, stage, {}) if la.instruction is copied)
    target = copied.copy.target.literal if copied.copy and copied.copy.target else None
    if layer.directory is None or target is None:
        return None
    inside = path.removeprefix(f"{image.context}/")
    path = normpath(join(layer.directory, target, inside))
    for last in lineage(file, image.stage):
        for copy in (i.copy for i in last.instructions if i.copy is not None and i.copy.origin):
            origin = named(file, copy.origin, last.index)
            if origin is None or stage not in lineage(file, origin):
                continue
            for source in copy.sources:
                whole = normpath(join("/", source.literal)) if source.literal else ""
                if whole and f"{path}/".startswith(f"{whole.rstrip('/')}/"):
                    return copy
    return None


_REMOVES = regex(r"\brm\b.*\.env")
