"""Units and apps of pm2 that run an application with all rights of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import Any

from ..documents.facts import Ecosystem
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied
from ..project import left_running
from ..project.begun import TRIAL
from ..project.lasting import RUNTIMES
from ..project.programs import Program, Programs, places
from ..project.service_units import ServiceUnit, called, is_once, service_units, whole
from ..project.types import Project
from ..source.regex import regex

_ROOT = frozenset({"root", "0"})
_CHANGES = frozenset({"runuser", "su", "gosu", "su-exec", "setpriv", "chpst", "setuidgid", "s6-setuidgid", "capsh", "chroot"})  # fmt: skip
"""What goes on as another user; sudo only when told whom."""
_DROPS = frozenset({"uwsgi", "php-fpm"})
"""What names its user in a configuration of its own."""
_TOLD = {
    "gunicorn": frozenset({"-u", "--user", "-c", "--config"}),
    "celery": frozenset({"--uid"}),
    "hypercorn": frozenset({"-u", "--user", "-c", "--config"}),
}
"""Options by which a server changes its user, or is told to by a file."""
_CONFINED = ("RootDirectory", "RootImage", "PrivateUsers")
_FILLED = regex(r"[$%{}@<>]")
_VARIABLE = regex(r"\$\{?(\w+)\}?")
"""A value that a script, or whoever copies the unit, fills in."""
_PRIVILEGED = regex(r"fail2ban|firewall|iptables|backup|monitor|agent|watchdog|exporter|updater|installer|vpn|docker|wireguard|tunnel")  # fmt: skip
"""Words in the name of what works on the machine itself."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each unit of an application that names no user."""
    if not project.deployables:
        yield Inapplicable("nothing is deployed from here")
        return
    for _, run in left_running.left_running(project):
        if left_running.is_root(run):
            login = run.remote is not None and run.remote.startswith("root@")
            how = (
                "root logs in to start it"
                if login
                else "`sudo` starts it and is told no other user"
            )
            yield Match(
                location=left_running.place(run),
                values={
                    "what": f"`{left_running.shown(run)}`",
                    "why": how,
                },
            )
    for ecosystem in project.ecosystems:
        live = project.purposes.get(ecosystem.path, "production") == "production"
        if live and not _is_contained(project):
            yield from _of_processes(ecosystem)
    units = service_units(project)
    programs = Programs(project) if units else None
    for unit in units:
        if programs is None or is_once(unit, project) or TRIAL.search(unit.name.lower()):
            continue
        setting = unit.get("User")
        if setting is not None and setting.value.raw.strip("\"'") not in ("", *_ROOT):
            if _is_known(setting.value.raw, unit, project):
                where = whole(setting, unit, project)
                yield Satisfied(where, f"{called(unit)} has a user of its own")
        elif not _is_confined(unit):
            yield from _of_unit(unit, programs.of(unit), project)


def _of_processes(ecosystem: Ecosystem) -> Iterator[Match]:
    """Apps of pm2 in the home of root, which nobody else may enter; the first stands for all."""
    for process in ecosystem.processes:
        folder = process.directory.literal if process.directory is not None else None
        told = {option.name for option in process.options} & _USERS
        if folder is None or told or process.directory is None:
            continue
        if f"{normpath(folder)}/".startswith("/root/"):
            name = process.name or (process.script.literal if process.script else "") or "app"
            yield Match(
                location=Location(ecosystem.path, process.directory.span),
                values={
                    "what": f"the pm2 app `{name}`",
                    "why": f"only root may enter `{folder}`",
                },
            )
            return


def _is_contained(project: Project) -> bool:
    """Whether an image starts pm2: its root is none of the machine."""
    return any(
        instruction.keyword in ("CMD", "ENTRYPOINT") and "pm2" in instruction.argument
        for image in project.images
        for stage in image.dockerfile.stages
        for instruction in stage.instructions
    )


_USERS = frozenset({"uid", "user", "username", "gid"})
"""Options by which pm2 starts an app as another user."""


def _is_known(raw: str, unit: ServiceUnit, project: Project) -> bool:
    """Whether a user that is not called root is surely not root: no variable that may be."""
    if not _FILLED.search(raw):
        return True
    variable = _VARIABLE.fullmatch(raw.strip("\"'"))
    values = {
        act.behaviour.variables.get(variable[1])
        for act in project.acts
        if variable is not None and act.script.path == unit.file.path
        if variable[1] in act.behaviour.variables
    }
    return bool(values) and values.isdisjoint({None, "", *_ROOT})


def _is_confined(unit: ServiceUnit) -> bool:
    """Whether root here is not the machine's root, or the unit is a user's own."""
    wanted = unit.value("WantedBy", "Install")
    return (
        unit.value("DynamicUser") not in ("", "no", "false", "0", "off")
        or any(unit.value(key) not in ("", "no", "false") for key in _CONFINED)
        or wanted == "default.target"
        or "/user/" in f"/{unit.file.path}"
        or bool(_PRIVILEGED.search(unit.name.lower()))
    )


def _of_unit(
    unit: ServiceUnit, programs: tuple[Program, ...], project: Project
) -> Iterator[Outcome]:
    if any(_changes_user(program) for program in programs):
        return
    kept = next((p for p in reversed(programs) if p.name in RUNTIMES), None)
    if kept is None:
        return
    setting = unit.get("User")
    start = kept.way[0].location
    evidence = [e for e in places(kept, "it is the application") if e.location != start]
    if setting is not None:
        evidence.append(Evidence(whole(setting, unit, project), "the user"))
    yield Match(
        location=Location(start.path, start.span),
        values={
            "what": called(unit),
            "why": "`User=` is not set" if setting is None else f"`User={setting.value.raw}`",
        },
        evidence=tuple(evidence),
    )


def _changes_user(program: Program) -> bool:
    """Whether a program goes on as another user, or may be told to where that is not read."""
    if program.name in _CHANGES or _CHANGES.intersection(program.run.prefixes):
        return True
    if "sudo" in program.run.prefixes or program.name in _DROPS:
        return True
    return program.name in _TOLD and any(
        word.partition("=")[0] in _TOLD[program.name] for word in program.run.arguments if word
    )
