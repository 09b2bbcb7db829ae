"""Probes that ask an application for a path which it does not serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import Run, analyse
from ..model import Evidence, Match, Outcome, Undecided
from ..project.askers import LOOPBACK
from ..project.routes import served
from ..project.types import Probe, Project, Route, Routes
from ..project.vitals import probed
from ..source.regex import regex

_OWN = frozenset({"image", "compose", "platform", "kubernetes"})
_FAILS = regex(r"-[A-Za-z]*f[A-Za-z]*|--fail(?:-with-body|-early)?")
"""The options with which curl fails where the answer is an error."""
_LISTENS = frozenset({"listens", "told"})
_MOST = 2
_PARAMETER = regex(r"[\[\]:*{}$()]")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each probe whose path no route of the asked application answers."""
    asking = [p for p in project.probes if p.path is not None and p.scheme in ("http", "https")]
    if not asking:
        return
    tables = {table.deployable: table for table in project.routes if table.table}
    lost = [(p, t) for p in asking if (t := _table(p, project, tables)) and not _answered(p, t)]
    for probe, table in lost:
        if not _minds(probe) or any(
            other.script is probe.script and other.path != probe.path and (other, table) not in lost
            for other in (project.probes if probe.source in _OWN and probe.script else ())
        ):
            continue
        if not table.known or table.reason:
            yield Undecided(probe.location, table.reason or "not all routes are known")
        else:
            yield _match(probe, probe.path or "", table)


def _answered(probe: Probe, table: Routes) -> bool:
    return not probe.path or served(table, probe.path) is not None


def _table(probe: Probe, project: Project, tables: dict[str, Routes]) -> Routes | None:
    """The routes of the deployable that a probe asks itself, without a proxy; None if unknown."""
    unit = probe.unit
    if probe.source in _OWN:
        if unit is None or unit.purpose != "production" or probe.deployable not in tables:
            return None
        if probe.host not in ("", unit.name) and probe.host not in LOOPBACK:
            return None
        fits = probe.port is None if probe.source == "platform" else False
        return tables[probe.deployable] if fits or _listens(probe, project) else None
    listening = _listening(probe.port, project) if probe.host in LOOPBACK else set()
    return tables.get(listening.pop()) if len(listening) == 1 else None


def _listening(port: str | None, project: Project) -> set[str]:
    """The deployables that are known to listen on a port."""
    return {
        known.deployable or ""
        for known in project.ports
        if port and known.kind in _LISTENS and port in (known.number, known.default)
    }


def _listens(probe: Probe, project: Project) -> bool:
    """Whether the application itself listens on the port that a probe in its container asks.

    What the container is said to have counts only where nothing tells more, and no proxy has it.
    """
    if probe.deployable in _listening(probe.port, project):
        return True
    own = {p.kind for p in project.ports if p.deployable == probe.deployable}
    if not own.isdisjoint(_LISTENS):
        return False
    taken = {listening.port for site in project.sites for listening in site.listens}
    return probe.port not in taken and any(
        p.kind == "container" and p.unit == probe.unit and p.number == probe.port
        for p in project.ports
    )


def _minds(probe: Probe) -> bool:
    """Whether an answer with status 404 makes the probe fail."""
    if probe.tool == "":
        return True
    run = _run(probe)
    if run is None or run.outcome == "ignored":
        return False
    return probe.tool == "wget" or (
        probe.tool == "curl" and any(_FAILS.fullmatch(word or "") for word in run.arguments)
    )


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
    "platform": "no new version is ever taken for well",
    "kubernetes": "the pod is never ready, or restarted again and again",
    "workflow": "the step fails, however well the new version is",
    "script": "the check fails, however well the new version is",
}


def _nearest(path: str, table: Routes) -> list[Route]:
    """Routes that may be meant: those made for probes, else those that end alike."""
    found = list(probed(table))
    last = path.rstrip("/").rpartition("/")[2].lower()
    if not found and last:
        found = [r for r in table.table if r.path.lower().rstrip("/").endswith(f"/{last}")]
    return [r for r in found if not _PARAMETER.search(r.path)][:_MOST]


def _counted(table: Routes) -> str:
    paths = {route.path.rstrip("/") for route in table.table}
    return "its only path" if len(paths) == 1 else f"its {len(paths)} paths"
