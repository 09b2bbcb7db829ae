"""Where a script ends, and with which status."""

from __future__ import annotations

from ..documents.shell.syntax import Command, Script, Statement
from .behaviour import Ending
from .constructs import name_of, text_of
from .scene import Scene, Walk
from .state import value

_ALWAYS = {"echo": 0, "printf": 0, "true": 0, ":": 0, "false": 1}


def note_ending(walk: Walk, command: Command, scene: Scene) -> None:
    """Record a command that ends the script, or note that it may have ended before."""
    name = name_of(command)
    if scene.apart or scene.nested or scene.reach != "reached" or name is None:
        return
    cause = walk.reached.causes.get(id(command))
    if cause is None:
        walk.may_have_ended |= name in walk.survey.succeeding and name in walk.survey.definitions
        return
    if cause.kind in {"break", "continue"}:
        return
    status = _status(walk, command, cause.kind)
    if cause.kind == "return" and scene.function:
        walk.may_have_returned |= not status and not (scene.after_failure and _passes_on(command))
        return
    left = walk.may_have_ended or walk.may_have_returned
    walk.endings.append(
        Ending(
            status=status,
            span=command.span,
            text=text_of(command),
            conditional=scene.conditional or left,
            success=scene.wins and not left,
            where=scene.function,
        )
    )
    exit_ = walk.survey.exits.get(command.span)
    helped = exit_ is not None and exit_.help
    failed = scene.after_failure and cause.kind == "exit" and _passes_on(command)
    walk.may_have_ended |= not status and not helped and not failed


def _passes_on(command: Command) -> bool:
    """Whether an `exit` or `return` hands on the status of the command before it."""
    if name_of(command) not in {"exit", "return"}:
        return False
    return len(command.words) == 1 or command.words[1].raw.strip('"') in {"$?", "${?}"}


def _status(walk: Walk, command: Command, kind: str) -> int | None:
    name = name_of(command) or ""
    if kind == "function":
        statuses = {e.status for e in walk.survey.exits.values() if e.context == name}
        return statuses.pop() if len(statuses) == 1 else None
    if name not in {"exit", "return"} or len(command.words) < 2:
        return None
    found = value(walk.state, command.words[1])
    if found is None or found.assumed or not found.text.isdecimal():
        return None
    return int(found.text) % 256


def last_line(walk: Walk, script: Script) -> None:
    """Record that the script may end where its text does."""
    if script.fault is not None or any(id(s) in walk.reached.stops for s in script.statements):
        return
    last = script.statements[-1] if script.statements else None
    walk.endings.append(
        Ending(
            status=0 if last is None else _last_status(last),
            span=script.span if last is None else last.span,
            text="",
            conditional=walk.may_have_ended,
            success=not walk.may_have_ended,
        )
    )


def _last_status(statement: Statement) -> int | None:
    if isinstance(statement, Command):
        return _ALWAYS.get(name_of(statement) or "") if statement.words else None
    return None
