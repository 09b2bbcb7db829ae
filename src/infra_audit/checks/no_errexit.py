"""Deployment scripts that go on after a failed step with later ones that assume it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from msgspec import Struct

from ..documents.shell.handed import options
from ..documents.shell.syntax import AndOr, Command
from ..flow.behaviour import Run
from ..flow.constructs import chain
from ..model import Evidence, Location, Match, Outcome, Span
from ..project.deeds import Deed, asked, asking, asks, deeds, follows, inlined_in
from ..project.errexit import Outside, is_watched, outside, scope_of, scopes, within
from ..project.inside import bodies
from ..project.moves import moves
from ..project.phases import PAIRS, shown
from ..project.types import Act, Project
from ..source.regex import regex

_ROLES = frozenset({"deploy", "bootstrap"})
_CONTAINED = frozenset({"image", "image-build", "compose"})
_SERVING = frozenset({"image", "compose"})
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_STARTS = (["start"], ["serve"], ["start:prod"], ["start:production"])
_SERVERS = frozenset({"node", "next", "gunicorn", "uvicorn", "hypercorn", "daphne", "puma", "java", "dotnet"})  # fmt: skip
_TASKS = regex(
    r"(?:^|[/._-])(?:seed|migrat\w*|backup|import|export|setup|init|report|sync)(?:[/._-]|$)"
)
"""Programs by whose name a server is not meant."""
_RANKS = {pair: rank for rank, pair in enumerate(PAIRS)}


class _Pair(Struct, frozen=True):
    failing: Deed
    later: Deed

    @property
    def rank(self) -> int:
        return _RANKS[self.failing.phase, self.later.phase]


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each script, at the step whose failure is most telling."""
    told = outside(project)
    for act in project.acts:
        if act.purpose != "production" or act.script.interpreter == "zsh":
            continue
        if _CONTAINED.intersection(act.reached_by):
            found = _before_the_server(act, told) if _SERVING.intersection(act.reached_by) else None
        else:
            found = _telling(act, told) if act.role in _ROLES else None
        if found is not None:
            yield _match(act, project, found)


def _before_the_server(act: Act, told: Outside) -> _Pair | None:
    """The last migration of a container's command after whose failure the server starts."""
    runs = act.behaviour.runs
    last = next((nth for nth, r in reversed(list(enumerate(runs))) if not r.captured), -1)
    if last < 1 or not _serves(runs[last]) or is_watched(act, told):
        return None
    steps = [d for d in deeds(act) if d.phase == "migrate" and d.nth < last]
    if not steps or not _passes(act, steps[-1], {}) or asked(steps[-1], act, asking(act)):
        return None
    served = Deed(last, runs[last], "start", scope_of(runs[last], scopes(act.script)))
    return _Pair(steps[-1], served) if follows(served, steps[-1], inlined_in(act)) else None


def _serves(run: Run) -> bool:
    """Whether what ends a container's script is the server that the container is for."""
    words = [word for word in run.arguments if word is None or not word.startswith("-")]
    if run.reach != "reached" or run.background or run.conditional or run.function:
        return False
    if run.name in _MANAGERS:
        return words[:1] == ["start"] or (words[:1] == ["run"] and words[1:2] in _STARTS)
    return run.name in _SERVERS and bool(words) and not _TASKS.search(words[0] or "")


def _telling(act: Act, told: Outside) -> _Pair | None:
    """The pair of steps that shows it best; None where no failed step is passed over."""
    steps = deeds(act)
    if len(steps) < 2:
        return None
    inlined = inlined_in(act)
    passed = _passed_over(act) if any(s.run.outcome == "tested" for s in steps) else {}
    watched = is_watched(act, told)
    pairs = [
        _Pair(failing, later)
        for failing in steps
        if (not watched or failing.scope.outer) and _passes(act, failing, passed)
        for later in steps
        if (failing.phase, later.phase) in PAIRS and _follows(later, failing, inlined, passed)
    ]
    if pairs:
        functions = asking(act)
        pairs = [pair for pair in pairs if not asked(pair.failing, act, functions)]
    return min(pairs, key=lambda pair: (pair.rank, pair.later.nth, -pair.failing.nth), default=None)


def _passes(act: Act, failing: Deed, passed: dict[Span, Span]) -> bool:
    """Whether the script goes on when a step fails."""
    run = failing.run
    if run.background:
        return False
    if run.outcome == "ignored" and run.piped_into:
        behind = act.behaviour.runs[failing.nth + 1 :]
        last = next((r for r in behind if r.piped_from and not r.piped_into), None)
        return last is not None and last.outcome == "unchecked"
    return run.outcome == "unchecked" or (run.outcome == "tested" and run.span in passed)


def _passed_over(act: Act) -> dict[Span, Span]:
    """The commands of `a && b` lists whose failure ends only the list, with the list's place."""
    found: dict[Span, Span] = {}
    for body in bodies(act.script):
        for statement, following in pairwise(body):
            if not isinstance(statement, AndOr) or asks(following):
                continue
            links = chain(statement)
            if all(operator in ("", "&&") for operator, _ in links):
                found.update(
                    (link.span, statement.span)
                    for _, link in links[:-1]
                    if isinstance(link, Command)
                )
    return found


def _follows(later: Deed, failing: Deed, inlined: frozenset[str], passed: dict[Span, Span]) -> bool:
    """Whether a step surely runs after another one also where that one failed."""
    around = passed.get(failing.run.span) if failing.run.outcome == "tested" else None
    if around is not None and within(later.run.span, around):
        return False
    return follows(later, failing, inlined)


# ── what is said ─────────────────────────────────────────────────────────────────────────────────


def _match(act: Act, project: Project, pair: _Pair) -> Match:
    failing, later = pair.failing.run, pair.later.run
    path = act.script.path
    reason, places = _reason(act, pair)
    evidence = [Evidence(Location(path, later.span), "runs all the same"), *places]
    evidence += [
        Evidence(Location(path, move.run.span), "nor is this checked")
        for move in moves(act, project)
        if not move.destructive
    ]
    return Match(
        location=Location(path, failing.span),
        values={
            "failing": shown(failing),
            "later": shown(later),
            "line": str(later.span.line),
            "effect": PAIRS[pair.failing.phase, pair.later.phase],
            "reason": reason,
        },
        evidence=tuple(dict.fromkeys(evidence)),
        trail=act.trail,
    )


def _reason(act: Act, pair: _Pair) -> tuple[str, list[Evidence]]:
    """Why a failed step does not end the script, and where that shows."""
    failing, scope = pair.failing.run, pair.failing.scope
    path = act.script.path
    setting = [run for run in act.behaviour.runs if _sets(run)]
    own = [run for run in setting if scope_of(run, scopes(act.script)).script is scope.script]
    before = [run for run in own if run.span < failing.span or failing.function]
    if failing.outcome == "tested":
        if before or "errexit" in scope.script.options:
            places = [
                Evidence(Location(path, run.span), "looks at the end of a list only")
                for run in before[-1:]
            ]
            return "`set -e` does not look at what stands before `&&`", places
        return "what stands before `&&` ends only its list", []
    if before or "errexit" in scope.script.options:
        called = next(
            (
                run
                for run in act.behaviour.runs
                if run.name == failing.function and run.outcome in ("tested", "handled", "ignored")
            ),
            None,
        )
        if called is not None:
            shows = [
                Evidence(Location(path, called.span), "`set -e` is off in what is called here")
            ]
            shows += [Evidence(Location(path, run.span), "off in there") for run in before[-1:]]
            return f"`set -e` is off in `{called.name}`, which is called in a condition", shows
        return "`set -e` is off here", []
    if scope.outer and (others := [run for run in setting if run not in own]):
        where = "what ssh runs" if failing.remote is not None else "the shell that it starts"
        shows = [Evidence(Location(path, others[0].span), "this does not reach into it")]
        return f"`set -e` of line {others[0].span.line} does not reach into {where}", shows
    if failing.remote is not None or scope.script.origin == "argument":
        return "nothing ends the commands on the server at a failed step (`set -e`)", []
    return "nothing ends the script at a failed step (`set -e`)", []


def _sets(run: Run) -> bool:
    return run.name == "set" and "errexit" in options([word or "" for word in run.arguments])
