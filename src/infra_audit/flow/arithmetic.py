"""Shell arithmetic, as far as its variables are known.

The grammar is that of bash(1), ARITHMETIC EVALUATION, without `?:`, `,`, bases and arrays: what holds
those is unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from msgspec import Struct

from ..source.regex import regex

_TOKEN = regex(
    r"\s*(\d+|\$\?|\$?\{?[A-Za-z_]\w*\}?|\+\+|--|<=|>=|==|!=|&&|\|\||[-+*/%]?=|[-+*/%<>!()])"
)
_NAME = regex(r"\$?\{?([A-Za-z_]\w*)\}?")

_BINARY: tuple[dict[str, Callable[[int, int], int]], ...] = (
    {"||": lambda a, b: int(bool(a or b))},
    {"&&": lambda a, b: int(bool(a and b))},
    {"==": lambda a, b: int(a == b), "!=": lambda a, b: int(a != b)},
    {
        "<": lambda a, b: int(a < b),
        ">": lambda a, b: int(a > b),
        "<=": lambda a, b: int(a <= b),
        ">=": lambda a, b: int(a >= b),
    },
    {"+": operator.add, "-": operator.sub},
    {
        "*": operator.mul,
        "/": lambda a, b: int(a / b),
        "%": lambda a, b: a - b * int(a / b),
    },
)
_BINARY_OF = {sign: function for level in _BINARY for sign, function in level.items()}
_ASSIGNING = frozenset({"=", "+=", "-=", "*=", "/=", "%="})
_STEPPING = frozenset({"++", "--"})
_MOST = 10**9
"""A variable of a larger value is unknown: bash wraps around, and loops must come to an end."""

_LONGEST = 400
"""Longer expressions are unknown."""

Look = Callable[[str], int | None]
"""The value of a variable; None where it is unknown."""


class _Odd(Exception):  # noqa: N818 (it never leaves this module)
    """The expression has something that is not understood, or divides by zero."""


class _Sum(Struct):
    """One evaluation, and how far it has come."""

    tokens: list[str]
    look: Look
    written: dict[str, int | None] = {}
    """What it has assigned."""
    at: int = 0
    unsure: int = 0
    """How many `&&` and `||` around may skip what is being evaluated."""


def evaluate(text: str, look: Look) -> tuple[int | None, dict[str, int | None]] | None:
    """The value of an expression and what it assigns; None where it is not understood."""
    if len(text) > _LONGEST:
        return None
    try:
        sum_ = _Sum(_tokens(text), look)
        found = _assignment(sum_)
    except _Odd:
        return None
    return None if sum_.at < len(sum_.tokens) else (found, sum_.written)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _Odd
        tokens.append(match[1])
        at = match.end()
    return tokens


def _peek(sum_: _Sum, ahead: int = 0) -> str:
    at = sum_.at + ahead
    return sum_.tokens[at] if at < len(sum_.tokens) else ""


def _take(sum_: _Sum) -> str:
    sign = _peek(sum_)
    sum_.at += 1
    return sign


def _get(sum_: _Sum, name: str) -> int | None:
    return sum_.written[name] if name in sum_.written else sum_.look(name)


def _put(sum_: _Sum, name: str, value: int | None) -> int | None:
    if value is not None and abs(value) > _MOST:
        value = None
    sum_.written[name] = None if sum_.unsure else value
    return value


def _assignment(sum_: _Sum) -> int | None:
    name, sign = _peek(sum_), _peek(sum_, 1)
    if not _is_name(name) or sign not in _ASSIGNING:
        return _binary(sum_, 0)
    sum_.at += 2
    right = _assignment(sum_)
    if sign != "=":
        right = _apply(_BINARY_OF[sign[0]], _get(sum_, name), right)
    return _put(sum_, name, right)


def _binary(sum_: _Sum, level: int) -> int | None:
    if level == len(_BINARY):
        return _unary(sum_)
    left = _binary(sum_, level + 1)
    while _peek(sum_) in _BINARY[level]:
        sign = _take(sum_)
        unsure = sign in {"&&", "||"} and not (left is not None and bool(left) == (sign == "&&"))
        sum_.unsure += unsure
        right = _binary(sum_, level + 1)
        sum_.unsure -= unsure
        left = _apply(_BINARY[level][sign], left, right)
    return left


def _unary(sum_: _Sum) -> int | None:
    sign = _take(sum_)
    match sign:
        case "!":
            found = _unary(sum_)
            return None if found is None else int(not found)
        case "-":
            found = _unary(sum_)
            return None if found is None else -found
        case "+":
            return _unary(sum_)
        case "(":
            found = _assignment(sum_)
            if _take(sum_) != ")":
                raise _Odd
            return found
        case "++" | "--":
            name = _take(sum_)
            if not _is_name(name):
                raise _Odd
            return _put(sum_, name, _stepped(_get(sum_, name), sign))
        case _:
            return _operand(sum_, sign)


def _operand(sum_: _Sum, operand: str) -> int | None:
    if operand == "$?":
        return _get(sum_, "?")
    if operand.isdigit():
        if operand[0] == "0" and operand != "0":
            raise _Odd
        return int(operand)
    match = _NAME.fullmatch(operand)
    if match is None:
        raise _Odd
    value = _get(sum_, match[1])
    if _peek(sum_) in _STEPPING and operand == match[1]:
        _put(sum_, operand, _stepped(value, _take(sum_)))
    return value


def _is_name(text: str) -> bool:
    return text[:1].isalpha() or text[:1] == "_"


def _apply(function: Callable[[int, int], int], left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        return None
    try:
        return function(left, right)
    except ZeroDivisionError as error:
        raise _Odd from error


def _stepped(value: int | None, sign: str) -> int | None:
    return None if value is None else value + (1 if sign == "++" else -1)
