"""Services that nothing starts again after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Entry, Hosted, Process
from ..model import Evidence, Location, Match, Outcome, Satisfied, Span
from ..project import left_running
from ..project.begun import TRIAL
from ..project.lasting import stays
from ..project.programs import Programs, places
from ..project.service_units import ServiceUnit, called, is_once, service_units, whole
from ..project.types import Project
from ..source.regex import regex

_CRASH = frozenset({"always", "on-failure"})
_PARTLY = {
    "on-success": "starts it again only where it ends without a failure",
    "on-abort": "starts it again only where a signal kills it, not where it fails by itself",
    "on-abnormal": "starts it again only where a signal or a timeout ends it, not where it fails by itself",
    "on-watchdog": "starts it again only where its watchdog is not fed",
}
"""What systemd starts again by the other values (systemd.service(5), the table of exit causes)."""
_TASK = regex(r"migrat|seed|backup|cron|once|build|import|setup|init|report|cleanup")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each service, each app of pm2 and each server in the background that stays down."""
    units = service_units(project)
    programs = Programs(project) if units else None
    for unit in units:
        if (
            programs is not None
            and not is_once(unit, project)
            and not TRIAL.search(unit.name.lower())
        ):
            yield from _of_unit(unit, programs, project)
    for ecosystem in project.ecosystems:
        if _is_live(ecosystem.path, project):
            for process in ecosystem.processes:
                yield from _of_process(process, ecosystem.path)
    for hosting in project.hostings:
        if hosting.provider == "supervisor" and _is_live(hosting.path, project):
            for program in hosting.services:
                yield from _of_program(program, hosting.path)

    for _, run in left_running.left_running(project):
        yield Match(
            location=left_running.place(run),
            values={
                "what": f"`{left_running.shown(run)}`",
                "why": "it is left in the background, and nothing here looks after it",
            },
        )


def _is_live(path: str, project: Project) -> bool:
    return project.purposes.get(path, "production") == "production"


def _of_unit(unit: ServiceUnit, programs: Programs, project: Project) -> Iterator[Outcome]:
    setting = unit.get("Restart")
    policy = unit.value("Restart")
    if policy is None:
        return
    if policy in _CRASH and setting is not None:
        yield Satisfied(whole(setting, unit, project), f"{called(unit)} is started again")
        return
    kept = stays(unit, programs.of(unit))
    if kept is None or policy not in ("", "no", *_PARTLY):
        return
    start = Location(kept.way[0].location.path, kept.way[0].location.span)
    given = "`Restart=` is not set" if setting is None else f"`Restart={policy}`"
    when = _PARTLY.get(policy, "never starts it again")
    evidence = [e for e in places(kept, "what stays down") if e.location != start]
    if setting is not None:
        evidence.append(Evidence(whole(setting, unit, project), "the policy"))
    yield Match(
        location=start,
        values={"what": called(unit), "why": f"{given}, so systemd {when}"},
        evidence=tuple(evidence),
    )


def _of_process(process: Process, path: str) -> Iterator[Outcome]:
    """pm2 starts its apps again unless it is told not to."""
    name = process.name or (process.script.literal if process.script else "") or ""
    if process.cron is not None or _TASK.search(name.lower()) or TRIAL.search(name.lower()):
        return
    for option in process.options:
        if option.name in ("autorestart", "autoRestart") and _is_false(option):
            why = "`autorestart` is off, so pm2 never starts it again"
            yield Match(
                location=_whole(option, path),
                values={"what": f"the pm2 app `{name}`", "why": why},
            )


def _of_program(program: Hosted, path: str) -> Iterator[Outcome]:
    """What supervisor keeps: it starts again what ends unexpectedly, unless it is told not to.

    `startsecs=0` beside it marks what is meant to end at once.
    """
    options = {option.name: option for option in program.options}
    restart = options.get("autorestart")
    seconds = options.get("startsecs")
    brief = seconds is not None and seconds.value is not None and seconds.value.literal == "0"
    listener = program.kind == "eventlistener"
    if restart is None or not _is_false(restart) or brief or listener:
        return
    if _TASK.search(program.name.lower()) or TRIAL.search(program.name.lower()):
        return
    yield Match(
        location=_whole(restart, path),
        values={
            "what": f"the program `{program.name}`",
            "why": "`autorestart` is off, so supervisor never starts it again",
        },
    )


def _is_false(option: Entry) -> bool:
    return option.value is not None and (option.value.literal or "").lower() == "false"


def _whole(option: Entry, path: str) -> Location:
    last = option.value.span if option.value is not None else option.span
    return Location(
        path, Span(option.span.line, option.span.column, last.end_line, last.end_column)
    )
