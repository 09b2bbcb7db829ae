"""Whether a script does something each time it runs, or only for whoever asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents.shell.syntax import (
    AndOr,
    Case,
    Command,
    If,
    Loop,
    Parameter,
    Pipeline,
    Redirected,
    Statement,
)
from ..flow.behaviour import Run
from ..flow.constructs import chain, lists, name_of, parts
from ..model import Span
from ..source.regex import regex
from .inside import statements
from .types import Act

_FACTS = frozenset(
    (
        *("[", "[[", "test", "command", "type", "which", "hash", "grep", "docker", "git", "pgrep"),
        *("systemctl", "pm2", "curl", "npm", "pnpm", "yarn", "node", "cd", "mkdir", "cp", "!"),
        *("docker-compose", "diff", "cmp", "stat", "nc", "id"),
    )
)
"""Commands whose success is a fact about the machine: nobody was asked."""
_MOST = 20
"""How many calls of one function are looked at."""
_DIALOGS = frozenset({"read", "select", "whiptail", "dialog", "confirm", "gum", "zenity"})
_FILES = frozenset({"-d", "-e", "-f", "-L", "-h", "-s", "-r", "-w", "-x", "-S"})
_OPENS = frozenset({"[", "[[", "test", "!", "(", "&&", "||", "-a", "-o"})
"""What stands before an operator of one operand."""
_UNDOES = regex(
    r"(?i)reset|clean|teardown|tear_down|destroy|nuke|wipe|purge|uninstall|remove|delete|drop|fresh|prune|restore"
)
"""What a script or function is called that is there to take something away."""


def is_asked_for(act: Act, run: Run) -> bool:
    """Whether an argument, a setting or an answer decides that it runs, or its name says so.

    Where that cannot be told, it counts as asked for.
    """
    if any(_answers(other) and other.span <= run.span for other in act.behaviour.runs):
        return True
    return _asked(act, run, list(statements(act.script)), set())


def undoes(name: str) -> bool:
    """Whether a script or function of this name is there to take something away."""
    return _UNDOES.search(name.rpartition("/")[2]) is not None


def _asked(act: Act, run: Run, every: list[Statement], above: set[str]) -> bool:
    if any(_asks(condition) for condition in _conditions(every, run.span)):
        return True
    if not run.function:
        return False
    if run.function in above or undoes(run.function):
        return True
    above.add(run.function)
    calls = [r for r in act.behaviour.runs if r.name == run.function and r.reach == "reached"]
    return len(calls) > _MOST or all(_asked(act, call, every, above) for call in calls)


def _answers(run: Run) -> bool:
    """Whether a run waits for what somebody types."""
    return run.name in _DIALOGS and not run.loop and not run.piped_from and not run.redirects


def _conditions(every: list[Statement], span: Span) -> Iterator[Statement]:
    """The conditions of all that stands around a place, from within the same function."""
    for statement in every:
        if not _within(span, statement.span):
            continue
        match statement:
            case If():
                for branch in statement.branches:
                    if any(_within(span, inner.span) for inner in branch.condition):
                        break
                    yield from branch.condition[-1:]
                    if any(_within(span, inner.span) for inner in branch.body):
                        break
            case Case() | Loop():
                yield statement
            case AndOr():
                for _, link in chain(statement):
                    if _within(span, link.span):
                        break
                    yield link
            case _:
                pass


def _asks(condition: Statement) -> bool:
    """Whether a condition may be somebody's wish: all that is no fact about the machine."""
    match condition:
        case Command():
            name = name_of(condition)
            if name in ("[", "[[", "test"):
                return not _is_fact(condition)
            return name not in _FACTS
        case Pipeline():
            return any(map(_asks, condition.commands[:1]))
        case AndOr():
            return any(_asks(link) for _, link in chain(condition))
        case Redirected():
            return _asks(condition.body)
        case Loop():
            return condition.kind != "for"
        case _:
            return not any(body for body, _ in lists(condition)) or isinstance(condition, Case)


def _is_fact(test: Command) -> bool:
    """Whether a test asks for files, or for nothing that a variable holds."""
    before = ""
    for word in test.words:
        asks_file = before in _FILES
        if not asks_file and any(isinstance(part, Parameter) for part in parts(word)):
            return False
        before = word.raw if before in _OPENS or word.raw in _OPENS else ""
    return True


def _within(inner: Span, outer: Span) -> bool:
    first = (outer.line, outer.column) <= (inner.line, inner.column)
    return first and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
