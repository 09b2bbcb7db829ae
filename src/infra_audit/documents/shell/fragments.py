"""Fragments of one line, split and read by bashlex: a second opinion, too slow for much text."""

from __future__ import annotations

from typing import Any
from typing import Literal as Choice

from ...model import Span
from ...source.text import Text
from .source import Hand
from .syntax import (
    AndOr,
    Assignment,
    Background,
    Command,
    Opaque,
    Part,
    Pipeline,
    Redirect,
    Statement,
    Substitution,
    Word,
    command_of,
    word_at,
)
from .words import PLAIN, word

LONGEST = 4096
"""The longest fragment that bashlex is given, in characters: it takes 10 s for a megabyte."""


_FAILURES = NotImplementedError, AssertionError, AttributeError, IndexError, TypeError
"""How bashlex fails on what it does not know, beside its own error."""


class _UnreadError(Exception):
    """bashlex met, or gave, what is not read here."""


def split(text: Text) -> tuple[Word, ...]:
    """The words of a command line (`ExecStart=`), one unknown word where they cannot be told."""
    content = text.content
    if all(map(PLAIN.fullmatch, content.split())):
        return _plain(text)
    try:
        found = statements(text, _nothing)
    except _UnreadError:
        found = ()
    if len(found) == 1 and isinstance(found[0], Command) and not found[0].redirects:
        only = found[0]
        if not only.assignments:
            return only.words
    raw = text.written
    return (word_at(text.span(0, len(content)), None, raw, (Opaque("other", raw),)),)


def read(text: Text, hand: Hand) -> tuple[Statement, ...] | None:
    """The statements of a fragment, None where bashlex cannot tell either."""
    try:
        return statements(text, hand)
    except _UnreadError:
        return None


def statements(text: Text, hand: Hand) -> tuple[Statement, ...]:
    """The statements of a fragment of simple commands, pipelines and lists."""
    content = text.content
    if len(content) > LONGEST or "\n" in content.strip() or "<<" in content:
        raise _UnreadError
    from bashlex import parser
    from bashlex.errors import ParsingError

    try:
        nodes = parser.parse(content)
    except (ParsingError, RecursionError, *_FAILURES) as error:
        raise _UnreadError from error
    found: list[Statement] = []
    for node in nodes:
        found += _list(text, node, hand)
    return tuple(found)


def _nothing(*_: object) -> tuple[()]:
    return ()


def _plain(text: Text) -> tuple[Word, ...]:
    words = []
    at = 0
    for raw in text.content.split():
        at = text.content.index(raw, at)
        words.append(word_at(text.span(at, at + len(raw)), raw, raw))
        at += len(raw)
    return tuple(words)


def _list(text: Text, node: Any, hand: Hand) -> list[Statement]:
    """The statements of a list, as `;` and `&` part them."""
    if node.kind != "list":
        return [_statement(text, node, hand)]
    found: list[Statement] = []
    joint = ""
    for part in node.parts:
        if part.kind == "operator":
            joint = part.op
            if joint == "&":
                span = _around(found[-1].span, text.span(*part.pos))
                found[-1] = Background(found[-1], span)
            continue
        made = _statement(text, part, hand)
        if joint in {"&&", "||"}:
            left = found.pop()
            both: Choice["&&", "||"] = "&&" if joint == "&&" else "||"
            made = AndOr(left, both, made, _around(left.span, made.span))
        found.append(made)
    return found


def _around(first: Span, last: Span) -> Span:
    return Span(first.line, first.column, last.end_line, last.end_column)


def _statement(text: Text, node: Any, hand: Hand) -> Statement:
    if node.kind == "command":
        return _command(text, node, hand)
    if node.kind != "pipeline":
        raise _UnreadError
    made: list[Statement] = []
    negated = False
    for part in node.parts:
        if part.kind == "reservedword" and part.word == "!":
            negated = not negated
        elif part.kind != "pipe":
            made.append(_statement(text, part, hand))
    return Pipeline(tuple(made), negated, text.span(*node.pos))


def _command(text: Text, node: Any, hand: Hand) -> Command:
    words: list[Word] = []
    places: list[tuple[int, int]] = []
    assignments: list[Assignment] = []
    redirects: list[Redirect] = []
    for part in node.parts:
        start, end = part.pos
        if part.kind == "assignment":
            assignments.append(_assignment(text, part))
        elif part.kind == "redirect":
            redirects.append(_redirect(text, part))
        elif part.kind == "word":
            words.append(word(text, start, end, text.span, _substitutions(text, part)))
            places.append((start, end))
        else:
            raise _UnreadError
    scripts = hand(text, tuple(words), places, None) if words else ()
    return command_of(
        tuple(words), tuple(assignments), tuple(redirects), text.span(*node.pos), scripts
    )


def _assignment(text: Text, node: Any) -> Assignment:
    start, end = node.pos
    name, _, _ = text.content[start:end].partition("=")
    begin = start + len(name) + 1
    if text.content.startswith("(", begin):
        raise _UnreadError
    value = word(text, begin, end, text.span, _substitutions(text, node), expanded=False)
    return Assignment(name.rstrip("+"), value, name.endswith("+"), text.span(start, end))


def _redirect(text: Text, node: Any) -> Redirect:
    descriptor = "" if node.input is None else str(node.input)
    output = node.output
    if isinstance(output, int):
        raw = str(output)
        end = node.pos[1]
        target = word_at(text.span(end - len(raw), end), raw, raw)
    else:
        start, end = output.pos
        target = word(text, start, end, text.span, _substitutions(text, output))
    return Redirect(node.type, descriptor, target, text.span(*node.pos))


def _substitutions(text: Text, node: Any) -> dict[int, tuple[int, Part]]:
    found: dict[int, tuple[int, Part]] = {}
    for part in node.parts:
        if part.kind in {"commandsubstitution", "processsubstitution"}:
            start, end = part.pos
            opener = text.content[start : start + 1 + (text.content[start] != "`")]
            found[start] = end, Substitution(opener, tuple(_list(text, part.command, _nothing)))
    return found
