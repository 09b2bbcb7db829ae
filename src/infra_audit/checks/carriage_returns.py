"""Scripts whose carriage returns or byte order mark keep Linux from running them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import Run
from ..model import Location, Match, Outcome, Undecided
from ..project.line_ends import line_ends
from ..project.types import Act, Project

_ROLES = frozenset({"bootstrap", "deploy", "backup", "maintenance", "entrypoint"})
_HOSTS = frozenset(
    ("deploy-job", "schedule", "image", "image-build", "unit", "timer", "compose", "cron", "pm2")
)
"""What runs on Linux, and runs what production needs."""
_LOADED = frozenset({"unit", "timer", "image", "compose"})
"""Hosts without a shell that would try a file without `#!` as its own script."""
_FILTERS = frozenset({"sed", "tr", "perl", "find", "ex", "vim", "awk"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such script, at its first line."""
    for act in project.acts:
        script = act.script
        if act.purpose != "production" or script.origin != "file" or not script.statements:
            continue
        if not (act.reached_by or script.interpreter or act.role in _ROLES):
            continue
        if script.carriage_returns:
            yield _of_returns(act, project)
        elif script.byte_order_mark:
            yield _of_mark(act)


def _of_returns(act: Act, project: Project) -> Outcome:
    script = act.script
    where = Location(script.path, script.first_line)
    ends, said = line_ends(script.path, project)
    if ends == "plain":
        return Undecided(where, "git is told to keep it with line feeds alone")
    if script.mixed:
        return Undecided(where, "only some of its lines end in carriage returns")
    if any(_takes_out(run, script.path) for other in project.acts for run in other.behaviour.runs):
        return Undecided(where, "something here takes carriage returns out of scripts")
    shell = script.interpreter or "bash"
    effect = f"{shell} takes for a part of each command"
    if script.interpreter:
        effect = f"Linux takes for a part of the interpreter's name (`{shell}\\r`) and {effect}"
    return Match(
        location=where,
        values={"what": "each line ends in a carriage return", "effect": effect},
        evidence=() if said is None else (said,),
        severity=None if _is_run(act) else "warning",
        trail=act.trail,
    )


def _of_mark(act: Act) -> Match:
    script = act.script
    effect = "bash takes for a part of the first command"
    if script.interpreter:
        effect = (
            f"hides `#!` from Linux, so that nothing says that {script.interpreter} is to run it"
        )
    return Match(
        location=Location(script.path, script.first_line),
        values={"what": "the file begins with a byte order mark", "effect": effect},
        severity=None if script.interpreter and _LOADED & {*act.reached_by} else "warning",
        trail=act.trail,
    )


def _is_run(act: Act) -> bool:
    """Whether production runs it, on Linux, as far as its hosts or its own deeds tell."""
    return bool(_HOSTS.intersection(act.reached_by)) or act.role in _ROLES


def _takes_out(run: Run, path: str) -> bool:
    """Whether a run converts the line ends of the script, or of files that it does not name."""
    text = " ".join(word.raw for word in run.words)
    tool = "dos2unix" in text or "fromdos" in text
    if not tool and not (run.name in _FILTERS and ("\\r" in text or "\\x0d" in text)):
        return False
    return path.rpartition("/")[2] in text or "*" in text or "$" in text or ".sh" not in text
