"""What a file exports that a framework calls: route handlers, loaders, the default export."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace
from tree_sitter import Node

from ..facts import Entry, Export, Handler
from .functions import Functions, reach
from .options import options
from .tree import Tree, bare, children, fields, statements

_SERVING = frozenset(
    (
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "ALL",
        "action",
        "default",
        "fallback",
        "handle",
        "handler",
        "init",
        "loader",
        "middleware",
        "onRequestError",
        "proxy",
        "register",
    )
)
_SEGMENT = frozenset(
    (
        "config",
        "dynamic",
        "dynamicParams",
        "fetchCache",
        "maxDuration",
        "preferredRegion",
        "prerender",
        "revalidate",
        "runtime",
    )
)
"""What Next.js and its like read from a route's file."""


def exports(known: Functions) -> tuple[Export, ...]:
    """The exports that may serve, in order; `*` for `export * from`."""
    tree = known.answers.tree
    found: dict[str, Export] = {}
    for name, node, span in _exported(tree):
        if name not in _SERVING and name != "*":
            continue
        place = tree.text.byte_span(span.start_byte, span.end_byte)
        handler = reach(known, node) if node is not None else Handler(opaque=True, span=place)
        found.setdefault(name, Export(name, handler, place))
    return tuple(found.values())


def segment(tree: Tree) -> tuple[Entry, ...]:
    """What a route's file configures: `export const runtime = 'edge'`."""
    found: list[Entry] = []
    for name, node, span in _exported(tree):
        if name not in _SEGMENT or node is None:
            continue
        value = tree.resolve(node)
        place = tree.text.byte_span(span.start_byte, span.end_byte)
        if value.type == "object":
            inner, _ = options(tree, value, nested=True)
            found += [replace(one, name=f"{name}.{one.name}") for one in inner]
        elif name != "config":
            found.append(Entry(name, tree.value(node), place))
    return tuple(found)


def default(tree: Tree) -> Node | None:
    """The node of the default export or of `module.exports`, if there is one."""
    return next((node for name, node, _ in _exported(tree) if name == "default"), None)


def _exported(tree: Tree) -> Iterator[tuple[str, Node | None, Node]]:
    """Names, what they are (None: it stands in another file), and where they are named."""
    for statement in statements(tree):
        if statement.type == "export_statement":
            yield from _statement(tree, statement)
        elif statement.type == "expression_statement" and statement.named_child_count:
            yield from _assigned(tree, statement.named_children[0])


def _statement(tree: Tree, statement: Node) -> Iterator[tuple[str, Node | None, Node]]:
    source = statement.child_by_field_name("source")
    value = statement.child_by_field_name("value")
    declaration = statement.child_by_field_name("declaration")
    clause = next((c for c in statement.named_children if c.type == "export_clause"), None)
    if clause is not None:
        for part in children(clause):
            name = part.child_by_field_name("name")
            alias = part.child_by_field_name("alias") or name
            if name is not None and alias is not None:
                yield tree.source(alias), None if source else name, alias
    elif source is not None:
        yield "*", None, statement
    elif value is not None:
        yield "default", value, value
    elif declaration is not None:
        yield from _declaration(tree, statement, declaration)
    else:
        for child in statement.named_children:
            if child.type not in ("decorator", "comment"):
                yield "default", child, child


def _declaration(
    tree: Tree, statement: Node, declaration: Node
) -> Iterator[tuple[str, Node | None, Node]]:
    name = declaration.child_by_field_name("name")
    if any(child.type == "default" for child in statement.children):
        yield "default", declaration, name or declaration
    elif name is not None:
        yield tree.source(name), declaration, name
    else:
        for part in declaration.named_children:
            named, value = part.child_by_field_name("name"), part.child_by_field_name("value")
            if named is None:
                continue
            if named.type == "identifier":
                yield tree.source(named), value, named
            elif named.type == "object_pattern":
                for one in children(named):
                    inner = one.child_by_field_name("value") or one
                    yield tree.source(inner), None, inner


def _assigned(tree: Tree, node: Node) -> Iterator[tuple[str, Node | None, Node]]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or left.type != "member_expression":
        return
    target = tree.dotted(left).removeprefix("module.")
    if target == "exports":
        yield "default", right, left
        value = bare(right)
        if value.type == "object":
            yield from ((name, inner, inner) for name, inner in fields(tree, value).items())
    elif target.startswith("exports."):
        yield target.removeprefix("exports."), right, left
