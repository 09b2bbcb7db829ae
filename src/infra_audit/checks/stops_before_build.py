"""Services that a release stops first, and only then installs, builds or pulls what they are started from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome
from ..project.asked import undoes
from ..project.course import OTHERS
from ..project.deeds import Deed, follows, inlined_in
from ..project.errexit import scope_of, scopes
from ..project.inside import lifted
from ..project.launches import launches
from ..project.phases import phase, shown
from ..project.replacing import has_build, is_remote
from ..project.standing import is_first
from ..project.types import Act, Project

_ROLES = frozenset({"deploy", "maintenance"})
_CONTAINED = frozenset({"image", "image-build", "compose"})
_DOCKERS = frozenset({"docker", "docker-compose", "podman", "podman-compose"})
_UNITS = frozenset({"systemctl", "service", "rc-service"})
_KILLS = frozenset({"killall", "pkill"})
_LOOSE = frozenset({"compose", "pm2", "supervisorctl"})
"""Managers whose one file tells what they start; of others each name counts."""
_DETACHED = frozenset({"-d", "--detach", "--wait"})
_MOST = 3


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each stop between which and the start something takes its time."""
    for act in project.acts:
        if _releases(act, project):
            yield from _of_act(act, project)


def _releases(act: Act, project: Project) -> bool:
    """Whether a script brings a new version to where it runs."""
    if act.purpose != "production" or _CONTAINED.intersection(act.reached_by):
        return False
    if undoes(act.script.path) or undoes(act.script.name):
        return False
    if act.script.origin == "step":
        return "deploy-job" in act.reached_by
    return act.role in _ROLES


def _of_act(act: Act, project: Project) -> Iterator[Match]:
    runs = [lifted(run) for run in act.behaviour.runs]
    stopping = [nth for nth, run in enumerate(runs) if _stops(run)]
    if not stopping:
        return
    shells, inlined = scopes(act.script), inlined_in(act)
    own = is_remote(act, project)
    deeds = [Deed(nth, run, phase(run), scope_of(run, shells)) for nth, run in enumerate(runs)]
    said: set[int] = set()
    for nth in stopping:
        stop = deeds[nth]
        if stop.run.remote is None and act.script.origin == "step" and not own:
            continue
        start = next((d for d in deeds[nth + 1 :] if _starts(d.run, stop.run)), None)
        if start is None or start.nth in said:
            continue
        later = [_linked(d, deeds[nth : d.nth]) for d in deeds[nth + 1 : start.nth + 1]]
        *between, start = later
        if not follows(start, stop, inlined) or _is_an_answer(stop, start, runs):
            continue
        between = [d for d in between if follows(d, stop, inlined)]
        before = [d for d in deeds[:nth] if _may_precede(d.run, stop.run)]
        slow = [d for d in (*between, start) if _takes(d, before, project)]
        if slow:
            said.add(start.nth)
            yield _match(stop, slow, start, act)


def _is_an_answer(stop: Deed, start: Deed, runs: Sequence[Run]) -> bool:
    """Whether somebody who is asked decides of the stop alone, and the start comes in any case."""
    asked = [run.span for run in runs[: stop.nth] if run.name in ("read", "select")]
    own = [g for g in stop.run.guards if g not in start.run.guards and g.kind in ("test", "case")]
    return any(guard.span > asked[-1] for guard in own) if asked else False


def _linked(deed: Deed, before: Sequence[Deed]) -> Deed:
    """A step without the conditions that the steps before it work: `docker compose down && …`."""
    spans = {d.run.span for d in before}
    guards = tuple(g for g in deed.run.guards if g.negated or g.span not in spans)
    if guards == deed.run.guards:
        return deed
    conditional = deed.run.conditional and bool(guards or before[0].run.conditional)
    about = replace(deed.run.about, conditional=conditional)
    return replace(deed, run=replace(deed.run, guards=guards, about=about))


def _may_precede(run: Run, stop: Run) -> bool:
    """Whether a run is none of another case than the stop."""
    return {guard for guard in run.guards if guard.kind == "case"} <= set(stop.guards)


def _stops(run: Run) -> bool:
    """Whether a run takes the application down, and not only what stands beside it."""
    if run.reach != "reached" or run.captured or is_first(run):
        return False
    if run.name in _KILLS:
        return bool(run.arguments)
    told = effects.stops(run)
    return bool(told) and not all(OTHERS.search(name) for name in told)


def _starts(run: Run, stop: Run) -> bool:
    """Whether a run starts again what another has stopped."""
    if run.reach != "reached" or run.captured or run.remote != stop.remote:
        return False
    if stop.name in _KILLS:
        return launches(run) and (run.background or "nohup" in run.prefixes)
    told = effects.restarts(run)
    if not told or _manager(run) != _manager(stop):
        return False
    if effects.plain(run)[-1:] == ("up",) and not _DETACHED.intersection(run.arguments):
        return False
    composed = _manager(run) == "compose"
    if composed and (_files(run) != _files(stop) or run.directory != stop.directory):
        return False
    stopped = effects.stops(stop)
    if _manager(run) in _LOOSE and "*" in (*told, *stopped):
        return True
    if run.name in _UNITS and run.words[-1].raw == stop.words[-1].raw:
        return True
    return not set(told).isdisjoint({*stopped} - {"*"})


def _manager(run: Run) -> str:
    if run.name in _DOCKERS:
        composes = "compose" in run.name or run.arguments[:1] == ("compose",)
        return "compose" if composes else "docker"
    return "unit" if run.name in _UNITS else run.name


def _files(run: Run) -> tuple[str, ...]:
    """The compose files that a run is told to take, as written."""
    raws = [word.raw for word in run.words]
    return tuple(after for before, after in pairwise(raws) if before in ("-f", "--file"))


def _takes(deed: Deed, before: Sequence[Deed], project: Project) -> str:
    """What a step does that takes its time, '' where it does not or the same was done before."""
    run = deed.run
    if run.background:
        return ""
    if effects.builds(run):
        contained = run.name in _DOCKERS
        done = contained and any(d.run.name in _DOCKERS and effects.builds(d.run) for d in before)
        return "builds" if not done and (not contained or has_build(run, project)) else ""
    if effects.installs_dependencies(run):
        return "installs"
    if run.name in _DOCKERS and deed.phase == "fetch":
        done = any(d.run.name in _DOCKERS and d.phase == "fetch" for d in before)
        return "" if done else "pulls"
    return ""


def _match(stop: Deed, slow: list[Deed], start: Deed, act: Act) -> Match:
    """What is stopped, what takes its time, and whether it stays down where that fails."""
    names = list(dict.fromkeys(f"`{shown(d.run)}`" for d in slow))
    more = f" and {len(names) - 2} more" if len(names) > _MOST else ""
    listed = ", ".join(names[:2] if more else names[:-1])
    what = f"{listed}{more}" if more else f"{listed} and {names[-1]}" if listed else names[0]
    lasts = any(d.nth == start.nth or d.run.outcome == "aborts" for d in slow)
    fails = "that" if len(names) == 1 else "one of them"
    path = act.script.path
    evidence = [
        Evidence(Location(path, d.run.span), "takes its time meanwhile")
        for d in slow[:_MOST]
        if d.nth != start.nth
    ]
    builds = any(d.nth == start.nth for d in slow)
    note = "builds first, then starts it again" if builds else "started again here"
    return Match(
        location=Location(path, stop.run.span),
        values={
            "stop": shown(stop.run),
            "what": what,
            "runs": "runs" if len(names) == 1 else "run",
            "lasts": f", and for good if {fails} fails" if lasts else "",
        },
        evidence=(*evidence, Evidence(Location(path, start.run.span), note)),
        trail=act.trail,
    )
