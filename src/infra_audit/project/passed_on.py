"""The variables that a step passes on to the shell of a server, as far as nothing gives them a value."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Job, Step, Value
from ..documents.shell.syntax import Command, Script
from ..flow.constructs import name_of
from ..model import Location
from ..source.regex import regex
from .inside import statements
from .provided import spoken
from .types import Project

_ACTION = "appleboy/ssh-action@"
"""It exports what `envs` names before the script, as far as its own environment has it. Source: drone-ssh, `plugin.go`."""
_QUIET = regex(
    r"actions/|docker/|appleboy/|pnpm/action-setup|oven-sh/|hashicorp/setup-|codecov/|github/|webfactory/ssh-agent|shimataro/"
)
"""Actions that give later steps no variable but their own."""
_SOURCES = frozenset({"source", ".", "eval"})


class Passed(Struct, frozen=True):
    """What `envs` names of a step, with the names that nothing gives."""

    names: tuple[str, ...]
    location: Location
    job: str


def passed_on(project: Project) -> Iterator[Passed]:
    """One for each step with names that its script speaks of and no `env:` sets."""
    for workflow in project.workflows:
        if project.purposes.get(workflow.path, "production") != "production":
            continue
        for job in workflow.jobs:
            for nth, step in enumerate(job.steps):
                envs = _envs(step)
                if envs is None or step.remote is None or not _is_known(job, nth):
                    continue
                given = {entry.name.upper() for entry in workflow.environment} | _given(job, nth)
                names = tuple(_unset(envs, step.remote, given))
                if names:
                    yield Passed(names, Location(workflow.path, envs.span), job.id)


def _envs(step: Step) -> Value | None:
    """The input `envs`, where it is literal."""
    if step.uses is None or not step.uses.raw.startswith(_ACTION):
        return None
    given = next((e.value for e in step.inputs if e.name == "envs"), None)
    return given if given is not None and given.literal else None


def _is_known(job: Job, nth: int) -> bool:
    """Whether no action before a step may set variables that are not seen."""
    before = [step.uses.raw for step in job.steps[:nth] if step.uses is not None]
    return all(_QUIET.match(uses) for uses in before)


def _given(job: Job, nth: int) -> set[str]:
    """The names that a step of a job has, or that one before it may have given it."""
    found = {entry.name for entry in (*job.environment, *job.steps[nth].environment)}
    for other in job.steps[:nth]:
        if other.run is not None:
            found |= spoken(other.run)
    return {name.upper() for name in found}


def _unset(envs: Value, remote: Script, given: set[str]) -> Iterator[str]:
    """The names that the script on the server needs, in their order."""
    said = {name.upper() for name in spoken(remote)}
    own = _own(remote)
    for name in (envs.literal or "").upper().replace(",", " ").split():
        if name.isidentifier() and name in said and name not in given | own:
            yield name


def _own(script: Script) -> set[str]:
    """The variables that a script gives a value itself; all that it speaks of where it reads a file of them."""
    found: set[str] = set()
    for statement in statements(script):
        if isinstance(statement, Command):
            found |= {assignment.name.upper() for assignment in statement.assignments}
            name = name_of(statement)
            if name in _SOURCES:
                return {each.upper() for each in spoken(script)}
            if name in ("read", "export"):
                found |= {word.raw.partition("=")[0].upper() for word in statement.words[1:]}
    return found
