"""Units with a watchdog that nothing feeds, so that systemd kills a healthy process again and again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..model import Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.programs import Program, Programs, is_shell, places
from ..project.schedule import texts
from ..project.service_units import ServiceUnit, called, service_units, whole
from ..project.types import Project
from ..source.regex import regex

_OFF = regex(r"0+(?:us|ms|s|sec|min|h)?|infinity")
_LIBRARY = regex(r"sd[-_]?notify|systemd|sd[-_]?daemon|unix[-_]?dgram|watchdog|koffi|\bffi\b")
"""Packages that can speak to systemd: by themselves, by datagram sockets or by foreign functions."""
_ASKED = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
_SPEAKS = regex(r"systemd-notify|NOTIFY_SOCKET|sd_notify|WATCHDOG=1")
_FEEDER = regex(r"(?:sd-?notify|systemd|watch-?dog)[^/]*\.[cm]?[jt]s$", re.IGNORECASE)
"""Files whose names say that they are about it."""
_NODE = frozenset({
    "node", "nodejs", "npm", "npx", "pnpm", "yarn", "next", "nuxt", "nest", "tsx", "ts-node", "remix-serve", "nodemon",
})  # fmt: skip
"""Node.js has no datagram sockets of the kind that systemd listens on: it needs an addon or a helper."""
_MUTE = frozenset({
    "docker", "docker-compose", "cd", "source", ".", "export", "set", "umask", "ulimit", "echo", "printf", "sleep", "test",
    "[", "[[", "true", "false", ":", "mkdir", "rm", "cp", "mv", "ln", "cat", "tee", "date", "exit", "wait", "trap",
    "curl", "wget", "kill", "chmod", "chown", "ls", "read", "local", "return", "shift", "nvm", "git", "prisma",
})  # fmt: skip
"""Commands that never speak to systemd; the client of docker does not, whatever its container does."""
_AGAIN = frozenset({"always", "on-failure", "on-abnormal", "on-watchdog"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each unit with a watchdog."""
    watched = [unit for unit in service_units(project) if _is_watched(unit)]
    if not watched:
        yield Inapplicable("no unit here sets WatchdogSec")
        return
    programs = Programs(project)
    for unit in watched:
        yield _judged(unit, programs.of(unit), project)


def _is_watched(unit: ServiceUnit) -> bool:
    value = unit.value("WatchdogSec")
    return bool(value) and _OFF.fullmatch(value or "") is None


def _judged(unit: ServiceUnit, programs: tuple[Program, ...], project: Project) -> Outcome:
    setting = unit.settings["Service", "WatchdogSec"]
    where = whole(setting, unit, project)
    speaking = _speaking(project)
    if speaking is not None:
        return Satisfied(speaking, "this reports to systemd")
    reason = _doubt(unit, programs, project)
    if reason:
        return Undecided(where, reason)
    kept = next(p for p in reversed(programs) if p.name in _NODE or p.name.startswith("docker"))
    again = (unit.value("Restart") or "") in _AGAIN
    return Match(
        location=where,
        values={
            "setting": f"{setting.key}={setting.value.raw}",
            "unit": called(unit),
            "program": kept.name,
            "then": "and starts it again, on and on" if again else "and it stays down",
        },
        evidence=places(kept, "nothing in it reports to systemd"),
    )


def _speaking(project: Project) -> Location | None:
    """What may report to systemd: a dependency, code that looks for its socket, a helper in a script."""
    for package in project.packages:
        for dependency in package.dependencies:
            if _LIBRARY.search(dependency.name) and not dependency.name.startswith("@types/"):
                return Location(package.path, dependency.span)
    for module in project.modules:
        for use in module.environment:
            if use.name in _ASKED:
                return Location(module.path, use.span)
    for act in project.acts:
        for text, place in texts(act.script.statements):
            if _SPEAKS.search(text):
                return Location(act.script.path, place.span)
    return None


def _doubt(unit: ServiceUnit, programs: tuple[Program, ...], project: Project) -> str:
    """Why it cannot be told whether the process reports to systemd; '' where it surely does not."""
    kind = unit.value("Type")
    if kind is None or kind.startswith("notify"):
        return "with this Type the process is made to report to systemd"
    if unit.value("NotifyAccess") not in ("", "main", "none"):
        return "any process of the unit may report to systemd, and not all of them are known"
    strange = next((p for p in programs if not _is_known(p)), None)
    if strange is not None or not programs:
        name = strange.name if strange and strange.name else "what it runs"
        return f"whether {name} reports to systemd is not known"
    if not any(p.name in _NODE or p.name.startswith("docker") for p in programs):
        return "what the unit keeps running is not known"
    if any(p.name in _NODE for p in programs) and not project.packages:
        return "the packages of the application are not here"
    if any(path.endswith("binding.gyp") for path in project.files):
        return "the application has an addon of its own"
    feeder = min((path for path in project.files if _FEEDER.search(path)), default="")
    if feeder:
        return f"{feeder} may report to systemd: what it does is not read"
    return ""


def _is_known(program: Program) -> bool:
    return (
        program.name in _NODE
        or program.name in _MUTE
        or is_shell(program)
        or "node_modules/.bin/" in program.run.name
        or program.name.endswith((".sh", ".bash"))
    )
