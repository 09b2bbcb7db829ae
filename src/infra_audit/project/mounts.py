"""Containers that compose or a script runs: the image behind each, what is mounted, what its variables are."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

from msgspec import Struct

from ..documents.facts import Compose, Dotenv, Entry, Mount, Service, Stage, Value
from ..model import Location, Span
from .apps import folder_of
from .composing import is_application
from .docker_runs import started_by_docker
from .entrances import is_trial_service
from .images import built_file, resolved
from .types import Image, Project


class Given(Struct, frozen=True):
    """A variable of a container, and where it gets its value; None where that is unknown."""

    value: str | None
    location: Location
    example: bool = False
    """Whether an example gives it, from which people make the file that counts."""


class Container(Struct, frozen=True, kw_only=True):
    """A service of compose with all that the compose files beside each other say of it."""

    service: Service
    compose: Compose
    image: Image | None
    mounts: tuple[tuple[Mount, Location], ...]
    parts: tuple[tuple[Compose, Service], ...]
    """The service in each file of the folder."""
    open: bool
    """Whether it may have mounts or variables that are not read: `extends`, `volumes_from`."""

    @property
    def location(self) -> Location:
        """The name of the service."""
        return Location(self.compose.path, self.service.span)


def containers(project: Project) -> Iterator[Container]:
    """Every service of production, and every `docker run`, that is an application and goes on running."""
    once = {u.location for u in project.units if u.once}
    for compose in project.composes:
        if project.purposes.get(compose.path) != "production":
            continue
        for service in compose.services:
            if Location(compose.path, service.span) in once or is_trial_service(service):
                continue
            if is_application(service):
                yield _container(compose, service, project)
    for one in started_by_docker(project):
        built = [i for i in project.images if i.dockerfile.path == one.built]
        yield Container(
            service=one.service,
            compose=one.compose,
            image=next(iter(built), None),
            mounts=tuple((m, Location(one.compose.path, m.span)) for m in one.service.mounts),
            parts=((one.compose, one.service),),
            open=one.open,
        )


def _container(compose: Compose, service: Service, project: Project) -> Container:
    beside = [c for c in project.composes if folder_of(c.path) == folder_of(compose.path)]
    parts = tuple((c, s) for c in beside for s in c.services if s.name == service.name)
    return Container(
        service=service,
        compose=compose,
        image=_image(compose, service, project),
        mounts=tuple((m, Location(c.path, m.span)) for c, s in parts for m in s.mounts),
        parts=parts,
        open=any(s.extends or "volumes_from" in s.keys for _, s in parts),
    )


def _image(compose: Compose, service: Service, project: Project) -> Image | None:
    """The image of the repository that a service runs: built here, or published under its name."""
    own = [i for i in project.images if i.purpose == "production"]
    if service.build is not None:
        path = built_file(compose.path, service.build)
        target = service.build.target.literal if service.build.target else None
        built = [i for i in project.images if i.dockerfile.path == path]
        return next((i for i in built if i.stage.name == target), next(iter(built), None))
    name = (service.image.raw if service.image else "").partition("@")[0]
    last = name.rpartition("/")[2].partition(":")[0]
    names = {p.name.rpartition("/")[2] for p in project.packages} | {
        d.name.rpartition("/")[2] for d in project.deployables
    }
    return own[0] if len(own) == 1 and last and last in names else None


# ── variables ────────────────────────────────────────────────────────────────────────────────────


def variable(container: Container, name: str, project: Project) -> tuple[Given, ...]:
    """What a variable of a container may be, by the place that wins; none where nothing gives it."""
    here = [
        _given(entry, compose.path)
        for compose, service in container.parts
        for entry in service.environment
        if entry.name == name
    ]
    return tuple(here or _of_files(container, name, project) or _of_image(container.image, name))


def _given(entry: Entry, path: str) -> Given:
    value = entry.value
    if value is None:
        return Given(None, Location(path, entry.span))
    known = value.literal if value.literal is not None else value.default
    return Given(known, Location(path, _whole(entry.span, value)))


def _whole(name: Span, value: Value) -> Span:
    """From the name of an entry to the end of its value."""
    if name.line != value.span.line:
        return name
    return Span(name.line, name.column, value.span.end_line, value.span.end_column)


def _of_files(container: Container, name: str, project: Project) -> list[Given]:
    """What env files give; for one that is not in the repository its example tells, else it may give anything."""
    found: list[Given] = []
    for compose, service in container.parts:
        for word in (*service.env_files, *service.optional_env_files):
            path = resolved(folder_of(compose.path), word.literal) if word.literal else None
            dotenv = next((d for d in project.dotenvs if d.path == path), None)
            example = None if dotenv else _example(path, project)
            for entry in [
                e for d in (dotenv or example,) if d for e in d.entries if e.name == name
            ][-1:]:
                given = _given(entry, (dotenv or example or compose).path)
                found.append(Given(given.value, given.location, example is not None))
            if dotenv is None and example is None:
                found.append(Given(None, Location(compose.path, word.span)))
    return found


def _example(path: str | None, project: Project) -> Dotenv | None:
    """The only example of a dotenv file that lies beside it."""
    beside = [
        d
        for d in project.dotenvs
        if path is not None
        and folder_of(d.path) == folder_of(path)
        and project.purposes.get(d.path) in ("example", "template")
    ]
    return beside[0] if len(beside) == 1 else None


def _of_image(image: Image | None, name: str) -> list[Given]:
    found = (
        [
            _given(entry, image.dockerfile.path)
            for stage in stages(image)
            for instruction in stage.instructions
            if instruction.keyword == "ENV"
            for entry in instruction.entries
            if entry.name == name
        ]
        if image
        else []
    )
    return found[-1:]


# ── folders inside ───────────────────────────────────────────────────────────────────────────────


def stages(image: Image) -> tuple[Stage, ...]:
    """The stage that is the image and those that it builds upon, these first."""
    named = {stage.name: stage for stage in image.dockerfile.stages if stage.name}
    found = [image.stage]
    while (base := named.get(found[0].base.raw)) is not None and base not in found:
        found.insert(0, base)
    return tuple(found)


def directories(image: Image) -> tuple[str, ...]:
    """The working directories of an image, the last one first; none where its base decides."""
    found: list[str] = []
    for stage in stages(image):
        for instruction in stage.instructions:
            word = instruction.values[0].literal if instruction.values else None
            if instruction.keyword == "WORKDIR" and word is None:
                return ()
            if instruction.keyword == "WORKDIR" and word:
                above = found[-1] if found else "/"
                found.append(normpath(join(above, word)))
    return tuple(dict.fromkeys(reversed(found)))


def places(image: Image, folder: str) -> tuple[str, ...]:
    """Where a folder of the repository may lie in an image: by its copies and its working directories.

    More than may be true: whoever asks wants to hear of every folder that a path may start from.
    """
    bases = directories(image)
    found: dict[str, None] = {}
    for context in dict.fromkeys((image.context or "", image.deployable or "", "")):
        inside = folder == context or not context or folder.startswith(f"{context}/")
        if inside:
            relative = folder.removeprefix(context).lstrip("/")
            found |= dict.fromkeys(normpath(join(base, relative)) for base in bases)
    for stage in stages(image):
        at = "/"
        for instruction in stage.instructions:
            if instruction.keyword == "WORKDIR" and instruction.values:
                at = normpath(join(at, instruction.values[0].literal or ""))
            copy = instruction.copy
            if copy is None or copy.target is None or copy.target.literal is None:
                continue
            for source in copy.sources:
                for rest in _inside(folder, source.raw):
                    found[normpath(join(at, copy.target.literal, rest))] = None
    return tuple(found)


def _inside(folder: str, source: str) -> Iterator[str]:
    """What of a folder's path lies below a source that is copied: '' where it is the folder itself."""
    tail = normpath(source).strip("/")
    parts = folder.split("/") if folder else []
    if tail in (".", ""):
        yield folder
    for n in range(len(parts), 0, -1):
        for first in range(n):
            if tail == "/".join(parts[first:n]) or tail.endswith("/" + "/".join(parts[first:n])):
                yield "/".join(parts[n:])
                return


def covers(mount: Mount, path: str) -> bool:
    """Whether a file lies on a mount that keeps it."""
    target = normpath(mount.target) if mount.target else ""
    return mount.kind != "tmpfs" and (path == target or path.startswith(target.rstrip("/") + "/"))


def kept_by_image(image: Image, path: str) -> bool:
    """Whether a VOLUME of the image keeps a file, as long as its container is only replaced."""
    targets = [
        value.literal or ""
        for stage in stages(image)
        for instruction in stage.instructions
        if instruction.keyword == "VOLUME"
        for value in instruction.values
    ]
    return any(
        covers(Mount("volume", None, t, False, image.stage.span), path) for t in targets if t
    )
