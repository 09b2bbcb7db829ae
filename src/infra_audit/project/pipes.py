"""Whether a pipe of a script fails when its first command does."""

from __future__ import annotations

from re import IGNORECASE
from typing import Literal as Choice

from ..flow.behaviour import Run
from ..source.regex import regex
from .types import Act, Project

Pipefail = Choice["set", "unset", "unknown"]

_SHELLS = frozenset({"bash", "sh", "dash", "ash", "ksh", "zsh"})
_SOURCES = frozenset({"source", "."})
_DATA = regex(
    r"env|rc$|profile|conf|cfg|os-release|activate|nvm|credential|secret|settings|vars", IGNORECASE
)


def pipefail(act: Act, project: Project) -> Pipefail:
    """Whether something may set pipefail for a script: itself, what it sources, or what runs it.

    `set` says only that it does so somewhere: the outcomes of its runs tell the rest.
    """
    if "pipefail" in act.script.options or any(map(sets_pipefail, act.behaviour.runs)):
        return "set"
    files = {a.script.path.rpartition("/")[2]: a for a in project.acts if a.script.origin == "file"}
    for run in act.behaviour.runs:
        if run.name in _SOURCES and run.remote is None and run.words[1:]:
            raw = run.words[1].raw.strip("\"'").rpartition("/")[2]
            sourced = files.get(raw)
            if sourced is not None and any(map(sets_pipefail, sourced.behaviour.runs)):
                return "unknown"
            elsewhere = any(sets_pipefail(r) for a in files.values() for r in a.behaviour.runs)
            if (
                sourced is None
                and not _DATA.search(raw)
                and (elsewhere or "$" not in run.words[1].raw)
            ):
                return "unknown"
    if act.script.origin == "file" and any(_runs_so(act, other) for other in project.acts):
        return "unknown"
    return "unset"


def sets_pipefail(run: Run) -> bool:
    """Whether a command switches pipefail, on or off."""
    return run.name in ("set", "setopt", "shopt") and any(
        (word or "").replace("_", "").lower() == "pipefail" for word in run.arguments
    )


def _runs_so(act: Act, other: Act) -> bool:
    """Whether another script sources this one after it has set pipefail, or runs it with it."""
    name = act.script.path.rpartition("/")[2]
    setting = "pipefail" in other.script.options or any(map(sets_pipefail, other.behaviour.runs))
    for run in other.behaviour.runs if other is not act else ():
        named = any(word.raw.strip("\"'").rpartition("/")[2] == name for word in run.words[1:3])
        if named and run.name in _SOURCES and setting:
            return True
        given = [word.raw.strip("\"'").rpartition("/")[2] for word in run.words[1:]]
        if run.name in _SHELLS and "pipefail" in given and name in given:
            return True
    return False
