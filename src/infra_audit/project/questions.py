"""Which commands stand in a condition: there to ask a question, so that a failure is an answer."""

from __future__ import annotations

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
    return lambda span: any(contains(outer, span) for outer in found)
