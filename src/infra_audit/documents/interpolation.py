"""`${VAR}` as compose fills it in: what is literal, what its defaults make of it, what to mask."""

from __future__ import annotations

from bisect import bisect_right

from msgspec import Struct

from ..source.regex import regex
from .scalars import Segments
from .shell.words import MASK

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = regex(r":?[-?+]")
_BRACE = regex(r"\$\{|\}")
_DEPTH = 8
"""How far defaults inside defaults are followed."""


class Variable(Struct, frozen=True, gc=False):
    """A variable from `start` to `end`; `operator` is `:-` and the like, '' for none.

    For `$$`, a plain dollar sign, `operator` is `$`; for what compose refuses it is `!`.
    """

    start: int
    end: int
    name: str
    operator: str
    operand: str


def variables(raw: str) -> tuple[Variable, ...]:
    """The variables of a value, not those inside another's default."""
    out: list[Variable] = []
    at = raw.find("$")
    while at >= 0:
        found = _variable(raw, at)
        out.append(found)
        at = raw.find("$", found.end)
    return tuple(out)


def literal(raw: str) -> str | None:
    """The value when no variable is in it."""
    if "$" not in raw:
        return raw
    found = variables(raw)
    return None if any(v.operator != "$" for v in found) else _filled(raw, found, 0)


def default(raw: str) -> str | None:
    """The value when no variable is set and all have defaults; None also for a literal."""
    if "$" not in raw:
        return None
    found = variables(raw)
    return None if all(v.operator == "$" for v in found) else _filled(raw, found, 0)


def overwritten(raw: str) -> str:
    """`raw` with every variable overwritten by as many `MASK` characters; `$$` stays."""
    if "$" not in raw:
        return raw
    out: list[str] = []
    done = 0
    for found in variables(raw):
        if found.operator != "$":
            out += raw[done : found.start], MASK * (found.end - found.start)
            done = found.end
    return "".join((*out, raw[done:]))


def masked(raw: str, segments: Segments) -> tuple[str, Segments]:
    """As `overwritten`, with `$$` as `$`, and where the stretches of that stand."""
    content = overwritten(raw)
    if "$$" not in content:
        return content, segments
    dropped = [v.start + 1 for v in variables(raw) if v.operator == "$"]
    out = [(offset - bisect_right(dropped, offset - 1), place) for offset, place in segments]
    for nth, at in enumerate(dropped):
        offset, place = segments[max(bisect_right(segments, (at, 1 << 62)) - 1, 0)]
        out.append((at - nth, place + at + 1 - offset))
    kept = zip([0, *(at + 1 for at in dropped)], [*dropped, len(content)], strict=True)
    return "".join(content[start:end] for start, end in kept), tuple(sorted(dict(out).items()))


def _variable(raw: str, at: int) -> Variable:
    following = raw[at + 1 : at + 2]
    if following == "$":
        return Variable(at, at + 2, "", "$", "")
    if following != "{":
        name = _NAME.match(raw, at + 1)
        return Variable(at, name.end(), name[0], "", "") if name else _refused(at, at + 1)
    end = _closing(raw, at + 2)
    name = _NAME.match(raw, at + 2, max(end - 1, 0))
    if end < 0 or name is None:
        return _refused(at, end if end >= 0 else len(raw))
    if name.end() == end - 1:
        return Variable(at, end, name[0], "", "")
    operator = _OPERATOR.match(raw, name.end(), end - 1)
    if operator is None:
        return _refused(at, end)
    return Variable(at, end, name[0], operator[0], raw[operator.end() : end - 1])


def _refused(start: int, end: int) -> Variable:
    return Variable(start, end, "", "!", "")


def _closing(raw: str, at: int) -> int:
    """Behind the brace that closes the variable whose name begins at `at`; -1 if none does."""
    depth = 1
    for match in _BRACE.finditer(raw, at):
        depth += 1 if match[0] == "${" else -1
        if not depth:
            return match.end()
    return -1


def _filled(raw: str, found: tuple[Variable, ...], depth: int) -> str | None:
    out: list[str] = []
    done = 0
    for variable in found:
        value = _value(variable, depth)
        if value is None:
            return None
        out += raw[done : variable.start], value
        done = variable.end
    return "".join((*out, raw[done:]))


def _value(variable: Variable, depth: int) -> str | None:
    if variable.operator == "$":
        return "$"
    if variable.operator not in {"-", ":-"} or depth >= _DEPTH:
        return None
    return _filled(variable.operand, variables(variable.operand), depth + 1)
