"""Secrets for which what is deployed has a value of its own, where nobody gives one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from posixpath import dirname
from typing import Any
from typing import Literal as Choice

from msgspec import Struct

from ..documents.facts import Entry
from ..documents.shell.syntax import Command, Parameter, Word
from ..flow.constructs import parts, words
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.composed import Placed, placed
from ..project.credentials import is_for_build, is_issued, masked, signs, sort
from ..project.inside import statements
from ..project.provided import provided, told
from ..project.types import Act, Deployable, Project
from ..project.uses import Reading, readings
from ..source.regex import regex

_ASIDE = regex(
    r"(?:^|/)(?:scripts?|seeds?|seeders|prisma|migrations?|tools?|cli|bin|ci|integration)/|seed|\.config\.[cm]?[jt]s$"
    r"|(?:^|[/_])(?:dev\w*|local\w*|tests?|testing|staging|ci)\.py$"
)
"""Modules that are not what is deployed, or run once."""
_STARTING = frozenset({"entrypoint", "deploy", "bootstrap"})
_STARTED = frozenset({"image", "compose", "unit", "package-start", "procfile", "pm2"})
_SERVED = frozenset({"server", "containers"})
_FALLS = frozenset({":-", "-"})
_MOST = 3


class _Secret(Struct, frozen=True):
    """A variable, the value that it has where nobody sets it, and where that stands."""

    name: str
    value: str
    location: Location


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each secret: in compose files, in scripts that start, in what is deployed."""
    yield from _of_composes(project)
    for act in project.acts:
        if act.purpose == "production" and _starts(act):
            yield from _of_script(act, project)
    if project.kind.name not in ("library", "template"):
        yield from _of_modules(project)
        yield from _of_settings(project)


def _is_secret(name: str, value: str) -> bool:
    """Whether an application locks what is its own with a value that serves until it is replaced."""
    if not signs(name) or is_for_build(value):
        return False
    return sort(name, value) is not None


def _given_inside(project: Project) -> Iterator[str]:
    """What images and code give, and what the scripts that start them assign whatever it was before."""
    for dockerfile in project.dockerfiles:
        for stage in dockerfile.stages:
            for instruction in stage.instructions:
                if instruction.keyword == "ENV":
                    yield from (entry.name for entry in instruction.entries)
    for module in project.python:
        yield from module.assigned
    for act in project.acts:
        if {"image", "compose"}.intersection(act.reached_by):
            for statement in statements(act.script):
                if isinstance(statement, Command):
                    yield from (
                        a.name for a in statement.assignments if not _falls(a.value, a.name)
                    )


def _is_fallback(name: str, value: str) -> bool:
    """The same in code, where whatever stands in for the key of sessions is one: `dev`, `you-will-never-guess`."""
    plain = _SIGNS.fullmatch(name) and not is_issued(name) and not is_for_build(value)
    if name.endswith("SECRET_KEY") and value.startswith("django-insecure-"):
        return True
    return _is_secret(name, value) or bool(plain and _SAID.fullmatch(value))


_SIGNS = regex(
    r"(?:\w+_)?(?:JWT|SESSION|COOKIE)_?(?:\w+_)?SECRET(?:_KEY)?|(?:(?:DJANGO|FLASK|APP|SERVER|WEB|API)_)?SECRET_KEY",
    re.IGNORECASE,
)
_SAID = regex(
    r"(?!(?:none|null|undefined|unset|true|false|auto)$)[A-Za-z][\w !?.,'-]{2,}", re.IGNORECASE
)


# ── compose files ────────────────────────────────────────────────────────────────────────────────


def _of_composes(project: Project) -> Iterator[Outcome]:
    known = cache(lambda folder: provided(project, folder=folder))
    found: dict[tuple[str, str, str], list[tuple[Placed, Location]]] = {}
    for one in placed(project):
        for entry in one.service.environment:
            told_by = _default(entry)
            if told_by is not None and entry.value is not None:
                where = Location(one.compose.path, entry.value.span)
                found.setdefault((where.path, *told_by), []).append((one, where))
    for (path, name, value), places in found.items():
        if name in known(dirname(path)):
            continue
        one, where = places[0]
        if one.doubt:
            yield Undecided(where, one.doubt)
            continue
        service = Evidence(one.location, f"`{one.service.name}` is given it")
        others = dict.fromkeys(place for _, place in places if place != where)
        more = [Evidence(place, "here too") for place in list(others)[:_MOST]]
        evidence = (service, *more, *one.standing.evidence)
        yield _match(_Secret(name, value, where), project, evidence, one.standing.trail)


def _default(entry: Entry) -> tuple[str, str] | None:
    """The variable that an entry takes its secret from, and the value where it is not set."""
    value = entry.value
    if value is None or value.literal is not None or not value.default:
        return None
    from ..documents.interpolation import variables

    found = variables(value.raw)
    if len(found) != 1 or found[0].operator not in _FALLS:
        return None
    if not _is_secret(entry.name, value.default):
        return None
    return found[0].name, value.default


# ── scripts ──────────────────────────────────────────────────────────────────────────────────────


def _starts(act: Act) -> bool:
    return act.role in _STARTING or not _STARTED.isdisjoint(act.reached_by)


def _of_script(act: Act, project: Project) -> Iterator[Match]:
    """`${SECRET_KEY:-literal}` in a script that starts or sets up what is deployed."""
    found: dict[str, tuple[Location, str]] = {}
    settled: set[str] = set()
    compared: set[str | None] = set()
    for statement in statements(act.script):
        if isinstance(statement, Command):
            settled |= {a.name for a in statement.assignments if not _falls(a.value, a.name)}
        for word in words(statement):
            compared.add(word.literal)
            for part in parts(word) if word.literal is None and "-" in word.raw else ():
                if isinstance(part, Parameter) and part.operator in _FALLS:
                    value = part.operand.literal if part.operand is not None else None
                    if value and _is_secret(part.name, value):
                        where = Location(act.script.path, word.span)
                        found.setdefault(part.name, (where, value))
                elif isinstance(part, Parameter) and part.operator in (":?", "?"):
                    settled.add(part.name)
    known = _known(act, project) if found else frozenset()
    for name, (where, value) in found.items():
        if name not in known | settled and value not in compared:
            yield _match(_Secret(name, value, where), project, trail=act.trail)


def _known(act: Act, project: Project) -> frozenset[str]:
    path = act.script.path
    return provided(project, apart=path, folder=dirname(path))


def _falls(value: Word | None, name: str) -> bool:
    """`X="${X:-literal}"`: an assignment that gives a variable no other value than its default."""
    return value is not None and any(
        isinstance(p, Parameter) and p.operator in _FALLS and p.name == name for p in parts(value)
    )


# ── what is deployed ─────────────────────────────────────────────────────────────────────────────


def _of_modules(project: Project) -> Iterator[Outcome]:
    """`process.env.JWT_SECRET || 'literal'` and its like, once for each variable of a deployable."""
    found: dict[tuple[str, str], list[_Secret]] = {}
    refused: set[str] = set()
    for one in readings(project):
        refused |= {use.name for use in one.uses if use.required}
        owner = None
        for use in one.uses:
            value = use.fallback.literal if use.fallback is not None else None
            if value and _is_fallback(use.name, value) and not _ASIDE.search(one.path):
                owner = owner or _owner(one.path, project, one.runtime)
                if owner is not None and not _is_unloaded(one, owner, project):
                    secret = _Secret(use.name, value, Location(one.path, use.span))
                    found.setdefault((owner.folder, use.name), []).append(secret)
    if not found:
        return
    known = provided(project) | frozenset(_given_inside(project))
    owners = {deployable.folder: deployable for deployable in project.deployables}
    for (folder, name), uses in found.items():
        first, *others = uses
        composed = _composed(name, first.value, project)
        if name in refused or name in known or composed == "given":
            continue
        more = [Evidence(other.location, "here too") for other in others[:_MOST]]
        yield _match(
            first, project, (*more, *owners[folder].evidence[:1]), passed=composed == "passed"
        )


def _of_settings(project: Project) -> Iterator[Outcome]:
    """`${JWT_SECRET:literal}` in the settings of Spring Boot, where no profile of production demands it."""
    files = [
        o
        for o in project.others
        if o.kind == "spring" and project.purposes.get(o.path) == "production"
    ]
    known = provided(project) if files else frozenset()
    for file in files:
        beside = [o for o in files if dirname(o.path) == dirname(file.path)]
        demanded = {w.name for o in beside for w in o.words if w.value is None}
        owner = _owner(file.path, project, "java")
        for word in file.words if owner is not None else ():
            value = word.value.literal if word.value is not None else None
            name = _NOT_WORD.sub("_", word.name).upper()
            if value and _is_secret(name, value) and word.name not in demanded | known:
                secret = _Secret(word.name, value, Location(file.path, word.span))
                composed = _composed(word.name, value, project)
                evidence = owner.evidence[:1] if owner is not None else ()
                if composed != "given":
                    yield _match(secret, project, evidence, passed=composed == "passed")


_NOT_WORD = regex(r"\W")


def _composed(name: str, value: str, project: Project) -> Choice["given", "passed", ""]:
    """Whether a compose file gives a variable another value than `value`, or only passes on what its shell has."""
    found: Choice["given", "passed", ""] = ""
    for compose in project.composes:
        if project.standings[compose.path].kind == "aside":
            continue
        for entry in (e for service in compose.services for e in service.environment):
            if entry.name == name and (entry.value is None or _is_bare(entry.value.raw)):
                found = found or "passed"
            elif (
                entry.name == name
                and entry.value is not None
                and entry.value.literal not in (value, "")
            ):
                found = "given"
    return found


def _is_bare(raw: str) -> bool:
    """Whether a value is nothing but variables that are empty where nobody sets them."""
    from ..documents.interpolation import variables

    found = variables(raw)
    return bool(found) and all(each.operator == "" for each in found)


def _owner(path: str, project: Project, runtime: str) -> Deployable | None:
    """The application that a module belongs to."""
    holding = [
        d
        for d in project.deployables
        if d.serves and d.runtime == runtime and (not d.folder or path.startswith(f"{d.folder}/"))
    ]
    return max(holding, key=lambda d: len(d.folder), default=None)


def _is_unloaded(one: Reading, owner: Deployable, project: Project) -> bool:
    """Whether a file holds settings of Django, and others are surely loaded."""
    if one.runtime != "python":
        return False
    from ..project.django import is_settings, settings
    from ..project.python_names import python

    if not is_settings(one.path):
        return False
    files = settings(owner.folder, project, python(project.files, project.python))
    return bool(files) and one.path not in files


def _match(
    secret: _Secret,
    project: Project,
    evidence: tuple[Evidence, ...] = (),
    trail: tuple[Evidence, ...] = (),
    *,
    passed: bool = False,
) -> Match:
    """A note where people are told to give it another value, it is passed on, or a platform's settings may have it."""
    where = told(project, secret.name, secret.value, secret.location.path)
    shown = masked(secret.value)
    return Match(
        location=secret.location,
        values={"name": secret.name, "shown": f" (`{shown}`)" if shown != "…" else ""},
        evidence=(*evidence, *((Evidence(where, "told here"),) if where is not None else ())),
        severity="note"
        if passed or where is not None or project.kind.name not in _SERVED
        else None,
        trail=trail,
    )
