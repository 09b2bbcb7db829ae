"""The routes of FastAPI, Starlette and Flask: those that code adds, its routers put together by imports."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ..documents.facts import Addition, Application, Entry, Handler, PythonModule, Value
from ..model import Location
from ..source.regex import regex
from .code_routes import STATIC
from .python_beside import beside, given_away
from .python_graph import VERBS, Graph, Node, graph, is_router_of_drf, maker, node_of
from .python_names import Python, handler_of, is_root, literal, meant
from .route_files import Table
from .route_paths import joined
from .types import Route

_DEEPEST = 12
_MOST = 5_000
_ADDED = frozenset(("add_api_route", "add_route", "add_url_rule"))
_DOCUMENTED = (("docs_url", "/docs"), ("redoc_url", "/redoc"), ("openapi_url", "/openapi.json"))
_STATIC = regex(r"(?:^|\.)\w*StaticFiles\(\)$")
_DEPENDS = regex(r"(?:Depends|Security)\(\s*([\w.]+)")


def code_table(known: Python, modules: tuple[PythonModule, ...]) -> tuple[Table, Location | None]:
    """The routes that `modules` add, and where the application is made."""
    found = graph(known, modules)
    mounted = _mounted(found)
    roots = [n for n, made in found.made.items() if is_root(made) and n not in mounted]
    for root in roots:
        _walk(found, root, "/", (), 0)
    if not roots:
        found.hidden["no application was found"] = None
    for node, added in found.added.items():
        made = found.made.get(node)
        orphan = node not in mounted and (made is None or not is_root(made))
        adds = any(addition.verb != "hand" for _, addition in added)
        if orphan and adds and not is_router_of_drf(made):
            found.hidden[f"where `{node.name}` in {node.path} is mounted is not seen"] = None
    where = Location(roots[0].path, found.made[roots[0]].span) if roots else None
    return Table(tuple(found.routes), tuple(found.hidden), tuple(found.aliased)), where


def _mounted(found: Graph) -> set[Node]:
    """All routers and applications that something mounts, or gives to a function."""
    mounted: set[Node] = set()
    for added in found.added.values():
        for module, addition in added:
            mounted.update(_children(found, module, addition))
    return mounted


def _children(found: Graph, module: PythonModule, addition: Addition) -> Iterator[Node]:
    """The nodes that an addition mounts."""
    if addition.verb in ("include_router", "register_blueprint", "mount"):
        child = node_of(found, module.path, addition.scope, addition.target)
        if child is not None and child in found.made:
            yield child
    elif addition.verb == "hand":
        called = meant(found.known, module.path, addition.scope, addition.target)
        if called is not None and called.function:
            for node in found.added:
                if (
                    node.path == called.path
                    and node.scope == called.function
                    and node not in found.made
                ):
                    yield node


def _walk(found: Graph, node: Node, prefix: str, fronts: tuple[str, ...], depth: int) -> None:
    """Add the routes of an application or router and of those below it."""
    found.walked.append(node)
    if depth > _DEEPEST or len(found.routes) > _MOST or len(found.walked) > _MOST:
        found.hidden["the routers lead into each other"] = None
        return
    made = found.made.get(node)
    if made is not None:
        fronts += _dependencies(made.options)
        if is_root(made):
            _own(found, node, made, prefix)
    for module, addition in found.added.get(node, ()):
        if addition.verb in VERBS or addition.verb in _ADDED:
            _route(found, module, addition, prefix, fronts)
        elif addition.verb in ("include_router", "register_blueprint"):
            _below(found, module, addition, (prefix, fronts), depth)
        elif addition.verb == "mount":
            _mount(found, module, addition, (prefix, fronts), depth)
        elif addition.verb != "hand":
            beside(found, module, addition)
        elif not given_away(found, module, addition, prefix):
            for child in _children(found, module, addition):
                _walk(found, child, prefix, fronts, depth + 1)


def _own(found: Graph, node: Node, made: Application, prefix: str) -> None:
    """What an application answers without a call that says so."""
    where = Location(node.path, made.span)
    given = {entry.name: entry.value for entry in made.options}
    if "**" in given or "routes" in given:
        found.hidden[f"not all options of `{node.name}` in {node.path} are written out"] = None
    root = given.get("root_path")
    if root is not None and root.literal not in ("", "/", "None"):
        found.aliased[f"`{node.name}` in {node.path} has a `root_path`"] = None
    if maker(made) == "FastAPI":
        closed = given.get("openapi_url")
        for option, usual in _DOCUMENTED:
            value = given.get(option)
            path = usual if value is None else value.literal
            if path is None:
                found.routes.append(_opaque(joined(prefix, usual), node.path, where))
            elif path != "None" and (closed is None or closed.literal != "None"):
                found.routes.append(_opaque(joined(prefix, path), node.path, where))
    elif maker(made) in ("Flask", "Quart"):
        folder, url = given.get("static_folder"), given.get("static_url_path")
        path = url.literal if url is not None else "/static"
        if path is None:
            found.aliased[f"`static_url_path` in {node.path} is not literal"] = None
        elif folder is None or folder.literal != "None":
            static = Route(
                joined(joined(prefix, path), "*"), STATIC, where, Handler(opaque=True), node.path
            )
            found.routes.append(static)


def _opaque(path: str, module: str, where: Location) -> Route:
    return Route(path, ("GET",), where, Handler(opaque=True), module)


def _path(
    found: Graph, module: PythonModule, addition: Addition, value: Value | None
) -> str | None:
    """A literal path, also one that a constant holds; '' where none is given."""
    return _text(found.known, module.path, addition.scope, value)


def _text(known: Python, path: str, scope: str, value: Value | None) -> str | None:
    if value is None or value.literal == "None":
        return ""
    if value.literal is not None:
        return value.literal
    return literal(known, path, scope, value.raw) if _NAME.fullmatch(value.raw) else None


_NAME = regex(r"[A-Za-z_][\w.]*")


def _prefix(found: Graph, node: Node, option: str) -> str | None:
    """The prefix that a router has by itself; None where it is not literal."""
    made = found.made.get(node)
    if made is None:
        return ""
    given = {entry.name: entry.value for entry in made.options}
    value = given.get(option)
    if value is None and "**" in given:
        return None
    return _text(found.known, node.path, node.scope, value)


def _route(
    found: Graph, module: PythonModule, addition: Addition, prefix: str, fronts: tuple[str, ...]
) -> None:
    path = _path(found, module, addition, addition.path)
    if path is None or (addition.path is None and addition.verb != "route"):
        found.hidden[f"a path in {module.path} is not literal"] = None
        return
    handler, answering = addition.handler, module.path
    if handler is None:
        called = meant(found.known, module.path, addition.scope, addition.target)
        handler = handler_of(found.known, called) if called is not None else None
        answering = called.path if handler is not None and called is not None else module.path
    named = tuple(dict.fromkeys((*fronts, *_named(addition.options))))
    if handler is not None and named:
        handler = replace(handler, calls=tuple(dict.fromkeys((*handler.calls, *named))))
    found.routes.append(
        Route(
            path=joined(prefix, path),
            methods=addition.methods or ("ALL",),
            location=Location(module.path, addition.span),
            handler=handler or Handler(calls=(addition.target,), opaque=True),
            module=answering,
            middleware=named,
            name=addition.target.rpartition(".")[2],
        )
    )


def _named(options: tuple[Entry, ...]) -> tuple[str, ...]:
    """The names of what stands before a route."""
    return tuple(e.value.raw for e in options if e.name == "@" and e.value is not None)


def _dependencies(options: tuple[Entry, ...]) -> tuple[str, ...]:
    given = next((e.value for e in options if e.name == "dependencies"), None)
    return tuple(_DEPENDS.findall(given.raw)) if given is not None else ()


def _below(
    found: Graph,
    module: PythonModule,
    addition: Addition,
    at: tuple[str, tuple[str, ...]],
    depth: int,
) -> None:
    """A router that is included, a blueprint that is registered."""
    prefix, fronts = at
    child = node_of(found, module.path, addition.scope, addition.target)
    flask = addition.verb == "register_blueprint"
    option = "url_prefix" if flask else "prefix"
    given = next((e.value for e in addition.options if e.name == option), addition.path)
    own = _path(found, module, addition, given)
    inner = _prefix(found, child, option) if child is not None and child in found.made else None
    if child is None or child not in found.made:
        if own and own.strip("/"):
            _wild(found, module, addition, joined(prefix, own))
        else:
            found.hidden[f"`{addition.target}`, which {module.path} includes, was not found"] = None
        return
    if flask and given is not None:
        inner = own
    elif not flask:
        inner = joined(own, inner) if own is not None and inner is not None else None
    if inner is None:
        found.hidden[f"the prefix of `{addition.target}` in {module.path} is not literal"] = None
        return
    fronts += (*_dependencies(addition.options), *_named(addition.options))
    _walk(found, child, joined(prefix, inner), tuple(dict.fromkeys(fronts)), depth + 1)


def _mount(
    found: Graph,
    module: PythonModule,
    addition: Addition,
    at: tuple[str, tuple[str, ...]],
    depth: int,
) -> None:
    prefix, fronts = at
    path = _path(found, module, addition, addition.path)
    if path is None:
        found.hidden[f"a mount in {module.path} is not literal"] = None
        return
    child = node_of(found, module.path, addition.scope, addition.target)
    where = Location(module.path, addition.span)
    if _STATIC.search(addition.target):
        static = Route(
            joined(joined(prefix, path), "*"), STATIC, where, Handler(opaque=True), module.path
        )
        found.routes.append(static)
    elif child is not None and child in found.made:
        _walk(found, child, joined(prefix, path), fronts, depth + 1)
    else:
        _wild(found, module, addition, joined(prefix, path))


def _wild(found: Graph, module: PythonModule, addition: Addition, path: str) -> None:
    """What answers any path below one; by its name where that is known to answer no probe."""
    where = Location(module.path, addition.span)
    known = _USERS.match(addition.target) or _OTHERS.search(path)
    route = Route(
        path=joined(path, "*"),
        methods=("ALL",),
        location=where,
        handler=Handler(opaque=True),
        module=module.path,
        name=addition.target or "mounted" if known else "",
    )
    found.routes.append(route)


_USERS = regex(r"fastapi_users\.")
_OTHERS = regex(
    r"/(?:socket(?:\.io)?|ws|mcp|metrics|static|assets|media|uploads?|files|images|graphql|flower)$"
)
