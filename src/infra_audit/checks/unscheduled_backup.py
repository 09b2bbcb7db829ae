"""Backup scripts that nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from re import IGNORECASE
from typing import Any

from ..flow.behaviour import Run
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.copies import called_backup, dumping, scheduled, unread_clock
from ..project.types import Act, Project
from ..source.regex import regex

_HOSTED = frozenset(("server", "containers"))
_OTHER_USE = regex(
    r"restor|import|seed|clone|copy|sync|pull|migrat|export|fixture|schema|anonymi|(?:^|[-_.])dev|local|test|staging|refresh|uninstall"
    r"|install|upgrade|update|transfer|convert",
    IGNORECASE,
)
"""In the name of a script that dumps for another purpose than to keep the data."""
_SCHEDULERS = frozenset(
    (
        "node-cron",
        "cron",
        "node-schedule",
        "bree",
        "agenda",
        "croner",
        "@nestjs/schedule",
        "toad-scheduler",
    )
)
_SHELLS = frozenset(("bash", "sh", "zsh", "dash", "ksh", "source", ".", "exec"))
_WAITS = frozenset(("sleep", "crond", "supercronic", "go-cron"))


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each backup script of production, at the command that takes the copy."""
    declared = next((d for d in project.declarations if d.topic == "backup"), None)
    for act in project.acts:
        if act.purpose != "production" or act.script.origin != "file" or not _takes(act):
            continue
        where = Location(act.script.path, dumping(act)[0].span)
        if declared is not None:
            yield Satisfied(declared.location, f"declared: {declared.value}")
        elif not _hosted(project):
            yield Inapplicable(f"nothing is hosted by its own people ({project.kind.name})")
        elif _serves_otherwise(act) or not called_backup(act):
            yield Undecided(where, "it may be taken for another purpose than to keep the data")
        else:
            yield _outcome(act, where, project)


def _serves_otherwise(act: Act) -> bool:
    """Whether the name of the script, or of the function that dumps, tells of another purpose."""
    names = (act.script.path.rpartition("/")[2], dumping(act)[0].function)
    return any(map(_OTHER_USE.search, names))


def _takes(act: Act) -> bool:
    """Whether a script is there to take a copy."""
    taken = dumping(act)
    return bool(taken) and (act.role == "backup" or (act.role == "unknown" and called_backup(act)))


def _hosted(project: Project) -> bool:
    return project.kind.name in _HOSTED or any(d.self_hosted for d in project.deployables)


def _outcome(act: Act, where: Location, project: Project) -> Outcome:
    clock = scheduled(act, project)
    if clock is not None:
        return Satisfied(clock.location, clock.note)
    if any(run.name in _WAITS and (run.loop or run.name != "sleep") for run in act.behaviour.runs):
        return Undecided(where, "it waits and runs again by itself, if something starts it")
    scheduler = next(
        (s for d in project.deployables for s in sorted(d.dependencies & _SCHEDULERS)), None
    )
    if scheduler is not None:
        return Undecided(where, f"the application may run it with `{scheduler}`")
    doubt = unread_clock(project)
    if doubt is not None:
        return Undecided(*doubt)
    releases = list(_scripted(act, project))
    callers = [*_typed(act, project), *(e for e, _ in releases)]
    told = [e for e in act.trail if "prose" in act.reached_by]
    return Match(
        location=where,
        values={"path": act.script.path, "called": _called(callers, told, releases)},
        evidence=(*told[:1], *callers[:3]),
        severity="note" if told else None,
    )


def _typed(act: Act, project: Project) -> Iterator[Evidence]:
    """The package scripts that run it."""
    name = act.script.path.rpartition("/")[2]
    for package in project.packages:
        for script in package.scripts:
            if name in script.command:
                yield Evidence(
                    Location(package.path, script.span),
                    f"`npm run {script.name}`, when somebody types it",
                )


def _scripted(act: Act, project: Project) -> Iterator[tuple[Evidence, Act]]:
    """Where other scripts really run it: to name it, for `chmod` or `test`, is not to run it."""
    name = act.script.path.rpartition("/")[2]
    for other in project.acts:
        if other is act or other.script.origin != "file" or other.purpose != "production":
            continue
        for run in other.behaviour.runs:
            if run.reach != "unreachable" and name in _executed(run):
                note = f"{other.script.path} runs it"
                yield Evidence(Location(run.path, run.span), note), other
                break


def _executed(run: Run) -> tuple[str, ...]:
    """The file's name of what a command runs, also by a shell."""
    own = run.name.rpartition("/")[2]
    if own not in _SHELLS:
        return (own,)
    given = [a for a in run.arguments if a and not a.startswith("-")]
    return (own, given[0].rpartition("/")[2]) if given else (own,)


def _called(
    callers: list[Evidence], told: list[Evidence], releases: list[tuple[Evidence, Act]]
) -> str:
    nothing = "no cron line, timer, workflow or service runs it"
    if told:
        return f"{nothing}; a text tells people to set one up"
    for evidence, other in releases:
        path, line = evidence.location.path, evidence.location.span.line
        if other.role == "deploy":
            when = "update" if "update" in path.lower() else "release"
            return f"runs at each {when} only ({path}:{line}); between {when}s nothing does"
    return f"{nothing}, only people when they think of it" if callers else nothing
