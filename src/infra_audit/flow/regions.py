"""Turns the traces of an exploration into regions: what of a script no path reaches."""

from __future__ import annotations

from ..documents.shell.syntax import (
    AndOr,
    Command,
    Function,
    Pipeline,
    Script,
    Statement,
    Unknown,
)
from ..model import Span
from ..source.regex import regex
from .behaviour import Cause, Region
from .causes import Traces, cause_of
from .constructs import lists, name_of
from .explorer import Explorer
from .reached import Reach

_KEYWORDS = frozenset(
    {"if", "then", "elif", "else", "fi", "for", "while", "until", "select", "do", "done", "case"}
    | {"esac", "{", "}", ";;"}
)
"""With one of these the rest of a broken script is code."""

_FAREWELLS = frozenset({"exit", "return", "break", "continue", ":", "true", "false", "wait"})
"""Commands that end something, or do nothing, in place of what stands behind an end."""

_WORDS_OF_REGRET = frozenset({"echo", "printf", "cat"})
_SPEAKERS = regex(
    r"_*(?:echo|printf?|cat|log|err(?:or)?|warn|debug|info|msg|say|die|fail)(?:_\w+)?"
)
_MARKER = regex(r"_{0,2}[A-Z][A-Z0-9_ -]*_{0,2}:?|[A-Z][a-z]+[,.:]?|[-=*#~+]{2,}.*|\W.*")


def note_regions(found: Reach, explorer: Explorer, script: Script, *, sourced: bool) -> None:
    """Note what no path reaches, and what stops every path, with the causes that can be told."""
    traces = Traces(explorer, sourced)
    _lists(found, traces, script.statements, cut=script.rest is None)
    if script.rest is not None:
        _rest(found, script)
    found.regions[:] = _outermost(found.regions)


def _lists(found: Reach, traces: Traces, statements: tuple[Statement, ...], *, cut: bool) -> None:
    """Read all lists that some path reaches; the statements' own is `cut` where it is whole."""
    stack = [(statements, "", cut, True)]
    while stack:
        some, where, cut, listed = stack.pop()
        alive = _alive(found, traces, some, where, cut=cut, listed=listed)
        for statement in some[:alive]:
            substitutions = found.survey.substitutions.get(id(statement), ())
            stack.extend([(s.body, where, True, True) for s in substitutions])
            if isinstance(statement, Command):
                continue
            inner = statement.name if isinstance(statement, Function) else where
            listing = not isinstance(statement, AndOr | Pipeline)
            for inside, _ in lists(statement):
                stack.append((inside, inner, True, listing))


def _alive(  # noqa: PLR0913 (what a list is, and where it stands)
    found: Reach,
    traces: Traces,
    statements: tuple[Statement, ...],
    where: str,
    *,
    cut: bool,
    listed: bool,
) -> int:
    """How many statements of a list some path reaches, from the first on."""
    visited, completed = traces.explorer.visited, traces.explorer.completed
    for nth, statement in enumerate(statements):
        if id(statement) not in visited:
            if not listed:
                found.dead.add(id(statement))
                continue
            found.dead.update(map(id, statements[nth:]))
            cause = found.causes.get(id(statements[nth - 1])) if nth and cut else None
            if cause is not None:
                _claim(found, statements[nth:], cause, where)
            return nth
        if id(statement) not in completed:
            found.stops.add(id(statement))
            cause = cause_of(traces, statement, where)
            if cause is not None:
                found.causes[id(statement)] = cause
    return len(statements)


def _rest(found: Reach, script: Script) -> None:
    """Claim what lies behind the last statement that bash reads of a broken script."""
    fault, rest = script.fault, script.rest
    ended = next((n for n, s in enumerate(script.statements) if id(s) in found.stops), None)
    if ended is None or fault is None or rest is None:
        return
    cause = found.causes.get(id(script.statements[ended]))
    keyword = fault.found in _KEYWORDS or (not fault.found and fault.opener in _KEYWORDS)
    behind = script.statements[ended + 1 :]
    if cause is None or not keyword or any(map(_has_unknown, behind)):
        return
    if behind and _deliberate(found, behind, cause, "", code=True):
        return
    start = behind[0].span if behind else rest
    span = Span(start.line, start.column, rest.end_line, rest.end_column)
    found.regions.append(Region(span, len(behind) + 1, cause))


def _claim(found: Reach, rest: tuple[Statement, ...], cause: Cause, where: str) -> None:
    if _deliberate(found, rest, cause, where) or any(map(_has_unknown, rest)):
        return
    last = rest[-1].span
    start = rest[0].span
    span = Span(start.line, start.column, last.end_line, last.end_column)
    found.regions.append(Region(span, len(rest), cause, where))


def _has_unknown(statement: Statement) -> bool:
    stack = [statement]
    while stack:
        top = stack.pop()
        if isinstance(top, Unknown):
            return True
        for inside, _ in lists(top):
            stack.extend(inside)
    return False


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


def _outermost(regions: list[Region]) -> list[Region]:
    """The regions that lie in no other one, in order."""
    kept: list[Region] = []
    end = (0, 0)
    for region in sorted(regions, key=lambda r: (r.span.line, r.span.column, -r.span.end_line)):
        if (region.span.end_line, region.span.end_column) > end:
            kept.append(region)
            end = (region.span.end_line, region.span.end_column)
    return kept
