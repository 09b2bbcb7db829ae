"""YAML as nodes that know their place: no value is converted, no tag obeyed."""

from __future__ import annotations

import re
from typing import Any
from typing import Literal as Choice

from msgspec import Struct

from ..model import Problem, Span
from ..source.regex import regex, uncompiled
from ..source.text import BOM, Text
from .scalars import Segments, segments

with uncompiled():  # the patterns of the reader in Python, of which libyaml has no need, take 6 ms
    from yaml import YAMLError
    from yaml._yaml import CParser
    from yaml.events import (
        AliasEvent,
        DocumentEndEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
        StreamEndEvent,
    )


class Scalar(Struct, frozen=True, gc=False, tag_field="node", tag="scalar"):
    """A value as text, unquoted; `style` is its quote, `|` or `>`, or '' for a plain one.

    `start` and `end` are offsets into the text, quotes included, tag and anchor not.
    """

    value: str
    style: str
    start: int
    end: int
    tag: str = ""
    """As `!vault` or `tag:yaml.org,2002:str`; '' when none is written."""


class Sequence(Struct, frozen=True, gc=False, tag_field="node", tag="sequence"):
    """A list; it ends where its last item does."""

    items: tuple[Node, ...]
    start: int
    end: int
    tag: str = ""


class Mapping(Struct, frozen=True, gc=False, tag_field="node", tag="mapping"):
    """Keys and values as written: what is given twice and `<<` are still there; see `pairs`."""

    entries: tuple[tuple[Node, Node], ...]
    start: int
    end: int
    tag: str = ""


Node = Scalar | Sequence | Mapping
Kind = Choice["str", "null", "bool", "int", "float"]

_SIZE = 4_000_000
"""How long a text may be."""
_DEPTH = 200
"""How deeply nodes may be nested, aliases followed."""

_TOO_DEEP = "the YAML is nested too deeply"
_EXPANDED = 100_000
"""How many nodes the aliases of a stream may amount to, or ten times those written."""

_PROPERTY = regex(r"(?:!<[^>\s]*>|[&!]\S*)(?:\s|#[^\n]*\n)*")
_TEMPLATE = regex(r"^[ \t]*+(?:(?:- )?[\w.-]++:|-)?[ \t]*+(?:\{[{%]|<%)", re.MULTILINE)
_INT = regex(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = regex(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_STANDARD: dict[str, Kind] = {
    "tag:yaml.org,2002:null": "null",
    "tag:yaml.org,2002:bool": "bool",
    "tag:yaml.org,2002:int": "int",
    "tag:yaml.org,2002:float": "float",
}


# ── what a node says ─────────────────────────────────────────────────────────────────────────────


def kind(scalar: Scalar) -> Kind:
    """What YAML 1.2 takes the value for: `on` and `22:22` are strings."""
    if scalar.tag:
        return _STANDARD.get(scalar.tag, "str")
    value = scalar.value
    if scalar.style:
        return "str"
    if value in _NULLS:
        return "null"
    if value in _BOOLS:
        return "bool"
    if _INT.fullmatch(value):
        return "int"
    return "float" if _FLOAT.fullmatch(value) else "str"


def pairs(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    """The entries of a mapping: `<<` merged in behind its own, of a key given twice the last."""
    if not isinstance(node, Mapping):
        return ()
    own: dict[str, tuple[Scalar, Node]] = {}
    merged: dict[str, tuple[Scalar, Node]] = {}
    for key, value in node.entries:
        if not isinstance(key, Scalar):
            continue
        if key.value == "<<" and not key.style:
            for source in value.items if isinstance(value, Sequence) else (value,):
                for pair in pairs(source):
                    merged.setdefault(pair[0].value, pair)
        else:
            own[key.value] = (key, value)
    return tuple(own.values()) if not merged else tuple((own | (merged | own)).values())


def fields(node: Node | None) -> dict[str, Node]:
    """The values of a mapping by key, as `pairs` has them; empty for what is no mapping."""
    return {key.value: value for key, value in pairs(node)}


def get(node: Node | None, *path: str) -> Node | None:
    """What stands under the keys of `path`, one inside the other."""
    for name in path:
        node = fields(node).get(name)
    return node


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a sequence; a single value that is not null counts as a list of one."""
    if isinstance(node, Sequence):
        return node.items
    return () if node is None or (isinstance(node, Scalar) and kind(node) == "null") else (node,)


def scalars(node: Node | None) -> tuple[Scalar, ...]:
    """As `items`, only what is a scalar."""
    return tuple(item for item in items(node) if isinstance(item, Scalar))


def strings(node: Node | None) -> tuple[str, ...]:
    """The values of `scalars`."""
    return tuple(item.value for item in scalars(node))


def scalar(node: Node | None) -> Scalar | None:
    """The node if it is a scalar that is not null."""
    return node if isinstance(node, Scalar) and kind(node) != "null" else None


def string(node: Node | None) -> str | None:
    """The value of `scalar`."""
    found = scalar(node)
    return None if found is None else found.value


def span(text: Text, node: Node) -> Span:
    """Where a node stands, without its quotes."""
    start, end = node.start, node.end
    if isinstance(node, Scalar) and node.style in {"'", '"'} and end - start > 2:
        start, end = start + 1, end - 1
    return text.span(start, end)


def layout(text: Text, scalar: Scalar) -> Segments:
    """Which stretch of a scalar's value stands where in `text`: pairs of offsets."""
    return segments(text.content, scalar.start, scalar.end, scalar.style, scalar.value)


def literal(text: Text, scalar: Scalar) -> Text:
    """A scalar's value as a text of its own, each place of which leads back into the file."""
    return text.piece(scalar.value, layout(text, scalar))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def nodes(text: Text) -> tuple[tuple[Node, ...], tuple[Problem, ...]]:
    """The documents of a stream, and what is wrong with it.

    After an error only the documents before it are there. A key given twice is a problem, and
    its last value counts. Aliases are shared nodes, within bounds that keep every walk short.
    """
    if len(text.content) > _SIZE:
        return (), (Problem(text.location(0, 0), "the file is too large to be read as YAML"),)
    content = text.content.lstrip(BOM)
    state = _State(text, len(text.content) - len(content))
    try:
        fault = _compose(CParser(content), state)
    except YAMLError as error:
        fault = _fault(error, state)
    except UnicodeEncodeError as error:
        fault = state.problem(error.start, "the text has a character that is not Unicode")
    problems = state.problems if fault is None else [*state.problems, fault]
    return tuple(state.documents), tuple(problems)


class _Open(Struct):
    """A collection whose end has not come yet; `weight` counts its nodes, aliases followed."""

    start: int
    end: int
    anchor: str | None
    tag: str
    flow: bool
    children: list[Node]
    weight: int = 1
    height: int = 1


class _State(Struct):
    """What is known halfway through a stream."""

    text: Text
    base: int
    """How many byte order marks, which the parser does not count, stand first."""
    documents: list[Node] = []
    problems: list[Problem] = []
    stack: list[_Open] = []
    anchors: dict[str, tuple[Node, int, int] | None] = {}
    """Each node with its weight and height; None while it is still open."""
    written: int = 0
    expanded: int = 0

    def problem(self, mark: int, message: str) -> Problem:
        """A problem at an offset as the parser counts."""
        length = len(self.text.content)
        at = min(mark + self.base, length)
        return Problem(self.text.location(at, min(at + 1, length)), message)


def _compose(parser: CParser, state: _State) -> Problem | None:
    """Read the stream into `state`; a problem given back is what ended it early."""
    while True:
        event: Any = parser.get_event()
        kind = type(event)  # compared by identity: a match costs as much as the parser itself
        if kind is ScalarEvent:
            _scalar(state, event)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if len(state.stack) >= _DEPTH:
                return state.problem(0, _TOO_DEEP)
            _open(state, event)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            _close(state, event)
        elif kind is AliasEvent:
            if problem := _alias(state, event):
                return problem
        elif kind is DocumentEndEvent:
            state.anchors = {}
        elif kind is StreamEndEvent:
            return None


def _scalar(state: _State, event: Any) -> None:
    base, anchor, tag, style = state.base, event.anchor, event.tag, event.style or ""
    start, end = event.start_mark.index + base, event.end_mark.index + base
    if anchor is not None or tag is not None:
        start = min(_behind_properties(state, start), end)
    if style in {"|", ">"}:
        end = start + len(state.text.content[start:end].rstrip())
    _add(state, Scalar(event.value, style, start, end, tag or ""), anchor, (1, 1))


def _open(state: _State, event: Any) -> None:
    start = event.start_mark.index + state.base
    if event.anchor is not None or event.tag is not None:
        start = _behind_properties(state, start)
    if event.anchor is not None:
        state.anchors[event.anchor] = None
    state.stack.append(
        _Open(start, start, event.anchor, event.tag or "", bool(event.flow_style), [])
    )


def _close(state: _State, event: Any) -> None:
    done = state.stack.pop()
    end = event.end_mark.index + state.base if done.flow else done.end
    children = done.children
    node: Node
    if isinstance(event, MappingEndEvent):
        entries = tuple(zip(children[::2], children[1::2], strict=True))
        node = Mapping(entries, done.start, end, done.tag)
        _report_twice(state, entries)
    else:
        node = Sequence(tuple(children), done.start, end, done.tag)
    _add(state, node, done.anchor, (done.weight, done.height))


def _add(state: _State, node: Node, anchor: str | None, size: tuple[int, int]) -> None:
    """Take in a finished node, with its weight and height."""
    state.written += 1
    if anchor is not None:
        state.anchors[anchor] = (node, *size)
    _hang(state, node, node.end, size)


def _hang(state: _State, node: Node, end: int, size: tuple[int, int]) -> None:
    """Hang a node, or another's alias, which ends elsewhere, into what is open."""
    if not state.stack:
        state.documents.append(node)
        return
    parent = state.stack[-1]
    parent.children.append(node)
    parent.end = end
    parent.weight += size[0]
    parent.height = max(parent.height, size[1] + 1)


def _alias(state: _State, event: Any) -> Problem | None:
    mark, name = event.start_mark.index, event.anchor
    known = state.anchors.get(name)
    if known is None:
        fault = "stands inside itself" if name in state.anchors else "is not defined before this"
        return state.problem(mark, f"the anchor `{name}` {fault}")
    node, weight, height = known
    state.expanded += weight
    if state.expanded > max(_EXPANDED, 10 * state.written):
        return state.problem(mark, "the YAML's aliases expand to too many nodes")
    if len(state.stack) + height > _DEPTH:
        return state.problem(mark, _TOO_DEEP)
    _hang(state, node, event.end_mark.index + state.base, (weight, height))
    return None


def _behind_properties(state: _State, start: int) -> int:
    """Where a node begins behind its anchor and tag."""
    while match := _PROPERTY.match(state.text.content, start):
        start = match.end()
    return start


def _report_twice(state: _State, entries: tuple[tuple[Node, Node], ...]) -> None:
    seen: dict[str, int] = {}
    for key, _ in entries:
        if isinstance(key, Scalar):
            seen[key.value] = times = seen.get(key.value, 0) + 1
            if times == 2:
                place = state.text.location(key.start, key.end)
                state.problems.append(Problem(place, f"the key `{key.value}` is given twice"))


def _fault(error: Any, state: _State) -> Problem:
    """What the parser says, in one sentence, at the place where it noticed."""
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        byte = getattr(error, "position", 0)
        at = state.text.slice(state.base, len(state.text.content)).code_point(byte)
        return state.problem(at, "the file has a character that YAML does not allow")
    if _TEMPLATE.search(state.text.content):
        return state.problem(mark.index, "a template, and no YAML before it is rendered")
    said = getattr(error, "problem", None) or "the YAML cannot be read"
    if (
        "nesting depth" in said
    ):  # libyaml 0.2.6 has a bound of its own, and reads ahead of its events
        return state.problem(0, _TOO_DEEP)
    return state.problem(mark.index, f"not YAML: {said}")
