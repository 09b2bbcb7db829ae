"""Loops, turn by turn, until nothing new comes round."""

from __future__ import annotations

from collections.abc import Callable

from ..documents.shell.syntax import Loop
from .asking import asks
from .constructs import always_words
from .explorer import Explorer, Frame
from .paths import sequence
from .standing import CROWD, FAILED, Standing, Standings, ended, forgotten, grouped, split
from .values import given, reckon

UNROLLED = 3
"""Loops over so many known words are followed word by word."""

Body = Callable[[Standings], Standings]
"""From where the body begins to where it ends or is continued."""

Turn = Callable[[Standings], tuple[Standings, Standings]]
"""From where the loop's head is reached: what goes round once more, and what leaves."""


def loop(found: Explorer, statement: Loop, at: Standings, frame: Frame, quiet: bool) -> Standings:
    """A loop of any kind.

    What is known of a loop from certain standings is kept: a loop inside a loop is come to again and
    again, and one inside many would cost twice as much with each.
    """
    if not asks(found, (statement,)):
        at = ended(at, 0)
    key = (
        id(statement),
        frozenset(at),
        quiet,
        frame.saved,
        len(frame.loops),
        frame.returns is None,
    )
    known = found.looped.get(key)
    if known is None:
        known = found.looped[key] = _led(found, statement, at, frame, quiet)
    after, inside = known
    if _handed_on(inside, frame) or after:
        found.left.add(id(statement))
    return set(after)


def _led(
    found: Explorer, statement: Loop, at: Standings, frame: Frame, quiet: bool
) -> tuple[frozenset[Standing], Frame]:
    """Where a loop leads, and the frame with what leaves it otherwise."""
    breaks: Standings = set()
    again: Standings = set()
    inside = Frame(
        exits=set(),
        returns=None if frame.returns is None else set(),
        loops=[*((set(), set()) for _ in frame.loops), (breaks, again)],
        function=frame.function,
        saved=frame.saved,
        calls=frame.calls,
        apart=frame.apart,
    )

    def body(entered: Standings) -> Standings:
        after = sequence(found, statement.body, entered, inside, quiet) | again
        again.clear()
        return after

    match statement.kind:
        case "while" | "until":
            after = _conditional(found, statement, at, inside, body)
        case "for((":
            after = _counted(found, statement, at, body)
        case _:
            after = _each(found, statement, at, body)
    if found.loose:
        after |= ended(at, 0) | ended(at, FAILED)
    return frozenset(after | breaks), inside


def _handed_on(inside: Frame, frame: Frame) -> bool:
    """Let what leaves the loop for good leave; whether anything does."""
    left = bool(inside.exits or inside.returns)
    frame.exits |= inside.exits
    if frame.returns is not None:
        frame.returns |= inside.returns or set()
    for (breaks, again), (outer_breaks, outer_again) in zip(
        inside.loops, frame.loops, strict=False
    ):
        left = left or bool(breaks or again)
        outer_breaks.update(breaks)
        outer_again.update(again)
    return left


def _turns(at: Standings, turn: Turn, body: Body) -> Standings:
    """Where a loop leads; what leaves reports the status of the last turn, or 0 without one."""
    after: Standings = set()
    seen: Standings = set()
    heads, first = at, True
    while heads:
        groups = {0: heads} if first else grouped(heads, 0)
        entered: Standings = set()
        for status, group in groups.items():
            stays, leaves = turn(group)
            entered |= stays
            after |= ended(leaves, status)
        first = False
        heads = body(entered) - seen
        seen |= heads
        if len(seen) > 2 * CROWD and heads:
            heads = forgotten(heads) - seen
            seen |= heads
    return after


def _conditional(found: Explorer, loop: Loop, at: Standings, frame: Frame, body: Body) -> Standings:
    def turn(heads: Standings) -> tuple[Standings, Standings]:
        holds, fails = split(sequence(found, loop.condition, heads, frame, True))
        return (holds, fails) if loop.kind == "while" else (fails, holds)

    return _turns(at, turn, body)


def _counted(found: Explorer, loop: Loop, at: Standings, body: Body) -> Standings:
    fields = loop.header.strip().removeprefix("((").removesuffix("))").split(";")
    if len(fields) != 3:
        fields = ["", "?", ""]
    begin, condition, step = (field.strip() for field in fields)
    first = True

    def turn(heads: Standings) -> tuple[Standings, Standings]:
        nonlocal first
        text = begin if first else step
        first = False
        if text:
            heads = reckon(found, text, heads, id(loop))
        if not condition:
            return heads, set()
        return split(reckon(found, condition, heads, id(loop)))

    return _turns(at, turn, body)


def _each(found: Explorer, loop: Loop, at: Standings, body: Body) -> Standings:
    over = loop.words
    known = over is not None and all(word.literal is not None for word in over)
    if loop.kind == "for" and known and over is not None and len(over) <= UNROLLED:
        return _unrolled(found, loop, at, body)
    surely = any(map(always_words, over or ()))
    begun = False

    def turn(heads: Standings) -> tuple[Standings, Standings]:
        nonlocal begun
        leaves = heads if begun or not surely else set()
        begun = True
        if loop.kind == "select":
            leaves = ended(heads, 1)
        return given(found, loop.variable, None, heads), leaves

    after = _turns(at, turn, body)
    if loop.kind == "select":
        return ended(after | at, 1) | (ended(at, 0) if not surely else set())
    return after


def _unrolled(found: Explorer, loop: Loop, at: Standings, body: Body) -> Standings:
    """A loop over a few known words, word by word."""
    at = at if loop.words else ended(at, 0)
    for word in loop.words or ():
        at = body(given(found, loop.variable, word.literal, at))
    return at
