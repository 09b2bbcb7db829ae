"""The calls by which a Python file serves an application itself."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ...source.regex import regex
from ..facts import Serve
from .additions import options
from .tree import Call, Tree, arguments, keywords

_Places = tuple[int | None, int | None, int | None]

_SERVERS: dict[str, _Places] = {
    "hypercorn.run": (0, None, None),
    "run_simple": (2, 0, 1),
    "serve": (0, None, None),
    "uvicorn.Config": (0, None, None),
    "uvicorn.run": (0, None, None),
    "waitress.serve": (0, None, None),
    "web.run_app": (0, None, None),
}
"""What serves, and where the application, the host and the port stand among its arguments without a name."""
_OWN: _Places = (None, 0, 1)
"""Where they stand in an application's own `run`."""
_SOCKETS: _Places = (0, 1, 2)
"""Where they stand in that of Flask-SocketIO."""
_NOT_SERVED = frozenset((
    "asyncio", "subprocess", "anyio", "trio", "sp", "loop", "bot", "client", "mcp", "runner", "uv", "typer", "pytest", "dp", "st",
))  # fmt: skip
"""Whose `run` runs something else."""
_ELSEWHERE = ("listen", "bind", "fd", "uds")
"""Options that tell an address in another form."""
_NUMBERS = ("int", "str")
_ASKED = ("os.getenv", "getenv", "os.environ.get", "environ.get")
_VARIABLE = regex(r"""(?:os\.)?environ\[\s*['"](\w+)['"]\s*\]""")


def serves(tree: Tree) -> tuple[Serve, ...]:
    """Every call that serves, in order."""
    return tuple(one for call in tree.calls for one in _serve(tree, call))


def called(tree: Tree) -> tuple[str, ...]:
    """The functions that the file calls outside of functions, also where it is the program itself."""
    found = (call.name for call in tree.calls if not call.scope and call.branch != "if")
    inside = (tree.dotted(one).removesuffix("()") for call in tree.calls if call.name == "asyncio.run"
              for one in arguments(call.node)[:1])  # fmt: skip
    return tuple(dict.fromkeys(name for name in (*found, *inside) if name))


def _serve(tree: Tree, call: Call) -> Iterator[Serve]:
    owner = call.name.rpartition(".")[0]
    places = _SERVERS.get(call.name)
    if (
        places is None
        and call.last == "run"
        and owner
        and owner.partition(".")[0] not in _NOT_SERVED
    ):
        places = _SOCKETS if "socketio" in owner else _OWN
    if places is None:
        return
    named, given = keywords(tree, call.node), arguments(call.node)
    target, host, port = (
        named.get(name, given[place] if place is not None and len(given) > place else None)
        for name, place in zip(("app", "host", "port"), places, strict=True)
    )
    number, variable = _number(tree, port) if port is not None else ("", "")
    spread = "**" in named or any(one.type == "list_splat" for one in given)
    unknown = spread or not named.keys().isdisjoint(_ELSEWHERE)
    yield Serve(
        server=call.name,
        target=owner if target is None else tree.literal(target) or tree.dotted(target),
        port=None if unknown else number,
        variable=variable,
        host=None if unknown else tree.literal(host) if host is not None else "",
        options=options(tree, call.node),
        span=tree.text.byte_span(call.start, call.end),
        scope=call.scope,
        branch=call.branch,
    )


def _number(tree: Tree, node: Node, depth: int = 0) -> tuple[str | None, str]:
    """The literal port of an expression and the variable that decides: None and '' for neither."""
    node = tree.resolve(node)
    literal = tree.literal(node)
    if literal is not None:
        return (literal if literal.isdigit() else None), ""
    if depth > 6:
        return None, ""
    if node.type == "subscript":
        found = _VARIABLE.fullmatch(tree.source(node))
        return None, found[1] if found else ""
    if node.type == "boolean_operator":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and _operator(node) == "or":
            first, second = _number(tree, left, depth + 1), _number(tree, right, depth + 1)
            return (second[0], first[1]) if first[1] and first[0] is None else (None, "")
    if node.type == "call":
        return _called(tree, node, depth)
    return None, ""


def _operator(node: Node) -> str:
    found = node.child_by_field_name("operator")
    return found.type if found is not None else ""


def _called(tree: Tree, node: Node, depth: int) -> tuple[str | None, str]:
    function = node.child_by_field_name("function")
    name = tree.dotted(function) if function is not None else ""
    given = arguments(node)
    if not given:
        return None, ""
    if name in _NUMBERS:
        return _number(tree, given[0], depth + 1)
    key = tree.literal(given[0])
    if name in _ASKED and key is not None:
        fallback = given[1] if len(given) > 1 else keywords(tree, node).get("default")
        number = _number(tree, fallback, depth + 1)[0] if fallback is not None else None
        return number, key
    return None, ""
