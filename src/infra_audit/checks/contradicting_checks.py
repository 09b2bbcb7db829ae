"""Checks of a script that refuse the very value which the repository configures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Entry
from ..model import Evidence, Location, Match, Outcome, Severity
from ..project.given import given_by, given_by_units
from ..project.inside import contains
from ..project.refusals import Refusal, refusals
from ..project.types import Act, Project
from ..source.regex import regex

_ASIDE = frozenset({"test", "development", "library"})
_SHOWN = regex(r"example|change|placeholder|your|xxx|todo|replace|<|\$|`|\{\{")
_SAMPLES = {
    "sqlite": ("file:./dev.db", "file:/data/app.db", "sqlite:///data/app.db"),
    "postgresql": ("postgresql://user:word@db:5432/app", "postgres://user:word@db:5432/app"),
    "mysql": ("mysql://user:word@db:3306/app",),
    "mongodb": ("mongodb://user:word@db:27017/app", "mongodb+srv://user:word@db/app"),
}
"""URLs that Prisma takes for each provider. Source: its documentation, "Connection URLs"."""


class Configured(Struct, frozen=True):
    """A value that the repository gives a variable, and how it says so."""

    value: str
    location: Location
    note: str


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each check that no configured value passes."""
    values: dict[str, list[Configured]] | None = None
    for act in project.acts:
        if act.purpose != "production" or act.role in _ASIDE or act.script.origin == "npm":
            continue
        for refusal in refusals(act):
            if any(contains(r.span, refusal.span) for r in act.behaviour.unreachable):
                continue
            if values is None:
                values = _values(project)
            found = [
                c for c in values.get(refusal.variable, ()) if not _is_its_own(c, refusal, act)
            ]
            if found and all(refusal.refuses(c.value) for c in found):
                yield _match(refusal, found[0].value, found, act)
            elif not found:
                yield from _of_schema(refusal, act, project)


def _is_its_own(configured: Configured, refusal: Refusal, act: Act) -> bool:
    """Whether a script gives the value itself, after its check."""
    return configured.location.path == act.script.path and configured.location.span > refusal.span


def _values(project: Project) -> dict[str, list[Configured]]:
    """All literal values of production, by the variable."""
    found: dict[str, list[Configured]] = {}

    def add(name: str, value: str | None, location: Location, note: str) -> None:
        if value and not _SHOWN.search(value.lower()):
            found.setdefault(name, []).append(Configured(value, location, note))

    for given in given_by_units(project):
        add(given.name, given.value, given.location, "what it is configured with")
    for act in project.acts:
        if act.purpose == "production" and _may_configure(act):
            for given in given_by(act):
                if given.how == "written" and given.target.rpartition("/")[2].startswith(".env"):
                    add(given.name, given.value, given.location, "what the environment file gets")
    for compose in project.composes:
        if project.purposes.get(compose.path) == "production":
            for service in compose.services:
                for entry in service.environment:
                    add(
                        *_entry(entry),
                        Location(compose.path, entry.span),
                        f"of the service `{service.name}`",
                    )
    for dotenv in project.dotenvs:
        if project.purposes.get(dotenv.path) == "production":
            for entry in dotenv.entries:
                add(*_entry(entry), Location(dotenv.path, entry.span), "what it is configured with")
    return found


def _may_configure(act: Act) -> bool:
    """Whether a script may write an environment file: most do not."""
    if act.script.origin != "file":
        return False
    return act.behaviour.bounded or any(
        "tee" in (run.name, *run.piped_into)
        or any(
            to is None or "/.env" in f"/{to}" for operator, to in run.redirects if ">" in operator
        )
        for run in act.behaviour.runs
    )


def _entry(entry: Entry) -> tuple[str, str | None]:
    return entry.name, entry.value.literal if entry.value is not None else None


def _of_schema(refusal: Refusal, act: Act, project: Project) -> Iterator[Match]:
    """A check of a database's URL that lets none pass which the schema's provider takes."""
    sources = [
        (schema.path, source)
        for schema in project.schemas
        if project.purposes.get(schema.path) == "production"
        for source in schema.datasources
        if source.variable == refusal.variable and source.provider is not None
    ]
    providers = {s.provider.literal for _, s in sources if s.provider is not None}
    if len(providers) != 1:
        return
    path, source = sources[0]
    samples = _SAMPLES.get({"postgres": "postgresql"}.get(p := providers.pop() or "", p), ())
    if samples and source.provider is not None and all(map(refusal.refuses, samples)):
        where = Location(path, source.provider.span)
        configured = Configured(
            samples[0].partition(":")[0] + ":…", where, "the provider that the URL is for"
        )
        yield _match(refusal, configured.value, [configured], act)


def _match(refusal: Refusal, value: str, found: list[Configured], act: Act) -> Match:
    return Match(
        location=Location(act.script.path, refusal.span),
        values={
            "variable": refusal.variable,
            "refused": refusal.shown,
            "value": value if len(value) <= 60 else value[:59] + "…",
            "where": found[0].location.path,
        },
        evidence=tuple(Evidence(c.location, c.note) for c in found[:3]),
        severity=_severity(act),
        trail=act.trail,
    )


def _severity(act: Act) -> Severity | None:
    """A script that nothing here starts may still be one that nobody uses."""
    return (
        None
        if act.reached_by or act.role in ("deploy", "bootstrap", "backup", "entrypoint")
        else "warning"
    )
