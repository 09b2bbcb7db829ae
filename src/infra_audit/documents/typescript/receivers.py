"""The applications and routers of a file: by which name, of which framework, under which prefix."""

from __future__ import annotations

from typing import Literal as Choice

from msgspec import Struct
from tree_sitter import Node

from ...source.regex import regex
from ..facts import Import
from .functions import type_name
from .tree import FUNCTIONS, Tree, arguments, bare, children, fields

Framework = Choice["express", "fastify", "hono", "koa", "nest", "unknown"]

_PACKAGES: dict[str, Framework] = {
    "express": "express",
    "express-promise-router": "express",
    "fastify": "fastify",
    "@koa/router": "koa",
    "koa-router": "koa",
    "polka": "unknown",
    "restify": "unknown",
}
_TYPES: dict[str, Framework] = {
    "Application": "express",
    "Express": "express",
    "IRouter": "express",
    "Router": "express",
    "express.Application": "express",
    "express.Express": "express",
    "express.Router": "express",
    "FastifyInstance": "fastify",
    "Hono": "hono",
    "OpenAPIHono": "hono",
}
_NAMES = ("app", "fastify", "router", "server")
"""What people call the application that a function is given."""
_REQUIRED = regex(r"require\(\s*['\"]([\w@/-]+)['\"]\s*\)")
_LONGEST_CHAIN = 64
_MOST = 100


class Receiver(Struct, frozen=True):
    """An application or router; `start` and `end` are the bytes between which the name means it."""

    name: str
    shown: str
    framework: Framework
    prefix: str | None
    start: int
    end: int


class Receivers(Struct, frozen=True):
    """The receivers of a file by name."""

    named: dict[str, list[Receiver]]

    def find(self, name: str, at: int) -> Receiver | None:
        """The innermost receiver that a name means at an offset."""
        inside = [one for one in self.named.get(name, ()) if one.start <= at < one.end]
        return max(inside, key=lambda one: one.start, default=None)

    def add(self, receiver: Receiver) -> None:
        """Keep a receiver."""
        known = self.named.setdefault(receiver.name, [])
        if len(known) < _MOST:
            known.append(receiver)


class Link(Struct, frozen=True):
    """One call of a chain: `.get` of `app.get(…)`, and its node."""

    method: str
    node: Node


def chain(tree: Tree, node: Node) -> tuple[str, Node, list[Link]]:
    """The root of `root.a(…).b(…)`, its name, and the calls from the outermost in."""
    links: list[Link] = []
    for _ in range(_LONGEST_CHAIN):
        node = bare(node)
        if node.type != "call_expression":
            break
        function = node.child_by_field_name("function")
        function = bare(function) if function is not None else None
        if function is None or function.type != "member_expression":
            break
        inner, name = (
            function.child_by_field_name("object"),
            function.child_by_field_name("property"),
        )
        if (
            inner is None
            or name is None
            or (bare(inner).type in ("identifier", "this") and (tree.source(name) == "Router"))
        ):
            break
        links.append(Link(tree.source(name), node))
        node = inner
    return tree.dotted(node), bare(node), links


def receivers(tree: Tree, imports: tuple[Import, ...]) -> Receivers:
    """Find the receivers of a file."""
    found = Receivers({})
    makers = _makers(imports)
    size = len(tree.data)
    loads = makers or b"require(" in tree.data
    for name, value in _bindings(tree) if loads else ():
        made = _made(tree, value, makers, found)
        if made is not None:
            framework, prefix, root = made
            found.add(Receiver(name, name, framework, prefix, 0, size))
            if root:
                at = (value.start_byte, value.end_byte)
                found.add(Receiver(root, name, framework, prefix, *at))
    for one in imports:
        if one.specifier.startswith((".", "~", "@/", "#")):
            for name in (name for name in one.names if name in _NAMES):
                found.add(Receiver(name, name, "unknown", "", 0, size))
    prefixes = _plugins(tree)
    for node in tree.nodes["function"]:
        _given(tree, node, found, prefixes)
    return found


def under(prefix: str | None, path: str | None) -> str | None:
    """A path below a prefix; None where either is unknown."""
    if prefix is None or path is None:
        return None
    if not prefix.strip("/"):
        return path
    return f"/{prefix.strip('/')}" + (f"/{path.strip('/')}" if path.strip("/") else "")


def _makers(imports: tuple[Import, ...]) -> dict[str, Framework]:
    """The names that make a receiver when they are called."""
    found: dict[str, Framework] = {}
    for one in imports:
        framework = _PACKAGES.get(one.specifier)
        for name in one.names:
            if framework is not None:
                found[name] = framework
                found[f"{name}.Router"] = framework
                found[f"{name}.{one.specifier}"] = framework
            elif name.endswith("Hono") and one.specifier.removeprefix("@").startswith("hono"):
                found[name] = "hono"
    return found


def _bindings(tree: Tree) -> list[tuple[str, Node]]:
    found = []
    for kind, left, right in (("variable", "name", "value"), ("assignment", "left", "right")):
        for node in tree.nodes[kind]:
            name, value = node.child_by_field_name(left), node.child_by_field_name(right)
            if name is not None and value is not None and "pattern" not in name.type:
                found.append((tree.dotted(name), value))
    for node in tree.nodes["class"]:
        body = node.child_by_field_name("body")
        for member in children(body) if body is not None else ():
            name, value = member.child_by_field_name("name"), member.child_by_field_name("value")
            if name is not None and value is not None:
                found.append((f"this.{tree.source(name)}", value))
    for statement in tree.root.named_children:
        value = statement.child_by_field_name("value")
        if statement.type == "export_statement" and value is not None:
            found.append(("default", value))
    return found


def _made(
    tree: Tree, value: Node, makers: dict[str, Framework], known: Receivers
) -> tuple[Framework, str | None, str] | None:
    """The framework and prefix of a value that is a receiver, and the name of a chain's root."""
    name, root, links = chain(tree, value)
    prefix: str | None = ""
    for link in reversed(links):
        if link.method == "basePath":
            given = arguments(link.node)
            prefix = under(prefix, tree.literal(given[0]) if given else None)
    made = makers.get(name.removesuffix("()"))
    if root.type in ("new_expression", "call_expression"):
        package = _REQUIRED.match(tree.source(root)[:80])
        if made is None and package is not None:
            made = _PACKAGES.get(package[1])
        if made is None:
            return None
        return made, under(_option(tree, root), prefix), name if links else ""
    base = known.find(name, value.start_byte) if links and root.type == "identifier" else None
    if base is None or not all(link.method in ("basePath", "use") for link in links):
        return None
    return base.framework, under(base.prefix, prefix), ""


def _option(tree: Tree, root: Node) -> str | None:
    """The `prefix` that a router is made with."""
    given = arguments(root)
    value = tree.resolve(given[0]) if given else None
    if value is None or value.type != "object":
        return ""
    prefix = fields(tree, value).get("prefix")
    return tree.literal(prefix) if prefix is not None else ""


def _plugins(tree: Tree) -> dict[int, str | None]:
    """The prefix under which a function of this file is registered, by where it starts."""
    found: dict[int, str | None] = {}
    for call in tree.calls:
        if not call.name.endswith(".register"):
            continue
        given = arguments(call.node)
        plugin = tree.resolve(given[0]) if given else None
        if plugin is not None and plugin.type in FUNCTIONS:
            found[plugin.start_byte] = registered(tree, given)
    return found


def registered(tree: Tree, given: list[Node]) -> str | None:
    """The prefix of the arguments of Fastify's `register`: '' for none."""
    if len(given) < 2:
        return ""
    value = tree.resolve(given[1])
    if value.type != "object":
        return None
    prefix = fields(tree, value).get("prefix")
    return tree.literal(prefix) if prefix is not None else ""


def _given(tree: Tree, node: Node, found: Receivers, prefixes: dict[int, str | None]) -> None:
    """The receivers that a function has for parameters."""
    single = node.child_by_field_name("parameter")
    group = node.child_by_field_name("parameters")
    parameters = [single] if single is not None else children(group) if group is not None else []
    for at, parameter in enumerate(parameters[:4]):
        pattern = parameter.child_by_field_name("pattern") or parameter
        annotation = parameter.child_by_field_name("type")
        name = tree.source(pattern) if pattern.type == "identifier" else ""
        if not name:
            continue
        plugin = at == 0 and node.start_byte in prefixes
        if annotation is not None:
            framework = _TYPES.get(type_name(tree, annotation))
        else:
            framework = "fastify" if plugin else "unknown" if name in _NAMES else None
        if framework is None:
            continue
        prefix = prefixes[node.start_byte] if plugin else ""
        outer = found.find(name, node.start_byte) if plugin else None
        if outer is not None:
            prefix = under(outer.prefix, prefix)
        found.add(Receiver(name, name, framework, prefix, node.start_byte, node.end_byte))
