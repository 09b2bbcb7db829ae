"""What tests and patterns come to: `[ … ]`, `[[ … ]]`, `case`, as far as their words are known."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from ..documents.shell.syntax import Word
from ..source.regex import regex
from .standing import NONZERO

Read = Callable[[Word], str | None]
"""What a word expands to as one word; None where it is unknown."""

_NUMBER = regex(r"\s*-?\d+\s*")
_PLAIN_PATTERN = regex(r"[\w.,:/*?@%+=-]*")
_STRINGS = frozenset({"=", "==", "!=", "<", ">", "=~"})
_NUMERIC = {
    "-eq": operator.eq,
    "-ne": operator.ne,
    "-lt": operator.lt,
    "-le": operator.le,
    "-gt": operator.gt,
    "-ge": operator.ge,
}
_UNARY = regex(r"-[a-zA-Z]")


class Verdict(Struct, frozen=True, gc=False):
    """The truth of a test, None for unknown."""

    truth: bool | None
    odd: bool = False
    """Whether it may be ill-formed, so that its status may be 2."""


def tested(words: Sequence[Word], read: Read) -> Verdict:
    """The verdict of a test command of these words, its name and brackets included."""
    double = words[0].literal == "[["
    inner = list(words[1:])
    if words[0].literal != "test":
        if not inner or inner[-1].raw not in {"]", "]]"}:
            return Verdict(None, odd=True)
        inner.pop()
    if not double and any(w.literal is None and not w.quoted for w in inner):
        loose = any(read(w) in {None, ""} for w in inner if w.literal is None and not w.quoted)
        if loose:
            return Verdict(None, odd=True)
    return _junction(inner, read, double=double)


def _junction(words: list[Word], read: Read, *, double: bool) -> Verdict:
    """`a || b && c`, or one primary; parentheses are unknown."""
    raws = [word.raw for word in words]
    if "(" in raws or ")" in raws:
        return Verdict(None, odd=not double)
    for sign, whole in (("||" if double else "-o", True), ("&&" if double else "-a", False)):
        if sign in raws[1:-1]:
            at = raws.index(sign, 1)
            left = _junction(words[:at], read, double=double)
            right = _junction(words[at + 1 :], read, double=double)
            truths = {left.truth, right.truth}
            truth = whole if whole in truths else (None if None in truths else not whole)
            return Verdict(truth, odd=left.odd or right.odd)
    return _primary(words, read, double=double)


def _primary(words: list[Word], read: Read, *, double: bool) -> Verdict:
    nots = next((nth for nth, word in enumerate(words) if word.raw != "!"), len(words))
    if nots:
        inner = _primary(words[nots:], read, double=double)
        truth = None if inner.truth is None else inner.truth != bool(nots % 2)
        return Verdict(truth, odd=inner.odd)
    match len(words):
        case 0:
            return Verdict(None if double else False)
        case 1:
            text = read(words[0])
            return Verdict(None if text is None else bool(text))
        case 2:
            return _unary(words[0].literal or "", read(words[1]))
        case 3:
            return _binary(words, read, double=double)
        case _:
            return Verdict(None, odd=not double)


def _unary(sign: str, text: str | None) -> Verdict:
    if sign in {"-n", "-z"}:
        return Verdict(None if text is None else bool(text) == (sign == "-n"))
    return Verdict(None, odd=not _UNARY.fullmatch(sign))


def _binary(words: list[Word], read: Read, *, double: bool) -> Verdict:
    sign = words[1].literal or ""
    left, right = read(words[0]), read(words[2])
    if sign in _NUMERIC:
        return _compared(sign, left, right, double=double)
    if sign not in _STRINGS:
        return Verdict(None, odd=sign not in {"-nt", "-ot", "-ef"})
    if sign in {"<", ">", "=~"} or left is None or left == NONZERO:
        return Verdict(None)
    if double and not words[2].quoted:
        truth = matches(left, words[2], read)
    else:
        truth = None if right is None or right == NONZERO else left == right
    if truth is None:
        return Verdict(None)
    return Verdict(truth == (sign != "!="))


def _compared(sign: str, left: str | None, right: str | None, *, double: bool) -> Verdict:
    if left == NONZERO and right == "0":
        return Verdict({"-eq": False, "-ne": True, "-gt": True, "-ge": True}.get(sign, False))
    if right == NONZERO and left == "0":
        return Verdict({"-eq": False, "-ne": True, "-lt": True, "-le": True}.get(sign, False))
    if left is None or right is None or NONZERO in {left, right}:
        return Verdict(None, odd=left is None or right is None)
    if not _NUMBER.fullmatch(left) or not _NUMBER.fullmatch(right):
        return Verdict(None, odd=True) if double else Verdict(False, odd=True)
    return Verdict(_NUMERIC[sign](int(left), int(right)))


def matches(text: str | None, pattern: Word, read: Read) -> bool | None:
    """Whether a pattern of `case` or `[[ == ]]` fits a text; None where that is unknown."""
    if pattern.raw == "*":
        return True
    if text is None or text == NONZERO:
        return None
    if pattern.literal is not None:
        return text == pattern.literal
    if pattern.quoted:
        known = read(pattern)
        return None if known is None or known == NONZERO else text == known
    if _PLAIN_PATTERN.fullmatch(pattern.raw):
        return fnmatchcase(text, pattern.raw)
    return None
