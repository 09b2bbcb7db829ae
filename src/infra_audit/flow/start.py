"""Where a walk through a script begins: what is known before its first statement."""

from __future__ import annotations

from ..documents.shell.syntax import Script
from .behaviour import Entry
from .facts import Survey
from .reached import Reach
from .scene import Walk
from .state import DIRECTORY, DYNAMIC, OPTIONS, ROOT, STACK, State, Value, assign, doubt, loosen


def begin(script: Script, facts: Survey, reached: Reach, entry: Entry) -> Walk:
    """A walk that stands before the first statement."""
    touched = {name for f in facts.definitions for name in facts.written.get(f, ())}
    itself = script.path if script.origin == "file" else ""
    state = State(
        shared=frozenset(touched),
        frozen=frozenset(facts.haunted) | facts.odd | DYNAMIC,
        separators=_separators(facts),
        searching=facts.searching,
        lifting=facts.lifting,
        composing=facts.composing,
        itself="" if entry.sourced else itself,
        source=itself,
    )
    directory = entry.directory
    if directory is None and script.directory is not None and "$" not in script.directory:
        directory = script.directory.removeprefix("./").rstrip("/")
    if directory is not None:
        rooted = directory if directory.startswith("/") else f"{ROOT}/{directory}".rstrip("/")
        assign(state, DIRECTORY, Value(rooted))
    for name, text in entry.variables.items():
        assign(state, name, Value(text))
    for name, text in entry.places.items():
        assign(state, name, Value(f"{ROOT}/{text}".rstrip("/")))
    for name, text in entry.defaults.items():
        assign(state, name, Value(text, assumed=True))
    assign(state, STACK, Value(""))
    if not facts.namerefs:
        for option in OPTIONS:
            on = option[1:] in (*script.options, *entry.options)
            assign(state, option, Value("on" if on else "off"))
    settle(facts, state)
    counts: dict[str, int] = {}
    for _, _, name in facts.mentions:
        counts[name] = counts.get(name, 0) + 1
    walk = Walk(script.path, facts, reached, state, mentioned=counts)
    for name in state.values:
        if not facts.assigned.get(name):
            walk.constants[name] = (state.values[name], script.span)
    return walk


def settle(facts: Survey, state: State) -> None:
    """Let nothing be certain in a script that has what may change anything at any time."""
    if facts.namerefs:
        loosen(state, ever=True)
    if facts.unread:
        doubt(state, ever=True)


def _separators(facts: Survey) -> str | None:
    """What IFS may hold beside blanks, so that it parts words; None where that is unknown."""
    told = facts.told.get("IFS", set())
    if None in told:
        return None
    return "".join(sorted({each for text in told for each in text or ""})) if told else ""
