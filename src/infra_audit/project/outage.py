"""How long what runs from a removed path stays broken, in words."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from ..flow.behaviour import Run
from .course import Place

_MOST = 3
"""How many of the steps that take their time are named."""


def outage(
    place: Place, stop: Run | None, restart: Run | None, risky: Sequence[Run], *, loaded: bool
) -> str:
    """From when to when it is broken, by lines and by the steps that this takes.

    `loaded` where the process has read its code already and only a new start would fail.
    """
    broken = "it is broken"
    if loaded:
        broken = "it runs on from memory and cannot start again"
    down = _between(place, stop, restart, risky)
    meanwhile, behind = _meanwhile(place, risky, down, loaded=loaded and stop is None)
    if restart is None:
        lasts = f"{broken} {meanwhile}" if meanwhile else "it stays broken"
        return f"and nothing here starts it anew: {lasts}"
    if stop is not None:
        length = _lines(stop, restart)
        since = f"after stopping it on line {stop.span.line}: it is down"
        lasts = f"{f' for {length},' if length else ''} until line {restart.span.line}"
        return f"{since}{lasts}, {meanwhile}{behind}"
    ahead = _lines(place.run, restart)
    return f"{ahead}{' ' if ahead else ''}before it is restarted: {broken} {meanwhile}{behind}"


def _lines(first: Run, last: Run) -> str:
    """How many lines lie between two runs; '' where the second stands further up, in a function."""
    count = last.span.line - first.span.line
    return f"{count} line{'' if count == 1 else 's'}" if count > 0 else ""


def _meanwhile(
    place: Place, risky: Sequence[Run], down: Sequence[Run], *, loaded: bool
) -> tuple[str, str]:
    """`while X fetches and Y builds, and for good if Y fails`, and what comes before the restart."""
    took = {
        id(run): step.takes or _OTHERWISE for run, step in zip(place.runs, place.steps, strict=True)
    }
    base = posixpath.basename(place.removal.path)
    wanted = "installs" if base in _INSTALLED else "builds" if base in _BUILT else ""
    if place.rebuild is not None:
        took[id(place.run)] = wanted or "builds"
    steps = [(run, took[id(run)]) for run in risky]
    stopped = [(run, took[id(run)]) for run in down]
    if not steps:
        return "", ""
    filling = _filling(steps, wanted)
    if filling is None:
        until = stopped or steps
        fails = "it may fail" if len(until) == 1 else "each of them may fail"
        return f"while {_listed(until)}, and {fails}", ""
    first, last = filling
    run = steps[first][0]
    until, rest = (stopped, []) if stopped else (steps[: first + 1], steps[last + 1 :])
    fails = f"`{_shown(run)}` fails" if len(until) > 1 else "it fails"
    if last > first:
        fails = f"`{_shown(run)}` and its substitute fail"
        substitutes = {id(other) for other, _ in steps[first + 1 : last + 1]}
        until = [
            (each, f"or its substitute {takes}" if each is run else takes)
            for each, takes in until
            if id(each) not in substitutes
        ]
    never = "nor after that" if loaded else "and for good"
    return f"while {_listed(until)}, {never} if {fails}", _behind(rest, until)


def _between(
    place: Place, stop: Run | None, restart: Run | None, risky: Sequence[Run]
) -> list[Run]:
    """What takes its time between the stop and the restart; nothing where it was not stopped."""
    if stop is None:
        return []
    found: list[Run] = []
    behind = next(nth for nth, run in enumerate(place.runs) if run is stop) + 1
    for run, step in zip(place.runs[behind:], place.steps[behind:], strict=True):
        if run is restart:
            break
        if run.remote == place.run.remote and (step.takes or any(run is each for each in risky)):
            found.append(run)
    return found


def _behind(rest: Sequence[tuple[Run, str]], until: Sequence[tuple[Run, str]]) -> str:
    """What else stands before the restart and surely runs."""
    told = {_shown(run) for run, _ in until}
    names = dict.fromkeys(_shown(run) for run, _ in rest if not run.conditional)
    shown = [f"`{name}`" for name in names if name not in told]
    if not shown:
        return ""
    return f"; {_named(shown)} come{'s' if len(shown) == 1 else ''} before the restart"


_OTHERWISE = "runs"
_INSTALLED = frozenset({"node_modules", "vendor", "venv", ".venv"})
_BUILT = frozenset({"dist", "build", ".next", ".nuxt", ".output", "out", "lib", "public"})


def _filling(steps: Sequence[tuple[Run, str]], wanted: str) -> tuple[int, int] | None:
    """The step that brings back what was deleted, and the last that stands in for it when it fails."""
    first = next((nth for nth, (_, takes) in enumerate(steps) if takes == wanted), None)
    if first is None:
        return None
    run = steps[first][0]
    second = steps[first + 1 : first + 2]
    stands_in = run.outcome == "handled" and bool(second) and second[0][1] == wanted
    return first, first + stands_in


def _listed(steps: Sequence[tuple[Run, str]]) -> str:
    return _named([f"`{_shown(run)}` {takes}" for run, takes in steps], " run")


def _named(shown: Sequence[str], does: str = "") -> str:
    shown = list(dict.fromkeys(shown))
    if len(shown) > _MOST:
        shown = [*shown[: _MOST - 1], f"{len(shown) - _MOST + 1} more{does}"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _shown(run: Run) -> str:
    text = " ".join(run.written[:3])
    return text if len(text) <= 40 else text[:39] + "…"
