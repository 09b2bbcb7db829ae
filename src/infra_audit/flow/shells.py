"""Shells within the shell: subshells, background jobs, pipelines."""

from __future__ import annotations

from ..documents.shell.syntax import Background, Pipeline, Subshell
from .asking import shared_start
from .explorer import Explorer, Frame
from .paths import settle, shell, step
from .standing import (
    FAILED,
    LASTPIPE,
    MAYBE_PIPEFAIL,
    PIPEFAIL,
    Standing,
    Standings,
    ended,
    grouped,
    split,
)


def subshell(
    found: Explorer, statement: Subshell, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """`( … )`: only its status comes back."""
    after: Standings = set()
    failed: Standings = set()
    done: dict[Standing, set[int]] = {}
    for standing in at:
        start = shared_start(found, statement.body, standing)
        if start not in done:
            done[start] = shell(found, statement.body, start, frame, quiet)
        for status in done[start]:
            (failed if status else after).add((status, *standing[1:]))
    return after | settle(found, failed, frame, quiet)


def background(
    found: Explorer, statement: Background, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """`… &`: its status is only for `wait`."""
    for start in {shared_start(found, (statement.body,), s) for s in at}:
        found.children |= shell(found, (statement.body,), start, frame, quiet)
    return ended(at, 0)


def pipeline(
    found: Explorer, statement: Pipeline, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """A pipeline, whose commands each run in a subshell, with lastpipe all but the last."""
    parts = statement.commands
    if len(parts) == 1:
        after = step(found, parts[0], at, frame, quiet or statement.negated)
        return _negated(after) if statement.negated else after
    after = set()
    within = quiet or statement.negated
    for options, group in grouped(at, 1).items():
        lasting = options & LASTPIPE
        ahead = parts[:-1] if lasting else parts
        for standing in group:
            ways = [shell(found, (part,), standing, frame, within) for part in ahead]
            if not lasting and not ways[-1]:
                continue
            earlier = {0}
            if options & (PIPEFAIL | MAYBE_PIPEFAIL):
                earlier = _rightmost(ways if lasting else ways[:-1], found)
            if not options & PIPEFAIL:
                earlier.add(0)
            lasts = (
                step(found, parts[-1], {(0, *standing[1:])}, frame, within)
                if lasting
                else {(status, *standing[1:]) for status in ways[-1]}
            )
            for last in lasts:
                statuses = earlier if last[0] == 0 else {last[0]}
                after |= {(status, *last[1:]) for status in statuses}
    if statement.negated:
        return _negated(after)
    good, failed = split(after)
    return good | settle(found, failed, frame, quiet)


def _rightmost(ways: list[set[int]], found: Explorer) -> set[int]:
    """What a pipeline with pipefail reports when its last command works.

    A command whose reader is gone may be ended by SIGPIPE, so each may fail.
    """
    statuses = {0}
    for way in ways:
        broken = {FAILED} if found.failing or not way else set()
        failures = (way | broken) - {0}
        statuses = failures | (statuses if 0 in way or not way else set())
    return statuses


def _negated(after: Standings) -> Standings:
    return {(0 if s[0] else 1, *s[1:]) for s in after}
