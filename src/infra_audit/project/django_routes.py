"""The routes of Django: `urlpatterns` and what they include."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..documents.facts import Addition, Handler, PythonModule
from ..model import Location
from ..source.regex import regex
from .python_beside import passes
from .python_graph import is_router_of_drf
from .python_names import PACKAGE, Meant, Python, handler_of, meant, module_file
from .route_files import Table
from .route_paths import joined
from .types import Route

_DEEPEST = 12
_MOST = 5_000
_METHODS = ("get", "post", "put", "patch", "delete", "head")
_QUIET = regex(
    r"(?:django|whitenoise|corsheaders|debug_toolbar|allauth|csp|axes|simple_history|django_prometheus|django_structlog|sentry_sdk"
    r"|django_htmx|reversion|auditlog|hijack|crum|waffle|django_otp|rest_framework|oauth2_provider|silk|request_logging|ratelimit)\..*"
)
"""Middlewares of packages that answer no path of their own."""
_HEALTH = regex(r"health|alive|watchman|heartbeat|status|probe|ping")
"""What packages are called that may answer probes."""
_ACCOUNTS = (
    "login/", "logout/", "password_change/", "password_change/done/", "password_reset/", "password_reset/done/",
    "reset/<uidb64>/<token>/", "reset/done/",
)  # fmt: skip
"""What `django.contrib.auth.urls` adds."""
_KNOWN = regex(
    r"(?:allauth|captcha|ckeditor\w*|debug_toolbar|dj_rest_auth|django_(?:browser_reload|ckeditor_5|prometheus|select2|summernote)|djoser"
    r"|drf_(?:spectacular|yasg)|filer|grappelli|hijack|jet|oauth2_provider|rest_framework\w*|rosetta|silk|social_django|tinymce|two_factor"
    r"|django\.(?:conf|contrib)|knox|simple_history|notifications|massadmin|nested_admin|smart_selects)\b"
)
"""Packages whose paths are their own matter, and none of which answers a probe."""
_IGNORED = frozenset(("static()", "staticfiles_urlpatterns()", "debug_toolbar_urls()"))
"""What adds only files, or nothing in production."""
_GROUP = regex(r"\\[AZbBdDsSwWz]|[.^$*+?{}\[\]|()\\]")


class _Found:
    """The routes while they are being put together."""

    def __init__(self, known: Python) -> None:
        self.known = known
        self.routes: list[Route] = []
        self.hidden: dict[str, None] = {}
        self.aliased: dict[str, None] = {}
        self.walked: list[str] = []


def django_table(known: Python, modules: tuple[PythonModule, ...]) -> tuple[Table, Location | None]:
    """The routes that the settings of `modules` lead to, and where those begin."""
    found = _Found(known)
    roots = dict.fromkeys(_roots(modules))
    if len(roots) != 1 or None in {name for _, name in roots}:
        return Table(hidden=("which file holds the first routes is not told",)), None
    settings, name = next(iter(roots))
    path = module_file(known, settings, name or "")
    if not path or path not in known.modules:
        return Table(hidden=(f"`{name}` was not found",)), None
    _walk(found, path, "urlpatterns", "/", 0)
    _beside(found, modules)
    first = next((a.span for a in known.modules[path].additions), known.modules[path].span)
    table = Table(tuple(found.routes), tuple(found.hidden), tuple(found.aliased))
    return table, Location(path, first)


def _roots(modules: tuple[PythonModule, ...]) -> Iterator[tuple[str, str | None]]:
    """The first modules of routes that settings name, each told once."""
    seen: set[str | None] = set()
    for module in modules:
        for one in module.assignments:
            if one.name.rpartition(".")[2] == "ROOT_URLCONF" and one.value.literal not in seen:
                seen.add(one.value.literal)
                yield module.path, one.value.literal


def _walk(found: _Found, path: str, name: str, prefix: str, depth: int) -> None:
    module = found.known.modules[path]
    own = [a for a in module.additions if a.receiver == name and _is_pattern(a)]
    found.walked.append(path)
    if depth > _DEEPEST or len(found.routes) > _MOST or len(found.walked) > _MOST:
        found.hidden["the routes lead into each other"] = None
        return
    if not own:
        found.hidden[f"`{name}` of {path} was not read"] = None
    for addition in own:
        if addition.verb == "patterns":
            _patterns(found, path, addition, prefix, depth)
        else:
            _route(found, module, addition, prefix, depth)


def _is_pattern(addition: Addition) -> bool:
    return addition.verb.partition(" ")[0] in ("path", "re_path", "url", "patterns")


def _patterns(found: _Found, path: str, addition: Addition, prefix: str, depth: int) -> None:
    """Routes that are added to a list as a whole."""
    target = addition.target
    if target.rpartition(".")[2] in _IGNORED:
        return
    if not _given(found, path, target, prefix, depth):
        found.hidden[f"not all routes in {path} are written out"] = None


def _given(found: _Found, path: str, target: str, prefix: str, depth: int) -> bool:
    """Whether the routes are known that a name stands for; they are added."""
    name = target.removesuffix(".urls")
    behind = meant(found.known, path, "", name)
    if behind is not None and is_router_of_drf(behind.application):
        _registered(found, behind, prefix)
        return True
    module = found.known.modules[path]
    if any(a.receiver == target and _is_pattern(a) for a in module.additions):
        _walk(found, path, target, prefix, depth + 1)
        return True
    other = meant(found.known, path, "", target)
    if other is not None and other.path in found.known.modules and not other.function:
        name = other.assigned.name if other.assigned is not None else "urlpatterns"
        _walk(found, other.path, name, prefix, depth + 1)
        return True
    return False


def _registered(found: _Found, router: Meant, prefix: str) -> None:
    """The paths of a router of Django REST framework: what is below each name is its own matter."""
    for module in found.known.modules.values():
        for addition in module.additions:
            if addition.verb != "register":
                continue
            own = meant(found.known, module.path, addition.scope, addition.receiver)
            if own is None or own.application != router.application or own.path != router.path:
                continue
            where = Location(module.path, addition.span)
            name = addition.path.literal if addition.path is not None else None
            if name is None or not name.strip("/^"):
                found.hidden[f"a name in {module.path} is not literal"] = None
            else:
                _wild(found, joined(prefix, _plain(name)[0]), where, addition.target)
    if router.application is not None:
        made = Location(router.path, router.application.span)
        root = Route(joined(prefix, ""), ("GET",), made, Handler(opaque=True), router.path)
        found.routes.append(root)


def _route(
    found: _Found, module: PythonModule, addition: Addition, prefix: str, depth: int
) -> None:
    where = Location(module.path, addition.span)
    literal = addition.path.literal if addition.path is not None else None
    if literal is None:
        found.hidden[f"a path in {module.path} is not literal"] = None
        return
    verb, _, included = addition.verb.partition(" ")
    path, whole = (literal, True) if verb == "path" else _plain(literal)
    at = joined(prefix, path)
    if included:
        _include(found, module, addition, (at, whole), depth)
    elif addition.target.endswith(".urls") or not whole:
        known = addition.target if addition.target == "admin.site.urls" or not whole else ""
        _wild(found, at, where, known)
    else:
        handler, methods, answering = _view(found, module, addition)
        name = addition.target.removesuffix(".as_view()").rpartition(".")[2]
        found.routes.append(Route(at, methods, where, handler, answering, name=name))


def _include(
    found: _Found, module: PythonModule, addition: Addition, at: tuple[str, bool], depth: int
) -> None:
    prefix, whole = at
    where = Location(module.path, addition.span)
    target = addition.target
    if not whole:
        _wild(found, prefix, where)
    elif target.startswith("'"):
        name = target.strip("'")
        path = module_file(found.known, module.path, name)
        if path == PACKAGE and _HEALTH.search(name):
            found.aliased[f"`{name}` answers probes"] = None
        if name == "django.contrib.auth.urls":
            for own in _ACCOUNTS:
                view = Handler(opaque=True)
                found.routes.append(Route(joined(prefix, own), ("ALL",), where, view, module.path))
        elif path and path in found.known.modules:
            _walk(found, path, "urlpatterns", prefix, depth + 1)
        else:
            _elsewhere(found, name, prefix, where, package=path == PACKAGE)
    elif not target or not _given(found, module.path, target, prefix, depth):
        _elsewhere(found, target, prefix, where, package=True)


def _elsewhere(found: _Found, name: str, prefix: str, where: Location, *, package: bool) -> None:
    """Routes that are not read: they are below a prefix, or anywhere."""
    if prefix == "/":
        found.hidden[f"`{name}`, which {where.path} includes, is not read"] = None
    elif not package:
        found.hidden[f"`{name}`, which {where.path} includes, was not found"] = None
    else:
        _wild(found, prefix, where, name if _KNOWN.match(name) else "")


def _wild(found: _Found, prefix: str, where: Location, name: str = "") -> None:
    """Something that answers any path below a prefix; by its name where that is known to answer no probe."""
    unknown = Handler(opaque=True)
    found.routes.append(Route(joined(prefix, "*"), ("ALL",), where, unknown, where.path, name=name))


def _view(
    found: _Found, module: PythonModule, addition: Addition
) -> tuple[Handler, tuple[str, ...], str]:
    """What answers a route, with which methods, and in which file."""
    target = addition.target
    name = target.removesuffix(".as_view()")
    unknown = Handler(calls=(target,) if target else (), opaque=True)
    behind = meant(found.known, module.path, addition.scope, name) if "(" not in name else None
    if behind is None or not behind.function:
        return unknown, ("ALL",), module.path
    if name == target:
        return handler_of(found.known, behind) or unknown, ("ALL",), behind.path
    own = found.known.modules[behind.path].functions
    methods = {m: f.handler for f in own for m in _METHODS if f.name == f"{behind.function}.{m}"}
    shown = tuple(method.upper() for method in methods) or ("ALL",)
    return methods.get("get", unknown), shown, behind.path


def _plain(pattern: str) -> tuple[str, bool]:
    """The text with which a regular expression begins, and whether that is all that it matches."""
    text = pattern.removeprefix("^").replace("\\.", ".").replace("\\-", "-").replace("\\/", "/")
    text = re.sub(r"/\?\$?$", "/", text)
    ends = text.endswith("$") or not text
    text = text.removesuffix("$")
    special = _GROUP.search(text)
    if special is None:
        return text, ends or text.endswith("/")
    return text[: special.start()].rpartition("/")[0], False


def _beside(found: _Found, modules: tuple[PythonModule, ...]) -> None:
    """The middlewares, which may answer by themselves."""
    for module in modules:
        for one in module.assignments:
            outer, _, last = one.name.rpartition(".")
            if last in ("ROOT_HOSTCONF", "PUBLIC_SCHEMA_URLCONF"):
                found.hidden[f"{module.path} chooses routes by the name of the host"] = None
            if last == "FORCE_SCRIPT_NAME" and one.value.literal != "None":
                found.aliased[f"{module.path} sets `FORCE_SCRIPT_NAME`"] = None
            if outer.rpartition(".")[2] != "MIDDLEWARE":
                continue
            name = one.value.literal
            if name is None:
                found.aliased[f"not all middlewares in {module.path} are written out"] = None
            elif not _QUIET.fullmatch(name) and not passes(name.rpartition(".")[2]):
                found.aliased[f"`{name}` may answer by itself"] = None
