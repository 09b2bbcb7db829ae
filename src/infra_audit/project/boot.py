"""What a machine starts by itself after a reboot, as far as scripts and texts arrange it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..flow import effects
from ..flow.behaviour import Run
from ..model import Location
from ..source.regex import regex
from .begun import deploys
from .schedule import texts
from .service_units import ServiceUnit
from .types import Act, Project
from .units import filled

_UNITS = regex(
    r"(?:/(?:etc|usr/lib|lib|usr/local/lib)/systemd/system|.*/\.config/systemd/user)(?:/|$)"
)
_STARTERS = frozenset({"systemctl", "service"})
_PULLS = frozenset({"Wants", "Requires", "BindsTo", "Upholds", "Requisite", "Also", "PartOf"})


class Said(Struct, frozen=True):
    """A text that arranges something, or tells people to, and where it stands."""

    text: str
    where: Location


def sayings(project: Project, pattern: re.Pattern[str]) -> Iterator[Said]:
    """The words and heredocs of scripts, commands in prose and lines of clocks that a pattern is in."""
    for act in project.acts:
        for text, place in texts(act.script.statements):
            if pattern.search(text):
                yield Said(text, Location(act.script.path, place.span))
    for other in project.others:
        for word in other.words:
            if word.value is not None and pattern.search(told := f"{word.name} {word.value.raw}"):
                yield Said(told, Location(other.path, word.span))
    for clock in project.clocks:
        if pattern.search(clock.text):
            yield Said(clock.text, clock.evidence.location)


def server_runs(project: Project) -> Iterator[tuple[Act, Run]]:
    """What deploying and bootstrapping scripts run on the server, in their order."""
    for act in project.acts:
        if deploys(act):
            for run in act.behaviour.runs:
                if run.reach == "reached" and not (act.script.origin == "step" and not run.remote):
                    yield act, run


class UnitRuns(Struct, frozen=True):
    """What scripts do on the server about the units of systemd."""

    installs: tuple[tuple[Run, str], ...] = ()
    """Where scripts that set the server up write a file that systemd reads."""
    starts: tuple[Run, ...] = ()
    """The runs that start a unit."""
    enables: tuple[Run, ...] = ()
    """The runs that may have one started at boot, wherever they happen."""


def unit_runs(project: Project) -> UnitRuns:
    """What scripts do about units, for all units at once."""
    runs = list(server_runs(project))
    return UnitRuns(
        installs=tuple((run, path) for act, run in runs for path in _installs(act, run)),
        starts=tuple(run for _, run in runs if run.name in _STARTERS and effects.restarts(run)),
        enables=tuple(
            run
            for act in project.acts
            for run in act.behaviour.runs
            if "enable" in run.arguments or effects.boots(run)
        ),
    )


def _installs(act: Act, run: Run) -> Iterator[str]:
    """The files of systemd that a script which sets the server up writes.

    A release may copy them too: whether the unit was enabled once, by hand, it cannot tell.
    """
    if act.role == "bootstrap" and run.name not in ("rm", "chmod", "chown"):
        yield from (path for path in effects.written(run) if _UNITS.match(path))


def full_name(unit: ServiceUnit, project: Project) -> str:
    """The name of a unit without its suffix, with what its script puts into it; '' where unknown."""
    bare = unit.name.removesuffix(".service")
    if "$" not in bare:
        return bare
    for act in project.acts:
        if act.script.path == unit.file.path and act.script.origin == "file":
            known = {**act.behaviour.defaults, **act.behaviour.variables}
            return filled(bare, known) or ""
    return ""


def installed(unit: ServiceUnit, name: str, done: UnitRuns) -> Run | None:
    """The run with which a script that sets the server up puts a unit where systemd finds it."""
    file = unit.file.path.rpartition("/")[2]
    for run, path in done.installs:
        if path.rpartition("/")[2] == f"{name}.service" or file in _sources(run):
            return run
    return None


def _sources(run: Run) -> set[str]:
    return {word.raw.strip("\"'").rpartition("/")[2] for word in run.words[1:]}


def enables(run: Run, name: str) -> bool:
    """Whether a run has systemd start a unit at boot, or may: also by a function of the script."""
    if "enable" in run.arguments and (None in run.arguments or name in run.arguments):
        return True
    return any(
        not target or target == name or "*" in target or "$" in target
        for target in effects.boots(run)
    )


def pulled_in(name: str, project: Project) -> bool:
    """Whether another unit starts it with itself."""
    return any(
        setting.key in _PULLS and f"{name}.service" in setting.value.raw.split()
        for file in project.unit_files
        for setting in file.settings
        if file.name != f"{name}.service"
    )


def pm2_starts(project: Project) -> list[Run]:
    """The runs on the server that have pm2 start an app that may not run yet."""
    found = []
    for _, run in server_runs(project):
        if run.name == "pm2" and any(
            effect.thing == "app" and effect.kind in ("start", "restart")
            for effect in effects.effects(run)
        ):
            words = effects.plain(run)
            if words[1].startswith("start"):
                found.append(run)
    return found
