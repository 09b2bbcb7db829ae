"""Secrets of an application whose value in production is the one that was to be replaced."""

from __future__ import annotations

from collections.abc import Iterator
from re import IGNORECASE
from typing import Any

from msgspec.structs import replace

from ..documents.facts import Entry
from ..flow.constructs import words
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.begun import live_processes
from ..project.composed import Placed, placed
from ..project.credentials import is_for_build, masked, signs, sort
from ..project.inside import statements
from ..project.types import Project
from ..source.regex import regex

_OPENS = regex(
    r"(?:\w+_)?(?:ADMIN|SUPERUSER|BASIC_AUTH|DASHBOARD)_(?:\w+_)?(?:PASSWORD|PASS)", IGNORECASE
)
"""What lets somebody into the application itself."""
_GAP = regex(r"<[^<>]+>")
"""A gap that a text leaves for its reader to fill."""
_PLATFORMS = frozenset({"fly", "render", "vercel", "railway"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each such variable of a service, and of what pm2 or a platform runs."""
    for one in placed(project):
        for entry in one.service.environment:
            if _waits(entry) and not _is_given_elsewhere(entry, one) and entry.value is not None:
                where = Location(one.compose.path, entry.value.span)
                if one.doubt:
                    yield Undecided(where, one.doubt)
                elif not _is_replaced(entry, project):
                    owner = Evidence(one.location, f"`{one.service.name}` is given it")
                    yield _match(entry, where, (owner, *one.standing.evidence), one)
    for path, entry in _hosted(project):
        if _waits(entry) and entry.value is not None and not _is_replaced(entry, project):
            yield _match(entry, Location(path, entry.value.span), (), None)
    for ecosystem, process in live_processes(project):
        for entry in process.environment:
            if _waits(entry) and entry.value is not None and not _is_replaced(entry, project):
                owner = Evidence(Location(ecosystem.path, process.span), "pm2 gives it to this one")
                yield _match(entry, Location(ecosystem.path, entry.value.span), (owner,), None)


def _hosted(project: Project) -> Iterator[tuple[str, Entry]]:
    """The variables that files of platforms give to what they host, with the files' paths."""
    for hosting in project.hostings:
        if hosting.provider in _PLATFORMS and project.purposes.get(hosting.path) == "production":
            for entry in hosting.options:
                if entry.name.startswith("env."):
                    yield hosting.path, replace(entry, name=entry.name.removeprefix("env."))
            for service in hosting.services:
                yield from ((hosting.path, entry) for entry in service.environment)


def _waits(entry: Entry) -> bool:
    """Whether a variable locks what is the application's own, with a value that asks to be replaced."""
    value = entry.value.literal if entry.value is not None else None
    if not value or is_for_build(value) or not (signs(entry.name) or _OPENS.fullmatch(entry.name)):
        return False
    return sort(entry.name, value) == "placeholder" or _GAP.fullmatch(value) is not None


def _is_given_elsewhere(entry: Entry, one: Placed) -> bool:
    """Whether a file beside this one may give the variable another value."""
    others = [part.service for part in one.whole.beside]
    return any(e.name == entry.name for other in others for e in other.environment)


def _is_replaced(entry: Entry, project: Project) -> bool:
    """Whether a script speaks of the value, as one does that puts another into its place."""
    value = (entry.value.literal if entry.value is not None else None) or ""
    return any(
        value in word.raw
        for act in project.acts
        for statement in statements(act.script)
        for word in words(statement)
    )


def _match(
    entry: Entry, where: Location, evidence: tuple[Evidence, ...], one: Placed | None
) -> Match:
    value = (entry.value.literal if entry.value is not None else None) or ""
    handed_out = (
        one is not None
        and one.standing.kind != "started"
        and all(service.build is None for service in one.compose.services)
    )
    return Match(
        location=where,
        values={"name": entry.name, "shown": masked(value)},
        evidence=evidence,
        severity="note" if handed_out else None,
        trail=one.standing.trail if one is not None else (),
    )
