"""Images that take the standalone server of a Next.js application which its build does not make."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents.facts import Dockerfile, Module, Package, Value
from ..source.regex import regex
from .apps import folder_of
from .types import Image, Project

_STANDALONE = regex(r"(?:.*/)?\.next/standalone(?:/.*)?")


def unmade(project: Project) -> Iterator[tuple[Image, Value, Module]]:
    """The first such path of each image, with the configuration that does not ask for it."""
    configs: dict[str, list[Module]] = {}
    for module in project.modules:
        if module.path.rpartition("/")[2].startswith("next.config."):
            configs.setdefault(folder_of(module.path), []).append(module)
    for image in project.images:
        own = configs.get(image.deployable, []) if image.deployable is not None else []
        if len(own) != 1 or image.purpose != "production" or not _is_plain(own[0]):
            continue
        if any(map(_speaks, project.packages)):
            continue
        taken = next(_taken(image.dockerfile), None)
        if taken is not None:
            yield image, taken, own[0]


def _speaks(package: Package) -> bool:
    """Whether a script of a package names a standalone server: `NEXT_PRIVATE_STANDALONE=true next build`."""
    return any("standalone" in script.command.lower() for script in package.scripts)


def _is_plain(module: Module) -> bool:
    """Whether all options of a configuration are known, and none says what the build makes."""
    return module.config_whole and not any(entry.name == "output" for entry in module.config)


def _taken(dockerfile: Dockerfile) -> Iterator[Value]:
    """What an image copies of a standalone server from its stages, where only that speaks of one."""
    stages = {stage.name for stage in dockerfile.stages if stage.name}
    every = [i for stage in dockerfile.stages for i in stage.instructions]
    if any(i.copy is None and "standalone" in i.argument.lower() for i in every):
        return
    for instruction in every:
        if instruction.copy is not None and instruction.copy.origin in stages:
            for value in instruction.copy.sources:
                if _STANDALONE.fullmatch(value.literal or ""):
                    yield value
