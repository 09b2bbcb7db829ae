"""The settings of a file in JSON, TOML or YAML, read the same way: see `json` for the nodes."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Problem, Span
from ..source.regex import regex
from ..source.text import Text
from . import json
from .facts import Entry, Value
from .json import Array, Member, Node, Object, Scalar
from .shell import script
from .shell.syntax import Script

_MOST = 500
_DEEPEST = 12
_FILLED = regex(r"\{\{|\$\{|\$\(|<%|\$[A-Z]")


def nodes(text: Text) -> tuple[tuple[Node, ...], tuple[Problem, ...]]:
    """The values in `text`, by the notation that its path names: of YAML each document's."""
    if text.path.endswith((".toml", ".replit")):
        from .toml import nodes as toml

        table, problems = toml(text)
        return (table,), problems
    if text.path.endswith((".json", ".jsonc")):
        node, problems = json.nodes(text, lenient=True)
        return (() if node is None else (node,)), problems
    from . import yaml

    documents, problems = yaml.nodes(text)
    known: dict[int, Node] = {}
    return tuple(_converted(document, known) for document in documents), problems


def _converted(node: object, known: dict[int, Node]) -> Node:
    """A node of YAML as one of JSON; what stands in several places is converted once."""
    from . import yaml

    found = known.get(id(node))
    if found is not None:
        return found
    match node:
        case yaml.Mapping():
            members = tuple(
                Member(Scalar(key.value, key.start, key.end), _converted(value, known))
                for key, value in yaml.pairs(node)
            )
            found = Object(members, node.start, node.end)
        case yaml.Sequence():
            items = tuple(_converted(item, known) for item in node.items)
            found = Array(items, node.start, node.end)
        case yaml.Scalar():
            null = yaml.kind(node) == "null"
            found = Scalar(None if null else node.value, node.start, node.end)
        case _:
            found = Scalar(None, 0, 0)
    known[id(node)] = found
    return found


def get(node: Node | None, *path: str) -> Node | None:
    """What stands under the keys of `path`, one inside the other."""
    for name in path:
        member = node.last().get(name) if isinstance(node, Object) else None
        node = member.value if member else None
    return node


def fields(node: Node | None) -> dict[str, Member]:
    """The members of an object by name; empty for anything else."""
    return node.last() if isinstance(node, Object) else {}


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; one value that is no list counts as a list of one."""
    if isinstance(node, Array):
        return node.items
    return () if node is None or (isinstance(node, Scalar) and node.value is None) else (node,)


def value(text: Text, node: Node | None) -> Value | None:
    """A scalar; its literal is None where something fills it in. None for what is no scalar."""
    if not isinstance(node, Scalar) or node.value is None:
        return None
    found = json.value_of(text, node)
    if found.literal is not None and _FILLED.search(found.literal):
        return Value(None, found.literal, found.span)
    return found


def string(node: Node | None) -> str:
    """A scalar's text, '' for anything else."""
    if not isinstance(node, Scalar) or node.value is None:
        return ""
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)


def span(text: Text, node: Node) -> Span:
    """Where a node stands."""
    return text.span(node.start, max(node.start, node.end))


def shell(text: Text, node: Node | None, name: str) -> Script | None:
    """The script of a string; None where it is none, or is empty."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value.strip():
        return None
    return script.parse(piece(text, node), "command", interpreter="sh", name=name)


def piece(text: Text, node: Scalar) -> Text:
    """The value of a string as a text of its own, mapped as exactly as its notation allows."""
    content = str(node.value)
    raw = text.content[node.start : node.end]
    for start in (0, 1, 3):
        if raw[start : start + len(content)] == content and len(raw) == len(content) + 2 * start:
            return text.slice(node.start + start, node.start + start + len(content))
    segments = [(0, node.start)]
    at = place = 0
    for line in content.splitlines(keepends=True):  # a block's lines, each found again
        here = raw.find(line.strip(), place) if line.strip() else -1
        if here >= 0:
            blank = len(line) - len(line.lstrip())
            segments.append((at + blank, node.start + here))
            place = here + len(line.strip())
            segments.append((at + blank + len(line.strip()), node.start + place))
        at += len(line)
    return text.piece(content.rstrip(), tuple(dict(segments).items()))


def environment(text: Text, node: Node | None) -> tuple[Entry, ...]:
    """Variables, of an object, or of a list of `{key or name, value}`."""
    found: list[Entry] = []
    for name, member in fields(node).items():
        given = value(text, member.value)
        if given is None and isinstance(member.value, Object):
            given = value(text, get(member.value, "value"))
        found.append(Entry(name, given, span(text, member.key)))
    for item in node.items if isinstance(node, Array) else ():
        key = get(item, "key") or get(item, "name")
        if isinstance(key, Scalar) and key.value is not None:
            found.append(Entry(string(key), value(text, get(item, "value")), span(text, key)))
    return tuple(found)


def options(text: Text, node: Node | None) -> tuple[Entry, ...]:
    """All settings that are scalars, nested names dotted, those in lists by their number."""
    found: list[Entry] = []
    for name, key, inner in _leaves(node, "", 0):
        if len(found) >= _MOST:
            break
        found.append(Entry(name, value(text, inner), span(text, key)))
    return tuple(found)


def _leaves(node: Node | None, prefix: str, depth: int) -> Iterator[tuple[str, Scalar, Scalar]]:
    if depth > _DEEPEST:
        return
    match node:
        case Object():
            for name, member in node.last().items():
                if isinstance(member.value, Scalar):
                    yield f"{prefix}{name}", member.key, member.value
                else:
                    yield from _leaves(member.value, f"{prefix}{name}.", depth + 1)
        case Array():
            for nth, item in enumerate(node.items):
                if isinstance(item, Scalar):
                    yield f"{prefix}{nth}", item, item
                else:
                    yield from _leaves(item, f"{prefix}{nth}.", depth + 1)
        case _:
            return
