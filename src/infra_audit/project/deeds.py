"""The steps of a script that matter to a deployment, in order, and which of them surely follow which."""

from __future__ import annotations

from msgspec import Struct

from ..documents.shell.syntax import Arithmetic, Function, Parameter, Statement
from ..flow.behaviour import Run
from ..flow.constructs import lists, parts, substitutions, words
from .errexit import Scope, scope_of, scopes
from .inside import lifted, statements
from .phases import Phase, phase
from .types import Act

_MOST = 80
"""How many of one script are looked at."""


class Deed(Struct, frozen=True):
    """A run with its number, its phase and the shell that it belongs to."""

    nth: int
    run: Run
    phase: Phase
    scope: Scope


def deeds(act: Act) -> list[Deed]:
    """The reached steps of a script that are of some phase."""
    found = [
        (nth, run, what)
        for nth, run in enumerate(map(lifted, act.behaviour.runs))
        if run.reach == "reached" and (what := phase(run)) and not run.captured
    ][:_MOST]
    shells = scopes(act.script) if found else ()
    return [Deed(nth, run, what, scope_of(run, shells)) for nth, run, what in found]


def asked(deed: Deed, act: Act, asking: frozenset[str]) -> bool:
    """Whether the next command is a function of the script that looks at the status."""
    following = act.behaviour.runs[deed.nth + 1 : deed.nth + 2]
    return any(run.name in asking for run in following)


def asking(act: Act) -> frozenset[str]:
    """The functions of a script that look at `$?`."""
    return frozenset(
        statement.name
        for statement in statements(act.script)
        if isinstance(statement, Function) and asks(statement)
    )


def asks(statement: Statement) -> bool:
    """Whether a statement looks at the status of the one before."""
    stack = [statement]
    while stack:
        top = stack.pop()
        for word in words(top):
            if any(isinstance(p, Parameter) and p.name in _STATUS for p in parts(word)):
                return True
        if isinstance(top, Arithmetic) and "?" in top.raw:
            return True
        stack.extend(each for inside, _ in lists(top) for each in inside)
        stack.extend(each for part in substitutions(top) for each in part.body)
    return False


_STATUS = frozenset({"?", "PIPESTATUS"})


def inlined_in(act: Act) -> frozenset[str]:
    """The functions whose commands stand where they are called, among the runs of a script."""
    runs = act.behaviour.runs
    calls: dict[str, list[int]] = {}
    for nth, run in enumerate(runs):
        calls.setdefault(run.name, []).append(nth)
    return frozenset(
        name
        for name, places in calls.items()
        if name and len(places) == 1 and any(r.function == name for r in runs[places[0] + 1 :][:1])
    )


def follows(later: Deed, earlier: Deed, inlined: frozenset[str]) -> bool:
    """Whether a step surely runs once an earlier one is behind it, as it may be after a failure."""
    one, two = earlier.run, later.run
    if later.nth <= earlier.nth or one.remote not in (None, two.remote):
        return False
    own = later.scope.script is earlier.scope.script
    if not own and earlier.scope.script not in later.scope.outer:
        return False
    if one.function != two.function and not {one.function, two.function} <= inlined | {""}:
        return False
    return set(two.guards) <= set(one.guards) and two.conditional <= one.conditional
