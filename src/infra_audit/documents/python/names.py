"""The names of a Python file that other files may read, and the settings of Django that it names."""

from __future__ import annotations

import re

from ...source.regex import regex
from ..facts import Named
from .expressions import Reader
from .schemas import schemas
from .tree import Tree

_TELLING = regex(
    r"(?:^|_)(?:DB|DATABASE\w*|SQL\w*|URL|URI|DSN|PATH|FILE|DIR|FOLDER|ROOT|HOME|NAME|DEBUG)(?:_|$)",
    re.IGNORECASE,
)
"""Names of what a database may be opened by."""
_MODULE = regex(rb"DJANGO_SETTINGS_MODULE['\"]\s*(?:,|\]\s*=)\s*['\"](?P<name>[\w.]+)['\"]")
_MOST = 200


def named(reader: Reader) -> tuple[Named, ...]:
    """The names that a file gives a text, a path or a variable of the environment, in order."""
    tree = reader.tree
    found: list[Named] = []
    settings = schemas(reader)
    filled = {schema.name for schema in settings}
    for at in tree.nodes["assignment"]:
        left, right = at.node.child_by_field_name("left"), at.node.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier" or at.scope in filled:
            continue
        name = tree.source(left)
        known = reader.attributes.get(at.scope, {}) if at.scope else tree.constants
        if known.get(name) != right or _TELLING.search(name) is None:
            continue
        told = reader.value(right)
        if told.literal is not None or told.variable or told.name:
            full = f"{at.scope}.{name}" if at.scope else name
            span = tree.text.byte_span(left.start_byte, left.end_byte)
            found.append(Named(full, told, span))
    for schema in settings:
        found += schema.named(reader)
    return tuple(sorted(found, key=lambda one: one.span)[:_MOST])


def settings_module(tree: Tree) -> str:
    """The settings of Django that a file sets where the environment names none."""
    found = {at["name"].decode() for at in _MODULE.finditer(tree.data)}
    return found.pop() if len(found) == 1 else ""
