"""Routes that code adds: Express, Fastify, Hono and Koa, their routers put together by imports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..documents.facts import Handler, Module, RouteCall
from ..model import Location
from ..source.regex import regex
from .handlers import settled
from .imports import PACKAGE, Sources, binding, resolve
from .route_files import Table
from .route_paths import joined
from .routers import Graph, Node, below, calls, calls_of, is_root, nodes, note_given, note_mounts
from .types import Route

_ROUTERISH = regex(
    r"rout|endpoints?$|controllers?$|api$|(?:request|remix|next|ssr|app)_?handler$", re.IGNORECASE
)
HARMLESS = regex(
    r"limit|logg?er|error|guard|auth(?:enticate|orize)?$|key|not_?found|cors|csrf|valid|parser"
    r"|session|cache|header|secur|middleware|tracing|track|context|metric",
    re.IGNORECASE,
)
"""Names of what passes requests on, or answers only those that it refuses."""
_STATIC = regex(r"(?:^|\.)(?:static|serveStatic|fastifyStatic|sirv|serve)$|static$")
_STATIC_PACKAGES = frozenset(
    (
        "@fastify/static",
        "fastify-static",
        "koa-static",
        "serve-static",
        "sirv",
        "koa-send",
        "koa-mount",
        "connect-history-api-fallback",
    )
)
_ADDING = regex(
    r"health|actuator|terminus|lightship|under-pressure|autoload|routes?$|express-file-routing"
    r"|express-openapi|tsoa|routing-controllers|express-auto|swagger-routes|openapi-backend"
    r"|decorators?$"
)
STATIC = ("GET", "HEAD")
"""The methods of a route that stands for a folder of files."""
_FRAMEWORK = regex(
    r"createRequestHandler|nextHandler|requestHandler|^handle$|^handler$|getRequestHandler"
    r"|remix|reactRouter",
    re.IGNORECASE,
)
_SENT = (".sendFile", ".render", ".sendfile", "serveStatic", ".html")
_DEEPEST = 12
_MOST = 5_000


def code_routes(modules: tuple[Module, ...], known: Sources) -> Table:
    """The routes that the calls in `modules`, and in what they mount, add."""
    graph = Graph(known, {m.path: m for m in modules if calls(m)}, [], [], {})
    waiting = list(graph.modules.values())
    while waiting:
        module = waiting.pop(0)
        for path in note_mounts(graph, module):
            if path not in graph.modules:
                graph.modules[path] = known.modules[path]
                waiting.append(known.modules[path])
    note_given(graph)
    mounted = {mount.child for mount in graph.mounts}
    for node in nodes(graph):
        if node in mounted:
            continue
        if is_root(graph, node):
            _walk(graph, node, "/", (), 0)
        elif any(call.method != "USE" for call in calls_of(graph, node)):
            graph.hidden[f"where {node.module} is mounted is not seen"] = None
    return Table(tuple(graph.routes), tuple(graph.hidden))


def _walk(
    graph: Graph, node: Node, prefix: str, front: tuple[tuple[str, str], ...], depth: int
) -> None:
    """Add the routes of a router and of those below it. `front`: middlewares and their paths."""
    if depth > _DEEPEST or len(graph.routes) > _MOST:
        graph.hidden["the routers lead into each other"] = None
        return
    module = graph.modules[node.module]
    mounted = [m for m in graph.mounts if m.parent == node]
    for nth, call in enumerate(module.routes):
        if call.receiver != node.receiver or call.framework == "nest":
            continue
        for mount in mounted:
            if mount.nth == nth:
                passed = _passed(front, joined(prefix, mount.prefix))
                _walk(graph, mount.child, joined(prefix, mount.prefix), passed, depth + 1)
        if any(m.nth == nth for m in mounted):
            continue
        if call.method != "USE":
            _add(graph, module, call, prefix, front)
        else:
            front += tuple(_middleware(graph, module, call, prefix))
    for mount in mounted:
        if mount.nth >= len(module.routes):
            _walk(graph, mount.child, prefix, front, depth + 1)


def _passed(front: tuple[tuple[str, str], ...], path: str) -> tuple[tuple[str, str], ...]:
    return tuple((at, name) for at, name in front if f"{path}/".startswith(at.rstrip("/") + "/"))


def _add(
    graph: Graph, module: Module, call: RouteCall, prefix: str, front: tuple[tuple[str, str], ...]
) -> None:
    handler = call.handler
    if call.path is None:
        answers = handler.opaque or not handler.statuses or min(handler.statuses) < 300
        if answers and not any(c.endswith(_SENT) for c in handler.calls):
            graph.hidden[f"a path in {module.path} is not literal"] = None
        return
    if _is_rest(call.path) and any(c == "next" or _FRAMEWORK.search(c) for c in handler.calls):
        return
    path = joined(prefix, call.path)
    names = (*(name for _, name in _passed(front, path)), *call.middleware)
    behind = settled(handler, module, graph.known)
    where = Location(module.path, call.span)
    methods = (call.method,)
    route = Route(
        path, methods, where, behind.handler, behind.module.path, tuple(dict.fromkeys(names))
    )
    graph.routes.append(route)


def _is_rest(path: str) -> bool:
    return path.strip("/") in ("*", "(.*)", "*splat", "{*splat}", "*all", "*path")


def _middleware(
    graph: Graph, module: Module, call: RouteCall, prefix: str
) -> Iterator[tuple[str, str]]:
    """What a call of `use` that mounts no router puts in front, or answers by itself."""
    at = joined(prefix, below(call.path)) if call.path is not None else None
    if not call.target:
        _inline(graph, module, call, at)
        return
    head = call.target.partition(".")[0].removesuffix("()")
    imported = binding(module, head)
    specifier = (
        imported.specifier
        if imported is not None
        else call.target
        if call.target.startswith(".")
        else ""
    )
    path = resolve(graph.known, module.path, specifier) if specifier else None
    if path == PACKAGE:
        _foreign(graph, module, call, specifier, at)
    elif at is None and not _ROUTERISH.search(head):
        return
    elif specifier and (path is None or path not in graph.known.modules):
        _unseen(graph, module, call, at)
    else:
        _local(graph, module, call, at)
    if at is not None and not _STATIC.search(call.target):
        yield at, call.target


def _inline(graph: Graph, module: Module, call: RouteCall, at: str | None) -> None:
    """A function given to `use`: a route at a path of its own, at the root it may hide one."""
    handler = call.handler
    answers = any(s < 300 for s in handler.statuses)
    if any(c.endswith(_SENT) for c in handler.calls):
        _wild(graph, module, call, at or "/")
    elif at is not None and at != "/" and (answers or "next" not in handler.calls):
        where = Location(module.path, call.span)
        graph.routes.append(Route(at, ("ALL",), where, handler, module.path))
    elif answers and at == "/" and "next" not in handler.calls:
        _wild(graph, module, call, "/")
    elif answers and at == "/" and call.framework != "hono":
        graph.hidden[f"a middleware in {module.path} may answer by itself"] = None


def _foreign(graph: Graph, module: Module, call: RouteCall, specifier: str, at: str | None) -> None:
    """What a package supplies: static files, an interface of its own, or nothing that answers."""
    if _FRAMEWORK.search(call.target):
        return
    if specifier in _STATIC_PACKAGES or _STATIC.search(call.target):
        _wild(graph, module, call, at or "/", STATIC)
    elif _ADDING.search(specifier):
        graph.hidden[f"`{specifier}` adds routes in {module.path}"] = None
    elif at is not None and at != "/" and not HARMLESS.search(call.target):
        _wild(graph, module, call, at)
    elif _ROUTERISH.search(call.target) and not HARMLESS.search(call.target):
        graph.hidden[f"`{call.target}` adds routes in {module.path}"] = None


def _unseen(graph: Graph, module: Module, call: RouteCall, at: str | None) -> None:
    """What stands in a file that was not read: no router, or it would have been."""
    if _FRAMEWORK.search(call.target) and not call.target.startswith("."):
        return
    if _ROUTERISH.search(call.target) and not HARMLESS.search(call.target):
        graph.hidden[f"`{call.target}`, which {module.path} mounts, was not found"] = None
    elif at is not None and at != "/" and not HARMLESS.search(call.target):
        _wild(graph, module, call, at)


def _local(graph: Graph, module: Module, call: RouteCall, at: str | None) -> None:
    """A function of the repository, or a value that the same file makes."""
    behind = settled(call.handler, module, graph.known)
    if not behind.handler.opaque:
        seen = RouteCall(
            call.framework, "USE", call.path, call.receiver, "", behind.handler, call.span
        )
        if not HARMLESS.search(call.target) and "next" not in behind.handler.calls:
            _inline(graph, module, seen, at)
    elif _FRAMEWORK.search(call.target):
        return
    elif _ROUTERISH.search(call.target) and not HARMLESS.search(call.target):
        graph.hidden[f"`{call.target}`, which {module.path} mounts, was not found"] = None


def _wild(
    graph: Graph, module: Module, call: RouteCall, at: str, methods: tuple[str, ...] = ("ALL",)
) -> None:
    """Something that answers any path below `at`."""
    where = Location(module.path, call.span)
    handler = Handler(calls=call.handler.calls, opaque=True, span=call.span)
    route = Route(joined(at, "*"), methods, where, handler, module.path)
    if not any(r.path == route.path and r.location == where for r in graph.routes):
        graph.routes.append(route)
