"""The whole of what a script can do, put together."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ..documents.shell.syntax import Command, Function, Script, Statement
from .behaviour import Behaviour, Entry, Exits, Routine
from .constructs import DECLARERS, name_of
from .endings import last_line
from .facts import DEPTH, Survey
from .follow import follow, sequence
from .reach import reach, succeed
from .reached import Reach, is_called, never_returns
from .scene import Scene, Walk, inner
from .start import begin, settle
from .state import ANY, DIRECTORY, ELEMENTS, OPTIONS, PREVIOUS, ROOT, Value, lookup, shown
from .survey import survey

_SHELLS = frozenset({"", "bash", "sh", "dash", "ash", "ksh", "zsh", "busybox"})


def behaviour(script: Script, entry: Entry) -> Behaviour:
    """What `script` can do when it starts as `entry` says."""
    if script.interpreter not in _SHELLS:
        return Behaviour()
    facts = survey(script)
    if facts.depth > DEPTH:
        return Behaviour(bounded=True)
    reached = _reached(script, facts, entry)
    walk = begin(script, facts, reached, entry)
    if reached.bounded:
        return Behaviour(bounded=True)
    sequence(walk, script.statements, Scene())
    last_line(walk, script)
    names = (name for name in walk.state.values if not name.endswith(ELEMENTS))
    end = {name: lookup(walk.state, name) for name in names}
    _functions(walk)
    kinds = _variables(end)
    return Behaviour(
        runs=tuple(walk.runs),
        unreachable=tuple(sorted(reached.regions, key=lambda region: region.span)),
        endings=tuple(walk.endings),
        functions=tuple(_routines(reached, facts)),
        exits=reached.exits,
        variables=kinds["variables"],
        places=kinds["places"],
        defaults=kinds["defaults"],
        options_at_end=tuple(o[1:] for o in OPTIONS if (v := end.get(o)) and v.text == "on"),
        trips=tuple(dict.fromkeys(walk.trips)),
        fatal=tuple(dict.fromkeys(walk.fatal)),
        demands_root=tuple(dict.fromkeys(walk.demands)),
        refuses_root=tuple(dict.fromkeys(walk.refusals)),
    )


def successes(script: Script, entry: Entry) -> Exits:
    """The statuses with which `script` may end when every command from outside works."""
    facts = survey(script)
    if script.interpreter not in _SHELLS or facts.depth > DEPTH:
        return Exits()
    reached = _reached(script, facts, entry)
    if reached.bounded:
        return Exits()
    return succeed(script, facts, reached.exits, sourced=entry.sourced, options=entry.options)


def _reached(script: Script, facts: Survey, entry: Entry) -> Reach:
    serves = entry.sourced or all(map(_declares, script.statements))
    return reach(script, facts, sourced=entry.sourced, serves=serves, options=entry.options)


def _declares(statement: Statement) -> bool:
    """Whether a statement only defines something: a file of such statements serves others."""
    match statement:
        case Function():
            return True
        case Command():
            return not statement.words or name_of(statement) in DECLARERS | {"set", "shopt"}
        case _:
            return False


def _variables(end: dict[str, Value | None]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {"variables": {}, "places": {}, "defaults": {}}
    for name, known in end.items():
        if known is None or name.startswith("-") or name in {DIRECTORY, PREVIOUS}:
            continue
        kind = "places" if known.text.startswith(ROOT) else "variables"
        if known.assumed:
            kind = "defaults"
        if kind != "defaults" or ROOT not in known.text:
            found[kind][name] = shown(known.text)
    return found


def _routines(reached: Reach, facts: Survey) -> Iterable[Routine]:
    for name, definitions in facts.definitions.items():
        yield Routine(
            name,
            never_returns(reached, name),
            is_called(reached, name),
            definitions[0].function.heading,
            reached.statuses.get(name, Exits()),
        )


def _functions(walk: Walk) -> None:
    """Follow the functions that were not followed where they are called."""
    facts = walk.survey
    dead = _dead_functions(walk.reached, facts)
    for name, definitions in facts.definitions.items():
        if name in walk.inlined:
            continue
        for definition in definitions:
            called = id(definition.function) in walk.reached.called
            scene = Scene(function=name, reach="reached" if called else "uncalled", apart=True)
            if id(definition.function) in dead:
                scene = inner(scene, reach="unreachable")
            begins = facts.earliest.get(name)
            known = {
                constant: found
                for constant, (found, place) in walk.constants.items()
                if begins is None or place <= begins
            }
            old = walk.state
            walk.state = replace(
                old,
                values={n: Value(v.text, v.assumed, 1) for n, v in known.items()},
                journal=[],
                clock=2,
                called=0,
                doubted=2 if facts.doubts or facts.evals else 0,
                loosened=2 if facts.assigned.get(ANY) else 0,
            )
            settle(facts, walk.state)
            walk.locals.append({})
            follow(walk, definition.function.body, scene)
            walk.locals.pop()
            walk.state = old


def _dead_functions(reached: Reach, facts: Survey) -> set[int]:
    return {
        id(definition.function)
        for definitions in facts.definitions.values()
        for definition in definitions
        if id(definition.function) in reached.dead
    }
