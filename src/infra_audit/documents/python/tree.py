"""The syntax tree of a Python file, its interesting nodes in order, and how to read them."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from operator import attrgetter
from typing import Literal as Choice

from msgspec import Struct
from tree_sitter import Language, Node, Parser

from ...source.regex import regex
from ...source.text import Text
from ..facts import Value
from ..grammars import grammar
from ..parsed import Parsed

Branch = Choice["", "if", "main"]
"""Whether a node is surely reached where its function is entered or its file loaded.

`main` where the file must be the program itself: `if __name__ == "__main__"`.
"""

_KINDS = {
    "assignment": "assignment",
    "augmented_assignment": "addition",
    "call": "call",
    "class_definition": "class",
    "decorated_definition": "decorated",
    "function_definition": "function",
    "import_from_statement": "import",
    "import_statement": "import",
    "raise_statement": "raise",
    "return_statement": "return",
    "try_statement": "try",
}
"""The nodes that readers look at, and what they call them."""

_LEAVES = frozenset(
    (
        "comment",
        "dotted_name",
        "ellipsis",
        "false",
        "float",
        "identifier",
        "integer",
        "none",
        "pass_statement",
        "true",
        "type",
    )
)
"""Nodes that hold none of these; they are more than half of all."""
_BRANCHES = frozenset(
    (
        "case_clause",
        "elif_clause",
        "else_clause",
        "except_clause",
        "for_statement",
        "if_statement",
        "try_statement",
        "while_statement",
    )
)
_FORMATTED = b"fFrRtT"
"""How a string begins that may hold expressions."""
_TRANSPARENT = frozenset(("await", "parenthesized_expression"))
_BINDING = {
    "as_pattern_target": "",
    "for_in_clause": "left",
    "for_statement": "left",
    "global_statement": "",
    "named_expression": "name",
    "nonlocal_statement": "",
    "parameters": "",
    "lambda_parameters": "",
}
"""What binds names, and the field in which they stand."""
_MAIN = regex(r"""\(?\s*__name__\s*==\s*['"]__main__['"]\s*\)?$""")
_ESCAPE = regex(r"\\(\n|x[\da-fA-F]{2}|u[\da-fA-F]{4}|[\\'\"abfnrtv])")
_ESCAPED = {"\n": "", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_STRING = regex(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")", re.DOTALL)
_DEEPEST = 32
_LONGEST_NAME = 8
_LONGEST_TEXT = 64 * 1024
"""What is put together to more than so many characters is not literal."""


class Found(Struct, frozen=True, gc=False):
    """A node and where it stands."""

    node: Node
    scope: str
    """The dotted name of the functions and classes around it; '' at the file's own level."""
    branch: Branch


class Call(Struct, frozen=True, gc=False):
    """A call and the dotted name of what is called, '' where it has none."""

    name: str
    last: str
    """The last part of the name."""
    start: int
    end: int
    node: Node
    scope: str
    branch: Branch


class Tree(Parsed[Call], frozen=True):
    """A parsed file with its nodes."""

    nodes: dict[str, list[Found]]
    """By kind (`call`, `function` …), in the order of the file."""

    def nodes_in(self, kind: str, node: Node) -> list[Found]:
        """The nodes of one kind inside a node."""
        found = self.nodes[kind]
        low = bisect_left(found, node.start_byte, key=_start)
        return found[low : bisect_left(found, node.end_byte, key=_start)]

    def value(self, node: Node) -> Value:
        """A node as a value."""
        span = self.text.byte_span(node.start_byte, node.end_byte)
        return Value(self.literal(node), self.source(node), span)

    def resolve(self, node: Node) -> Node:
        """What stands behind parentheses, `await` and names of constants."""
        for _ in range(_DEEPEST):
            node = bare(node)
            if node.type != "identifier":
                break
            known = self.constants.get(self.source(node))
            if known is None:
                break
            node = known
        return node

    def literal(self, node: Node, depth: int = 0) -> str | None:
        """The value of a text, a number, `True`, `False`, `None`, or of a constant that is one."""
        node = self.resolve(node)
        kind = node.type
        if kind == "string":
            return self._string(node, depth)
        if kind in ("true", "false", "none", "integer", "float"):
            return self.source(node).replace("_", "") if kind == "integer" else self.source(node)
        if kind == "unary_operator":
            return self.source(node) if _negative(node) else None
        if depth > 3:
            return None
        if kind == "concatenated_string":
            if node.named_child_count > _DEEPEST:
                return None
            return self._joined([self.literal(one, depth + 1) for one in children(node)])
        if kind == "binary_operator" and (parts := operands(node, "+")):
            texts = "string" in (self.resolve(parts[0]).type, self.resolve(parts[1]).type)
            return self._joined([self.literal(one, depth + 1) for one in parts]) if texts else None
        return None

    def _joined(self, parts: list[str | None]) -> str | None:
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or sum(map(len, known)) > _LONGEST_TEXT:
            return None
        return "".join(known)

    def _string(self, node: Node, depth: int) -> str | None:
        parts: list[str | None] = []
        raw = self.source(node)
        opened = _STRING.match(raw)
        prefix = opened[1].lower() if opened else "b"
        if opened is None or "b" in prefix or node.named_child_count > _DEEPEST:
            return None
        if not {"f", "t"}.intersection(prefix):
            inner = raw[opened.end() : len(raw) - len(opened[2])]
            return inner if "r" in prefix else _ESCAPE.sub(_unescaped, inner)
        for child in node.named_children:
            if child.type == "string_content":
                parts.append(_ESCAPE.sub(_unescaped, self.source(child)))
            elif child.type == "interpolation":
                inside = children(child)
                plain = len(inside) == 1 and depth <= 3
                parts.append(self.literal(inside[0], depth + 1) if plain else None)
        return self._joined(parts)

    def dotted(self, node: Node) -> str:
        """The name `a.b.c` of an expression, `a().b` for a member of a result; '' for another."""
        parts: list[str] = []
        called = ""
        for _ in range(_DEEPEST):
            node = bare(node)
            kind = node.type
            if kind == "attribute":
                name, inner = node.child_by_field_name("attribute"), "object"
                parts.append((self.source(name) if name else "") + called)
                called = ""
            elif kind == "call":
                called, inner = "()", "function"
            elif kind == "identifier":
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
    root = Parser(_language()).parse(data).root_node
    nodes, bound = _walk(root, data)
    tree = Tree(text, data, root, [], [], {}, nodes)
    for found in nodes["call"]:
        node = found.node
        function = node.child_by_field_name("function")
        name = tree.dotted(function) if function else ""
        last = name.rpartition(".")[2]
        tree.calls.append(
            Call(name, last, node.start_byte, node.end_byte, node, found.scope, found.branch)
        )
    tree.starts.extend(call.start for call in tree.calls)
    tree.constants.update(_constants(tree, bound))
    return tree


def children(node: Node) -> list[Node]:
    """The named children that are no comments."""
    return [child for child in node.named_children if child.type != "comment"]


def bare(node: Node) -> Node:
    """What stands inside parentheses and `await`."""
    for _ in range(_DEEPEST):
        if node.type not in _TRANSPARENT:
            break
        inner = children(node)
        if not inner:
            break
        node = inner[0]
    return node


def arguments(node: Node) -> list[Node]:
    """The arguments of a call that have no name; a starred one is a `list_splat`."""
    named = ("keyword_argument", "dictionary_splat")
    return [child for child in _given(node) if child.type not in named]


def keywords(tree: Tree, node: Node) -> dict[str, Node]:
    """The arguments of a call that have a name; `**` for those that are not written out."""
    found: dict[str, Node] = {}
    for child in _given(node):
        name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
        if child.type == "dictionary_splat":
            found["**"] = child
        elif child.type == "keyword_argument" and name is not None and value is not None:
            found[tree.source(name)] = value
    return found


def operands(node: Node, operator: str) -> tuple[Node, Node] | None:
    """The two sides of a binary expression with an operator."""
    found = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if found is None or left is None or right is None or found.type != operator:
        return None
    return left, right


def _given(node: Node) -> list[Node]:
    found = node.child_by_field_name("arguments")
    return children(found) if found is not None and found.type == "argument_list" else []


_start = attrgetter("node.start_byte")


def _walk(root: Node, data: bytes) -> tuple[dict[str, list[Found]], list[Node]]:
    """The nodes of each kind in order, and those that bind names: by hand, since it is linear on garbage."""
    nodes: dict[str, list[Found]] = {kind: [] for kind in _KINDS.values()}
    bound: list[Node] = []
    rest: list[tuple[Node, str, Branch]] = [(root, "", "")]
    while rest:
        node, scope, branch = rest.pop()
        written = node.type
        if written in _LEAVES:
            continue
        if written == "string" and data[node.start_byte] not in _FORMATTED:
            continue
        kind = _KINDS.get(written)
        if kind is not None:
            nodes[kind].append(Found(node, scope, branch))
        if written in _BINDING:
            bound.append(node)
        if kind in ("class", "function"):
            scope, branch = _inner(node, scope, data), ""
        elif written in _BRANCHES:
            rest += _branches(node, scope, branch, data)
            continue
        rest += [(child, scope, branch) for child in reversed(node.named_children)]
    return nodes, bound


def _inner(node: Node, scope: str, data: bytes) -> str:
    name = node.child_by_field_name("name")
    own = data[name.start_byte : name.end_byte].decode(errors="replace") if name else ""
    return f"{scope}.{own}" if scope else own


def _branches(
    node: Node, scope: str, branch: Branch, data: bytes
) -> list[tuple[Node, str, Branch]]:
    """The parts of a statement that may not be reached, the last first."""
    inside: Branch = branch if branch == "if" else "if"
    condition = node.child_by_field_name("condition")
    if node.type == "if_statement" and condition is not None and branch != "if":
        asked = data[condition.start_byte : condition.end_byte].decode(errors="replace")
        if _MAIN.match(asked):
            inside = "main"
    found: list[tuple[Node, str, Branch]] = []
    tried = node.type == "try_statement"
    for child in node.named_children:
        first = child == condition or (tried and child.type in ("block", "finally_clause"))
        other = child.type in ("else_clause", "elif_clause")
        found.append((child, scope, branch if first else "if" if other else inside))
    found.reverse()
    return found


def _constants(tree: Tree, bound: list[Node]) -> dict[str, Node]:
    known: dict[str, Node] = {}
    again: set[str] = set()
    classes = {_inner(one.node, one.scope, tree.data) for one in tree.nodes["class"]}
    for found in tree.nodes["assignment"]:
        left, right = (
            found.node.child_by_field_name("left"),
            found.node.child_by_field_name("right"),
        )
        if left is None or right is None:
            continue
        text = tree.source(left)
        if left.type != "identifier" or text in known or found.scope in classes:
            again.update(_names(tree, left) if left.type != "attribute" else ())
        else:
            known[text] = right
    for node in bound:
        field = _BINDING[node.type]
        inner = node.child_by_field_name(field) if field else node
        again.update(_names(tree, inner) if inner is not None else ())
    for kind in ("addition", "class", "function", "import"):
        for found in tree.nodes[kind]:
            left = found.node.child_by_field_name("left" if kind == "addition" else "name")
            again.update(_names(tree, found.node if kind == "import" else left or found.node))
    return {name: node for name, node in known.items() if name not in again}


def _names(tree: Tree, node: Node) -> set[str]:
    """All names inside a node, those of values as well: rather one too many."""
    found: set[str] = set()
    rest = [node]
    while rest:
        at = rest.pop()
        if at.type == "identifier":
            found.add(tree.source(at))
        rest += at.named_children
    return found


def _negative(node: Node) -> bool:
    argument = node.child_by_field_name("argument")
    return argument is not None and argument.type in ("integer", "float")


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] in "xu" and len(code) > 1:
        character = chr(int(code[1:], 16))
        return "\ufffd" if "\ud800" <= character <= "\udfff" else character
    return _ESCAPED.get(code, code)


@cache
def _language() -> Language:
    return Language(grammar("tree_sitter_python").language())
