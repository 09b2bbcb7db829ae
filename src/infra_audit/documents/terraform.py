"""Terraform's blocks and their literal settings, from the text alone: nothing is evaluated.

Source: the specification of HCL's native syntax (v2): a body holds attributes, which end with their
line, and blocks, whose labels stand before the brace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..source.regex import regex
from ..source.text import BOM, Text
from .facts import Block, Entry, Infrastructure, Value

_DEEPEST = 20
_MOST = 20_000
_FAILED = 50
"""How many heredocs without an end are looked through."""

_TOKEN = regex(
    r"""(?P<blank>[ \t\r]++|(?:\#|//)[^\n]*+|/\*.*?(?:\*/|\Z))
    |(?P<line>\n)
    |(?P<heredoc><<-?(?P<mark>[A-Za-z_]\w*+)[ \t\r]*+(?=\n))
    |(?P<string>"(?:[^"\\$%\n]|\\.|\$\{[^{}\n]*\}|[$%])*+")
    |(?P<name>[A-Za-z_][\w-]*+)
    |(?P<open>[{(\[])|(?P<close>[})\]])
    |(?P<other>[\w.]++|.)""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_FILLED = regex(r"[$%]\{")
_ATOM = regex(r"-?\d+(?:\.\d+)?|true|false")
_ESCAPE = regex(r'\\(["\\nt])')


class _Open(Struct):
    """A block, or an object, that is being read; `prefix` is the object's name with a dot."""

    words: list[re.Match[str]]
    settings: list[Entry]
    blocks: list[Block]
    prefix: str = ""


def parse(text: Text) -> Infrastructure:
    """The blocks of a file, as far as they can be read."""
    root = _Open([], [], [])
    stack = [root]
    words: list[re.Match[str]] = []
    tokens = _tokens(text)
    for token in tokens:
        here = stack[-1]
        if token["line"] is not None or token[0] == ",":
            words = []
        elif token[0] == "=" or (token[0] == ":" and here.prefix):
            if words:
                _attribute(text, stack, words[-1], tokens)
            words = []
        elif token[0] == "{":
            stack.append(_Open(words, [], []))
            words = []
        elif token[0] == "}":
            if len(stack) > 1:
                _close(text, stack)
            words = []
        elif token["name"] is not None or token["string"] is not None:
            words.append(token)
        else:
            words = []
    while len(stack) > 1:
        _close(text, stack)
    return Infrastructure(
        path=text.path, span=text.span(0, len(text.content)), blocks=tuple(root.blocks)
    )


def _tokens(text: Text) -> Iterator[re.Match[str]]:
    start = len(BOM) if text.content.startswith(BOM) else 0
    failed = 0
    while token := _TOKEN.match(text.content, start):
        start = token.end()
        if token["heredoc"] is not None and failed < _FAILED:
            end = _behind(text.content, start, token["mark"])
            failed += end == start
            start = end
        if token["blank"] is None:
            yield token


def _behind(content: str, at: int, mark: str) -> int:
    """Where the line of a heredoc's mark ends; `at` itself where there is none."""
    found = re.compile(rf"^[ \t]*{mark}[ \t\r]*$", re.MULTILINE).search(content, at + 1)
    return found.end() if found else at


def _attribute(
    text: Text, stack: list[_Open], name: re.Match[str], tokens: Iterator[re.Match[str]]
) -> None:
    """Take in a setting; an object's brace opens one whose settings bear its name."""
    here = stack[-1]
    depth = 0
    given: list[re.Match[str]] = []
    closing = False
    for token in tokens:
        if token[0] == "{" and not given and not depth:
            inner = f"{_bare(name)}." if len(stack) < _DEEPEST else ""
            stack.append(_Open([], here.settings, here.blocks, here.prefix + inner))
            return
        if token["open"] is not None:
            depth += 1
        elif token["close"] is not None:
            depth -= 1
            if depth < 0:
                closing = True
                break
        elif depth == 0 and (token["line"] is not None or (token[0] == "," and here.prefix)):
            break
        given.append(token)
    if given and len(here.settings) < _MOST:
        span = text.span(name.start(), name.end())
        found = Entry(f"{here.prefix}{_bare(name)}", _value(text, given), span)
        here.settings.append(found)
    if closing and len(stack) > 1:
        _close(text, stack)


def _bare(word: re.Match[str]) -> str:
    return word[0].strip('"')


def _value(text: Text, given: list[re.Match[str]]) -> Value:
    """A literal string, number or truth; anything that is computed is unknown."""
    start, end = given[0].start(), given[-1].end()
    raw = text.content[start:end]
    literal: str | None = None
    if len(given) == 1 and given[0]["string"] is not None:
        if not _FILLED.search(raw):
            literal = _ESCAPE.sub(_character, raw[1:-1])
        start, end = start + 1, end - 1
    elif _ATOM.fullmatch(raw):
        literal = raw
    return Value(literal, raw, text.span(start, end))


def _character(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(found[1], found[1])


def _close(text: Text, stack: list[_Open]) -> None:
    done = stack.pop()
    if done.prefix or not done.words or len(stack) > _DEEPEST:
        return  # an object's settings are those of its block
    first, last = done.words[0], done.words[-1]
    stack[-1].blocks.append(
        Block(
            kind=_bare(first),
            labels=tuple(map(_bare, done.words[1:])),
            span=text.span(first.start(), last.end()),
            settings=tuple(done.settings),
            blocks=tuple(done.blocks),
        )
    )
