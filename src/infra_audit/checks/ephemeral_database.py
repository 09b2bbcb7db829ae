"""Databases whose data lies in no volume that outlives the container."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..documents.facts import Mount, Service
from ..documents.shell.syntax import Command, Script
from ..model import Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project.composed import Placed, placed, removals
from ..project.store_images import (
    StoreImage,
    is_moved_postgres,
    is_newest_postgres,
    name_and_tag,
    store_image,
)
from ..project.store_services import StoreService, store_service
from ..project.types import Project

_OLD = "/var/lib/postgresql/data"


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each service that runs a database."""
    removing = next(removals(project), None) if project.composes else None
    for one in placed(project):
        store = store_service(one.service, one.compose, project)
        embedded = _EMBEDDED.get(_product(one.service)) if store is None else None
        if embedded is not None and _is_bare(one, embedded):
            lost = _contained(one, embedded)
            yield Undecided(lost.location, one.doubt) if one.doubt else lost
        if store is not None and store.lasts:
            outcome = _of_store(one, store, removing)
            if isinstance(outcome, Match) and one.doubt:
                yield Undecided(outcome.location, one.doubt)
            else:
                yield outcome


class _Embedded(Struct, frozen=True):
    """A product that keeps a database of its own where nothing tells it another."""

    engine: str
    holds: str
    elsewhere: tuple[str, ...]
    """How the variables begin that tell it another."""


_EMBEDDED = {
    "metabase/metabase": _Embedded("H2", "its users, questions and dashboards", ("MB_DB_",)),
    "n8nio/n8n": _Embedded(
        "SQLite", "its workflows and the key of its credentials", ("DB_", "N8N_USER_FOLDER")
    ),
}
"""By the image; neither declares a volume.

https://www.metabase.com/docs/latest/installation-and-operation/running-metabase-on-docker,
https://docs.n8n.io/hosting/installation/docker, as of 2025.
"""


def _product(service: Service) -> str:
    image = service.image.literal or service.image.raw if service.image else ""
    name = name_and_tag(image)[0]
    return name.removeprefix("docker.n8n.io/")


def _is_bare(one: Placed, embedded: _Embedded) -> bool:
    """Whether nothing that a service is given may keep its database: no mount, no variable, no file."""
    whole = one.whole
    given = [entry.name for part in whole.every for entry in part.environment]
    return (
        not any(part.mounts or part.env_files or part.optional_env_files for part in whole.every)
        and not any(whole.gives(key) for key in ("volumes_from", "configs", "entrypoint"))
        and not any(name.startswith(embedded.elsewhere) for name in given)
    )


def _contained(one: Placed, embedded: _Embedded) -> Match:
    return Match(
        location=one.location,
        values={
            "service": one.service.name,
            "engine": embedded.engine,
            "what": f"has no volume and no other database: {embedded.holds} lie in {embedded.engine}"
            " inside the container, and whatever makes the container anew makes it empty",
        },
        evidence=one.standing.evidence,
        severity=None if one.standing.sure else "warning",
        trail=one.standing.trail,
    )


def _of_store(one: Placed, store: StoreService, removing: Evidence | None) -> Outcome:
    where = one.location
    whole = one.whole
    mounts = [mount for part in whole.every for mount in part.mounts]
    if whole.gives("volumes_from") or whole.gives("configs"):
        return Undecided(where, "not all that it mounts is shown")
    if any(m.kind == "unknown" or m.target is None for m in mounts):
        return Undecided(where, "where it mounts something is not literal")
    old = next((m for m in mounts if m.target and normpath(m.target) == _OLD), None)
    if old is not None and is_newest_postgres(store.image) and not _is_moved(one.service):
        return replace(_moved(old, one, store), severity="warning")
    image = store_image(store.image)
    place = _place(image, one.service) if image is not None else None
    if image is None or place is None:
        return Undecided(where, f"where `{store.image}` keeps its data is not known")
    held = _held(place, image, mounts)
    if isinstance(held, Mount) and (held.kind == "tmpfs" or held.source is not None):
        kept = Location(one.compose.path, held.span)
        return Satisfied(kept, f"`{one.service.name}` keeps its data there")
    if old is not None and is_moved_postgres(store.image):
        return _moved(old, one, store)
    return _lost(image, mounts, one, store, removing)


def _place(image: StoreImage, service: Service) -> str | None:
    """The folder of its data; None where a variable or an option moves it somewhere unknown."""
    place: str | None = image.data
    for entry in service.environment:
        if image.variable and entry.name == image.variable:
            place = entry.value.literal if entry.value else None
    for script in (service.command, service.entrypoint):
        words = _words(script)
        if any(word.partition("=")[0] in image.options for word in words):
            return None
    return normpath(place) if place else None


def _words(script: Script | None) -> list[str]:
    statements = script.statements if script is not None else ()
    return [w.raw for s in statements if isinstance(s, Command) for w in s.words]


def _held(place: str, image: StoreImage, mounts: list[Mount]) -> Mount | str | None:
    """What holds a folder: the innermost mount around it, or the image's own VOLUME, an anonymous one."""
    around: list[tuple[int, Mount | str]] = [
        (len(target), mount)
        for mount in mounts
        if mount.target and _covers(target := normpath(mount.target), place)
    ]
    if image.volume and _covers(image.volume, place):
        around = [(len(image.volume), image.volume), *around]
    # Of a mount at the very folder of the VOLUME and the VOLUME, it is the mount.
    inner = max(around, key=lambda one: (one[0], isinstance(one[1], Mount)), default=None)
    return None if inner is None else inner[1]


def _covers(folder: str, place: str) -> bool:
    return place == folder or place.startswith(f"{folder.rstrip('/')}/")


def _is_moved(service: Service) -> bool:
    """Whether a service says itself where PostgreSQL keeps its data."""
    return any(entry.name == "PGDATA" for entry in service.environment)


def _moved(mount: Mount, one: Placed, store: StoreService) -> Match:
    """PostgreSQL 18 with the mount that its image had before."""
    newest = (
        ", since it is pulled as version 18 or later," if is_newest_postgres(store.image) else ""
    )
    what = (
        f"mounts {_OLD}, but `{store.image}`{newest} keeps its data in /var/lib/postgresql:"
        " it refuses to start, or writes beside the volume"
    )
    return _match(Location(one.compose.path, mount.span), what, one, store)


def _lost(
    image: StoreImage,
    mounts: list[Mount],
    one: Placed,
    store: StoreService,
    removing: Evidence | None,
) -> Match:
    if not image.volume:
        what = f"has no volume at {image.data}: whatever makes the container anew makes it empty"
        return _match(one.location, what, one, store)
    where, lacks = one.location, f"has no volume at {image.volume}"
    near = next((m for m in mounts if m.target and _covers(normpath(m.target), image.data)), None)
    if near is not None and near.source is not None:
        where = Location(one.compose.path, near.span)
        lacks = f"mounts {near.target}, but the image puts a volume of its own at {image.volume}"
    what = f"{lacks}: its data lies in an anonymous volume, which the container after a `down` does not get"
    found = _match(where, what, one, store)
    if removing is None or one.standing.kind != "started":
        return replace(found, severity="warning")
    return replace(found, evidence=(*found.evidence, removing))


def _match(where: Location, what: str, one: Placed, store: StoreService) -> Match:
    return Match(
        location=where,
        values={"service": one.service.name, "engine": store.name, "what": what},
        evidence=one.standing.evidence,
        severity=None if one.standing.sure else "warning",
        trail=one.standing.trail,
    )
