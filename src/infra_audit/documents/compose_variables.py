"""The variables that compose must be given before it can start a service: `${X:?}`, or a port that is nothing but `${X}`."""

from __future__ import annotations

from ..source.text import Text
from . import interpolation, yaml
from .facts import Entry, Value
from .yaml import Mapping, Node, Scalar, Sequence

_MOST = 5_000
"""How many nodes of one service are looked at."""


def required(text: Text, body: Node) -> tuple[Entry, ...]:
    """Each such variable with its message or the empty text, at the value that names it."""
    found: list[Entry] = []
    seen: set[int] = set()
    stack: list[tuple[Node, bool]] = [(body, False)]
    while stack and len(seen) < _MOST:
        node, is_port = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            stack.extend((inner, key.value == "ports") for key, inner in reversed(yaml.pairs(node)))
        elif isinstance(node, Sequence):
            stack.extend((inner, is_port) for inner in reversed(yaml.items(node)))
        elif isinstance(node, Scalar) and "$" in node.value:
            for variable in interpolation.variables(node.value):
                bare = is_port and variable.operator == "" and variable.name != ""
                if bare or variable.operator in (":?", "?"):
                    place = yaml.span(text, node)
                    value = Value(variable.operand, variable.operator, place)
                    found.append(Entry(variable.name, value, place))
    return tuple(found)
