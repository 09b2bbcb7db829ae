"""What takes or runs the standalone server of a Next.js application which its build does not make."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Dockerfile, Module, Package, Value
from ..model import Location
from ..source.regex import regex
from .apps import folder_of
from .types import Act, Project

_STANDALONE = regex(r"(?:.*/)?\.next/standalone(?:/.*)?")


class Unmade(Struct, frozen=True):
    """A path of a standalone server, with the configuration that does not ask for it."""

    location: Location
    needs: str
    path: str
    module: Module


def unmade(project: Project) -> Iterator[Unmade]:
    """The first such path of each image, and that of each app of pm2."""
    if any(map(_speaks, project.packages)) or any(map(_tells, project.acts)):
        return
    configs = _configurations(project)
    for image in project.images:
        config = configs.get(image.deployable or "") if image.deployable is not None else None
        if config is None or image.purpose != "production":
            continue
        taken = next(_taken(image.dockerfile), None)
        if taken is not None:
            where = Location(image.dockerfile.path, taken.span)
            yield Unmade(where, "`COPY` takes", taken.raw, config)
    owners = {unit.location: unit for unit in project.units if unit.source == "pm2"}
    for ecosystem in project.ecosystems:
        for process in ecosystem.processes:
            unit = owners.get(Location(ecosystem.path, process.span))
            if unit is None or unit.purpose != "production" or process.script is None:
                continue
            config = configs.get(unit.deployable or "") if unit.deployable is not None else None
            if config is not None and _STANDALONE.fullmatch(process.script.literal or ""):
                where = Location(ecosystem.path, process.script.span)
                yield Unmade(where, "pm2 runs", process.script.literal or "", config)


def _configurations(project: Project) -> dict[str, Module]:
    """By folder: the only configuration of Next.js there, where it surely asks for no such server."""
    configs: dict[str, list[Module]] = {}
    for module in project.modules:
        if module.path.rpartition("/")[2].startswith("next.config."):
            configs.setdefault(folder_of(module.path), []).append(module)
    return {f: own[0] for f, own in configs.items() if len(own) == 1 and _is_plain(own[0])}


def _speaks(package: Package) -> bool:
    """Whether a script of a package names a standalone server: `NEXT_PRIVATE_STANDALONE=true next build`."""
    return any("standalone" in script.command.lower() for script in package.scripts)


def _tells(act: Act) -> bool:
    """Whether a script sets a variable that may ask for it: `export NEXT_PRIVATE_STANDALONE=true`."""
    named = [name for run in act.behaviour.runs for name, _ in run.environment]
    return any("STANDALONE" in name for name in (*named, *act.behaviour.variables))


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
