"""What a TypeScript file imports, and by which names."""

from __future__ import annotations

from tree_sitter import Node

from ...source.regex import regex
from ..facts import Import
from .tree import Tree, arguments, bare, children


def imports(tree: Tree) -> tuple[Import, ...]:
    """Static imports, `require('x')` and `import('x')`, in order."""
    found = [at for node in tree.nodes["import"] if (at := _static(tree, node))]
    loading = [call for call in tree.calls if call.name in ("require", "import")]
    bound = {}
    for node in tree.nodes["variable"] if loading else ():
        value, name = node.child_by_field_name("value"), node.child_by_field_name("name")
        if value is not None and name is not None:
            bound[_loaded(value).start_byte] = name
    for call in loading:
        if given := arguments(call.node):
            specifier = tree.literal(given[0])
            if specifier is None:
                continue
            names = _pattern(tree, bound[call.start]) if call.start in bound else ()
            span = tree.text.byte_span(call.start, call.end)
            loads = call.name == "require" and _is_outermost(call.node)
            found.append(Import(specifier, names, call.name == "import", span, loads=loads))
    return tuple(sorted(found, key=lambda at: at.span))


def _static(tree: Tree, node: Node) -> Import | None:
    names: list[str] = []
    source = node.child_by_field_name("source")
    for child in node.named_children:
        if child.type == "import_require_clause":
            source = child.child_by_field_name("source")
            names += [tree.source(n) for n in child.named_children if n.type == "identifier"]
        elif child.type == "import_clause":
            names += _clause(tree, child)
    specifier = tree.literal(source) if source is not None else None
    if specifier is None:
        return None
    span = tree.text.byte_span(node.start_byte, node.end_byte)
    own = specifier.startswith((".", "@", "~", "#", "$"))
    loads = own and (not names or any(_is_used(tree, node, name) for name in names))
    return Import(specifier, tuple(names), dynamic=False, span=span, loads=loads)


_OUTERMOST = frozenset({
    "arguments", "assignment_expression", "call_expression", "expression_statement", "lexical_declaration", "member_expression",
    "parenthesized_expression", "program", "variable_declaration", "variable_declarator",
})  # fmt: skip


def _is_outermost(node: Node) -> bool:
    """Whether an expression is worked out whenever the file is loaded."""
    at: Node | None = node
    while at is not None and at.type in _OUTERMOST:
        at = at.parent
    return at is None


def _is_used(tree: Tree, node: Node, name: str) -> bool:
    """Whether an import is for a value: compilers leave out what is not used, or only as a type."""
    if tree.source(node).startswith("import type") or (name[:1].isupper() and not name.isupper()):
        return False
    data, word = tree.data, name.encode()
    at = data.find(word, node.end_byte)
    while at >= 0:
        before, after = data[at - 1 : at], data[at + len(word) : at + len(word) + 1]
        if before not in _NO_USE and not before.isalnum() and not _WORD.fullmatch(after):
            return True
        at = data.find(word, at + 1)
    return False


_NO_USE = (b".", b"'", b'"', b"/", b"-", b"_", b"$")
"""What stands before a name that is a part of another, or of a path."""
_WORD = regex(rb"[\w$'\"/-]")


def _clause(tree: Tree, node: Node) -> list[str]:
    names = []
    for child in node.named_children:
        if child.type == "identifier":
            names.append(tree.source(child))
        elif child.type == "namespace_import":
            names += [tree.source(name) for name in child.named_children]
        elif child.type == "named_imports":
            for part in children(child):
                name = part.child_by_field_name("alias") or part.child_by_field_name("name")
                if name is not None:
                    names.append(tree.source(name))
    return names


def _loaded(node: Node) -> Node:
    """The innermost call that a value begins with: `require('x')` of `require('x').y()`."""
    for _ in range(16):
        node = bare(node)
        inner = node.child_by_field_name("object") or node.child_by_field_name("function")
        if inner is None or inner.type in ("identifier", "import"):
            break
        node = inner
    return node


def _pattern(tree: Tree, node: Node) -> tuple[str, ...]:
    if node.type == "identifier":
        return (tree.source(node),)
    names = []
    for child in children(node):
        part = child.child_by_field_name("value") or child.child_by_field_name("left") or child
        if "identifier" in part.type:
            names.append(tree.source(part))
    return tuple(names)
