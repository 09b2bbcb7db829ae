"""Dumps by the tool of another engine than the one that holds the application's data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..flow import effects
from ..flow.behaviour import Guard, Run
from ..flow.tables.databases import DUMPERS
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.copies import ENGINES, LASTING, engine_name
from ..project.phases import shown
from ..project.store_services import store_service
from ..project.switching import switched
from ..project.types import Act, Project, Store
from ..source.regex import regex

_ALIKE = {"cockroachdb": "postgresql"}
"""Engines that the tool of another can dump."""
_DUMPED = frozenset({"postgresql", "mysql", "mongodb", "sqlite"})
_OPENED = frozenset({"prisma", "compose", "code", "environment"})
"""What shows that an engine is in use, and not only that a client of it is installed."""
_OTHER_USE = regex(
    r"migrat|import|convert|transfer|legacy|(?:^|[-_./])(?:old|dev|test|local)|move|switch|restor|seed|to-?(?:pg|postgres|mysql|sqlite)",
    re.IGNORECASE,
)
"""In the name of a script that has to do with a database of another engine."""
_BESIDE = regex(
    r"(?:^|/)prisma/(?!(?:[\w.-]*[._-])?(?:dev|test|local))[\w.-]+\.(?:db3?|sqlite3?)\b"
)
"""A file beside the schema, where Prisma puts those of SQLite, that is not a developer's."""
_NEUTRAL = frozenset({"-n", "-z", "-d", "-w", "-x"})
"""Tests that do not ask which engine it is."""
_SHORTEST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each dump of an engine that nothing here uses."""
    kept = {_ALIKE.get(s.engine, s.engine) for s in project.stores if s.engine in LASTING}
    if len(kept) != 1:
        return
    store = next((s for s in project.stores if s.engine in LASTING and _is_opened(s)), None)
    if store is None:
        return
    for act in project.acts:
        if act.purpose == "production" and act.role not in ("test", "ci", "development", "build"):
            yield from _of_act(act, store, kept, project)


def _is_opened(store: Store) -> bool:
    return store.purpose == "production" and store.source in _OPENED


def _of_act(act: Act, store: Store, kept: set[str], project: Project) -> Iterator[Outcome]:
    dumps = [
        (run, dumped)
        for run in act.behaviour.runs
        if run.reach == "reached" and (dumped := effects.dumps(run)) in _DUMPED
    ]
    if not dumps or any(dumped in kept for _, dumped in dumps):
        return
    if len({dumped for _, dumped in dumps}) > 1:
        return
    for run, _ in dumps:
        where = Location(run.path, run.span)
        doubt = _doubt(run, act, project)
        if doubt:
            yield Undecided(where, doubt)
            continue
        meant = _meant(run, act, store, project)
        if meant is None:
            yield Undecided(where, "which database it copies is not shown")
            continue
        yield _match(run, act, store, meant, project)


def _doubt(run: Run, act: Act, project: Project) -> str:
    """Why the dump may be right where it stands, '' where nothing speaks for it."""
    if _OTHER_USE.search(act.script.path.rpartition("/")[2]):
        return "the script may be for a database that was left"
    if any(_asks(guard) for guard in run.guards):
        return "a condition decides which engine is dumped"
    if any(
        s.provider is None or s.provider.literal is None
        for d in project.schemas
        for s in d.datasources
    ):
        return "which engine a schema is for is not shown"
    return switched(project) or ""


def _asks(guard: Guard) -> bool:
    """Whether a condition may be about the engine: all but a look for an option, a tool or a folder."""
    if guard.kind in ("command -v", "command", "which", "type", "hash"):
        return False
    return guard.kind != "test" or not _NEUTRAL.intersection(word or "" for word in guard.words)


def _meant(run: Run, act: Act, store: Store, project: Project) -> Evidence | None:
    """What shows that the application's own database is meant, and not another program's."""
    raws = [word.raw for word in run.words]
    variable = store.variable
    if variable and any(re.search(rf"\$\{{?{re.escape(variable)}\b", raw) for raw in raws):
        if act.script.origin == "step" and not _is_given(act, variable, project):
            return None
        return Evidence(store.location, f"`{variable}` is the URL of this datasource")
    service = _service(run, project)
    if service is not None:
        return service
    named = _names_application(run, raws, project) or (
        store.source == "prisma" and any(_BESIDE.search(v) for v in (*raws, *run.arguments) if v)
    )
    return Evidence(store.location, "the data is kept here") if named else None


def _names_application(run: Run, raws: list[str], project: Project) -> bool:
    """Whether a tool that dumps is given the application's name, behind its own."""
    tool = next((nth for nth, raw in enumerate(raws) if raw in DUMPERS), None)
    if tool is None:
        return False
    values = [*raws[tool + 1 :], *(word or "" for word in run.arguments[tool:])]
    names = {d.name.rpartition("/")[2] for d in project.deployables}
    asked = [value for value in values if "/" not in value or "://" in value]
    return any(_named(name, value) for name in names for value in asked)


def _named(name: str, value: str) -> bool:
    """Whether a word of the command is the application's name, as a database or a user has it."""
    if len(name) < _SHORTEST:
        return False
    plain = re.sub(r"[-_]", "", name.lower())
    return any(re.sub(r"[-_]", "", word) == plain for word in re.split(r"[^\w-]+", value.lower()))


def _is_given(act: Act, variable: str, project: Project) -> bool:
    """Whether a step has the variable from the secret of the same name."""
    for workflow in project.workflows:
        for job in workflow.jobs if workflow.path == act.script.path else ():
            for step in job.steps:
                if step.run is act.script:
                    entries = (*step.environment, *job.environment, *workflow.environment)
                    own = [e.value.raw for e in entries if e.name == variable and e.value]
                    return (
                        bool(own) and re.search(rf"\.{re.escape(variable)}\b", own[0]) is not None
                    )
    return False


def _service(run: Run, project: Project) -> Evidence | None:
    """The service of another engine in whose container the dump would run."""
    if run.name not in ("docker", "docker-compose", "podman") or "exec" not in run.arguments:
        return None
    words = [word or "" for word in run.arguments]
    tool = next((nth for nth, word in enumerate(words) if word in DUMPERS), 0)
    before = set(words[words.index("exec") + 1 : tool])
    for compose in project.composes:
        for service in compose.services:
            if before.intersection((service.name, *service.aliases)):
                engine = store_service(service, compose, project)
                if engine is not None and engine.lasts:
                    where = Location(compose.path, service.span)
                    return Evidence(where, f"this container runs {engine.name}")
    return None


def _match(run: Run, act: Act, store: Store, meant: Evidence, project: Project) -> Match:
    opened = Evidence(store.location, "the data is kept here")
    evidence = (meant,) if meant.location == store.location else (meant, opened)
    return Match(
        location=Location(run.path, run.span),
        values={
            "command": shown(run),
            "dumped": ENGINES[effects.dumps(run)],
            "engine": engine_name(store, project),
        },
        evidence=evidence,
        trail=act.trail,
    )
