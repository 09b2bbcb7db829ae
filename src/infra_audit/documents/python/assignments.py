"""What names are given outside of functions: the settings of a program."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ...model import Span
from ..facts import Assignment
from .tree import Branch, Found, Tree, arguments, children

_MOST = 1_000
_DEEPEST = 4
_ADDING = {"append": 0, "insert": 1, "extend": 0, "update": 0, "setdefault": 1}
"""The methods that add to a list or a dictionary, and where what is added stands."""


def assignments(tree: Tree) -> tuple[Assignment, ...]:
    """Every assignment outside of functions, in order, with what is inside of its value."""
    functions = {_named(tree, found) for found in tree.nodes["function"]}
    found: list[Assignment] = []
    for kind in ("assignment", "addition"):
        for at in tree.nodes[kind]:
            if not _inside(at.scope, functions):
                found += _assigned(tree, at, added=kind == "addition")
    for call in tree.calls:
        if call.last in _ADDING and not _inside(call.scope, functions):
            name = call.name.rpartition(".")[0]
            given = arguments(call.node)[_ADDING[call.last] :]
            if name and "(" not in name and given:
                span = tree.text.byte_span(call.start, call.end)
                found += _added(tree, given[0], (f"{name}.*", span, call.branch))
    return tuple(sorted(found, key=lambda one: one.span)[:_MOST])


def _named(tree: Tree, found: Found) -> str:
    name = found.node.child_by_field_name("name")
    own = tree.source(name) if name is not None else ""
    return f"{found.scope}.{own}" if found.scope else own


def _inside(scope: str, functions: set[str]) -> bool:
    """Whether a scope is that of a function, or of what stands in one."""
    while scope and scope not in functions:
        scope = scope.rpartition(".")[0]
    return bool(scope)


def _assigned(tree: Tree, at: Found, *, added: bool) -> Iterator[Assignment]:
    left, right = at.node.child_by_field_name("left"), at.node.child_by_field_name("right")
    name = _target(tree, left) if left is not None else ""
    if left is None or right is None or not name:
        return
    name = f"{at.scope}.{name}" if at.scope else name
    span = tree.text.byte_span(left.start_byte, left.end_byte)
    if added:
        yield from _added(tree, right, (f"{name}.*", span, at.branch))
        return
    yield from _inner(tree, right, (name, span, at.branch), 0)


def _target(tree: Tree, node: Node, depth: int = 0) -> str:
    """The dotted name of what is assigned to: `X`, `X.default` for `X["default"]`; '' for another."""
    if node.type in ("identifier", "attribute"):
        return tree.dotted(node)
    inner, key = node.child_by_field_name("value"), node.child_by_field_name("subscript")
    if node.type != "subscript" or inner is None or key is None or depth > _DEEPEST:
        return ""
    outer, last = _target(tree, inner, depth + 1), tree.literal(key)
    return f"{outer}.{last}" if outer and last is not None else ""


def _added(tree: Tree, node: Node, to: tuple[str, Span, Branch]) -> Iterator[Assignment]:
    """What is added to a list: each of what is written out, else the whole."""
    name, span, branch = to
    written = node.type in ("list", "tuple") and children(node)
    for one in written or [node]:
        yield Assignment(name, tree.value(one), span, branch)


def _inner(
    tree: Tree, node: Node, outer: tuple[str, Span, Branch], depth: int
) -> Iterator[Assignment]:
    """The value of a name and, under names of their own, the values inside of it."""
    name, span, branch = outer
    yield Assignment(name, tree.value(node), span, branch)
    if depth >= _DEEPEST or node.type not in ("dictionary", "list", "tuple"):
        return
    for nth, child in enumerate(children(node)[:_MOST]):
        where = tree.text.byte_span(child.start_byte, child.end_byte)
        if child.type in ("dictionary_splat", "list_splat"):
            yield Assignment(f"{name}.*", tree.value(child), where, branch)
        elif child.type == "pair":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and value is not None:
                own = tree.literal(key)
                where = tree.text.byte_span(key.start_byte, key.end_byte)
                inside = (f"{name}.{'*' if own is None else own}", where, branch)
                yield from _inner(tree, value, inside, depth + 1)
        else:
            yield from _inner(tree, child, (f"{name}.{nth}", where, branch), depth + 1)
