"""Calls of `Sentry.init` and their options."""

from __future__ import annotations

import re

from tree_sitter import Node

from ...source.regex import regex
from ..facts import Entry, Import, SentryInit
from .options import options
from .tree import Tree, ancestors, arguments, children

_MOST = 50
_HARMLESS = regex(
    r"""dsn|NEXT_RUNTIME|typeof\s+window|navigator"""
    r"""|(?<!!)={2,3}\s*['"]production['"]|\.PROD\b|is_?prod""",
    re.IGNORECASE,
)
"""Conditions that hold in production, wherever an error tracker is set up at all."""
_RENAMED = regex(r"\binit\s+as\s+([\w$]+)")
_NEGATED = regex(r"^\W*!\s*[\w.$]*(?:PROD|is_?prod)", re.IGNORECASE)


def inits(tree: Tree, imports: tuple[Import, ...]) -> tuple[SentryInit, ...]:
    """Every `Sentry.init(…)`, or `init(…)` of a Sentry package."""
    names = {"Sentry.init"} | _renamed(tree)
    for found in imports:
        if found.specifier.startswith("@sentry/"):
            names |= {"init"} & set(found.names)
            names |= {f"{name}.init" for name in found.names}
    calls = [call.node for call in tree.calls if call.name in names]
    return tuple(_init(tree, node) for node in calls[:_MOST])


def _renamed(tree: Tree) -> set[str]:
    """The local names of `import { init as start }` from a Sentry package."""
    if b"@sentry/" not in tree.data:
        return set()
    sources = (tree.source(node) for node in tree.nodes["import"])
    return {name for one in sources if "@sentry/" in one for name in _RENAMED.findall(one)}


def _init(tree: Tree, node: Node) -> SentryInit:
    given = arguments(node)
    entries: tuple[Entry, ...] = ()
    spread = False
    if given:
        value = tree.resolve(given[0])
        spread = value.type != "object"
        if not spread:
            entries, spread = options(tree, value)
    span = tree.text.byte_span(node.start_byte, node.end_byte)
    return SentryInit(entries, spread, span, guarded=_guarded(tree, node))


def _guarded(tree: Tree, node: Node) -> bool:
    around = ancestors(tree, node)
    for outer, inner in zip(around, [*around[1:], node], strict=True):
        if outer.type in ("if_statement", "ternary_expression"):
            condition = outer.child_by_field_name("condition")
            then = outer.child_by_field_name("consequence")
            if condition is None or inner == condition:
                continue
            if _excludes(tree, condition) or (inner != then and not _asks_dsn(tree, condition)):
                return True
        elif outer.type == "binary_expression":
            left = outer.child_by_field_name("left")
            if left is not None and inner != left and _excludes(tree, left):
                return True
        elif outer.type == "statement_block" and _left_early(tree, outer, inner):
            return True
    return False


def _excludes(tree: Tree, condition: Node) -> bool:
    """Whether a condition may be false in production."""
    source = tree.source(condition)
    return _HARMLESS.search(source) is None or _NEGATED.search(source) is not None


def _asks_dsn(tree: Tree, condition: Node) -> bool:
    return re.search("dsn|typeof", tree.source(condition), re.IGNORECASE) is not None


def _left_early(tree: Tree, block: Node, inner: Node) -> bool:
    """Whether a statement before `inner` may return for a reason other than the DSN."""
    for statement in children(block):
        if statement.start_byte >= inner.start_byte:
            return False
        if statement.type != "if_statement":
            continue
        condition = statement.child_by_field_name("condition")
        then = statement.child_by_field_name("consequence")
        if condition is None or then is None:
            continue
        source = tree.source(condition)
        leaves = then.type == "return_statement" or any(
            part.type == "return_statement" for part in then.named_children
        )
        outside = re.search(
            r"""!={1,2}\s*['"]production|!\s*[\w.$]*prod|\.DEV\b""", source, re.IGNORECASE
        )
        if leaves and not outside and not re.search("dsn|typeof", source, re.IGNORECASE):
            return True
    return False
