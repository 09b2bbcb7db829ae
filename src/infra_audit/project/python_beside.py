"""What may answer beside the routes of an application: middlewares, handlers of errors, what is given it."""

from __future__ import annotations

from ..documents.facts import Addition, Handler, PythonModule
from ..model import Location
from ..source.regex import regex
from .python_graph import Graph
from .python_names import PACKAGE, handler_of, meant
from .route_paths import joined
from .types import Route

_FRONTS = frozenset(("middleware", "before_request", "before_app_request"))
_ERRORS = frozenset((
    "add_exception_handler", "app_errorhandler", "errorhandler", "exception_handler", "register_error_handler",
))  # fmt: skip
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
    r"|hypercorn|mangum|socketio|engineio|werkzeug\.middleware\.proxy_fix|asgi_correlation_id|fastapi_pagination|fastapi_limiter|logging|asyncio"
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


def given_away(found: Graph, module: PythonModule, addition: Addition, prefix: str) -> bool:
    """Whether what an application is given to is no function of the repository; what that may add is noted."""
    called = meant(found.known, module.path, addition.scope, addition.target)
    if called is not None and called.function:
        return False
    package = called.package if called is not None and called.path == PACKAGE else ""
    if package.startswith(_METRICS):
        where = Location(module.path, addition.span)
        metrics = Route(
            joined(prefix, "/metrics"), ("GET",), where, Handler(opaque=True), module.path
        )
        found.routes.append(metrics)
    elif not _SAFE.fullmatch(addition.target) and not _QUIET.fullmatch(package):
        found.aliased[f"`{addition.target}` in {module.path} may add routes"] = None
    return True


def passes(name: str) -> bool:
    """Whether a middleware passes requests on, by its name, or answers only those that it refuses."""
    return _PASSING.search(name) is not None and _VITAL.search(name) is None


_PASSING = regex(
    r"(?i)limit|log|error|exception|guard|auth|api_?key|cors|csrf|xsrf|session|cache|header|secur|trac(?:e|ing)|context|metric"
    r"|prometheus|request_?id|correlation|timing|process_?time|gzip|brotli|compress|trusted_?host|locale|language|csp|audit|user"
    r"|profil|sanitiz|valid|length|size"
)
_VITAL = regex(r"(?i)health|alive|status|probe|ping|heartbeat|tenant|rewrite|prefix|proxy")


def beside(found: Graph, module: PythonModule, addition: Addition) -> None:
    """What is put in front of all routes, or behind them."""
    doubt = f"`{addition.target}` in {module.path} may answer by itself"
    called = meant(found.known, module.path, addition.scope, addition.target)
    handler = addition.handler
    if handler is None and called is not None:
        handler = handler_of(found.known, called)
    if handler is not None and handler.opaque:
        handler = None
    if addition.verb == "add_middleware":
        package = called.package if called is not None and called.path == PACKAGE else ""
        if not _QUIET.fullmatch(package) and not passes(addition.target):
            found.aliased[doubt] = None
    elif addition.verb in _FRONTS:
        if handler is None or (_may_answer(handler) and not passes(addition.target)):
            found.aliased[doubt] = None
    elif addition.verb in _ERRORS and _shows_files(handler) and _is_for_the_lost(addition):
        found.aliased[doubt] = None


def _is_for_the_lost(addition: Addition) -> bool:
    """Whether a handler of errors answers for paths that no route has: of all exceptions only Flask's does."""
    names = ("0", "exc_class_or_status_code", "code_or_exception")
    given = next((e.value for e in addition.options if e.name in names), None)
    lost = _LOST if "exception" in addition.verb else _ANY
    return given is None or lost.search(given.raw) is not None


_LOST = regex(r"(?:^|\.|_)(?:404|NotFound|(?:Starlette)?HTTPException)(?:_NOT_FOUND)?$")
_ANY = regex(r"(?:^|\.|_)(?:404|NotFound|(?:HTTP)?Exception)$")


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
