"""The syntax tree of a TypeScript file, its interesting nodes in order, and how to read them."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from operator import attrgetter

from msgspec import Struct
from tree_sitter import Language, Node, Parser

from ...source.text import Text
from ..facts import Value
from ..grammars import grammar
from ..parsed import Parsed
from .environment import unquoted

_PLAIN = (".ts", ".mts", ".cts")
"""Files that the grammar without JSX reads: there `<T>x` is a type assertion."""

_KINDS = {
    "arrow_function": "function",
    "assignment_expression": "assignment",
    "call_expression": "call",
    "class_declaration": "class",
    "function_declaration": "function",
    "function_expression": "function",
    "generator_function": "function",
    "generator_function_declaration": "function",
    "if_statement": "if",
    "import_statement": "import",
    "method_definition": "function",
    "new_expression": "new",
    "required_parameter": "parameter",
    "return_statement": "return",
    "throw_statement": "throw",
    "try_statement": "try",
    "variable_declarator": "variable",
}
"""The nodes that readers look at, and what they call them."""

_LEAVES = frozenset(
    (
        "comment",
        "identifier",
        "import_clause",
        "number",
        "predefined_type",
        "property_identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
        "string",
        "string_fragment",
        "this",
        "type_identifier",
    )
)
"""Nodes that hold none of these; they are more than half of all."""

FUNCTIONS = frozenset(
    (
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    )
)
_TRANSPARENT = frozenset(
    (
        "as_expression",
        "await_expression",
        "instantiation_expression",
        "non_null_expression",
        "parenthesized_expression",
        "satisfies_expression",
    )
)
_DEEPEST = 32
_LONGEST_NAME = 8


class Call(Struct, frozen=True):
    """A call and the dotted name of what is called, '' where it has none."""

    name: str
    last: str
    """The last part of the name."""
    start: int
    end: int
    node: Node


class Tree(Parsed[Call], frozen=True):
    """A parsed file with its nodes."""

    nodes: dict[str, list[Node]]
    """By kind (`call`, `function` …), in the order of the file."""

    def nodes_in(self, kind: str, node: Node) -> list[Node]:
        """The nodes of one kind inside a node."""
        found = self.nodes[kind]
        low = bisect_left(found, node.start_byte, key=_start)
        return found[low : bisect_left(found, node.end_byte, key=_start)]

    def value(self, node: Node) -> Value:
        """A node as a value."""
        span = self.text.byte_span(node.start_byte, node.end_byte)
        return Value(self.literal(node), self.source(node), span)

    def resolve(self, node: Node) -> Node:
        """What stands behind parentheses, casts, `await` and names of constants."""
        for _ in range(_DEEPEST):
            node = bare(node)
            if node.type not in ("identifier", "shorthand_property_identifier"):
                break
            known = self.constants.get(self.source(node))
            if known is None:
                break
            node = known
        return node

    def literal(self, node: Node, depth: int = 0) -> str | None:
        """The value of a literal, or of a constant that is one."""
        node = self.resolve(node)
        kind = node.type
        if kind == "string":
            return unquoted(self.source(node))
        if kind in ("number", "true", "false", "null", "undefined"):
            return unquoted(self.source(node))
        if kind == "unary_expression" and _negative(node):
            return self.source(node)
        if depth > 3:
            return None
        if kind == "template_string":
            return self._template(node, depth)
        if kind == "binary_expression" and (parts := operands(node, "+")):
            left, right = (self.literal(part, depth + 1) for part in parts)
            texts = "string" in (self.resolve(parts[0]).type, self.resolve(parts[1]).type)
            return left + right if texts and left is not None and right is not None else None
        return None

    def _template(self, node: Node, depth: int) -> str | None:
        parts = []
        if node.named_child_count > 16:
            return None
        for child in node.named_children:
            if child.type != "template_substitution":
                parts.append(unquoted(f"`{self.source(child)}`"))
                continue
            inner = children(child)
            known = self.literal(inner[0], depth + 1) if inner else None
            if known is None:
                return None
            parts.append(known)
        return "".join(parts)

    def dotted(self, node: Node) -> str:
        """The name `a.b.c` of an expression, `a().b` for a member of a result; '' for another.

        Parentheses, `await`, `?.`, `!` and type arguments are left out.
        """
        parts: list[str] = []
        called = ""
        for _ in range(_DEEPEST):
            kind = node.type
            if kind in _TRANSPARENT:
                node = bare(node)
                kind = node.type
            if kind == "member_expression":
                name, inner = node.child_by_field_name("property"), "object"
                parts.append((self.source(name) if name else "") + called)
                called = ""
            elif kind == "call_expression":
                called, inner = "()", "function"
            elif kind == "new_expression":
                inner = "constructor"
            elif kind in ("identifier", "this", "super", "import", "type_identifier"):
                parts.append(self.source(node) + called)
                return ".".join(reversed(parts))
            else:
                return ""
            if len(parts) > _LONGEST_NAME:
                return ""
            below = node.child_by_field_name(inner)
            if below is None:
                return ""
            node = below
        return ""


def grow(text: Text, data: bytes) -> Tree:
    """Parse a file and collect what all readers of facts look at, in one walk."""
    plain = text.path.endswith(_PLAIN)
    root = Parser(_language(plain)).parse(data).root_node
    nodes = _walk(root)
    tree = Tree(text, data, root, [], [], {}, nodes)
    for node in nodes["call"]:
        function = node.child_by_field_name("function")
        name = tree.dotted(function) if function else ""
        last = name.rpartition(".")[2]
        tree.calls.append(Call(name, last, node.start_byte, node.end_byte, node))
    tree.starts.extend(call.start for call in tree.calls)
    tree.constants.update(_constants(tree))
    return tree


def children(node: Node) -> list[Node]:
    """The named children that are no comments."""
    return [child for child in node.named_children if child.type != "comment"]


def arguments(node: Node) -> list[Node]:
    """The arguments of a call or of `new`; none for a tagged template."""
    found = node.child_by_field_name("arguments")
    return children(found) if found is not None and found.type == "arguments" else []


def bare(node: Node) -> Node:
    """What stands inside parentheses, casts and `await`."""
    for _ in range(_DEEPEST):
        if node.type not in _TRANSPARENT:
            break
        inner = node.named_children
        if not inner:
            break
        node = inner[0]
    return node


def operands(node: Node, *operators: str) -> tuple[Node, Node] | None:
    """The two sides of a binary expression with one of the operators."""
    operator = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if operator is None or left is None or right is None or operator.type not in operators:
        return None
    return left, right


def fields(tree: Tree, node: Node) -> dict[str, Node]:
    """The values of an object's literal keys; methods and shorthands count, spreads do not."""
    found: dict[str, Node] = {}
    for child in children(node):
        if child.type == "pair":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and value is not None:
                found[key_of(tree, key)] = value
        elif child.type == "method_definition":
            name = child.child_by_field_name("name")
            if name is not None:
                found[key_of(tree, name)] = child
        elif child.type == "shorthand_property_identifier":
            found[tree.source(child)] = child
    return found


def key_of(tree: Tree, node: Node) -> str:
    """The name that an object's key gives; '' for a computed one."""
    if node.type == "string":
        return unquoted(tree.source(node))
    return "" if node.type == "computed_property_name" else tree.source(node)


def statements(tree: Tree) -> list[Node]:
    """The statements of the file, also those that stand inside a stretch with an error."""
    found = []
    for child in tree.root.named_children:
        if child.type == "ERROR":
            found.extend(child.named_children)
        else:
            found.append(child)
    return found


def ancestors(tree: Tree, node: Node) -> list[Node]:
    """The nodes around a node, outermost first, the first hundred."""
    found: list[Node] = []
    at: Node | None = tree.root
    while at is not None and at != node and len(found) < 100:
        found.append(at)
        at = at.child_with_descendant(node)
    return found


_start = attrgetter("start_byte")


def _walk(root: Node) -> dict[str, list[Node]]:
    """The nodes of each kind, in order: by hand, since a query takes quadratic time on garbage."""
    nodes: dict[str, list[Node]] = {kind: [] for kind in _KINDS.values()}
    rest = [root]
    while rest:
        node = rest.pop()
        written = node.type
        if written in _LEAVES:
            continue
        kind = _KINDS.get(written)
        if kind is not None:
            nodes[kind].append(node)
        rest += reversed(node.named_children)
    return nodes


def _constants(tree: Tree) -> dict[str, Node]:
    known: dict[str, Node] = {}
    patterns = (node.child_by_field_name("pattern") for node in tree.nodes["parameter"])
    again = {tree.source(node) for node in patterns if node is not None}
    for node in tree.nodes["variable"]:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or name.type != "identifier":
            continue
        text = tree.source(name)
        if text in known or value is None:
            again.add(text)
        else:
            known[text] = value
    for node in tree.nodes["assignment"]:
        left = node.child_by_field_name("left")
        if left is not None and left.type == "identifier":
            again.add(tree.source(left))
    return {name: node for name, node in known.items() if name not in again}


def _negative(node: Node) -> bool:
    argument = node.child_by_field_name("argument")
    return argument is not None and argument.type == "number"


@cache
def _language(plain: bool) -> Language:
    typescript = grammar("tree_sitter_typescript")
    return Language(typescript.language_typescript() if plain else typescript.language_tsx())
