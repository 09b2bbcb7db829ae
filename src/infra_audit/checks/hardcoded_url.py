"""Database URLs that stand in the repository with their password."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Block, Entry, Value
from ..model import Inapplicable, Location, Match, Outcome, Undecided
from ..project.credentials import masked
from ..project.given import given_by
from ..project.types import Project
from ..project.url_credentials import credential
from ..project.uses import readings

_URLS = ("URL", "URI", "DSN", "DATABASE", "CONNECTION", "CONNECTIONSTRING")


class _Written(Struct, frozen=True):
    """A URL as it stands, what it is the value of, and where."""

    name: str
    url: str
    location: Location


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each URL that opens a database for whoever reads it."""
    if project.kind.name == "template":
        yield Inapplicable("a template: whoever copies it has a database of their own")
        return
    told: set[Location] = set()
    scripts = {script.path for script in project.scripts if script.origin == "file"}
    for one in _written(project):
        if "@" not in one.url and "=" not in one.url:
            continue
        found = credential(one.url)
        if found is None or one.location in told:
            continue
        told.add(one.location)
        if one.location.path in scripts and not _is_kept(one, project):
            continue
        if found.trial:
            yield Undecided(one.location, "the URL says that it is no database of production")
            continue
        who = f"`{found.user}` at `{found.host}`" if found.user else f"`{found.host}`"
        yield Match(
            location=one.location,
            values={"name": one.name, "who": who, "masked": masked(found.password)},
            severity="warning" if found.private else None,
        )


def _is_kept(one: _Written, project: Project) -> bool:
    """Whether a script gives the URL to something, and does not only print it."""
    return any(
        given.value == one.url and given.location.span.line == one.location.span.line
        for act in project.acts
        if act.script.path == one.location.path
        for given in given_by(act)
    )


def _written(project: Project) -> Iterator[_Written]:
    """Every URL that is written out in something of production; environment files are another rule's."""
    for schema in project.schemas:
        if _counts(schema.path, project):
            for source in schema.datasources:
                named = [("url", source.url), *((s.name, s.value) for s in source.settings)]
                for name, value in named:
                    yield from _one(name, value, schema.path)
    files = {dotenv.path for dotenv in project.dotenvs}
    for given in project.urls:
        literal = given.whole and given.url is not None and given.purpose == "production"
        if literal and given.location.path not in files:
            yield _Written(given.name, given.url or "", given.location)
    yield from _of_modules(project)
    for other in project.others:
        if other.kind == "alembic" and _counts(other.path, project):
            yield from _of_entries(other.words, other.path)
    for hosting in project.hostings:
        if _counts(hosting.path, project):
            for service in hosting.services:
                yield from _of_entries(service.environment, hosting.path)
            if hosting.provider == "kubernetes":
                yield from _of_entries(hosting.options, hosting.path)
    for file in project.infrastructure:
        if _counts(file.path, project):
            for block in file.blocks:
                yield from _of_block(block, file.path)


def _of_modules(project: Project) -> Iterator[_Written]:
    """What a tool's configuration says, and what code falls back on."""
    for module in project.modules:
        for entry in module.config:
            if _counts(module.path, project):
                yield from _of_entries((entry,), module.path)
    for one in readings(project):
        for use in one.uses:
            if use.fallback is not None:
                yield from _one(use.name, use.fallback, one.path)


def _of_block(block: Block, path: str) -> Iterator[_Written]:
    yield from _of_entries(block.settings, path)
    for inner in block.blocks:
        yield from _of_block(inner, path)


def _of_entries(entries: tuple[Entry, ...], path: str) -> Iterator[_Written]:
    for entry in entries:
        if entry.name.rpartition(".")[2].upper().endswith(_URLS):
            yield from _one(entry.name, entry.value, path)


def _one(name: str, value: Value | None, path: str) -> Iterator[_Written]:
    if value is not None and value.literal is not None and "://" in value.literal:
        yield _Written(name, value.literal, Location(path, value.span))


def _counts(path: str, project: Project) -> bool:
    return project.purposes.get(path, "production") == "production"
