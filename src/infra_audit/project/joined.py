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


def joined(service: Service, compose: Compose, project: Project) -> Joined:
    """A service of a compose file with what it extends and what may be added to it."""
    by_path = {c.path: c for c in project.composes}
    parts = [Part(compose.path, service)]
    seen = {(compose.path, service.name)}
    is_open = False
    while parts[-1].service.extends is not None:
        base = _extended(parts[-1], by_path)
        if base is None or (base.path, base.service.name) in seen:
            is_open = True
            break
        seen.add((base.path, base.service.name))
        parts.append(base)
    return Joined(tuple(parts), tuple(_beside(service, compose, project)), is_open)


def _extended(part: Part, by_path: dict[str, Compose]) -> Part | None:
    extends = part.service.extends
    if extends is None:
        return None
    path = normpath(join(dirname(part.path), extends.file)) if extends.file else part.path
    compose = by_path.get(path)
    for service in compose.services if compose is not None else ():
        if service.name == extends.service:
            return Part(path, service)
    return None


def _beside(service: Service, compose: Compose, project: Project) -> Iterator[Part]:
    included = {
        normpath(join(dirname(c.path), value.literal))
        for c in project.composes
        for value in c.includes
        if value.literal and (c.path == compose.path or _same(c, value.literal, compose))
    }
    for other in project.composes:
        if other.path == compose.path:
            continue
        if dirname(other.path) == dirname(compose.path) or other.path in included:
            yield from (Part(other.path, s) for s in other.services if s.name == service.name)


def _same(including: Compose, value: str, compose: Compose) -> bool:
    return normpath(join(dirname(including.path), value)) == compose.path
