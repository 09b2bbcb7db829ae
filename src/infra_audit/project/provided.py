"""Who gives a variable of the environment a value in production, and who only tells people to."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath

from ..documents.facts import Entry, Workflow
from ..documents.shell.syntax import Command, Redirected, Script, Statement
from ..flow.constructs import words
from ..model import Location
from ..source.regex import regex
from .given import given_by, given_by_units
from .inside import statements
from .types import Act, Project

_NAMES = regex(r"\b[A-Za-z_][A-Za-z0-9_]*\b")
_GIVING = frozenset({"deploy", "bootstrap", "maintenance", "unknown"})
_ASIDE = frozenset({"image", "ci-job"})
_PRINTS = frozenset({"echo", "printf"})
_DOCS = regex(r"(?:^|/)(?:docs?|documentation|hosting)/")


def spoken(script: Script) -> set[str]:
    """All names that a script speaks of, whatever it does with them."""
    return {name for statement in statements(script) for name in _spoken(statement)}


def _spoken(statement: Statement) -> Iterator[str]:
    for word in words(statement):
        yield from _NAMES.findall(word.raw)
    if isinstance(statement, Command):
        yield from (assignment.name for assignment in statement.assignments)
    if isinstance(statement, (Command, Redirected)):
        for redirect in statement.redirects:
            if redirect.heredoc is not None:
                yield from _NAMES.findall(redirect.heredoc.content)


def provided(project: Project, *, apart: str = "", folder: str | None = None) -> frozenset[str]:
    """The names that scripts but the one `apart`, jobs, units and files of platforms may give a value.

    With a `folder`, those that a script writes to a file of another folder are left out.
    """
    found = {each.name for each in given_by_units(project)}
    for act in project.acts:
        if act.purpose == "production" and act.script.path != apart and _gives(act):
            found |= _given(act, folder)
    for workflow in project.workflows:
        found |= set(_of_workflow(workflow))
    for hosting in project.hostings:
        entries = [*hosting.options, *(e for each in hosting.services for e in each.environment)]
        for entry in entries:
            found |= set(_NAMES.findall(entry.name))
            found |= set(_NAMES.findall(entry.value.raw)) if entry.value is not None else set()
    for dotenv in project.dotenvs:
        if project.purposes.get(dotenv.path) == "production" and _is_read(dotenv.path):
            found |= {e.name for e in dotenv.entries if e.value is not None and e.value.raw}
    return frozenset(found)


def _given(act: Act, folder: str | None) -> set[str]:
    """What a script speaks of and not only prints, nor writes to another folder than `folder`."""
    shown = {
        run.span
        for run in act.behaviour.runs
        if run.name in _PRINTS and not run.piped_into and not run.redirects and not run.captured
    }
    found: set[str] = set()
    for statement in statements(act.script):
        if not (isinstance(statement, Command) and statement.span in shown):
            found |= set(_spoken(statement))
    if folder is None:
        return found
    written: dict[str, set[str]] = {}
    for each in given_by(act):
        if each.how == "written" and "/" in each.target and "$" not in each.target:
            target = normpath(join(dirname(act.script.path), each.target))
            written.setdefault(each.name, set()).add(dirname(target))
    return found - {name for name, folders in written.items() if folder not in folders}


def _gives(act: Act) -> bool:
    """Whether a script is one that prepares a server, and not what runs there."""
    if act.script.origin == "npm":
        return "package-start" in act.reached_by
    return act.role in _GIVING and _ASIDE.isdisjoint(act.reached_by)


def _is_read(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name == ".env" or name.startswith(".env.prod")


def _of_workflow(workflow: Workflow) -> Iterator[str]:
    """What a workflow takes from the secrets that its repository is given."""
    for job in workflow.jobs:
        if workflow.system == "gitlab":
            for step in job.steps:
                yield from spoken(step.run) if step.run is not None else ()
        entries: list[Entry] = [*workflow.environment, *job.environment, *job.inputs]
        for step in job.steps:
            entries += (*step.environment, *step.inputs)
            for expansion in step.expansions:
                yield from _NAMES.findall(expansion.text)
        for entry in entries:
            raw = entry.value.raw if entry.value is not None else ""
            if "secrets." in raw or "vars." in raw:
                yield entry.name
                yield from _NAMES.findall(raw)


def told(project: Project, name: str, value: str, path: str) -> Location | None:
    """Where people are told to give a variable another value: a sample or a text around a file."""
    for dotenv in project.dotenvs:
        for entry in dotenv.entries if _is_around(dotenv.path, path) else ():
            given_there = entry.value.raw.strip("\"' ") if entry.value is not None else ""
            if entry.name == name and given_there not in ("", value):
                return Location(dotenv.path, entry.span)
    for other in project.others:
        if other.kind == "prose" and (_is_around(other.path, path) or _DOCS.search(other.path)):
            for entry in other.words:
                if entry.name == name:
                    return Location(other.path, entry.span)
    return None


def _is_around(path: str, other: str) -> bool:
    """Whether a file stands in the folder of another or in one above it."""
    folder = dirname(path)
    return not folder or other.startswith(f"{folder}/")
