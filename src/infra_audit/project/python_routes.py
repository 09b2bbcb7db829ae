"""The routes of FastAPI, Starlette and Flask: those that code adds, its routers put together by imports."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents.facts import Addition, Application, Entry, Handler, PythonModule, Value
from ..model import Location
from ..source.regex import regex
from .code_routes import HARMLESS, STATIC
from .python_graph import Graph, Node, graph, last, node_of
from .python_names import PACKAGE, Python, handler_of, is_root, literal, meant
from .route_files import Table
from .route_paths import joined
from .types import Route

_DEEPEST = 12
_MOST = 5_000
_VERBS = frozenset(
    ("get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "api_route")
)
_ADDED = frozenset(("add_api_route", "add_route", "add_url_rule"))
_FRONTS = frozenset(("middleware", "before_request", "before_app_request"))
_ERRORS = frozenset((
    "add_exception_handler", "app_errorhandler", "errorhandler", "exception_handler", "register_error_handler",
))  # fmt: skip
_DOCUMENTED = (("docs_url", "/docs"), ("redoc_url", "/redoc"), ("openapi_url", "/openapi.json"))
_STATIC = regex(r"(?:^|\.)\w*StaticFiles\(\)$")
_DEPENDS = regex(r"(?:Depends|Security)\(\s*([\w.]+)")
_ANSWERING = regex(
    r"(?:^|\.)(?:jsonify|make_response|redirect|render_template|send_file|send_from_directory|\w*Response)$"
)
_FILES = regex(
    r"(?:^|\.)(?:send_file|send_from_directory|FileResponse|render_template|TemplateResponse)$"
)
_QUIET = regex(
    r"(?:flask_(?:bcrypt|bootstrap\w*|caching|compress|cors|jwt_extended|limiter|login|mail|marshmallow|migrate|moment|principal|seasurf|session"
    r"|socketio|sqlalchemy|talisman|wtf|babel|httpauth|pymongo|redis|assets|mongoengine)"
    r"|sentry_sdk|opentelemetry|ddtrace|elasticapm|newrelic|slowapi|fastapi\.testclient|starlette\.testclient|uvicorn|waitress"
    r"|hypercorn|mangum|werkzeug\.middleware\.proxy_fix|asgi_correlation_id|fastapi_pagination|fastapi_limiter|logging|asyncio"
    r"|apig_wsgi|asgiref|a2wsgi|structlog|loguru|threading|functools|typing|gevent|eventlet|httpx|prometheus_fastapi_instrumentator"
    r"|fastapi\.middleware|starlette\.middleware|flask\.cli|whitenoise|contextlib|sys|os)(?:\..*)?"
)
"""What answers no path of its own when it is given an application, the path of metrics aside."""
_METRICS = ("prometheus_fastapi_instrumentator", "starlette_exporter", "prometheus_flask_exporter")
_SAFE = regex(
    r"(?:\w+\.)?_?(?:db|database|migrate|login_?manager|jwt|cors|limiter|cache|mail|ma|bcrypt|csrf|session|socketio|babel|talisman"
    r"|compress|toolbar|moment|principal|oauth|celery|scheduler|sentry)\.init_app"
    r"|(?:isinstance|print|len|str|repr|id|hasattr|getattr|setattr|super|type|list|dict|cast|self\.assert\w+)"
)
_NO_OPTIONS = frozenset(("routes",))


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
        if (
            orphan
            and any(a.verb != "hand" for _, a in added)
            and last_of(made) not in ("DefaultRouter", "SimpleRouter")
        ):
            found.hidden[f"where `{node.name}` in {node.path} is mounted is not seen"] = None
    where = Location(roots[0].path, found.made[roots[0]].span) if roots else None
    return Table(tuple(found.routes), tuple(found.hidden), tuple(found.aliased)), where


def last_of(made: Application | None) -> str:
    """What an application is made by, '' for what a function is given."""
    return last(made) if made is not None else ""


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
    if depth > _DEEPEST or len(found.routes) > _MOST:
        found.hidden["the routers lead into each other"] = None
        return
    made = found.made.get(node)
    if made is not None:
        fronts += _dependencies(made.options)
        if is_root(made):
            _own(found, node, made, prefix)
    for module, addition in found.added.get(node, ()):
        if addition.verb in _VERBS or addition.verb in _ADDED:
            _route(found, module, addition, prefix, fronts)
        elif addition.verb in ("include_router", "register_blueprint"):
            _below(found, module, addition, (prefix, fronts), depth)
        elif addition.verb == "mount":
            _mount(found, module, addition, (prefix, fronts), depth)
        elif addition.verb == "hand":
            _hand(found, module, addition, (prefix, fronts), depth)
        else:
            _beside(found, module, addition)


def _own(found: Graph, node: Node, made: Application, prefix: str) -> None:
    """What an application answers without a call that says so."""
    where = Location(node.path, made.span)
    given = {entry.name: entry.value for entry in made.options}
    if "**" in given or "routes" in given:
        found.hidden[f"not all options of `{node.name}` in {node.path} are written out"] = None
    root = given.get("root_path")
    if root is not None and root.literal not in ("", "/", "None"):
        found.aliased[f"`{node.name}` in {node.path} has a `root_path`"] = None
    if last(made) == "FastAPI":
        closed = given.get("openapi_url")
        for option, usual in _DOCUMENTED:
            value = given.get(option)
            path = usual if value is None else value.literal
            if path is None:
                found.routes.append(_opaque(joined(prefix, usual), node.path, where))
            elif path != "None" and (closed is None or closed.literal != "None"):
                found.routes.append(_opaque(joined(prefix, path), node.path, where))
    elif last(made) in ("Flask", "Quart"):
        folder, url = given.get("static_folder"), given.get("static_url_path")
        path = url.literal if url is not None else "/static"
        if path is None:
            found.aliased[f"`static_url_path` in {node.path} is not literal"] = None
        elif folder is None or folder.literal != "None":
            static = Route(
                joined(joined(prefix, path), "*"), STATIC, where, Handler(opaque=True), node.path
            )
            found.routes.append(static)


def _opaque(path: str, module: str, where: Location, methods: tuple[str, ...] = ("GET",)) -> Route:
    return Route(path, methods, where, Handler(opaque=True), module)


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
    found.routes.append(
        Route(
            path=joined(prefix, path),
            methods=addition.methods or ("ALL",),
            location=Location(module.path, addition.span),
            handler=handler or Handler(calls=(addition.target,), opaque=True),
            module=answering,
            middleware=tuple(dict.fromkeys((*fronts, *_named(addition.options)))),
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
        where = Location(module.path, addition.span)
        if own and own.strip("/"):
            found.routes.append(
                _opaque(joined(joined(prefix, own), "*"), module.path, where, ("ALL",))
            )
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
        found.routes.append(
            _opaque(joined(joined(prefix, path), "*"), module.path, where, ("ALL",))
        )


def _hand(
    found: Graph,
    module: PythonModule,
    addition: Addition,
    at: tuple[str, tuple[str, ...]],
    depth: int,
) -> None:
    """An application that is given to a function: what that adds to it, or that it may add."""
    prefix, fronts = at
    called = meant(found.known, module.path, addition.scope, addition.target)
    if called is not None and called.function:
        for child in _children(found, module, addition):
            _walk(found, child, prefix, fronts, depth + 1)
        return
    if _SAFE.fullmatch(addition.target):
        return
    package = called.package if called is not None and called.path == PACKAGE else ""
    if package.startswith(_METRICS):
        where = Location(module.path, addition.span)
        found.routes.append(_opaque(joined(prefix, "/metrics"), module.path, where))
    elif not _QUIET.fullmatch(package):
        found.aliased[f"`{addition.target}` in {module.path} may add routes"] = None


def _beside(found: Graph, module: PythonModule, addition: Addition) -> None:
    """What is put in front of all routes, or behind them."""
    doubt = f"`{addition.target}` in {module.path} may answer by itself"
    called = meant(found.known, module.path, addition.scope, addition.target)
    handler = addition.handler
    if handler is None and called is not None:
        handler = handler_of(found.known, called)
    if addition.verb == "add_middleware":
        package = called.package if called is not None and called.path == PACKAGE else ""
        if not _QUIET.fullmatch(package) and not HARMLESS.search(addition.target):
            found.aliased[doubt] = None
    elif addition.verb in _FRONTS:
        if handler is None or (_may_answer(handler) and not HARMLESS.search(addition.target)):
            found.aliased[doubt] = None
    elif addition.verb in _ERRORS and _shows_files(handler) and _is_for_the_lost(addition):
        found.aliased[doubt] = None


def _is_for_the_lost(addition: Addition) -> bool:
    """Whether a handler of errors answers for paths that no route has."""
    given = next(
        (e.value for e in addition.options if e.name in ("0", "exc_class_or_status_code")), None
    )
    return given is None or _LOST.search(given.raw) is not None


_LOST = regex(
    r"(?:^|\.|_)(?:404|NotFound|(?:Starlette)?HTTPException|Exception|code_or_exception)(?:_NOT_FOUND)?$"
)


def _may_answer(handler: Handler) -> bool:
    """Whether a function in front of all routes may answer what a probe takes for well."""
    answering = any(_ANSWERING.search(call) for call in handler.calls)
    return answering and not any(status >= 400 for status in handler.statuses)


def _shows_files(handler: Handler | None) -> bool:
    """Whether what answers for a path that is not there may show a page instead."""
    if handler is None:
        return True
    if any(status >= 400 for status in handler.statuses):
        return False
    return bool(handler.statuses) or any(_FILES.search(call) for call in handler.calls)
