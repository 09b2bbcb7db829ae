"""Database URLs that the schema's provider cannot open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Schema, Value
from ..flow import effects
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.apps import folder_of
from ..project.engines import engine
from ..project.errexit import within
from ..project.switching import switched
from ..project.types import Project, Supplied

_ALIKE = {"cockroachdb": "postgresql"}
"""Engines that are reached by the URLs of another."""
_OWN = frozenset({"prisma", "code", "dependency"})
"""What shows that an application speaks to a store, by itself and not by a URL."""


class _Source(Struct, frozen=True):
    """A datasource whose provider is literal, and whose URL a variable holds."""

    schema: Schema
    variable: str
    provider: Value
    literal: str


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each URL that names another engine than the datasources that open it."""
    sources = [
        _Source(schema, source.variable, source.provider, source.provider.literal)
        for schema in project.schemas
        if project.purposes.get(schema.path) == "production"
        for source in schema.datasources
        if source.variable and source.provider is not None and source.provider.literal
    ]
    if not sources:
        return
    for url in project.urls:
        own = [s for s in sources if s.variable == url.name and _concerns(url, s.schema, project)]
        engines = {engine(s.literal) for s in own}
        if own and None not in engines and not url.raw.startswith("prisma"):
            yield from _judged(url, own, project)


def _judged(url: Supplied, own: list[_Source], project: Project) -> Iterator[Outcome]:
    engines = {engine(source.literal) for source in own}
    beside = [
        u.engine for u in project.urls if (u.name, u.location.path) == (url.name, url.location.path)
    ]
    if any(_fits(given, wanted) for given in beside for wanted in engines):
        return
    if _has_schema(url, project):
        return
    doubt = switched(project) or _other_user(url, project)
    if doubt is not None:
        yield Undecided(url.location, doubt)
        return
    yield Match(
        location=url.location,
        values={
            "variable": url.name,
            "scheme": url.raw.partition(":")[0] + ":",
            "schema": own[0].schema.path,
            "provider": own[0].literal,
        },
        evidence=tuple(
            Evidence(Location(s.schema.path, s.provider.span), "the provider that opens it")
            for s in own
        ),
        severity="warning" if url.purpose != "production" else None,
    )


def _fits(given: str, wanted: str | None) -> bool:
    return wanted is None or _ALIKE.get(given, given) == _ALIKE.get(wanted, wanted)


def _has_schema(url: Supplied, project: Project) -> bool:
    """Whether there is another schema, of whatever purpose, that the URL is right for."""
    return any(
        source.provider is None
        or source.provider.literal is None
        or _fits(url.engine, engine(source.provider.literal))
        for schema in project.schemas
        for source in schema.datasources
        if source.variable in ("", url.name)
    )


def _other_user(url: Supplied, project: Project) -> str | None:
    """Whether something else here speaks to that engine and may be what the URL is for."""
    other = next((s for s in project.stores if s.engine == url.engine and s.source in _OWN), None)
    return None if other is None else f"{other.location.path} uses {url.engine} too"


def _concerns(url: Supplied, schema: Schema, project: Project) -> bool:
    """Whether a URL is for the application that the schema belongs to."""
    path = url.location.path
    if path.startswith((".github/", ".gitlab")):
        return _migrates(url, project)
    if url.purpose not in ("production", "example", "template"):
        return False
    if url.compose:
        return _is_of_service(url, schema, project)
    folder = folder_of(path)
    owner = next(
        (d.folder for d in project.deployables if d.folder and path.startswith(f"{d.folder}/")), ""
    )
    return (
        not folder
        or schema.path.startswith(f"{folder}/")
        or bool(owner and schema.path.startswith(f"{owner}/"))
        or len(project.deployables) == 1
    )


def _is_of_service(url: Supplied, schema: Schema, project: Project) -> bool:
    """Whether the service that gets the URL runs what uses the schema, or the only application."""
    users = {u for s in project.stores if s.location.path == schema.path for u in s.users}
    for unit in project.units:
        if unit.source != "compose" or unit.location.path != url.location.path:
            continue
        service = next(
            (
                s
                for c in project.composes
                if c.path == url.compose
                for s in c.services
                if s.name == unit.name
            ),
            None,
        )
        if service is not None and within(url.location.span, service.extent):
            return unit.deployable in users or (
                unit.deployable is None and len(project.deployables) == 1
            )
    return False


def _migrates(url: Supplied, project: Project) -> bool:
    """Whether the job that gets the URL opens the database with Prisma: building alone does not."""
    for workflow in project.workflows:
        for job in workflow.jobs if workflow.path == url.location.path else ():
            inside = within(url.location.span, job.extent)
            scripts = {id(step.run) for step in job.steps}
            if inside and any(
                effects.migrates(run) == "prisma"
                for act in project.acts
                if id(act.script) in scripts
                for run in act.behaviour.runs
            ):
                return True
    return False
