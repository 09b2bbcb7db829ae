"""At which paths a middleware does more than pass requests on."""

from __future__ import annotations

from tree_sitter import Node

from ...source.regex import regex
from .tree import Tree, children

_NAMED = regex(r"(?:middleware|proxy)\.\w+$")
_CALLED = frozenset({"middleware", "proxy"})
_TEST = regex(
    r"(?:\w+\.)*pathname(?:\.startsWith\(\s*(?:'(?P<a>/[^']*)'|\"(?P<b>/[^\"]*)\")\s*\)"
    r"|\s*===\s*(?:'(?P<c>/[^']*)'|\"(?P<d>/[^\"]*)\"))\s*(?:&&.*)?"
)
_ENDS = frozenset({"return_statement", "throw_statement"})
_PASSES = ("NextResponse.next(",)
_DEEPEST = 200


def passing(tree: Tree) -> tuple[str, ...] | None:
    """The beginnings of the paths at which Next.js's middleware may answer; None where that is not seen."""
    if not _NAMED.search(tree.text.path) or tree.root.has_error:
        return None
    body = _body(tree)
    found: list[str] = []
    for statement in children(body) if body is not None else ():
        if statement.type == "return_statement":
            value = next(iter(children(statement)), None)
            passes = value is not None and tree.source(value).startswith(_PASSES)
            return tuple(found) if passes else None
        if not _ends(statement):
            continue
        asked = _asked(tree, statement)
        if asked is None:
            return None
        found += asked
    return None


def _body(tree: Tree) -> Node | None:
    """The body of the exported function."""
    for statement in children(tree.root):
        declared = statement.child_by_field_name("declaration")
        if statement.type == "export_statement" and declared is not None:
            name = declared.child_by_field_name("name")
            if name is not None and tree.source(name) in _CALLED:
                return declared.child_by_field_name("body")
    return None


def _ends(node: Node) -> bool:
    """Whether a `return` or `throw` stands in a statement, one of a function in it aside or not."""
    stack = [node]
    while stack and len(stack) < _DEEPEST:
        inner = stack.pop()
        if inner.type in _ENDS:
            return True
        stack.extend(inner.named_children)
    return bool(stack)


def _asked(tree: Tree, statement: Node) -> list[str] | None:
    """The paths that an `if` asks for, each of its alternatives; None for anything else."""
    condition = statement.child_by_field_name("condition")
    if statement.type != "if_statement" or condition is None:
        return None
    if statement.child_by_field_name("alternative") is not None:
        return None
    parts = tree.source(condition).strip()[1:-1].split("||")
    found = [_TEST.fullmatch(part.strip()) for part in parts]
    return [next(filter(None, hit.groups())) for hit in found if hit] if all(found) else None
