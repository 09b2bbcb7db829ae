"""What may answer requests of an application without being a route that is read."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from .receivers import Receivers
from .tree import FUNCTIONS, Call, Tree, arguments, bare, children, fields

_OWN = frozenset({
    "all", "any", "basePath", "close", "del", "delete", "fetch", "get", "head", "inject", "listen", "mount", "on", "openapi",
    "opts", "options", "patch", "post", "put", "ready", "register", "request", "route", "serve", "set", "use",
})  # fmt: skip
"""Calls to which an application or router is given as a route, a mount, or to be served."""
_SERVERS = frozenset({"createServer", "createSecureServer"})
_SOCKETS = frozenset({"net", "tls", "vite", "Vite"})
_MOST = 50


def handed(tree: Tree, named: Receivers) -> tuple[str, ...]:
    """The names of what is called with an application, as it may add routes to it; in order.

    `[]` for routes that are added by a computed name, `createServer` for a server whose requests
    a function answers itself.
    """
    if not named.named:
        return ()
    return tuple(dict.fromkeys(_found(tree, named)))[:_MOST]


def _found(tree: Tree, named: Receivers) -> Iterator[str]:
    for call in tree.calls:
        given = arguments(call.node)
        if call.last in _SERVERS and call.name.partition(".")[0] not in _SOCKETS:
            if given and _answers_itself(tree, named, given[-1]):
                yield call.last
        elif call.last not in _OWN and any(_holds(tree, named, one) for one in given):
            yield call.name or "()"
        elif call.last == "" and _is_computed(tree, named, call):
            yield "[]"
    for node in tree.nodes["variable"]:
        pattern, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        taken = pattern is not None and pattern.type == "object_pattern"
        if taken and value is not None and _is_receiver(tree, named, value):
            yield "[]"


def _is_receiver(tree: Tree, named: Receivers, node: Node) -> bool:
    node = bare(node)
    return named.find(tree.dotted(node), node.start_byte) is not None


def _holds(tree: Tree, named: Receivers, node: Node) -> bool:
    """Whether an argument is an application, or an object with one."""
    if _is_receiver(tree, named, node):
        return True
    return node.type == "object" and any(
        _is_receiver(tree, named, value)
        or named.find(tree.source(value), value.start_byte) is not None
        for value in (*fields(tree, node).values(), *children(node))
    )


def _answers_itself(tree: Tree, named: Receivers, node: Node) -> bool:
    """Whether requests go to a function, and not to an application (or options: to none yet)."""
    node = bare(node)
    if _is_receiver(tree, named, node) or node.type == "object":
        return False
    text = tree.source(node)
    mentions = any(f"{name}." in text or f"({name}" in text for name in named.named)
    return node.type in FUNCTIONS or not mentions


def _is_computed(tree: Tree, named: Receivers, call: Call) -> bool:
    """Whether it is `app[verb](…)`."""
    function = call.node.child_by_field_name("function")
    if function is None or function.type != "subscript_expression":
        return False
    inner = function.child_by_field_name("object")
    return inner is not None and _is_receiver(tree, named, inner)
