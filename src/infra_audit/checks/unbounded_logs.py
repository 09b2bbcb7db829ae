"""Log files on a server that nothing ever rotates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..documents.facts import Entry, Hosted, Process
from ..model import START, Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.begun import live_processes
from ..project.boot import pm2_starts, sayings
from ..project.service_units import called, service_units, whole
from ..project.tree import own
from ..project.types import Project
from ..source.regex import regex

_ROTATES = regex(r"logrotate|newsyslog|copytruncate|multilog|rotatelogs")
_FLUSHES = regex(r"logrotate|pm2[ \t]+flush")
_FILE = regex(r"(?:append|file|truncate):(/\S+)")
_OUTPUT = frozenset({"out_file", "output", "out", "error_file", "error", "err_file", "log_file", "log"})  # fmt: skip
_DISCARDED = frozenset({"/dev/null", "NULL", "null"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for pm2, for each unit and each file of supervisor, at the first place that writes a log file."""
    by_pm2 = tuple(_of_pm2(project))
    by_units = (*_of_units(project), *_of_supervisor(project))
    if not by_pm2 and not by_units:
        yield Inapplicable("no service here writes log files of its own")
    yield from _judged(by_pm2, _FLUSHES, project)
    yield from _judged(by_units, _ROTATES, project)


def _judged(
    found: tuple[Match, ...], rotates: re.Pattern[str], project: Project
) -> Iterator[Outcome]:
    if not found:
        return
    rotated = _rotated(rotates, project)
    if rotated is not None:
        yield Satisfied(rotated, "logs are rotated")
    elif project.provisioning:
        doubt = f"{project.provisioning[0].name} may have the logs rotated"
        yield Undecided(found[0].location, doubt)
    else:
        yield from found


def _rotated(rotates: re.Pattern[str], project: Project) -> Location | None:
    path = min((path for path in own(project.files) if "logrotate" in path.lower()), default=None)
    if path is not None:
        return Location(path, START)
    for act in project.acts:
        for run in act.behaviour.runs:
            if rotates.search(" ".join((run.name, *(word.raw for word in run.words[1:])))):
                return Location(run.path, run.span)
    return next((each.where for each in sayings(project, rotates)), None)


def _of_pm2(project: Project) -> Iterator[Match]:
    """pm2 appends all that its apps print to files below `~/.pm2/logs`, unless told otherwise."""
    live = [each for each in live_processes(project) if not _discards(each[1])]
    if live:
        ecosystem, process = live[0]
        name = process.name or (process.script.literal if process.script else "") or "its apps"
        more = f" and of {len(live) - 1} more" if len(live) > 1 else ""
        yield Match(
            location=Location(ecosystem.path, process.span),
            values={"what": f"pm2 appends the output of `{name}`{more}"},
            evidence=tuple(
                Evidence(Location(ecosystem.path, entry.span), "to this file")
                for entry in _outputs(process)
            ),
            deployable="pm2",
        )
        return
    started = [] if project.ecosystems else pm2_starts(project)
    if started:
        yield Match(
            location=Location(started[0].path, started[0].span),
            values={"what": "pm2 appends the output of its apps"},
            deployable="pm2",
        )


def _outputs(process: Process) -> list[Entry]:
    return [entry for entry in process.options if entry.name in _OUTPUT]


def _discards(process: Process) -> bool:
    given = [entry.value.literal for entry in _outputs(process) if entry.value is not None]
    return len(given) > 1 and all(value in _DISCARDED for value in given)


def _of_units(project: Project) -> Iterator[Match]:
    for unit in service_units(project):
        for key in ("StandardOutput", "StandardError"):
            setting = unit.get(key)
            found = _FILE.fullmatch(setting.value.raw.strip()) if setting is not None else None
            if setting is not None and found is not None and not found[1].startswith("/dev/"):
                what = f"systemd appends the output of {called(unit)}"
                yield Match(location=whole(setting, unit, project), values={"what": what})
                break


def _of_supervisor(project: Project) -> Iterator[Match]:
    """Programs whose log supervisor is told not to rotate, which it does by itself at 50 MB."""
    for hosting in project.hostings:
        if hosting.provider != "supervisor" or project.purposes.get(hosting.path) != "production":
            continue
        found = [
            (program, off) for program in hosting.services if (off := _endless(program)) is not None
        ]
        if found:
            (first, off), *others = found
            more = f" and of {len(others)} more" if others else ""
            evidence = (
                Evidence(Location(hosting.path, o.span), "nor this one's") for _, o in others
            )
            yield Match(
                location=Location(hosting.path, off.span),
                values={"what": f"supervisor appends the output of `{first.name}`{more}"},
                evidence=tuple(evidence),
            )


def _endless(program: Hosted) -> Entry | None:
    """The setting by which the log of a program is a file that is never rotated."""
    options = {option.name: option for option in program.options}
    for stream in ("stdout", "stderr"):
        file, most = options.get(f"{stream}_logfile"), options.get(f"{stream}_logfile_maxbytes")
        named = (file.value.literal or "") if file is not None and file.value is not None else ""
        kept = named.startswith("/") and not named.startswith(("/dev/", "/proc/"))
        if kept and most is not None and most.value is not None and most.value.literal == "0":
            return most
    return None
