"""Whether a variable may hold nothing where a command uses it, as far as its script tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Case,
    Command,
    If,
    Literal,
    Loop,
    Parameter,
    Redirected,
    Statement,
    Substitution,
    Word,
)
from ..flow.behaviour import Run
from ..flow.constructs import chain, name_of, parts, words
from ..model import Evidence, Location, Span
from .given import Given, Level, is_local, is_nothing, sources, within
from .prints import prints_nothing
from .types import Act

_DEEPEST = 4
_TESTS = frozenset({"[", "[[", "test"})
_SHOWS = frozenset({"echo", "printf", "rm", ":", "true"})


class Empty(Struct, frozen=True):
    """That a variable may be empty: why, and where that shows."""

    why: str
    evidence: tuple[Evidence, ...] = ()
    mild: bool = False
    """Whether somebody would have to forget to set it."""


class Use(Struct, frozen=True):
    """Where a variable is used: the run, the script that it stands in, and that script's act."""

    act: Act
    here: Level
    run: Run


def empty(use: Use, name: str, depth: int = 0) -> Empty | None:
    """How the variable may be empty where `run` uses it; None where that cannot be told."""
    if depth > _DEEPEST or is_seen_to(use, name):
        return None
    if name.isdigit():
        return _positional(use, int(name), use.run.function, depth)
    given = use.here.given.get(name, [])
    if is_local(use.here, name, use.run.function):
        given = [one for one in given if one.function == use.run.function]
    if not given or sources(use.here, use.run):
        return None
    if not use.run.function and any(map(_is_passed_by, given)):
        first = given[0]
        begins = first if is_nothing(first) and not first.function and first.loop is None else None
        if (begins or not use.here.nounset) and all(
            one is begins or (_is_passed_by(one) and not _holds(one.loop, use.run)) for one in given
        ):
            mild = begins is None and name.upper() == name
            return Empty(_LOOPED, _shown(use.act, first), mild)
    found = [_of_given(use, one, depth) for one in given]
    return found[-1] if None not in found else None


_LOOPED = "only a loop that may not get to it gives it a value"


def _is_passed_by(given: Given) -> bool:
    """Whether it stands in a loop over arguments or lines, of which there may be none."""
    loop = given.loop
    if loop is None or given.function or given.kind == "for":
        return False
    if loop.kind == "while":
        return not any(
            name_of(s) in ("true", ":") for s in loop.condition if isinstance(s, Command)
        )
    return loop.kind == "for" and (loop.words is None or any("$@" in w.raw for w in loop.words))


def _holds(loop: Loop | None, run: Run) -> bool:
    return loop is not None and within(run.span, loop.span)


def _shown(act: Act, given: Given) -> tuple[Evidence, ...]:
    return (
        Evidence(Location(act.script.path, given.span), f"where `{given.name}` gets its value"),
    )


def _of_given(use: Use, given: Given, depth: int) -> Empty | None:
    if is_nothing(given):
        return Empty("nothing else gives it a value", _shown(use.act, given))
    if given.kind == "read" and given.loop is None:
        command = next((r for r in use.act.behaviour.runs if r.span == given.span), None)
        typed = command is not None and not command.redirects and not command.piped_from
        return (
            Empty("whoever is asked may just press Enter", _shown(use.act, given))
            if typed
            else None
        )
    if given.kind != "=" or given.word is None:
        return None
    found = [_of_part(use, part, given, depth) for part in given.word.parts]
    if not found or None in found:
        return None
    first = found[0]
    return first and Empty(first.why, (*_shown(use.act, given), *first.evidence))


def _of_part(use: Use, part: object, given: Given, depth: int) -> Empty | None:
    match part:
        case Literal():
            return None if part.text else Empty("nothing else gives it a value")
        case Substitution():
            tool = prints_nothing(part, _by_place(use.act))
            return Empty(f"`{tool}` may print nothing") if tool else None
        case Parameter():
            bare = part.operand is None or part.operand.literal == ""
            if part.operator not in ("", ":-", "-") or not (part.operator == "" or bare):
                return None
            if part.name.isdigit():
                if is_seen_to(use, part.name, given.function):
                    return None
                fallen = part.operator != ""
                return _positional(use, int(part.name), given.function, depth, fallen=fallen)
            return empty(use, part.name, depth + 1)
        case _:
            return None


def _by_place(act: Act) -> Mapping[Span, Run]:
    return {run.span: run for run in act.behaviour.runs}


# ── arguments ────────────────────────────────────────────────────────────────────────────────────


def _positional(
    use: Use, number: int, function: str, depth: int, *, fallen: bool = False
) -> Empty | None:
    """How an argument may be missing; `fallen` where an empty default stands in for it."""
    if number == 0 or sources(use.here, use.run):
        return None
    if (use.here.nounset and not fallen) or use.here.script is not use.act.script:
        return None
    inside = [s for s, where, _ in use.here.statements if where == function]
    if any(isinstance(s, Command) and _renumbers(s) for s in inside):
        return None
    if not function:
        return None if use.act.trail else Empty(f"no argument need be given for `${number}`")
    for call in use.act.behaviour.runs:
        if call.name != function or call.reach != "reached":
            continue
        if [word.raw for word in call.words[1:]] == ['"$@"'] and depth < _DEEPEST:
            if not is_seen_to(Use(use.act, use.here, call), str(number), call.function):
                return _positional(use, number, call.function, depth + 1, fallen=fallen)
            continue
        given = call.words[1:]
        spread = any("@" in word.raw or "*" in word.raw for word in given[:number])
        if not spread and (len(given) < number or given[number - 1].literal == ""):
            shown = Evidence(Location(call.path, call.span), f"calls `{function}` without it")
            return Empty(f"line {call.span.line} calls `{function}` without `${number}`", (shown,))
    return None


def _renumbers(command: Command) -> bool:
    """Whether the arguments have other numbers after it: `shift`, `set -- …`."""
    given = [word.literal for word in command.words[1:]]
    name = name_of(command)
    return name == "shift" or (name == "set" and ("--" in given or None in given))


# ── what makes sure that it is not empty ─────────────────────────────────────────────────────────


def is_seen_to(use: Use, name: str, function: str | None = None, depth: int = 0) -> bool:
    """Whether anything in the script may have looked at the variable before."""
    names = {name, "#", "@", "*"} if name.isdigit() else {name}
    where = use.run.function if function is None else function
    own = {routine.name for routine in use.act.behaviour.functions}
    scoped = is_local(use.here, name, where)
    for statement, inside, _ in use.here.statements:
        if (scoped and inside != where) or statement.span == use.run.span:
            continue
        if any(_uses(word, names) for word in _asking(statement, use.run.span)):
            return True
        if isinstance(statement, Arithmetic) and any(n in statement.raw for n in names):
            return True
        if any(_demands(word, names) for word in words(statement)):
            return True
        calls = isinstance(statement, Command) and name_of(statement) in own
        if (calls or isinstance(statement, Loop)) and any(
            word.literal == name or (calls and _uses(word, names)) for word in words(statement)
        ):
            return True
    for other in use.act.behaviour.runs:
        if other.span >= use.run.span and not use.run.function:
            continue
        if other.name in _SHOWS or other.outcome not in _ENDING:
            continue
        if scoped and other.function != where:
            continue
        if any(len(w.parts) == 1 and _uses(w, names) for w in other.words[1:]):
            return True
    return depth < _DEEPEST and any(
        is_seen_to(use, alias, where, depth + 1) for alias in _aliases(use.here, name, where)
    )


def _aliases(here: Level, name: str, function: str) -> set[str]:
    """The variables that are given the value of this one and nothing else."""
    return {
        one.name
        for given in here.given.values()
        for one in given
        if one.word is not None
        and (one.function == function or not name.isdigit())
        and len(one.word.parts) == 1
        and _uses(one.word, {name})
    }


_ENDING = frozenset({"aborts", "handled", "tested"})


def _asking(statement: Statement, besides: Span) -> Iterator[Word]:
    """The words of what decides how a script goes on, other than the command at `besides`."""
    asked: list[Statement] = []
    match statement:
        case Command() if name_of(statement) in _TESTS:
            yield from statement.words
        case Case():
            yield statement.word
        case If():
            asked = [s for branch in statement.branches for s in branch.condition]
        case Loop():
            asked = list(statement.condition)
        case AndOr():
            asked = [link for _, link in chain(statement)[:-1]]
        case _:
            pass
    for one in asked:
        body = one.body if isinstance(one, Redirected) else one
        shows = isinstance(body, Command) and name_of(body) in _SHOWS
        if isinstance(body, Command) and not shows and body.span != besides:
            yield from body.words


def _uses(word: Word, names: set[str]) -> bool:
    return any(isinstance(part, Parameter) and part.name in names for part in parts(word))


def _demands(word: Word, names: set[str]) -> bool:
    return any(
        isinstance(part, Parameter)
        and part.name in names
        and part.operator in (":?", "?", ":+", "+")
        for part in parts(word)
    )
