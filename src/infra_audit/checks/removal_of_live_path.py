"""Paths that something runs from, deleted or rebuilt in place by the scripts that renew it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import basename
from typing import Any

from msgspec.structs import replace

from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome, Severity
from ..project import left_running
from ..project.course import Place, Step, is_elsewhere, names, restart_of, step_of, stop_of, went
from ..project.inside import lifted
from ..project.live import Live, lives, sent, started, started_by_file, started_by_package
from ..project.outage import outage
from ..project.rebuilds import is_same, rebuilds
from ..project.releases import is_ruled_out
from ..project.removals import Removal, removals
from ..project.replacing import is_remote, swapped
from ..project.spots import spots
from ..project.standing import callers, is_filled, is_first, is_killed, is_pulled, is_swapped
from ..project.types import Act, Project
from ..source.regex import regex

_ROLES = frozenset({"bootstrap", "deploy", "maintenance"})
_CONTAINED = frozenset({"image", "image-build", "compose"})
_STARTING = frozenset({"unit", "pm2", "package-start", "procfile", "ci-job"})
"""Hosts whose scripts run before the application does, or where it never runs."""
_PLACES = frozenset({"mv", "ln", "cp"})
_SOON = 4
_MOST = 200
"""How many removals of one script are looked at."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each path of a unit that a script deletes or rebuilds."""
    known = lives(project)
    packaged = tuple(started_by_package(project))
    acts = {id(act.script): act for act in project.acts}
    for act in project.acts:
        if (
            act.purpose != "production"
            or act.role not in _ROLES
            or _CONTAINED.intersection(act.reached_by)
        ):
            continue
        runs = tuple([lifted(run) for run in act.behaviour.runs])
        where = spots(runs)
        deleted = list(_places(act, runs, where, project, acts))
        here = _started(act, runs, where, project)
        found: dict[tuple[str | None, str], list[Match]] = {}
        for place in deleted:
            match = _first(place, [*known, *here]) or (None if here else _first(place, packaged))
            if match is not None:
                found.setdefault(place.key, []).append(match)
        errors = {key for key, matches in found.items() if any(m.severity is None for m in matches)}
        before = {place.key: place.nth for place in reversed(deleted)}
        for place, match in _rebuilt(act, runs, (known, packaged), project, acts):
            if place.key not in errors and before.get(place.key, place.nth + 1) > place.nth:
                found.setdefault(place.key, []).append(match)
        yield from map(_merged, found.values())
    yield from _swapped(project)


def _swapped(project: Project) -> Iterator[Match]:
    """The folder that what a job leaves running starts in, which a step before deletes and copies anew."""
    for act, start in left_running.left_running(project):
        at = [run.span for run in act.behaviour.runs].index(start.span)
        folder = spots(act.behaviour.runs, act.script)[at]
        for other in project.acts if folder else ():
            if other.script.path != act.script.path or not is_remote(other, project, grouped=True):
                continue
            gone = tuple(swapped(list(other.behaviour.runs)))
            if not gone or gone[1].words[-1].raw.strip("\"'").rstrip("/") != folder:
                continue
            removal, copy = gone
            if start.span <= removal.span:
                continue
            yield Match(
                location=Location(removal.path, removal.span),
                values={
                    "deletes": "deletes",
                    "path": folder,
                    "unit": f"`{left_running.shown(start)}`",
                    "when": "before the new version is copied there: where that fails, nothing is left to start",
                },
                evidence=(
                    Evidence(Location(copy.path, copy.span), "the new version is copied there"),
                    Evidence(left_running.place(start), "it is started from there"),
                ),
                severity="warning",
                trail=other.trail,
            )


def _merged(matches: list[Match]) -> Match:
    """One match for the same path of one script; the other places are its evidence."""
    first = next((match for match in matches if match.severity is None), matches[0])
    others = [Evidence(match.location, "and here") for match in matches if match is not first]
    return replace(first, evidence=(*first.evidence, *others)) if others else first


def _started(
    act: Act, runs: Sequence[Run], where: Sequence[str | None], project: Project
) -> list[Live]:
    return [
        live
        for run, at in zip(runs, where, strict=True)
        if not is_ruled_out(run, act, project) and (live := started(run, at, project))
    ]


def _runs_there(act: Act, run: Run) -> bool:
    elsewhere = act.script.origin == "step" and run.remote is None
    removes = _UNDOES.search(run.function) is not None
    return run.reach == "reached" and not run.captured and not elsewhere and not removes


_UNDOES = regex(r"(?i)un-?install|deinstall|purge|teardown")
"""In the name of a function that takes the application away for good."""


def _places(
    act: Act, runs: tuple[Run, ...], where: list[str | None], project: Project, acts: dict[int, Act]
) -> Iterator[Place]:
    steps: tuple[Step, ...] = ()
    left = _MOST
    for nth, run in enumerate(runs):
        if _runs_there(act, run):
            for removal in removals(run, where[nth], project, acts):
                steps = steps or tuple([step_of(run) for run in runs])
                yield Place(act, runs, steps, nth, removal)
                left -= 1
        if left <= 0:
            return


def _first(place: Place, found: Sequence[Live]) -> Match | None:
    for live in found:
        sure = _holds(place.removal.path, live) if place.removal.known else False
        like = _resembles(place.removal.path, live)
        if not sure and not like:
            continue
        restart = restart_of(place, live)
        if restart is None and is_elsewhere(place, live):
            continue
        near = restart is not None and like
        if (sure and live.source != "package") or near:
            match = _match(place, live, restart)
            if match is not None:
                return match
    return None


# ── what is rebuilt ──────────────────────────────────────────────────────────────────────────────


def _rebuilt(
    act: Act,
    runs: tuple[Run, ...],
    lives: tuple[Sequence[Live], Sequence[Live]],
    project: Project,
    acts: dict[int, Act],
) -> Iterator[tuple[Place, Match]]:
    if _STARTING.intersection(act.reached_by):
        return
    where = spots(runs, act.script)
    steps: tuple[Step, ...] = ()
    left = _MOST
    for nth, run in enumerate(runs):
        rebuilt = list(rebuilds(run, where[nth], project, acts)) if _runs_there(act, run) else []
        left -= len(rebuilt)
        if left <= 0:
            return
        if not rebuilt or is_first(run) or is_filled(runs, nth, where[nth] or ""):
            continue
        if not steps:
            steps = tuple([step_of(run) for run in runs])
            here = _started(act, runs, where, project)
            filed = [
                live
                for one, at in zip(runs, where, strict=True)
                if one.reach == "reached"
                for live in started_by_file(one, at, project)
            ]
            above = callers(act, project)
        guessed = lives[1] if not lives[0] and is_pulled(runs, nth, where) else ()
        others = () if here else (*sent(runs), *guessed)
        for rebuild in rebuilt:
            known = rebuild.folder.startswith("/")
            removal = Removal(rebuild.path, known, rebuild.evidence, rest=True)
            place = Place(act, runs, steps, nth, removal, rebuild)
            for live in (*here, *lives[0], *filed, *others):
                match = _of_rebuild(place, live, project, above)
                if match is not None:
                    yield place, match
                    break


def _of_rebuild(place: Place, live: Live, project: Project, above: Sequence[Run]) -> Match | None:
    rebuild = place.rebuild
    same = is_same(rebuild, live, project) if rebuild is not None else None
    if rebuild is None or same is None:
        return None
    restart = restart_of(place, live)
    if restart is None and (same != "surely" or is_elsewhere(place, live)):
        return None
    if _is_down(place, live, above) or not _is_up(place, live):
        return None
    later = place.runs[place.nth + 1 :]
    between = later[: later.index(restart)] if restart in later else later
    return None if is_swapped(between, rebuild.base) else _match(place, live, restart)


def _is_down(place: Place, live: Live, above: Sequence[Run]) -> bool:
    """Whether the unit was stopped before, by this script or by one that calls it, as far as told."""
    if is_killed(place.runs, place.nth) or stop_of(place, live) is not None:
        return True
    if any(names(run, effects.stops(run), live) for run in above):
        return True
    pairs = list(zip(place.runs, place.steps, strict=True))
    stopping = {run.function for run, step in pairs if names(run, step.stops, live)}
    starting = {run.function for run, step in pairs if names(run, step.restarts, live)}
    return bool(place.run.function and stopping - starting - {place.run.function, ""})


def _is_up(place: Place, live: Live) -> bool:
    """Whether the script itself shows that the unit runs already: it stops or restarts it, or pulls."""
    again = False
    for run, step in zip(place.runs, place.steps, strict=True):
        if run.reach != "reached" or run.remote != place.run.remote:
            continue
        if names(run, step.stops, live):
            return True
        starts = {"start", "enable"}.intersection(run.arguments[:2])
        again = again or (not starts and names(run, step.restarts, live))
    return place.act.role != "bootstrap" and (again or is_pulled(place.runs, place.nth))


# ── is it the same path ──────────────────────────────────────────────────────────────────────────


def _holds(path: str, live: Live) -> bool:
    """Whether the unit runs from the path, or from something inside it."""
    return any(needed == path or needed.startswith(path.rstrip("/") + "/") for needed in live.paths)


def _resembles(path: str, live: Live) -> bool:
    """The same where only one of the two is known from the top: their folders agree as far as told."""
    for needed in live.paths:
        if path.startswith("/") == needed.startswith("/"):
            inside = needed == path or needed.startswith(path + "/")
        elif needed.startswith("/"):
            inside = f"/{path}/" in f"{needed}/"
        else:
            parts = needed.split("/")
            inside = any(path.endswith("/" + "/".join(parts[: n + 1])) for n in range(len(parts)))
        if inside:
            return True
    return False


# ── what happens before and after ────────────────────────────────────────────────────────────────


def _risky(place: Place, restart: Run | None) -> list[Run]:
    """The steps between removal and restart that depend on the network or on the new code."""
    found: list[Run] = [place.run] if place.removal.rest else []
    behind = place.nth + 1
    for run, step in zip(place.runs[behind:], place.steps[behind:], strict=True):
        if run is restart or run.remote != place.run.remote:
            break
        if step.takes:
            found.append(run)
    return found


def _match(place: Place, live: Live, restart: Run | None) -> Match | None:
    stop = stop_of(place, live)
    risky = _risky(place, restart)
    if restart is None and (stop is not None or _replaced(place)):
        return None
    if restart is not None and not risky:
        return None
    loaded = _is_loaded(place, live)
    doubt = _may_be_restarted(place) if restart is None else loaded
    severity: Severity | None = (
        "warning"
        if place.rebuild is not None or stop is not None or doubt or _on_request(place)
        else None
    )
    path = place.act.script.path
    evidence = [*place.removal.evidence, *live.evidence]
    led = went(place)
    for run, note in (
        (led, "the directory that it is deleted in"),
        (stop, "stopped here"),
        (restart, "restarted here"),
    ):
        if run is not None:
            evidence.append(Evidence(Location(path, run.span), note))
    return Match(
        location=Location(path, place.run.span),
        values={
            "deletes": place.rebuild.deletes if place.rebuild is not None else "deletes",
            "path": place.removal.path,
            "unit": live.shown,
            "when": outage(place, stop, restart, risky, loaded=loaded),
        },
        evidence=tuple(
            e for e in evidence if e.location.span != place.run.span or e.location.path != path
        ),
        severity=severity,
        trail=place.act.trail,
    )


def _is_loaded(place: Place, live: Live) -> bool:
    """Whether the process has read its code from there when it started, and so runs on for now."""
    inside = [path for path in live.paths if path.startswith(f"{place.removal.path}/")]
    return bool(inside) and all(path.endswith(_CODE) for path in inside)


_CODE = (".js", ".cjs", ".mjs")


def _may_be_restarted(place: Place) -> bool:
    """Whether something restarts the unit that cannot be read here: unknown code, or the caller."""
    later = place.runs[place.nth + 1 :]
    unknown = any(
        not r.name or r.name in ("source", ".", "eval", "bash", "sh", "reboot") or "/" in r.name
        for r in later
    )
    return unknown or bool(place.act.trail)


def _replaced(place: Place) -> bool:
    """Whether what was deleted is put back at once from something prepared."""
    following = place.runs[place.nth + 1 : place.nth + 2]
    made = place.runs[place.nth + 1 : place.nth + _SOON]
    name = basename(place.removal.path)
    return any(run.name in _PLACES for run in following) or any(
        "venv" in run.arguments and basename((run.arguments or ("",))[-1] or "") == name
        for run in made
    )


def _on_request(place: Place) -> bool:
    """Whether only an argument or a setting makes the script delete it."""
    tests = {"-d", "-e", "-f", "-L"}
    asked = [
        g
        for g in place.run.guards
        if g.kind == "case" or (g.kind == "test" and not tests & set(g.words))
    ]
    return place.run.conditional and bool(asked)
