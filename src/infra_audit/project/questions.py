"""Which commands stand in a condition: there to ask a question, so that a failure is an answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from ..documents.shell.syntax import If, Loop, Pipeline, Script
from ..model import Span
from .inside import contains, statements


def questions(script: Script) -> Callable[[Span], bool]:
    """Tells of a place whether it lies in the condition of an `if` or a loop, or behind `!`."""
    found: list[Span] = []
    for statement in statements(script):
        match statement:
            case If():
                found += [b.condition[-1].span for b in statement.branches if b.condition]
            case Loop() if statement.condition:
                found.append(statement.condition[-1].span)
            case Pipeline() if statement.negated:
                found.append(statement.span)
            case _:
                pass
    return _within(found)


def _within(found: list[Span]) -> Callable[[Span], bool]:
    """Tells whether a place lies in one of some spans, of which no two overlap but by nesting."""
    outer: list[Span] = []
    for span in sorted(found, key=lambda s: (s.line, s.column, -s.end_line, -s.end_column)):
        if not outer or not contains(outer[-1], span):
            outer.append(span)
    starts = [(span.line, span.column) for span in outer]

    def lies(span: Span) -> bool:
        nth = bisect_right(starts, (span.line, span.column))
        return nth > 0 and contains(outer[nth - 1], span)

    return lies
