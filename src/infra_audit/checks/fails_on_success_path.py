"""Scripts whose normal path ends with a status that says failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow import effects
from ..flow.behaviour import Ending, Run
from ..model import Evidence, Location, Match, Outcome
from ..project.types import Act, Project
from ..source.regex import regex

_SILENT = frozenset({"test", "development", "library"})
_WORDS = frozenset({
    "echo", "printf", "cat", "true", ":", "exit", "return", "exec", "local", "set", "export", "readonly", "declare",
    "read", "shift", "trap", "source", ".", "[", "[[", "test", "tput", "date", "basename", "dirname", "logger", "sleep",
    "unset", "shopt", "pwd", "clear", "", "grep", "sed", "awk", "cut", "head", "tail", "usage", "which", "command",
    "type", "false", "let", "umask", "cd",
})  # fmt: skip
"""Commands that talk, look or prepare: a script that only does this may well be there to fail."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each ending that a run without any failure reaches, and that reports one."""
    conditional = _conditional_steps(project)
    for act in project.acts:
        if act.purpose != "production" or act.role in _SILENT or id(act.script) in conditional:
            continue
        for ending in act.behaviour.endings:
            if ending.success and ending.status and ending.text and not _reports(act, ending):
                done = _done_before(act, ending)
                if done is not None and (not ending.conditional or _is_turned(act, ending)):
                    yield _match(act, ending, done)


def _reports(act: Act, ending: Ending) -> bool:
    """Whether a command that tells of an error comes before, in every case: the failure is what is meant."""
    return any(
        _ERROR.search(run.name)
        and run.function == ending.where
        and run.span < ending.span
        and run.reach == "reached"
        and not run.conditional
        for run in act.behaviour.runs
    )


_ERROR = regex(r"(?i)(?:^|_)(?:err|error|fatal|fail|die)(?:_|$)")


def _conditional_steps(project: Project) -> set[int]:
    """The scripts of steps that run in certain cases only: their job may be to report a failure."""
    return {
        id(step.run)
        for workflow in project.workflows
        for job in workflow.jobs
        for step in job.steps
        if step.run is not None and (step.condition is not None or job.condition is not None)
    }


def _done_before(act: Act, ending: Ending) -> Run | None:
    """The last thing that the script has really done by then, None where it only talks."""
    own = {routine.name for routine in act.behaviour.functions}
    found: Run | None = None
    for run in act.behaviour.runs:
        earlier = run.span < ending.span or run.function != ending.where
        if earlier and run.reach == "reached" and not run.captured and run.name not in _WORDS | own:
            near = run.function == ending.where
            if found is None or near or found.function != ending.where:
                found = run
    return found


def _is_turned(act: Act, ending: Ending) -> bool:
    """Whether a branch that is taken when something worked ends in failure, on a server's script."""
    if act.role not in ("bootstrap", "deploy", "backup", "maintenance"):
        return False
    guarding = [
        run
        for run in act.behaviour.runs
        if run.outcome in ("tested", "handled") and run.span < ending.span
        if effects.restarts(run) or effects.builds(run) or effects.dumps(run)
    ]
    return bool(guarding)


def _match(act: Act, ending: Ending, done: Run) -> Match:
    path = act.script.path
    cut = [r for r in act.behaviour.unreachable if r.cause.span == ending.span]
    evidence = [Evidence(Location(path, region.span), "this never runs") for region in cut]
    rest = ""
    if cut:
        first, last = cut[0].span.line, cut[0].span.end_line
        rest = (
            f", and line {first} never runs"
            if first == last
            else f", and lines {first} to {last} never run"
        )
    where = "after" if not ending.conditional else "exactly when"
    return Match(
        location=Location(path, ending.span),
        values={
            "text": ending.text,
            "status": str(ending.status),
            "where": f"{where} `{_shown(done)}` has worked",
            "rest": rest,
        },
        evidence=tuple(evidence),
        trail=act.trail,
    )


def _shown(run: Run) -> str:
    text = " ".join((run.name, *(word.raw for word in run.words[1:3])))
    return text if len(text) <= 50 else text[:49] + "…"
