"""Text inside text: JSON string bodies, workflow expressions and exec forms, with their offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..source.regex import regex
from ..source.text import Text
from .shell import script
from .shell.syntax import Command, Literal, Script, Word, command_of, word_at
from .shell.words import MASK

_ESCAPE = regex(r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.))", re.DOTALL)
_EXPRESSION = regex(r"'[^']*'|\}\}")
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def unescape_json(text: Text, start: int, end: int) -> Text:
    """The value of the JSON string whose body, without quotes, stands from `start` to `end`."""
    body = text.content[start:end]
    if "\\" not in body:
        return text.slice(start, end)
    out: list[str] = []
    segments: list[tuple[int, int]] = [(0, start)]
    length = at = 0
    for match in _ESCAPE.finditer(body):
        begin, stop = match.span()
        value, stop = _character(match, stop)
        out += body[at:begin], value
        length += begin - at
        segments.append((length, start + begin))
        length += len(value)
        segments.append((length, start + stop))
        at = stop
    out.append(body[at:])
    return text.piece("".join(out), tuple(segments))


def mask_expressions(text: Text) -> Text:
    """`text` with each `${{ … }}` overwritten by as many `MASK` characters.

    Offsets survive, and so does the shell's grammar: the masked stretch reads as part of a word.
    The private-use character, unlike an underscore, cannot be taken for text: a word that
    contains it has no literal.
    """
    content = text.content
    at = content.find("${{")
    if at < 0:
        return text
    out: list[str] = []
    done = 0
    while at >= 0 and (end := _expression_end(content, at + 3)) > 0:
        out += content[done:at], MASK * (end - at)
        done = end
        at = content.find("${{", end)
    out.append(content[done:])
    return text.masked("".join(out))


def exec_form(
    text: Text,
    values: Sequence[tuple[str, int, int]],
    *,
    name: str = "",
    directory: str | None = None,
) -> Script:
    """The script of an exec array: one command whose words no shell expands.

    Each value comes with its offsets in `text`, with or without its quotes. What `["sh", "-c",
    "…"]` hands to a shell is among the command's `scripts`.
    """
    words = tuple(_word(text, *value) for value in values)
    statements: tuple[Command, ...] = ()
    start, end = (values[0][1], values[-1][2]) if values else (0, 0)
    span = text.span(start, end)
    if words:

        def take(first: int, last: int) -> Text | None:
            return _piece(text, *values[first]) if first == last else None

        statements = (command_of(words, (), (), span, script.given(words, take)),)
    return Script(
        path=text.path,
        span=span,
        origin="exec",
        interpreter="",
        name=name,
        directory=directory,
        statements=statements,
    )


def _character(match: re.Match[str], stop: int) -> tuple[str, int]:
    """What an escape stands for, and where it ends: a pair of surrogates is one character."""
    high, low, short = match.groups()
    if short is not None:
        return _SHORT.get(short, short), stop
    code = int(high, 16)
    if not 0xD800 <= code < 0xE000:
        return chr(code), stop if low is None else stop - 6
    if low is None or code >= 0xDC00:
        return "\ufffd", stop if low is None else stop - 6
    return chr(0x10000 + ((code - 0xD800) << 10) + int(low, 16) - 0xDC00), stop


def _expression_end(content: str, at: int) -> int:
    for match in _EXPRESSION.finditer(content, at):
        if match[0] == "}}":
            return match.end()
    return -1


def _word(text: Text, value: str, start: int, end: int) -> Word:
    raw = text.content[start:end]
    literal = None if MASK in value else value
    return word_at(text.span(start, end), literal, raw, (Literal(value),), quoted=True)


def _piece(text: Text, value: str, start: int, end: int) -> Text:
    """The value as a text of its own, mapped as exactly as its notation allows."""
    raw = text.content[start:end]
    if raw == value:
        return text.slice(start, end)
    if raw[:1] in {'"', "'"}:
        if raw[1:-1] == value:
            return text.slice(start + 1, end - 1)
        decoded = unescape_json(text, start + 1, end - 1)
        if decoded.content == value:
            return decoded
    return text.piece(value, ((0, start),))
