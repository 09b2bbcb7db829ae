"""Routes that files stand for: SvelteKit, Nuxt, Astro."""

from __future__ import annotations

import re
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
    merged,
    page,
    public,
)
from .route_paths import joined
from .types import Route

_SVELTE = regex(
    r"^src/routes/(?P<folders>(?:[^/]+/)*)\+(?P<kind>server|page(?:\.server)?)(?:@[^.]*)?\.(?P<suffix>svelte|[jt]s)$"
)


def svelte_routes(own: Own) -> Table:
    """The routes of SvelteKit."""
    prefix, hidden = base(own, "svelte", "kit.paths.base")
    routes: list[Route] = []
    pages = {file.rpartition("/")[0] for file in own.files if file.endswith("+page.svelte")}
    for file in own.files:
        found = _SVELTE.match(file)
        if found is None:
            continue
        path = joined(prefix, app_path(found["folders"]) or "")
        if found["kind"] == "server":
            routes += exported(own, file, path, {**HANDLERS, "fallback": ("ALL",)})
        elif found["suffix"] == "svelte" or file.rpartition("/")[0] not in pages:
            routes.append(
                page(own, file, path)
            )  # a page's server file answers alone too: it redirects
    return merged(Table(tuple(routes), (*hidden, *_hooks(own))), public(own, "static"))


def _hooks(own: Own) -> Iterator[str]:
    for file in ("src/hooks.server.ts", "src/hooks.server.js"):
        module = own.module(file) if file in own.files else None
        for export in module.exports if module is not None else ():
            if export.name == "handle" and any(s < 300 for s in export.handler.statuses):
                yield f"{own.path(file)} may answer by itself"


# ── Nuxt ─────────────────────────────────────────────────────────────────────────────────────────

_NUXT = regex(r"^(?P<root>(?:app/|src/)?server/(?:api|routes))/(?P<path>.+)\.[cm]?[jt]s$")
_NUXT_PAGE = regex(r"^(?:app/|src/)?pages/(?P<path>.+)\.vue$")
_VERB = regex(r"\.(get|post|put|patch|delete|head|options)$")


def nuxt_routes(own: Own) -> Table:
    """The routes of Nuxt: its server's files and its pages."""
    prefix, hidden = base(own, "nuxt", "app.baseURL")
    routes: list[Route] = []
    for file in own.files:
        found = _NUXT.match(file)
        shown = _NUXT_PAGE.match(file)
        if found:
            path = found["path"]
            verb = _VERB.search(path)
            methods = (verb[1].upper(),) if verb else ("ALL",)
            path = indexed(_VERB.sub("", path))
            prefix = "/api" if found["root"].endswith("/api") else ""
            routes += exported(
                own, file, joined(prefix, joined(prefix, path)), {"default": methods}
            )
        elif shown:
            routes.append(page(own, file, joined(prefix, indexed(shown["path"]))))
    more = tuple(
        f"{own.path(f)} may answer by itself"
        for f in own.files
        if re.match(r"(?:app/|src/)?server/(?:middleware|plugins)/", f)
    )
    return merged(Table(tuple(routes), (*hidden, *more[:1])), public(own, "public"))


# ── Astro ────────────────────────────────────────────────────────────────────────────────────────

_ASTRO = regex(r"^src/pages/(?P<path>.+)\.(?P<suffix>astro|mdx?|html|[jt]s)$")


def astro_routes(own: Own) -> Table:
    """The routes of Astro."""
    prefix, hidden = base(own, "astro", "base")
    routes: list[Route] = []
    for file in own.files:
        found = _ASTRO.match(file)
        if found is None or any(part.startswith("_") for part in found["path"].split("/")):
            continue
        path = joined(prefix, indexed(found["path"]))
        if found["suffix"] in ("ts", "js"):
            routes += exported(own, file, path, {**HANDLERS, "ALL": ("ALL",)})
        else:
            routes.append(page(own, file, path))
    return merged(Table(tuple(routes), hidden), public(own, "public"))
