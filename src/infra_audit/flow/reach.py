"""Which statements no execution reaches, what cuts them off, and how a script may end.

`explore` leads the shell down every path; here its traces become regions with their causes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Set

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Case,
    Command,
    Function,
    Group,
    If,
    Loop,
    Pipeline,
    Redirected,
    Script,
    Statement,
    Subshell,
    Unknown,
)
from ..model import Span
from ..source.regex import regex
from .behaviour import Cause, Exits, Region
from .constructs import chain, lists, name_of, text_of
from .explore import Exhausted, Explorer, Frame, finish, sequence
from .simple import SPECIAL, run, simple
from .standing import (
    ERREXIT,
    MAYBE,
    NO_LIST,
    NO_TRAP,
    PIPEFAIL,
    SETTINGS,
    Standing,
    Standings,
    exits,
)
from .survey import MAIN, Survey

SHELLS = frozenset({"", "bash", "sh", "dash", "ash", "ksh", "busybox"})
"""Interpreters whose control flow is the one described here."""

_STEPS = 25
"""How many steps each statement of a script is granted, over all paths."""

_MOST_VARIABLES = 12

_FRAMES = 20_000
"""Functions in functions in nested statements are followed by recursion; `explore.INLINED` and the
depth that is read bound it well below this."""


class Reach(Struct):
    """What is found of a script's paths."""

    survey: Survey
    regions: list[Region] = []
    dead: set[int] = set()
    """The identities of the first statements in no-man's-land: all inside is unreachable too."""
    stops: set[int] = set()
    """The identities of statements that some path reaches and none gets past."""
    causes: dict[int, Cause] = {}
    """Why, where it can be told."""
    called: set[int] = set()
    """The identities of functions that something calls, or may call."""
    returning: set[int] = set()
    """The identities of functions of which some call comes back."""
    statuses: dict[str, Exits] = {}
    """With which statuses calls of each function come back."""
    exits: Exits = Exits()
    exits_when_all_succeed: Exits = Exits()
    bounded: bool = False
    """Whether following every path took too many steps, so that nothing is said."""


def reach(
    script: Script,
    survey: Survey,
    *,
    sourced: bool,
    serves: bool = False,
    options: tuple[str, ...] = (),
) -> Reach:
    """What of `script` can be reached; nothing is claimed for shells of other families.

    `serves` where others call its functions; `options` are in force when it begins.
    """
    found = Reach(survey=survey)
    sys.setrecursionlimit(max(_FRAMES, sys.getrecursionlimit()))
    if script.interpreter not in SHELLS:
        return found
    start = 0
    for option in (*script.options, *options):
        start |= SETTINGS.get(option, 0)
    explorer: Explorer | None = None
    for generous in (True, False):
        explorer = _explorer(script, survey, failing=True, generous=generous)
        try:
            found.exits = _main(explorer, script, start, sourced=sourced)
            _functions(found, explorer, start, serves=serves)
            break
        except (Exhausted, RecursionError):
            explorer = None
    if explorer is None:
        found.bounded = True
        return found
    _succeed(found, script, survey, start, sourced=sourced)
    _Traces(found, explorer, script, sourced).read()
    found.regions[:] = _outermost(found.regions)
    return found


def _explorer(script: Script, survey: Survey, *, failing: bool, generous: bool) -> Explorer:
    functions = [d.function for each in survey.definitions.values() for d in each]
    watched: list[str] = []
    if generous and not survey.namerefs:
        known = {name for name, texts in survey.told.items() if texts != {None}}
        watched = sorted((survey.decisive & known) - survey.haunted)
    variables = {name: n for n, name in enumerate(watched[:_MOST_VARIABLES])}
    return Explorer(
        survey=survey,
        failing=failing,
        simple=simple,
        numbers={id(function): n for n, function in enumerate(functions)},
        named={name: [d.function for d in each] for name, each in survey.definitions.items()},
        variables=variables,
        bound=_bound(survey, variables.keys()),
        dispatching=_dispatching(survey),
        special=SPECIAL | survey.definitions.keys() | survey.renamed,
        busy=survey.fragile | survey.bare | survey.substitutions.keys(),
        budget=2000 + _STEPS * survey.size,
        inherits=script.interpreter not in {"", "bash"},
        loose=survey.breaks_by_trap,
        fragile=survey.fragile,
    )


def _bound(survey: Survey, variables: Set[str]) -> set[str]:
    """The functions that look at some of the variables or may change them, themselves or in calls."""
    if not variables:
        return set()
    stack = [context for _, context in survey.dynamic]
    for touched in (survey.looks, survey.written):
        stack += [context for context, names in touched.items() if names & variables]
    stack += [context for context in survey.restless if context in survey.definitions]
    return _with_callers(survey, stack)


def _dispatching(survey: Survey) -> set[str]:
    """The functions that run what they are given, or hand it to one that does."""
    direct = survey.dispatches - {MAIN}
    return direct | (_with_callers(survey, list(direct)) & survey.positional)


def _with_callers(survey: Survey, contexts: list[str]) -> set[str]:
    """The contexts, and those that may call them."""
    callers: dict[str, list[str]] = {}
    for context, names in survey.body_calls.items():
        for name in names:
            callers.setdefault(name, []).append(context)
    found: set[str] = set()
    while contexts:
        context = contexts.pop()
        if context not in found:
            found.add(context)
            contexts.extend(callers.get(context, ()))
    return found


def _main(explorer: Explorer, script: Script, options: int, *, sourced: bool) -> Exits:
    values = (None,) * len(explorer.variables)
    begin: Standing = (0, options, 0, NO_TRAP, NO_TRAP, NO_LIST, values)
    frame = Frame(exits=set(), returns=set() if sourced else None)
    after = sequence(explorer, script.statements, {begin}, frame, quiet=False)
    if script.fault is not None:
        after = {(2, *standing[1:]) for standing in after}  # type: ignore[misc]
    statuses = finish(explorer, after | frame.exits | (frame.returns or set()), frame)
    statuses |= explorer.killed
    loops = explorer.visited & explorer.survey.loops
    return exits(statuses, unknown=explorer.lost, endless=bool(loops - explorer.left))


def _succeed(found: Reach, script: Script, survey: Survey, options: int, *, sourced: bool) -> None:
    """Follow the script once more, with commands from outside that never fail."""
    if set(found.exits.codes) <= {0}:
        known = found.exits
        found.exits_when_all_succeed = Exits((0,), False, known.unknown, known.endless)
        return
    explorer = _explorer(script, survey, failing=False, generous=True)
    try:
        found.exits_when_all_succeed = _main(explorer, script, options, sourced=sourced)
    except (Exhausted, RecursionError):
        found.exits_when_all_succeed = Exits()


def _functions(found: Reach, explorer: Explorer, options: int, *, serves: bool) -> None:
    """Follow the functions that something unseen may call, and those that nothing does."""
    survey = found.survey
    lost = explorer.lost
    starts = _anywhere(explorer, options)
    functions = [d.function for each in survey.definitions.values() for d in each]
    while True:
        anything = serves or survey.unseen or explorer.undispatched
        for function in functions:
            unseen = anything or function.name in survey.indirect
            if unseen and (serves or function.name in survey.earliest):
                _follow(explorer, function, starts)
        if anything or not explorer.undispatched:
            break
    while True:
        deep = [f for f in functions if id(f) in explorer.deep]
        if not deep:
            break
        explorer.deep.clear()
        for function in deep:
            _follow(explorer, function, starts)
    found.called = {id(f) for f in functions if id(f.body) in explorer.visited}
    for function in functions:
        if id(function) not in found.called:
            _follow(explorer, function, starts)
    found.returning = explorer.returned
    by_function: dict[int, set[int]] = {}
    for (function, *_), (after, _) in explorer.memory.items():
        by_function.setdefault(function, set()).update(standing[0] for standing in after)
    for name, each in explorer.named.items():
        statuses = set().union(*(by_function.get(id(f), set()) for f in each))
        found.statuses[name] = exits(statuses, unknown=False, endless=False)
    explorer.lost = lost


def _follow(explorer: Explorer, function: Function, starts: Standings) -> None:
    for standing in starts:
        run(explorer, function, standing, Frame(exits=set()), quiet=False)


def _anywhere(explorer: Explorer, options: int) -> Standings:
    """How the shell may stand where a function is called from nobody knows where."""
    survey = explorer.survey
    functions = 0
    for definitions in survey.definitions.values():
        for definition in definitions:
            functions |= 1 << explorer.numbers[id(definition.function)]
        certain = all(d.certain for d in definitions) and not survey.doubts
        if not certain:
            first = explorer.numbers[id(definitions[0].function)]
            functions |= 1 << (len(explorer.numbers) + first)
    values = (None,) * len(explorer.variables)
    if survey.sets:
        options = (options & ~(ERREXIT | PIPEFAIL)) | MAYBE
    return {(0, options, functions, NO_TRAP, NO_TRAP, NO_LIST, values)}


def is_called(found: Reach, name: str) -> bool:
    """Whether something calls the function, or may call it."""
    definitions = found.survey.definitions[name]
    return found.bounded or any(id(d.function) in found.called for d in definitions)


def never_returns(found: Reach, name: str) -> bool:
    """Whether no call of the function comes back."""
    definitions = found.survey.definitions[name]
    return not found.bounded and all(id(d.function) not in found.returning for d in definitions)


def _outermost(regions: list[Region]) -> list[Region]:
    """The regions that lie in no other one, in order."""
    kept: list[Region] = []
    end = (0, 0)
    for region in sorted(regions, key=lambda r: (r.span.line, r.span.column, -r.span.end_line)):
        if (region.span.end_line, region.span.end_column) > end:
            kept.append(region)
            end = (region.span.end_line, region.span.end_column)
    return kept


# ── regions ──────────────────────────────────────────────────────────────────────────────────────


class _Traces:
    """Turns what an exploration has visited into regions with their causes."""

    def __init__(self, found: Reach, explorer: Explorer, script: Script, sourced: bool) -> None:
        self.found = found
        self.explorer = explorer
        self.script = script
        self.sourced = sourced

    def read(self) -> None:
        script = self.script
        self.body(script.statements, "", cut=script.rest is None)
        if script.rest is not None:
            self.rest()

    def body(self, statements: tuple[Statement, ...], where: str, *, cut: bool = True) -> None:
        """Note what of a list, of which some path reaches the first statement, is never reached."""
        stack = [(statements, where, cut, True)]
        while stack:
            some, where, cut, listed = stack.pop()
            alive = self.alive(some, where, cut=cut, listed=listed)
            for statement in some[:alive]:
                inner = statement.name if isinstance(statement, Function) else where
                for substitution in self.found.survey.substitutions.get(id(statement), ()):
                    stack.append((substitution.body, where, True, True))
                if isinstance(statement, Command):
                    continue
                listing = not isinstance(statement, AndOr | Pipeline)
                for inside, _ in lists(statement):
                    stack.append((inside, inner, True, listing))

    def alive(
        self, statements: tuple[Statement, ...], where: str, *, cut: bool, listed: bool
    ) -> int:
        """How many statements of a list some path reaches, from the first on."""
        visited, completed = self.explorer.visited, self.explorer.completed
        for nth, statement in enumerate(statements):
            if id(statement) not in visited:
                if not listed:
                    self.found.dead.add(id(statement))
                    continue
                self.found.dead.update(map(id, statements[nth:]))
                if nth and cut:
                    self.region(statements, nth, where)
                return nth
            if id(statement) not in completed:
                self.found.stops.add(id(statement))
                cause = self.cause(statement, where)
                if cause is not None:
                    self.found.causes[id(statement)] = cause
        return len(statements)

    def region(self, statements: tuple[Statement, ...], nth: int, where: str) -> None:
        cause = self.found.causes.get(id(statements[nth - 1]))
        if cause is not None:
            _claim(self.found, statements[nth:], cause, where)

    def rest(self) -> None:
        """Claim what lies behind the last statement that bash reads of a broken script."""
        script = self.script
        fault, rest = script.fault, script.rest
        ended = next(
            (n for n, s in enumerate(script.statements) if id(s) in self.found.stops), None
        )
        if ended is None or fault is None or rest is None:
            return
        cause = self.found.causes.get(id(script.statements[ended]))
        keyword = fault.found in _KEYWORDS or (not fault.found and fault.opener in _KEYWORDS)
        behind = script.statements[ended + 1 :]
        if cause is None or not keyword or any(map(_has_unknown, behind)):
            return
        if behind and _deliberate(self.found, behind, cause, "", code=True):
            return
        start = behind[0].span if behind else rest
        span = Span(start.line, start.column, rest.end_line, rest.end_column)
        self.found.regions.append(Region(span, len(behind) + 1, cause))

    # ── causes ───────────────────────────────────────────────────────────────────────────────────

    def cause(self, statement: Statement, where: str) -> Cause | None:
        """Why no path gets past a statement; None where the value of a variable decides it."""
        match statement:
            case Command():
                return self.of_command(statement, where)
            case Group():
                return self.of_list(statement.body, where)
            case Redirected():
                return self.cause(statement.body, where)
            case AndOr():
                return self.of_chain(statement, where)
            case If() | Case():
                return self.of_choice(statement, where)
            case Loop():
                return self.of_loop(statement, where)
            case Subshell():
                ends = self.of_list(statement.body, where)
                if ends is not None and ends.kind == "loop":
                    return ends
                return Cause("errexit", "( … )", statement.span)
            case Pipeline():
                last = statement.commands[-1] if statement.commands else None
                if last is not None and id(last) not in self.explorer.completed:
                    ends = self.cause(last, where)
                    if len(statement.commands) == 1 or (ends is not None and ends.kind == "loop"):
                        return ends
                return Cause("errexit", "… | …", statement.span)
            case Arithmetic():
                decided = id(statement) in self.explorer.decided
                return None if decided else Cause("errexit", statement.raw, statement.span)
            case _:
                return None

    def of_list(self, body: tuple[Statement, ...], where: str) -> Cause | None:
        for statement in body:
            if id(statement) in self.explorer.visited - self.explorer.completed:
                return self.cause(statement, where)
        return None

    def of_chain(self, statement: AndOr, where: str) -> Cause | None:
        links = [link for _, link in chain(statement)]
        if self.decides(links[:-1]):
            return None
        for link in reversed(links):
            if self.stopped(link):
                return self.cause(link, where)
        return None

    def of_choice(self, statement: If | Case, where: str) -> Cause | None:
        bodies: list[tuple[Statement, ...]] = []
        conditions: list[tuple[Statement, ...]] = []
        if isinstance(statement, If):
            conditions = [branch.condition for branch in statement.branches]
            bodies = [branch.body for branch in statement.branches]
            whole = statement.otherwise is not None
            bodies += [statement.otherwise] if statement.otherwise is not None else []
        else:
            bodies = [clause.body for clause in statement.clauses]
            whole = any(p.raw == "*" for c in statement.clauses for p in c.patterns)
            if not whole and id(statement) in self.explorer.decided:
                return None
        taken = [body for body in bodies if body and id(body[0]) in self.explorer.visited]
        open_ = len(taken) < len(bodies) or not whole
        if open_ and (id(statement) in self.explorer.decided or any(map(self.decides, conditions))):
            return None
        if open_ and len(taken) > 1:
            return None
        for body in (*reversed(taken), *conditions):
            found = self.of_list(body, where)
            if found is not None:
                return found
        return None

    def of_loop(self, loop: Loop, where: str) -> Cause | None:
        if self.decides(loop.condition) or id(loop) in self.explorer.decided:
            return None
        for body in (loop.condition, loop.body):
            found = self.of_list(body, where)
            if found is not None and found.kind != "continue":
                return found
        return Cause("loop", _heading(loop), _heading_span(loop))

    def of_command(self, command: Command, where: str) -> Cause | None:
        name = name_of(command)
        words = command.words
        named = self.found.survey.definitions.get(name or "")
        text, span = text_of(command), command.span
        if named:
            if self.explorer.numbers and all(
                id(d.function) not in self.explorer.returned for d in named
            ):
                return Cause("function", text, span, named[0].function.heading)
            return Cause("errexit", text, span)
        while name in {"command", "builtin"} and len(words) > 1:
            words = words[1:]
            name = words[0].literal
        match name:
            case "exit":
                return Cause("exit", text, span)
            case "return" if where or self.sourced:
                return Cause("return", text, span)
            case "exec":
                return Cause("exec", text, span)
            case "break":
                return Cause("break", text, span)
            case "continue":
                return Cause("continue", text, span)
            case "[" | "[[" | "test" | "let" if id(command) in self.explorer.decided:
                return None
            case _:
                return Cause("errexit", text, span)

    def stopped(self, statement: Statement) -> bool:
        visited = id(statement) in self.explorer.visited
        return visited and id(statement) not in self.explorer.completed

    def decides(self, condition: Iterable[Statement]) -> bool:
        """Whether the value of a variable decides a condition."""
        return any(id(leaf) in self.explorer.decided for leaf in _leaves(condition))


def _leaves(statements: Iterable[Statement]) -> Iterator[Statement]:
    stack = list(statements)
    while stack:
        statement = stack.pop()
        yield statement
        for inside, _ in lists(statement):
            stack.extend(inside)


def _claim(found: Reach, rest: tuple[Statement, ...], cause: Cause, where: str) -> None:
    if _deliberate(found, rest, cause, where) or any(map(_has_unknown, rest)):
        return
    last = rest[-1].span
    start = rest[0].span
    span = Span(start.line, start.column, last.end_line, last.end_column)
    found.regions.append(Region(span, len(rest), cause, where))


_KEYWORDS = frozenset(
    {"if", "then", "elif", "else", "fi", "for", "while", "until", "select", "do", "done", "case"}
    | {"esac", "{", "}", ";;"}
)


def _has_unknown(statement: Statement) -> bool:
    stack = [statement]
    while stack:
        top = stack.pop()
        if isinstance(top, Unknown):
            return True
        for inside, _ in lists(top):
            stack.extend(inside)
    return False


# ── what stands behind an end on purpose ─────────────────────────────────────────────────────────

_FAREWELLS = frozenset({"exit", "return", "break", "continue", ":", "true", "false", "wait"})
_WORDS_OF_REGRET = frozenset({"echo", "printf", "cat"})
_SPEAKERS = regex(
    r"_*(?:echo|printf?|cat|log|err(?:or)?|warn|debug|info|msg|say|die|fail)(?:_\w+)?"
)
_MARKER = regex(r"_{0,2}[A-Z][A-Z0-9_ -]*_{0,2}:?|[A-Z][a-z]+[,.:]?|[-=*#~+]{2,}.*|\W.*")


def _deliberate(
    found: Reach, rest: tuple[Statement, ...], cause: Cause, where: str, *, code: bool = False
) -> bool:
    """Whether what follows an end was put there on purpose, or is no code at all."""
    names = [name_of(s) if isinstance(s, Command) else None for s in rest]
    if not code and all(name in _FAREWELLS for name in names):
        return True
    polite = _FAREWELLS | _WORDS_OF_REGRET
    if not code and cause.kind in {"exec", "function"} and all(name in polite for name in names):
        return True
    if not code and cause.kind == "loop" and names[-1] in _FAREWELLS and all(map(_speaks, names)):
        return True
    if where:
        return False
    first = rest[0]
    prose = (
        isinstance(first, Command)
        and first.words
        and not first.words[0].raw.startswith(('"', "$", "[", ".", "/", "~", "\\"))
        and _MARKER.fullmatch(first.words[0].raw) is not None
        and first.words[0].raw not in found.survey.definitions
    )
    return (
        bool(prose)
        or found.survey.reads_itself
        or "$0" in cause.text
        or "BASH_SOURCE" in cause.text
    )


def _speaks(name: str | None) -> bool:
    """Whether a command only says something, or takes its leave."""
    return name is not None and (name in _FAREWELLS or _SPEAKERS.fullmatch(name) is not None)


def _heading(loop: Loop) -> str:
    if loop.kind == "for((":
        return "for ((" + loop.header.strip().removeprefix("((").removesuffix("))") + "))"
    first = loop.condition[0] if loop.condition else None
    condition = text_of(first) if isinstance(first, Command) else "…"
    return f"{loop.kind} {condition}" if loop.kind != "for" else f"for {loop.variable}"


def _heading_span(loop: Loop) -> Span:
    span = loop.span
    if loop.condition:
        end = loop.condition[-1].span
        return Span(span.line, span.column, end.end_line, end.end_column)
    return Span(span.line, span.column, span.line, span.column + len(loop.kind))
