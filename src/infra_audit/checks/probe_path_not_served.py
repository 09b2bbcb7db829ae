"""Probes that ask an application for a path which it does not serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import Run, analyse
from ..flow.effects import restarts
from ..model import Evidence, Match, Outcome, Undecided
from ..project.askers import INTERPRETERS, LOOPBACK
from ..project.beyond import beyond, whole
from ..project.code_routes import STATIC
from ..project.in_force import in_force, is_replaced
from ..project.pulled import pulled
from ..project.routes import served
from ..project.running import listening, runs
from ..project.types import Act, Deployable, Probe, Project, Route, Routes, Unit
from ..project.vitals import probed
from ..source.regex import regex

_OWN = frozenset({"image", "compose", "kubernetes", "platform"})
_FAILS = regex(r"-[A-Za-z]*f[A-Za-z]*|--fail(?:-with-body|-early)?")
"""The options with which curl fails where the answer is an error."""
_LISTENS = frozenset({"listens", "told"})
_MOST = 2
_PARAMETER = regex(r"[\[\]:*{}$()<>]")
_PATTERN = regex(r"\w?[?+*(){}|\\]")
"""Where the part of a route's path begins that is more than text and parameters."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each probe whose path no route of the asked application answers."""
    asking = [p for p in project.probes if p.path is not None and p.scheme in ("http", "https")]
    if not asking:
        return
    tables = {table.deployable: table for table in project.routes if table.table}
    lost = [
        (p, t) for p in asking if (t := _table(p, project, tables)) and not _answered(p, t, project)
    ]
    for probe, table in lost:
        if not _minds(probe, project) or any(
            other.script is probe.script and other.path != probe.path and (other, table) not in lost
            for other in (project.probes if probe.source in _OWN and probe.script else ())
        ):
            continue
        path = probe.path or ""
        doubt = table.reason or ("" if table.known else "not all routes are known")
        doubt = doubt or beyond(table, path, project)
        if doubt:
            yield Undecided(probe.location, doubt)
        elif table.framework != "nest" or _alike(path, table) or whole(table, project):
            yield _match(probe, path, table)


def _answered(probe: Probe, table: Routes, project: Project) -> bool:
    path = probe.path or ""
    if not path or served(table, path) is not None:
        return True
    if any(_may_answer(r, path.lower()) for r in table.table if r.methods != STATIC):
        return True
    ends = (path, f"{path}.html", f"{path.rstrip('/')}/index.html")
    return any(r.methods == STATIC for r in table.table) and any(
        f"/{file}".endswith(ends) for file in project.files
    )


def _may_answer(route: Route, path: str) -> bool:
    """Whether a route answers in other letters, or its path is a pattern that begins like it."""
    own = route.path.lower()
    found = _PATTERN.search(own)
    if found is None:
        return own.rstrip("/") == path.rstrip("/")
    return path.startswith(own[: found.start()])


def _table(probe: Probe, project: Project, tables: dict[str, Routes]) -> Routes | None:
    """The routes of the deployable that a probe asks itself, without a proxy; None if unknown."""
    if probe.source in _OWN:
        return _of_unit(probe, project, tables)
    if probe.host not in LOOPBACK or probe.inside:
        return None
    asked = _listening(probe.port, project)
    app = next((d for d in project.deployables if d.folder in asked), None)
    if app is None or len(asked) > 1 or not _restarted(probe, app, project):
        return None
    return tables.get(app.folder)


def _of_unit(probe: Probe, project: Project, tables: dict[str, Routes]) -> Routes | None:
    """The routes of what runs in the container that a probe asks from inside, or the platform."""
    unit = probe.unit
    folder = _folder(probe, unit, project) if unit is not None else None
    table = tables.get(folder) if folder is not None else None
    if unit is None or unit.purpose != "production" or folder is None or table is None:
        return None
    if probe.host not in ("", unit.name) and probe.host not in LOOPBACK:
        return None
    app = next((d for d in project.deployables if d.folder == folder), None)
    asked = (probe.source == "platform" and probe.port is None) or _listens(probe, folder, project)
    return table if app is not None and asked and runs(unit, app, project) else None


def _folder(probe: Probe, unit: Unit, project: Project) -> str | None:
    """The folder of what runs there, also where the image is taken from a registry by its name."""
    if probe.deployable is not None or unit.source not in ("compose", "kubernetes"):
        return probe.deployable
    return next((image.deployable for image in pulled(unit, project)), None)


def _listening(port: str | None, project: Project) -> set[str]:
    """The deployables that are known to listen on a port."""
    return {
        known.deployable
        for known in project.ports
        if port
        and known.deployable is not None
        and known.kind in _LISTENS
        and port in (known.number, known.default)
    }


def _listens(probe: Probe, folder: str, project: Project) -> bool:
    """Whether the application itself listens on the port that a probe in its container asks.

    What the container is said to have counts only where nothing tells more, and no proxy has it.
    """
    if folder in _listening(probe.port, project) or _is_told(probe, project):
        return True
    own = {p.kind for p in project.ports if p.deployable == folder}
    if not own.isdisjoint(_LISTENS):
        return False
    taken = {listening.port for site in project.sites for listening in site.listens}
    return probe.port not in taken and any(
        p.kind == "container" and p.unit == probe.unit and p.number == probe.port
        for p in project.ports
    )


def _is_told(probe: Probe, project: Project) -> bool:
    """Whether the container's own environment tells the port that is asked."""
    return any(
        p.kind == "told" and p.unit == probe.unit is not None and p.number == probe.port
        for p in project.ports
    )


def _restarted(probe: Probe, app: Deployable, project: Project) -> bool:
    """Whether the script that asks has started the application, and nothing but it, on this machine."""
    if project.composes or project.images or len(listening(app, project)) != 1:
        return False
    act = next((a for a in project.acts if a.script is probe.script), None)
    begun = _begun(act) if act is not None else set()
    own = {u.name.removesuffix(".service") for u in project.units if _is_of(u, app, project)}
    return bool(begun) and begun <= own


def _is_of(unit: Unit, app: Deployable, project: Project) -> bool:
    """Whether a service of the machine runs an application."""
    if unit.source == "pm2":
        return unit.deployable == app.folder
    lonely = unit.deployable is None and len(project.deployables) == 1
    own = lonely or unit.deployable == app.folder
    return unit.source == "systemd" and own and runs(unit, app, project)


def _begun(act: Act) -> set[str]:
    """The services that a script starts anew, proxies aside; `*` for a container or what is not known."""
    found = set()
    for run in act.behaviour.runs:
        found |= {name.removesuffix(".service") for name in restarts(run)}
        if run.name in ("docker", "podman", "docker-compose") or run.background:
            found.add("*")
    return found - {"nginx", "caddy"}


def _minds(probe: Probe, project: Project) -> bool:
    """Whether an answer with status 404 makes the probe fail."""
    if probe.tool == "":
        return True
    run = _run(probe)
    if run is not None and probe.tool in INTERPRETERS:
        return probe.source in _OWN and _is_minded(run, probe, project)
    if (
        run is None
        or run.outcome == "ignored"
        or (probe.source in _OWN and not in_force(probe, project))
    ):
        return False
    if probe.source not in _OWN and run.outcome in ("tested", "handled"):
        return False
    return probe.tool == "wget" or (
        probe.tool == "curl" and any(_FAILS.fullmatch(word or "") for word in run.arguments)
    )


def _is_minded(run: Run, probe: Probe, project: Project) -> bool:
    """Whether a program that is given to an interpreter fails where the answer is an error."""
    if run.outcome == "ignored" or (probe.source == "image" and is_replaced(probe, project)):
        return False
    code = " ".join(word.literal or "" for word in run.words[1:])
    python = (probe.tool or "").startswith("python")
    return (_RAISES if python else _COMPARES).search(code) is not None and "try:" not in code


_COMPARES = regex(
    r"\.status(?:Code)?\s*(?:===?\s*200\s*\?\s*0\s*:\s*1|!==?\s*200\s*\?\s*1\s*:\s*0|<\s*[34]00\s*\?\s*0\s*:\s*1)"
    r"|\.ok\s*\?\s*0\s*:\s*1|!\s*\w+\.ok\s*\?\s*1\s*:\s*0|if\s*\(\s*!\s*\w+\.ok\s*\)\s*\{?\s*(?:process\.exit\(1\)|throw\b)"
    r"|if\s*\(\s*\w+\.status(?:Code)?\s*!==?\s*200\s*\)\s*\{?\s*(?:process\.exit\(1\)|throw\b)"
)
"""How programs for Node, Bun and Deno end with 1 where the answer is an error."""
_RAISES = regex(r"\burlopen\(|\.raise_for_status\(")
"""What raises in Python where the answer is an error."""


def _run(probe: Probe) -> Run | None:
    if probe.script is None:
        return None
    found = (r for r in analyse(probe.script).runs if r.span == probe.command.span)
    return next(found, None)


def _match(probe: Probe, path: str, table: Routes) -> Match:
    near = _nearest(path, table)
    evidence = [Evidence(r.location, f"this is what it serves: `{r.path}`") for r in near]
    if table.framework:
        evidence.append(Evidence(table.location, f"it serves with {table.framework}"))
    return Match(
        location=probe.location,
        values={"path": path, "then": _THEN[probe.source], "paths": _counted(table)},
        evidence=tuple(evidence),
        deployable=table.deployable,
    )


_THEN = {
    "image": "the container is never healthy",
    "compose": "the container is never healthy",
    "kubernetes": "the cluster never takes it for well",
    "platform": "no new version is ever taken for well",
    "workflow": "the step fails, however well the new version is",
    "script": "the check fails, however well the new version is",
}


def _nearest(path: str, table: Routes) -> list[Route]:
    """Routes that may be meant: those made for probes, else those that end alike."""
    found = list(probed(table)) or _alike(path, table)
    first = {r.location: r.path for r in reversed(table.table)}
    own = [r for r in found if r.path == first[r.location]]
    return [r for r in own if not _PARAMETER.search(r.path)][:_MOST]


def _alike(path: str, table: Routes) -> list[Route]:
    """Routes whose last part is that of a path."""
    last = path.rstrip("/").rpartition("/")[2].lower()
    return [r for r in table.table if last and r.path.lower().rstrip("/").endswith(f"/{last}")]


def _counted(table: Routes) -> str:
    paths = {route.path.rstrip("/") for route in table.table}
    return "its only path" if len(paths) == 1 else f"its {len(paths)} paths"
