"""What a statement changes where it fails: a `cd` that does stays where it is."""

from __future__ import annotations

from ..documents.shell.syntax import Command, Statement
from .constructs import name_of, plainly
from .scene import Walk
from .state import DIRECTORY, PREVIOUS, STACK, State, Value, agreed, assign, before, lookup

Missed = dict[str, tuple[Value | None, Value | None]]
"""Of each name that a statement changes what it held before, and what it holds if that fails."""

_PLACES = frozenset({DIRECTORY, PREVIOUS, STACK})


def moves(walk: Walk, statement: Statement) -> bool:
    """Whether a statement goes to another directory or fails, and does nothing else."""
    if not isinstance(statement, Command):
        return False
    plain = plainly(statement)
    name = name_of(plain)
    ours = plain is statement and name in walk.survey.definitions
    return name in {"cd", "pushd", "popd"} and not ours


def fill(state: State, mark: int, missed: Missed, *, moves: bool = False) -> None:
    """Note what changed since the journal had `mark` entries and is not noted yet.

    Commands do what they do whether they succeed or not, but for those that go somewhere.
    """
    for name, old in before(state, mark).items():
        if name in missed:
            continue
        now = lookup(state, name)
        if moves:
            now = old
        elif name in _PLACES and now is not None and (old is None or old.text != now.text):
            now = Value(now.text, assumed=True)
        missed[name] = old, now


def spread(failing: Missed, more: Missed) -> None:
    """Let a list fail also where a later link of it does."""
    for name, (old, failed) in more.items():
        first, known = failing.get(name, (old, old))
        failing[name] = first, agreed(known, failed)


def turned(state: State, failing: Missed) -> Missed:
    """The same of a negated statement, in whose place the state is led on."""
    found = {name: (old, lookup(state, name)) for name, (old, _) in failing.items()}
    for name, (_, failed) in failing.items():
        assign(state, name, failed)
    return found


def join(state: State, failing: Missed, *, likely: bool) -> None:
    """Go on whether a statement failed or not; a `likely` success is no more than that."""
    for name, (_, failed) in failing.items():
        now = lookup(state, name)
        same = agreed(now, failed)
        if same is None and likely and now is not None:
            same = Value(now.text, assumed=True)
        if same is None or now is None or same.assumed != now.assumed:
            assign(state, name, same)
