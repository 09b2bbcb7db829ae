"""On which machines jobs run: those that are made anew for each, or servers of their people's own."""

from __future__ import annotations

import re

from ..documents.facts import Job
from ..documents.shell.syntax import Command, Script
from ..source.regex import regex
from .inside import under
from .types import Project

_ANEW = regex(r"(?:ubuntu|macos|windows)-|shared$")
_DEPLOYS = regex(r"deplo|roll-?out|release|prod|(?:^|[^a-z])(?:live|cd)(?:[^a-z]|$)", re.IGNORECASE)
_TRIES = regex(r"test|e2e|review|smoke|integration|lint|check|build", re.IGNORECASE)
_STARTING = {
    "systemctl": frozenset({"start", "restart", "reload"}),
    "service": frozenset({"start", "restart", "reload"}),
    "pm2": frozenset({"start", "restart", "reload", "startOrReload", "startOrRestart"}),
    "docker-compose": frozenset({"up"}),
}
_DETACHED = regex(r"-[a-z]*d[a-z]*|--detach(?:=true)?")


def is_own(job: Job) -> bool:
    """Whether a job runs on a machine of its people's own, which it may well change."""
    return any("self-hosted" in label for label in job.runs_on) or _is_on_server(job)


def is_anew(job: Job) -> bool:
    """Whether a job's machine is made for it and gone afterwards."""
    return bool(job.runs_on) and all(map(_ANEW.match, job.runs_on)) and not is_own(job)


def is_unknown(job: Job) -> bool:
    """Whether a job runs on some machine of a group, or of a tag, of which nothing is known."""
    return not job.runs_on and job.image is None


def has_settings(project: Project) -> bool:
    """Whether the settings of a system outside of the repository give jobs their variables."""
    return any(workflow.system == "gitlab" and workflow.jobs for workflow in project.workflows)


def _is_on_server(job: Job) -> bool:
    """Whether a job of a pipeline deploys with what it starts where it runs.

    It is given no daemon of Docker and no host: what it speaks to is the machine's own.
    """
    if not job.stage or job.daemon is not None or job.action != "start":
        return False
    names = (job.id, job.stage, job.deploys_to.raw if job.deploys_to else "")
    if not any(map(_DEPLOYS.search, names)) or _TRIES.search(job.id):
        return False
    return any(step.run is not None and _starts(step.run, job) for step in job.steps)


def _starts(script: Script, job: Job) -> bool:
    return any(
        isinstance(inner, Command) and _is_start(inner, contained=job.image is not None)
        for statement in script.statements
        for inner in under(statement)
    )


def _is_start(command: Command, *, contained: bool) -> bool:
    """Whether a command starts what stays behind; in a container only Docker can reach beyond it."""
    words = [word.literal or "" for word in command.words]
    while words[:1] == ["sudo"] or (words and words[0].startswith("-")):
        words = words[1:]
    name, *operands = words or [""]
    if name == "docker":
        given = operands[:1]
        if given == ["run"]:
            return any(map(_DETACHED.fullmatch, operands[1:]))
        return (given == ["compose"] and "up" in operands) or operands[:2] == ["stack", "deploy"]
    return (name == "docker-compose" or not contained) and bool(
        _STARTING.get(name, frozenset()).intersection(operands)
    )
