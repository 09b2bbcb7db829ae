"""The ports that a program listens on."""

from __future__ import annotations

from tree_sitter import Node

from ..facts import Import, Listen
from .exports import default
from .tree import FUNCTIONS, Call, Tree, arguments, bare, children, fields, operands

_DEEPEST = 8
_MOST = 50
_DECLARED = 500
_CONVERSIONS = ("Number", "parseInt", "parseFloat", "String", "Number.parseInt", "normalizePort")
_SERVERS = ("Bun.serve", "Deno.serve")


def listens(tree: Tree, imports: tuple[Import, ...]) -> tuple[Listen, ...]:
    """Every `x.listen(port)`, `serve({ port })` and Bun's `export default { port }`."""
    served = {
        name for one in imports if one.specifier == "@hono/node-server" for name in one.names
    } & {"serve"}
    found: list[Listen] = []
    for call in tree.calls:
        listening = call.last == "listen" and call.name != "listen"
        if not listening and call.name not in _SERVERS and call.name not in served:
            continue
        given = arguments(call.node)
        if given and len(found) < _MOST and (not listening or _port(tree, given[0])):
            found.append(_listen(tree, call, given[0]))
    exported = default(tree)
    value = tree.resolve(exported) if exported is not None else None
    if value is not None and value.type == "object":
        inside = fields(tree, value)
        if "port" in inside and "fetch" in inside:
            port, variable = number(tree, inside["port"])
            span = tree.text.byte_span(value.start_byte, value.end_byte)
            found.append(Listen(port, variable, span, _host(tree, inside)))
    return tuple(found)


def number(tree: Tree, node: Node, depth: int = 0) -> tuple[str | None, str]:
    """The literal port of an expression and the variable that decides: None and '' for neither."""
    if depth > _DEEPEST:
        return None, ""
    node = bare(node)
    literal = tree.literal(node)
    if literal is not None:
        return (literal if literal.isdigit() else None), ""
    name = tree.dotted(node)
    variable = _variable(name) or _keyed(tree, node)
    if variable:
        return None, variable
    if node.type in ("identifier", "shorthand_property_identifier"):
        known = tree.constants.get(name)
        return number(tree, known, depth + 1) if known is not None else _taken(tree, name)
    if node.type == "binary_expression" and (pair := operands(node, "||", "??")):
        return _either(number(tree, pair[0], depth + 1), number(tree, pair[1], depth + 1))
    if node.type == "unary_expression":
        inner = node.child_by_field_name("argument")
        return number(tree, inner, depth + 1) if inner is not None else (None, "")
    if node.type == "call_expression":
        return _called(tree, node, depth)
    if node.type == "member_expression":
        return _member(tree, node, depth)
    return None, ""


def _listen(tree: Tree, call: Call, node: Node) -> Listen:
    span = tree.text.byte_span(call.start, call.end)
    value = tree.resolve(node)
    if value.type == "object":
        port = fields(tree, value).get("port")
        found = number(tree, port) if port is not None else (None, "")
        host = _host(tree, fields(tree, value))
    else:
        found = number(tree, node)
        host = _address(tree, arguments(call.node)[1:])
    return Listen(*found, span, host)


def _host(tree: Tree, inside: dict[str, Node]) -> str | None:
    """The address among the options of a server."""
    return _address(tree, [inside[name] for name in ("host", "hostname") if name in inside])


def _address(tree: Tree, given: list[Node]) -> str | None:
    """The address that stands behind a port, '' for all and where none does, None where unknown."""
    value = tree.resolve(given[0]) if given else None
    if value is None or value.type in (*FUNCTIONS, "undefined", "number"):
        return ""
    literal = tree.literal(value)
    return "" if literal in ("0.0.0.0", "::", "") else literal  # noqa: S104


def _port(tree: Tree, node: Node) -> bool:
    """Whether the first argument of a `listen` may be a port, not an event or a callback."""
    value = tree.resolve(node)
    if value.type in FUNCTIONS or value.type in ("this", "array", "regex"):
        return False
    if value.type == "object":
        return "port" in fields(tree, value)
    literal = tree.literal(value)
    return literal is None or literal.isdigit()


def _variable(name: str) -> str:
    head, _, last = name.rpartition(".")
    environment = head in ("process.env", "env", "import.meta.env", "Bun.env")
    return last if environment and last.isupper() else ""


def _keyed(tree: Tree, node: Node) -> str:
    """The variable of `process.env['PORT']`."""
    if node.type != "subscript_expression":
        return ""
    inner, index = node.child_by_field_name("object"), node.child_by_field_name("index")
    if inner is None or index is None or tree.dotted(inner) != "process.env":
        return ""
    return tree.literal(index) or ""


def _taken(tree: Tree, name: str) -> tuple[str | None, str]:
    """The variable that `const { PORT = 3000 } = process.env` binds to a name."""
    for node in tree.nodes["variable"][:_DECLARED]:
        pattern, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if pattern is None or value is None or pattern.type != "object_pattern":
            continue
        if tree.dotted(value) not in ("process.env", "env"):
            continue
        for part in children(pattern):
            key = part.child_by_field_name("key") or part.child_by_field_name("left") or part
            bound = part.child_by_field_name("value") or key
            fallback = part.child_by_field_name("right")
            left = bound.child_by_field_name("left")
            if left is not None:
                bound, fallback = left, bound.child_by_field_name("right")
            if tree.source(bound) == name:
                port = tree.literal(fallback) if fallback is not None else None
                return port, tree.source(key)
    return None, ""


def _called(tree: Tree, node: Node, depth: int) -> tuple[str | None, str]:
    function = node.child_by_field_name("function")
    name = tree.dotted(function) if function is not None else ""
    given = arguments(node)
    if not given:
        return None, ""
    if name in _CONVERSIONS:
        return number(tree, given[0], depth + 1)
    key = tree.literal(given[0])
    if name.endswith((".get", ".getOrThrow")) and key is not None and key.isupper():
        return (number(tree, given[1], depth + 1)[0] if len(given) > 1 else None), key
    return None, ""


def _member(tree: Tree, node: Node, depth: int) -> tuple[str | None, str]:
    """A property of an object that this file declares: `config.port`."""
    inner, name = node.child_by_field_name("object"), node.child_by_field_name("property")
    if inner is None or name is None:
        return None, ""
    value = tree.resolve(inner)
    if value.type != "object":
        return None, ""
    found = fields(tree, value).get(tree.source(name))
    return number(tree, found, depth + 1) if found is not None else (None, "")


def _either(left: tuple[str | None, str], right: tuple[str | None, str]) -> tuple[str | None, str]:
    if left == (None, ""):  # what is unknown may decide
        return left
    return left[0] if left[0] is not None else right[0], left[1] or right[1]
