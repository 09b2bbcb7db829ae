"""Commands that delete a database's data or its history, where production starts or is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Entry
from ..flow.behaviour import Guard, Run
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.destruction import Destruction, destroys, engines_meant, inner
from ..project.engines import host_of, is_local, is_placeholder
from ..project.entrances import TRIAL, Entrance, Entrances, Shipping, develops
from ..project.phases import shown
from ..project.runners import is_own
from ..project.types import Act, Project
from ..project.ways import Way, Ways, decisive
from ..source.regex import regex

_RANKS = ("job", "image", "compose", "unit", "pm2", "platform", "start", "script")
_ASKED = regex(r"inputs\.|event\.inputs|commits?\.|message|label|pull_request|vars\.")
"""Conditions of steps by which somebody asks for it, or that hold outside of production only."""
_BRANCH = regex(r"refs/heads/([\w./-]+)")
_TOOLS = frozenset(
    {
        "npx",
        "bunx",
        "pnpm",
        "yarn",
        "npm",
        "bun",
        "prisma",
        "command -v",
        "command",
        "which",
        "type",
    }
)
_CODE = regex(r"prisma|schema|migrations?/?$|package(?:-lock)?\.json|node_modules")
_DATABASE = regex(r"\.(?:db|sqlite3?)$")
_FILLED = (["-f"], ["-e"], ["-s"])
_PRODUCTION = frozenset({"production", "prod", "main", "master"})
_SECRET = regex(r"\b(?:secrets|vars)\.(\w+)")


class _Found(Struct, frozen=True):
    act: Act
    run: Run
    done: Destruction


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each command of the given `kinds`, with the surest way on which it is reached."""
    kinds = frozenset(parameters["kinds"])
    found = [
        _Found(act, run, done)
        for act in project.acts
        if act.purpose in ("production", "template")
        for run in act.behaviour.runs
        if run.reach == "reached" and (done := destroys(run)) is not None and not run.captured
        if done.kind in kinds
    ]
    if not found:
        return
    ways, entrances = Ways(project), Entrances(project)
    for one in found:
        reached = [
            (way, entrance)
            for way in ways.to(one.act)
            if not _leads_aside(way)
            for entrance in entrances.of(way.start)
        ]
        reached.sort(key=lambda pair: (_RANKS.index(pair[1].kind), -len(pair[0].hops)))
        if reached:
            yield from _judged(one, reached, project)


def _judged(
    found: _Found, reached: list[tuple[Way, Entrance]], project: Project
) -> Iterator[Outcome]:
    where = Location(found.run.path, found.run.span)
    meant = engines_meant(found.done, found.run, found.act, project)
    if found.done.kind in ("loss", "push") and found.done.tool == "prisma":
        if meant == {"mongodb"} or (found.done.kind == "push" and _branches(project)):
            return
        if not meant or meant & {"mongodb", "unknown"}:
            yield Undecided(where, "which database it changes, and whether MongoDB, is not shown")
            return
    doubts: list[str] = []
    for way, entrance in reached:
        judged = _doubt(way, entrance, found.run, meant, project)
        if not isinstance(judged, str):
            yield _match(found, way, entrance, judged)
            return
        doubts.append(judged)
    if any(doubts):
        yield Undecided(where, next(filter(None, doubts)))


def _branches(project: Project) -> bool:
    """Whether a schema is made for a database that keeps its history itself, as PlanetScale does."""
    return any(
        entry.name == "relationMode"
        for schema in project.schemas
        for source in schema.datasources
        for entry in source.settings
    )


def _leads_aside(way: Way) -> bool:
    """Whether a way leads through what is for development, tests or trial."""
    acts = [hop.act for hop in way.hops] + [way.end]
    return any(
        develops(a) or (a.script.origin == "npm" and TRIAL.search(a.script.name)) for a in acts
    )


def _doubt(
    way: Way, entrance: Entrance, run: Run, meant: frozenset[str], project: Project
) -> str | tuple[Evidence, ...]:
    """Why it may not happen to production's database ('': surely not), else what shows that it does."""
    for act, each in (*((hop.act, hop.run) for hop in way.hops), (way.end, run)):
        guards = decisive(each, act)
        if meant == {"sqlite"} and any(map(_still_empty, guards)):
            return ""
        doubt = next(filter(None, map(_guarded, guards)), None)
        if doubt is not None:
            return doubt
    if entrance.shipping is None:
        return ()
    condition = _conditions(entrance.shipping)
    if condition is not None:
        return condition
    remote = run.remote is not None or any(hop.run.remote is not None for hop in way.hops)
    if remote or is_own(entrance.shipping.job):
        return ()
    if meant == {"sqlite"} or inner(run) is not run:
        return ""  # a file, or a container, of the machine that runs the job
    return _database(entrance.shipping, run, project)


def _guarded(guard: Guard) -> str | None:
    """The doubt that a condition leaves; None where it holds in production as well."""
    words = [word or "" for word in guard.words]
    if guard.kind in _TOOLS:
        return None
    if guard.kind == "test":
        if not guard.negated and _PRODUCTION.intersection(words):
            return None
        if (
            words[:1] in (["-f"], ["-d"], ["-e"])
            and _CODE.search(words[-1])
            and not _DATABASE.search(words[-1])
        ):
            return None
        if words[:1] in _FILLED and _DATABASE.search(words[-1]) and not guard.negated:
            return None
    return "a condition decides that it runs, and when it holds is not shown"


def _still_empty(guard: Guard) -> bool:
    """Whether it asks that there be no file of the database yet."""
    words = [word or "" for word in guard.words]
    asks = guard.kind == "test" and words[:1] in _FILLED
    return asks and guard.negated and _DATABASE.search(words[-1]) is not None


def _conditions(shipping: Shipping) -> str | None:
    for condition in (shipping.step.condition, shipping.job.condition):
        raw = condition.raw if condition else ""
        branches = _BRANCH.findall(raw)
        if branches and all(TRIAL.search(branch) for branch in branches):
            return ""
        if condition is shipping.step.condition and _ASKED.search(raw):
            return f"the step runs only where `{raw}`"
    return None


def _database(shipping: Shipping, run: Run, project: Project) -> str | tuple[Evidence, ...]:
    """What gives a step the URL of a database that is none of its own."""
    names = {s.variable for s in project.stores if s.variable} | {"DATABASE_URL", "DIRECT_URL"}
    if any(name in names for name, _ in run.environment):
        return "the URL of its database is set on the spot"
    for place in (shipping.step, shipping.job, shipping.workflow):
        for entry in place.environment:
            if entry.name in names and entry.value is not None:
                return _remote(entry, shipping.workflow.path)
    return "which database its job works on is not shown"


def _remote(entry: Entry, path: str) -> str | tuple[Evidence, ...]:
    raw = entry.value.raw if entry.value else ""
    secret = _SECRET.search(raw)
    evidence = (Evidence(Location(path, entry.span), "the database that it works on"),)
    if secret is not None:
        return "" if TRIAL.search(secret[1].replace("_", "-")) else evidence
    host = host_of(raw)
    if host is None:
        return "" if raw.startswith("file:") else "the URL of its database is not shown"
    if is_local(host) or "." not in host or is_placeholder(raw):
        return ""
    return evidence


def _match(found: _Found, way: Way, entrance: Entrance, evidence: tuple[Evidence, ...]) -> Match:
    run, done = found.run, found.done
    shipped = entrance.shipping.delivery if entrance.shipping else None
    if shipped is not None and shipped.location != entrance.first.location:
        evidence = (*evidence, Evidence(shipped.location, f"`{shipped.what}` deploys"))
    manned = entrance.kind == "script"
    return Match(
        location=Location(run.path, run.span),
        values={"command": shown(run), "when": entrance.how, "then": _effect(done, manned=manned)},
        evidence=tuple(e for e in evidence if e.location.span != run.span),
        severity="warning" if done.kind == "drift" else None,
        trail=way.trail(entrance.first),
    )


def _effect(done: Destruction, *, manned: bool) -> str:
    if done.kind == "loss":
        return "what the schema no longer has a place for, columns and whole tables, is deleted without a question"
    if done.kind == "push":
        return "no migration tells what was changed, and it refuses what would lose data, so that the release stops there"
    if done.kind == "drift":
        asked = (
            "it offers to delete all data" if manned else "it stops, for nobody is there to answer"
        )
        return f"as soon as the database and the history of migrations differ, {asked}"
    if not done.asks:
        return "all data is deleted, without a question"
    return (
        "one wrong answer deletes all data"
        if manned
        else "it stops, for nobody is there to confirm it"
    )
