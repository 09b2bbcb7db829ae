"""Counts that come out as two lines: `grep -c` prints 0 *and* fails, so `|| echo 0` prints another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Assignment,
    Command,
    Opaque,
    Parameter,
    Pipeline,
    Statement,
    Substitution,
)
from ..flow.constructs import DECLARERS, chain, name_of, parts, words
from ..model import Evidence, Location, Match, Outcome
from ..project.inside import statements
from ..project.types import Project
from ..source.regex import regex

_GREPS = frozenset({"grep", "egrep", "fgrep", "zgrep"})
_COUNTS = regex(r"-[a-zA-Z]*c[a-zA-Z]*|--count")
_NUMERIC = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_SILENT = frozenset({"test", "development"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such count that is later taken for a number."""
    for act in project.acts:
        if act.purpose != "production" or act.role in _SILENT:
            continue
        every = list(statements(act.script))
        for statement in every:
            for assignment in _assignments(statement):
                use = _use(every, assignment) if _counts(assignment) else None
                if use is not None:
                    yield Match(
                        location=Location(act.script.path, assignment.span),
                        values={"variable": assignment.name, "line": str(use.span.line)},
                        evidence=(
                            Evidence(Location(act.script.path, use.span), "takes it for a number"),
                        ),
                        trail=act.trail,
                        severity="note" if _is_harmless(use) else None,
                    )


def _assignments(statement: Statement) -> tuple[Assignment, ...]:
    """The variables that a statement gives values that stay."""
    if isinstance(statement, Command) and (not statement.words or name_of(statement) in DECLARERS):
        return statement.assignments
    return ()


def _counts(assignment: Assignment) -> bool:
    """Whether a value is `$(… grep -c … || echo 0)`."""
    value = assignment.value
    part = value.parts[0] if value is not None and len(value.parts) == 1 else None
    if not isinstance(part, Substitution) or len(part.body) != 1:
        return False
    body = part.body[0]
    links = chain(body) if isinstance(body, AndOr) else []
    if len(links) != 2 or links[1][0] != "||":
        return False
    return _is_count(links[0][1]) and _is_zero(links[1][1])


def _is_count(statement: Statement) -> bool:
    if isinstance(statement, Pipeline):
        return not statement.negated and _is_count(statement.commands[-1])
    if not isinstance(statement, Command) or name_of(statement) not in _GREPS:
        return False
    options = [w.literal or "" for w in statement.words[1:] if w.raw.startswith("-")]
    quiet = any(
        r.operator in {">", "&>", ">>"} and r.descriptor in {"", "1"} for r in statement.redirects
    )
    return not quiet and any(_COUNTS.fullmatch(option) for option in options)


def _is_zero(statement: Statement) -> bool:
    given = [word.literal for word in statement.words] if isinstance(statement, Command) else []
    return given in (["echo", "0"], ["printf", "0"])


def _use(every: list[Statement], assignment: Assignment) -> Statement | None:
    """The first statement behind it that takes the variable for a number."""
    uses = (s for s in every if s.span > assignment.span and _calculates(s, assignment.name))
    return min(uses, key=lambda use: use.span, default=None)


_MORE = regex(r"\(\(\s*\$?\{?\w+\}?\s*>\s*\d+\s*\)\)")


def _is_harmless(use: Statement) -> bool:
    """Whether a comparison is false for 0 as well, so that no more than a message goes wrong."""
    if isinstance(use, Arithmetic):
        return _MORE.fullmatch(use.raw.strip()) is not None
    given = [word.literal for word in use.words] if isinstance(use, Command) else []
    return "-gt" in given or ("-ge" in given and "0" not in given)


def _calculates(statement: Statement, name: str) -> bool:
    if isinstance(statement, Arithmetic):
        return regex(rf"(?<!\w){name}(?!\w)").search(statement.raw) is not None
    looked = [part for word in words(statement) for part in parts(word)]
    if any(isinstance(p, Opaque) and p.kind == "arithmetic" and name in p.raw for p in looked):
        return True
    numeric = isinstance(statement, Command) and _NUMERIC & {w.literal for w in statement.words}
    return bool(numeric) and any(isinstance(p, Parameter) and p.name == name for p in looked)
