"""Names that scripts, units and process managers give a value, and where they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal as Choice

from msgspec import Struct

from ..documents.facts import Entry
from ..documents.shell.syntax import Assignment, Command, Redirect, Word
from ..flow.constructs import DECLARERS, name_of
from ..model import Location, Span
from ..source.regex import regex
from .inside import statements
from .types import Act, Project

How = Choice["assigned", "exported", "prefix", "written", "argument", "set", "unit", "process"]
"""A variable of the shell, one of the environment, one for a single command, a line of a file that
is written, a word of a command, what a database or the system is told to take, `Environment=` of a
unit, `env` of pm2."""

_LINE = regex(
    r"^[ \t]*(?:export[ \t]+|Environment=\"?)?(?P<name>[A-Za-z][A-Za-z0-9_]*)(?:=|:[ \t]+)(?P<value>[^\n]*)"
)
_PAIR = regex(r"(?P<name>[A-Za-z][A-Za-z0-9_]*)=(?P<value>.+)", re.DOTALL)
_EXAMPLE = regex(r"example|sample|template|\.dist$|\.tmpl|\.test$|/dev/(?:null|stdout|stderr|tty)")
_SQL = regex(r"(?i:\bPASSWORD|\bIDENTIFIED\s+BY)\s+\\?'([^'\\$`{}<>%:\n]+)\\?'")
SQL_CLIENTS = frozenset({"psql", "mysql", "mariadb"})
"""Commands that are given SQL."""
_PRINTS = frozenset({"echo", "printf"})
_PIPED = _PRINTS | {"cat"}


class Given(Struct, frozen=True):
    """A name and the value that it is given, as written where it is not literal.

    `command` is the place of the command that does.
    """

    name: str
    value: str
    how: How
    location: Location
    target: str = ""
    """The file that it is written to, as far as it is known."""
    command: Span | None = None


def given_by(act: Act) -> Iterator[Given]:
    """What a script gives values to; what it only prints is nothing."""
    piped = {
        run.span: run.piped_into
        for run in act.behaviour.runs
        if run.name in _PIPED and run.piped_into
    }
    for statement in statements(act.script):
        if isinstance(statement, Command):
            into = piped.get(statement.span, ()) if piped else ()
            if into or _may_give(statement):
                yield from _of_command(statement, act, into)


def _may_give(command: Command) -> bool:
    """Whether a command that nothing is piped from may give anything a value: most cannot."""
    if command.assignments or command.redirects or name_of(command) == "sshpass":
        return True
    return any("=" in word.raw for word in command.words)


def given_by_units(project: Project) -> Iterator[Given]:
    """What units and apps of pm2 have in their environment."""
    for unit in project.unit_files:
        if project.purposes.get(unit.path) == "production":
            for setting in unit.settings:
                for entry in setting.entries:
                    if entry.value is not None and entry.value.literal is not None:
                        where = Location(unit.path, _name(entry, entry.value.literal))
                        yield Given(entry.name, entry.value.literal, "unit", where)
    for ecosystem in project.ecosystems:
        if project.purposes.get(ecosystem.path) == "production":
            for process in ecosystem.processes:
                production = [o for o in process.options if o.name.startswith("env_prod")]
                for entry in (*process.environment, *production):
                    if entry.value is not None and entry.value.literal is not None:
                        where = Location(ecosystem.path, entry.span)
                        name = entry.name.rpartition(".")[2]
                        yield Given(name, entry.value.literal, "process", where)


def _name(entry: Entry, value: str) -> Span:
    """Where the name of an entry stands, whose span may hold the value and quotes too."""
    span = entry.span
    quoted = span.end_column - span.column == len(entry.name) + len(value) + 3
    start = span.column + quoted
    return Span(span.line, start, span.line, start + len(entry.name))


def _of_command(command: Command, act: Act, piped: tuple[str, ...]) -> Iterator[Given]:
    name = name_of(command)
    how: How = "prefix" if command.words else "assigned"
    if name in DECLARERS:
        how = "exported" if name == "export" else "assigned"
    for assignment in command.assignments:
        yield from _assigned(assignment, command, act, how)
    target = _written_to(command, piped)
    for redirect in command.redirects:
        if redirect.heredoc is not None and target is not None:
            yield from _lines(redirect, command, act, target)
        elif redirect.heredoc is not None and SQL_CLIENTS.intersection(_literals(command)):
            yield from _sql(redirect, command, act)
    if name in _PRINTS:
        if target is not None:
            yield from _printed(command, act, target)
        elif "chpasswd" in piped:
            yield from _of_users(command, act)
        return
    if name == "sshpass" and len(command.words) > 2 and command.words[1].literal == "-p":
        yield from _password(command.words[2], command.words[2].literal, command, act)
    for word in command.words[1:]:
        yield from _pair(word, command, act)


def _assigned(assignment: Assignment, command: Command, act: Act, how: How) -> Iterator[Given]:
    word = assignment.value
    if word is not None and not assignment.append:
        span = assignment.span
        place = Span(span.line, span.column, span.line, span.column + len(assignment.name))
        where = Location(act.script.path, place)
        yield Given(assignment.name, _text(word), how, where, command=command.span)


def _written_to(command: Command, piped: tuple[str, ...]) -> str | None:
    """The file that a command's output or heredoc becomes; None where it is only shown."""
    for redirect in command.redirects:
        if ">" in redirect.operator and redirect.descriptor in ("", "1") and redirect.target:
            target = redirect.target.literal or redirect.target.raw.strip("\"'")
            return None if _EXAMPLE.search(target) else target
    if name_of(command) == "tee" or (name_of(command) == "sudo" and "tee" in _literals(command)):
        target = command.words[-1].literal or command.words[-1].raw.strip("\"'")
        return None if _EXAMPLE.search(target) else target
    return "" if "tee" in piped else None


def _literals(command: Command) -> list[str]:
    return [word.literal or "" for word in command.words]


def _lines(redirect: Redirect, command: Command, act: Act, target: str) -> Iterator[Given]:
    """The lines of a file that a heredoc is; where the script stands in a file, each at its place."""
    heredoc = redirect.heredoc
    if heredoc is None:
        return
    own = act.script.origin == "file"
    for nth, line in enumerate(heredoc.content.split("\n")):
        found = _LINE.match(line)
        if found is None:
            continue
        value = (
            found["value"].strip().rstrip('"') if "Environment=" in line else found["value"].strip()
        )
        at = heredoc.span.line + nth
        name = Span(at, found.start("name") + 1, at, found.end("name") + 1)
        place = name if own else redirect.span
        yield Given(
            found["name"],
            value.strip("\"'"),
            "written",
            Location(act.script.path, place),
            target,
            command.span,
        )


def _printed(command: Command, act: Act, target: str) -> Iterator[Given]:
    for word in command.words[1:]:
        for line in _text(word).replace("\\n", "\n").split("\n"):
            found = _LINE.match(line)
            if found is not None:
                where = Location(act.script.path, _part(word, found["name"]))
                value = found["value"].strip().strip("\"'")
                yield Given(found["name"], value, "written", where, target, command.span)


def _text(word: Word) -> str:
    """What a word says: its own text, or as it is written where the shell fills something in."""
    return word.literal if word.literal is not None else word.raw.strip("\"'")


def _part(word: Word, name: str) -> Span:
    """Where a name stands in a word; the whole word where that is not known."""
    span = word.span
    at = word.raw.find(name)
    if at < 0 or span.line != span.end_line or span.end_column - span.column != len(word.raw):
        return span
    return Span(span.line, span.column + at, span.line, span.column + at + len(name))


def _of_users(command: Command, act: Act) -> Iterator[Given]:
    """`user:password`, as chpasswd reads it."""
    for word in command.words[1:]:
        _, colon, value = (word.literal or "").partition(":")
        if colon:
            yield from _password(word, value, command, act)


def _password(word: Word, value: str | None, command: Command, act: Act) -> Iterator[Given]:
    where = Location(act.script.path, word.span)
    yield Given("PASSWORD", value or "", "set", where, command=command.span)


def _sql(redirect: Redirect, command: Command, act: Act) -> Iterator[Given]:
    """The passwords that SQL gives to users."""
    heredoc = redirect.heredoc
    for nth, line in enumerate(heredoc.content.split("\n") if heredoc is not None else ()):
        value = password_in_sql(line)
        if value and heredoc is not None:
            at = heredoc.span.line + nth
            start = line.index(value) + 1
            place = Span(at, start, at, start + len(value))
            own = act.script.origin == "file"
            where = Location(act.script.path, place if own else redirect.span)
            yield Given("PASSWORD", value, "set", where, command=command.span)


def password_in_sql(text: str) -> str:
    """The literal password that a statement sets, '' for none."""
    found = _SQL.search(text)
    return found[1] if found is not None else ""


def _pair(word: Word, command: Command, act: Act) -> Iterator[Given]:
    """`NAME=value` among the words of a command, as in `docker run -e NAME=value`."""
    found = _PAIR.fullmatch(_text(word)) if "=" in word.raw else None
    if found is not None:
        where = Location(act.script.path, _part(word, found["name"]))
        yield Given(found["name"], found["value"], "argument", where, command=command.span)
