"""Empty results that a script asks about and never gets to: the search itself has ended it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ..documents.shell.syntax import (
    AndOr,
    Command,
    If,
    Parameter,
    Pipeline,
    Statement,
    Substitution,
    Word,
)
from ..flow.behaviour import Run
from ..flow.constructs import chain, name_of
from ..model import Evidence, Location, Match, Outcome
from ..project.inside import bodies, contains, under
from ..project.types import Act, Project

_SEARCHES = frozenset({"grep", "egrep", "fgrep", "pgrep", "pidof", "which", "lsof"})
"""Commands that fail when they find nothing, and say nothing else by it (their manual pages)."""
_TESTS = frozenset({"[", "[[", "test"})
_SILENT = frozenset({"test", "development"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each search whose empty result the next statement asks about in vain."""
    for act in project.acts:
        if act.purpose != "production" or act.role in _SILENT:
            continue
        fatal = set(act.behaviour.fatal)
        ending = [run for run in act.behaviour.runs if _ends(run)] if fatal else []
        for body in bodies(act.script) if ending else ():
            for search, question in pairwise(body):
                if search.span in fatal:
                    yield from _hidden(act, search, question, ending)


def _ends(run: Run) -> bool:
    """Whether a run ends its script when it finds nothing."""
    asked = run.name in _SEARCHES or (run.name == "command" and run.arguments[:1] == ("-v",))
    return asked and run.captured and run.outcome == "aborts" and run.reach == "reached"


def _hidden(
    act: Act, search: Statement, question: Statement, ending: list[Run]
) -> Iterator[Outcome]:
    variable = _searched(search)
    test = _test(question)
    if not variable or test is None or not _asks_for_nothing(test, variable):
        return
    run = next((run for run in ending if contains(search.span, run.span)), None)
    if run is not None:
        path = act.script.path
        yield Match(
            location=Location(path, search.span),
            values={
                "command": run.name,
                "variable": variable,
                "line": str(test.span.line),
                "how": "`bash -e`, by which steps are run," if _is_step(act) else "`set -e`",
            },
            evidence=(Evidence(Location(path, test.span), "never reached when nothing is found"),),
            trail=act.trail,
            severity="note" if _gives_up(act, question) else None,
        )


def _is_step(act: Act) -> bool:
    return act.script.origin == "step" and "errexit" in act.script.options


def _gives_up(act: Act, question: Statement) -> bool:
    """Whether all that is lost is the message: the script ends with a failure there too."""
    inside = [s for s in under(question) if isinstance(s, Command)]
    dying = {f.name for f in act.behaviour.functions if f.never_returns} | {"exit", "return"}
    return any(name_of(command) in dying for command in inside)


def _searched(statement: Statement) -> str:
    """The variable that a statement gives what a substitution prints, and nothing else."""
    if not isinstance(statement, Command) or statement.words or len(statement.assignments) != 1:
        return ""
    value = statement.assignments[0].value
    lone = value is not None and len(value.parts) == 1
    found = lone and value is not None and isinstance(value.parts[0], Substitution)
    return statement.assignments[0].name if found else ""


def _test(question: Statement) -> Command | None:
    """The test that a statement begins with."""
    match question:
        case If() if question.branches[0].condition:
            return _test(question.branches[0].condition[0])
        case AndOr():
            return _test(chain(question)[0][1])
        case Pipeline() if len(question.commands) == 1:
            return _test(question.commands[0])
        case Command() if name_of(question) in _TESTS:
            return question
        case _:
            return None


def _asks_for_nothing(test: Command, variable: str) -> bool:
    """Whether a test is only about whether the variable is empty."""
    words = [word for word in test.words[1:] if word.raw not in {"]", "]]", "!"}]
    match words:
        case [sign, looked] if sign.literal in {"-z", "-n"}:
            return _is(looked, variable)
        case [looked, sign, nothing] if sign.literal in {"=", "==", "!="}:
            return _is(looked, variable) and nothing.literal == ""
        case [looked]:
            return _is(looked, variable)
        case _:
            return False


def _is(word: Word, variable: str) -> bool:
    part = word.parts[0] if len(word.parts) == 1 else None
    return isinstance(part, Parameter) and part.name == variable
