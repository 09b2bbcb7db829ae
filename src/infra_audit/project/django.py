"""The settings that Django runs with in production, and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ..documents.facts import (
    Assignment,
    Compose,
    Database,
    Dockerfile,
    Dotenv,
    Entry,
    Hosting,
    PythonModule,
    UnitFile,
)
from ..source.regex import regex
from .python_names import Python
from .python_values import file_of
from .types import Purpose

_VARIABLE = "DJANGO_SETTINGS_MODULE"
_ASIDE = regex(
    r"(?:^|[._])(?:dev\w*|local\w*|tests?|testing|ci|debug|stag\w*|docker_dev)(?:[._]|$)"
)
_SETTINGS = regex(r"(?:^|/)(?:\w*settings\w*\.py|settings/\w+\.py)$")
_ENTRIES = ("wsgi.py", "asgi.py")
_DEEPEST = 6


class Documents(Protocol):
    """What holds code and says with which variables it runs: facts, or a project."""

    @property
    def files(self) -> frozenset[str]:
        """All paths."""

    @property
    def python(self) -> tuple[PythonModule, ...]:
        """The code that was read."""

    @property
    def purposes(self) -> dict[str, Purpose]:
        """Of each path."""

    @property
    def composes(self) -> tuple[Compose, ...]:
        """The compose files."""

    @property
    def dockerfiles(self) -> tuple[Dockerfile, ...]:
        """The Dockerfiles."""

    @property
    def dotenvs(self) -> tuple[Dotenv, ...]:
        """The environment files."""

    @property
    def unit_files(self) -> tuple[UnitFile, ...]:
        """The units of systemd."""

    @property
    def hostings(self) -> tuple[Hosting, ...]:
        """The files of platforms."""


def is_settings(path: str) -> bool:
    """Whether a file is one of settings, by its name or its folder's."""
    return _SETTINGS.search(path) is not None


def settings(folder: str, facts: Documents, code: Python) -> tuple[str, ...]:
    """The files of the settings that production surely loads for an application, the first one first.

    Empty where that is not told: several are named, or others take over from those that the code names.
    """
    lead = f"{folder}/" if folder else ""
    told = _told(facts)
    if told is None:
        return ()
    names = told or _of_code(lead, code)
    if len(names) > 1:
        names = {name for name in names if not _ASIDE.search(name)}
    name = names.pop() if len(names) == 1 else ""
    if not name or (not told and _ASIDE.search(name)):
        return ()
    tail = name.replace(".", "/")
    places = [
        path
        for path in code.files
        if path.startswith(lead) and f"/{path}".endswith((f"/{tail}.py", f"/{tail}/__init__.py"))
    ]
    if len(places) != 1 or (not told and _is_base(places[0], code)):
        return ()
    return tuple(_loaded(places[0], code))


def _is_base(path: str, code: Python) -> bool:
    """Whether other settings take over all of a file, so that the environment may name them instead."""
    return any(
        one.origin == "*" and not one.scope and file_of(code, module.path, one.module) == path
        for module in code.modules.values()
        for one in module.imports
        if module.path != path
        and not _ASIDE.search(module.path.removesuffix(".py").replace("/", "."))
    )


def _told(facts: Documents) -> set[str] | None:
    """The settings that the environment names in production; None where it may name any."""
    found: set[str] = set()
    for entry, path in _entries(facts):
        if entry.name != _VARIABLE or facts.purposes.get(path) in ("test", "development"):
            continue
        if entry.value is None or entry.value.literal is None:
            return None
        found.add(entry.value.literal.strip("\"' "))
    return found


def _entries(facts: Documents) -> Iterator[tuple[Entry, str]]:
    for compose in facts.composes:
        for service in compose.services:
            yield from ((e, compose.path) for e in service.environment)
    for dotenv in facts.dotenvs:
        yield from ((e, dotenv.path) for e in dotenv.entries)
    for unit in facts.unit_files:
        for setting in unit.settings:
            yield from ((e, unit.path) for e in setting.entries)
    for hosting in facts.hostings:
        for hosted in hosting.services:
            yield from ((e, hosting.path) for e in hosted.environment)
    for dockerfile in facts.dockerfiles:
        for stage in dockerfile.stages:
            for instruction in stage.instructions:
                if instruction.keyword == "ENV":
                    yield from ((e, dockerfile.path) for e in instruction.entries)


def _of_code(lead: str, code: Python) -> set[str]:
    """What the entries of servers name; where there are none, `manage.py`."""
    own = [m for m in code.modules.values() if m.settings_module and m.path.startswith(lead)]
    served = {m.settings_module for m in own if m.path.endswith(_ENTRIES)}
    return served or {m.settings_module for m in own if m.path.endswith("manage.py")}


def _loaded(path: str, code: Python) -> Iterator[str]:
    """A file and, where it takes over all of another, that one too; what it says itself counts first."""
    for _ in range(_DEEPEST):
        yield path
        module = code.modules.get(path)
        wild = (
            [one for one in module.imports if one.origin == "*" and not one.scope] if module else []
        )
        others = {file_of(code, path, one.module) for one in wild}
        if len(others) != 1 or None in others:
            return
        path = next(other for other in others if other is not None)


def default_database(files: tuple[str, ...], code: Python) -> tuple[Database, PythonModule] | None:
    """The database that the settings surely name as the default one."""
    for path in files:
        module = code.modules.get(path)
        if module is None:
            return None
        found = [one for one in module.databases if one.how == "django"]
        if len(found) == 1 and found[0].sure:
            return found[0], module
        if (
            found
            or module.broken
            or any(a.name.startswith("DATABASES") for a in module.assignments)
        ):
            return None
    return None


def debugging(files: tuple[str, ...], code: Python) -> tuple[str, Assignment] | None:
    """Where the settings surely switch the debug mode on, whatever the environment is."""
    for path in files:
        module = code.modules.get(path)
        if module is None or module.broken:
            return None
        found = [one for one in module.assignments if one.name == "DEBUG"]
        if not found:
            continue
        last = found[0]
        later = any(one.origin == "*" and one.span > last.span for one in module.imports)
        sure = len(found) == 1 and not last.branch and not later
        return (path, last) if sure and last.value.raw == "True" else None
    return None
