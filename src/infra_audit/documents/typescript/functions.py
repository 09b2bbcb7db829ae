"""The functions of a file by name, and what stands behind an expression that handles a request."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Node

from ..facts import Export, Handler
from .answers import Answers, handle
from .tree import FUNCTIONS, Tree, arguments, bare, children, fields, key_of, statements

_DEEPEST = 6
_CLASSES = ("class_declaration", "abstract_class_declaration", "class")


class Functions(Struct, frozen=True):
    """The functions of a file: at the top by name (`f`, `Class.method`, `object.key`), and all."""

    answers: Answers
    top: dict[str, Node]
    all: dict[str, Node]
    types: dict[str, dict[str, str]]
    """For each class the types of its properties: `this.health` is a `HealthService`."""

    def export(self, name: str) -> Export:
        """A top-level function as a fact."""
        node = self.top[name]
        handler = reach(self, node, answering=False)
        owner = name.partition(".")[0]
        tree = self.answers.tree
        span = tree.text.byte_span(node.start_byte, node.end_byte)
        return Export(name, self.typed(handler, owner), span)

    def typed(self, handler: Handler, owner: str) -> Handler:
        """A handler whose calls of `this.x.y` are also told as `Type.y`."""
        types = self.types.get(owner)
        if not types:
            return handler
        return replace(
            handler,
            calls=_with_types(handler.calls, types),
            swallowed=_with_types(handler.swallowed, types),
        )


def functions(known: Answers) -> Functions:
    """Find the functions of a file."""
    tree = known.tree
    top: dict[str, Node] = {}
    types: dict[str, dict[str, str]] = {}
    for statement in statements(tree):
        for name, node in _declared(tree, statement):
            if node.type in _CLASSES:
                types[name] = _types(tree, node)
                top |= {f"{name}.{key}": one for key, one in methods(tree, node).items()}
            elif _callable(node):
                top.setdefault(name, node)
    every = dict(tree.constants)
    for node in tree.nodes["function"]:
        if node.type.endswith("_declaration"):
            named = node.child_by_field_name("name")
            every.setdefault(tree.source(named) if named else "", node)
    return Functions(known, top, every | top, types)


def methods(tree: Tree, node: Node) -> dict[str, Node]:
    """The methods of a class, and its properties that are functions."""
    body = node.child_by_field_name("body")
    found: dict[str, Node] = {}
    for member in children(body) if body is not None else ():
        name = member.child_by_field_name("name")
        if name is None:
            continue
        if member.type == "method_definition":
            found[key_of(tree, name)] = member
        elif member.type == "public_field_definition":
            value = member.child_by_field_name("value")
            if value is not None and bare(value).type in FUNCTIONS:
                found[key_of(tree, name)] = bare(value)
    return found


def reach(known: Functions, node: Node, *, answering: bool = True, depth: int = 0) -> Handler:
    """What an expression that handles requests does: a function, a name of one, a wrapped one."""
    tree = known.answers.tree
    node = bare(node)
    if node.type in FUNCTIONS:
        return handle(known.answers, node, answering=answering)
    if depth < _DEEPEST:
        if node.type in ("identifier", "member_expression", "shorthand_property_identifier"):
            behind = _behind(known, node)
            if behind is not None and bare(behind) != node:
                return reach(known, behind, answering=answering, depth=depth + 1)
        elif node.type == "call_expression":
            return _unwrapped(known, node, answering=answering, depth=depth)
        elif node.type == "array" and (inside := children(node)):
            return reach(known, inside[-1], answering=answering, depth=depth + 1)
        elif node.type == "object" and (inner := fields(tree, node).get("handler")):
            return reach(known, inner, answering=answering, depth=depth + 1)
    name = tree.dotted(node)
    span = tree.text.byte_span(node.start_byte, node.end_byte)
    return Handler(calls=(name,) if name else (), opaque=True, span=span)


def _behind(known: Functions, node: Node) -> Node | None:
    name = known.answers.tree.dotted(node)
    if not name.startswith("this."):
        return known.all.get(name)
    last = f".{name.partition('.')[2]}"
    found = [one for key, one in known.top.items() if key.endswith(last)]
    return found[0] if len(found) == 1 else None


def _unwrapped(known: Functions, node: Node, *, answering: bool, depth: int) -> Handler:
    """What `wrapper(async () => …)` does: the wrapper is one more call."""
    tree = known.answers.tree
    function = node.child_by_field_name("function")
    name = tree.dotted(function) if function is not None else ""
    span = tree.text.byte_span(node.start_byte, node.end_byte)
    if function is not None and name.endswith(".bind"):
        bound = function.child_by_field_name("object")
        if bound is not None:
            return reach(known, bound, answering=answering, depth=depth + 1)
    seen = [name] if name else []
    for given in reversed(arguments(node)[-4:]):
        inner = bare(given)
        if inner.type not in (
            *FUNCTIONS,
            "identifier",
            "member_expression",
            "call_expression",
            "object",
        ):
            continue
        found = reach(known, inner, answering=answering, depth=depth + 1)
        if not found.opaque:
            return replace(found, calls=tuple(dict.fromkeys((*seen, *found.calls))))
        seen += found.calls
    return Handler(calls=tuple(dict.fromkeys(seen)), opaque=True, span=span)


def _declared(tree: Tree, statement: Node) -> Iterator[tuple[str, Node]]:
    """The names that a top-level statement declares, and what as."""
    if statement.type == "export_statement":
        inner = statement.child_by_field_name("declaration")
        if inner is None:
            return
        statement = inner
    name = statement.child_by_field_name("name")
    if statement.type in ("lexical_declaration", "variable_declaration"):
        for part in statement.named_children:
            named, value = part.child_by_field_name("name"), part.child_by_field_name("value")
            if named is not None and value is not None and named.type == "identifier":
                yield from _members(tree, tree.source(named), value)
    elif name is not None:
        yield tree.source(name), statement
    elif statement.type == "expression_statement" and statement.named_child_count:
        assigned = statement.named_children[0]
        left, right = assigned.child_by_field_name("left"), assigned.child_by_field_name("right")
        if left is not None and right is not None and left.type == "member_expression":
            target = tree.dotted(left).removeprefix("module.")
            if target == "exports":
                yield from _members(tree, "", right)
            elif target.startswith("exports."):
                yield target.removeprefix("exports."), right


def _members(tree: Tree, name: str, value: Node) -> Iterator[tuple[str, Node]]:
    value = bare(value)
    if name:
        yield name, value
    if value.type == "object":
        for key, inner in fields(tree, value).items():
            yield (f"{name}.{key}" if name else key), inner


def _callable(node: Node) -> bool:
    """Whether something is a function or a call that is given one."""
    node = bare(node)
    if node.type in FUNCTIONS:
        return True
    if node.type != "call_expression":
        return False
    given = arguments(node)
    return any(bare(one).type in FUNCTIONS for one in given)


def _types(tree: Tree, node: Node) -> dict[str, str]:
    """The declared types of a class's properties and of its constructor's parameters."""
    body = node.child_by_field_name("body")
    found: dict[str, str] = {}
    for member in children(body) if body is not None else ():
        parts = [member]
        name = member.child_by_field_name("name")
        if member.type == "method_definition":
            given = member.child_by_field_name("parameters")
            if name is None or tree.source(name) != "constructor" or given is None:
                continue
            parts = children(given)
        for part in parts:
            named = part.child_by_field_name("pattern") or part.child_by_field_name("name")
            kind = part.child_by_field_name("type")
            if named is not None and kind is not None:
                found[tree.source(named)] = type_name(tree, kind)
    return found


def type_name(tree: Tree, annotation: Node) -> str:
    """The name of an annotated type, without its parameters; '' for one that has none."""
    inner = annotation.named_child(0)
    if inner is not None and inner.type == "generic_type":
        inner = inner.named_child(0)
    if inner is None or inner.type not in ("type_identifier", "nested_type_identifier"):
        return ""
    return tree.source(inner)


def _with_types(calls: tuple[str, ...], types: dict[str, str]) -> tuple[str, ...]:
    found = dict.fromkeys(calls)
    for call in calls:
        this, _, rest = call.partition(".")
        name, _, last = rest.partition(".")
        if this == "this" and last and types.get(name):
            found[f"{types[name]}.{last}"] = None
    return tuple(found)
