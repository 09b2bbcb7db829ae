"""Steps that a deployment depends on and whose failure is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile
from typing import Any

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Command,
    Function,
    Group,
    If,
    Parameter,
    Pipeline,
    Redirected,
    Statement,
)
from ..flow import effects
from ..flow.behaviour import Guard, Run
from ..flow.constructs import chain, name_of, parts, words
from ..model import Evidence, Location, Match, Outcome, Span
from ..project.deeds import Deed, asked, asking, deeds
from ..project.errexit import is_watched, outside
from ..project.inside import bodies, linked, statements
from ..project.phases import PAIRS, shown
from ..project.pipes import sets_pipefail
from ..project.releases import is_one_container
from ..project.relying import is_relied_on, later_of
from ..project.types import Act, Project
from ..source.regex import regex

_NOT_ROLES = frozenset({"test", "ci", "development", "library"})
_CRITICAL = frozenset({"install", "build", "migrate", "ship", "start"})
_PRINTS = frozenset({"echo", "printf", "local", "logger", "tput", "shift"})
_BEST_EFFORT = regex(
    r"(?i)clean_?up|roll_?back|restore|revert|on_?(?:err|exit|fail)|abort|fail|undo|recover|uninstall"
    r"|tear_?down|rescue|trap|stop"
)
"""Functions that run when all is lost anyway."""
_STARTERS = frozenset({"pm2", "docker", "docker-compose", "podman"})
"""What starts applications and seldom the services of the system."""
_PROBES = frozenset({"curl", "wget", "nc", "pg_isready"})
_ASKS = frozenset({"is-active", "status", "describe", "inspect", "show", "pid", "ps"})


class _Mask(Struct, frozen=True):
    how: str
    place: Span | None


class _Around(Struct, frozen=True):
    """What stands around the commands of a script, by their places."""

    instead: dict[Span, Statement]
    """What runs when they fail: behind `||`."""
    spoken: dict[Span, Span]
    """The conditions of an `if` that does nothing but say how they ended, with what says it."""
    piped: dict[Span, Pipeline]
    failing: frozenset[Span]
    """Those of lists that end the script with a failure anyway."""
    pipestatus: bool
    functions: dict[str, Function]
    pipefail: bool
    """Whether the script sets it anywhere."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each step, the first time that a script takes it."""
    told = outside(project)
    own = _own_names(project)
    for act in project.acts:
        if act.purpose != "production" or act.role in _NOT_ROLES:
            continue
        steps = deeds(act)
        starting = [deed.run for deed in steps if deed.phase == "start"]
        found = [
            deed
            for deed in steps
            if deed.phase in _CRITICAL
            and _looks(deed.run)
            and (deed.phase != "start" or act.role == "deploy" or _is_own(deed.run, own))
            and not is_one_container(deed.run, starting)
        ]
        if not found:
            continue
        around = _around(act)
        trapped, functions = _trapped(act), asking(act)
        watched = is_watched(act, told)
        taken: set[tuple[str, tuple[str | None, ...], str | None]] = set()
        for deed in found:
            mute = not (watched or asked(deed, act, functions)) and (
                act.role == "deploy" or deed.phase != "start"
            )
            mask = _mask(deed.run, act, around, mute=mute)
            desperate = deed.run.function in trapped or _BEST_EFFORT.search(deed.run.function)
            if mask is None or desperate or deed.run.span in around.failing or _seen_to(deed, act):
                continue
            later = later_of(act, deed)
            same = (deed.run.name, deed.run.arguments, deed.run.remote)
            if same not in taken and (
                not _is_told(deed.run, around) or is_relied_on(act, deed, later)
            ):
                taken.add(same)
                yield _match(act, deed, mask, later)


def _own_names(project: Project) -> frozenset[str]:
    """What the units and applications of the repository are started by."""
    return frozenset(
        name.removesuffix(".service")
        for name in (
            *(unit.name for unit in project.units),
            *(deployable.name for deployable in project.deployables),
        )
        if name
    )


def _is_own(run: Run, own: frozenset[str]) -> bool:
    """Whether what a run starts belongs to the repository, by what starts it or by its name."""
    return run.name in _STARTERS or bool(own.intersection(effects.restarts(run)))


def _looks(run: Run) -> bool:
    """Whether a run's failure might be hidden at all."""
    return not run.background and run.outcome != "aborts"


def _trapped(act: Act) -> frozenset[str]:
    """The functions that traps call."""
    return frozenset(
        token
        for run in act.behaviour.runs
        if run.name == "trap" and run.arguments
        for token in (run.arguments[0] or "").split()
    )


# ── how it is hidden ─────────────────────────────────────────────────────────────────────────────


def _around(act: Act) -> _Around:
    instead: dict[Span, Statement] = {}
    piped: dict[Span, Pipeline] = {}
    asked: list[If] = []
    functions: dict[str, Function] = {}
    piping = False
    for statement in statements(act.script):
        if isinstance(statement, AndOr):
            links = chain(statement)
            for nth, (_, link) in enumerate(links):
                behind = list(dropwhile(lambda each: each[0] != "||", links[nth + 1 :]))
                if behind:
                    substitute = behind[0][1] if len(behind) == 1 else statement
                    instead.update((c.span, substitute) for c in linked(link))
        elif isinstance(statement, Pipeline) and len(statement.commands) > 1:
            piped.update((c.span, statement) for c in linked(statement))
        elif isinstance(statement, If):
            asked.append(statement)
        elif isinstance(statement, Function):
            functions[statement.name] = statement
        piping = piping or any(
            isinstance(part, Parameter) and part.name == "PIPESTATUS"
            for word in words(statement)
            for part in parts(word)
        )
    failing = {
        command.span
        for body in bodies(act.script)
        for nth, statement in enumerate(body)
        if _fails(statement)
        for before in body[:nth]
        for link in ([b for _, b in chain(before)] if isinstance(before, AndOr) else [before])
        for command in linked(link)
    }
    failsafe = "pipefail" in act.script.options or any(map(sets_pipefail, act.behaviour.runs))
    spoken = dict(said for one in asked if (said := _spoken(one, functions)) is not None)
    return _Around(instead, spoken, piped, frozenset(failing), piping, functions, failsafe)


def _spoken(asked: If, functions: dict[str, Function]) -> tuple[Span, Span] | None:
    """The one command that an `if` asks for, and what it says of its failure; None where it does more."""
    if len(asked.branches) != 1 or len(asked.branches[0].condition) != 1:
        return None
    condition, body = asked.branches[0].condition[0], asked.branches[0].body
    negated = isinstance(condition, Pipeline) and condition.negated
    commands = linked(condition)
    failed, worked = (body, asked.otherwise) if negated else (asked.otherwise, body)
    told = (*(failed or ()), *(worked or ()))
    if not failed or len(commands) != 1 or not all(_prints(each, functions) for each in told):
        return None
    return commands[0].span, failed[0].span


def _fails(statement: Statement) -> bool:
    """Whether a statement ends the script or function with a failure."""
    if not isinstance(statement, Command) or name_of(statement) not in ("exit", "return"):
        return False
    return len(statement.words) > 1 and statement.words[1].literal not in ("0", None)


def _mask(run: Run, act: Act, around: _Around, *, mute: bool) -> _Mask | None:
    """How the failure of a run is hidden; `mute` where that it says nothing is enough."""
    if run.outcome == "tested":
        said = around.spoken.get(run.span)
        return None if said is None else _Mask("its failure only prints a line", said)
    substitute = around.instead.get(run.span)
    pipeline = around.piped.get(run.span)
    if substitute is not None:
        mask = _of_substitute(substitute, around.functions)
        if pipeline is None or not run.piped_into or around.pipefail:
            return mask
        return _of_pipe(run, pipeline, act, around) if mask is not None else None
    if pipeline is not None and run.piped_into:
        return _of_pipe(run, pipeline, act, around)
    if mute and run.outcome == "unchecked" and _is_mute(run):
        return _Mask("its messages go to /dev/null, and nothing asks for its status", None)
    return None


def _of_substitute(substitute: Statement, functions: dict[str, Function]) -> _Mask | None:
    if isinstance(substitute, Command) and name_of(substitute) in ("true", ":"):
        return _Mask(f"`|| {name_of(substitute)}` hides it", substitute.span)
    if _prints(substitute, functions):
        return _Mask("its failure only prints a line", substitute.span)
    return None


def _prints(statement: Statement, functions: dict[str, Function]) -> bool:
    """Whether a statement does nothing but say something."""
    match statement:
        case Redirected() | Function():
            return _prints(statement.body, functions)
        case Group():
            return bool(statement.body) and all(_prints(s, functions) for s in statement.body)
        case Command():
            name = name_of(statement)
            own = functions.get(name or "")
            if own is not None:
                return _prints(own, {})
            return name in _PRINTS
        case _:
            return False


def _of_pipe(run: Run, pipeline: Pipeline, act: Act, around: _Around) -> _Mask | None:
    """Only where something looks at its end: what nothing looks at is another rule's."""
    last = linked(pipeline.commands[-1])
    ends = [r for r in act.behaviour.runs if last and r.span == last[0].span]
    if run.outcome != "ignored" or around.pipestatus or not ends:
        return None
    if ends[0].outcome != "aborts" and run.span not in around.instead:
        return None
    if ends[0].name in ("grep", "egrep", "rg") and {"-q", "--quiet"} & set(ends[0].arguments):
        return None
    how = f"the pipe ends with the status of `{ends[0].name}`, for pipefail is off"
    return _Mask(how, ends[0].span)


def _is_mute(run: Run) -> bool:
    turned = dict(run.redirects)
    both = turned.get("&>") == "/dev/null" or turned.get("2>") == "/dev/null"
    return both or (turned.get(">") == "/dev/null" and turned.get("2>&") == "1")


# ── is it seen to? ───────────────────────────────────────────────────────────────────────────────


def _seen_to(deed: Deed, act: Act) -> bool:
    """Whether something behind the step asks whether it worked."""
    if deed.phase == "start" and any(
        other.nth > deed.nth and other.phase == "start" and other.run.outcome != "ignored"
        for other in deeds(act)
    ):
        return True
    for run in act.behaviour.runs[deed.nth + 1 :]:
        if deed.phase == "start" and run.outcome not in ("ignored", "unchecked"):
            asks = run.name in _PROBES or _ASKS.intersection(run.arguments[:2])
            if asks and run.remote == deed.run.remote:
                return True
        new = set(run.guards) - set(deed.run.guards)
        made = deed.phase in ("build", "install")
        if made and any(g.span > deed.run.span and _of_result(g) for g in new):
            return True
    return False


def _of_result(guard: Guard) -> bool:
    return guard.kind == "test" and bool({"-d", "-e", "-f", "-s", "-x"}.intersection(guard.words))


def _is_told(run: Run, around: _Around) -> bool:
    """Whether the script does something on a failure, were it only to say so or to expect it."""
    piped = bool(run.piped_into) and not around.pipefail
    return run.outcome == "tested" or (piped and run.span in around.instead)


def _match(act: Act, deed: Deed, mask: _Mask, later: Deed | None) -> Match:
    path = act.script.path
    evidence = [] if mask.place is None else [Evidence(Location(path, mask.place), "this hides it")]
    then = ""
    if later is not None:
        evidence.append(Evidence(Location(path, later.run.span), "runs all the same"))
        effect = PAIRS[deed.phase, later.phase]
        then = f", and `{shown(later.run)}` on line {later.run.span.line} {effect}"
    return Match(
        location=Location(path, deed.run.span),
        values={"command": shown(deed.run), "how": mask.how, "then": then},
        evidence=tuple(evidence),
        trail=act.trail,
    )
