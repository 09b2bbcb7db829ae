"""The variables that compose fills in: those without which it starts nothing, and those that are empty where nobody sets them."""

from __future__ import annotations

from ..source.text import Text
from . import interpolation, yaml
from .facts import Entry, Value
from .yaml import Mapping, Node, Scalar, Sequence

_MOST = 5_000
"""How many nodes of one service are looked at."""


def filled_in(text: Text, body: Node) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The variables of a service, each at the value that names it.

    First those that compose demands, `${X:?}` with the message and a bare `${X}` among the ports; then
    all that are bare, so that what nobody sets is empty.
    """
    demanded: list[Entry] = []
    bare: list[Entry] = []
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
            place = yaml.span(text, node)
            for variable in interpolation.variables(node.value):
                plain = variable.operator == "" and variable.name != ""
                found = Entry(
                    variable.name, Value(variable.operand, variable.operator, place), place
                )
                if plain:
                    bare.append(found)
                if (plain and is_port) or variable.operator in (":?", "?"):
                    demanded.append(found)
    return tuple(demanded), tuple(bare)
