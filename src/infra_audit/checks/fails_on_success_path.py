"""Scripts whose normal path ends with a status that says failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.shell.syntax import Branch, Command, If, Loop, Statement
from ..flow import effects
from ..flow.behaviour import Ending, Run
from ..model import Evidence, Location, Match, Outcome
from ..project.inside import statements
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
        yield from _quoted(act)


def _quoted(act: Act) -> Iterator[Match]:
    """Loops over a pattern in quotes, which is one name and no file's, whose test ends in failure."""
    for loop in statements(act.script):
        if not isinstance(loop, Loop) or len(loop.words or ()) != 1 or not loop.body:
            continue
        (pattern,), first = loop.words or (), loop.body[0]
        if not _PATTERN.fullmatch(pattern.raw) or not isinstance(first, If):
            continue
        if len(first.branches) != 1 or not _asks(first.branches[0], loop.variable):
            continue
        for run in _exits(first.otherwise or (), act):
            where = (
                f"by the loop over `{pattern.raw}`, which in quotes is one name that no file has"
            )
            yield Match(
                location=Location(run.path, run.span),
                values={
                    "text": _shown(run),
                    "status": run.arguments[0] or "",
                    "where": where,
                    "rest": "",
                },
                evidence=(Evidence(Location(run.path, pattern.span), "never finds a file"),),
                trail=act.trail,
            )


_PATTERN = regex(r'"(?:[^"{}]|\$\{\w+\})*\*(?:[^"{}]|\$\{\w+\})*"')
_FILES = frozenset({"-e", "-f", "-d", "-r", "-s"})


def _asks(branch: Branch, variable: str) -> bool:
    """Whether a condition is nothing but the question whether the loop's file is there."""
    (only, *more) = branch.condition
    if more or not isinstance(only, Command):
        return False
    words = [word.raw for word in only.words]
    named = (f'"${variable}"', f'"${{{variable}}}"')
    return (
        len(words) > 2
        and words[0] in ("[", "[[", "test")
        and words[1] in _FILES
        and words[2] in named
    )


def _exits(body: tuple[Statement, ...], act: Act) -> Iterator[Run]:
    """The exit that ends a branch and reports a failure."""
    last = body[-1].span if body and isinstance(body[-1], Command) else None
    for run in act.behaviour.runs:
        fails = run.name == "exit" and run.arguments[:1] not in ((), ("0",), (None,))
        if fails and run.span == last and run.reach != "unreachable":
            yield run


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
    text = " ".join(run.written[:3])
    return text if len(text) <= 50 else text[:49] + "…"
