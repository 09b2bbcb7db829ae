"""Servers without a route that tells whether they are well."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from posixpath import join, normpath
from typing import Any

from msgspec.structs import replace

from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.apps import folder_of, start_script
from ..project.code_routes import STATIC
from ..project.copies import LASTING
from ..project.leads import answers_on_platform, led, shown
from ..project.python_ports import served_from
from ..project.routes import served
from ..project.types import Deployable, Project, Route, Routes
from ..project.vitals import guarded, harmless, page, probed, tables
from ..source.regex import regex

_MOST = 3
_BY_NAMES = frozenset(("django", "fastapi", "flask", "starlette"))
"""Frameworks of Python: what is included and not read stands in their tables as all that is below a path."""
_ANY = ("ALL",)
_BY_FILES = frozenset(("next", "remix", "react-router", "sveltekit", "nuxt", "astro"))
"""Frameworks whose routes are files."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable, at what starts it."""
    declared = next((d for d in project.declarations if d.topic == "health"), None)
    for leader, group in led(project):
        found = tables(project, frozenset(d.folder for d in group))
        if declared is not None:
            yield Satisfied(declared.location, f"declared: {declared.value}")
        elif leader.self_hosted and found:
            yield _asked(leader, found, project)
        elif answers_on_platform(leader, group, project) and _opens(group, project):
            outcome = _asked(leader, found, project)
            yield replace(outcome, severity="note") if isinstance(outcome, Match) else outcome
        else:
            yield Inapplicable(f"{leader.name} is no server that its people host ({leader.kind})")


def _opens(group: tuple[Deployable, ...], project: Project) -> bool:
    """Whether it needs a database, which may be away while the platform is well."""
    folders = {d.folder for d in group}
    return any(
        store.engine in LASTING
        and store.purpose == "production"
        and folders.intersection(store.users)
        for store in project.stores
    )


def _asked(leader: Deployable, found: tuple[Routes, ...], project: Project) -> Outcome:
    for table in found:
        for route in probed(table):
            return Satisfied(route.location, f"`{route.path}`")
    for table in found:
        if not table.known or table.reason:
            return Undecided(table.location, table.reason or "not all routes are known")
        required = next(_required(table, project), None)
        if required is not None:
            return Undecided(required, "what is required here at run time may add routes")
        apollo = next(_apollo(table, project), None)
        if apollo is not None:
            return Undecided(apollo, "Apollo Server answers a path for probes by itself")
        caught = next(_caught(table), None)
        if caught is not None:
            return Undecided(caught.location, f"`{caught.path}` may answer for it")
        for route in probed(table, doubtful=True):
            return Undecided(route.location, f"`{route.path}` answers, and may serve for it")
    if found[0].framework not in _BY_NAMES:
        return _missing(leader, found[0], project)
    start = next(served_from(found[0].deployable, project), None)
    if start is None:
        return Undecided(found[0].location, "no command is seen that starts its server")
    missing = _missing(leader, found[0], project)
    return replace(missing, evidence=(*missing.evidence, Evidence(start, "what starts it")))


def _caught(table: Routes) -> Iterator[Route]:
    """Routes for many paths, of which a health route may be one."""
    if table.framework in _BY_NAMES:
        yield from (
            r for r in table.table if r.path.endswith("/*") and r.methods == _ANY and not r.name
        )
    for path in ("/health", "/healthz", "/api/health"):
        route = served(table, path)
        if route is None or page(route) or harmless(frozenset(route.handler.calls)):
            continue
        if route.handler.opaque or table.framework in _BY_FILES:
            yield route


def _apollo(table: Routes, project: Project) -> Iterator[Location]:
    """Imports of Apollo Server up to version 3, which serves `/.well-known/apollo/server-health`."""
    lead = f"{table.deployable}/" if table.deployable else ""
    for module in project.modules:
        if module.path.startswith(lead) and project.purposes.get(module.path) == "production":
            for imported in module.imports:
                if _APOLLO.fullmatch(imported.specifier):
                    yield Location(module.path, imported.span)


_APOLLO = regex(r"apollo-server(?:-(?:cloudflare|express|fastify|hapi|koa|micro))?")


def _required(table: Routes, project: Project) -> Iterator[Location]:
    """Mounts of modules whose names are not literal."""
    lead = f"{table.deployable}/" if table.deployable else ""
    for module in project.modules:
        if module.path.startswith(lead) and project.purposes.get(module.path) == "production":
            for call in module.routes:
                if (
                    call.method == "USE"
                    and not call.target
                    and call.handler.calls[:1] == ("require",)
                ):
                    yield Location(module.path, call.span)


def _missing(leader: Deployable, table: Routes, project: Project) -> Match:
    first = next(chain(_listening(table, project), _starting(table, project)), table.location)
    near = [
        Evidence(r.location, f"`{r.path}` wants a login")
        for r in table.table
        if _alike(r.path) and guarded(r)
    ]
    framework = (
        [Evidence(table.location, f"it serves with {table.framework}")] if table.framework else []
    )
    evidence = [e for e in (*near[:_MOST], *framework) if e.location != first]
    return Match(
        location=first,
        values={"name": shown(leader), "paths": _counted(table)},
        evidence=tuple(evidence),
        deployable=leader.folder,
    )


def _listening(table: Routes, project: Project) -> Iterator[Location]:
    """Where the server that makes its routes by calls begins to listen: a new route belongs near it."""
    own = {route.module for route in table.table if not page(route)}
    lead = f"{table.deployable}/" if table.deployable else ""
    inside = [
        m
        for m in project.modules
        if m.path.startswith(lead) and project.purposes.get(m.path) == "production"
    ]
    if table.framework in _BY_FILES:
        return
    started = project.files.intersection(_started(table, project))
    seen = [m for m in inside if m.path in started | own or not started]
    order = {m.path: (m.path not in started, m.path not in own, m.path.count("/")) for m in seen}
    for module in sorted(seen, key=lambda m: (*order[m.path], m.path)):
        yield from (Location(module.path, listen.span) for listen in module.listens)


def _started(table: Routes, project: Project) -> Iterator[str]:
    """The files that pm2 or the start script runs, as far as they are here."""
    for ecosystem in project.ecosystems:
        for process in ecosystem.processes:
            folder = process.directory.literal if process.directory else ""
            script = process.script.literal if process.script else None
            if folder is not None and script is not None:
                yield normpath(join(folder_of(ecosystem.path), folder, script))
    for package in project.packages:
        start = start_script(package)
        if folder_of(package.path) == (table.deployable or "") and start is not None:
            words = start.command.split()
            yield from (normpath(join(folder_of(package.path), word)) for word in words[1:])


def _starting(table: Routes, project: Project) -> Iterator[Location]:
    """The package script that starts it."""
    for unit in project.units:
        if unit.source == "package" and unit.deployable == table.deployable:
            yield unit.location


def _alike(path: str) -> bool:
    return "health" in path.lower()


def _counted(table: Routes) -> str:
    """How many paths are answered, whatever the methods; folders of files are none."""
    paths = {r.path.rstrip("/") for r in table.table if r.methods != STATIC}
    return "1 path" if len(paths) == 1 else f"{len(paths)} paths" if paths else "with files only"
