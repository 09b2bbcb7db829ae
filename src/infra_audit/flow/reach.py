"""Which statements no execution reaches, and what cuts them off.

Each statement is judged by how it may complete: with success, with failure, or never. Whatever is
not certain may complete both ways, so that nothing reachable is ever called unreachable.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Background,
    Case,
    Command,
    Function,
    Group,
    If,
    Loop,
    Opaque,
    Parameter,
    Pipeline,
    Redirected,
    Script,
    Statement,
    Subshell,
    Unknown,
    Word,
)
from ..model import Span
from ..source.regex import regex
from .behaviour import Cause, Region
from .constructs import (
    always_words,
    chain,
    lists,
    name_of,
    redirects_hold,
    text_of,
)
from .survey import DEPTH, MAIN, Survey, sure

SHELLS = frozenset({"", "bash", "sh", "dash", "ash", "ksh", "busybox"})
"""Interpreters whose control flow is the one described here."""


class Way(Struct, frozen=True, gc=False):
    """How a statement may complete, and how else it may be left.

    `leaps` has bits 0 and 1 set for a `return` with success and with failure, bits 2n and 2n + 1
    for a `break` and a `continue` of n loops.
    """

    ok: bool = True
    bad: bool = True
    leaps: int = 0
    cause: Cause | None = None
    unknown: bool = False

    @property
    def completes(self) -> bool:
        """Whether what follows may run."""
        return self.ok or self.bad


EITHER = Way()
SUCCEEDS = Way(bad=False)
FAILS = Way(ok=False)


class Frame(Struct, frozen=True, gc=False):
    """Where a statement stands: its function, and how many loops of its own shell are around it."""

    function: str = MAIN
    loops: int = 0
    returns: bool = False
    """Whether `return` ends what it stands in: a function, or a file that is sourced."""
    apart: bool = False
    """Whether it runs in a subshell."""


class Reach(Struct):
    """What is found while a script is judged."""

    survey: Survey
    routines: dict[int, Way] = {}
    """How calls come back, by the identity of the function's definition."""
    judging: set[int] = set()
    depth: int = 0
    regions: list[Region] = []
    dead: set[int] = set()
    """The identities of the first statements in no-man's-land: all inside is unreachable too."""
    stops: set[int] = set()
    """The identities of statements that never complete."""
    causes: dict[int, Cause] = {}


def reach(script: Script, survey: Survey, *, sourced: bool) -> Reach:
    """What of `script` can be reached; nothing is claimed for shells of other families."""
    found = Reach(survey=survey)
    if script.interpreter not in SHELLS:
        return found
    top = Frame(returns=sourced)
    for definitions in survey.definitions.values():
        for definition in definitions:
            _routine(found, definition.function)
    way = _sequence(found, script.statements, top, cut=script.rest is None)
    if script.rest is not None:
        _rest(found, script, way, top)
    found.regions[:] = _outermost(found.regions)
    return found


def never_returns(found: Reach, name: str) -> bool:
    """Whether no call of the function comes back."""
    definitions = found.survey.definitions[name]
    return all(not _routine(found, d.function).completes for d in definitions)


def _outermost(regions: list[Region]) -> list[Region]:
    """The regions that lie in no other one, in order."""
    kept: list[Region] = []
    end = (0, 0)
    for region in sorted(regions, key=lambda r: (r.span.line, r.span.column, -r.span.end_line)):
        if (region.span.end_line, region.span.end_column) > end:
            kept.append(region)
            end = (region.span.end_line, region.span.end_column)
    return kept


# ── lists ────────────────────────────────────────────────────────────────────────────────────────


def _sequence(
    found: Reach, statements: tuple[Statement, ...], frame: Frame, *, cut: bool = True
) -> Way:
    """How a list may complete; with `cut`, what follows its end is a region."""
    leaps = 0
    way = SUCCEEDS
    for nth, statement in enumerate(statements):
        way = _statement(found, statement, frame)
        leaps |= way.leaps
        if way.unknown:
            for later in statements[nth + 1 :]:
                leaps |= _statement(found, later, frame).leaps
            return Way(leaps=leaps, unknown=True)
        if not way.completes:
            rest = statements[nth + 1 :]
            found.dead.update(map(id, rest))
            if cut and rest and way.cause is not None:
                _claim(found, rest, way.cause, frame)
            return Way(ok=False, bad=False, leaps=leaps, cause=way.cause)
    return Way(way.ok, way.bad, leaps)


def _claim(found: Reach, rest: tuple[Statement, ...], cause: Cause, frame: Frame) -> None:
    if _deliberate(found, rest, cause, frame) or any(map(_has_unknown, rest)):
        return
    last = rest[-1].span
    start = rest[0].span
    span = Span(start.line, start.column, last.end_line, last.end_column)
    found.regions.append(Region(span, len(rest), cause, frame.function))


def _rest(found: Reach, script: Script, way: Way, frame: Frame) -> None:
    """Claim what lies behind the last statement that bash reads of a broken script."""
    fault, rest = script.fault, script.rest
    if way.completes or fault is None or rest is None or way.cause is None:
        return
    keyword = fault.found in _KEYWORDS or (not fault.found and fault.opener in _KEYWORDS)
    ended = next(n for n, s in enumerate(script.statements) if id(s) in found.stops)
    behind = script.statements[ended + 1 :]
    if not keyword or (behind and _deliberate(found, behind, way.cause, frame, code=True)):
        return
    if any(map(_has_unknown, behind)):
        return
    start = behind[0].span if behind else rest
    span = Span(start.line, start.column, rest.end_line, rest.end_column)
    found.regions.append(Region(span, len(behind) + 1, way.cause))


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
    found: Reach, rest: tuple[Statement, ...], cause: Cause, frame: Frame, *, code: bool = False
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
    if frame.function:
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


# ── statements ───────────────────────────────────────────────────────────────────────────────────


def _statement(found: Reach, statement: Statement, frame: Frame) -> Way:
    found.depth += 1
    way = _way(found, statement, frame)
    found.depth -= 1
    if not way.completes:
        found.stops.add(id(statement))
        if way.cause is not None:
            found.causes[id(statement)] = way.cause
    return way


def _way(found: Reach, statement: Statement, frame: Frame) -> Way:
    for substitution in found.survey.substitutions.get(id(statement), ()):
        _sequence(found, substitution.body, _subshell(frame))
    match statement:
        case Command():
            return _command(found, statement, frame)
        case Arithmetic() | Function():
            return _constant(statement)
        case Unknown():
            return Way(unknown=True)
        case Group():
            return _sequence(found, statement.body, frame)
        case Redirected():
            way = _statement(found, statement.body, frame)
            return way if redirects_hold(statement.redirects) else _also(way, bad=True)
        case Subshell():
            inner = _sequence(found, statement.body, _subshell(frame))
            return Way(unknown=inner.unknown)
        case Background():
            inner = _statement(found, statement.body, _subshell(frame))
            return Way(bad=False, unknown=inner.unknown)
        case Pipeline():
            return _pipeline(found, statement, frame)
        case AndOr():
            return _and_or(found, statement, frame)
        case If():
            return _if(found, statement, frame)
        case Case():
            return _case(found, statement, frame)
        case Loop():
            return _loop(found, statement, frame)
        case _:
            assert_never(statement)


def _subshell(frame: Frame) -> Frame:
    return Frame(frame.function, 0, frame.returns, apart=True)


def _also(way: Way, *, ok: bool = False, bad: bool = False) -> Way:
    return Way(way.ok or ok, way.bad or bad, way.leaps, way.cause, way.unknown)


def _constant(statement: Arithmetic | Function) -> Way:
    if isinstance(statement, Function):
        return SUCCEEDS
    raw = statement.raw.strip().removeprefix("((").removesuffix("))").strip()
    if raw.isdigit():
        return SUCCEEDS if int(raw) else FAILS
    return EITHER


def _pipeline(found: Reach, statement: Pipeline, frame: Frame) -> Way:
    if len(statement.commands) > 1:
        ways = [_statement(found, part, _subshell(frame)) for part in statement.commands]
        return Way(unknown=any(way.unknown for way in ways))
    if not statement.commands:
        return EITHER
    way = _statement(found, statement.commands[0], frame)
    if statement.negated:
        return Way(way.bad, way.ok, way.leaps, way.cause, way.unknown)
    return way


def _and_or(found: Reach, statement: AndOr, frame: Frame) -> Way:
    ok, bad = True, False
    leaps = 0
    cause: Cause | None = None
    unknown = False
    for operator, link in chain(statement):
        way = _statement(found, link, frame)
        match operator:
            case "&&":
                bad = bad or (ok and way.bad)
                ok = ok and way.ok
            case "||":
                ok = ok or (bad and way.ok)
                bad = bad and way.bad
            case _:
                ok, bad = way.ok, way.bad
        leaps |= way.leaps
        cause = way.cause or cause
        unknown = unknown or way.unknown
    return Way(ok, bad, leaps, cause, unknown)


def _joined(ways: Iterable[Way], *, ok: bool, bad: bool) -> Way:
    leaps = 0
    cause: Cause | None = None
    unknown = False
    for way in ways:
        ok, bad = ok or way.ok, bad or way.bad
        leaps |= way.leaps
        cause = way.cause or cause
        unknown = unknown or way.unknown
    return Way(ok, bad, leaps, cause, unknown)


def _if(found: Reach, statement: If, frame: Frame) -> Way:
    taken: list[Way] = []
    asked: list[Way] = []
    open_ = True
    for branch in statement.branches:
        condition = _sequence(found, branch.condition, frame)
        body = _sequence(found, branch.body, frame)
        asked.append(condition)
        if open_ and condition.ok:
            taken.append(body)
        else:
            asked.append(body)
        open_ = open_ and condition.bad
    if statement.otherwise is not None:
        body = _sequence(found, statement.otherwise, frame)
        (taken if open_ else asked).append(body)
        open_ = False
    aside = _joined(asked, ok=False, bad=False)
    way = _joined(taken, ok=open_, bad=False)
    return Way(
        way.ok,
        way.bad,
        way.leaps | aside.leaps,
        way.cause or aside.cause,
        way.unknown or aside.unknown,
    )


def _case(found: Reach, statement: Case, frame: Frame) -> Way:
    ways: list[Way] = []
    covered = False
    last = len(statement.clauses) - 1
    for nth, clause in enumerate(statement.clauses):
        body = _sequence(found, clause.body, frame)
        covered = covered or any(pattern.raw == "*" for pattern in clause.patterns)
        if clause.terminator == ";&" and nth < last:
            body = Way(
                ok=False, bad=False, leaps=body.leaps, cause=body.cause, unknown=body.unknown
            )
        elif clause.terminator in {";&", ";;&"}:
            body = _also(body, ok=body.completes, bad=body.completes)
        ways.append(body)
    return _joined(ways, ok=not covered, bad=False)


def _loop(found: Reach, statement: Loop, frame: Frame) -> Way:
    inner = Frame(frame.function, frame.loops + 1, frame.returns, frame.apart)
    condition = _sequence(found, statement.condition, inner)
    body = _sequence(found, statement.body, inner)
    leaps = condition.leaps | body.leaps
    outer = (leaps >> 4 << 2) | (leaps & 3)
    again = body.completes or bool(body.leaps & 8)
    match statement.kind:
        case "while":
            done = condition.bad
        case "until":
            done = condition.ok
        case "for((":
            done = not _endless_header(statement.header)
        case "for":
            done = again or not any(map(always_words, statement.words or ()))
        case "select":
            done = True
        case _:
            assert_never(statement.kind)
    unknown = condition.unknown or body.unknown
    if done or unknown or leaps & 4 or found.survey.breaks_loose or _may_break(statement):
        return Way(leaps=outer, unknown=unknown)
    cause = body.cause or condition.cause
    if again and condition.completes:
        cause = Cause("loop", _heading(statement), _heading_span(statement))
    return Way(ok=False, bad=False, leaps=outer, cause=cause)


def _endless_header(header: str) -> bool:
    fields = header.strip().removeprefix("((").removesuffix("))").split(";")
    return len(fields) == 3 and not fields[1].strip()


def _may_break(loop: Loop) -> bool:
    """Whether some command in the loop may turn out to be `break`."""
    stack: list[Statement] = [loop]
    while stack:
        top = stack.pop()
        if isinstance(top, Command):
            name = name_of(top)
            if (top.words and name is None) or name in {"eval", "source", "."}:
                return True
        for inside, apart in lists(top):
            if not apart and not isinstance(top, Function):
                stack.extend(inside)
    return False


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


# ── commands ─────────────────────────────────────────────────────────────────────────────────────


def _command(found: Reach, command: Command, frame: Frame) -> Way:
    name = name_of(command)
    if name is None or name in found.survey.renamed:
        return EITHER
    if name in found.survey.definitions:
        return _call(found, command, name, frame)
    words = command.words
    while name in {"command", "builtin"} and len(words) > 1:
        words = words[1:]
        name = words[0].literal
    if name is None or name in found.survey.renamed or not redirects_hold(command.redirects):
        return EITHER
    match name:
        case "true" | ":":
            return SUCCEEDS
        case "false":
            return FAILS
        case "exit" if _plain_status(words):
            return Way(ok=False, bad=False, cause=Cause("exit", text_of(command), command.span))
        case "return" if _plain_status(words):
            if not frame.returns:
                return EITHER if frame.apart else FAILS
            cause = Cause("return", text_of(command), command.span)
            return Way(ok=False, bad=False, leaps=_return_bits(words), cause=cause)
        case "exec" if not found.survey.execfail and _replaces(words):
            return Way(ok=False, bad=False, cause=Cause("exec", text_of(command), command.span))
        case "break" | "continue" if frame.loops:
            return _jump(name, words, frame)
        case _:
            return EITHER


def _plain_status(words: tuple[Word, ...]) -> bool:
    if len(words) == 1:
        return True
    if len(words) > 2:
        return False
    literal = words[1].literal
    if literal is not None:
        return literal.lstrip("-").isdigit()
    part = words[1].parts[0] if len(words[1].parts) == 1 else None
    return isinstance(part, Parameter | Opaque) and getattr(part, "name", "") not in {"@", "*"}


_DESCRIPTOR = regex(r"\d+|\{\w+\}")
"""What stands before a redirection that the parser may have taken for a word."""


def _replaces(words: tuple[Word, ...]) -> bool:
    """Whether `exec` surely has a command."""
    rest = list(words[1:])
    while rest and (rest[0].literal or "").startswith("-"):
        option = rest.pop(0).literal
        if option == "-a" and rest:
            rest.pop(0)
    if not rest or _DESCRIPTOR.fullmatch(rest[0].raw):
        return False
    return always_words(rest[0])


def _jump(name: str, words: tuple[Word, ...], frame: Frame) -> Way:
    given = words[1].literal if len(words) > 1 else "1"
    if given is None or not given.isdigit() or int(given) < 1:
        return Way(leaps=(4 << 2 * frame.loops) - 4)
    level = min(int(given), frame.loops)
    return Way(ok=False, bad=False, leaps=(1 if name == "break" else 2) << 2 * level)


def _return_bits(words: tuple[Word, ...]) -> int:
    status = words[1].literal if len(words) > 1 else None
    if status is None or not status.isdigit():
        return 3
    return 2 if int(status) % 256 else 1


def _call(found: Reach, command: Command, name: str, frame: Frame) -> Way:
    function = sure(found.survey, name, command.span, frame.function)
    if function is None or not redirects_hold(command.redirects):
        return EITHER
    way = _routine(found, function)
    if way.completes:
        return Way(way.ok, way.bad)
    cause = Cause("function", text_of(command), command.span, function.heading)
    return Way(ok=False, bad=False, cause=cause)


def _routine(found: Reach, function: Function) -> Way:
    """How a call of the function may come back."""
    key = id(function)
    known = found.routines.get(key)
    if known is not None:
        return known
    if key in found.judging or found.depth > DEPTH // 2:
        return EITHER
    found.judging.add(key)
    way = _statement(found, function.body, Frame(function.name, returns=True))
    found.judging.discard(key)
    if way.unknown or found.survey.returns_loose:
        way = EITHER
    way = Way(way.ok or bool(way.leaps & 1), way.bad or bool(way.leaps & 2))
    found.routines[key] = way
    return way
