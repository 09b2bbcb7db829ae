"""What several compose files say of one service: what it extends, and files that add to it."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath

from msgspec import Struct

from ..documents.facts import Compose, Service
from .types import Project


class Part(Struct, frozen=True):
    """A service as one file has it."""

    path: str
    service: Service


class Joined(Struct, frozen=True):
    """A service with all that may be merged into it; `open` where some of that is not in the repository.

    `parts` begin with the service itself, then what it extends; `beside` is what files in the same
    folder say of a service of that name, which holds if they are named together.
    """

    parts: tuple[Part, ...]
    beside: tuple[Part, ...]
    open: bool

    @property
    def every(self) -> tuple[Service, ...]:
        """All that any file says of it."""
        return tuple(part.service for part in (*self.parts, *self.beside))

    def gives(self, key: str) -> bool:
        """Whether any file gives it a key, or may."""
        return self.open or any(key in service.keys for service in self.every)


class Index(Struct, frozen=True):
    """Every service of the compose files as each has it, by its name."""

    parts: dict[str, tuple[Part, ...]]
    included: dict[str, frozenset[str]]
    """For each file those that it includes, and those that include it."""


def index(project: Project) -> Index:
    """What `joined` looks up, made once."""
    parts: dict[str, list[Part]] = {}
    included: dict[str, set[str]] = {}
    for compose in project.composes:
        for service in compose.services:
            parts.setdefault(service.name, []).append(Part(compose.path, service))
        for value in compose.includes:
            if value.literal:
                path = normpath(join(dirname(compose.path), value.literal))
                included.setdefault(compose.path, set()).add(path)
                included.setdefault(path, set()).add(compose.path)
    return Index(
        {name: tuple(found) for name, found in parts.items()},
        {path: frozenset(others) for path, others in included.items()},
    )


def joined(service: Service, compose: Compose, known: Index) -> Joined:
    """A service of a compose file with what it extends and what may be added to it."""
    parts = [Part(compose.path, service)]
    seen = {(compose.path, service.name)}
    is_open = False
    while parts[-1].service.extends is not None:
        base = _extended(parts[-1], known)
        if base is None or (base.path, base.service.name) in seen:
            is_open = True
            break
        seen.add((base.path, base.service.name))
        parts.append(base)
    return Joined(tuple(parts), tuple(_beside(service, compose, known)), is_open)


def _extended(part: Part, known: Index) -> Part | None:
    extends = part.service.extends
    if extends is None:
        return None
    path = normpath(join(dirname(part.path), extends.file)) if extends.file else part.path
    found = known.parts.get(extends.service, ())
    return next((other for other in found if other.path == path), None)


def _beside(service: Service, compose: Compose, known: Index) -> Iterator[Part]:
    included = known.included.get(compose.path, frozenset())
    for part in known.parts.get(service.name, ()):
        near = dirname(part.path) == dirname(compose.path) or part.path in included
        if part.path != compose.path and near:
            yield part
