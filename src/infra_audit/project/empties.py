"""Whether a variable may hold nothing where a command uses it, as far as its script tells."""

from __future__ import annotations

from msgspec import Struct

from ..documents.shell.syntax import Command, Literal, Loop, Parameter, Substitution
from ..flow.behaviour import Run
from ..flow.constructs import name_of
from ..model import Evidence, Location, Span
from .levels import SHOWS, Given, Level, is_local, is_nothing, uses, within
from .prints import prints_nothing
from .types import Act

_DEEPEST = 4
_MOST = 50
"""Places that give one variable a value, and calls of one function, that are looked at."""
_ENDING = frozenset({"aborts", "handled", "tested"})
_LOOPED = "only a loop that may not get to it gives it a value"


class Empty(Struct, frozen=True):
    """That a variable may be empty: why, and where that shows."""

    why: str
    evidence: tuple[Evidence, ...] = ()
    mild: bool = False
    """Whether somebody would have to forget to set it."""


class Course(Struct):
    """The runs of an act by what is asked of them."""

    act: Act
    places: dict[Span, Run]
    calls: dict[str, list[Run]]
    """By the name of the command."""
    stops: dict[tuple[str, str | None], Span]
    """Where a command of a function (None: any) is first given a variable and may end the script."""


class Use(Struct):
    """Where a variable is used: the run, the script that it stands in and the course of all."""

    course: Course
    here: Level
    run: Run
    known: dict[tuple[str, str], Empty | None] = {}
    """What has been found out on the way."""


def course(act: Act) -> Course:
    """The runs of an act, sorted once for all that is asked."""
    calls: dict[str, list[Run]] = {}
    stops: dict[tuple[str, str | None], Span] = {}
    for run in act.behaviour.runs:
        calls.setdefault(run.name, []).append(run)
        if run.name in SHOWS or run.outcome not in _ENDING:
            continue
        for word in run.words[1:]:
            for name in uses(word) if len(word.parts) == 1 else ():
                for key in ((name, run.function), (name, None)):
                    stops[key] = min(stops.get(key, run.span), run.span)
    return Course(act, {run.span: run for run in act.behaviour.runs}, calls, stops)


def empty(use: Use, name: str, depth: int = 0) -> Empty | None:
    """How the variable may be empty where the run uses it; None where that cannot be told."""
    key = (name, use.run.function)
    if key not in use.known:
        use.known[key] = None
        if depth <= _DEEPEST and not is_seen_to(use, name, use.run.function):
            use.known[key] = _empty(use, name, depth)
    return use.known[key]


def loads(here: Level, run: Run) -> bool:
    """Whether unknown code may have given a variable a value, or looked at it, before the run."""
    return here.loads is not None and (bool(run.function) or here.loads <= run.span)


def is_seen_to(use: Use, name: str, function: str) -> bool:
    """Whether anything in the script may have looked at the variable, as one of the function's."""
    todo = [name]
    done: set[str] = set()
    while todo:
        each = todo.pop()
        if each in done:
            continue
        done.add(each)
        if _looked_at(use, each, function):
            return True
        todo += [
            alias.name
            for alias in use.here.aliases.get(each, ())
            if alias.function == function or not each.isdigit()
        ]
    return False


def _looked_at(use: Use, name: str, function: str) -> bool:
    where = function if is_local(use.here, name, function) else None
    for each in (name, "#", "@", "*") if name.isdigit() else (name,):
        if any(span != use.run.span for span in use.here.looks.get((each, where), ())):
            return True
        stop = use.course.stops.get((each, where))
        if stop is not None and (use.run.function or stop < use.run.span):
            return True
    return False


# ── variables ────────────────────────────────────────────────────────────────────────────────────


def _empty(use: Use, name: str, depth: int) -> Empty | None:
    if name.isdigit():
        return _positional(use, int(name), use.run.function, depth)
    given = use.here.given.get(name, [])
    if is_local(use.here, name, use.run.function):
        given = [one for one in given if one.function == use.run.function]
    if not given or len(given) > _MOST or loads(use.here, use.run):
        return None
    looped = _of_loops(use, name, given)
    if looped is not None:
        return looped
    found = [_of_given(use, one, depth) for one in given]
    return found[-1] if None not in found else None


def _of_loops(use: Use, name: str, given: list[Given]) -> Empty | None:
    """How it stays empty that only loops give it more, which may not run or not get there."""
    first = given[0]
    if use.run.function or not any(map(_is_passed_by, given)):
        return None
    begins = first if is_nothing(first) and not first.function and first.loop is None else None
    if begins is None and use.here.nounset:
        return None
    others = [one for one in given if one is not begins]
    if not all(_is_passed_by(one) and not _holds(one.loop, use.run) for one in others):
        return None
    return Empty(_LOOPED, _shown(use, first), mild=begins is None and name.upper() == name)


def _is_passed_by(given: Given) -> bool:
    """Whether it stands in a loop over arguments or lines, of which there may be none."""
    loop = given.loop
    if loop is None or given.function or given.kind == "for":
        return False
    if loop.kind == "while":
        asked = [name_of(s) for s in loop.condition if isinstance(s, Command)]
        return not {"true", ":"}.intersection(asked)
    return loop.kind == "for" and (loop.words is None or any("$@" in w.raw for w in loop.words))


def _holds(loop: Loop | None, run: Run) -> bool:
    return loop is not None and within(run.span, loop.span)


def _shown(use: Use, given: Given) -> tuple[Evidence, ...]:
    where = Location(use.course.act.script.path, given.span)
    return (Evidence(where, f"where `{given.name}` gets its value"),)


def _of_given(use: Use, given: Given, depth: int) -> Empty | None:
    """How one place that gives it a value may give it nothing."""
    shown = _shown(use, given)
    if is_nothing(given):
        return Empty("nothing else gives it a value", shown)
    if given.kind == "read" and given.loop is None:
        command = use.course.places.get(given.span)
        typed = command is not None and not command.redirects and not command.piped_from
        return Empty("whoever is asked may just press Enter", shown) if typed else None
    if given.kind != "=" or given.word is None or given.word.literal is not None:
        return None
    found = [_of_part(use, part, given, depth) for part in given.word.parts]
    first = found[0] if found and None not in found else None
    return first and Empty(first.why, (*shown, *first.evidence))


def _of_part(use: Use, part: object, given: Given, depth: int) -> Empty | None:
    match part:
        case Literal():
            return None if part.text else Empty("nothing else gives it a value")
        case Substitution():
            tool = prints_nothing(part, use.course.places)
            return Empty(f"`{tool}` may print nothing") if tool else None
        case Parameter():
            bare = part.operand is None or part.operand.literal == ""
            if part.operator and not (part.operator in (":-", "-") and bare):
                return None
            if not part.name.isdigit():
                return empty(use, part.name, depth + 1)
            if is_seen_to(use, part.name, given.function):
                return None
            fallen = part.operator != ""
            return _positional(use, int(part.name), given.function, depth, fallen=fallen)
        case _:
            return None


# ── arguments ────────────────────────────────────────────────────────────────────────────────────


def _positional(
    use: Use, number: int, function: str, depth: int, *, fallen: bool = False
) -> Empty | None:
    """How an argument may be missing; `fallen` where an empty default stands in for it."""
    act = use.course.act
    if number == 0 or loads(use.here, use.run) or function in use.here.renumbered:
        return None
    if (use.here.nounset and not fallen) or use.here.script is not act.script:
        return None
    if not function:
        return None if act.trail else Empty(f"no argument need be given for `${number}`")
    for call in use.course.calls.get(function, [])[:_MOST]:
        given = call.words[1:]
        if call.reach != "reached":
            continue
        if [word.raw for word in given] == ['"$@"'] and depth <= _DEEPEST:
            above = Use(use.course, use.here, call)
            if not is_seen_to(above, str(number), call.function):
                return _positional(above, number, call.function, depth + 1, fallen=fallen)
            continue
        spread = any("@" in word.raw or "*" in word.raw for word in given[:number])
        if not spread and (len(given) < number or given[number - 1].literal == ""):
            shown = Evidence(Location(call.path, call.span), f"calls `{function}` without it")
            return Empty(f"line {call.span.line} calls `{function}` without `${number}`", (shown,))
    return None
