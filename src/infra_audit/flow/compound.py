"""Compound commands: lists, branches, `case`, definitions of functions."""

from __future__ import annotations

from typing import Any

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Background,
    Case,
    Function,
    Group,
    If,
    Loop,
    Pipeline,
    Redirected,
    Subshell,
    Unknown,
)
from .constructs import chain, redirects_hold
from .explorer import Explorer, Frame, Way
from .paths import note_trip, sequence, settle, step
from .shells import background, pipeline, subshell
from .standing import Standings, ended, split
from .turns import loop
from .unseen import doubt, unknown
from .values import fits, reckon


def _group(
    found: Explorer, statement: Group, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    return sequence(found, statement.body, at, frame, quiet)


def _redirected(
    found: Explorer, statement: Redirected, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    after: Standings = set()
    if found.failing and not redirects_hold(statement.redirects):
        after = settle(found, ended(at, 1), frame, quiet)
    return after | step(found, statement.body, at, frame, quiet)


def _and_or(
    found: Explorer, statement: AndOr, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    links = chain(statement)
    last = len(links) - 1
    for nth, (operator, link) in enumerate(links):
        good, bad = split(at) if nth else (at, set())
        taken, passed = (bad, good) if operator == "||" else (good, bad)
        at = passed | step(found, link, taken, frame, quiet or nth < last)
    return at


def _if(found: Explorer, statement: If, at: Standings, frame: Frame, quiet: bool) -> Standings:
    after: Standings = set()
    for branch in statement.branches:
        holds, at = split(sequence(found, branch.condition, at, frame, True))
        after |= sequence(found, branch.body, holds, frame, quiet)
    if statement.otherwise is None:
        return after | ended(at, 0)
    return after | sequence(found, statement.otherwise, at, frame, quiet)


def _case(found: Explorer, statement: Case, at: Standings, frame: Frame, quiet: bool) -> Standings:
    after: Standings = set()
    fallen: Standings = set()
    carried: Standings = set()
    last = len(statement.clauses) - 1
    for nth, clause in enumerate(statement.clauses):
        fresh, at = _fitting(found, statement, nth, at)
        more, carried = _fitting(found, statement, nth, carried)
        entered = fresh | more | fallen
        done = sequence(
            found, clause.body, entered if clause.body else ended(entered, 0), frame, quiet
        )
        fallen = done if clause.terminator == ";&" and nth < last else set()
        if clause.terminator == ";;&" and nth < last:
            carried |= done
        elif not fallen:
            after |= done
    return after | carried | ended(at, 0)


def _fitting(
    found: Explorer, statement: Case, nth: int, at: Standings
) -> tuple[Standings, Standings]:
    """The standings in which a clause's patterns may fit, and those in which they may not."""
    matched: Standings = set()
    rest: Standings = set()
    for standing in at:
        truth = fits(found, statement, nth, standing)
        if truth is not False:
            matched.add(standing)
        if truth is not True:
            rest.add(standing)
    return matched, rest


def _arithmetic(
    found: Explorer, statement: Arithmetic, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    raw = statement.raw.strip().removeprefix("((").removesuffix("))")
    good, failed = split(reckon(found, raw, at, id(statement)))
    note_trip(found, id(statement), failed, good, quiet)
    return good | settle(found, failed, frame, quiet)


def _function(
    found: Explorer,
    statement: Function,
    at: Standings,
    frame: Frame,  # noqa: ARG001 (every way has the same signature)
    quiet: bool,  # noqa: ARG001
) -> Standings:
    mine, names, doubts = _bits(found, statement.name, id(statement))
    return ended(found.redefined(at, names | doubts, mine), 0)


def _bits(found: Explorer, name: str, identity: int) -> tuple[int, int, int]:
    """The bit of a definition, those of all with its name, and that of doubt about the name."""
    names = 0
    for each in found.named[name]:
        names |= 1 << found.numbers[id(each)]
    return 1 << found.numbers[identity], names, doubt(found, name)


COMPOUND: dict[type, Way[Any]] = {
    AndOr: _and_or,
    Arithmetic: _arithmetic,
    Background: background,
    Case: _case,
    Function: _function,
    Group: _group,
    If: _if,
    Loop: loop,
    Pipeline: pipeline,
    Redirected: _redirected,
    Subshell: subshell,
    Unknown: unknown,
}
"""What leads through a statement that is no simple command."""
