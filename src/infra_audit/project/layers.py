"""What a Dockerfile's stage really contains: its own instructions after those of the stages it builds on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import join, normpath

from msgspec import Struct

from ..documents.facts import Dockerfile, Instruction, Stage
from ..flow.behaviour import Behaviour, Run
from .types import Image, Project


class Layer(Struct, frozen=True):
    """An instruction with the working directory and the environment in force, and its commands."""

    instruction: Instruction
    stage: Stage
    directory: str | None
    environment: Mapping[str, str | None]
    runs: tuple[Run, ...] = ()


def behaviours(project: Project) -> dict[int, Behaviour]:
    """What each script can do, by its `id`."""
    return {id(act.script): act.behaviour for act in project.acts}


def lineage(dockerfile: Dockerfile, stage: Stage) -> tuple[Stage, ...]:
    """A stage and the earlier stages that it builds on, the first one first."""
    found = [stage]
    while (base := named(dockerfile, found[0].base.literal or "", found[0].index)) is not None:
        found.insert(0, base)
    return tuple(found)


def needed(image: Image) -> Iterator[Stage]:
    """The stages that the build of an image runs, in order: BuildKit leaves out what nothing asks for."""
    wanted = {image.stage.index}
    for stage in reversed(image.dockerfile.stages[: image.stage.index + 1]):
        for name in _asked(stage) if stage.index in wanted else ():
            found = named(image.dockerfile, name, stage.index)
            if found is not None:
                wanted.add(found.index)
    yield from (stage for stage in image.dockerfile.stages if stage.index in wanted)


def _asked(stage: Stage) -> Iterator[str]:
    """What a stage takes of others: its base, what it copies from, and the mounts of its commands."""
    yield stage.base.literal or ""
    for instruction in stage.instructions:
        if instruction.copy is not None:
            yield instruction.copy.origin
        for flag in instruction.flags:
            mounted = flag.value.raw.split(",") if flag.value is not None else ()
            yield from (part[5:] for part in mounted if part.startswith("from="))


def last(image: Image, *keywords: str) -> Instruction | None:
    """The instruction of one of the keywords that holds for an image: the last one that makes it."""
    found = [
        instruction
        for stage in lineage(image.dockerfile, image.stage)
        for instruction in stage.instructions
        if instruction.keyword in keywords
    ]
    return found[-1] if found else None


def named(dockerfile: Dockerfile, name: str, before: int) -> Stage | None:
    """The stage of that name or number before another."""
    for stage in dockerfile.stages[:before]:
        if name and (stage.name.lower() == name.lower() or str(stage.index) == name):
            return stage
    return None


def layers(dockerfile: Dockerfile, stage: Stage, known: Mapping[int, Behaviour]) -> Iterator[Layer]:
    """Every instruction that makes a stage, in order."""
    directory: str | None = "/"
    environment: dict[str, str | None] = {}
    for one in lineage(dockerfile, stage):
        for instruction in one.instructions:
            if instruction.keyword == "WORKDIR":
                directory = _moved(directory, instruction.argument)
            if instruction.keyword in ("ENV", "ARG"):
                environment |= {
                    e.name: e.value.literal if e.value else None for e in instruction.entries
                }
            behaviour = known.get(id(instruction.script))
            runs = behaviour.runs if behaviour and instruction.keyword == "RUN" else ()
            yield Layer(instruction, one, directory, dict(environment), runs)


def _moved(directory: str | None, argument: str) -> str | None:
    target = argument.strip().strip("\"'")
    if "$" in target or (directory is None and not target.startswith("/")):
        return None
    return normpath(join(directory or "/", target))
