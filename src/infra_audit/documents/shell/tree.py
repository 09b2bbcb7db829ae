"""From tree-sitter's tree of a shell text to statements."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import TYPE_CHECKING
from typing import Literal as Choice

from msgspec.structs import replace

from ...model import Span
from ...source.regex import regex
from . import commands
from .source import Handed, Source
from .syntax import (
    AndOr,
    Arithmetic,
    Background,
    Branch,
    Case,
    Clause,
    Command,
    Function,
    Group,
    If,
    Loop,
    Pipeline,
    Redirect,
    Redirected,
    Statement,
    Subshell,
    Unknown,
    Word,
    command_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 100
"""How many statements may stand inside each other, and how often `&&` and `||` may take turns."""

_JOINTS = frozenset({"&&", "||", "|", "|&"})
_CHAINS = frozenset({"list", "pipeline", "negated_command", "redirected_statement"})
_COMPOUND = frozenset(
    {
        "compound_statement",
        "if_statement",
        "while_statement",
        "for_statement",
        "c_style_for_statement",
        "case_statement",
    }
)
_PREFIX = regex(r"(?<!\S)(?:(?:!|time)[ \t]+)+\Z")
_NO_WORDS = regex(r"[ \t]+in[ \t]*[;\n]")
_SILENT = frozenset({";", "\n", "comment", ";;", ";&", ";;&", "heredoc_body", "heredoc_end"})


def body(source: Source, nodes: list[Node]) -> tuple[Statement, ...]:
    """The statements among `nodes`; what `&` follows runs in the background."""
    statements: list[Statement] = []
    loose: list[Node] = []
    for node in nodes:
        kind = node.type
        if kind in _SILENT:
            continue
        if kind == "&":
            if statements:
                last = statements[-1]
                span = source.span(node.start_byte, node.end_byte)
                whole = Span(last.span.line, last.span.column, span.end_line, span.end_column)
                statements[-1] = Background(last, whole)
            continue
        if kind == "file_redirect":
            loose.append(node)
            continue
        statements.append(statement(source, node))
    if loose:
        statements.append(commands.completed(source, None, [], [], loose))
    return tuple(statements)


def statement(source: Source, node: Node) -> Statement:
    """The statement at `node`, unknown where the parser or we cannot tell."""
    kind = node.type
    lower = _LOWER.get(kind)
    if lower is None:
        return _unknown(source, node)
    if source.depth >= DEEPEST:
        return _too_deep(source, node)
    source.depth += 1
    try:
        lowered = lower(source, node)
    finally:
        source.depth -= 1
    return _prefixed(source, node, lowered) if source.simple and kind in _COMPOUND else lowered


def _prefixed(source: Source, node: Node, lowered: Statement) -> Statement:
    """The statement with the `!` or `time` that the simple form of the text lacks."""
    start = node.start_byte
    before = _PREFIX.search(source.content, max(start - 80, 0), start)
    if before is None or source.simple[before.start() : start].strip():
        return lowered
    begin = source.span(before.start(), before.start())
    span = Span(begin.line, begin.column, lowered.span.end_line, lowered.span.end_column)
    negated = before[0].count("!") % 2 == 1
    return Pipeline((lowered,), negated, span)


def errors(node: Node) -> list[Node]:
    """The error and missing nodes under `node`, but for the name that `x=1 >y` lacks rightly."""
    found: list[Node] = []
    stack = [node]
    while stack:
        each = stack.pop()
        if each.type == "ERROR" or (each.is_missing and each.type != "word"):
            found.append(each)
        elif each.has_error:
            stack += each.children[::-1]
    return found


def _unknown(source: Source, node: Node) -> Unknown:
    start, end = node.start_byte, node.end_byte
    source.suspect.append((start, end))
    return Unknown(source.span(start, end))


def _too_deep(source: Source, node: Node) -> Unknown:
    source.deep.append(node.start_byte)
    return Unknown(source.span(node.start_byte, node.end_byte))


def _command(source: Source, node: Node) -> Statement:
    made = commands.command(source, node, [])
    if made.words and made.words[0].raw == "time":
        return Pipeline((_untimed(source, made),), negated=False, span=made.span)
    return made


def _untimed(source: Source, made: Command) -> Statement:
    """What `time` times."""
    rest = made.words[1:]
    if rest and rest[0].raw == "-p":
        rest = rest[1:]
    if rest and rest[0].raw in commands.RESERVED | {"!"}:
        span = made.span
        source.suspect.append((0, 0))
        return Unknown(span)
    start = rest[0].span if rest else made.span
    span = Span(start.line, start.column, made.span.end_line, made.span.end_column)
    return command_of(rest, (), made.redirects, span, made.scripts)


class _Link:
    """One command of a chain: what joins it to the one before, and the redirections it has."""

    __slots__ = ("joint", "negated", "node", "redirects", "start")

    def __init__(self, joint: str, node: Node | None, start: int, *, negated: bool) -> None:
        self.joint = joint
        self.node = node
        self.start = start
        self.negated = negated
        self.redirects: list[Node] = []


def _chain(source: Source, node: Node) -> Statement:
    """`a | b && c`: the tree nests these by accident, so they are taken apart and joined anew."""
    links = _links(node)
    if links is None:
        return _unknown(source, node)
    made: list[Statement] = []
    joints: list[_Joint] = []
    at = 0
    while at < len(links):
        stop = at + 1
        while stop < len(links) and links[stop].joint.startswith("|") and links[stop].joint != "||":
            stop += 1
        made.append(_pipeline(source, links[at:stop]))
        joints.append("&&" if links[at].joint == "&&" else "||")
        at = stop
    if len(made) > DEEPEST:
        made, joints = _folded(made, joints)
    if len(made) > DEEPEST:
        return _too_deep(source, node)
    result = made[0]
    for joint, piped in zip(joints[1:], made[1:], strict=True):
        result = AndOr(result, joint, piped, _around(result.span, piped.span))
    return result


_Joint = Choice["&&", "||"]


def _folded(made: list[Statement], joints: list[_Joint]) -> tuple[list[Statement], list[_Joint]]:
    """A long list with what one joint joins folded to one: `a && b && c` is `a && (b && c)`."""
    folded, between = made[:1], joints[:1]
    at = 1
    while at < len(made):
        stop = at
        while stop < len(made) and joints[stop] == joints[at]:
            stop += 1
        folded.append(_halved(made[at:stop], joints[at]))
        between.append(joints[at])
        at = stop
    return folded, between


def _halved(made: list[Statement], joint: _Joint) -> Statement:
    """Statements under one joint, nested no deeper than need be."""
    if len(made) == 1:
        return made[0]
    middle = len(made) // 2
    left, right = _halved(made[:middle], joint), _halved(made[middle:], joint)
    return AndOr(left, joint, right, _around(left.span, right.span))


def _around(first: Span, last: Span) -> Span:
    return Span(first.line, first.column, last.end_line, last.end_column)


def _links(node: Node) -> list[_Link] | None:
    """The commands of a chain in their order; None where they do not add up."""
    links: list[_Link] = []
    stack: list[Node | list[Node]] = [node]
    joint, negated, start = "", False, -1
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            if not links:
                links.append(_Link("", None, each[0].start_byte, negated=False))
            links[-1].redirects += each
            continue
        kind = each.type
        if kind == "redirected_statement":
            stack += _redirected(each)
        elif kind in _CHAINS:
            stack += each.children[::-1]
        elif kind in _JOINTS:
            joint = kind
        elif kind == "!":
            negated = not negated
            start = each.start_byte if start < 0 else start
        elif kind not in {"comment", "\n"}:
            if bool(links) is not bool(joint):
                return None
            begin = each.start_byte if start < 0 else start
            links.append(_Link(joint, each, begin, negated=negated))
            joint, negated, start = "", False, -1
    return None if joint or negated or not links else links


def _redirected(node: Node) -> list[Node | list[Node]]:
    """A redirected statement for the stack: its body, its redirections, then what follows them.

    That is what a heredoc's first line goes on with (`<<EOF | next && more`).
    """
    inside: list[Node | list[Node]] = []
    redirects: list[Node] = []
    rest: list[Node | list[Node]] = []
    for child in node.children:
        kind = child.type
        if kind == "heredoc_redirect":
            redirects.append(child)
            for number, part in enumerate(child.children):
                field = child.field_name_for_child(number)
                if field == "redirect":
                    redirects.append(part)
                elif field in {"operator", "right"} or part.type in {"pipeline", "ERROR"}:
                    rest.append(part)
        elif kind in {"file_redirect", "herestring_redirect"}:
            redirects.append(child)
        else:
            inside.append(child)
    return [*reversed(rest), redirects, *reversed(inside)]


def _pipeline(source: Source, links: list[_Link]) -> Statement:
    timed = False
    made: list[Statement] = []
    for link in links:
        fed = source.passed_on if made and isinstance(made[-1], Command) else None
        source.passed_on = None
        lowered = _link(source, link, fed)
        if (
            link is links[0]
            and isinstance(lowered, Pipeline)
            and not link.redirects
            and len(links) > 1
        ):
            timed = True
            lowered = lowered.commands[0]
        if fed is not None and isinstance(lowered, Command) and lowered.scripts:
            before = made[-1]
            if isinstance(before, Command):
                made[-1] = replace(before, redirects=commands.handed_on(before.redirects))
        made.append(lowered)
    source.passed_on = None
    negated = links[0].negated
    if len(made) == 1 and not negated and not timed:
        return made[0]
    begin = source.span(links[0].start, links[0].start)
    span = Span(begin.line, begin.column, made[-1].span.end_line, made[-1].span.end_column)
    return Pipeline(tuple(made), negated, span)


def _link(source: Source, link: _Link, fed: Handed | None) -> Statement:
    node, redirects = link.node, link.redirects
    if node is None:
        return commands.completed(source, None, [], [], redirects)
    if not redirects and fed is None:
        return statement(source, node)
    if _LOWER.get(node.type) in {_command, _bare}:
        return commands.command(source, node, redirects, fed)
    inner = statement(source, node)
    if redirects:
        commands.one_line(source, [node, *redirects])
    return _with(source, inner, redirects)


def _with(source: Source, inner: Statement, nodes: list[Node]) -> Statement:
    if not nodes:
        return inner
    redirects: list[Redirect] = []
    end = 0
    for node in nodes:
        redirect, stop, _ = commands.redirection(source, node, [])
        redirects.append(redirect)
        end = max(end, stop)
    last = source.span(end, end)
    span = Span(inner.span.line, inner.span.column, last.end_line, last.end_column)
    return Redirected(inner, tuple(redirects), span)


def _bare(source: Source, node: Node) -> Statement:
    return commands.command(source, node, [])


def _compound(source: Source, node: Node) -> Statement:
    children = node.children
    start, end = node.start_byte, node.end_byte
    span = source.span(start, end)
    if children[0].type == "((":
        inside = commands.substitutions(source, children[1:-1])
        return Arithmetic(source.text.written[start:end], span, inside)
    if children[0].type == "{":
        return Group(body(source, children[1:-1]), span)
    return _unknown(source, node)


def _subshell(source: Source, node: Node) -> Statement:
    return Subshell(body(source, node.children[1:-1]), source.span(node.start_byte, node.end_byte))


def _if(source: Source, node: Node) -> Statement:
    branches: list[Branch] = []
    otherwise: tuple[Statement, ...] | None = None
    head: list[Node] = []
    for child in node.children:
        kind = child.type
        if kind == "elif_clause":
            branches.append(_branch(source, child.children))
        elif kind == "else_clause":
            otherwise = body(source, child.children[1:])
        elif kind != "fi":
            head.append(child)
    branches.insert(0, _branch(source, head))
    return If(tuple(branches), otherwise, source.span(node.start_byte, node.end_byte))


def _branch(source: Source, nodes: list[Node]) -> Branch:
    then = next((n for n, node in enumerate(nodes) if node.type == "then"), len(nodes))
    condition = body(source, nodes[1:then])
    inside = body(source, nodes[then + 1 :])
    return Branch(condition, inside)


def _while(source: Source, node: Node) -> Statement:
    children = node.children
    kind: Choice["while", "until"] = "until" if children[0].type == "until" else "while"
    condition = body(source, [c for c in children[1:] if c.type != "do_group"])
    span = source.span(node.start_byte, node.end_byte)
    return Loop(kind, "", None, "", condition, _loop_body(source, node), span)


def _loop_body(source: Source, node: Node) -> tuple[Statement, ...]:
    inside = node.child_by_field_name("body")
    if inside is None or inside.type not in {"do_group", "compound_statement"}:
        source.suspect.append((node.start_byte, node.end_byte))
        return (Unknown(source.span(node.start_byte, node.end_byte)),)
    return body(source, inside.children[1:-1])


def _for(source: Source, node: Node) -> Statement:
    children = node.children
    kind: Choice["for", "select"] = "select" if children[0].type == "select" else "for"
    variable = node.child_by_field_name("variable")
    name = "" if variable is None else source.content[variable.start_byte : variable.end_byte]
    words: tuple[Word, ...] | None = None
    if variable is not None and _NO_WORDS.match(source.content, variable.end_byte):
        words = ()
    elif any(child.type == "in" for child in children):
        values = node.children_by_field_name("value")
        words = tuple(commands.one(source, value) for value in values)
    span = source.span(node.start_byte, node.end_byte)
    return Loop(kind, name, words, "", (), _loop_body(source, node), span)


def _counting(source: Source, node: Node) -> Statement:
    header = ""
    begin = -1
    for child in node.children:
        if child.type == "((":
            begin = child.end_byte
        elif child.type == "))":
            header = source.text.written[begin : child.start_byte]
    span = source.span(node.start_byte, node.end_byte)
    last = node.child_by_field_name("body")
    head = [child for child in node.children if child.is_named and child != last]
    inside = commands.substitutions(source, head)
    return Loop("for((", "", None, header, (), _loop_body(source, node), span, inside)


def _case(source: Source, node: Node) -> Statement:
    value = node.child_by_field_name("value")
    if value is None:
        return _unknown(source, node)
    clauses = tuple(_clause(source, c) for c in node.children if c.type == "case_item")
    word = commands.one(source, value, expanded=False)
    return Case(word, clauses, source.span(node.start_byte, node.end_byte))


def _clause(source: Source, node: Node) -> Clause:
    patterns: list[Word] = []
    run: list[Node] = []
    children = node.children
    terminator = ""
    inside = len(children)
    for number, child in enumerate(children):
        kind = child.type
        if kind in {"|", ")"}:
            if run:
                start, end = run[0].start_byte, run[-1].end_byte
                patterns.append(commands.region(source, start, end, run))
            run = []
            if kind == ")":
                inside = number + 1
                break
        elif kind != "(":
            run.append(child)
    if children[-1].type in {";;", ";&", ";;&"}:
        start = children[-1].start_byte
        written = source.content[start : start + 3]
        terminator = intern(written if written == ";;&" else written[:2])
    span = source.span(node.start_byte, node.end_byte)
    return Clause(tuple(patterns), body(source, children[inside:]), terminator, span)


def _function(source: Source, node: Node) -> Statement:
    name = node.child_by_field_name("name")
    inside = node.child_by_field_name("body")
    if name is None or inside is None:
        return _unknown(source, node)
    made = _with(source, statement(source, inside), node.children_by_field_name("redirect"))
    heading = source.span(name.start_byte, name.end_byte)
    called = source.content[name.start_byte : name.end_byte]
    return Function(called, made, heading, source.span(node.start_byte, node.end_byte))


_LOWER: dict[str, Callable[[Source, Node], Statement]] = {
    "command": _command,
    "declaration_command": _bare,
    "unset_command": _bare,
    "test_command": _bare,
    "variable_assignment": _bare,
    "variable_assignments": _bare,
    "list": _chain,
    "pipeline": _chain,
    "negated_command": _chain,
    "redirected_statement": _chain,
    "compound_statement": _compound,
    "subshell": _subshell,
    "if_statement": _if,
    "while_statement": _while,
    "for_statement": _for,
    "c_style_for_statement": _counting,
    "case_statement": _case,
    "function_definition": _function,
}
