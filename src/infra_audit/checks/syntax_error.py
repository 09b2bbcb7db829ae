"""Scripts that bash gives up on: what was opened where, and what closes it wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.shell.syntax import (
    Case,
    Command,
    Function,
    Group,
    If,
    Loop,
    Script,
    Statement,
    SyntaxFault,
)
from ..flow.constructs import name_of, text_of
from ..model import Evidence, Location, Match, Outcome, Span
from ..project.inside import scripts
from ..project.types import Project

_SILENT = frozenset({"test", "template", "example", "documentation"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each script with a fault, also for scripts inside scripts."""
    for act in project.acts:
        if act.purpose in _SILENT:
            continue
        for script in scripts(act.script):
            if script.fault is not None and not _is_behind_the_end(script, script.fault):
                place, evidence, what = _told(script, script.fault)
                yield Match(
                    location=Location(script.path, place),
                    values={"what": what, "before": _before(script, script.fault)},
                    evidence=tuple(Evidence(Location(script.path, s), n) for s, n in evidence),
                    severity=None if act.purpose == "production" else "warning",
                    trail=act.trail,
                )


def _is_behind_the_end(script: Script, fault: SyntaxFault) -> bool:
    """Whether bash never comes there: another program has taken over, or data follows an `exit`."""
    for statement in script.statements:
        name = name_of(statement) if isinstance(statement, Command) else None
        if name == "exec" and isinstance(statement, Command) and len(statement.words) > 1:
            return True
        if name == "exit":
            return not (fault.found or fault.opener).isalpha()
    return False


def _told(script: Script, fault: SyntaxFault) -> tuple[Span, list[tuple[Span, str]], str]:
    """The place to act on, the other places, and what is wrong there."""
    if fault.opened is None:
        closed = _closed_before(script, fault)
        if closed is None:
            return fault.place, [], f"`{fault.found}` closes nothing that is open"
        word, opened, end = closed
        note = f"the last `{word}`, which is closed on line {end}"
        return (
            fault.place,
            [(opened, note)],
            f"`{fault.found}` closes nothing, the `{word}` of line {opened.line} ends on line {end}",
        )
    missing = f"`{fault.expected}`" if fault.expected else "its end"
    if not fault.found:
        what = f"`{fault.opener}` is opened here, and {missing} is missing up to the end"
        return fault.opened, [], what
    line = fault.opened.line
    note = f"`{fault.opener}` is opened here and needs {missing}"
    what = f"`{fault.found}` stands where the `{fault.opener}` of line {line} needs {missing}"
    return fault.place, [(fault.opened, note)], what


_CLOSERS: dict[str, tuple[str, type[Statement] | tuple[type[Statement], ...]]] = {
    "fi": ("if", If),
    "else": ("if", If),
    "elif": ("if", If),
    "then": ("if", If),
    "done": ("loop", Loop),
    "esac": ("case", Case),
    "}": ("block", (Group, Function)),
}


def _closed_before(script: Script, fault: SyntaxFault) -> tuple[str, Span, int] | None:
    """The construct of the kind that the stray word would close, if one ended before it."""
    word, kind = _CLOSERS.get(fault.found, ("", ()))
    for statement in reversed(script.statements):
        if kind and isinstance(statement, kind):
            span = statement.span
            head = Span(span.line, span.column, span.line, span.column + _length(statement))
            name = statement.kind.rstrip("(") if isinstance(statement, Loop) else word
            return name, head, span.end_line
    return None


def _length(statement: Statement) -> int:
    """The length of the word that opens a construct."""
    match statement:
        case If():
            return 2
        case Loop():
            return len(statement.kind.rstrip("("))
        case Case():
            return 4
        case Function():
            return statement.heading.end_column - statement.span.column
        case _:
            return 1


def _before(script: Script, fault: SyntaxFault) -> str:
    """What bash has run by the time that it reads the fault."""
    if script.interpreter not in {"", "bash"} and script.origin == "npm":
        return "nothing of it runs"
    for statement in script.statements:
        if isinstance(statement, Command) and name_of(statement) == "exit":
            return f"before that it always ends with `{text_of(statement)}` on line {statement.span.line}"
    done = [s for s in script.statements if not isinstance(s, Function)]
    if not done:
        return "nothing of it runs"
    first, last = done[0].span.line, done[-1].span.end_line
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    return f"bash runs {lines} first, so that it ends half-way"
