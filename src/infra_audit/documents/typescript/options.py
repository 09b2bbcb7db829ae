"""The options of object literals and of configuration files, by dotted names."""

from __future__ import annotations

from tree_sitter import Node

from ...source.regex import regex
from ..facts import Entry, Value
from .tree import FUNCTIONS, Tree, arguments, children, key_of

_DEEPEST = 8
_WRAPPERS = 5
_MOST = 200
_LONGEST_RAW = 2_000


def options(tree: Tree, node: Node, *, nested: bool = False) -> tuple[tuple[Entry, ...], bool]:
    """The entries of an object and whether something else is spread into it.

    With `nested`, the entries of objects inside it follow under dotted names in their place.
    """
    entries: list[Entry] = []
    known = _collect(tree, node, entries, set(), "" if nested else None)
    return tuple(entries), not known


def configuration(tree: Tree, exported: Node) -> tuple[Entry, ...]:
    """The options of what a configuration file exports: an object, a call around it, a function."""
    found = _object(tree, exported, 0)
    return options(tree, found, nested=True)[0] if found is not None else ()


def is_whole(tree: Tree, exported: Node) -> bool:
    """Whether a configuration file exports an object of which every option is read."""
    found = tree.resolve(exported)
    if found.type != "object" or b"Object.assign" in tree.data:
        return False
    if not _collect(tree, found, [], set(), None):
        return False
    return not any(_SET.match(tree.source(node)) for node in tree.nodes["assignment"])


_SET = regex(r"(?!module\.exports\b|exports\b)[\w$]+\s*(?:\.|\[)")
"""How an assignment to an option of an object begins."""


def _collect(
    tree: Tree,
    node: Node,
    entries: list[Entry],
    seen: set[int],
    prefix: str | None,
) -> bool:
    """Add the entries of an object; whether that is all of them.

    `seen` holds the objects that have been read, so that names which lead back to one end there;
    with a prefix, the objects inside are read too.
    """
    seen.add(node.start_byte)
    whole = True
    for child in children(node):
        if child.type == "spread_element":
            inner = tree.resolve(child.named_children[0]) if child.named_children else child
            if inner.type != "object" or len(seen) > _MOST:
                whole = False
            elif inner.start_byte not in seen:
                whole = _collect(tree, inner, entries, seen, prefix) and whole
            continue
        key, value = _sides(child)
        name = key_of(tree, key)
        if not name:
            whole = False
            continue
        name = f"{prefix or ''}{name}"
        span = tree.text.byte_span(key.start_byte, key.end_byte)
        entries.append(Entry(name, _short(tree.value(value)), span))
        if prefix is None or name.count(".") >= _DEEPEST:
            continue
        inner = tree.resolve(value)
        if inner.type == "object" and inner.start_byte not in seen:
            _collect(tree, inner, entries, seen, f"{name}.")
    return whole


def _sides(node: Node) -> tuple[Node, Node]:
    if node.type == "pair":
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        return key or node, value or node
    return node.child_by_field_name("name") or node, node


def _short(value: Value) -> Value:
    if len(value.raw) <= _LONGEST_RAW:
        return value
    return Value(value.literal, value.raw[:_LONGEST_RAW], value.span)


def _object(tree: Tree, node: Node, depth: int) -> Node | None:
    """The object that an expression stands for, through wrappers and functions that return one."""
    node = tree.resolve(node)
    if node.type == "object":
        return node
    if depth > _WRAPPERS:
        return None
    if node.type == "call_expression":
        for given in arguments(node)[:4]:
            found = _object(tree, given, depth + 1)
            if found is not None:
                return found
        return None
    if node.type == "identifier":
        return _declared(tree, tree.source(node), depth)
    if node.type in FUNCTIONS:
        return _returned(tree, node, depth)
    return None


def _declared(tree: Tree, name: str, depth: int) -> Node | None:
    """What a variable that is assigned to again was declared as, or a function of that name."""
    for kind in ("variable", "function"):
        for node in tree.nodes[kind]:
            declared = node.child_by_field_name("name")
            if declared is not None and tree.source(declared) == name:
                value = node.child_by_field_name("value") if kind == "variable" else node
                return _object(tree, value, depth + 1) if value is not None else None
    return None


def _returned(tree: Tree, node: Node, depth: int) -> Node | None:
    body = node.child_by_field_name("body")
    if body is not None and body.type != "statement_block":
        return _object(tree, body, depth + 1)
    for back in reversed(tree.nodes_in("return", node)):
        inner = children(back)
        found = _object(tree, inner[0], depth + 1) if inner else None
        if found is not None:
            return found
    return None
