"""Every path through a script, as far as its structure tells: where each leads, how each ends.

A set of standings goes in at the top and is led through each statement. What comes out is where the
shell may stand behind it; `exit`, `return`, `break` and `continue` leave through the frame. Whatever
is unknown goes both ways, so that nothing that can happen is missed. The rules are those of bash 5.2
(bash(1); what it leaves open was tried).
"""

from __future__ import annotations

from ..documents.shell.syntax import Command, Opaque, Parameter, Statement
from .asking import shared_start
from .constructs import parts, words
from .explorer import Exhausted, Explorer, Frame
from .standing import (
    CROWD,
    ERREXIT,
    ERROR_TRAP,
    ERRTRACE,
    EXIT_TRAP,
    FAILED,
    INHERIT,
    MAYBE_ERREXIT,
    NO_TRAP,
    NOUNSET,
    Standing,
    Standings,
    ended,
    with_value,
)
from .values import of_parameter
from .writes import reckoned

_TALKERS = frozenset({"echo", ":", "true"})
"""Commands that work, and do nothing that decides anything."""


def sequence(
    found: Explorer, body: tuple[Statement, ...], at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """Where the shell may stand behind a list; `quiet` where errexit is ignored."""
    for statement in body:
        if not at:
            break
        at = step(found, statement, at, frame, quiet)
    return at


def step(
    found: Explorer, statement: Statement, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """Where the shell may stand behind one statement."""
    if not at:
        return at
    found.budget -= len(at)
    if found.budget < 0:
        raise Exhausted
    identity = id(statement)
    found.visited.add(identity)
    if identity in found.survey.expanding:
        at = _loosened(found, statement, at)
    if isinstance(statement, Command):
        name = statement.words[0].literal if statement.words else None
        if name is None or identity in found.busy:
            after = found.simple(found, statement, at, frame, quiet)
        elif name in _TALKERS and not statement.redirects and name not in found.named:
            after = {(0, *s[1:]) for s in at}
        elif name in found.special:
            after = found.simple(found, statement, at, frame, quiet)
        else:
            after = _led_outside(found, at, frame, quiet)
    else:
        if identity in found.busy:
            for substitution in found.survey.substitutions.get(identity, ()):
                substituted(found, substitution.body, at, frame, quiet=quiet)
            expand(found, statement, at, frame)
        after = found.compound[type(statement)](found, statement, at, frame, quiet)
    if after:
        found.completed.add(identity)
        if len(after) > CROWD:
            after = found.thinned(after)
    return after


def _led_outside(found: Explorer, at: Standings, frame: Frame, quiet: bool) -> Standings:
    """Where the shell may stand behind a command from outside: most commands are no more."""
    after: Standings = set()
    for rest in {standing[1:] for standing in at}:
        after.add((0, *rest))
        if found.failing:
            failed: Standing = (FAILED, *rest)
            if quiet or not (rest[0] & (ERREXIT | MAYBE_ERREXIT) or rest[3] != NO_TRAP):
                after.add(failed)
            else:
                after |= settle(found, {failed}, frame, quiet)
    return after


def _loosened(found: Explorer, statement: Statement, at: Standings) -> Standings:
    """The shells after the words of a statement have given variables values (`${x:=y}`)."""
    for word in words(statement):
        for part in parts(word):
            names = reckoned(part.raw) if isinstance(part, Opaque) else []
            if isinstance(part, Parameter) and part.operator in {"=", ":="}:
                names = [part.name]
            for name in names:
                nth = found.variables.get(name)
                if nth is not None:
                    at = {with_value(s, nth, None) for s in at}
    return at


def expand(found: Explorer, command: Statement, at: Standings, frame: Frame) -> None:
    """Let `${x:?}`, and unset variables under nounset, end the shell."""
    if id(command) in found.survey.bare:
        frame.exits |= ended({s for s in at if s[1] & NOUNSET}, 1)
    if id(command) in found.survey.clashing:
        frame.exits |= ended(at, 1)
    if id(command) not in found.fragile:
        return
    for word in words(command):
        if word.literal is not None:
            continue
        for part in parts(word):
            if isinstance(part, Parameter) and part.operator in {":?", "?"}:
                frame.exits |= ended({s for s in at if not of_parameter(found, s, part)}, 1)


def note_trip(
    found: Explorer, identity: int, failed: Standings, good: Standings, quiet: bool
) -> None:
    """Remember an arithmetic command whose value is surely 0 where errexit is surely on."""
    if not quiet and any(s[1] & ERREXIT and (0, *s[1:]) not in good for s in failed):
        found.trips.add(identity)


def settle(found: Explorer, failed: Standings, frame: Frame, quiet: bool) -> Standings:
    """Let failures of a command take effect: the ERR trap, then errexit. What goes on is returned."""
    if quiet or not failed:
        return failed
    after: Standings = set()
    for standing in failed:
        shells = {standing}
        if standing[4] != NO_TRAP:
            shells = trapped(found, standing, ERROR_TRAP, frame)
        for each in shells:
            if each[1] & (ERREXIT | MAYBE_ERREXIT):
                frame.exits.add(each)
            if not each[1] & ERREXIT:
                after.add(each)
    return after


def trapped(found: Explorer, standing: Standing, nth: int, frame: Frame) -> Standings:
    """Run the action of the trap `nth`; afterwards the status is what it was."""
    number = standing[3] if nth == EXIT_TRAP else standing[4]
    action = found.actions[number]
    status = standing[0]
    if action is None:
        found.lost = True
        return {standing}
    bare = (*standing[:nth], NO_TRAP, *standing[nth + 1 :])
    inside = Frame(
        exits=frame.exits,
        returns=frame.returns,
        loops=frame.loops,
        function=frame.function,
        saved=status,
        calls=frame.calls,
        apart=frame.apart,
    )
    after = sequence(found, action, {bare}, inside, False)  # type: ignore[arg-type]
    return {
        (status, *s[1:nth], number if s[nth] == NO_TRAP else s[nth], *s[nth + 1 :])  # type: ignore[misc]
        for s in after
    }


def shell(
    found: Explorer,
    body: tuple[Statement, ...],
    standing: Standing,
    frame: Frame,
    quiet: bool,
) -> set[int]:
    """The statuses of a subshell that begins as `standing` says; none where it never ends."""
    status, options, functions, _, error, parameters, values = standing
    if not options & ERRTRACE:
        error = NO_TRAP
    inside = Frame(
        exits=set(),
        returns=None if frame.returns is None else set(),
        function=frame.function,
        saved=frame.saved,
        calls=frame.calls,
        apart=True,
    )
    start: Standing = (status, options, functions, NO_TRAP, error, parameters, values)
    after = sequence(found, body, {start}, inside, quiet)
    return finish(found, after | inside.exits | (inside.returns or set()), inside)


def substituted(
    found: Explorer, body: tuple[Statement, ...], at: Standings, frame: Frame, *, quiet: bool
) -> dict[Standing, set[int]]:
    """The statuses of a command substitution, for each standing before it."""
    results: dict[Standing, set[int]] = {}
    done: dict[Standing, set[int]] = {}
    for standing in at:
        options = standing[1]
        if not options & INHERIT and not found.inherits:
            options &= ~(ERREXIT | MAYBE_ERREXIT)
        start = shared_start(found, body, (standing[0], options, *standing[2:]))
        if start not in done:
            done[start] = shell(found, body, start, frame, quiet)
        results[standing] = done[start]
    return results


def finish(found: Explorer, exits: Standings, frame: Frame) -> set[int]:
    """The statuses of a shell that ends from these standings, once its EXIT trap has run."""
    statuses: set[int] = set()
    for standing in exits:
        if standing[3] == NO_TRAP:
            statuses.add(standing[0])
            continue
        last = Frame(exits=set(), calls=frame.calls, apart=frame.apart)
        after = trapped(found, standing, EXIT_TRAP, last)
        statuses.update(s[0] for s in after)
        statuses.update(s[0] for s in last.exits)
    return statuses
