"""The database URLs that a repository gives to environment variables, wherever it does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from ..documents.facts import Entry, Job, Value
from ..documents.shell.syntax import Assignment, Command, Handing, Redirected, Script, Statement
from ..flow.behaviour import Behaviour
from ..flow.constructs import lists
from ..model import Location, Span
from ..source.regex import regex
from .composing import is_application
from .engines import (
    engine_of_url,
    is_local,
    is_placeholder,
)
from .facts import Facts
from .types import Purpose, Supplied

_NAMED = regex(r"(?:URLS?|URI|DSN|DATABASE|DB|_CONNECTION(?:_STRING)?|REDIS\w*|MONGO\w*)\d*$")
_FILES = regex(r"DATABASE|SQLITE|DB")
_LINE = regex(
    r"^[ \t]*(?:export[ \t]+|ENV[ \t]+|-[ \t]+)?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>[^\n]*)",
    re.MULTILINE,
)
_PARAMETER = regex(r"\$\{?(\w+)\}?")


def supplied(facts: Facts, behaviours: Mapping[int, Behaviour]) -> tuple[Supplied, ...]:
    """Every variable that is given a database's URL, those of production first, of scripts those that install a unit."""
    installers = {unit.path for unit in facts.unit_files}
    found = [
        *_of_composes(facts),
        *_of_units(facts),
        *_of_dockerfiles(facts),
        *_of_dotenvs(facts),
        *sorted(
            _of_scripts(facts, behaviours), key=lambda one: one.location.path not in installers
        ),
        *_of_workflows(facts),
    ]
    return tuple(sorted(found, key=lambda one: one.purpose != "production"))


def _of_composes(facts: Facts) -> Iterator[Supplied]:
    for compose in facts.composes:
        purpose = facts.purposes[compose.path]
        for service in compose.services:
            if is_application(service) or service.image is None:
                yield from _of_entries(service.environment, compose.path, purpose, compose.path)


def _of_units(facts: Facts) -> Iterator[Supplied]:
    for unit in facts.unit_files:
        for setting in unit.settings:
            yield from _of_entries(setting.entries, unit.path, facts.purposes[unit.path])
    for ecosystem in facts.ecosystems:
        for process in ecosystem.processes:
            purpose = facts.purposes[ecosystem.path]
            yield from _of_entries(process.environment, ecosystem.path, purpose)


def _of_dockerfiles(facts: Facts) -> Iterator[Supplied]:
    for dockerfile in facts.dockerfiles:
        for stage in dockerfile.stages[-1:]:
            for instruction in stage.instructions:
                if instruction.keyword == "ENV":
                    purpose = facts.purposes[dockerfile.path]
                    yield from _of_entries(instruction.entries, dockerfile.path, purpose)


def _of_dotenvs(facts: Facts) -> Iterator[Supplied]:
    for dotenv in facts.dotenvs:
        yield from _of_entries(dotenv.entries, dotenv.path, facts.purposes[dotenv.path])


def _of_workflows(facts: Facts) -> Iterator[Supplied]:
    """Those of jobs: for tests, unless they name a host that is not the runner itself."""
    for workflow in facts.workflows:
        found = list(_of_entries(workflow.environment, workflow.path, "production"))
        for job in workflow.jobs:
            found += _of_job(job, workflow.path)
        beside = {service.name for job in workflow.jobs for service in job.services}
        for one in found:
            host = one.host
            remote = host is not None and not is_local(host) and host not in beside
            yield one if remote else replace(one, purpose="test")


def _of_job(job: Job, path: str) -> Iterator[Supplied]:
    purpose: Purpose = "test" if job.services else "production"
    yield from _of_entries(job.environment, path, purpose)
    for step in job.steps:
        yield from _of_entries(step.environment, path, purpose)


def _of_entries(
    entries: tuple[Entry, ...], path: str, purpose: Purpose, compose: str = ""
) -> Iterator[Supplied]:
    for entry in entries:
        if entry.value is not None:
            where = Location(path, _whole(entry.span, entry.value))
            yield from _one(entry.name, entry.value, where, purpose, compose)


def _whole(name: Span, value: Value) -> Span:
    """From the name of an entry to the end of its value."""
    if name.line != value.span.line:
        return name
    return Span(name.line, name.column, value.span.end_line, value.span.end_column)


def _one(
    name: str, value: Value, where: Location, purpose: Purpose, compose: str = ""
) -> Iterator[Supplied]:
    url = value.literal if value.literal is not None else value.default
    raw = url if url is not None else value.raw.strip("\"'")
    engine = _engine(name, raw)
    if engine is None:
        return
    yield Supplied(
        name=name,
        engine=engine,
        raw=raw,
        url=url,
        location=where,
        purpose="example" if purpose == "production" and is_placeholder(raw) else purpose,
        compose=compose,
        whole=value.literal is not None,
    )


def _engine(name: str, raw: str) -> str | None:
    if not _NAMED.search(name.upper()):
        return None
    if raw.startswith("file:") and not _FILES.search(name.upper()):
        return None
    return engine_of_url(raw)


def _of_scripts(facts: Facts, behaviours: Mapping[int, Behaviour]) -> Iterator[Supplied]:
    """What scripts assign, or write into files by heredocs, their own variables filled in."""
    for script in facts.scripts:
        purpose = facts.purposes[script.path]
        if script.origin != "file" or purpose in ("test", "development"):
            continue
        behaviour = behaviours.get(id(script))
        variables = {**behaviour.defaults, **behaviour.variables} if behaviour else {}
        for name, raw, literal, span in _written(script):
            filled = literal if literal is not None else _filled(raw, variables)
            value = Value(filled, raw, span)
            for one in _one(name, value, Location(script.path, span), purpose):
                yield replace(one, whole=literal is not None)


def _filled(raw: str, variables: dict[str, str]) -> str | None:
    if "`" in raw or "$(" in raw or any(n not in variables for n in _PARAMETER.findall(raw)):
        return None
    return _PARAMETER.sub(lambda hit: variables[hit[1]], raw)


def _written(script: Script) -> Iterator[tuple[str, str, str | None, Span]]:
    """Names, values as written and where they are literal, and places."""
    stack: list[Statement] = list(reversed(script.statements))
    while stack:
        statement = stack.pop()
        if isinstance(statement, Command):
            for assignment in statement.assignments:
                yield from _assigned(assignment)
        if type(statement) is Handing:
            for inner in statement.scripts:
                stack.extend(reversed(inner.statements))
        if isinstance(statement, (Command, Redirected)):
            for redirect in statement.redirects:
                if redirect.heredoc is not None:
                    yield from _lines(redirect.heredoc.content, redirect.heredoc.span)
        for body, _ in lists(statement):
            stack.extend(reversed(body))


def _assigned(assignment: Assignment) -> Iterator[tuple[str, str, str | None, Span]]:
    if assignment.value is not None:
        word = assignment.value
        yield assignment.name, word.raw.strip("\"'"), word.literal, assignment.span


def _lines(content: str, span: Span) -> Iterator[tuple[str, str, str | None, Span]]:
    for found in _LINE.finditer(content):
        line = span.line + content.count("\n", 0, found.start("name"))
        start = content.rfind("\n", 0, found.start("name")) + 1
        column = found.start("name") - start + 1
        raw = found["value"].strip()
        end = column + len(f"{found['name']}={found['value'].rstrip()}")
        value = raw.strip("\"'")
        place = Span(line, column, line, end)
        yield found["name"], value, None if "$" in value or "`" in value else value, place


def file_of(url: str) -> str | None:
    """The path in an SQLite URL as it stands there; None in memory or on another server."""
    scheme, _, rest = url.partition(":")
    remote = rest.startswith("//") and not rest.startswith("///")
    if scheme == "libsql" or ":memory:" in url or (remote and scheme != "file"):
        return None
    path = rest.partition("?")[0]
    if path.startswith("//"):
        path = path.removeprefix("//") if scheme == "file" else path.removeprefix("///")
    if "%" in path:
        from urllib.parse import unquote

        path = unquote(path)
    return path or None
