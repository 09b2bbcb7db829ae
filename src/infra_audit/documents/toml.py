"""TOML whose values know where they stand, as far as a text can be read; see `json` for the nodes.

tomllib gives no places. This reads what TOML 1.0 allows; what it does not allow may be read too.
"""

from __future__ import annotations

import re

from msgspec import Struct

from ..model import Problem
from ..source.regex import regex
from ..source.text import BOM, Text
from .json import Array, Member, Node, Object, Scalar

_DEEPEST = 40

_BLANK = regex(r"(?:[ \t\r\n]|#[^\n]*)*+")
_SPACE = regex(r"[ \t]*+")
_KEY = regex(r"""[\w-]+|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'""", re.ASCII)
_STRING = regex(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}|\'\'\'(?:[^']|'(?!''))*+'{3,5}'''
    r"""|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'""",
    re.DOTALL,
)
_ATOM = regex(r"\d{4}-\d\d-\d\d [\d:.Z+-]+|[^\s,\]}\[{#\"']+")
_ESCAPE = regex(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([ \t\r]*\n\s*)|(.))", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "e": "\x1b"}
_WORDS = {"true": True, "false": False}


class _Table(Struct):
    """A table that is being read."""

    members: dict[str, tuple[Scalar, _Table | list[_Table] | Node]]
    start: int
    end: int


class _StopError(Exception):
    """Where no more can be read, and why."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def nodes(text: Text) -> tuple[Object, tuple[Problem, ...]]:
    """The tables in `text`, as far as they can be read, and what stopped the reading."""
    content = text.content
    root = _Table({}, 0, len(content))
    problems: tuple[Problem, ...] = ()
    try:
        _read(content, len(BOM) if content.startswith(BOM) else 0, root)
    except _StopError as fault:
        at = min(fault.at, len(content))
        place = text.location(at, min(at + 1, len(content)))
        problems = (Problem(place, f"not TOML: {fault}"),)
    return _frozen(root), problems


def _read(content: str, at: int, root: _Table) -> None:
    here = root
    while True:
        at = _behind(_BLANK, content, at)
        if at >= len(content):
            return
        if content[at] == "[":
            here, at = _heading(content, at, root)
        else:
            at = _pair(content, at, here)
        here.end = max(here.end, at)
        at = _behind(_SPACE, content, at)
        if content[at : at + 1] not in ("", "\n", "\r", "#"):
            raise _StopError("something follows on the line", at)


def _behind(pattern: re.Pattern[str], content: str, at: int) -> int:
    found = pattern.match(content, at)
    return found.end() if found else at


def _heading(content: str, start: int, root: _Table) -> tuple[_Table, int]:
    """The table that `[a.b]` or `[[a.b]]` opens."""
    double = content.startswith("[[", start)
    keys, at = _keys(content, start + 1 + double)
    closing = "]]" if double else "]"
    if not content.startswith(closing, at):
        raise _StopError("the table's name does not end", at)
    end = at + len(closing)
    parent = _inner(root, keys[:-1])
    known = parent.members.get(str(keys[-1].value))
    table = _Table({}, start, end)
    if double:
        tables = known[1] if known and isinstance(known[1], list) else []
        tables.append(table)
        parent.members[str(keys[-1].value)] = (known[0] if known else keys[-1], tables)
    elif known and isinstance(known[1], _Table):
        return known[1], end
    else:
        parent.members[str(keys[-1].value)] = (keys[-1], table)
    return table, end


def _keys(content: str, at: int) -> tuple[list[Scalar], int]:
    """The parts of a dotted key."""
    keys: list[Scalar] = []
    while True:
        at = _behind(_SPACE, content, at)
        found = _KEY.match(content, at)
        if found is None or len(keys) >= _DEEPEST:
            raise _StopError("a key is missing" if found is None else "nested too deeply", at)
        raw = found[0]
        keys.append(Scalar(_text(raw) if raw[0] in "\"'" else raw, at, found.end()))
        at = _behind(_SPACE, content, found.end())
        if content[at : at + 1] != ".":
            return keys, at
        at += 1


def _inner(table: _Table, keys: list[Scalar]) -> _Table:
    """The table under some keys; of an array of tables the last one."""
    for key in keys:
        known = table.members.get(str(key.value))
        inner = known[1] if known else None
        if isinstance(inner, list):
            inner = inner[-1]
        if not isinstance(inner, _Table):
            inner = _Table({}, key.start, key.end)
            table.members[str(key.value)] = (key, inner)
        table = inner
    return table


def _pair(content: str, at: int, table: _Table, depth: int = 0) -> int:
    keys, at = _keys(content, at)
    if content[at : at + 1] != "=":
        raise _StopError("an equals sign is missing", at)
    value, at = _value(content, _behind(_SPACE, content, at + 1), depth)
    inner = _inner(table, keys[:-1])
    inner.members[str(keys[-1].value)] = (keys[-1], value)
    inner.end = max(inner.end, at)
    return at


def _value(content: str, at: int, depth: int) -> tuple[_Table | Node, int]:
    if depth > _DEEPEST:
        raise _StopError("nested too deeply", at)
    first = content[at : at + 1]
    if first == "[":
        return _array(content, at, depth)
    if first == "{":
        return _inline(content, at, depth)
    found = _STRING.match(content, at) if first in ('"', "'") else _ATOM.match(content, at)
    if not found:
        raise _StopError("a value is missing", at)
    raw, end = found[0], found.end()
    if first in ('"', "'"):
        return Scalar(_text(raw), at, end), end
    return Scalar(_WORDS.get(raw, raw), at, end), end


def _array(content: str, start: int, depth: int) -> tuple[Node, int]:
    items: list[Node] = []
    at = _behind(_BLANK, content, start + 1)
    while content[at : at + 1] != "]":
        value, at = _value(content, at, depth + 1)
        items.append(_frozen(value) if isinstance(value, _Table) else value)
        at = _behind(_BLANK, content, at)
        if content[at : at + 1] == ",":
            at = _behind(_BLANK, content, at + 1)
        elif content[at : at + 1] != "]":
            raise _StopError("a comma or ] is missing", at)
    return Array(tuple(items), start, at + 1), at + 1


def _inline(content: str, start: int, depth: int) -> tuple[_Table, int]:
    table = _Table({}, start, start)
    at = _behind(_BLANK, content, start + 1)
    while content[at : at + 1] != "}":
        at = _behind(_BLANK, content, _pair(content, at, table, depth + 1))
        if content[at : at + 1] == ",":
            at = _behind(_BLANK, content, at + 1)
        elif content[at : at + 1] != "}":
            raise _StopError("a comma or } is missing", at)
    table.end = at + 1
    return table, at + 1


def _text(raw: str) -> str:
    """What a string stands for."""
    width = 3 if raw[:3] in ('"""', "'''") and len(raw) >= 6 else 1
    inner = raw[width:-width]
    if width == 3:
        inner = inner.removeprefix("\r").removeprefix("\n")
    return inner if raw[0] == "'" or "\\" not in inner else _ESCAPE.sub(_character, inner)


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if code is not None:
        number = int(code, 16)
        return "\ufffd" if number > 0x10FFFF or 0xD800 <= number < 0xE000 else chr(number)
    return "" if found[3] is not None else _SHORT.get(found[4], found[4])


def _frozen(table: _Table) -> Object:
    """A table as nodes, in the order of its keys."""
    members = []
    for key, value in table.members.values():
        node: Node
        match value:
            case _Table():
                node = _frozen(value)
            case list():
                tables = tuple(map(_frozen, value))
                node = Array(tables, tables[0].start, tables[-1].end)
            case _:
                node = value
        members.append(Member(key, node))
    return Object(tuple(members), table.start, table.end)
