"""Dumps that go through a pipe whose status is not theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from ..documents.shell.syntax import Function, Parameter
from ..flow import effects
from ..flow.behaviour import Run
from ..flow.constructs import parts, words
from ..model import Evidence, Location, Match, Outcome, Span, Undecided
from ..project.errexit import within
from ..project.inside import statements
from ..project.phases import shown
from ..project.pipes import Pipefail, pipefail
from ..project.types import Act, Project

_ENGINES = frozenset({"postgresql", "mysql", "mongodb", "sqlite", "clickhouse", "mssql"})
_SCHEMA_ONLY = frozenset({"--schema-only", "-s", "--no-data", "-d", "--version", ".schema"})
_KEEPING = frozenset(
    {
        "aws",
        "rclone",
        "gsutil",
        "gcloud",
        "az",
        "azcopy",
        "mc",
        "s3cmd",
        "b2",
        "restic",
        "borg",
        "split",
        "tee",
        "dd",
    }
)
_NAMING = {
    "openssl": ("-out",),
    "gpg": ("-o", "--output"),
    "age": ("-o", "--output"),
    "curl": ("-T",),
}
"""What writes a file that an option names."""
_READS = frozenset(
    {"zcat", "zgrep", "gunzip", "pigz", "zstdcat", "xzcat", "pg_restore", "stat", "wc"}
)
"""What looks into a dump, or at its size; `gzip -t` and `test -s` pass on half of one."""
_COMPARES = frozenset({"-lt", "-gt", "-le", "-ge"})


class _Pipe(Struct, frozen=True):
    """A dump, the run that is piped for it, and the last command of the pipe, with its number."""

    dump: Run
    first: Run
    last: Run
    nth: int


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each dump whose failure is that of a pipe's first command."""
    for act in project.acts:
        if act.purpose != "production" or act.role in ("test", "development"):
            continue
        pipes = list(_pipes(act))
        if not pipes:
            continue
        told, asked = pipefail(act, project), _asked_at(act)
        for pipe in pipes:
            outcome = None if _is_asked(pipe, asked, act) else _judged(pipe, told, act)
            if outcome is not None:
                yield outcome


def _pipes(act: Act) -> Iterator[_Pipe]:
    """The pipes through which a script stores dumps."""
    runs = act.behaviour.runs
    for nth, dump in enumerate(runs):
        if dump.reach != "reached" or effects.dumps(dump) not in _ENGINES or dump.captured:
            continue
        if _SCHEMA_ONLY.intersection(dump.arguments) or dump.name in (
            "cp",
            "rsync",
            "scp",
            "install",
        ):
            continue
        if _is_made_here(dump, runs[:nth]):
            continue
        first = dump if dump.piped_into else _around(dump, runs[:nth])
        if first is None or not first.piped_into or first.captured:
            continue
        for number, last in enumerate(runs[nth + 1 :], nth + 1):
            if (
                last.name == first.piped_into[-1]
                and not last.piped_into
                and first.name in last.piped_from
            ):
                if _keeps(last, first) or _kept_outside(last, runs[:nth]):
                    yield _Pipe(dump, first, last, number)
                break


def _is_made_here(dump: Run, before: Sequence[Run]) -> bool:
    """Whether the script itself has made the database just before, to try something out."""
    made = {run.arguments[-1] for run in before if run.name == "createdb" and run.arguments}
    return not made.isdisjoint(dump.arguments)


def _around(run: Run, before: Sequence[Run]) -> Run | None:
    """The run that hands a command to another shell, a container's or a server's, if it is piped on."""
    for other in reversed(before):
        if other.span != run.span and within(run.span, other.span):
            return other if not run.redirects and other.piped_into else None
    return None


def _keeps(last: Run, first: Run) -> bool:
    """Whether the end of a pipe stores what comes in."""
    if "tee" in first.piped_into:
        return True
    if any(
        operator in (">", ">>", ">|", "1>") and target != "/dev/null"
        for operator, target in last.redirects
    ):
        return True
    if last.name in _NAMING:
        return any(word in _NAMING[last.name] for word in last.arguments)
    if last.name == "ssh":
        return any(word and ">" in word for word in last.arguments)
    return last.name in _KEEPING


def _kept_outside(last: Run, before: Sequence[Run]) -> bool:
    """Whether what hands the pipe to another shell stores its output."""
    return any(
        any(operator in (">", ">>") for operator, _ in other.redirects)
        for other in before
        if other.span != last.span and within(last.span, other.span)
    )


def _asked_at(act: Act) -> list[Span]:
    """Where a script looks at the status of each command of a pipe."""
    return [
        word.span
        for statement in statements(act.script)
        for word in words(statement)
        if any(
            isinstance(p, Parameter) and p.name in ("PIPESTATUS", "pipestatus") for p in parts(word)
        )
    ]


def _is_asked(pipe: _Pipe, asked: list[Span], act: Act) -> bool:
    """Whether that is done right behind a pipe, before another command has a status of its own."""
    behind = act.behaviour.runs[pipe.nth + 1 : pipe.nth + 3]
    until = max([pipe.last.span.end_line + 2, *(run.span.end_line for run in behind)])
    if any(pipe.last.span.end_line <= span.line <= until for span in asked):
        return True
    called = {run.name for run in behind[:1]}
    return any(
        function.name in called and within(span, function.span)
        for function in statements(act.script)
        if isinstance(function, Function)
        for span in asked
    )


def _judged(pipe: _Pipe, told: Pipefail, act: Act) -> Outcome | None:
    masked = pipe.first.outcome == "ignored" and pipe.last.outcome != "ignored"
    if told == "set" and not masked:
        return None
    where = Location(act.script.path, pipe.dump.span)
    if told == "unknown":
        return Undecided(where, "whether pipefail is on is not shown")
    later = act.behaviour.runs[pipe.nth + 1 :]
    if _is_looked_at(pipe, later, act):
        return Undecided(where, "something looks at the dump afterwards")
    rotation = next((run for run in later if _rotates(run)), None)
    evidence = [
        Evidence(
            Location(act.script.path, pipe.last.span), "the status of the pipe is that of this"
        )
    ]
    then = ""
    if rotation is not None:
        evidence.append(
            Evidence(Location(act.script.path, rotation.span), "deletes older backups all the same")
        )
        then = f", and `{shown(rotation)}` on line {rotation.span.line} then deletes the older ones"
    return Match(
        location=where,
        values={"command": shown(pipe.dump), "last": pipe.last.name, "then": then},
        evidence=tuple(evidence),
        trail=act.trail,
    )


def _is_looked_at(pipe: _Pipe, later: Sequence[Run], act: Act) -> bool:
    """Whether the same function, or one that it calls, looks at what was stored."""
    looking = {run.function for run in act.behaviour.runs if run.function and _looks(run)}
    return any(
        _looks(run) or run.name in looking for run in later if run.function == pipe.dump.function
    )


def _looks(run: Run) -> bool:
    """Whether a run looks into a dump, or compares a number: its size."""
    if run.name in _READS:
        return True
    if run.name in ("[", "[[", "test", "(("):
        return bool(_COMPARES.intersection(run.arguments))
    return run.name == "find" and "-size" in run.arguments


def _rotates(run: Run) -> bool:
    """Whether a run deletes what is old."""
    if run.reach != "reached":
        return False
    given = set(run.arguments)
    if run.name == "find":
        return "-delete" in given or ("rm" in given and bool({"-exec", "-execdir"} & given))
    if run.name == "xargs":
        return "rm" in given
    if run.name == "rm":
        return bool(run.piped_from)
    return (run.name, *(run.arguments[:2])) == ("aws", "s3", "rm") or (
        run.name in ("restic", "rclone") and bool(given & {"forget", "delete"})
    )
