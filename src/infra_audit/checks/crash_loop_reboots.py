"""Units of applications whose failure reboots the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Setting
from ..model import Evidence, Match, Outcome
from ..project.programs import Programs
from ..project.service_units import ServiceUnit, called, is_once, service_units, whole
from ..project.types import Project
from ..source.regex import regex

_ACTION = regex(r"(?:reboot|poweroff|halt|kexec)(?:-force|-immediate)?")
_SPAN = regex(r"(\d+(?:\.\d+)?)\s*(ms|sec|s|min|m|h|hr)?\s*")
_UNITS = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "hr": 3600.0}
_LOOPS = frozenset({"always", "on-failure", "on-abnormal", "on-abort", "on-watchdog", "on-success"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each unit that takes the machine with it."""
    programs: Programs | None = None
    for unit in service_units(project):
        for key in ("StartLimitAction", "FailureAction"):
            setting = unit.get(key, "Unit")
            action = unit.value(key, "Unit") or ""
            if setting is None or _ACTION.fullmatch(action) is None or not _applies(key, unit):
                continue
            programs = programs or Programs(project)
            if not is_once(unit, project) and programs.of(unit):
                yield _match(unit, setting, project)
                break


def _applies(key: str, unit: ServiceUnit) -> bool:
    """Whether a crash comes as far as the action: as many starts fit into the interval.

    By default these are 5 in 10 seconds, 100 milliseconds apart (systemd-system.conf(5)).
    """
    if key == "FailureAction":
        return True
    if (unit.value("Restart") or "") not in _LOOPS:
        return False
    given = unit.value("StartLimitIntervalSec", "Unit") or unit.value("StartLimitInterval", "Unit")
    interval = _seconds(given or "10s")
    burst = unit.value("StartLimitBurst", "Unit") or "5"
    pause = _seconds(unit.value("RestartSec") or "100ms")
    if interval is None or pause is None or not burst.isdecimal():
        return False
    return 0 < int(burst) * pause < interval


def _seconds(text: str) -> float | None:
    """A time span of systemd.time(7) in seconds; None for what is not read here."""
    total, rest = 0.0, text.strip()
    while rest:
        found = _SPAN.match(rest)
        if found is None:
            return None
        total += float(found[1]) * _UNITS[found[2] or "s"]
        rest = rest[found.end() :]
    return total


def _match(unit: ServiceUnit, setting: Setting, project: Project) -> Match:
    looping = unit.get("Restart") if setting.key == "StartLimitAction" else None
    when = "crashes a few times in a row" if looping is not None else "fails for good"
    ends = setting.value.raw.startswith(("poweroff", "halt"))
    shown = Evidence(whole(looping, unit, project), "up to the limit") if looping else None
    return Match(
        location=whole(setting, unit, project),
        values={
            "setting": f"{setting.key}={setting.value.raw}",
            "unit": called(unit),
            "when": when,
            "does": "switches off" if ends else "reboots",
        },
        evidence=(shown,) if shown is not None else (),
    )
