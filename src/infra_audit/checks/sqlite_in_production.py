"""Production datasources that are SQLite files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import (
    START,
    Evidence,
    Inapplicable,
    Location,
    Match,
    Outcome,
    Satisfied,
    Severity,
    Undecided,
)
from ..project.datasources import is_near, may_be_unused
from ..project.engines import engine_of_url
from ..project.leads import led, shown
from ..project.starts import started
from ..project.supplied import file_of
from ..project.switching import switched
from ..project.telemetry import variables
from ..project.types import Deployable, Project, Store

_SERVERLESS = frozenset(
    (
        "Vercel",
        "Netlify",
        "Cloudflare Workers",
        "Cloudflare Pages",
        "AWS Amplify",
        "Serverless Framework",
    )
)
_OTHERS = frozenset(("postgresql", "mysql", "mongodb", "mssql", "cockroachdb"))
_STRONG = frozenset(("prisma", "code"))


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable that has an SQLite store, at what says so."""
    for leader, group in led(project):
        folders = {d.folder for d in group}
        own = [s for s in project.stores if s.purpose == "production" and folders & set(s.users)]
        files = sorted(
            (s for s in own if s.engine == "sqlite"),
            key=lambda s: (s.source not in _STRONG, s.location),
        )
        if files:
            yield _judged(leader, files, own, project)


def _judged(leader: Deployable, files: list[Store], own: list[Store], project: Project) -> Outcome:
    store = files[0]
    where = _place(store, project)
    platform = _serverless(leader, project)
    if not leader.self_hosted and platform is None:
        return Inapplicable(f"{leader.name} is deployed as {leader.kind}")
    safe = next((s for s in files if s.managed), None)
    if safe is not None:
        return Satisfied(
            where, safe.replicated[0].note if safe.replicated else "another server keeps it"
        )
    doubt = _doubt(store, files, own, project)
    if doubt is None and platform is not None:
        doubt = _unset(store, platform, project)
    if doubt is not None:
        return Undecided(where, doubt)
    if store.replicated:
        return _replicated(leader, store, where, project)
    return _match(leader, store, where, project, platform)


def _doubt(store: Store, files: list[Store], own: list[Store], project: Project) -> str | None:
    """What leaves open whether production opens the file."""
    other = next((s for s in own if s.engine in _OTHERS), None)
    if store.source not in _STRONG and other is not None:
        return f"{other.engine} is there too, and which of the two holds the data is not shown"
    if all(may_be_unused(s, own, project.manifests) for s in files):
        return "redis is there too, and which of the two holds the data is not shown"
    named = {s.variable for s in files if s.variable}
    if other is not None and (other.source in _STRONG or other.variable in named):
        return f"{other.location.path} names {other.engine} for the same deployable"
    if store.url is None and store.variable:
        for entry, path in variables(project):
            raw = (entry.value.literal or entry.value.raw) if entry.value else ""
            given = engine_of_url(raw.strip("\"'")) if entry.name == store.variable else None
            counts = project.purposes.get(path) != "test" and is_near(path, store)
            if given in _OTHERS and counts:
                return f"{path} gives `{entry.name}` the URL of another engine"
    if store.url is not None and file_of(store.url) is None:
        return "the URL names no file"
    return switched(project) if store.source == "prisma" else None


def _unset(store: Store, platform: str, project: Project) -> str | None:
    """What is open on a platform unless the URL is literal in what it reads: schema, env files, workflow."""
    where = store.configured
    read = {d.path for d in project.dotenvs} | {w.path for w in project.workflows}
    if store.url is not None and (where is None or where.path in read):
        return None
    return f"the URL that {platform} gives it is not shown"


def _serverless(leader: Deployable, project: Project) -> str | None:
    """The platform that keeps no disk, where that alone runs the deployable."""
    if leader.kind != "platform":
        return None
    names = {m.name for m in project.platforms if _concerns(m.location.path, leader)}
    return min(names) if names and names <= _SERVERLESS else None


def _concerns(path: str, leader: Deployable) -> bool:
    folder = path.rpartition("/")[0]
    return (
        path.startswith((".github/", ".gitlab"))
        or not folder
        or f"{folder}/".startswith(f"{leader.folder}/")
    )


def _place(store: Store, project: Project) -> Location:
    """The value of the provider in a schema, else what names the store."""
    for schema in project.schemas:
        if schema.path == store.location.path:
            for source in schema.datasources:
                if source.span == store.location.span and source.provider is not None:
                    return Location(schema.path, source.provider.span)
    return store.location


def _replicated(leader: Deployable, store: Store, where: Location, project: Project) -> Outcome:
    """A replica that something runs is enough; one that nothing starts copies nothing."""
    note = store.replicated[0]
    if "Litestream" not in note.note or any(_replicating(project)):
        return Satisfied(note.location, note.note)
    return Match(
        location=where,
        values={
            "name": shown(leader),
            "what": "keeps its data in an SQLite file",
            "then": "Litestream has a replica for it, but nothing here starts `litestream replicate`",
        },
        evidence=(note,),
        severity="note",
        deployable=leader.folder,
    )


def _replicating(project: Project) -> Iterator[bool]:
    for act in project.acts:
        for run in act.behaviour.runs:
            words = " ".join(word.raw for word in run.words)
            if "litestream" in words or "litestream" in run.name:
                yield True
    for compose in project.composes:
        for service in compose.services:
            if service.image is not None and "litestream" in service.image.raw:
                yield True
    for unit in project.unit_files:
        for setting in unit.settings:
            if "litestream" in setting.value.raw:
                yield True


def _match(
    leader: Deployable, store: Store, where: Location, project: Project, platform: str | None
) -> Match:
    file = file_of(store.url) if store.url else None
    named = f" (`{file}`)" if file else ""
    severity: Severity | None = "error" if platform else None
    then = (
        f"{platform} keeps no disk from one request to the next, so what is written fails or is gone"
        if platform
        else "One machine, one writer, one disk: an instance on a second machine cannot share it, and a lost disk is lost data"
    )
    return Match(
        location=where,
        values={
            "name": shown(leader),
            "what": f"keeps its data in an SQLite file{named}",
            "then": then,
        },
        evidence=tuple(_evidence(leader, store, where, project)),
        severity=severity,
        deployable=leader.folder,
    )


def _evidence(
    leader: Deployable, store: Store, where: Location, project: Project
) -> Iterator[Evidence]:
    if store.configured is not None and store.configured != where:
        yield Evidence(store.configured, f"here {store.variable or 'its URL'} gets its value")
    first = started(leader, project) if leader.self_hosted else leader.evidence[0]
    if first.location != where:
        yield first
    for other in project.others:
        if other.kind == "litestream":
            place = other.words[0].span if other.words else START
            note = "it names no replica, so Litestream copies nothing"
            yield Evidence(Location(other.path, place), note)
