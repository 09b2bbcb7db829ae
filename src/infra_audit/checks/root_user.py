"""Images whose process is root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Instruction
from ..flow.behaviour import Behaviour, analyse
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.composed import placed
from ..project.layers import last, lineage
from ..project.listening import built, image_unit
from ..project.store_images import name_and_tag
from ..project.types import Image, Project, Unit
from ..source.regex import regex

_ROOT = frozenset({"root", "0", "0:0", "root:root", "root:0", "0:root"})
_KNOWN = frozenset({
    "node", "python", "ruby", "golang", "debian", "ubuntu", "alpine", "eclipse-temurin", "amazoncorretto", "openjdk", "rust",
    "busybox", "oven/bun", "dotnet/aspnet", "dotnet/runtime", "elixir", "erlang", "perl", "almalinux", "rockylinux", "fedora",
})  # fmt: skip
"""Images whose own Dockerfile sets no user, so that what stands on them is root (their Dockerfiles, 2026)."""
_INSTALLS = regex(r"\b(?:gosu|su-exec|s6-overlay|setpriv)\b")
"""What an image takes to give its rights away at the start."""
_DEVELOPS = regex(r"dev|.*[:_-]dev|dev[:_-].*")
_DROPS = frozenset({
    "gosu", "su-exec", "setpriv", "su", "runuser", "chpst", "s6-setuidgid", "s6-svscan", "supervisord", "sudo", "nginx",
    "apache2", "httpd", "php-fpm", "crond", "cron", "tail", "sleep", "uwsgi",
})  # fmt: skip
"""What gives its rights away itself, has to keep them, or only waits."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each image of production that starts something."""
    if not project.images or project.kind.name in ("template", "library"):
        return
    given = _given(project)
    folders = {d.folder for d in project.deployables}
    within = [a.behaviour for a in project.acts if "image" in a.reached_by]
    for image in project.images:
        unit = image_unit(image, project)
        if image.purpose != "production" or image.deployable not in folders or unit is None:
            continue
        where = Location(image.dockerfile.path, image.stage.span)
        users = given.get(where, [])
        if (users and all(users)) or _is_left_over(image, project) or _changes(unit, within):
            continue
        if _is_prepared(image) or _develops(unit) or _is_given(image, project):
            continue
        yield from _judged(image, project)


def _is_left_over(image: Image, project: Project) -> bool:
    """Whether nothing builds it, and something builds another image of the same application."""
    return image.context is None and any(
        other.deployable == image.deployable and other.context is not None
        for other in project.images
    )


def _changes(unit: Unit, within: list[Behaviour]) -> bool:
    """Whether what images start gives its rights away itself, does nothing, or is not told."""
    if unit.start is None:
        return True
    return any(
        _DROPS.intersection((run.name, *run.prefixes, *run.arguments[:1]))
        for behaviour in (analyse(unit.start), *within)
        for run in behaviour.runs
    )


def _is_prepared(image: Image) -> bool:
    """Whether it takes what gives rights away, or hands the start to a file under another name."""
    instructions = [
        i for stage in lineage(image.dockerfile, image.stage) for i in stage.instructions
    ]
    if any(_INSTALLS.search(i.argument) for i in instructions):
        return True
    start = last(image, "ENTRYPOINT") or last(image, "CMD")
    words = _WORDS.findall(start.argument) if start is not None else []
    if not words:
        return False
    if words[0] == "/init":  # s6-overlay
        return True
    names = {word.rpartition("/")[2] for word in words if "/" in word or word == words[0]}
    return any(_renames(i, names) for i in instructions if i.keyword in ("COPY", "ADD", "RUN"))


_WORDS = regex(r"[\w./@:-]+")
_RENAMED = regex(r"(?:^|\bmv\s+|\s)(\S*?\.(?:ba)?sh)\s+(\S+)")
"""A script and the name that it gets."""


def _renames(instruction: Instruction, names: set[str]) -> bool:
    """Whether a script gets one of the names, so that which script starts is not known."""
    return any(
        found[2].rpartition("/")[2] in names and found[1].rpartition("/")[2] not in names
        for found in _RENAMED.finditer(instruction.argument)
    )


def _develops(unit: Unit) -> bool:
    """Whether it starts a package script for developing."""
    return unit.start is not None and any(
        run.name in ("npm", "pnpm", "yarn", "bun") and _DEVELOPS.fullmatch(argument or "")
        for run in analyse(unit.start).runs
        for argument in run.arguments
    )


def _is_given(image: Image, project: Project) -> bool:
    """Whether compose gives a user to a service that takes the image by its name, as far as names tell."""
    own = {
        name.rpartition("/")[2].lower()
        for d in project.deployables
        if d.folder == image.deployable
        for name in (d.name, d.folder)
    }
    own |= {(image.context or "").rpartition("/")[2].lower()}
    own.discard("")
    return any(
        each.whole.gives("user")
        and each.service.build is None
        and each.service.image is not None
        and own.intersection(
            (
                each.service.name.lower(),
                name_and_tag(each.service.image.literal or "")[0].rpartition("/")[2].lower(),
            )
        )
        for each in placed(project)
    )


def _given(project: Project) -> dict[Location, list[bool]]:
    """For each image whether each service of compose that builds it gives it another user."""
    found: dict[Location, list[bool]] = {}
    for each in placed(project):
        image = built(each, project)
        if image is not None:
            where = Location(image.dockerfile.path, image.stage.span)
            found.setdefault(where, []).append(each.whole.gives("user"))
    return found


def _judged(image: Image, project: Project) -> Iterator[Outcome]:
    if any(unit.source == "kubernetes" for unit in project.units):
        where = Location(image.dockerfile.path, image.stage.span)
        yield Undecided(where, "the cluster may give it another user")
        return
    stages = lineage(image.dockerfile, image.stage)
    user = last(image, "USER")
    if user is None:
        base = stages[0].base.literal
        name, tag = name_and_tag(base) if base else ("", "")
        distroless = name.startswith("gcr.io/distroless/") and "nonroot" not in tag
        if name in _KNOWN or name == "scratch" or distroless:
            shown = Location(image.dockerfile.path, image.stage.span)
            yield _match(image, shown, f"nothing changes the user of `{base}`")
    elif user.values and (user.values[0].literal or "") in _ROOT:
        shown = Location(image.dockerfile.path, user.span)
        yield _match(image, shown, f"`USER {user.values[0].literal}` is the last word")


def _match(image: Image, where: Location, how: str) -> Match:
    start = last(image, "CMD", "ENTRYPOINT")
    evidence = (
        [Evidence(Location(image.dockerfile.path, start.span), "runs as root")] if start else []
    )
    return Match(location=where, values={"how": how}, evidence=tuple(evidence))
