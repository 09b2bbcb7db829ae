"""Which rows of the tables a command line fits: options read as its manual says, operands matched."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from msgspec import Struct

from ..source.regex import regex
from .behaviour import Run
from .tables import TABLE
from .tables.row import Manual, Row

_EXPANSION = regex(r"\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`")


class Said(Struct, frozen=True, gc=False):
    """What of a run tells what it does."""

    name: str
    arguments: tuple[str | None, ...]
    paths: tuple[str | None, ...]
    raws: tuple[str, ...]
    """The words as written; () where all of them are known."""
    directory: str | None
    environment: tuple[str | None, ...]
    """The values of the assignments before the command."""


def said(run: Run) -> Said:
    """What of a run tells what it does."""
    known = None not in run.arguments
    environment = run.about.environment
    return Said(
        run.name,
        run.arguments,
        run.paths,
        () if known else tuple([word.raw for word in run.words]),
        run.about.directory,
        tuple([value for _, value in environment]) if environment else (),
    )


class Line(Struct, frozen=True, gc=False):
    """A run's words, parted: which arguments are operands, and the options with their values."""

    operands: tuple[int, ...]
    options: dict[str, int | str | None]
    """For each its value: the number of an argument, or what is attached to it."""


def manual(run: Said) -> tuple[Manual | None, Line]:
    """What is known of a command or subcommand, and its words read by that."""
    found = TABLE.get(run.name)
    read = line(run, found)
    key = run.name
    while found is not None and read.operands:
        key = f"{key} {run.arguments[read.operands[0]]}"
        below = TABLE.get(key)
        if below is None:
            break
        found, read = below, line(run, below, read.operands[0] + 1)
    return found, read


def line(run: Said, by: Manual | None, start: int = 0) -> Line:
    """The options and operands of a run from an argument on."""
    if by is None and None not in run.arguments:
        return _unlisted(run.arguments, start)
    valued = _words(by.valued) if by is not None else _NONE
    ends = by is not None and by.ends
    arguments = run.arguments
    operands: list[int] = []
    options: dict[str, int | str | None] = {}
    at, end = start, len(arguments)
    if run.name == "tar" and at < end and seen(run, at).isalpha():
        at += _bundle(f"-{seen(run, at)}", at, valued, options) + 1
    while at < end:
        word = arguments[at]
        if word is None:
            word = seen(run, at)
        if ends and operands:
            operands += range(at + (word == "--"), end)
            break
        if word[:1] != "-" or word == "-":
            operands.append(at)
        elif word == "--":
            operands += range(at + 1, end)
            break
        elif word[1] == "-" or word in valued:
            name, equals, value = word.partition("=")
            takes = not equals and name in valued
            options[name] = value if equals else at + 1 if takes and at + 1 < end else None
            at += takes
        else:
            at += _bundle(word, at, valued, options)
        at += 1
    return Line(tuple(operands), options)


_NONE: frozenset[str] = frozenset()


def _unlisted(arguments: tuple[str | None, ...], start: int) -> Line:
    """The operands of a command whose options are not known."""
    behind = arguments.index("--") if "--" in arguments else len(arguments)
    operands = [
        at
        for at, word in enumerate(arguments[start:], start)
        if at > behind or (word is not None and (word[:1] != "-" or word == "-"))
    ]
    return Line(tuple(operands), {})


def _bundle(
    word: str, at: int, valued: frozenset[str], options: dict[str, int | str | None]
) -> bool:
    """Note the letters of `-xzf`; whether the last of them takes the next word."""
    for nth, letter in enumerate(word[1:], start=2):
        name = f"-{letter}"
        if name in valued:
            options[name] = word[nth:] or at + 1
            return nth == len(word)
        options[name] = None
    return False


def seen(run: Said, at: int) -> str:
    """An argument as far as it is known: with `$` where something is not."""
    value = run.arguments[at]
    if value is not None:
        return value
    if len(run.arguments) != len(run.raws) - 1:
        return "$"
    return _EXPANSION.sub("$", run.raws[at + 1].strip("\"'"))


def rows(run: Said, by: Manual, read: Line) -> Iterator[tuple[Row, tuple[str | None, ...]]]:
    """The rows of a manual that a run fits, each with its targets."""
    words = [seen(run, at) for at in read.operands]
    for row in by.rows:
        if not _fits_options(row, read):
            continue
        placed = _fit(_pattern(row.words), words)
        if placed is None:
            continue
        matched = _matched(row.text, run) if row.text else ""
        if matched is None:
            continue
        if row.does:
            yield row, _targets(row, run, read, placed, matched)
        if not row.more:
            return


def asks(by: Manual, read: Line) -> bool:
    """Whether an option makes the command only tell something."""
    return any(_named(option, by.asks) for option in read.options)


def _fits_options(row: Row, read: Line) -> bool:
    return all(
        any(option in read.options for option in either.split("|")) for either in row.given.split()
    ) and not any(option in read.options for option in row.without.split())


def _named(option: str, names: str) -> bool:
    known = _words(names)
    return option in known or any(
        n[-1] == "*" and option.startswith(n[:-1]) for n in known if "*" in n
    )


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ── operands ─────────────────────────────────────────────────────────────────────────────────────


_Token = tuple[bool, str, tuple[str, ...]]
_TARGET = regex(r"([A-Z]+)(…?)(?::(\S+))?")


@cache
def _pattern(words: str) -> tuple[_Token, ...]:
    """Of each word of a row: whether it stands for many, what the target is, what it is one of."""
    return tuple(_token(word) for word in words.split())


def _token(word: str) -> _Token:
    if word in ("_", "…", "_…"):
        return word != "_", "", ()
    found = _TARGET.fullmatch(word)
    if found is not None:
        return found[2] != "", found[1], tuple((found[3] or "").split("|")) if found[3] else ()
    return False, "", tuple(word.split("|"))


def _fit(
    pattern: tuple[_Token, ...], words: list[str], at: int = 0
) -> tuple[tuple[int, str], ...] | None:
    """Which operands are the targets, and as what they are read; None where it does not fit."""
    if not pattern:
        return () if at == len(words) else None
    (many, target, among), rest = pattern[0], pattern[1:]
    if many:
        for end in range(at, len(words) + 1):
            behind = _fit(rest, words, end)
            if behind is not None:
                return (*((n, target) for n in range(at, end) if target), *behind)
        return None
    if at == len(words) or (among and not _one_of(words[at], among)):
        return None
    behind = _fit(rest, words, at + 1)
    if behind is None:
        return None
    return ((at, target), *behind) if target else behind


def _one_of(word: str, among: tuple[str, ...]) -> bool:
    return any(fnmatchcase(word, each) if "*" in each else word == each for each in among)


# ── targets ──────────────────────────────────────────────────────────────────────────────────────


def _matched(text: str, run: Said) -> str | None:
    """The first word or value of the environment in which an expression is found."""
    expression = _expression(text)
    values = [seen(run, at) for at in range(len(run.arguments))]
    values += [value or "" for value in run.environment]
    return next((value for value in values if expression.search(value)), None)


@cache
def _expression(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _targets(
    row: Row, run: Said, read: Line, placed: tuple[tuple[int, str], ...], matched: str
) -> tuple[str | None, ...]:
    if row.at.startswith("="):
        return (row.at[1:],)
    if row.at == "text":
        return (matched,)
    if row.at == "folder":
        return (_folder(run, read),)
    for option in row.at.split("|") if row.at else ():
        if option in read.options:
            return (_value(run, read.options[option], path=not _NAMES.search(row.does)),)
        if option == ".":
            return (run.directory,)
    return tuple(
        (run.paths if as_what == "PATH" else run.arguments)[read.operands[n]]
        for n, as_what in placed
    ) or (None,)


_NAMES = regex(r"container|app\b")
"""What is given by name in an option; anything else is a path."""


def _value(run: Said, value: int | str | None, *, path: bool) -> str | None:
    if isinstance(value, int):
        return (run.paths if path else run.arguments)[value]
    return None if value is None or "$" in value else value


def _folder(run: Said, read: Line) -> str | None:
    """The folder that `git clone` makes of the last part of its URL."""
    url = run.arguments[read.operands[-1]]
    name = posixpath.basename(url.rstrip("/")).removesuffix(".git") if url else ""
    if not name or run.directory is None:
        return None
    return posixpath.join(run.directory, name.rpartition(":")[2])
