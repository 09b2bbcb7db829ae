"""What a machine starts by itself after a reboot, as far as scripts and texts arrange it."""

from __future__ import annotations

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
_PULLS = frozenset({"Wants", "Requires", "BindsTo", "Upholds", "Requisite", "Also", "PartOf"})


class Said(Struct, frozen=True):
    """A text that arranges something, or tells people to, and where it stands."""

    text: str
    where: Location


def sayings(project: Project) -> tuple[Said, ...]:
    """All words and heredocs of scripts, the commands in prose, and the lines of clocks."""
    found = [
        Said(text, Location(act.script.path, span))
        for act in project.acts
        for text, span in texts(act.script.statements)
    ]
    found += [
        Said(f"{word.name} {word.value.raw}", Location(other.path, word.span))
        for other in project.others
        for word in other.words
        if word.value is not None
    ]
    found += [Said(clock.text, clock.evidence.location) for clock in project.clocks]
    return tuple(found)


def server_runs(project: Project) -> Iterator[tuple[Act, Run]]:
    """What deploying and bootstrapping scripts run on the server, in their order."""
    for act in project.acts:
        if deploys(act):
            for run in act.behaviour.runs:
                if run.reach == "reached" and not (act.script.origin == "step" and not run.remote):
                    yield act, run


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


def installed(unit: ServiceUnit, name: str, project: Project) -> Run | None:
    """The run with which a script that sets the server up puts a unit where systemd finds it.

    A release may copy it too: whether the unit was enabled once, by hand, it cannot tell.
    """
    file = unit.file.path.rpartition("/")[2]
    for act, run in server_runs(project):
        for path in effects.written(run) if act.role == "bootstrap" else ():
            if _UNITS.match(path) is None or run.name in ("rm", "chmod", "chown"):
                continue
            if path.rpartition("/")[2] == f"{name}.service" or file in _sources(run):
                return run
    return None


def _sources(run: Run) -> set[str]:
    return {word.raw.strip("\"'").rpartition("/")[2] for word in run.words[1:]}


def enables(run: Run, name: str) -> bool:
    """Whether a run has systemd start a unit at boot, or may: also by a function of the script."""
    if "enable" in run.arguments and (None in run.arguments or name in run.arguments):
        return True
    for effect in effects.effects(run):
        if effect.kind in ("enable", "change") and effect.thing == "unit":
            target = (effect.target or "").removesuffix(".service").rpartition("/")[2]
            if not target or target == name or "*" in target or "$" in target:
                return True
    return False


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
