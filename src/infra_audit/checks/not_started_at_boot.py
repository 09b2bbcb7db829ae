"""Services that run until the next reboot and then stay away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..flow import effects
from ..flow.behaviour import Run
from ..model import START, Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project import left_running
from ..project.boot import (
    Said,
    UnitRuns,
    enables,
    full_name,
    installed,
    pm2_starts,
    pulled_in,
    sayings,
    server_runs,
    unit_runs,
)
from ..project.service_units import ServiceUnit, is_once, service_units
from ..project.types import Project
from ..source.regex import regex

_STARTUP = regex(
    r"pm2[ \t]+(?:\S+[ \t]+){0,4}?startup\b|pm2-startup|pm2[ \t]+resurrect|pm2-(?:root|\w+)\.service"
)
_SAVE = regex(r"pm2[ \t]+(?:\S+[ \t]+){0,4}?(?:save|dump)\b|autodump")
_KEPT = regex(
    r"pm2\b.*\b(?:startup|save|dump|resurrect|root|service)\b|autodump|@reboot|pm2-startup",
    re.IGNORECASE,
)
"""What arranges one of the two, or may."""
_TELLING = regex(
    r"(?<!license)(?<!changelog)(?<!code_of_conduct)(?<!robots)\.(?:md|txt|rst|adoc)$|\.(?:tf|nix)$"
    r"|(?:^|(?:^|/)(?:scripts?|deploy\w*|ops|infra\w*|bin|tools?|ci|servers?)/)[^/]*(?:deploy|setup|provision|bootstrap|fabfile|vps)[^/]*\.(?:py|rb|ps1|pl|bat|cmd|[cm]?[jt]s)$"
)
"""Prose, and code by whose name and folder a server may be set up."""
_ARRANGES = regex(r"\.wants/|systemctl|pm2|autodump|@reboot")
"""What a text holds that speaks of a start at boot."""
_INSTALLERS = frozenset({"npm", "yarn", "pnpm", "bun"})
_GLOBAL = frozenset({"-g", "--global", "global", "-gD"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for pm2, for each unit that is started and never enabled, and for what is left in the background."""
    for _, run in left_running.left_running(project):
        yield Match(
            location=left_running.place(run),
            values={
                "what": f"`{left_running.shown(run)}` runs",
                "why": "it is left in the background, and nothing here starts it at boot",
            },
        )
    started = pm2_starts(project)
    units = service_units(project)
    if not started and not units:
        return
    said = tuple(sayings(project, _ARRANGES))
    if started:
        yield from _of_pm2(started, project, said)
    done = unit_runs(project) if units else UnitRuns()
    for unit in units:
        yield from _of_unit(unit, project, done, said)


def _of_pm2(started: list[Run], project: Project, said: tuple[Said, ...]) -> Iterator[Outcome]:
    setup = next((run for _, run in server_runs(project) if _installs_pm2(run)), None)
    beside = [run for run in started if setup is not None and run.path == setup.path]
    first = (beside or started)[0]
    where = Location(first.path, first.span)
    startup = _saying(_STARTUP, said, project)
    save = _saying(_SAVE, said, project)
    if startup is not None and save is not None:
        yield Satisfied(startup, "pm2 is started at boot, with the apps that were saved")
        return
    if project.provisioning:
        yield Undecided(where, f"{project.provisioning[0].name} may have it started at boot")
        return
    if setup is None:
        yield _of_release(where, said, project)
        return
    missing = [name for name, place in (("save", save), ("startup", startup)) if place is None]
    yield Match(
        location=where,
        values={
            "what": "pm2 runs its apps",
            "why": f"nothing here runs {' and '.join(f'`pm2 {name}`' for name in missing)}",
        },
        evidence=(
            Evidence(Location(setup.path, setup.span), "pm2 is set up here"),
            *(Evidence(p, "only this is done") for p in (save, startup) if p is not None),
        ),
    )


def _of_release(where: Location, said: tuple[Said, ...], project: Project) -> Outcome:
    """The outcome where pm2 is set up by somebody else: nothing that is here may speak of a start at boot."""
    told = _saying(_KEPT, said, project)
    if told is not None:
        return Undecided(told, "pm2 is set up elsewhere, and may be started at boot there")
    unread = next((path for path in sorted(project.files) if _is_unread(path, project)), None)
    if unread is not None:
        return Undecided(Location(unread, START), f"what {unread} says of pm2 is not read")
    return Match(
        location=where,
        values={
            "what": "as far as the repository tells, pm2 runs its apps",
            "why": "nothing here so much as mentions `pm2 save` and `pm2 startup`",
        },
        severity="note",
    )


def _is_unread(path: str, project: Project) -> bool:
    """Whether a file may tell how the server is set up, and was not read."""
    return path not in project.purposes and _TELLING.search(path.lower()) is not None


def _saying(pattern: re.Pattern[str], said: tuple[Said, ...], project: Project) -> Location | None:
    """Where a text, or a command of any script, asks for it."""
    found = next((each.where for each in said if pattern.search(each.text)), None)
    if found is not None:
        return found
    for act in project.acts:
        for run in act.behaviour.runs:
            if pattern.search(" ".join((run.name, *(word.raw for word in run.words[1:])))):
                return Location(run.path, run.span)
    return None


def _installs_pm2(run: Run) -> bool:
    words = [word or "" for word in run.arguments]
    return (
        run.name in _INSTALLERS
        and bool(_GLOBAL & set(words))
        and any(word == "pm2" or word.startswith("pm2@") for word in words)
    )


def _of_unit(
    unit: ServiceUnit, project: Project, done: UnitRuns, said: tuple[Said, ...]
) -> Iterator[Outcome]:
    name = full_name(unit, project)
    if not name or "@" in name or is_once(unit, project) or pulled_in(name, project):
        return
    setup = installed(unit, name, done)
    started = next((run for run in done.starts if name in effects.restarts(run)), None)
    if setup is None or started is None:
        return
    enabling = next((run for run in done.enables if enables(run, name)), None)
    if enabling is not None:
        yield from _enabled(unit, name, enabling, said)
        return
    where = Location(started.path, started.span)
    told = next((each for each in said if _tells(each.text, name)), None)
    if told is not None:
        yield Satisfied(told.where, f"`{name}` is enabled")
    elif project.provisioning:
        yield Undecided(where, f"{project.provisioning[0].name} may enable `{name}`")
    else:
        yield Match(
            location=where,
            values={"what": f"`{name}` runs", "why": "it is started and nothing enables it"},
            evidence=(Evidence(Location(setup.path, setup.span), "the unit is installed"),),
        )


def _enabled(
    unit: ServiceUnit, name: str, enabling: Run, said: tuple[Said, ...]
) -> Iterator[Outcome]:
    """Enabling follows the `[Install]` section; without one it only prints that there is none."""
    where = Location(enabling.path, enabling.span)
    named = any(each.target in (name, f"{name}.service") for each in effects.effects(enabling))
    linked = any(".wants/" in each.text for each in said)
    if linked or not named or any(section == "Install" for section, _ in unit.settings):
        yield Satisfied(where, f"`{name}` is enabled")
        return
    why = "it is enabled, but without an `[Install]` section that does nothing"
    yield Match(
        location=where,
        values={"what": f"`{name}` runs", "why": why},
        evidence=(Evidence(_start(unit), "the unit has no `[Install]` section"),),
    )


def _start(unit: ServiceUnit) -> Location:
    setting = unit.starts[0]
    return Location(unit.file.path, setting.value.span)


def _tells(text: str, name: str) -> bool:
    """Whether a text speaks of enabling the unit, or of enabling something that it does not name."""
    if ".wants/" in text and name in text:
        return True
    told = re.search(r"\b(?:enable|preset|add-wants)\b(?P<rest>[^\n;&|]*)", text)
    return (
        told is not None and "systemctl" in text and (name in told["rest"] or "$" in told["rest"])
    )
