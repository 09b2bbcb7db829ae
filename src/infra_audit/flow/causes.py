"""Why no path gets past a statement, as its finding says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Case,
    Command,
    Group,
    If,
    Loop,
    Pipeline,
    Redirected,
    Statement,
    Subshell,
)
from ..model import Span
from .behaviour import Cause
from .constructs import chain, lists, name_of, text_of
from .explorer import Explorer


class Traces(Struct, frozen=True, gc=False):
    """What an exploration has visited, and whether of a script that another sources."""

    explorer: Explorer
    sourced: bool


def cause_of(traces: Traces, statement: Statement, where: str) -> Cause | None:
    """Why no path gets past a statement; None where the value of a variable decides it."""
    match statement:
        case Command():
            return _of_command(traces, statement, where)
        case Group():
            return _of_list(traces, statement.body, where)
        case Redirected():
            return cause_of(traces, statement.body, where)
        case AndOr():
            return _of_chain(traces, statement, where)
        case If() | Case():
            return _of_choice(traces, statement, where)
        case Loop():
            return _of_loop(traces, statement, where)
        case Subshell():
            ends = _of_list(traces, statement.body, where)
            if ends is not None and ends.kind == "loop":
                return ends
            return Cause("errexit", "( … )", statement.span)
        case Pipeline():
            last = statement.commands[-1] if statement.commands else None
            if last is not None and id(last) not in traces.explorer.completed:
                ends = cause_of(traces, last, where)
                if len(statement.commands) == 1 or (ends is not None and ends.kind == "loop"):
                    return ends
            return Cause("errexit", "… | …", statement.span)
        case Arithmetic():
            decided = id(statement) in traces.explorer.decided
            return None if decided else Cause("errexit", statement.raw, statement.span)
        case _:
            return None


def _of_list(traces: Traces, body: tuple[Statement, ...], where: str) -> Cause | None:
    """Why no path gets to the end of a list."""
    for statement in body:
        if _stopped(traces, statement):
            return cause_of(traces, statement, where)
    return None


def _of_chain(traces: Traces, statement: AndOr, where: str) -> Cause | None:
    links = [link for _, link in chain(statement)]
    if _decides(traces, links[:-1]):
        return None
    for link in reversed(links):
        if _stopped(traces, link):
            return cause_of(traces, link, where)
    return None


def _of_choice(traces: Traces, statement: If | Case, where: str) -> Cause | None:
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
        if not whole and id(statement) in traces.explorer.decided:
            return None
    taken = [body for body in bodies if body and id(body[0]) in traces.explorer.visited]
    if len(taken) < len(bodies) or not whole:
        if id(statement) in traces.explorer.decided or len(taken) > 1:
            return None
        if any(_decides(traces, condition) for condition in conditions):
            return None
    if len(taken) > 1:
        word = "if" if isinstance(statement, If) else "case"
        span = statement.span
        head = Span(span.line, span.column, span.line, span.column + len(word))
        return Cause("branches", word, head)
    for body in (*taken, *conditions):
        found = _of_list(traces, body, where)
        if found is not None:
            return found
    return None


def _of_loop(traces: Traces, loop: Loop, where: str) -> Cause | None:
    if _decides(traces, loop.condition) or id(loop) in traces.explorer.decided:
        return None
    for body in (loop.condition, loop.body):
        found = _of_list(traces, body, where)
        stopped = any(_stopped(traces, statement) for statement in body)
        if stopped and (found is None or found.kind != "continue"):
            return found
    return Cause("loop", _heading(loop), _heading_span(loop))


def _of_command(traces: Traces, command: Command, where: str) -> Cause | None:
    name = name_of(command)
    words = command.words
    named = traces.explorer.survey.definitions.get(name or "")
    text, span = text_of(command), command.span
    returned = traces.explorer.returned
    if named and all(id(d.function) not in returned for d in named):
        return Cause("function", text, span, named[0].function.heading)
    while not named and name in {"command", "builtin"} and len(words) > 1:
        words = words[1:]
        name = words[0].literal
    gone = id(command) in traces.explorer.gone
    match name:
        case _ if named:
            return Cause("exit" if gone else "errexit", text, span)
        case "return" if where or traces.sourced:
            return Cause("return", text, span)
        case "exit" | "exec" | "break" | "continue":
            return Cause(name, text, span)
        case "kill":
            return Cause("exit", text, span)
        case "[" | "[[" | "test" | "let" if id(command) in traces.explorer.decided:
            return None
        case _:
            return None if gone else Cause("errexit", text, span)


def _stopped(traces: Traces, statement: Statement) -> bool:
    """Whether some path reaches a statement and none gets past it."""
    visited = id(statement) in traces.explorer.visited
    return visited and id(statement) not in traces.explorer.completed


def _decides(traces: Traces, condition: Iterable[Statement]) -> bool:
    """Whether the value of a variable decides a condition."""
    return any(id(leaf) in traces.explorer.decided for leaf in _leaves(condition))


def _leaves(statements: Iterable[Statement]) -> Iterator[Statement]:
    stack = list(statements)
    while stack:
        statement = stack.pop()
        yield statement
        for inside, _ in lists(statement):
            stack.extend(inside)


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
