"""The databases that Python code opens, where the code itself says which they are."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Database, Expression, PythonModule
from ..model import Location
from ..source.regex import regex
from .django import Documents, default_database, settings
from .engines import engine_of_url, host_of, is_managed
from .owners import enclosing
from .python_names import Python, python
from .python_values import behind, given
from .supplied import file_of
from .types import Deployable, Store

_ASIDE = regex(
    r"(?:^|/)(?:scripts?|tools?|utils?/backup\w*|cli|bin|examples?|demos?|samples?|benchmarks?|loadtests?|commands|seeds?|migrations?|alembic"
    r"|notebooks?|docs?|tests?)/"
    r"|(?:^|/)(?:(?:seed|migrate|backfill|import|export|init|create|drop|reset|dump|load|convert|check|debug|demo|example|bench|inspect|fix|query|view|show|"
    r"test)[_-]\w[\w-]*|\w*cache\w*|seed|conftest)\.py$"
)
"""What is not what is deployed, is run once, or keeps what can be had again."""
_TRIAL = regex(r"(?:^|\.)\w*(?:Dev|Test|Local|CI|Stag)\w*$")
"""Classes of settings that production does not take."""

_MIGRATION = regex(r"/migrations/\d{4}_\w+\.py$")


class Opened(Struct, frozen=True):
    """A database that a file surely opens: `url` as its variable's default where it has one."""

    engine: str
    url: Expression
    location: Location
    users: tuple[str, ...]
    declared: bool
    """Whether it is the database of a framework, and not just a file that is opened somewhere."""


def python_databases(facts: Documents, deployables: tuple[Deployable, ...]) -> tuple[Opened, ...]:
    """What the Python code of what is deployed opens, one for each file that says so."""
    if not any(module.databases for module in facts.python):
        return ()
    known = python(facts.files, facts.python)
    owners = tuple(d for d in deployables if d.runtime == "python")
    owners = owners or (deployables if len(deployables) == 1 else ())
    found: list[Opened] = []
    for owner in owners:
        told = default_database(settings(owner.folder, facts, known), known)
        if told is not None and _has_tables(owner.folder, facts):
            found += _one(*told, (owner.folder,), known)
        own = [
            module
            for module in facts.python
            if module.databases
            and facts.purposes.get(module.path) == "production"
            and not _ASIDE.search(module.path)
            and enclosing(module.path.rpartition("/")[0], owners) == owner.folder
        ]
        found += _agreed([each for module in own for each in _of_module(module, owner, known)])
    return tuple(found)


def _agreed(every: list[Opened | None]) -> list[Opened]:
    """What files open, where none of them may open another engine's."""
    found = [one for one in every if one is not None]
    engines = {one.engine for one in found}
    return found if len(found) == len(every) and len(engines) <= 1 else []


def _has_tables(folder: str, facts: Documents) -> bool:
    """Whether an application of Django keeps more than what comes with it: it has migrations of its own."""
    lead = f"{folder}/" if folder else ""
    return any(path.startswith(lead) and _MIGRATION.search(path) for path in facts.files)


def store(one: Opened) -> Store:
    """A database that code opens, at its own URL."""
    host = host_of(one.url.literal) if one.url.literal else None
    return Store(
        engine=one.engine,
        source="code",
        location=one.location,
        url=one.url.literal,
        folder="" if one.url.inside else None,
        managed=bool(host and is_managed(host)),
        users=one.users,
    )


def _of_module(module: PythonModule, owner: Deployable, known: Python) -> Iterator[Opened | None]:
    """What a file opens, None where that is open; of classes of settings those of production count."""
    every = [one for one in module.databases if one.how != "django"]
    counted = [one for one in every if not (one.scope and _TRIAL.search(one.scope))]
    found = [
        each
        for one in counted
        for each in (*_one(one, module, (owner.folder,), known), *(() if one.sure else (None,)))
    ]
    told = {(each.engine, each.url) for each in found if each is not None}
    if len(found) < len(counted) or None in found or len(told) > 1:
        yield None
    else:
        yield from found[:1]


def _one(
    one: Database, module: PythonModule, users: tuple[str, ...], known: Python
) -> Iterator[Opened]:
    url = one.url
    if url.name:
        told = given(known, module.path, url.name)
        url = behind(url.before, told) if told is not None else Expression()
    engine = one.engine or (engine_of_url(url.literal) if url.literal else None)
    if engine is not None and not (engine == "sqlite" and _is_nowhere(url)):
        where = Location(module.path, one.span)
        yield Opened(engine, url, where, users, declared=not one.engine or one.how == "django")


def _is_nowhere(url: Expression) -> bool:
    """Whether a database of SQLite lies in memory, or on another server."""
    return url.literal is not None and file_of(url.literal) is None
