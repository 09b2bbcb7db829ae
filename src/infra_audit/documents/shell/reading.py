"""What bash would execute of a text: by the tree where it can be trusted, else by the judge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from ...model import Span
from ...source.regex import regex
from ...source.text import Text
from . import foreign, fragments, tree
from .simplify import separated, simplify
from .source import Hand, Source, grow
from .syntax import Command, Mend, Statement, SyntaxFault, Unknown

if TYPE_CHECKING:
    from .blocks import Fault, Structure


class Reading(Struct, frozen=True):
    """Statements, the fault that ends them, and what bash never gets to run."""

    statements: tuple[Statement, ...] = ()
    fault: SyntaxFault | None = None
    rest: Span | None = None


NOTHING = Reading()

_STRETCH = 4096
"""How long a stretch of a misread text is at first, in characters."""

_LARGE = 1 << 14
"""From here on the judge is asked first: the parser takes long over many errors."""

_SIGNS = 3000
_SIGN = regex(r"[^\w\s./\\&|;-]|[&|;]{3}")
_QUOTED = regex(r"'[^']*+'|\"[^\"]*+\"")

_WRONG = ")"
"""What is complete nowhere."""

_PAYLOAD = regex(r"^(?:#\s*)?__\w+__[ \t]*$", re.MULTILINE)


def read(text: Text, hand: Hand) -> Reading:
    """The statements of `text`."""
    content = text.content
    judged = _check(content) if len(content) > _LARGE else None
    if (judged is None or judged.fault is None) and not _dense(content):
        root = grow(content).root_node
        if not root.has_error or not tree.errors(root):
            source = Source(text, hand, tree.body)
            statements = tree.body(source, root.children)
            if not source.suspect:
                return Reading(_certain(statements))
    structure = judged or _check(content)
    if structure.fault is None:
        return Reading(_certain(_mended(text, hand)))
    return _faulty(text, hand, structure)


def _dense(content: str) -> bool:
    """Whether a line is none that a person would write: the parser takes time by its square."""
    return len(content) > _STRETCH and any(
        len(line) > _STRETCH and len(_SIGN.findall(_QUOTED.sub("", line))) > _SIGNS
        for line in content.replace("\\\n", "").split("\n")
    )


def _check(content: str) -> Structure:
    from .blocks import check

    return check(content)


def _faulty(text: Text, hand: Hand, structure: Structure) -> Reading:
    """What stands before a syntax error, unless the text is not for bash from there on."""
    fault, complete = structure.fault, structure.complete
    content = text.content
    if fault is None or foreign.is_other_language(content):
        return NOTHING
    if foreign.is_for_another_shell(content):
        return NOTHING
    shown = _certain(_mended(text.slice(0, complete), hand)) if complete else ()
    if shown and _leaves(shown[-1]):
        return Reading(shown)
    if foreign.is_template(content) or foreign.hands_over(content, complete):
        return Reading(shown)
    if _PAYLOAD.search(content):
        ends = [n for n, each in enumerate(shown) if _first(each) in {"exit", "exec"}]
        if ends:
            return Reading(shown[: ends[0] + 1])
    opened = None if fault.opened is None else text.span(*fault.opened)
    place, mend = text.span(*fault.place), _mend(text, fault)
    found = SyntaxFault(fault.opener, opened, fault.expected, fault.found, place, mend)
    blank = re.compile(r"\s*").match(content, complete)
    start = blank.end() if blank else complete
    return Reading(shown, found, text.span(start, max(start, len(content.rstrip()))))


def _mend(text: Text, fault: Fault) -> Mend | None:
    """What would let bash read past a fault, with its places in the file."""
    from .mending import mend

    found = mend(text.content, fault)
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


def _mended(text: Text, hand: Hand, size: int = _STRETCH) -> tuple[Statement, ...]:
    """The statements of a text that bash accepts and the parser misreads as a whole.

    It is read in stretches of complete top-level statements, as what the parser makes of one
    depends on all that stands before it.
    """
    content = text.content
    statements: list[Statement] = []
    at = 0
    while at < len(content):
        end = _complete(content, at, size)
        piece = text if end - at == len(content) else text.slice(at, end)
        found = _trusted(piece, hand)
        if found is None and size > 1 and "\n" in piece.content.strip():
            found = _mended(piece, hand, size // 16)
        elif found is None and (found := fragments.read(piece, hand)) is None:
            blank = len(piece.content) - len(piece.content.lstrip())
            found = (Unknown(piece.span(blank, len(piece.content.rstrip()))),)
        statements += found
        at = end
    return tuple(statements)


def _complete(content: str, at: int, size: int) -> int:
    """An end of a top-level statement about `size` behind `at`: there bash has read all before."""
    while at + size < len(content):
        line = content.find("\n", at + size)
        if line < 0:
            break
        complete = _check(content[at : line + 1] + _WRONG).complete
        if complete:
            return min(at + complete, line + 1)
        size = (line - at) * 2
    return len(content)


def _trusted(text: Text, hand: Hand) -> tuple[Statement, ...] | None:
    """The statements, if the parser reads the text or its simple form without a doubt."""
    if _dense(text.content):
        return None
    content = separated(text.content)
    for each in dict.fromkeys((text.content, content)):
        root = grow(each).root_node
        if not tree.errors(root):
            source = Source(text, hand, tree.body)
            statements = tree.body(source, root.children)
            if not source.suspect:
                return statements
    simple = simplify(content)
    root = grow(simple.content).root_node
    if not tree.errors(root):
        source = Source(text, hand, tree.body, simple)
        statements = tree.body(source, root.children)
        if not source.suspect:
            return statements
    return None
