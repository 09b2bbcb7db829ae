"""What code that is not seen may do: an unknown command, a sourced file, a text put together."""

from __future__ import annotations

from collections.abc import Iterable

from ..documents.shell.syntax import Unknown
from .explorer import Explorer, Frame
from .standing import (
    FAILED,
    MAYBE,
    MAYBE_ERREXIT,
    NO_LIST,
    UNKNOWN,
    Standing,
    Standings,
    ended,
    forgotten,
)


def outside(found: Explorer, at: Standings) -> Standings:
    """The shells after a command from outside, which may work or fail."""
    after = ended(at, 0)
    return after | ended(at, FAILED) if found.failing else after


def anything(found: Explorer, at: Standings, frame: Frame) -> Standings:
    """A command that may be any, though none that changes options or traps."""
    found.lost = True
    after = outside(found, at)
    if found.failing:
        after |= ended(at, UNKNOWN)
    if found.named:
        after = forgotten(after)
    jump(frame, after)
    return after


def havoc(found: Explorer, at: Standings, frame: Frame, options: int = MAYBE) -> Standings:
    """What may stand behind code that is unknown: it may do anything that the shell can."""
    found.lost = True
    count = len(found.numbers)
    doubts = ((1 << count) - 1) << count
    after: Standings = set()
    for _, old, number, leaving, error, _, values in found.redefined(at, 0, doubts):
        nothing = (None,) * len(values)
        kept = (old & ~(options // MAYBE_ERREXIT)) | options
        for status in (0, UNKNOWN):
            after.add((status, kept, number, leaving, error, NO_LIST, nothing))
    jump(frame, after)
    return after


def jump(frame: Frame, at: Iterable[Standing]) -> None:
    """Let unknown code leave every loop, and the function."""
    for breaks, again in frame.loops:
        breaks.update(at)
        again.update(at)
    if frame.returns is not None:
        frame.returns.update(at)


def doubt(found: Explorer, name: str) -> int:
    """The bits that say that unknown code may have defined a function of this name anew."""
    own = 0
    for function in found.named[name]:
        own |= 1 << found.numbers[id(function)]
    return own << len(found.numbers)


def unknown(
    found: Explorer,
    statement: Unknown,  # noqa: ARG001 (every way has the same signature)
    at: Standings,
    frame: Frame,
    quiet: bool,  # noqa: ARG001
) -> Standings:
    """Where the shell may stand behind what could not be parsed."""
    return havoc(found, at, frame)
