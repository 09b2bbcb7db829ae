"""Images that ship what only their build needs: development's dependencies, compilers, a whole SDK."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from posixpath import join, normpath
from typing import Any

from ..documents.facts import Instruction
from ..flow.behaviour import Behaviour, Run
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied
from ..project.composed import placed
from ..project.installs import FOLDERS, Contents, Install, compilers, contents
from ..project.layers import Layer, behaviours, last, layers, named
from ..project.listening import built
from ..project.releases import shown
from ..project.types import Image, Project
from ..source.regex import regex

_SDK = regex(
    r"(?:^|/)(?:golang|rust|maven|gradle|swift|haskell|elixir-dev)(?:[:@]|$)|dotnet/sdk(?:[:@]|$)",
    re.IGNORECASE,
)
_HELPING = regex(
    r"(?:.*[-_])?(?:tests?|lint|e2e|storybook|ci|checks?|debug|tools?|build|builder|export)",
    re.IGNORECASE,
)
_NOT_SERVING = regex(r"\b(?:dev|start:dev|develop|watch|test|tests|lint|storybook|e2e|nodemon)\b")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each image that is shipped."""
    if project.images and project.kind.name == "template":
        yield Inapplicable("a template: whoever copies it builds the image")
        return
    known = behaviours(project)
    composed = [image for each in placed(project) if (image := built(each, project)) is not None]
    seen: set[Location] = set()
    for image in project.images:
        place = Location(image.dockerfile.path, image.stage.span)
        if image.purpose == "production" and place not in seen and _serves(image):
            if image not in composed and last(image, "CMD", "ENTRYPOINT") is None:
                continue  # it starts nothing: others are built on it
            seen.add(place)
            yield _judged(image, project, known)


def _serves(image: Image) -> bool:
    """Whether the image is started for production, and not to develop or to test."""
    if _HELPING.fullmatch(image.stage.name):
        return False
    starts = [i for i in image.stage.instructions if i.keyword in ("CMD", "ENTRYPOINT")]
    return not any(_NOT_SERVING.search(i.argument) for i in starts[-1:])


def _judged(image: Image, project: Project, known: Mapping[int, Behaviour]) -> Outcome:
    path = image.dockerfile.path
    start = Location(path, image.stage.span)
    made = list(layers(image.dockerfile, image.stage, known))
    left = contents(made)
    own = image.deployable is not None and any(_from_context(layer.instruction) for layer in made)
    develops = _development(image, made, project)
    if left.install is not None and develops and not _elsewhere(left.install.run, project):
        run = left.install.run
        what = (
            f"`{shown(run)}` installs what only development needs{_which(develops, image, project)}"
        )
        return _match(image, Location(run.path, run.span), what, left)
    copied = _copied(image, known) if develops else None
    if copied is not None:
        instruction, origin = copied
        what = (
            f"`{_shown(instruction)}` takes over all that `{shown(origin.install.run)}` installed"
            + _which(develops, image, project)
            if origin.install
            else ""
        )
        return _match(
            image,
            Location(path, instruction.span),
            what,
            origin,
            "builds in the stage that is copied from",
        )
    if own and left.tools is not None and left.compiles is not None:
        names = compilers(left.tools)
        told = " and ".join(f"`{name}`" for name in names)
        what = f"{told} of `{shown(left.tools)}` {'stays' if len(names) == 1 else 'stay'} in it"
        return _match(image, Location(left.tools.path, left.tools.span), what, left)
    base = made[0].stage.base if made else image.stage.base
    if own and left.compiles is not None and _SDK.search(base.literal or base.default or ""):
        return _match(image, start, f"it is the whole of `{base.raw}`", left)
    return Satisfied(start, "what is shipped holds no build tools that are known")


def _elsewhere(run: Run, project: Project) -> bool:
    """Whether an install is told a folder in which the repository has no manifest."""
    told = [after for word, after in pairwise(run.arguments) if word in FOLDERS]
    told += [word.partition("=")[2] for word in run.arguments if word and word.startswith(_PREFIX)]
    if not told:
        return False
    name = normpath(f"/{told[-1] or '?'}")
    return name != "/" and not any(
        folder and (name.endswith(f"/{folder}") or f"/{folder}".endswith(name))
        for folder in (package.path.rpartition("/")[0] for package in project.packages)
    )


_PREFIX = tuple(f"{option}=" for option in FOLDERS if option.startswith("--"))


def _from_context(instruction: Instruction) -> bool:
    return instruction.copy is not None and not instruction.copy.origin


def _match(
    image: Image,
    anchor: Location,
    what: str,
    left: Contents,
    builds: str = "builds in the same image",
) -> Match:
    path = image.dockerfile.path
    found = [Evidence(Location(path, image.stage.span), "the stage that is shipped")]
    if left.install is not None:
        found.append(
            Evidence(
                Location(left.install.run.path, left.install.run.span), "installs all dependencies"
            )
        )
    if left.build is not None:
        found.append(Evidence(Location(left.build.path, left.build.span), builds))
    elif left.compiles is not None:
        found.append(Evidence(Location(left.compiles.path, left.compiles.span), "builds with them"))
    if left.tools is not None:
        found.append(Evidence(Location(left.tools.path, left.tools.span), "installs a compiler"))
    return Match(
        location=anchor,
        values={"what": what, "path": path},
        evidence=tuple(e for e in found if e.location != anchor),
    )


def _copied(image: Image, known: Mapping[int, Behaviour]) -> tuple[Instruction, Contents] | None:
    """A COPY of all dependencies from a stage that installed development's too."""
    for layer in layers(image.dockerfile, image.stage, known):
        copy = layer.instruction.copy
        if copy is None or not copy.origin:
            continue
        stage = named(image.dockerfile, copy.origin, layer.stage.index)
        if stage is None:
            continue
        made = list(layers(image.dockerfile, stage, known))
        left = contents(made)
        from_there = left.install or _inherited(image, made, known)
        if from_there is None or from_there.directory is None:
            continue
        for source in copy.sources:
            if source.literal is not None and _takes(source.literal, from_there.directory):
                return layer.instruction, Contents(from_there, left.build, None, left.compiles)
    return None


def _inherited(image: Image, made: list[Layer], known: Mapping[int, Behaviour]) -> Install | None:
    """What a stage has itself copied from one that installed everything, and has not pruned."""
    for layer in made:
        copy = layer.instruction.copy
        if copy is None or not copy.origin:
            continue
        stage = named(image.dockerfile, copy.origin, layer.stage.index)
        left = contents(layers(image.dockerfile, stage, known)) if stage is not None else None
        if (
            left is None
            or left.install is None
            or left.install.directory is None
            or not copy.target
        ):
            continue
        whole = any(
            s.literal is not None and _takes(s.literal, left.install.directory)
            for s in copy.sources
        )
        target = copy.target.literal
        if (
            whole
            and target is not None
            and layer.directory is not None
            and not _pruned(made, layer)
        ):
            place = normpath(join(layer.directory, target))
            return Install(left.install.run, place.removesuffix("/node_modules") or "/")
    return None


def _pruned(made: list[Layer], copied: Layer) -> bool:
    """Whether a later layer removes the dependencies again."""
    after = made[made.index(copied) + 1 :]
    texts = [" ".join(w.raw for w in run.words) for layer in after for run in layer.runs]
    return any(
        re.search(r"prune|node_modules|--omit|--production|--prod\b|focus", text) for text in texts
    )


def _takes(source: str, directory: str) -> bool:
    """Whether a path covers the dependencies installed in a folder."""
    path = normpath(join("/", source))
    return path == directory or path == normpath(f"{directory}/node_modules")


def _development(image: Image, made: list[Layer], project: Project) -> list[str]:
    """The names of development's dependencies in the manifests that the image is made from."""
    by_folder = {p.path.rpartition("/")[0]: p for p in project.packages}
    copied = _copied_manifests(image, made)
    if copied and all(folder in by_folder for folder in copied):
        found = [by_folder[folder] for folder in copied]
    else:
        folders = {image.deployable, image.context, image.dockerfile.path.rpartition("/")[0]} - {
            None
        }
        found = [p for folder, p in by_folder.items() if folder in folders]
    if not found:
        found = [p for p in project.packages if p.path == "package.json"]
    return [d.name for p in found for d in p.dependencies if d.group == "devDependencies"]


def _copied_manifests(image: Image, made: list[Layer]) -> list[str]:
    """The folders of the manifests that are copied by name, where one is copied from a folder."""
    found = [
        normpath(join(image.context or "", (source.literal or "").removeprefix("./"))).rpartition(
            "/"
        )[0]
        for layer in made
        if layer.instruction.copy is not None and not layer.instruction.copy.origin
        for source in layer.instruction.copy.sources
        if source.literal
        and re.match(r"package(?:\*|\.json|\*\.json)", source.literal.rpartition("/")[2])
    ]
    return list(dict.fromkeys(found)) if any(found) else []


_KNOWN = (
    "typescript", "vitest", "jest", "@playwright/test", "playwright", "cypress", "mocha", "eslint", "prettier", "webpack",
    "vite", "nodemon", "husky", "turbo", "@biomejs/biome", "@nestjs/cli",
)  # fmt: skip
"""What everybody knows for development's own."""
_COMMANDS = {
    "typescript": "tsc",
    "@nestjs/cli": "nest",
    "@playwright/test": "playwright",
    "@biomejs/biome": "biome",
}
_SOME = 3


def _which(names: list[str], image: Image, project: Project) -> str:
    """Some of those dependencies, and those that the image's start itself needs, for the message."""
    needed = _needed(names, image, project)
    typed = ("@types/", "@typescript-eslint/", "eslint-")
    spare = [n for n in dict.fromkeys(names) if n not in needed and not n.startswith(typed)]
    named = [n for n in _KNOWN if n in spare] or spare
    text = f" ({', '.join(named[:_SOME])}{', …' if len(spare) > _SOME else ''})" if named else ""
    if needed:
        text += f"; CMD itself needs {' and '.join(f'`{n}`' for n in needed)} of them: move "
        text += f"{'it' if len(needed) == 1 else 'those'} to dependencies first"
    return text


_RUNS = frozenset({"run", "run-script"})
"""What stands before the name of a script; without it a manager's `start` may be meant."""


def _needed(names: list[str], image: Image, project: Project) -> list[str]:
    """The dependencies of development that the start of the image calls, also by a script of npm."""
    starts = [i.argument for i in image.stage.instructions if i.keyword in ("CMD", "ENTRYPOINT")]
    words = set(re.findall(r"[@\w./:-]+", " ".join(starts)))
    if {"npm", "pnpm", "yarn", "bun"} & words:
        asked = words if _RUNS & words else words | {"start"}
        folders = {image.deployable, image.context, image.dockerfile.path.rpartition("/")[0]}
        for package in project.packages:
            if package.path.rpartition("/")[0] in folders:
                for script in package.scripts:
                    if script.name in asked:
                        words |= set(re.findall(r"[@\w./:-]+", script.command))
    return [n for n in dict.fromkeys(names) if _COMMANDS.get(n, n) in words]


def _shown(instruction: Instruction) -> str:
    origin = (
        f"--from={instruction.copy.origin} " if instruction.copy and instruction.copy.origin else ""
    )
    text = f"{instruction.keyword} {origin}{instruction.argument}"
    return text if len(text) <= 70 else f"{text[:69]}…"
