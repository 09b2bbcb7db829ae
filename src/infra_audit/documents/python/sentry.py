"""Calls of `sentry_sdk.init` and their options."""

from __future__ import annotations

from tree_sitter import Node

from ..facts import Entry, PythonImport, SentryInit
from .tree import Tree, arguments, keywords

_MOST = 20
_HIGHEST = 60


def inits(tree: Tree, imports: tuple[PythonImport, ...]) -> tuple[SentryInit, ...]:
    """Every `sentry_sdk.init(…)`, or `init(…)` of that package."""
    if b"sentry_sdk" not in tree.data:
        return ()
    names = set()
    for one in imports:
        if one.module == "sentry_sdk" and one.origin in ("", "init"):
            names.add(one.name if one.origin else f"{one.name}.init")
    calls = [call for call in tree.calls if call.name in names]
    return tuple(_init(tree, call.node) for call in calls[:_MOST])


def _init(tree: Tree, node: Node) -> SentryInit:
    given = keywords(tree, node)
    entries = []
    for name, value in given.items():
        outer = value.parent or value
        written = len(name.encode()) if outer.type == "keyword_argument" else 0
        start = outer.start_byte if written else value.start_byte
        span = tree.text.byte_span(start, start + written if written else value.end_byte)
        entries.append(Entry(name, tree.value(value), span))
    spread = "**" in given or len(arguments(node)) > 1
    named = node.child_by_field_name("function") or node
    span = tree.text.byte_span(named.start_byte, named.end_byte)
    return SentryInit(tuple(entries), spread, span, guarded=_guarded(tree, node))


def _guarded(tree: Tree, node: Node) -> bool:
    """Whether a condition other than one on the DSN, or on production, decides about a call."""
    inner, at = node, node.parent
    for _ in range(_HIGHEST):
        if at is None or at.type == "function_definition":
            return False
        condition = at.child_by_field_name("condition")
        if (
            at.type in ("if_statement", "elif_clause")
            and condition is not None
            and inner != condition
        ):
            asked = tree.source(condition).lower()
            then = at.child_by_field_name("consequence")
            plain = "dsn" in asked or (
                "prod" in asked and "not " not in asked and "!=" not in asked
            )
            if inner != then or not plain:
                return True
        inner, at = at, at.parent
    return False
