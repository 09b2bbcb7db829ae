"""Scripts that are content with the compose of either age and then call the old one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.shell.syntax import AndOr, Command, If, Pipeline, Statement
from ..flow.behaviour import Run
from ..flow.constructs import chain
from ..model import Evidence, Location, Match, Outcome
from ..project.inside import linked, statements
from ..project.types import Act, Project

_SILENT = frozenset({"test", "development", "library"})
_OLD = "docker-compose"
_NEW = ("docker", "compose")
_ENDS = frozenset({"exit", "return"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each script, at the first call that the check does not answer for."""
    for act in project.acts:
        if act.purpose != "production" or act.role in _SILENT:
            continue
        asked = next(
            (s for s in statements(act.script) if isinstance(s, If) and _is_either(s)), None
        )
        called = None if asked is None else _called(act)
        if asked is not None and called is not None:
            yield Match(
                location=Location(called.path, called.span),
                values={"line": str(asked.span.line)},
                evidence=(
                    Evidence(
                        Location(act.script.path, asked.branches[0].condition[0].span),
                        "lets pass who has only the plugin",
                    ),
                ),
                trail=act.trail,
            )


def _is_either(asked: If) -> bool:
    """Whether an `if` ends the script only where neither the old compose nor the plugin is there."""
    first = asked.branches[0]
    if len(asked.branches) != 1 or len(first.condition) != 1:
        return False
    condition = first.condition[0]
    links = chain(condition) if isinstance(condition, AndOr) else []
    if not links or any(operator not in ("", "&&") for operator, _ in links):
        return False
    missing = [_missing(link) for _, link in links]
    ends = [c for s in first.body for c in linked(s) if c.words and c.words[0].literal in _ENDS]
    fails = any(len(c.words) > 1 and c.words[1].literal != "0" for c in ends)
    old = any(words[-1:] == (_OLD,) for words in missing)
    return fails and old and any(words[:2] == _NEW for words in missing)


def _missing(link: Statement) -> tuple[str | None, ...]:
    """The words of the command that a link asks to fail; () for another link."""
    if not isinstance(link, Pipeline) or not link.negated or len(link.commands) != 1:
        return ()
    command = link.commands[0]
    return tuple(w.literal for w in command.words) if isinstance(command, Command) else ()


def _called(act: Act) -> Run | None:
    """The first call of the old compose; None where the script has a say in what is called so."""
    runs = act.behaviour.runs
    own = any(routine.name == _OLD for routine in act.behaviour.functions)
    if own or any(run.name in ("alias", "ln") and _names(run) for run in runs):
        return None
    if any(run.name == "docker" and run.arguments[:1] == ("compose",) and run.arguments[1:2] != ("version",) for run in runs):  # fmt: skip
        return None
    calls = [
        run for run in runs if run.words and run.words[0].literal == _OLD and run.reach == "reached"
    ]
    return next((run for run in calls if run.outcome not in ("ignored", "handled")), None)


def _names(run: Run) -> bool:
    return any(_OLD in (word or "") for word in run.arguments)
