"""What a Python file imports."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ..facts import PythonImport
from .tree import Found, Tree

_MOST = 500


def imports(tree: Tree) -> tuple[PythonImport, ...]:
    """Every import, also those inside of functions, in order."""
    found = (one for at in tree.nodes["import"][:_MOST] for one in _imports(tree, at))
    return tuple(found)


def _imports(tree: Tree, at: Found) -> Iterator[PythonImport]:
    source = at.node.child_by_field_name("module_name")
    module = _plain(tree, source) if source is not None else ""
    loads = not at.scope and not at.branch and _is_outermost(at.node)
    for child in at.node.named_children:
        if child == source or child.type not in (
            "dotted_name",
            "aliased_import",
            "wildcard_import",
        ):
            continue
        span = tree.text.byte_span(child.start_byte, child.end_byte)
        if child.type == "wildcard_import":
            yield PythonImport(module, "*", "*", span, at.scope, loads)
            continue
        named, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
        origin = _plain(tree, named if named is not None else child)
        name = _plain(tree, alias) if alias is not None else origin
        if source is None:
            yield PythonImport(origin, "", name, span, at.scope, loads)
        else:
            yield PythonImport(module, origin, name, span, at.scope, loads)


def _is_outermost(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "module"


def _plain(tree: Tree, node: Node) -> str:
    return "".join(tree.source(node).split())
