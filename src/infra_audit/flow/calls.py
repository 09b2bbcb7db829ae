"""Calls of functions: each is followed once for a standing, and then remembered."""

from __future__ import annotations

from msgspec.structs import replace

from ..documents.shell.syntax import Function
from .asking import asks
from .builtin import plain
from .explorer import Call, Explorer, Frame
from .parameters import listed
from .paths import step
from .standing import (
    ERRTRACE,
    FAILED,
    NO_LIST,
    NO_TRAP,
    UNKNOWN,
    Standing,
    Standings,
    ended,
    forgotten,
)
from .unseen import doubt, havoc, outside

INLINED = 12
"""How deep calls of functions are followed into each other; deeper ones may do anything."""


def called(call: Call) -> Standings:
    """Where a command leads whose name is that of a function."""
    found = call.found
    name = call.words[0].literal or ""
    after: Standings = set()
    doubted = doubt(found, name)
    for standing in call.at:
        functions = found.functions(standing)
        known = [f for f in found.named[name] if functions >> found.numbers[id(f)] & 1]
        if functions & doubted:
            found.lost = True
            after |= outside(found, {standing}) | ended({standing}, UNKNOWN)
        elif not known:
            after |= plain(replace(call, at={standing}))
        parameters = NO_LIST
        if name in found.dispatching:
            parameters = listed(found, call.words[1:], standing)
        start: Standing = (*standing[:5], parameters, standing[6])
        for function in known:
            after |= {
                (*s[:5], standing[5], s[6])
                for s in run(found, function, start, call.frame, call.quiet)
            }
    return after


def run(
    found: Explorer, function: Function, standing: Standing, frame: Frame, quiet: bool
) -> Standings:
    """Where the shell may stand behind a call of a function."""
    values = standing[6]
    if function.name not in found.bound and any(v is not None for v in values):
        (blank,) = forgotten({standing})
        inside = Frame(exits=set(), saved=frame.saved, calls=frame.calls)
        after = run(found, function, blank, inside, quiet)
        frame.exits.update((*s[:6], values) for s in inside.exits)
        return {(*s[:6], values) for s in after}
    if standing[0] and not asks(found, (function.body,)):
        standing = (0, *standing[1:])
    key = (id(function), standing, quiet, frame.saved)
    known = found.memory.get(key)
    if known is None:
        if id(function) in found.following or frame.calls >= found.inlined:
            found.deep.add(id(function))
            after = havoc(found, {standing}, Frame(exits=set()))
            return after | ended({standing}, FAILED)
        found.following.add(id(function))
        inside = Frame(
            exits=set(),
            returns=set(),
            function=True,
            saved=frame.saved,
            calls=frame.calls + 1,
            apart=frame.apart,
        )
        error = standing[4] if standing[1] & ERRTRACE else NO_TRAP
        start: Standing = (*standing[:4], error, standing[5], values)
        after = step(found, function.body, {start}, inside, quiet)
        after = after | (inside.returns or set())
        if found.loose:
            after |= ended({start}, 0) | ended({start}, FAILED)
        found.following.discard(id(function))
        after = {_come_back(found, function, standing, s) for s in after}
        known = found.memory[key] = (frozenset(after), frozenset(inside.exits))
    if known[0]:
        found.returned.add(id(function))
    frame.exits.update(known[1])
    return set(known[0])


def _come_back(found: Explorer, function: Function, before: Standing, after: Standing) -> Standing:
    """Restore what a function keeps to itself: its local variables and, without errtrace, ERR."""
    values = after[6]
    for name in found.survey.own.get(function.name, ()):
        nth = found.variables.get(name)
        if nth is not None:
            values = (*values[:nth], before[6][nth], *values[nth + 1 :])
    error = after[4] if after[4] != NO_TRAP or after[1] & ERRTRACE else before[4]
    return (*after[:4], error, before[5], values)
