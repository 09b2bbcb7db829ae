"""What a simple command does to the standings before it.

Builtins do what bash(1) says of them. A command from outside works or fails. Output is taken to
succeed. A word that names the command and is not literal is taken for a command from outside, which
may also be any function, `exit`, `return` or `break`, but not for one that changes options or traps.
"""

from __future__ import annotations

from ..documents.shell.syntax import Command, Literal, Opaque, Parameter, Word
from ..source.regex import regex
from .builtin import HANDLERS, plain
from .calls import called
from .constructs import redirects_hold
from .explorer import Call, Explorer, Frame
from .noting import first_of
from .parameters import dispatched
from .paths import expand, settle, substituted
from .standing import ERREXIT, Standing, Standings, ended, split
from .unseen import anything, outside
from .values import assigned

_PATH = regex(r".*/[\w.@+-]+")
"""A path whose last part is literal is no function, and no builtin."""


def simple(
    found: Explorer, command: Command, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """Where the shell may stand behind a simple command."""
    call = Call(found, command, command.words, at, frame, quiet)
    statuses = _expanded(call) if id(command) in found.busy else None
    if not command.words:
        return _assignments(call, statuses)
    after: Standings = set()
    name = command.words[0].literal
    ours = name is None or name in found.named or name in HANDLERS
    if found.failing and command.redirects and ours and not redirects_hold(command.redirects):
        after = settle(found, ended(at, 1), frame, quiet)
    if name is None:
        good, failed = split(_unnamed(call))
    elif name in found.survey.renamed and name not in found.named:
        good, failed = split(outside(found, at) | ended(at, 1))
    elif name in found.named:
        good, failed = split(called(call))
    else:
        good, failed = split(plain(call))
    if not good and not failed:
        found.gone.add(id(command))
    return after | good | settle(found, failed, frame, quiet)


def _expanded(call: Call) -> dict[Standing, set[int]] | None:
    """Run what the words of a command substitute; the statuses of the last, None without one."""
    found, command = call.found, call.command
    statuses: dict[Standing, set[int]] | None = None
    for substitution in found.survey.substitutions.get(id(command), ()):
        gave = substituted(found, substitution.body, call.at, call.frame, quiet=call.quiet)
        if substitution.opener.startswith(("<", ">")):
            found.children.update(*gave.values())
        else:
            statuses = gave
    expand(found, command, call.at, call.frame)
    return statuses


def _unnamed(call: Call) -> Standings:
    """A command whose name is computed."""
    found, at = call.found, call.at
    word = call.words[0]
    part = word.parts[0] if len(word.parts) == 1 else None
    survey = found.survey
    if isinstance(part, Parameter) and (
        survey.lifting.get(part.name) or part.name in survey.composing
    ):
        return outside(found, at)
    nth = first_of(call.command)
    if nth is not None:
        return dispatched(call, nth)
    if word.parts and isinstance(word.parts[-1], Literal) and _PATH.fullmatch(word.raw.strip('"')):
        return outside(found, at)
    return anything(found, at, call.frame)


def _clashing(found: Explorer, command: Command) -> bool:
    """Whether an assignment may fail: of what is readonly, or of no number to what must be one."""
    integers = found.survey.integers
    if not integers and not found.frozen:
        return False
    return any(
        a.name in found.frozen or (a.name in integers and not _counts(a.value))
        for a in command.assignments
    )


def _counts(value: Word | None) -> bool:
    """Whether a value surely is a number."""
    if value is None or value.literal is not None:
        return value is not None and (value.literal or "0").isdecimal()
    return all(isinstance(part, Opaque) and part.kind == "arithmetic" for part in value.parts)


def _assignments(call: Call, statuses: dict[Standing, set[int]] | None) -> Standings:
    """Assignments without a command; their status is that of the last substitution, if any."""
    found, command, at = call.found, call.command, call.at
    after: Standings = set()
    failed: Standings = set()
    if (
        statuses is None
        and not command.redirects
        and not found.variables
        and not _clashing(found, command)
    ):
        return ended(at, 0)
    for standing in at:
        here = assigned(found, command.assignments, standing)
        for status in {0} if statuses is None else statuses[standing]:
            (failed if status else after).add((status, *here[1:]))
    if _clashing(found, command):
        call.frame.exits |= ended(at, 1)
        after |= ended(at, 1)
    if command.redirects and found.failing and not redirects_hold(command.redirects):
        failed |= ended(at, 1)
    if not call.quiet and any(s[1] & ERREXIT for s in failed):
        found.fatal.add(id(call.command))
    return after | settle(found, failed, call.frame, call.quiet)
