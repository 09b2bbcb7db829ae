"""Scripts that bash gives up on: what was opened where, what closes it wrongly, what has run by then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..documents.shell.syntax import (
    Case,
    Command,
    Function,
    Group,
    If,
    Loop,
    Mend,
    Script,
    Statement,
    SyntaxFault,
)
from ..flow import effects
from ..flow.behaviour import Run
from ..flow.constructs import name_of, text_of
from ..model import Evidence, Location, Match, Outcome, Span
from ..project.inside import scripts
from ..project.purpose import purpose
from ..project.types import Act, Project
from ..source.regex import regex

_SILENT = frozenset({"test", "template", "example", "documentation"})
_SHOWS = regex(r"(?:^|[._-])demo(?:[._-]|$)", re.IGNORECASE)
"""Names of scripts that people run to show the application, unlike examples that they fill in."""
_OTHER_GRAMMAR = frozenset({"ksh", "mksh"})
_POSIX = frozenset({"sh", "dash", "ash", "busybox"})

_Places = list[tuple[Span, str]]


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each script with a fault, also for scripts inside scripts."""
    for act in project.acts:
        if act.purpose in _SILENT and not _is_run_as_it_is(act):
            continue
        for script in scripts(act.script):
            fault = script.fault
            if fault is None or _is_accepted(script, fault) or _is_behind_the_end(script, fault):
                continue
            place, evidence, what = _told(script, fault)
            nearer, advice = _nearer(place, fault)
            before, done = _before(act, script, fault)
            told = {span.line for span, _ in evidence}
            new = [each for each in nearer if each[0].line not in told]
            places = dict(reversed([*evidence, *new, *done]))
            yield Match(
                location=Location(script.path, place),
                values={
                    "shell": script.interpreter or "bash",
                    "what": f"{what}; {advice}" if advice else what,
                    "before": before,
                },
                evidence=tuple(
                    Evidence(Location(script.path, span), note)
                    for span, note in reversed(places.items())
                    if span != place
                ),
                severity=None if act.purpose == "production" else "warning",
                trail=act.trail,
            )


def _is_run_as_it_is(act: Act) -> bool:
    """Whether an example is a script to be run and not one to be copied: by its name and first line."""
    folder, _, name = act.script.path.rpartition("/")
    whole = act.script.origin == "file" and bool(act.script.interpreter)
    shown = act.purpose == "example" and whole and _SHOWS.search(name) is not None
    return shown and purpose(f"{folder}/deploy.sh", "script") == "production"


def _is_accepted(script: Script, fault: SyntaxFault) -> bool:
    """Whether the shell that runs it may have another grammar there.

    To a POSIX shell `[[` is a command like any other, and dash takes any command as a function's
    body.
    """
    if script.interpreter in _OTHER_GRAMMAR:
        return True
    return script.interpreter in _POSIX and (fault.opener == "[[" or fault.expected == "{")


def _is_behind_the_end(script: Script, fault: SyntaxFault) -> bool:
    """Whether bash never comes there: another program has taken over, or data follows an `exit`."""
    for statement in script.statements:
        name = name_of(statement) if isinstance(statement, Command) else None
        if name == "exec" and isinstance(statement, Command) and len(statement.words) > 1:
            return True
        if name == "exit":
            return not (fault.found or fault.opener).isalpha()
    return False


# What is wrong


def _told(script: Script, fault: SyntaxFault) -> tuple[Span, _Places, str]:
    """The place to act on, the other places, and what is wrong there."""
    if fault.opened is None:
        return _unopened(script, fault)
    missing = f"`{fault.expected}`" if fault.expected else "its end"
    line = fault.opened.line
    if not fault.found:
        end = max(fault.place.line - (fault.place.column == 1), line)
        what = (
            f"`{fault.opener}` is opened here, and {missing} is missing up to the end on line {end}"
        )
        return fault.opened, [], what
    note = f"`{fault.opener}` is opened here and needs {missing}"
    what = f"{_shown(fault)} stands where the `{fault.opener}` of line {line} needs {missing}"
    return fault.place, [(fault.opened, note)], what


def _unopened(script: Script, fault: SyntaxFault) -> tuple[Span, _Places, str]:
    """The same of what stands where nothing is open."""
    if fault.expected == "{":
        return fault.place, [], f"{_shown(fault)} stands where a function's body has to begin"
    if fault.found in {"", "\n"}:
        what = "a command has to follow" if not fault.found else "a word has to follow"
        return fault.place, [], f"{_shown(fault)} stands where {what}"
    if fault.found in _OPERATORS:
        return fault.place, [], f"{_shown(fault)} stands where a command has to begin"
    if fault.found not in _CLOSERS:
        return fault.place, [], f"{_shown(fault)} does not fit here"
    closed = _closed_before(script, fault)
    if closed is None:
        return fault.place, [], f"{_shown(fault)} closes nothing that is open"
    word, opened, end = closed
    note = f"the last `{word}`, which is closed on line {end}"
    what = f"{_shown(fault)} closes nothing, the `{word}` of line {opened.line} ends on line {end}"
    return fault.place, [(opened, note)], what


def _shown(fault: SyntaxFault) -> str:
    """The token that does not fit."""
    ends = {"": "the end of the text", "\n": "the end of the line"}
    return ends.get(fault.found) or f"`{fault.found.split(chr(10), 1)[0]}`"


_OPERATORS = frozenset({"&&", "||", "|", "|&", ";", "&"})


_CLOSERS: dict[str, tuple[str, type[Statement] | tuple[type[Statement], ...]]] = {
    "fi": ("if", If),
    "else": ("if", If),
    "elif": ("if", If),
    "then": ("if", If),
    "do": ("loop", Loop),
    "done": ("loop", Loop),
    "esac": ("case", Case),
    ";;": ("case", Case),
    "}": ("{", (Group, Function)),
    ")": ("", ()),
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


# Where its cause may lie


def _nearer(place: Span, fault: SyntaxFault) -> tuple[_Places, str]:
    """The edit that would let bash read on, where it lies elsewhere."""
    mend = fault.mend
    if mend is None or mend.place.line in {place.line, fault.place.line}:
        return [], ""
    line = mend.place.line
    if mend.kind == "quote":
        note = "a quote is missing here, or one too many"
        return [(mend.place, note)], f"a quote is missing or too many on line {line}, as it seems"
    of = "" if mend.opened is None else f" of line {mend.opened.line}"
    places = [] if mend.opened is None else [(mend.opened, f"what the `{mend.token}` would end")]
    if mend.kind == "missing":
        note = f"with `{mend.token}` in front of this line bash reads on"
        advice = (
            f"`{mend.token}` for the `{mend.opener}`{of} seems to be missing before line {line}"
        )
        return [(mend.place, note), *places], advice
    note = f"ends the `{mend.opener}`{of}; without it bash reads on"
    advice = f"the `{mend.token}` on line {line}, which ends the `{mend.opener}`{of}, seems to be too many"
    return [(mend.place, note), *_ended(mend)], advice


def _ended(mend: Mend) -> _Places:
    return [] if mend.opened is None else [(mend.opened, f"what that `{mend.token}` ends")]


# What has run by then


def _before(act: Act, script: Script, fault: SyntaxFault) -> tuple[str, _Places]:
    """What bash has run by the time that it reads the fault, and the places of what weighs most."""
    for statement in script.statements:
        if isinstance(statement, Command) and name_of(statement) == "exit":
            line = statement.span.line
            return f"before that it always ends with `{text_of(statement)}` on line {line}", []
    done = [s for s in script.statements if not isinstance(s, Function)]
    if not done:
        return "nothing of it runs", []
    first, last = done[0].span.line, done[-1].span.end_line
    heavy = _heavy(act, script, fault)
    names = " and ".join(f"`{_text(run)}`" for run in heavy)
    if first == last:
        ran = f"line {first} has run" + (f" by then, {names}" if heavy else " by then")
    else:
        ran = f"lines {first} to {last} have run by then" + (
            f", {names} among them" if heavy else ""
        )
    if any(effects.stops(run) for run in heavy):
        ran += ", and what was stopped stays down"
    return ran, [(run.span, "has run by then") for run in heavy]


_NAMED = 2
"""How many commands a message names."""


def _heavy(act: Act, script: Script, fault: SyntaxFault) -> list[Run]:
    """The commands that surely ran before the fault and that matter most, in their order."""
    end = fault.place if script.rest is None else script.rest
    runs = [
        run
        for run in act.behaviour.runs
        if run.path == script.path
        and (script.span.line, script.span.column) <= (run.span.line, run.span.column)
        and (run.span.line, run.span.column) < (end.line, end.column)
    ]
    started = {unit for run in runs for unit in effects.restarts(run)}
    ranked = [
        (rank, nth)
        for nth, run in enumerate(runs)
        if run.reach == "reached"
        and not (run.conditional or run.function or run.captured or run.loop)
        and (rank := _weight(run, started))
    ]
    return [runs[nth] for nth in sorted(nth for _, nth in sorted(ranked)[:_NAMED])]


def _weight(run: Run, started: set[str]) -> int:
    """How much it matters that a run was among the last: 1 the most, 0 not at all."""
    if stopped := effects.stops(run):
        back = started & {*stopped, "*"} or ("*" in stopped and started)
        return 0 if back else 1
    if run.name == "rm" and any(each and each.startswith("-") for each in run.arguments):
        return 2
    if effects.migrates(run):
        return 3
    if effects.mutates_server(run):
        return 4
    words = effects.plain(run)
    return 5 if words[:2] in {("git", "pull"), ("git", "reset"), ("git", "checkout")} else 0


def _text(run: Run) -> str:
    """A run as written, shortened."""
    text = " ".join([*run.prefixes, *(word.raw for word in run.words)]).split("\n", 1)[0]
    return text if len(text) <= 60 else text[:59] + "…"
