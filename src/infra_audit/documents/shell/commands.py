"""Simple commands: their words, assignments and redirections, from tree-sitter's nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from operator import itemgetter
from sys import intern
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ...model import Span
from ...source.regex import regex
from ...source.text import Text
from .handed import starts
from .source import Handed, Source, grow
from .syntax import (
    Assignment,
    Command,
    Heredoc,
    Literal,
    Opaque,
    Part,
    Redirect,
    Script,
    Substitution,
    Word,
    command_of,
    word_at,
)
from .words import PLAIN, SHORT, kept, told, unescaped, word

if TYPE_CHECKING:
    from tree_sitter import Node

Placed = tuple[Word, tuple[int, int]]
"""A word and its offsets."""

RESERVED = frozenset(
    (
        *("if", "then", "elif", "else", "fi", "do", "done", "case", "esac", "while", "until"),
        *("for", "select", "function", "coproc", "{", "}", "]]"),
    )
)
"""Words that begin no simple command: where one does, the parser lost its way."""

_PIECE = r"""(?:[\w./:@%+,-]|'[^'\ue000\n]*+'|"(?:[^"\\$`\ue000\n]|\$(?:\w|\{\w+\}))*+"|\$(?:\w|\{\w+\}))"""
_EASY = {
    "command": regex(rf"{_PIECE}++(?:[ \t]++(?:{_PIECE}|=)++)*+", re.ASCII),
    "test_command": regex(rf"\[(?:[ \t]++(?:{_PIECE}|!?=|!(?=[ \t]))++)*+[ \t]++\]", re.ASCII),
}
"""Commands in which blanks alone part the words, and nothing is to be looked up in the tree."""

_EASY_WORD = regex(rf"(?:{_PIECE}|[=!\[\]])++", re.ASCII)

_ESCAPED = regex(r"\\[ \t]")
"""Between two words: the parser took a blank that is part of one for what parts them."""

_BROKEN = regex(r"(?<!\\)\n")
_COMPUTED = regex(r"[$<>]\(|`|\$\[")
_TEST = frozenset(
    {"unary_expression", "binary_expression", "parenthesized_expression", "negated_expression"}
)
_REDIRECTS = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect"})
_AROUND = frozenset({"(", ")", "\n"})
_LOOSE = regex(r"(?:[^\s\\]|\\[\s\S]?)+")


def command(
    source: Source, node: Node, redirects: list[Node], fed: Handed | None = None
) -> Command:
    """The command at `node` with the redirections that the tree hangs elsewhere."""
    kind = node.type
    if redirects and source.content.find("\n", node.start_byte, redirects[-1].start_byte) >= 0:
        one_line(source, [node, *redirects])
    if (form := _EASY.get(kind)) and form.fullmatch(source.content, node.start_byte, node.end_byte):
        return _easy(source, node, redirects, fed)
    if kind == "variable_assignment":
        return completed(source, node, [], [_assignment(source, node)], redirects, fed)
    if kind == "test_command":
        if source.simple and node.children[0].type == "[[":
            words = list(_test_words(source, node))
            return completed(source, node, words, [], redirects)
        children = _flat(node)
    else:
        children = node.children
    assignments: list[Assignment] = []
    own: list[Node] = []
    rest: list[Node] = []
    for child in children:
        each = child.type
        if each in _REDIRECTS:
            own.append(child)
        else:
            if each == "variable_assignment":
                assignments.append(_assignment(source, child))
            rest.append(child)
    if kind != "test_command" and source.content.find("\n", node.start_byte, node.end_byte) >= 0:
        one_line(source, [*rest, *own])
    words = _words(source, _runs(source, rest))
    return completed(source, node, words, assignments, own + redirects, fed)


def _easy(source: Source, node: Node, redirects: list[Node], fed: Handed | None) -> Command:
    """The command at `node`, whose text alone tells its words."""
    content, row = source.content, source.row(node.start_byte)
    start, end = node.start_byte, node.end_byte
    if redirects or fed or row is None:
        matches = _EASY_WORD.finditer(content, start, end)
        places = [match.span() for match in matches]
        words = [(word(source.text, *place, source.span, {}), place) for place in places]
        return completed(source, node, words, [], redirects, fed)
    line, before = row
    made: list[Word] = []
    for match in _EASY_WORD.finditer(content, start, end):
        begin, stop = match.span()
        if stop - begin <= SHORT and (known := told(match[0], True)):
            literal, raw, parts, quoted = known
            made.append(Word(literal, raw, parts, line, begin - before, quoted))
        else:
            made.append(word(source.text, begin, stop, source.span, {}))
    first = made[0]
    scripts: tuple[Script, ...] = ()
    if first.raw in RESERVED:
        source.suspect.append((start, end))
    source.passed_on = None
    if starts(first):
        places = [match.span() for match in _EASY_WORD.finditer(content, start, end)]
        scripts = source.hand(source.text, tuple(made), places, None)
    return command_of(tuple(made), (), (), Span(line, start - before, line, end - before), scripts)


def one_line(source: Source, nodes: list[Node]) -> None:
    r"""Note where a line ends between the nodes of a command: the parser goes on with the next one.

    It does so behind `x=1 2>y`, where an `&&` or `||` follows in the line after `a | b | c`, and
    where that line begins with a backslash (`\rm x`), with which it lets a word begin.
    """
    content = source.content
    nodes.sort(key=lambda node: node.start_byte)
    for before, after in pairwise([node for node in nodes if node.type != "comment"]):
        if before.type != "heredoc_redirect":
            ended = _BROKEN.search(content, before.end_byte, after.start_byte + 1)
            if ended is not None:
                source.broken.append((before.end_byte, ended.start()))
                return


_Runs = list[tuple[int, int, "list[Node]"]]


def _runs(source: Source, nodes: list[Node]) -> _Runs:
    """The nodes of each word: those without a blank between them."""
    runs: _Runs = []
    end = -1
    for node in nodes:
        start, stop = node.start_byte, node.end_byte
        kind = node.type
        if kind != "variable_assignment":
            if kind == "comment" or start == stop:
                continue
            if runs and runs[-1][1] == end and _joined(source.content, end, start):
                runs[-1] = (runs[-1][0], stop, [*runs[-1][2], node])
            else:
                runs.append((start, stop, [node]))
        if start > end + 1 and end >= 0 and _ESCAPED.search(source.content, end, start):
            source.suspect.append((end, start))
        end = stop
    return runs


def _joined(content: str, end: int, start: int) -> bool:
    """Whether what begins at `start` is part of the word that seemed to end at `end`."""
    return start == end or (content[end] == "\\" and content[end:start] == "\\\n")


def completed(  # noqa: PLR0913, PLR0917 (called once a command: no bundle is made)
    source: Source,
    node: Node | None,
    words: list[Placed],
    assignments: list[Assignment],
    nodes: list[Node],
    fed: Handed | None = None,
) -> Command:
    """The command of these words; a heredoc's body is no part of its span."""
    redirects: list[Redirect] = []
    heredocs: list[Handed] = [] if fed is None else [fed]
    start, end = (node.start_byte, node.end_byte) if node is not None else (1 << 62, 0)
    for each in nodes:
        redirect, stop, more = redirection(source, each, heredocs)
        redirects.append(redirect)
        words += _words(source, [(n.start_byte, n.end_byte, [n]) for n in more])
        start = min(start, each.start_byte)
        end = max(end, stop, *(node.end_byte for node in more))
    span = source.span(start, end)
    if not words and assignments and assignments[0].span == span:
        span = assignments[0].span  # one value for both
    known, found = tuple([each[0] for each in words]), tuple(redirects)
    scripts: tuple[Script, ...] = ()
    if known:
        if known[0].raw in RESERVED:
            source.suspect.append((start, end))
        given = heredocs[-1] if heredocs else None
        source.passed_on = given if len(known) == 1 and known[0].raw == "cat" else None
        if starts(known[0]):
            scripts = source.hand(source.text, known, [each[1] for each in words], given)
            if scripts and heredocs and nodes:
                found = handed_on(found)
    return command_of(known, tuple(assignments), found, span, scripts)


def handed_on(redirects: tuple[Redirect, ...]) -> tuple[Redirect, ...]:
    """The redirections of a command whose heredoc is read as a script: what runs in it is there."""
    return tuple(
        each
        if each.heredoc is None or not each.heredoc.substitutions
        else replace(each, heredoc=replace(each.heredoc, substitutions=()))
        for each in redirects
    )


def one(source: Source, node: Node, *, expanded: bool = True) -> Word:
    """The word at a single node."""
    return region(source, node.start_byte, node.end_byte, [node], expanded=expanded)


def region(
    source: Source,
    start: int,
    end: int,
    nodes: Iterable[Node],
    *,
    expanded: bool = True,
) -> Word:
    """The word from `start` to `end`, of which `nodes` are the parts."""
    found: dict[int, tuple[int, Part]] = {}
    if _COMPUTED.search(source.content, start, end):
        _substitutions(source, nodes, found)
    return word(source.text, start, end, source.span, found, expanded=expanded)


def _substitutions(
    source: Source, nodes: Iterable[Node], found: dict[int, tuple[int, Part]]
) -> None:
    stack = list(nodes)
    while stack:
        node = stack.pop()
        kind = node.type
        if kind in {"command_substitution", "process_substitution"}:
            start, end = node.start_byte, node.end_byte
            opener = "`" if source.content[start] == "`" else source.content[start : start + 2]
            found[start] = (
                end,
                Substitution(intern(opener), source.body(source, node.children[1:-1])),
            )
        elif kind == "arithmetic_expansion":
            start, end = node.start_byte, node.end_byte
            inside = substitutions(source, node.named_children)
            found[start] = end, Opaque("arithmetic", source.text.written[start:end], inside)
        else:
            stack += node.named_children


def substitutions(source: Source, nodes: list[Node]) -> tuple[Substitution, ...]:
    """The substitutions among nodes, in their order."""
    if not nodes or not _COMPUTED.search(source.content, nodes[0].start_byte, nodes[-1].end_byte):
        return ()
    found: dict[int, tuple[int, Part]] = {}
    _substitutions(source, nodes, found)
    return tuple(part for _, (_, each) in sorted(found.items()) for part in _held(each))


def _held(part: Part) -> tuple[Substitution, ...]:
    match part:
        case Substitution():
            return (part,)
        case Opaque():
            return part.substitutions
        case _:
            return ()


def _flat(node: Node) -> list[Node]:
    """The nodes of a test, its expressions taken apart."""
    stack = node.children[::-1]
    flat = []
    while stack:
        each = stack.pop()
        if each.type in _TEST:
            stack += each.children[::-1]
        else:
            flat.append(each)
    return flat


_TEST_WORD = regex(
    r"""(?:[^\s\\'"`$]|\\[\s\S]|'[^']*'|"(?:[^"\\$`]|\\[\s\S]|\$\([^()]*\)|\$)*"|\$\([^()]*\)"""
    r"""|\$\{[^{}]*\}|`[^`]*`|\$)+|\S"""
)


def _test_words(source: Source, node: Node) -> Iterable[Placed]:
    """The words of a `[[ … ]]` of which the tree knows only the brackets."""
    for match in _TEST_WORD.finditer(source.content, node.start_byte, node.end_byte):
        yield word(source.text, *match.span(), source.span, {}), match.span()


def _words(source: Source, runs: _Runs) -> list[Placed]:
    """The words of nodes without a blank between them: one a run.

    A bare bracket is the exception: the parser reads it as one with the blanks behind it.
    """
    words: list[Placed] = []
    content, span = source.content, source.span
    for start, end, nodes in runs:
        raw = content[start:end]
        if PLAIN.fullmatch(raw):
            words.append((word(source.text, start, end, span, {}), (start, end)))
            continue
        kind = nodes[0].type if len(nodes) == 1 else ""
        if kind == "regex":
            raw = source.text.written[start:end]
            regex = word_at(source.span(start, end), None, raw, (Opaque("other", raw),))
            words.append((regex, (start, end)))
        elif kind == "word" and (" " in raw or "\t" in raw or "\n" in raw):
            words += [
                (word(source.text, *part.span(), source.span, {}), part.span())
                for part in _LOOSE.finditer(content, start, end)
            ]
        else:
            words.append((region(source, start, end, nodes), (start, end)))
    return words


def _assignment(source: Source, node: Node) -> Assignment:
    start, end = node.start_byte, node.end_byte
    raw = source.content[start:end]
    children = node.children
    equals = raw.find("=", children[0].end_byte - start)
    name = raw[:equals].rstrip("+")
    append = raw[equals - 1 : equals] == "+"
    value: Word | None = None
    elements: tuple[Word, ...] = ()
    if not _COMPUTED.search(raw) and "(" not in raw:
        value = word(source.text, start + equals + 1, end, source.span, {}, expanded=False)
        return Assignment(intern(name), value, append, source.span(start, end))
    if children[-1].type == "array":
        inside = [child for child in children[-1].children if child.type not in _AROUND]
        elements = tuple([each for each, _ in _words(source, _runs(source, inside))])
    elif raw[equals + 1 : equals + 2] != "(":
        value = region(source, start + equals + 1, end, children[2:], expanded=False)
    return Assignment(intern(name), value, append, source.span(start, end), elements)


def redirection(
    source: Source, node: Node, heredocs: list[Handed]
) -> tuple[Redirect, int, list[Node]]:
    """A redirection, where it ends on its line, and words of the command that stand behind it."""
    operator, descriptor = "", ""
    target: list[Node] = []
    more: list[Node] = []
    written: tuple[int, int] | None = None
    body: Node | None = None
    end = node.start_byte
    heredoc = node.type == "heredoc_redirect"
    if source.simple and not heredoc:
        return _simplified(source, node, heredocs)
    for number, child in enumerate(node.children):
        kind = child.type
        if kind == "file_descriptor":
            descriptor = source.content[child.start_byte : child.end_byte]
        elif not operator:
            operator = kind
        elif kind == "heredoc_body":
            written, body = (child.start_byte, child.end_byte), child
            continue
        elif kind in {"heredoc_end", "comment"} or kind in _REDIRECTS:
            continue
        elif heredoc and kind != "heredoc_start":
            if node.field_name_for_child(number) == "argument":
                more.append(child)
            continue
        else:
            target.append(child)
        end = child.end_byte
    found, end = _target(source, target, more, end)
    if operator == "<<<":
        _herestring(source, found, end, heredocs)
    span = source.span(node.start_byte, end)
    lines = _heredoc(source, operator, target, written, heredocs) if heredoc else None
    if lines is not None and not lines.quoted and body is not None:
        inside = _expanded(source, body)
        lines = replace(lines, substitutions=inside) if inside else lines
    return (
        Redirect(intern(operator), intern(descriptor), None if heredoc else found, span, lines),
        end,
        more,
    )


def _target(
    source: Source, nodes: list[Node], more: list[Node], end: int
) -> tuple[Word | None, int]:
    """What a redirection leads to, and where that ends.

    The parser counts words behind it (`>x word`) as its own: they are the command's.
    """
    if not nodes:
        return None, end
    count = 1
    stop = nodes[0].end_byte
    while count < len(nodes) and nodes[count].start_byte == stop:
        stop = nodes[count].end_byte
        count += 1
    if nodes[count:]:
        one_line(source, nodes[count - 1 :])
        more += nodes[count:]
    return region(source, nodes[0].start_byte, stop, nodes[:count]), stop


def _herestring(source: Source, found: Word | None, end: int, heredocs: list[Handed]) -> None:
    """Note what a shell would read of a `<<<`, where that is more than a variable's value."""
    if found is None:
        return
    if found.literal is not None or any(isinstance(part, Literal) for part in found.parts):
        ranges = kept(source.content, end - len(found.raw), end)
        heredocs.append((source.text.gathered(ranges), "argument"))


def _simplified(
    source: Source, node: Node, heredocs: list[Handed]
) -> tuple[Redirect, int, list[Node]]:
    """A redirection of the simple form: `<` may stand for `<<`, `<<-` or `<<<`."""
    end = node.end_byte
    sign = next((child for child in node.children if child.type != "file_descriptor"), node)
    first = node.children[0]
    descriptor = ""
    if first.type == "file_descriptor":
        descriptor = source.content[first.start_byte : first.end_byte]
    operator, start = sign.type, node.start_byte
    target = [child for child in node.children if child.start_byte >= sign.end_byte]
    if sign.type == "<" and source.content.startswith("<", sign.start_byte - 1):
        start = sign.start_byte - 1
        start -= source.content.startswith("<", start - 1)
        operator = source.content[start : sign.end_byte]
    elif sign.type == "<" and source.content.startswith(">", sign.end_byte):
        operator = "<>"
    elif sign.type == "<" and source.content[sign.start_byte] == "-":
        start, operator = sign.start_byte - 2, "<<-"
    more: list[Node] = []
    found, end = _target(source, target, more, end)
    if operator == "<<<":
        _herestring(source, found, end, heredocs)
    span = source.span(start, end)
    if start in source.heredocs and operator in {"<<", "<<-"}:
        lines = _heredoc(source, operator, target, source.heredocs[start], heredocs)
        return Redirect(intern(operator), intern(descriptor), None, span, lines), end, more
    return Redirect(intern(operator), intern(descriptor), found, span), end, more


def _heredoc(
    source: Source,
    operator: str,
    target: list[Node],
    place: tuple[int, int] | None,
    heredocs: list[Handed],
) -> Heredoc | None:
    """The heredoc behind a redirection; its text, tabs stripped, is noted under its span."""
    if place is None or not target:
        return None
    raw = source.content[target[0].start_byte : target[-1].end_byte]
    quoted = any(mark in raw for mark in "'\"\\")
    start, end = place
    start = source.content.rfind("\n", 0, start) + 1 if start else 0
    end = source.content.rfind("\n", start, end) + 1 or end
    text = source.text.slice(start, end)
    if operator == "<<-":
        text = _without_tabs(source.text, start, end)
    span = source.span(start, end)
    read = text if quoted else text.gathered(unescaped(text.content))
    heredocs.append((read, "heredoc"))
    return Heredoc(text.written, quoted, span)


_TICK = regex(r"\\[\s\S]|`")


def _expanded(source: Source, body: Node) -> tuple[Substitution, ...]:
    """What runs when a heredoc is expanded; its backquotes and `$((` are none to the parser."""
    content, start, end = source.content, body.start_byte, body.end_byte
    if not _COMPUTED.search(content, start, end):
        return ()
    nodes: list[Node] = []
    stack = body.named_children[::-1]
    while stack:
        node = stack.pop()
        if node.type == "command_substitution" and not content.startswith("$((", node.start_byte):
            nodes.append(node)
        else:
            stack += node.named_children[::-1]
    found = [(node.start_byte, part) for node in nodes for part in substitutions(source, [node])]
    ticks = [t.start() for t in _TICK.finditer(content, start, end) if t[0] == "`"]
    for begin, stop in zip(ticks[::2], ticks[1::2], strict=False):
        piece = source.text.slice(begin + 1, stop)
        apart = Source(piece, source.hand, source.body)
        root = grow(piece.content).root_node
        inside = (
            () if root.has_error or "\\" in piece.content else source.body(apart, root.children)
        )
        if inside and not apart.suspect:
            found.append((begin, Substitution("`", inside)))
    return tuple(part for _, part in sorted(found, key=itemgetter(0)))


def _without_tabs(text: Text, start: int, end: int) -> Text:
    out: list[str] = []
    segments: list[tuple[int, int]] = []
    length = 0
    at = start
    for line in text.content[start:end].splitlines(keepends=True):
        kept = line.lstrip("\t")
        segments.append((length, at + len(line) - len(kept)))
        out.append(kept)
        length += len(kept)
        at += len(line)
    return text.piece("".join(out), tuple(segments) or ((0, start),))
