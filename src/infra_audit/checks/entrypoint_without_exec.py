"""Servers that a container's script starts as its last command, and not in its own place."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename
from typing import Any

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Case,
    Command,
    Function,
    Group,
    If,
    Parameter,
    Redirected,
    Script,
    Statement,
)
from ..flow.behaviour import Run
from ..flow.constructs import name_of, parts, words
from ..model import Evidence, Location, Match, Outcome
from ..project.callees import call
from ..project.composed import placed
from ..project.inside import statements
from ..project.layers import last, lineage
from ..project.programs import Programs
from ..project.servers import serves
from ..project.types import Act, Image, Project
from ..source.regex import regex

_SHELLS = frozenset({"", "sh", "bash", "dash", "ash"})
_INITS = frozenset({"tini", "docker-init", "catatonit"})
"""What passes a signal on to its own child, the shell, and to nobody else."""
_GROUPS = frozenset({"-g", "--kill-process-group"})
_BASES = regex(
    r"(?:^|/)(?:node|bun|deno|python|ruby|golang|php|openjdk|eclipse-temurin|amazoncorretto|debian|ubuntu|alpine|nodejs[\w-]*"
    r"|ubi\d*(?:-minimal)?|amazonlinux|uv|aspnet|runtime|elixir|rust)(?=[:@]|$)"
)
"""Images that hand over to what they are told to start."""
_DEEPEST = 8


class _Start(Struct, frozen=True):
    """A script that a container runs as its process, and where that is said."""

    act: Act
    shown: Evidence
    application: bool


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each server that is started so, at its command."""
    programs = Programs(project)
    seen: set[Location] = set()
    for start in (*_of_images(project, programs), *_of_composes(project, programs)):
        if start.act.purpose != "production" or _handles(start.act):
            continue
        by_place = {run.span: run for run in start.act.behaviour.runs}
        for command in _tails(start.act.script):
            run = by_place.get(command.span)
            if run is None or not _stays_behind(run, start):
                continue
            where = Location(run.path, run.span)
            if where not in seen:
                seen.add(where)
                yield Match(
                    location=where,
                    values={"command": _shown(run)},
                    evidence=(start.shown,),
                    trail=start.act.trail,
                )


def _stays_behind(run: Run, start: _Start) -> bool:
    """Whether the shell waits for a server in the foreground."""
    waits = run.reach == "reached" and not (run.background or run.captured or run.remote)
    return waits and "exec" not in run.prefixes and serves(run, application=start.application)


def _shown(run: Run) -> str:
    text = " ".join((run.name, *(word.raw for word in run.words[1:4])))
    return text if len(text) <= 50 else text[:49] + "…"


# ── what containers start ────────────────────────────────────────────────────────────────────────


def _of_images(project: Project, programs: Programs) -> Iterator[_Start]:
    served = {d.folder for d in project.deployables if d.serves}
    for image in project.images:
        if image.purpose != "production":
            continue
        entry, given = last(image, "ENTRYPOINT"), last(image, "CMD")
        application = image.deployable in served
        before = entry.script if entry is not None else None
        for instruction in (entry, given):
            if instruction is None or instruction.script is None:
                continue
            if entry is None and not _BASES.search(_base(image)):
                continue  # what it is built on may have a process of its own
            ahead = before if instruction is given else None
            act = _started(instruction.script, ahead, programs)
            if act is not None:
                where = Location(image.dockerfile.path, instruction.span)
                shown = Evidence(where, "the process of the container")
                yield _Start(act, shown, application)


def _base(image: Image) -> str:
    base = lineage(image.dockerfile, image.stage)[0].base
    return base.literal or base.default or base.raw


def _of_composes(project: Project, programs: Programs) -> Iterator[_Start]:
    entries = (last(image, "ENTRYPOINT") for image in project.images)
    if any(entry.script is not None and _passes_on(entry.script) for entry in entries if entry):
        return
    for one in placed(project):
        service = one.service
        for script in (service.entrypoint, service.command) if not one.doubt else ():
            before = service.entrypoint if script is service.command else None
            act = _started(script, before, programs) if script is not None else None
            if act is not None:
                where = Location(one.compose.path, script.span if script else service.span)
                shown = Evidence(where, f"the process of `{service.name}`")
                yield _Start(act, shown, application=service.build is not None)


def _started(script: Script, before: Script | None, programs: Programs) -> Act | None:
    """The script file that a container's process is; None for anything else, or where it is unknown."""
    lines = [run for each in (before, script) if each for run in _runs(each, programs)]
    if len(lines) != (1 if before is None else 2):
        return None
    if any(_passes_on(each) for each in (before, script) if each is not None):
        return None
    if before is not None and not _hands_over(lines[0], before, programs):
        return None
    found = list(programs.called(call(lines[-1], script), lines[-1].directory))
    files = [each for each in found if each.origin == "file" and each.interpreter in _SHELLS]
    return programs.acts.get(id(files[0])) if len(files) == 1 and len(found) == 1 else None


def _runs(script: Script, programs: Programs) -> tuple[Run, ...]:
    act = programs.acts.get(id(script))
    return act.behaviour.runs if act is not None else ()


def _passes_on(script: Script) -> bool:
    """Whether an init passes signals on to all that the shell has started."""
    said = (word.literal or "" for statement in statements(script) for word in words(statement))
    told = {basename(word) for word in said}
    return "dumb-init" in told or (not _INITS.isdisjoint(told) and not _GROUPS.isdisjoint(told))


def _hands_over(run: Run, script: Script, programs: Programs) -> bool:
    """Whether what stands before a command surely becomes it: an init, or a script with `exec "$@"`."""
    if basename(run.name) in _INITS:
        return True
    for callee in programs.called(call(run, script), run.directory):
        return any(
            isinstance(s, Command)
            and name_of(s) == "exec"
            and any(isinstance(p, Parameter) and p.name == "@" for w in words(s) for p in parts(w))
            for s in statements(callee)
        )
    return False


# ── where a script ends ──────────────────────────────────────────────────────────────────────────


def _handles(act: Act) -> bool:
    """Whether a script has a trap, which may pass signals on."""
    return any(run.name == "trap" for run in act.behaviour.runs)


def _tails(script: Script) -> Iterator[Command]:
    """The commands after which a script has nothing more to do."""
    functions = {s.name: s for s in statements(script) if isinstance(s, Function)}
    body = script.statements
    stack: list[tuple[Statement, int]] = [(body[-1], 0)] if body and script.fault is None else []
    while stack:
        statement, depth = stack.pop()
        if depth > _DEEPEST:
            continue
        inner: list[tuple[Statement, ...]] = []
        match statement:
            case Command():
                called = functions.get(name_of(statement) or "")
                if called is not None:
                    inner = [(called.body,)]
                else:
                    yield statement
            case AndOr():
                inner = [(statement.right,)] if statement.operator == "&&" else []
            case Group():
                inner = [statement.body]
            case Redirected():
                inner = [(statement.body,)]
            case If():
                inner = [branch.body for branch in statement.branches]
                inner += [statement.otherwise] if statement.otherwise is not None else []
            case Case():
                inner = [clause.body for clause in statement.clauses]
            case _:
                pass
        stack += [(each[-1], depth + 1) for each in reversed(inner) if each]
