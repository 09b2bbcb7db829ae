"""Shell scripts, wherever they stand: from text to statements."""

from __future__ import annotations

import re

from ...model import START, Location, Problem
from ...source.regex import regex
from ...source.text import BOM, Text
from . import commands, foreign, handed, reading
from .source import Hand, Handed
from .syntax import Command, Origin, Script, Word, command_of, word_at

_KERNEL = 256
"""How much of a shebang Linux reads."""

NESTED = 4
"""How deep scripts inside scripts are read."""

_SHEBANG = regex(r"#![ \t]*(\S+)[ \t]*([^\n]*)")
_COMMENTS = regex(r"(?:[ \t]*\n)*((?:[ \t]*#[^\n]*(?:\n|$))+)")
_SIMPLE = regex(r"[ \t\n]*([\w./:@%+,-]+)(?:[ \t]+[\w./:@%+,=-]+)*[ \t\n]*", re.ASCII)
_WORD = regex(r"[^ \t\n]+")
_CARRIED = regex(r"\nscp[^\n]+\.sh\b")
"""What a script says that copies another one elsewhere."""
_WORDY = commands.RESERVED | {
    *("time", "in", "export", "local", "declare", "typeset", "readonly", "alias")
}


def parse(  # noqa: PLR0913 (what hosts say of a script)
    text: Text,
    origin: Origin,
    *,
    interpreter: str = "",
    options: tuple[str, ...] = (),
    name: str = "",
    directory: str | None = None,
) -> Script:
    r"""The script that `text` is; `options` are those that the host sets (`errexit`).

    Without an `interpreter` the shebang tells it. A script for another language than the shell's
    has no statements. In a script that an outer shell expands before it hands it over (an unquoted
    heredoc, a double-quoted argument) the outer shell's `$x` and the inner one's `\$x` look alike:
    its parameters may be of either.
    """
    return _script(text, origin, interpreter, options, 0, name, directory)


def given(words: tuple[Word, ...], take: handed.Take) -> tuple[Script, ...]:
    """The scripts that an exec form of these words hands to a shell."""

    def nested(inner: Text, origin: Origin, shell: str, options: tuple[str, ...]) -> Script:
        return _script(inner, origin, shell, options, 1)

    return handed.handed(handed.Line(words, take, None, nested))


def _script(  # noqa: PLR0913, PLR0917 (as parse)
    text: Text,
    origin: Origin,
    interpreter: str,
    options: tuple[str, ...],
    depth: int,
    name: str = "",
    directory: str | None = None,
) -> Script:
    span = text.span(0, len(text.content))
    mark = text.content.startswith(BOM)
    if mark:
        text = text.slice(1, len(text.content))
    returns = "\r\n" in text.content
    mixed = returns and _is_mixed(text.content)
    if returns:
        text = _without_returns(text)
    first = text.span(0, len(text.content.partition("\n")[0])) if returns or mark else START
    interpreter = interpreter.rpartition("/")[2]
    header: tuple[tuple[str, int], ...] = ()
    if origin == "file" or not interpreter:
        interpreter, own = _shebang(text.content, interpreter)
        options = (*options, *(each for each in own if each not in options))
        header = _header(text.content)
    result = reading.NOTHING
    if interpreter in handed.SHELLS or (
        not interpreter and not (origin == "file" and foreign.is_other_language(text.content))
    ):
        result = _read(text, depth)
    statements = result.statements
    if origin == "file" and not returns and not mark and _CARRIED.search(text.content):
        from .carried import carried

        statements = carried(
            statements, text, lambda inner: _script(inner, "heredoc", "", (), depth + 1)
        )
    return Script(
        path=text.path,
        span=span,
        origin=origin,
        interpreter=interpreter,
        options=options,
        name=name,
        directory=directory,
        header="\n".join(line for line, _ in header),
        header_lines=tuple([text.span(start, start + len(line)) for line, start in header]),
        statements=statements,
        fault=result.fault,
        rest=result.rest,
        carriage_returns=returns,
        mixed=mixed,
        byte_order_mark=mark,
        first_line=first,
        problems=tuple(Problem(Location(text.path, span), why) for span, why in result.bounds),
    )


def _read(text: Text, depth: int) -> reading.Reading:
    def hand(
        where: Text,
        words: tuple[Word, ...],
        places: list[tuple[int, int]],
        given: Handed | None,
    ) -> tuple[Script, ...]:
        if depth >= NESTED or not handed.starts(words[0]):
            return ()

        def nested(inner: Text, origin: Origin, shell: str, options: tuple[str, ...]) -> Script:
            return _script(inner, origin, shell, options, depth + 1)

        return handed.handed(handed.Line(words, handed.taking(where, places), given, nested))

    if (
        len(text.content) < 1000
        and (match := _SIMPLE.fullmatch(text.content))
        and match[1] not in _WORDY
    ):
        return reading.Reading((_simple(text, hand),))
    return reading.read(text, hand)


def _simple(text: Text, hand: Hand) -> Command:
    """The command of a line in which nothing but blanks means anything to the shell."""
    places = [match.span() for match in _WORD.finditer(text.content)]
    words = tuple([_plain(text, start, end) for start, end in places])
    span = text.span(places[0][0], places[-1][1])
    return command_of(words, (), (), span, hand(text, words, places, None))


def _plain(text: Text, start: int, end: int) -> Word:
    raw = text.content[start:end]
    return word_at(text.span(start, end), raw, raw)


def _shebang(content: str, given: str) -> tuple[str, tuple[str, ...]]:
    """The interpreter's name and the options that the first line sets."""
    match = _SHEBANG.match(content)
    if match is None or given:
        return given, ()
    words = [match[1], *match[2][:_KERNEL].split()]
    if words[0].rpartition("/")[2] == "env":
        words = words[1:]
        while words and (words[0].startswith("-") or "=" in words[0]):
            words = words[1:]
    if not words:
        return given, ()
    return words[0].rpartition("/")[2], handed.options(words[1:])


def _header(content: str) -> tuple[tuple[str, int], ...]:
    """The lines of the comment block at the top, bare, and where they start."""
    shebang = _SHEBANG.match(content)
    match = _COMMENTS.match(content, shebang.end() + 1 if shebang else 0)
    if match is None:
        return ()
    lines = []
    at = match.start(1)
    for whole in match[1].splitlines(keepends=True):
        bare = whole.strip().lstrip("#").removeprefix(" ")
        lines.append((bare, at + whole.rindex(bare)))
        at += len(whole)
    while lines and not lines[-1][0]:
        lines.pop()
    while lines and not lines[0][0]:
        lines.pop(0)
    return tuple(lines)


def _is_mixed(content: str) -> bool:
    first = content.partition("\n")[0]
    return not first.endswith("\r") or 2 * content.count("\r\n") < content.count("\n")


def _without_returns(text: Text) -> Text:
    """The text with its lines ended by line feeds alone, so that what they say can be read."""
    ranges: list[tuple[int, int]] = []
    at = 0
    while (end := text.content.find("\r\n", at)) >= 0:
        ranges.append((at, end))
        at = end + 1
    return text.gathered([*ranges, (at, len(text.content))])
