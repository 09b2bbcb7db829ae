"""JSON whose values know where they stand, as far as a text can be read."""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]

from msgspec import Struct

from ..model import Problem
from ..source.regex import regex
from ..source.text import BOM, Text
from .facts import Value

Atom = str | int | float | bool | None


class Scalar(Struct, frozen=True, gc=False):
    """A string, number, `true`, `false` or `null`; a string stands with its quotes."""

    value: Atom
    start: int
    end: int


class Array(Struct, frozen=True):
    """`[ … ]`."""

    items: tuple[Node, ...]
    start: int
    end: int


class Member(Struct, frozen=True):
    """`"name": value`."""

    key: Scalar
    value: Node

    @property
    def name(self) -> str:
        """The key's text."""
        return str(self.key.value)


class Object(Struct, frozen=True):
    """`{ … }`, its members as written, doubles included."""

    members: tuple[Member, ...]
    start: int
    end: int

    def last(self) -> dict[str, Member]:
        """The members by name; of doubles the last, as every reader of JSON has it."""
        return {member.name: member for member in self.members}


Node = Scalar | Array | Object

DEEPEST = 200


def nodes(text: Text, *, lenient: bool = False) -> tuple[Node | None, tuple[Problem, ...]]:
    """The value in `text`, as far as it can be read, and what stopped the reading.

    `lenient` takes comments and commas before a closing bracket, as tsconfig.json may have them.
    """
    reader = _Reader(text.content, lenient=lenient)
    start = reader.skip(len(BOM) if text.content.startswith(BOM) else 0)
    node, end = reader.value(start, 0)
    if not reader.fault:
        end = reader.skip(end)
        if end < len(text.content):
            reader.stop("something follows the end of the JSON value", end)
    if not reader.fault:
        return node, ()
    reason, at = reader.fault[0]
    at = min(at, len(text.content))
    return node, (Problem(text.location(at, min(at + 1, len(text.content))), reason),)


def prefix(text: Text, start: int) -> Node | None:
    """The complete JSON value that begins at `start`, None where there is none."""
    reader = _Reader(text.content, lenient=False)
    node, _ = reader.value(start, 0)
    return None if reader.fault else node


def value_of(text: Text, node: Node) -> Value:
    """A node as a fact: its literal is None where it is no scalar, or null."""
    raw = text.content[node.start : node.end]
    span = text.span(node.start, node.end)
    match node:
        case Scalar(value=str() as literal):
            return Value(literal, raw, span)
        case Scalar(value=None) | Array() | Object():
            return Value(None, raw, span)
        case Scalar():
            return Value(raw, raw, span)


_BLANK = regex(r"[ \t\r\n]*")
_BLANK_OR_COMMENT = regex(r"(?:[ \t\r\n]|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_HALF = regex("[\ud800-\udfff]")
_NUMBER = regex(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NAMES: dict[str, tuple[str, Atom]] = {
    "t": ("true", True),
    "f": ("false", False),
    "n": ("null", None),
}


class _Reader:
    """Reads by recursive descent. After the first fault every function returns what it has."""

    __slots__ = ("blank", "content", "fault", "lenient")

    def __init__(self, content: str, *, lenient: bool) -> None:
        self.content = content
        self.lenient = lenient
        self.blank = (_BLANK_OR_COMMENT if lenient else _BLANK).match
        self.fault: list[tuple[str, int]] = []

    def stop(self, reason: str, at: int) -> None:
        if not self.fault:
            self.fault.append((reason, at))

    def skip(self, at: int) -> int:
        found = self.blank(self.content, at)
        return found.end() if found else at

    def value(self, at: int, depth: int) -> tuple[Node | None, int]:
        """The value that begins at `at` and where it ends."""
        first = self.content[at : at + 1]
        if first == '"':
            return self.string(at)
        if first in {"{", "["}:
            if depth >= DEEPEST:
                self.stop("nested too deeply", at)
                return None, at
            return self.object(at, depth) if first == "{" else self.array(at, depth)
        return self.atom(at, first)

    def string(self, at: int) -> tuple[Scalar | None, int]:
        try:
            value, end = scanstring(self.content, at + 1, not self.lenient)
        except JSONDecodeError as error:
            self.stop("not JSON: " + error.msg.removesuffix(" at").lower(), error.pos)
            return None, at
        return Scalar(whole(value), at, end), end

    def atom(self, at: int, first: str) -> tuple[Scalar | None, int]:
        word, value = _NAMES.get(first, ("", None))
        if word and self.content.startswith(word, at):
            return Scalar(value, at, at + len(word)), at + len(word)
        found = _NUMBER.match(self.content, at)
        if found:
            return Scalar(_number(found), at, found.end()), found.end()
        self.stop("not JSON: a value is missing" if first else "not JSON: it ends too early", at)
        return None, at

    def array(self, at: int, depth: int) -> tuple[Array, int]:
        items: list[Node] = []
        start = at
        at = self.skip(at + 1)
        more = self.content[at : at + 1] != "]"
        while more:
            item, at = self.value(at, depth + 1)
            if item is not None:
                items.append(item)
            more, at = self.another(at, "]")
        end = at if self.fault else at + 1
        return Array(tuple(items), start, end), end

    def object(self, at: int, depth: int) -> tuple[Object, int]:
        members: list[Member] = []
        start = at
        at = self.skip(at + 1)
        more = self.content[at : at + 1] != "}"
        while more:
            member, at = self.member(at, depth)
            if member:
                members.append(member)
            more, at = self.another(at, "}")
        end = at if self.fault else at + 1
        return Object(tuple(members), start, end), end

    def member(self, at: int, depth: int) -> tuple[Member | None, int]:
        if self.content[at : at + 1] != '"':
            self.stop("not JSON: a key in double quotes is missing", at)
            return None, at
        key, at = self.string(at)
        at = self.skip(at)
        if key is None or self.content[at : at + 1] != ":":
            self.stop("not JSON: a colon is missing", at)
            return None, at
        value, at = self.value(self.skip(at + 1), depth + 1)
        return (None if value is None else Member(key, value)), at

    def another(self, at: int, closing: str) -> tuple[bool, int]:
        """Whether one more item follows, and where it, or the closing bracket, stands."""
        if self.fault:
            return False, at
        at = self.skip(at)
        here = self.content[at : at + 1]
        if here == closing:
            return False, at
        if here != ",":
            self.stop(f"not JSON: a comma or {closing} is missing", at)
            return False, at
        at = self.skip(at + 1)
        return not (self.lenient and self.content[at : at + 1] == closing), at


def whole(value: str) -> str:
    """A string without halves of surrogate pairs, which JSON can write and no file can hold."""
    return value if value.isascii() else _HALF.sub("\ufffd", value)


def _number(found: re.Match[str]) -> int | float:
    if found[1] or found[2] or len(found[0]) > 4000:
        return float(found[0])
    return int(found[0])
