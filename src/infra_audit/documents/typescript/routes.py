"""The routes that a program adds to an Express, Fastify, Hono, Koa or plain node:http server."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ...model import Span
from ...source.regex import regex
from ..facts import Handler, RouteCall
from .answers import handle, succeeding
from .functions import Functions, reach
from .receivers import Link, Receiver, Receivers, chain, registered, under
from .tree import FUNCTIONS, Tree, arguments, bare, children, fields

_VERBS = {
    "all": "ALL",
    "any": "ALL",
    "del": "DELETE",
    "delete": "DELETE",
    "get": "GET",
    "head": "HEAD",
    "options": "OPTIONS",
    "opts": "OPTIONS",
    "patch": "PATCH",
    "post": "POST",
    "put": "PUT",
}
_OTHERS = frozenset(("mount", "on", "openapi", "register", "route", "use"))
_MOST = 2_000
_HOOKS = ("onRequest", "preHandler", "preValidation")
_PREFIX = regex(r"(?:[Pp]refix|[Pp]ath|[Bb]ase|[Ee]ndpoint)$|^[A-Z][A-Z\d_]+$")
_ASKED = regex(
    r"""(?:\.url|\bpathname|\bpath|\burl)\s*={2,3}\s*(?P<quote>['"`])(?P<path>/[^'"`\s$]*)(?P=quote)"""
)


def routes(known: Functions, named: Receivers) -> tuple[RouteCall, ...]:
    """Every route and mount that a file adds, in order."""
    tree = known.answers.tree
    found: list[RouteCall] = []
    if named.named:
        for call in tree.calls:
            method = call.last or _method(tree, call.node)
            if (method in _VERBS or method in _OTHERS) and len(found) < _MOST:
                found += _route(known, named, call.node)
    if any(call.last in ("createServer", "serve") for call in tree.calls):
        found += _asked(known)
    return tuple(sorted(found[:_MOST], key=lambda route: route.span))


def _route(known: Functions, named: Receivers, node: Node) -> Iterator[RouteCall]:
    tree = known.answers.tree
    name, root, links = chain(tree, node)
    if not links:
        return
    receiver = named.find(name, root.start_byte)
    given = arguments(node)
    if receiver is None or not given:
        return
    method = links[0].method
    if method in _VERBS:
        yield from _verb(known, receiver, node, _VERBS[method], _chained(tree, links))
    elif method == "on" and receiver.framework == "hono" and len(given) > 2:
        for verb in _strings(tree, given[0]):
            for path in _strings(tree, given[1]):
                yield _made(known, (receiver, node), (verb or "ALL").upper(), path, given[2:])
    elif method == "openapi" and len(given) > 1:
        yield _described(known, receiver, node, given)
    elif method == "route":
        yield from _declared(known, receiver, node, given)
    elif method == "register" and receiver.framework in ("fastify", "unknown"):
        yield from _registered(known, receiver, node, given)
    elif method in ("use", "mount"):
        yield from _mounted(known, receiver, node, given)


def _verb(
    known: Functions, receiver: Receiver, node: Node, method: str, chained: list[str | None]
) -> Iterator[RouteCall]:
    tree = known.answers.tree
    given = arguments(node)
    paths = chained
    if not paths:
        if len(given) < 2:
            return
        paths, given = _strings(tree, given[0]), given[1:]
        if receiver.framework == "koa" and len(given) > 1 and tree.literal(given[0]):
            paths, given = _strings(tree, given[0]), given[1:]
    if receiver.framework == "unknown" and not _serving(tree, paths, given[-1]):
        return
    for path in paths:
        yield _made(known, (receiver, node), method, path, given)


def _serving(tree: Tree, paths: list[str | None], last: Node) -> bool:
    """Whether a call on what is only *named* `app` or `router` is a route all the same."""
    if not all(path is None or path.startswith(("/", "*")) for path in paths):
        return False
    handled = (*FUNCTIONS, "identifier", "member_expression", "call_expression", "array")
    return tree.resolve(last).type in handled


def _chained(tree: Tree, links: list[Link]) -> list[str | None]:
    """The paths of Express's `.route('/x').get(…)`."""
    for link in links[1:]:
        if link.method == "route":
            given = arguments(link.node)
            return _strings(tree, given[0]) if len(given) == 1 else []
    return []


def _made(
    known: Functions,
    site: tuple[Receiver, Node],
    method: str,
    path: str | None,
    given: list[Node],
) -> RouteCall:
    tree = known.answers.tree
    receiver, node = site
    return RouteCall(
        framework=receiver.framework,
        method=method,
        path=under(receiver.prefix, path),
        receiver=receiver.shown,
        target="",
        handler=_returning(reach(known, given[-1]), receiver),
        span=_span(tree, node),
        middleware=tuple(name for one in given[:-1] for name in _fronts(tree, one)),
    )


def _returning(handler: Handler, receiver: Receiver) -> Handler:
    """A handler of Fastify's: what it returns is answered with 200."""
    if receiver.framework != "fastify" or handler.opaque:
        return handler
    return succeeding(handler)


def _span(tree: Tree, node: Node) -> Span:
    """From the receiver to the end of the call; in a chain, from the method's name on."""
    start = node.start_byte
    function = node.child_by_field_name("function")
    if function is not None:
        inner = function.child_by_field_name("object")
        name = function.child_by_field_name("property")
        if inner is not None and name is not None and bare(inner).type == "call_expression":
            start = name.start_byte
    return tree.text.byte_span(start, node.end_byte)


def _fronts(tree: Tree, node: Node, depth: int = 0) -> list[str]:
    """The names of what stands before a handler; the hooks of Fastify's options."""
    value = tree.resolve(node)
    if depth > 3:
        return []
    if value.type == "object":
        hooks = [hook for name, hook in fields(tree, value).items() if name in _HOOKS]
        return [name for hook in hooks for name in _fronts(tree, hook, depth + 1)]
    if value.type == "array":
        return [name for child in children(value) for name in _fronts(tree, child, depth + 1)]
    name = tree.dotted(node)
    return [name.removesuffix("()")] if name else []


def _described(known: Functions, receiver: Receiver, node: Node, given: list[Node]) -> RouteCall:
    """Hono's `openapi(createRoute({ method, path }), handler)`."""
    tree = known.answers.tree
    route = tree.resolve(given[0])
    if route.type == "call_expression" and (inside := arguments(route)):
        route = tree.resolve(inside[0])
    found = fields(tree, route) if route.type == "object" else {}
    method = tree.literal(found["method"]) if "method" in found else None
    path = tree.literal(found["path"]) if "path" in found else None
    return _made(known, (receiver, node), (method or "ALL").upper(), path, given[1:])


def _declared(
    known: Functions, receiver: Receiver, node: Node, given: list[Node]
) -> Iterator[RouteCall]:
    """Fastify's `route({ method, url, handler })`; Hono's `route('/x', router)`."""
    tree = known.answers.tree
    value = tree.resolve(given[0])
    if value.type == "object":
        found = fields(tree, value)
        handler, url = found.get("handler"), found.get("url") or found.get("path")
        if handler is None or url is None:
            return
        methods = _strings(tree, found["method"]) if "method" in found else ["ALL"]
        for method in methods:
            for path in _strings(tree, url):
                yield _made(
                    known, (receiver, node), (method or "ALL").upper(), path, [value, handler]
                )
    elif len(given) > 1:
        path = tree.literal(given[0])
        yield _mount(known, receiver, node, path, given[1])


def _registered(
    known: Functions, receiver: Receiver, node: Node, given: list[Node]
) -> Iterator[RouteCall]:
    """Fastify's `register(plugin, { prefix })`, unless the plugin's own routes were found here."""
    plugin = known.answers.tree.resolve(given[0])
    if plugin.type in FUNCTIONS:
        return
    prefix = registered(known.answers.tree, given)
    yield _mount(known, receiver, node, "/" if prefix == "" else prefix, given[0])


def _mounted(
    known: Functions, receiver: Receiver, node: Node, given: list[Node]
) -> Iterator[RouteCall]:
    """`use('/x', a, b)`: one mount for each of what is mounted, at each of the paths.

    What is only *named* `app` may be a Vue application, whose plugins are no mounts.
    """
    tree = known.answers.tree
    paths: list[str | None] = ["/"]
    first = tree.resolve(given[0])
    if len(given) > 1 and first.type == "array":
        paths, given = _strings(tree, first), given[1:]
    elif tree.literal(first) is not None:
        paths, given = [tree.literal(first)], given[1:]
    elif len(given) > 1 and _may_be_path(tree, given[0], first):
        paths, given = [None], given[1:]
    for path in paths:
        for target in given:
            for one in children(target) if target.type == "array" else [target]:
                if receiver.framework != "unknown" or path not in (None, "/"):
                    yield _mount(known, receiver, node, path, one)


def _may_be_path(tree: Tree, node: Node, value: Node) -> bool:
    if value.type in ("template_string", "binary_expression", "regex"):
        return True
    name = tree.dotted(node).rpartition(".")[2]
    named = value.type in ("identifier", "member_expression")
    return named and _PREFIX.search(name) is not None


def _mount(
    known: Functions, receiver: Receiver, node: Node, path: str | None, target: Node
) -> RouteCall:
    tree = known.answers.tree
    handler = reach(known, target)
    return RouteCall(
        framework=receiver.framework,
        method="USE",
        path=under(receiver.prefix, path),
        receiver=receiver.shown,
        target=_target(tree, target),
        handler=handler,
        span=_span(tree, node),
    )


def _target(tree: Tree, node: Node) -> str:
    """The local name of what is mounted, or the specifier of an import in place."""
    node = bare(node)
    if node.type in FUNCTIONS:
        return ""
    name = tree.dotted(node).removesuffix("()")
    if node.type == "call_expression":
        given = arguments(node)
        if name in ("require", "import") and given:
            return tree.literal(given[0]) or ""
        for suffix in (".routes", ".middleware"):
            name = name.removesuffix(suffix)
    return name


def _strings(tree: Tree, node: Node) -> list[str | None]:
    """The literal, or those of an array; None for each that is not literal."""
    value = tree.resolve(node)
    if value.type == "array":
        return [tree.literal(child) for child in children(value)]
    return [tree.literal(value)]


def _method(tree: Tree, node: Node) -> str:
    """The method of a call whose chain is too long for a name."""
    function = node.child_by_field_name("function")
    name = function.child_by_field_name("property") if function is not None else None
    return tree.source(name) if name is not None else ""


def _asked(known: Functions) -> Iterator[RouteCall]:
    """The branches of a plain node:http server that ask for a path."""
    tree = known.answers.tree
    for node in tree.nodes["if"]:
        condition = node.child_by_field_name("condition")
        then = node.child_by_field_name("consequence")
        if condition is None or then is None or condition.end_byte - condition.start_byte > 400:
            continue
        for found in _ASKED.finditer(tree.source(condition)):
            handler: Handler = handle(known.answers, then)
            span = _span(tree, condition)
            yield RouteCall("unknown", "ALL", found["path"], "http", "", handler, span)
