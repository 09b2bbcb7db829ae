"""SQLite files that lie in a container itself, and not on what is mounted into it."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath
from typing import Any

from ..model import Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project.apps import folder_of
from ..project.datasources import datasource_folders
from ..project.engines import engine_of_url
from ..project.mounts import (
    Container,
    Given,
    containers,
    covers,
    directories,
    kept_by_image,
    places,
    variable,
)
from ..project.sqlite_files import written
from ..project.supplied import file_of
from ..project.types import Project, Store

_MOVES = frozenset(
    {"ln", "cp", "mv", "rsync", "litestream", "rclone", "gsutil", "aws", "sed", "envsubst"}
)
"""What a script may bring the file to its place with, or change the path by."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each container that opens an SQLite file."""
    files = [s for s in project.stores if s.engine == "sqlite" and s.purpose == "production"]
    told: set[Location] = set()
    for container in containers(project) if files else ():
        store = _opened(container, files)
        outcome = _judged(container, store, project) if store is not None else None
        if isinstance(outcome, Match):
            if outcome.location in told:
                continue
            told.add(outcome.location)
        if outcome is not None:
            yield outcome


def _opened(container: Container, files: list[Store]) -> Store | None:
    """The store that the application in a container opens."""
    owner = container.image.deployable if container.image else None
    if owner is None:
        return None
    own = [s for s in files if owner in s.users and s.source in ("prisma", "code", "environment")]
    return min(own, key=lambda s: (s.source != "prisma", s.location), default=None)


def _judged(container: Container, store: Store, project: Project) -> Outcome | None:
    image = container.image
    if image is None:
        return None
    if store.replicated:
        return Satisfied(store.replicated[0].location, store.replicated[0].note)
    given = _given(container, store, project)
    if not given:
        return None
    where = given[0].location
    doubt = _doubt(container, given, store, project)
    if doubt is not None:
        return Undecided(where, doubt)
    found: list[str] = []
    for one in given:
        file = file_of(one.value or "")
        if file is None:
            return None
        start = folder_of(store.location.path) if store.folder is None else store.folder
        if normpath(join(start, file)) in project.files:
            return Undecided(where, "the file is in the repository, perhaps to be read only")
        candidates = _candidates(container, file, store, project)
        if not candidates:
            return Undecided(where, "the image's working directory is not shown")
        found += candidates
    for path in found:
        kept = next((place for mount, place in container.mounts if covers(mount, path)), None)
        if kept is not None:
            return Satisfied(kept, f"{path} lies on it")
        if kept_by_image(image, path):
            return Satisfied(container.location, f"a VOLUME of the image keeps {path}")
    return _match(container, given, found, store)


def _given(container: Container, store: Store, project: Project) -> tuple[Given, ...]:
    """The URLs that the container may open: of its environment, else of the schema."""
    if store.variable:
        return variable(container, store.variable, project)
    if store.url is None:
        return ()
    return (Given(store.url, store.configured or written(store, project)),)


def _doubt(
    container: Container, given: tuple[Given, ...], store: Store, project: Project
) -> str | None:
    if container.open:
        return "the service takes over settings from elsewhere"
    if any(one.value is None for one in given):
        return "what its URL is in the container is not shown"
    if any(engine_of_url(one.value or "") != "sqlite" for one in given):
        return "another engine's URL is given as well"
    if any(mount.target is None for mount, _ in container.mounts):
        return "where something is mounted is not shown"
    name = store.variable
    for act in project.acts:
        if "image-build" in act.reached_by and any(r.name == "ln" for r in act.behaviour.runs):
            return "a link in the image may lead elsewhere"
        if not {"image", "compose"}.intersection(act.reached_by):
            continue
        for run in act.behaviour.runs:
            if run.name in _MOVES:
                return f"what `{run.name}` does in {act.script.path} may bring the file elsewhere"
        if name and (
            name in act.behaviour.variables.keys() | act.behaviour.defaults.keys()
            or any(f"{name}=" in w.raw for run in act.behaviour.runs for w in run.words)
        ):
            return f"{act.script.path} sets `{name}`"
    return None


def _candidates(container: Container, file: str, store: Store, project: Project) -> list[str]:
    """Every path that the file may have: relative ones start at the schema, its config or the directory."""
    if file.startswith("/"):
        return [normpath(file)]
    image = container.image
    bases = directories(image) if image else ()
    if image is None or not bases:
        return []
    if store.folder is not None:
        return list(dict.fromkeys(normpath(join(p, file)) for p in places(image, store.folder)))
    own = container.service.working_dir
    starts = [own.literal] if own and own.literal else []
    folders = [
        folder_of(store.location.path),
        *datasource_folders(project.modules),
        image.deployable or "",
    ]
    inside = [place for folder in folders for place in places(image, folder)]
    return list(dict.fromkeys(normpath(join(base, file)) for base in (*starts, *bases, *inside)))


def _match(container: Container, given: tuple[Given, ...], found: list[str], store: Store) -> Match:
    mounted = [place for _, place in container.mounts]
    evidence = [
        Evidence(
            container.location, f"the container that opens it{'' if mounted else ' mounts nothing'}"
        )
    ]
    evidence += [Evidence(place, "mounted, and not where the file lies") for place in mounted]
    evidence += [Evidence(one.location, "or here") for one in given[1:]]
    if store.variable:
        evidence.append(Evidence(store.location, "the datasource"))
    shown = " or ".join(f"`{path}`" for path in found[:2])
    return Match(
        location=given[0].location,
        values={"service": container.service.name, "file": shown},
        evidence=tuple(evidence),
        severity="warning" if all(one.example for one in given) else None,
    )
