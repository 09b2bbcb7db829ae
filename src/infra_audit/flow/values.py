"""What is known of values in one standing: of words, parameters, sums, and what assigns them."""

from __future__ import annotations

from collections.abc import Iterable

from ..documents.shell.syntax import Assignment, Case, Command, Literal, Parameter, Word
from ..source.regex import regex
from .arithmetic import evaluate
from .conditions import matches
from .explorer import Explorer
from .standing import (
    FAILED,
    NONZERO,
    UNKNOWN,
    Standing,
    Standings,
    Value,
    forgotten,
    with_value,
)
from .writes import reckoned, written_by

_WRITERS = frozenset({"read", "mapfile", "readarray", "unset", "getopts", "printf"})
"""Builtins that give values to the variables that they name."""

_NAME = regex(r"[A-Za-z_]")


def read(found: Explorer, standing: Standing, word: Word) -> Value:
    """What a word expands to as one word in a standing."""
    if word.literal is not None:
        return word.literal
    texts: list[str] = []
    for part in word.parts:
        if isinstance(part, Literal):
            texts.append(part.text)
            continue
        value = of_parameter(found, standing, part) if isinstance(part, Parameter) else None
        if value is None:
            return None
        texts.append(value)
    whole = "".join(texts)
    return whole if NONZERO not in whole or whole == NONZERO else None


def of_parameter(found: Explorer, standing: Standing, part: Parameter) -> Value:
    """What a parameter expands to in a standing."""
    if part.name == "?" and not part.operator:
        return _status_text(standing[0])
    nth = found.variables.get(part.name)
    if nth is None or part.operator not in {"", ":-", "-", ":?", "?"}:
        return None
    value = standing[6][nth]
    if value == "" and part.operator == ":-":
        return None
    return value


def _status_text(status: int) -> Value:
    if status in {FAILED, UNKNOWN}:
        return NONZERO
    return str(status)


def number(found: Explorer, standing: Standing, name: str) -> int | None:
    """The value of a variable as arithmetic sees it."""
    if name == "?":
        return standing[0] if standing[0] < FAILED else None
    nth = found.variables.get(name)
    value = None if nth is None else standing[6][nth]
    if value == "":
        return 0
    return int(value) if value is not None and value.isdecimal() else None


def given(found: Explorer, name: str, value: Value, at: Standings) -> Standings:
    """The shells after a variable was given a value."""
    nth = found.variables.get(name)
    return at if nth is None else {with_value(s, nth, value) for s in at}


def reckon(found: Explorer, text: str, at: Standings, identity: int) -> Standings:
    """The shells after an arithmetic command: 0 where the value is not 0, else 1."""
    after: Standings = set()
    for standing in at:
        result = evaluate(text.strip(), lambda name, s=standing: number(found, s, name))  # type: ignore[misc]
        truth: bool | None = None
        here = standing
        if result is None:
            for name in reckoned(text):
                (here,) = given(found, name, None, {here})
        else:
            truth = None if result[0] is None else bool(result[0])
            for name, value in result[1].items():
                (here,) = given(found, name, None if value is None else str(value), {here})
        if truth is not None and _NAME.search(text):
            found.decided.add(identity)
        if truth is not False:
            after.add((0, *here[1:]))
        if truth is not True:
            after.add((1, *here[1:]))
    return after


def fits(found: Explorer, statement: Case, nth: int, standing: Standing) -> bool | None:
    """Whether the patterns of a clause fit the word of its case; None where that is unknown."""

    def reading(word: Word) -> Value:
        return read(found, standing, word)

    text = reading(statement.word)
    truths = {matches(text, pattern, reading) for pattern in statement.clauses[nth].patterns}
    if text is not None and statement.word.literal is None:
        found.decided.add(id(statement))
    if True in truths:
        return True
    return None if None in truths else False


def forget(found: Explorer, command: Command, at: Standings) -> Standings:
    """The shells after a builtin that gives variables values nobody knows."""
    if found.variables and command.words[0].literal in _WRITERS:
        flagged = command.words[0].literal != "printf" or any(
            word.literal == "-v" for word in command.words
        )
        if flagged and any(word.literal is None for word in command.words):
            return forgotten(at)
    for name in written_by(command):
        at = given(found, name, None, at)
    return at


def assigned(found: Explorer, assignments: Iterable[Assignment], standing: Standing) -> Standing:
    """The shell after assignments."""
    for assignment in assignments:
        nth = found.variables.get(assignment.name)
        if nth is None:
            continue
        value: Value = None
        if assignment.value is not None and not assignment.append:
            value = read(found, standing, assignment.value)
        elif not assignment.append and not assignment.elements and _empty(assignment):
            value = ""
        standing = with_value(standing, nth, value)
    return standing


def _empty(assignment: Assignment) -> bool:
    span = assignment.span
    return span.line == span.end_line and span.end_column - span.column == len(assignment.name) + 1
