"""What of a script can be reached, and how it may end: every path through it is followed."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from msgspec import Struct

from ..documents.shell.syntax import Function, Script
from .behaviour import Exits
from .builtin import SPECIAL
from .callers import callers, reachable
from .calls import INLINED, run
from .compound import COMPOUND
from .explorer import Exhausted, Explorer, Frame
from .facts import MAIN, Survey
from .paths import finish, sequence
from .reached import Reach
from .regions import note_regions
from .simple import simple
from .standing import (
    ERREXIT,
    MAYBE,
    NO_LIST,
    NO_TRAP,
    PIPEFAIL,
    SETTINGS,
    Standing,
    Standings,
    exits,
)
from .unseen import doubt

SHELLS = frozenset({"", "bash", "sh", "dash", "ash", "ksh", "busybox"})
"""Interpreters whose control flow is the one described here."""


class _Care(Struct, frozen=True):
    """How closely the paths of a script are followed, and how many steps each statement is granted."""

    values: bool
    """Whether those of variables are told apart."""
    inlined: int
    """How deep calls of functions are followed into each other."""
    steps: int


_CARES = (_Care(True, INLINED, 30), _Care(False, INLINED, 80), _Care(False, 1, 80))
"""Tried in this order until one does not take too long."""

_MOST_VARIABLES = 12
"""Of more variables than these the values are not followed."""

_MOST_FUNCTIONS = 1 << 14
"""Of a script that defines more functions, which are defined where is not followed: every standing
has a bit for each."""

_FRAMES = 20_000
"""Functions in functions in nested statements are followed by recursion; `calls.INLINED` and the
depth that is read bound it well below this."""


def reach(
    script: Script,
    survey: Survey,
    *,
    sourced: bool,
    serves: bool = False,
    options: tuple[str, ...] = (),
) -> Reach:
    """What of `script` can be reached; nothing is claimed for shells of other families.

    `serves` where others call its functions; `options` are in force when it begins.
    """
    found = Reach(survey=survey)
    sys.setrecursionlimit(max(_FRAMES, sys.getrecursionlimit()))
    if script.interpreter not in SHELLS:
        return found
    if sum(map(len, survey.definitions.values())) > _MOST_FUNCTIONS:
        found.bounded = True
        return found
    start = _start(script, options)
    explorer: Explorer | None = None
    for care in _CARES:
        explorer = _explorer(script, survey, care, failing=True)
        try:
            found.exits = _main(explorer, script, start, sourced=sourced)
            found.trips, found.fatal = set(explorer.trips), set(explorer.fatal)
            _functions(found, explorer, start, serves=serves)
            break
        except (Exhausted, RecursionError):
            explorer = None
    if explorer is None:
        found.bounded = True
        return found
    note_regions(found, explorer, script, sourced=sourced)
    return found


def _start(script: Script, options: tuple[str, ...]) -> int:
    """The options that are in force when a script begins."""
    start = 0
    for option in (*script.options, *options):
        start |= SETTINGS.get(option, 0)
    return start


def _explorer(script: Script, survey: Survey, care: _Care, *, failing: bool) -> Explorer:
    functions = [d.function for each in survey.definitions.values() for d in each]
    watched: list[str] = []
    if care.values and not survey.namerefs:
        known = {name for name, texts in survey.told.items() if texts != {None}}
        watched = sorted((survey.decisive & known) - survey.haunted)
    variables = {name: n for n, name in enumerate(watched[:_MOST_VARIABLES])}
    return Explorer(
        survey=survey,
        failing=failing,
        simple=simple,
        compound=COMPOUND,
        numbers={id(function): n for n, function in enumerate(functions)},
        named={name: [d.function for d in each] for name, each in survey.definitions.items()},
        variables=variables,
        bound=_bound(survey, variables),
        dispatching=_dispatching(survey),
        special=SPECIAL | survey.definitions.keys() | survey.renamed,
        busy=survey.fragile | survey.bare | survey.clashing | survey.substitutions.keys(),
        budget=2000 + care.steps * survey.size,
        inlined=care.inlined,
        inherits=script.interpreter not in {"", "bash"},
        loose=survey.breaks_by_trap,
        fragile=survey.fragile,
    )


def _bound(survey: Survey, variables: dict[str, int]) -> set[str]:
    """The functions that look at some of the variables or may change them, themselves or in calls."""
    if not variables:
        return set()
    stack = [context for _, context in survey.dynamic]
    for touched in (survey.looks, survey.written):
        stack += [context for context, names in touched.items() if names & variables.keys()]
    stack += [context for context in survey.restless if context in survey.definitions]
    return _with_callers(survey, stack)


def _dispatching(survey: Survey) -> set[str]:
    """The functions that run what they are given, or hand it to one that does."""
    direct = survey.dispatches - {MAIN}
    return direct | (_with_callers(survey, direct) & survey.positional)


def _with_callers(survey: Survey, contexts: Iterable[str]) -> set[str]:
    """The contexts, and those that may call them."""
    return reachable(contexts, callers(survey))


def _main(explorer: Explorer, script: Script, options: int, *, sourced: bool) -> Exits:
    values = (None,) * len(explorer.variables)
    begin: Standing = (0, options, explorer.numbered(0), NO_TRAP, NO_TRAP, NO_LIST, values)
    frame = Frame(exits=set(), returns=set() if sourced else None)
    after = sequence(explorer, script.statements, {begin}, frame, quiet=False)
    if script.fault is not None:
        after = {(2, *standing[1:]) for standing in after}
    statuses = finish(explorer, after | frame.exits | (frame.returns or set()), frame)
    statuses |= explorer.killed
    loops = explorer.visited & explorer.survey.loops
    return exits(statuses, unknown=explorer.lost, endless=bool(loops - explorer.left))


def succeed(
    script: Script, survey: Survey, known: Exits, *, sourced: bool, options: tuple[str, ...]
) -> Exits:
    """How a script whose `known` exits are all that there are ends where nothing outside fails."""
    if script.interpreter not in SHELLS:
        return Exits()
    if set(known.codes) <= {0}:
        return Exits((0,), False, known.unknown, known.endless)
    explorer = _explorer(script, survey, _CARES[0], failing=False)
    try:
        return _main(explorer, script, _start(script, options), sourced=sourced)
    except (Exhausted, RecursionError):
        return Exits()


def _functions(found: Reach, explorer: Explorer, options: int, *, serves: bool) -> None:
    """Follow the functions that something unseen may call, and those that nothing does."""
    survey = found.survey
    lost = explorer.lost
    starts = _anywhere(explorer, options)
    functions = [d.function for each in survey.definitions.values() for d in each]
    while True:
        anything = serves or survey.unseen or explorer.undispatched
        for function in functions:
            unseen = anything or function.name in survey.indirect
            if unseen and (serves or function.name in survey.earliest):
                _follow(explorer, function, starts)
        if anything or not explorer.undispatched:
            break
    while explorer.deep:
        deep = sorted(explorer.numbers[identity] for identity in explorer.deep)
        explorer.deep.clear()
        for number in deep:
            _follow(explorer, functions[number], starts)
    found.called = {id(f) for f in functions if id(f.body) in explorer.visited}
    for function in functions:
        if id(function) not in found.called:
            _follow(explorer, function, starts)
    found.returning = explorer.returned
    by_function: dict[int, set[int]] = {}
    for (identity, *_), (after, _) in explorer.memory.items():
        by_function.setdefault(identity, set()).update(standing[0] for standing in after)
    for name, each in explorer.named.items():
        statuses = set().union(*(by_function.get(id(f), set()) for f in each))
        found.statuses[name] = exits(statuses, unknown=False, endless=False)
    explorer.lost = lost


def _follow(explorer: Explorer, function: Function, starts: Standings) -> None:
    for standing in starts:
        run(explorer, function, standing, Frame(exits=set()), quiet=False)


def _anywhere(explorer: Explorer, options: int) -> Standings:
    """How the shell may stand where a function is called from nobody knows where."""
    survey = explorer.survey
    functions = 0
    for definitions in survey.definitions.values():
        for definition in definitions:
            functions |= 1 << explorer.numbers[id(definition.function)]
        certain = all(d.certain for d in definitions) and not survey.doubts
        if not certain:
            functions |= doubt(explorer, definitions[0].function.name)
    values = (None,) * len(explorer.variables)
    if survey.sets:
        options = (options & ~(ERREXIT | PIPEFAIL)) | MAYBE
    return {(0, options, explorer.numbered(functions), NO_TRAP, NO_TRAP, NO_LIST, values)}
