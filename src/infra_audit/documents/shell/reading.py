"""What bash would execute of a text: by the tree where it can be trusted, else by the judge."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from ...model import Span
from ...source.regex import regex
from ...source.text import Text
from . import foreign, fragments, tree
from .simplify import Simple, separated, simplify
from .source import Hand, Source, grow
from .syntax import Command, Mend, Statement, SyntaxFault, Unknown

if TYPE_CHECKING:
    from .blocks import Fault, Structure, Trace


class Reading(Struct, frozen=True):
    """Statements, the fault that ends them, what bash never gets to run, and what was too much."""

    statements: tuple[Statement, ...] = ()
    fault: SyntaxFault | None = None
    rest: Span | None = None
    bounds: tuple[tuple[Span, str], ...] = ()
    """Places where a bound was met, and which."""


NOTHING = Reading()

DEEP = "nests deeper than is read: nothing is said of what stands inside"
DEAR = "takes too long to read: nothing is said of this stretch"
"""Why a stretch stays unknown that bash accepts."""

_STRETCH = 4096
"""How long a stretch of a misread text is at first, in characters."""

_LARGE = 1 << 14
"""From here on a text is read in stretches only, which keeps the parser's time and memory small."""

_DEAR = regex(r"[?*+@!]\(|<<|[ \t]=[=~][ \t]|(?<!\w)(?:\w{1,40}+\|){32}|(?:\[[^\]\s]{0,40}+\]){32}")
"""What may take the parser as long as the whole text is."""

_BREAKS = 8
"""How often a text is read again for lines that the parser joined."""

_TESTED = regex(r"\[[^\]\n]{0,200}?[ \t]=[=~][ \t]")
"""What of it does not, as it stands in a test."""

_AFFORDABLE = 1 << 24
"""How often that may stand in a text, times the text's length: at worst a second or two."""

_PAYLOAD = regex(r"^(?:#\s*)?__\w+__[ \t]*$", re.MULTILINE)


class _Lines(Struct):
    """A text, where its complete top-level command lines end, and the bounds met in it."""

    text: Text
    hand: Hand
    ends: list[int] = []
    bounds: list[tuple[Span, str]] = []


def read(text: Text, hand: Hand) -> Reading:
    """The statements of `text`."""
    content = text.content
    if len(content) <= _LARGE and _affordable(content):
        read = _lowered(text, hand, content)
        if read is not None:
            return Reading(_certain(read[0]), bounds=_deep(read[1]))
    lines = _Lines(text, hand)
    from .blocks import Trace, check

    structure = check(content, lines.ends, traced := Trace())
    if structure.fault is not None:
        return _faulty(lines, structure, traced)
    statements = _certain(_mended(lines, 0, len(content)))
    return Reading(statements, bounds=tuple(lines.bounds))


def _affordable(content: str) -> bool:
    """Whether the parser reads a text in a time that its length lets expect."""
    size, count = len(content), content.count
    most = count("(") + count("<<") + count("==") + count("=~") + (count("|") + count("]")) // 32
    if size * most <= _AFFORDABLE:
        return True
    dear = len(_DEAR.findall(content)) - len(_TESTED.findall(content))
    return size * dear <= _AFFORDABLE


def _deep(source: Source) -> tuple[tuple[Span, str], ...]:
    """The first place that nests too deep."""
    return tuple((source.span(at, at), DEEP) for at in source.deep[:1])


def _faulty(lines: _Lines, structure: Structure, traced: Trace) -> Reading:
    """What stands before a syntax error, unless the text is not for bash from there on."""
    fault, complete = structure.fault, structure.complete
    text = lines.text
    content = text.content
    if fault is None or foreign.is_other_language(content):
        return NOTHING
    if foreign.is_for_another_shell(content):
        return NOTHING
    shown = _certain(_mended(lines, 0, complete))
    bounds = tuple(lines.bounds)
    if shown and _leaves(shown[-1]):
        return Reading(shown, bounds=bounds)
    if foreign.is_template(content) or foreign.hands_over(content, complete):
        return Reading(shown, bounds=bounds)
    if _PAYLOAD.search(content):
        ends = [n for n, each in enumerate(shown) if _first(each) in {"exit", "exec"}]
        if ends:
            return Reading(shown[: ends[0] + 1], bounds=bounds)
    opened = None if fault.opened is None else text.span(*fault.opened)
    place, mend = text.span(*fault.place), _mend(text, fault, traced)
    found = SyntaxFault(fault.opener, opened, fault.expected, fault.found, place, mend)
    start = len(content) - len(content[complete:].lstrip())
    rest = text.span(start, max(start, len(content.rstrip())))
    return Reading(shown, found, rest, bounds)


def _mend(text: Text, fault: Fault, traced: Trace) -> Mend | None:
    """What would let bash read past a fault, with its places in the file."""
    from .mending import mend

    found = mend(text.content, fault, traced)
    if found is None:
        return None
    opened = None if found.opened is None else text.span(*found.opened)
    return Mend(found.kind, found.token, text.span(*found.place), found.opener, opened)


def _first(statement: Statement) -> str | None:
    """The name of the command that a statement is."""
    if isinstance(statement, Command) and statement.words:
        return statement.words[0].literal
    return None


def _leaves(statement: Statement) -> bool:
    """Whether another interpreter takes over this very file."""
    if not isinstance(statement, Command) or _first(statement) != "exec":
        return False
    return any(word.raw in _SELF for word in statement.words[1:])


def _certain(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The statements up to where the script becomes another language's, or a template's."""
    for number, each in enumerate(statements):
        if _leaves(each):
            return statements[: number + 1]
        first = each.words[0].raw if isinstance(each, Command) and each.words else ""
        if first.startswith(("{%", "<%")):
            return (*statements[:number], Unknown(each.span))
    return statements


_SELF = frozenset({'"$0"', "$0", '"${0}"', "${0}", '"$BASH_SOURCE"', '"${BASH_SOURCE[0]}"'})


def _mended(lines: _Lines, at: int, stop: int, size: int = _STRETCH) -> tuple[Statement, ...]:
    """The statements from `at` to `stop`, where bash accepts what the parser may misread.

    They are read in stretches of complete top-level statements, as what the parser makes of one
    depends on all that stands before it. A stretch that is misread is read in smaller ones.
    """
    text = lines.text
    statements: list[Statement] = []
    while at < stop:
        end = _complete(lines, at, stop, size)
        piece = text if end - at == len(text.content) else text.slice(at, end)
        found = _trusted(piece, lines)
        if found is None and size > 1 and _parts(lines, at, end):
            found = _mended(lines, at, end, size // 16)
        elif found is None and (found := fragments.read(piece, lines.hand)) is None:
            blank = len(piece.content) - len(piece.content.lstrip())
            found = (Unknown(piece.span(blank, len(piece.content.rstrip()))),)
            _note(lines, at, piece, found[0].span)
        statements += found
        at = end
    return tuple(statements)


def _complete(lines: _Lines, at: int, stop: int, size: int) -> int:
    """An end of a top-level statement about `size` behind `at`: there bash has read all before."""
    content, ends = lines.text.content, lines.ends
    while at + size < stop:
        line = content.find("\n", at + size)
        if line < 0:
            break
        nth = bisect_right(ends, line + 1) - 1
        if nth >= 0 and ends[nth] > at:
            return min(ends[nth], stop)
        size = (line - at) * 2
    return stop


def _parts(lines: _Lines, at: int, stop: int) -> bool:
    """Whether a top-level statement ends between two places."""
    nth = bisect_right(lines.ends, at)
    return nth < len(lines.ends) and lines.ends[nth] < stop


def _note(lines: _Lines, at: int, piece: Text, span: Span) -> None:
    """Note the bound that keeps the stretch at `at` unknown, if one does."""
    if not _affordable(simplify(piece.content).content):
        _bound(lines, span, DEAR)
    elif not lines.ends or at >= lines.ends[-1]:
        _bound(lines, span, DEEP)


def _bound(lines: _Lines, span: Span, why: str) -> None:
    """Note a bound where it is met first."""
    if all(known != why for _, known in lines.bounds):
        lines.bounds.append((span, why))


def _trusted(text: Text, lines: _Lines) -> tuple[Statement, ...] | None:
    """The statements, if the parser reads the text or its simple form without a doubt."""
    for content, simple in _forms(text.content):
        read = _lowered(text, lines.hand, content, simple) if _affordable(content) else None
        if read is not None:
            for span, why in _deep(read[1]):
                _bound(lines, span, why)
            return read[0]
    return None


def _forms(content: str) -> Iterator[tuple[str, Simple | None]]:
    """A text as it is, with what the parser cannot do without, and without what it misreads."""
    mended = separated(content)
    for each in dict.fromkeys((content, mended)):
        yield each, None
    simple = simplify(mended)
    yield simple.content, simple


def _lowered(
    text: Text, hand: Hand, content: str, simple: Simple | None = None
) -> tuple[tuple[Statement, ...], Source] | None:
    """The statements of a text by the tree of `content`; None where that is in doubt.

    Where the parser read over the end of a line, it is asked again with a `;` there.
    """
    for _ in range(_BREAKS):
        root = grow(content).root_node
        if root.has_error and tree.errors(root):
            return None
        source = Source(text, hand, tree.body, simple)
        statements = tree.body(source, root.children)
        if not source.broken:
            return None if source.suspect else (statements, source)
        content = _with_ends(content, source.broken)
    return None


def _with_ends(content: str, broken: list[tuple[int, int]]) -> str:
    """The text with a `;` for each of these ends of lines; a comment before it is overwritten."""
    for start, end in broken:
        content = f"{content[:start]}{' ' * (end - start)};{content[end + 1 :]}"
    return content
