"""Shell arithmetic, as far as its variables are known.

The grammar is that of bash(1), ARITHMETIC EVALUATION, without `?:`, `,`, bases and arrays: what holds
those is unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

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
_MOST = 10**9


class _Odd(Exception):  # noqa: N818 (it never leaves this module)
    """The expression has something that is not understood, or divides by zero."""


class Sum:
    """One evaluation: reads through `read`, and what it assigns is left in `written`."""

    def __init__(self, text: str, read: Callable[[str], int | None]) -> None:
        self.read = read
        self.written: dict[str, int | None] = {}
        self.lazy = 0
        self.tokens: list[str] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise _Odd
            self.tokens.append(match[1])
            at = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def get(self, name: str) -> int | None:
        return self.written[name] if name in self.written else self.read(name)

    def put(self, name: str, value: int | None) -> int | None:
        if value is not None and abs(value) > _MOST:
            value = None
        self.written[name] = None if self.lazy else value
        return value

    def whole(self) -> int | None:
        found = self.assignment()
        if self.at < len(self.tokens):
            raise _Odd
        return found

    def assignment(self) -> int | None:
        token = self.peek()
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        if token and (token[0].isalpha() or token[0] == "_") and following in _ASSIGNING:
            self.at += 2
            right = self.assignment()
            if following != "=":
                right = _apply(_BINARY_OF[following[0]], self.get(token), right)
            return self.put(token, right)
        return self.binary(0)

    def binary(self, level: int) -> int | None:
        if level == len(_BINARY):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek() in _BINARY[level]:
            sign = self.take()
            lazy = sign in {"&&", "||"} and not (left is not None and bool(left) == (sign == "&&"))
            self.lazy += lazy
            right = self.binary(level + 1)
            self.lazy -= lazy
            left = _apply(_BINARY[level][sign], left, right)
        return left

    def unary(self) -> int | None:
        token = self.take()
        match token:
            case "!":
                found = self.unary()
                return None if found is None else int(not found)
            case "-" | "+":
                found = self.unary()
                return None if found is None else (-found if token == "-" else found)  # noqa: S105
            case "(":
                found = self.assignment()
                if self.take() != ")":
                    raise _Odd
                return found
            case "++" | "--":
                name = self.take()
                if not name or not (name[0].isalpha() or name[0] == "_"):
                    raise _Odd
                return self.put(name, _step(self.get(name), token))
        return self.operand(token)

    def operand(self, token: str) -> int | None:
        if token == "$?":
            return self.get("?")
        if token.isdigit():
            if token[0] == "0" and token != "0":
                raise _Odd
            return int(token)
        match = _NAME.fullmatch(token)
        if match is None:
            raise _Odd
        value = self.get(match[1])
        if self.peek() in {"++", "--"} and token == match[1]:
            self.put(token, _step(value, self.take()))
        return value


_ASSIGNING = frozenset({"=", "+=", "-=", "*=", "/=", "%="})
_BINARY_OF = {sign: function for level in _BINARY for sign, function in level.items()}


def _apply(function: Callable[[int, int], int], left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        return None
    try:
        return function(left, right)
    except ZeroDivisionError as error:
        raise _Odd from error


def _step(value: int | None, sign: str) -> int | None:
    return None if value is None else value + (1 if sign == "++" else -1)


def evaluate(
    text: str, read: Callable[[str], int | None]
) -> tuple[int | None, dict[str, int | None]] | None:
    """The value of an expression and what it assigns; None where it is not understood."""
    if len(text) > 400:
        return None
    try:
        sum_ = Sum(text, read)
        return sum_.whole(), sum_.written
    except _Odd:
        return None
