"""Images whose process is root."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ..documents.facts import Instruction, Service
from ..flow.behaviour import Behaviour, analyse
from ..model import Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project.composed import Placed, placed
from ..project.docker_runs import Started, started_by_docker
from ..project.images import built_file
from ..project.layers import last, lineage
from ..project.listening import built, image_unit
from ..project.store_images import name_and_tag
from ..project.supervised import ROOT, program_of_root
from ..project.types import Image, Project, Unit
from ..source.regex import regex

_KNOWN = frozenset({
    "node", "python", "ruby", "golang", "debian", "ubuntu", "alpine", "eclipse-temurin", "amazoncorretto", "openjdk", "rust",
    "busybox", "oven/bun", "dotnet/aspnet", "dotnet/runtime", "elixir", "erlang", "perl", "almalinux", "rockylinux", "fedora",
})  # fmt: skip
"""Images whose own Dockerfile sets no user, so that what stands on them is root (their Dockerfiles, 2026)."""
_SERVERS = frozenset({"caddy", "traefik"})
"""Those of servers that start by themselves as root and stay it, as nginx and httpd do not (likewise)."""
_INSTALLS = regex(r"\b(?:gosu|su-exec|s6-overlay|setpriv)\b")
"""What an image takes to give its rights away at the start."""
_DEVELOPS = regex(r"dev|.*[:_-]dev|dev[:_-].*")
_DROPS = frozenset({
    "gosu", "su-exec", "setpriv", "chroot", "su", "runuser", "chpst", "s6-setuidgid", "s6-svscan", "supervisord", "sudo", "nginx",
    "apache2", "httpd", "php-fpm", "crond", "cron", "uwsgi", "sshd", "dockerd",
})  # fmt: skip
"""What gives its rights away itself, or has to keep them."""
_WAITS = frozenset({"tail", "sleep"})
"""What an image that does nothing starts."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each image of production that starts something."""
    if not project.images or project.kind.name in ("template", "library"):
        return
    services = tuple(placed(project))
    given = _given(services, project)
    folders = {d.folder for d in project.deployables}
    within = [act for act in project.acts if "image" in act.reached_by]
    by_name = {
        a.script.path.rpartition("/")[2]: a.behaviour
        for a in project.acts
        if a.script.origin == "file"
    }
    started = tuple(started_by_docker(project))
    for image in project.images:
        users = given.get(Location(image.dockerfile.path, image.stage.span), [])
        if image.purpose != "production" or (users and all(users)):
            continue
        if _is_given(image, services, started, project):
            continue
        if _is_server(image):
            yield from _judged(image, project)
            continue
        unit = image_unit(image, project)
        if unit is None:
            continue
        scripts = _scripts(image, by_name)
        program = _supervised(image, unit, scripts or [], project)
        if program is not None:
            yield from _judged(image, project, program)
            continue
        if image.deployable not in folders:
            continue
        if _is_left_over(image, project) or scripts is None:
            continue
        paths = {image.dockerfile.path, *(run.path for b in scripts for run in b.runs)}
        own = [a.behaviour for a in within if paths & {step.location.path for step in a.trail}]
        if _changes(unit, own) or any(_gives_away(behaviour) for behaviour in scripts):
            continue
        if _is_prepared(image) or _develops(unit, own) or _becomes_another(unit, image, project):
            continue
        yield from _judged(image, project)


def _is_server(image: Image) -> bool:
    """Whether it is built here and starts what its base starts, a server that stays root."""
    base = lineage(image.dockerfile, image.stage)[0].base.literal
    known = base is not None and name_and_tag(base)[0] in _SERVERS
    return known and image.context is not None and last(image, "CMD", "ENTRYPOINT") is None


def _supervised(
    image: Image, unit: Unit, scripts: list[Behaviour], project: Project
) -> Evidence | None:
    """A program that supervisord runs as root in an image that starts it, itself or by its script."""
    if any(m.drops_rights for m in project.modules) or _is_prepared(image) or unit.start is None:
        return None
    runs = [run for b in (analyse(unit.start), *scripts) for run in b.runs]
    return program_of_root(image, runs, project)


def _is_left_over(image: Image, project: Project) -> bool:
    """Whether nothing builds it, and something builds another image of the same application."""
    return image.context is None and any(
        other.deployable == image.deployable and other.context is not None
        for other in project.images
    )


def _changes(unit: Unit, own: list[Behaviour]) -> bool:
    """Whether what an image starts gives its rights away itself, does nothing, or is not told."""
    if unit.start is None:
        return True
    started = (analyse(unit.start), *own)
    return any(_gives_away(b) or any(run.name in _WAITS for run in b.runs) for b in started)


def _gives_away(behaviour: Behaviour) -> bool:
    return any(
        _DROPS.intersection((run.name, *run.prefixes, *run.arguments[:1])) for run in behaviour.runs
    )


def _becomes_another(unit: Unit, image: Image, project: Project) -> bool:
    """Whether pm2 starts it as another user, or a module of the application makes the process one."""
    runs = analyse(unit.start).runs if unit.start is not None else ()
    if any(run.name.startswith("pm2") for run in runs):
        return any(u.source == "pm2" and u.user for u in project.units)
    folder = f"{image.deployable}/" if image.deployable else ""
    return any(m.drops_rights and m.path.startswith(folder) for m in project.modules)


def _scripts(image: Image, by_name: dict[str, Behaviour]) -> list[Behaviour] | None:
    """What the scripts do that the image starts by a name; None where one got its name from a file not known.

    Where they lie in the image is not asked.
    """
    starts = (last(image, "ENTRYPOINT"), last(image, "CMD"))
    names = {w.rpartition("/")[2] for i in starts if i for w in _WORDS.findall(i.argument)}
    before = {
        found[1].rpartition("/")[2]
        for instruction in _instructions(image)
        if instruction.keyword in ("COPY", "ADD", "RUN")
        for found in _RENAMED.finditer(instruction.argument)
        if found[2].rpartition("/")[2] in names
    }
    if before - by_name.keys():
        return None
    return [by_name[name] for name in sorted((names | before) & by_name.keys())]


def _instructions(image: Image) -> Iterator[Instruction]:
    for stage in lineage(image.dockerfile, image.stage):
        yield from stage.instructions


def _is_prepared(image: Image) -> bool:
    """Whether it takes what gives rights away at the start, or starts s6-overlay, which does."""
    start = last(image, "ENTRYPOINT") or last(image, "CMD")
    words = _WORDS.findall(start.argument) if start is not None else []
    installs = any(_INSTALLS.search(i.argument) for i in _instructions(image))
    return installs or words[:1] == ["/init"]


_WORDS = regex(r"[\w./@:-]+")
_RENAMED = regex(r"(?:^|\bmv\s+|\s)(\S*?\.(?:ba)?sh)\s+(\S+)")
"""A script and the name that it gets."""


def _develops(unit: Unit, own: list[Behaviour]) -> bool:
    """Whether it starts a package script for developing, itself or by the script that it starts."""
    started = [analyse(unit.start)] if unit.start is not None else []
    return any(
        run.name in ("npm", "pnpm", "yarn", "bun") and _DEVELOPS.fullmatch(argument or "")
        for behaviour in (*started, *own)
        for run in behaviour.runs
        for argument in run.arguments
    )


def _is_given(
    image: Image, services: tuple[Placed, ...], started: tuple[Started, ...], project: Project
) -> bool:
    """Whether what takes the image by its name is given a user, by compose or `docker run`, as far as names tell."""
    own = {
        name.rpartition("/")[2].lower()
        for d in project.deployables
        if d.folder == image.deployable
        for name in (d.name, d.folder)
    }
    own |= {(image.context or "").rpartition("/")[2].lower(), *_tagged(image, project)}
    own.discard("")
    if any(
        (each.service.user is not None or each.open)
        and (each.built == image.dockerfile.path or _short(each.service) in own)
        for each in started
    ):
        return True
    return any(
        each.whole.gives("user")
        and each.service.build is None
        and each.service.image is not None
        and own.intersection(
            (
                each.service.name.lower(),
                _short(each.service),
            )
        )
        for each in services
    )


def _tagged(image: Image, project: Project) -> Iterator[str]:
    """The names under which package scripts of the same application build an image."""
    for act in project.acts:
        if act.script.origin == "npm" and act.deployable == image.deployable:
            for run in act.behaviour.runs:
                if run.name in ("docker", "podman") and "build" in run.arguments[:2]:
                    pairs = pairwise(run.arguments)
                    yield from (_last_part(v) for o, v in pairs if o in ("-t", "--tag") and v)


def _short(service: Service) -> str:
    """The last part of the name of a service's image, without its tag."""
    name = service.image.literal or service.image.raw if service.image is not None else ""
    return _last_part(name)


def _last_part(name: str) -> str:
    return name_and_tag(name)[0].rpartition("/")[2].lower()


def _given(services: tuple[Placed, ...], project: Project) -> dict[Location, list[bool]]:
    """For each image whether each service of compose that builds it gives it another user, or may."""
    found: dict[Location, list[bool]] = {}
    for each in services:
        image = built(each, project)
        build = each.service.build
        file = built_file(each.compose.path, build) if image is None and build else None
        for taken in project.images:
            if taken is image or (each.whole.open and taken.dockerfile.path == file):
                where = Location(taken.dockerfile.path, taken.stage.span)
                found.setdefault(where, []).append(each.whole.gives("user"))
    return found


def _judged(image: Image, project: Project, program: Evidence | None = None) -> Iterator[Outcome]:
    user = last(image, "USER")
    named = user.values[0].literal or "" if user is not None and user.values else ""
    if user is not None and named and named not in ROOT:
        where = Location(image.dockerfile.path, user.span)
        yield Satisfied(where, f"`USER {named}` is the last word")
        return
    if any(unit.source == "kubernetes" for unit in project.units):
        where = Location(image.dockerfile.path, image.stage.span)
        yield Undecided(where, "the cluster may give it another user")
        return
    stages = lineage(image.dockerfile, image.stage)
    if user is None:
        base = stages[0].base.literal
        name, tag = name_and_tag(base) if base else ("", "")
        distroless = name.startswith("gcr.io/distroless/") and "nonroot" not in tag
        if name in _KNOWN | _SERVERS or name == "scratch" or distroless:
            shown = Location(image.dockerfile.path, image.stage.span)
            yield _match(image, shown, program, f"nothing changes the user of `{base}`")
    elif named:
        shown = Location(image.dockerfile.path, user.span)
        yield _match(image, shown, program, f"`USER {named}` is the last word")


def _match(image: Image, where: Location, program: Evidence | None, how: str) -> Match:
    start = last(image, "CMD", "ENTRYPOINT")
    evidence = (
        [Evidence(Location(image.dockerfile.path, start.span), "runs as root")] if start else []
    )
    evidence += [program] if program is not None else []
    return Match(location=where, values={"how": how}, evidence=tuple(evidence))
