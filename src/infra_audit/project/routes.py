"""What each deployable serves: its route table, or what hides a part of it."""

from __future__ import annotations

from ..documents.facts import Module
from ..model import START, Location
from .code_routes import STATIC, code_routes
from .facts import Facts
from .file_routes import astro_routes, nuxt_routes, svelte_routes
from .flat_routes import flat_routes
from .handlers import closure
from .imports import Code, Sources, package_of, sources
from .nest_routes import nest_routes
from .next_routes import next_routes
from .route_files import Own, Table, merged, public
from .route_paths import answers
from .types import Deployable, Route, Routes

__all__ = ["reachable_calls", "routes", "served"]

_CODE = ("express", "fastify", "hono", "koa", "polka", "restify")
_ADJUNCT = frozenset(("socket.io", "ws", "trpc", "apollo", "graphql-yoga"))
"""What speaks its own protocol at a path beside the routes of a framework."""
_READ = frozenset(
    (*_CODE, *_ADJUNCT, "next", "nest", "remix", "react-router", "sveltekit", "nuxt", "astro")
)
_ADDING = (
    "@godaddy/terminus",
    "lightship",
    "express-healthcheck",
    "express-actuator",
    "@fastify/under-pressure",
    "fastify-healthcheck",
    "@fastify/autoload",
    "fastify-autoload",
    "routing-controllers",
    "tsoa",
    "express-openapi-validator",
    "express-file-routing",
    "http-graceful-shutdown-health",
)
"""Packages that add routes which no call in the repository names."""
_PACKAGES = {
    "next": ("next",),
    "nest": ("@nestjs/core",),
    "remix": ("@remix-run/node", "@remix-run/express", "@remix-run/serve"),
    "react-router": ("@react-router/node", "@react-router/express", "@react-router/serve"),
    "sveltekit": ("@sveltejs/kit",),
    "astro": ("@astrojs/node", "astro"),
}


def routes(facts: Facts, deployables: tuple[Deployable, ...]) -> tuple[Routes, ...]:
    """A route table for every deployable that serves."""
    serving = [d for d in deployables if d.serves]
    known = sources(facts)
    files = _by_package(facts) if any(d.runtime == "node" for d in serving) else {}
    return tuple(_routes(deployable, facts, known, files) for deployable in serving)


def reachable_calls(route: Route, facts: Code) -> tuple[frozenset[str], bool]:
    """All that a route's handler calls, also inside the repository's own functions, as written.

    The second value tells whether that is all: False when something could not be followed.
    """
    module = next((m for m in facts.modules if m.path == route.module), None)
    if module is None:
        return frozenset(route.handler.calls), False
    found, whole = closure(route.handler, module, sources(facts))
    return found, whole and not (route.handler.opaque and not found - set(route.handler.calls))


def served(table: Routes, path: str) -> Route | None:
    """The route that answers a request for `path`, the most exact first; None where none is known.

    A folder of files answers for what has a suffix, and for its own root.
    """
    found = [r for r in table.table if answers(r.path, path) and _may_be_file(r, path)]
    return min(found, key=lambda r: (sum(c in "*[$:" for c in r.path), -len(r.path)), default=None)


def _may_be_file(route: Route, path: str) -> bool:
    if route.methods != STATIC:
        return True
    root = route.path.removesuffix("*").rstrip("/")
    return "." in path.rpartition("/")[2] or path.rstrip("/") == root


def _by_package(facts: Facts) -> dict[str, list[str]]:
    """The files of each package, by its folder."""
    found: dict[str, list[str]] = {}
    folders: dict[str, str] = {}
    for path in sorted(facts.files):
        folder = path.rpartition("/")[0]
        if folder not in folders:
            folders[folder] = package_of(path, facts.files)
        found.setdefault(folders[folder], []).append(path)
    return found


def _routes(
    deployable: Deployable, facts: Facts, known: Sources, files: dict[str, list[str]]
) -> Routes:
    if deployable.runtime == "python":
        from .python_tables import python_routes

        return python_routes(deployable, facts, _shown(deployable, facts))
    if deployable.runtime != "node":
        reason = f"routes of {deployable.runtime or 'this runtime'} are not read"
        shown = _shown(deployable, facts)
        return Routes(deployable.folder, "", known=False, reason=reason, table=(), location=shown)
    lead = len(deployable.folder) + 1 if deployable.folder else 0
    inside = files.get(deployable.folder, [])
    own = Own(deployable.folder, tuple(f[lead:] for f in inside), known, deployable.dependencies)
    modules = tuple(
        known.modules[f] for f in inside if f in known.modules and facts.is_production(f)
    )
    table = _table(deployable, own, modules)
    reason = (*table.hidden, *table.aliased, "")[0]
    return Routes(
        deployable=deployable.folder,
        framework=_framework(deployable),
        known=not table.hidden,
        reason=reason,
        table=table.routes,
        location=_shown(deployable, facts),
    )


def _framework(deployable: Deployable) -> str:
    """The framework that leads: one that brings its own routes before what it may stand on."""
    first = [f for f in deployable.frameworks if f not in _CODE and f not in _ADJUNCT]
    return (*first, *deployable.frameworks, "")[0]


def _table(deployable: Deployable, own: Own, modules: tuple[Module, ...]) -> Table:
    names = set(deployable.frameworks)
    unread = sorted(names - _READ)
    if unread:
        return Table(hidden=(f"routes of {unread[0]} are not read",))
    found = _of_files(names, own, deployable)
    own_routes = bool(found)
    if "nest" in names:
        found.append(nest_routes(modules, own.known))
    elif names & set(_CODE) or not own_routes:
        found.append(code_routes(_served(modules, names), own.known))
    table = merged(*found)
    more = [f"`{p}` adds routes" for p in _ADDING if p in _direct(deployable)]
    if not table.routes and not table.hidden:
        more.append("no routes were found")
    return merged(Table(hidden=tuple(more)), table)


def _served(modules: tuple[Module, ...], names: set[str]) -> tuple[Module, ...]:
    """The modules whose calls make routes; beside Next.js only those of another framework."""
    if "next" not in names:
        return modules
    return tuple(m for m in modules if any(r.framework in names for r in m.routes))


def _of_files(names: set[str], own: Own, deployable: Deployable) -> list[Table]:
    found = []
    if "next" in names:
        found.append(merged(next_routes(own, _start(deployable)), public(own, "public")))
    if names & {"remix", "react-router"}:
        found.append(flat_routes(own))
    if "sveltekit" in names:
        found.append(svelte_routes(own))
    if "nuxt" in names:
        found.append(nuxt_routes(own))
    if "astro" in names:
        found.append(astro_routes(own))
    return found


def _start(deployable: Deployable) -> str:
    scripts = deployable.package.scripts if deployable.package is not None else ()
    by_name = {s.name: s.command for s in scripts}
    return next(
        (by_name[n] for n in ("start:prod", "start:production", "start") if n in by_name), ""
    )


def _direct(deployable: Deployable) -> frozenset[str]:
    """What a deployable itself depends on in production."""
    package = deployable.package
    if package is None:
        return frozenset()
    return frozenset(d.name for d in package.dependencies if d.group == "dependencies")


def _shown(deployable: Deployable, facts: Facts) -> Location:
    """The place that shows the framework: the dependency on it, else the manifest."""
    package = deployable.package
    if package is not None:
        framework = _framework(deployable)
        wanted = _PACKAGES.get(framework, (framework,))
        for dependency in package.dependencies:
            if dependency.name in wanted:
                return Location(package.path, dependency.span)
        return Location(package.path, START)
    if deployable.manifest is not None:
        return Location(deployable.manifest.path, START)
    if deployable.evidence:
        return deployable.evidence[0].location
    return Location(min(facts.files, default=""), START)
