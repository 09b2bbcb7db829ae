"""Whether a command substitution may come to nothing without ending its script."""

from __future__ import annotations

from collections.abc import Mapping

from ..documents.shell.syntax import AndOr, Command, Pipeline, Redirected, Statement, Substitution
from ..flow.behaviour import Run
from ..flow.constructs import chain, name_of
from ..model import Span

_QUIET = frozenset(
    ("sed", "awk", "gawk", "cut", "head", "tail", "tr", "sort", "uniq", "find", "xargs", "grep", "egrep", "fgrep")
)  # fmt: skip
"""What may print nothing at the end of a pipe, where it finds nothing."""
_SUCCEEDS = _QUIET - {"grep", "egrep", "fgrep"}
"""Those that call it a success."""
_FAILS = frozenset(
    ("grep", "egrep", "fgrep", "cat", "git", "readlink", "realpath", "which", "jq", "yq", "curl", "wget", "docker",
     "kubectl", "getent", "ls", "aws", "gcloud", "systemctl", "pgrep", "ps")
)  # fmt: skip
"""What prints nothing when it fails."""


def prints_nothing(substitution: Substitution, runs: Mapping[Span, Run]) -> str:
    """The name of the command that may print nothing; '' where that cannot be told."""
    if substitution.opener.startswith(("<", ">")) or len(substitution.body) != 1:
        return ""
    statement = _bare(substitution.body[0])
    if isinstance(statement, AndOr):
        (_, first), *others = chain(statement)
        last = _bare(others[-1][1])
        forgiven = isinstance(last, Command) and name_of(last) in ("true", ":")
        if len(others) > 1 or others[0][0] != "||" or not forgiven:
            return ""
        return _of(_bare(first), runs, forgiven=True)
    return _of(statement, runs, forgiven=False)


def _of(statement: Statement, runs: Mapping[Span, Run], *, forgiven: bool) -> str:
    if isinstance(statement, Command):
        run = runs.get(statement.span)
        if run is None:
            return ""
        ends = run.outcome == "aborts" and not forgiven
        return run.name if run.name in (_SUCCEEDS if ends else _FAILS | _QUIET) else ""
    if not isinstance(statement, Pipeline):
        return ""
    piped = [runs.get(_bare(part).span) for part in statement.commands]
    first, last = piped[0], piped[-1]
    if first is None or last is None or first.name not in _FAILS | _QUIET:
        return ""
    if not forgiven and (first.outcome == "aborts" or None in piped):
        return ""
    ends = last.outcome == "aborts" and not forgiven
    return first.name if last.name in (_SUCCEEDS if ends else _FAILS | _QUIET) else ""


def _bare(statement: Statement) -> Statement:
    while isinstance(statement, Redirected):
        statement = statement.body
    return statement
