"""Commands by their name and arguments: the check for rules written without Python.

`command` names the commands (globs), `arguments` what must be among their arguments (globs, all of
them), `roles` narrows it to scripts of these roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome
from ..project.types import Project


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """Every command of production that fits; values `command` and `script`."""
    names = [str(name) for name in parameters["command"]]
    arguments = [str(argument) for argument in parameters.get("arguments", ())]
    roles = frozenset(parameters.get("roles", ()))
    for act in project.acts:
        if act.purpose != "production" or (roles and act.role not in roles):
            continue
        for run in act.behaviour.runs:
            if run.reach != "unreachable" and _fits(run, names, arguments):
                yield Match(
                    location=Location(run.path, run.span),
                    values={"command": _shown(run), "script": act.script.path},
                    evidence=tuple(_guarding(run)),
                    trail=act.trail,
                )


def _fits(run: Run, names: list[str], arguments: list[str]) -> bool:
    return any(fnmatchcase(run.name, name) for name in names) and all(
        any(given is not None and fnmatchcase(given, wanted) for given in run.arguments)
        for wanted in arguments
    )


def _guarding(run: Run) -> Iterator[Evidence]:
    for guard in run.guards[-1:]:
        yield Evidence(Location(run.path, guard.span), "under this condition")


def _shown(run: Run) -> str:
    return " ".join(run.written[:4])
