"""Images whose process is root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import Behaviour, analyse
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.composed import placed
from ..project.layers import last, lineage
from ..project.listening import built, image_unit
from ..project.store_images import name_and_tag
from ..project.types import Image, Project, Unit

_ROOT = frozenset({"root", "0", "0:0", "root:root", "root:0", "0:root"})
_KNOWN = frozenset({
    "node", "python", "ruby", "golang", "debian", "ubuntu", "alpine", "eclipse-temurin", "amazoncorretto", "openjdk", "rust",
    "busybox", "oven/bun", "dotnet/aspnet", "dotnet/runtime", "elixir", "erlang", "perl", "almalinux", "rockylinux", "fedora",
})  # fmt: skip
"""Images whose own Dockerfile sets no user, so that what stands on them is root (their Dockerfiles, 2026)."""
_DROPS = frozenset({
    "gosu", "su-exec", "setpriv", "su", "runuser", "chpst", "s6-setuidgid", "s6-svscan", "supervisord", "sudo", "nginx",
    "apache2", "httpd", "php-fpm", "crond", "cron", "tail", "sleep",
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
