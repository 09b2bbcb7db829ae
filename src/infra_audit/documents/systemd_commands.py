"""The command lines of systemd units, split as systemd splits them: no shell is in between."""

from __future__ import annotations

import re

from msgspec.structs import replace

from ..source.regex import regex
from ..source.text import Text
from . import embedded
from .shell.syntax import Command, Opaque, Parameter, Script, Statement, Word, word_at
from .shell.words import MASK

Given = tuple[str, int, int]
"""A word's text, quotes and escapes removed, and its offsets."""


def command(text: Text, start: int, name: str) -> Script:
    """What an `Exec…=` value runs; a lone `;` parts several commands of one line."""
    parts: list[list[Given]] = [[]]
    for word in words(text, start):
        if word[0] == ";" and word[2] - word[1] == 1:
            parts.append([])
        else:
            parts[-1].append(word)
    statements: list[Statement] = []
    for part in parts:
        statements += _statements(text, _without_prefix(part))
    return Script(
        path=text.path,
        span=text.span(start, len(text.content)),
        origin="command",
        interpreter="",
        name=name,
        statements=tuple(statements),
    )


def words(text: Text, at: int) -> list[Given]:
    """The words of `text` from `at` on: blanks part them, quotes and backslashes hold together."""
    content = text.content
    found: list[Given] = []
    value: list[str] = []
    start = -1
    quote = ""
    while at < len(content):
        here = content[at]
        step = 1
        if here.isspace() and not quote:
            if start >= 0:
                found.append(("".join(value), start, at))
            value, start = [], -1
        else:
            if start < 0:
                start = at
            if here == "\\" and at + 1 < len(content):
                decoded, step = _escape(content, at)
                value.append(decoded)
            elif here == quote or (not quote and here in "\"'"):
                quote = "" if quote else here
            else:
                value.append(here)
        at += step
    if start >= 0:
        found.append(("".join(value), start, len(content)))
    return found


def masked(value: str) -> str:
    """The value with `%%` as `%` and with a mask over specifiers (`%i`) and template marks."""
    return _FILLED_IN.sub(lambda found: "%" if found[0] == "%%" else MASK * len(found[0]), value)


_PREFIXES = "-@:+!|"
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "s": " "}
_CODE = regex(r"\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4}))")
_FILLED_IN = regex(r"%%|%[A-Za-z]|\{\{.{0,500}?\}\}|<%.{0,500}?%>")
_VARIABLE = regex(r"\$\$|\$\{\w+\}", re.ASCII)
_ONE_VARIABLE = regex(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)


def _escape(content: str, at: int) -> tuple[str, int]:
    """What a backslash and its followers stand for, and how many characters they are."""
    code = _CODE.match(content, at)
    if code:
        number = int(code[1] or code[3], 16) if code[1] or code[3] else int(code[2], 8)
        return "\ufffd" if 0xD800 <= number < 0xE000 else chr(number), len(code[0])
    following = content[at + 1]
    if following in _SHORT:
        return _SHORT[following], 2
    return following if following in "\\\"'; " else "\\" + following, 2


def _without_prefix(given: list[Given]) -> list[Given]:
    """The words without what says how to run them: `-` ignores a failure, `@` sets argv[0]."""
    if not given:
        return given
    value, start, end = given[0]
    rest = value.lstrip(_PREFIXES)
    prefix = value[: len(value) - len(rest)]
    following = given[2:] if "@" in prefix else given[1:]
    if not rest:
        return following
    return [(rest, start + len(prefix), end), *following]


def _statements(text: Text, given: list[Given]) -> tuple[Statement, ...]:
    """The one command that the words are; what systemd fills in later has no literal.

    An argument given to a shell keeps its `${X}`: what systemd leaves of it, the shell expands.
    """
    filled = [
        (masked(value).replace("$$", "$"), *_inside(text.content, start, end))
        for value, start, end in given
    ]
    statements: list[Statement] = []
    for statement in embedded.exec_form(text, filled).statements:
        if isinstance(statement, Command):
            read = (_read(text, *pair) for pair in zip(statement.words, given, strict=True))
            statements.append(replace(statement, words=tuple(read)))
    return tuple(statements)


def _inside(content: str, start: int, end: int) -> tuple[int, int]:
    """The stretch inside the quotes around a word, so that a script in it begins where it does."""
    quoted = end - start > 1 and content[start] == content[end - 1] and content[start] in "\"'"
    return (start + 1, end - 1) if quoted else (start, end)


def _read(text: Text, word: Word, given: Given) -> Word:
    """The word as systemd reads it: `$X`, `${X}` and `%i` are unknown, `$$` and `%%` are not."""
    _, start, end = given
    span, raw = text.span(start, end), text.content[start:end]
    variable = _ONE_VARIABLE.fullmatch(given[0])
    if variable:
        parts = (Parameter(variable[1] or variable[2]),)
        return word_at(span, None, raw, parts, quoted=word.quoted)
    variables = {found[0] for found in _VARIABLE.finditer(given[0])} - {"$$"}
    if word.literal is None or variables:
        return word_at(span, None, raw, (Opaque("other", raw),), quoted=word.quoted)
    return word_at(span, word.literal, raw, word.parts, quoted=word.quoted)
