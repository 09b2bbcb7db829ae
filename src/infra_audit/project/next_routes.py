"""The routes of Next.js: app and pages router, what hides some, what rewrites them."""

from __future__ import annotations

from collections.abc import Iterator

from ..source.regex import regex
from .route_files import (
    HANDLERS,
    Own,
    Table,
    app_path,
    base,
    exported,
    indexed,
    option,
    page,
    set_by_variable,
)
from .route_paths import is_rest, joined
from .types import Route

_CODE = r"\.(?:[cm]?[jt]sx?)$"
_APP_FILE = regex(
    rf"^(?:src/)?app/(?P<folders>(?:[^/]+/)*)(?P<kind>route|page)(?:{_CODE[:-1]}|\.mdx?)$"
)
_API_FILE = regex(rf"^(?:src/)?pages/(?P<path>api/.+|api){_CODE}")
_PAGE_FILE = regex(
    r"^(?:src/)?pages/(?!api/|(?:_app|_document|_error|404|500)\.)(?P<path>.+)\.(?:[jt]sx?|mdx)$"
)
_METADATA = regex(
    r"^(?:src/)?app/(?P<name>sitemap|robots|manifest|favicon)\.(?:[jt]s|txt|xml|json|webmanifest|ico)$"
)
_METADATA_PATHS = {
    "sitemap": "/sitemap.xml",
    "robots": "/robots.txt",
    "manifest": "/manifest.webmanifest",
    "favicon": "/favicon.ico",
}
_KNOWN_CATCH_ALLS = regex(
    r"auth|trpc|uploadthing|inngest|graphql|sanity|payload|novu|trigger|stack|better|clerk|saml"
    r"|orpc|mcp"
)
_MIDDLEWARE = regex(r"^(?:src/)?(?:middleware|proxy)\.(?:[jt]s)$")
_OWN_SERVER = regex(r"^(?:src/)?(?:server|server/index|server/server|app|index)\.(?:[cm]?[jt]s)$")


def next_routes(own: Own, start: str) -> Table:
    """The routes of Next.js: app and pages router. `start` is the start script's text."""
    prefix, hidden = base(own, "next", "basePath")
    routes: list[Route] = []
    for file in own.files:
        routes += _of_next(own, file)
    routes = [_under(prefix, route) for route in routes]
    more = [*hidden, *_next_hidden(own, start), *_catch_alls(routes)]
    return Table(tuple(routes), tuple(more), tuple(_next_aliases(own)))


def _under(prefix: str, route: Route) -> Route:
    if not prefix:
        return route
    return Route(
        joined(prefix, route.path),
        route.methods,
        route.location,
        route.handler,
        route.module,
        route.middleware,
    )


def _of_next(own: Own, file: str) -> list[Route]:
    found = _APP_FILE.match(file)
    if found:
        path = app_path(found["folders"])
        if path is None:
            return []
        return (
            exported(own, file, path, HANDLERS)
            if found["kind"] == "route"
            else [page(own, file, path)]
        )
    found = _API_FILE.match(file)
    if found:
        return exported(own, file, indexed(found["path"]), {"default": ("ALL",)})
    found = _PAGE_FILE.match(file)
    if found:
        return [page(own, file, indexed(found["path"]))]
    found = _METADATA.match(file)
    return [page(own, file, _METADATA_PATHS[found["name"]])] if found else []


_USUAL = regex(r"^\[(?:\s*['\"](?:[jt]sx?|mdx?)['\"]\s*,?)+\s*\]$")


def _next_hidden(own: Own, start: str) -> Iterator[str]:
    extensions = option(own, "next", "pageExtensions")
    raw = extensions.value.raw if extensions is not None and extensions.value is not None else ""
    if extensions is not None and not _USUAL.match(raw):
        yield "`pageExtensions` of next.config changes which files are routes"
    if "next start" in start:
        return
    for file in own.files:
        module = own.module(file) if _OWN_SERVER.match(file) else None
        started = not start or file.rpartition("/")[2].partition(".")[0] in start
        named = module.imports if module is not None and started else ()
        if any(one.specifier == "next" and not one.dynamic for one in named):
            yield f"{own.path(file)} is a server of its own in front of Next.js"


def _catch_alls(routes: list[Route]) -> Iterator[str]:
    """Handlers that answer any path near the root, so that they may hold routes of their own."""
    for route in routes:
        file = route.location.path
        parts = [part for part in route.path.split("/") if part]
        handled = "/pages/api/" in f"/{file}" or "/route." in file
        near = 0 < len(parts) <= 2 and is_rest(parts[-1])
        if handled and near and not _KNOWN_CATCH_ALLS.search(file.lower()):
            yield f"{file} answers every path below `{'/'.join(('', *parts[:-1])) or '/'}`"


def _next_aliases(own: Own) -> Iterator[str]:
    if option(own, "next", "rewrites") is not None:
        yield "next.config rewrites paths"
    if set_by_variable(option(own, "next", "basePath")):
        yield "a variable may set the `basePath` of next.config"
    configs = [m for f in own.files if f.startswith("next.config.") and (m := own.module(f))]
    if any(not module.config for module in configs):
        yield "the options of next.config are not seen"
    for file in own.files:
        if not _MIDDLEWARE.match(file):
            continue
        module = own.module(file)
        calls = (
            {c for e in module.exports for c in e.handler.calls} if module is not None else set()
        )
        opaque = module is None or any(e.handler.opaque for e in module.exports)
        if opaque or any("rewrite" in call.lower() or "intl" in call.lower() for call in calls):
            yield f"{own.path(file)} may rewrite paths"
