"""Servers whose people host them and whose requests nothing traces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Module
from ..model import Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project.leads import hosted, shown
from ..project.python_sentry import set_ups, tracing_of
from ..project.sentry_files import is_loaded
from ..project.starts import started
from ..project.telemetry import ERROR_TRACKERS, beside, dependencies, libraries, reads, settings
from ..project.tracing import at_work, package_of, place, tracing
from ..project.types import Deployable, Project

_MOST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable, at what starts it."""
    yield from hosted(project, "apm", _traced)


def _traced(leader: Deployable, group: tuple[Deployable, ...], project: Project) -> Outcome:
    late = None
    for dependency, where, development in libraries(group, "traces", project):
        if not development:
            return Satisfied(where, dependency.name)
        late = late or Undecided(where, f"`{dependency.name}` is a development dependency")
    agent = next(beside(project, "traces"), None)
    if agent is not None:
        return Undecided(
            agent[1], f"whether the application sends traces to {agent[0]} is not seen"
        )
    first = leader.evidence[0]
    if not any(reads(d.runtime) for d in group):
        return Undecided(
            first.location, f"the libraries of {leader.runtime or 'what runs here'} are not read"
        )
    setting = next(settings(project, "traces"), None)
    if setting is not None:
        return late or Undecided(setting.location, setting.note)
    return late or _by_sentry(leader, group, project)


def _by_sentry(leader: Deployable, group: tuple[Deployable, ...], project: Project) -> Outcome:
    """Tracing by Sentry counts; Sentry without it leaves the requests untraced."""
    untraced = []
    for module in project.modules:
        if not module.sentry or not _concerns(module, group, project):
            continue
        for init in module.sentry:
            told = tracing(init, module, project)
            where = place(init, module)
            if told == "on":
                return Satisfied(where, "Sentry traces requests")
            if told == "off":
                untraced.append(Evidence(where, "Sentry is set up here without tracing"))
            else:
                return Undecided(
                    where, "Sentry's tracing is switched off, or cannot be told from here"
                )
    for one in set_ups(project) if any(m.sentry for m in project.python) else ():
        if one.folder not in {d.folder for d in group}:
            continue
        told = tracing_of(one)
        if told == "on":
            return Satisfied(one.location, "Sentry traces requests")
        if told != "off":
            return Undecided(
                one.location, "Sentry's tracing is switched off, or cannot be told from here"
            )
        untraced.append(Evidence(one.location, "Sentry is set up here without tracing"))
    if not untraced:
        for dependency, path, _ in dependencies(group, project):
            if ERROR_TRACKERS.fullmatch(dependency.name):
                return Undecided(
                    Location(path, dependency.span),
                    f"how `{dependency.name}` is set up is not seen",
                )
    return _missing(leader, tuple(untraced), project)


def _concerns(module: Module, group: tuple[Deployable, ...], project: Project) -> bool:
    """Whether a file may set Sentry up for a deployable: it is loaded, and not for another or a device."""
    if project.purposes.get(module.path) != "production" or not at_work(module, project):
        return False
    if not is_loaded(module, project):
        return False
    package = package_of(module.path, project)
    folder = package.path.rpartition("/")[0] if package else ""
    others = {d.folder for d in project.deployables} - {d.folder for d in group}
    return not folder or folder not in others


def _missing(leader: Deployable, untraced: tuple[Evidence, ...], project: Project) -> Match:
    first = started(leader, project)
    sentry = "; Sentry is there, but tells of errors only" if untraced else ""
    return Match(
        location=first.location,
        values={"name": shown(leader), "how": first.note, "sentry": sentry},
        evidence=untraced[:_MOST],
        deployable=leader.folder,
    )
