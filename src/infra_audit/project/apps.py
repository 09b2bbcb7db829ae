"""Which manifests belong to applications: something that is started and runs, not a library."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

from msgspec import Struct

from ..documents.facts import Manifest, Package, PackageScript
from ..model import Evidence, Location
from ..source.regex import regex
from .facts import Facts

_SERVERS = {
    "next": "next",
    "express": "express",
    "fastify": "fastify",
    "@nestjs/core": "nest",
    "hono": "hono",
    "koa": "koa",
    "@hapi/hapi": "hapi",
    "@adonisjs/core": "adonis",
    "@remix-run/node": "remix",
    "@remix-run/express": "remix",
    "@remix-run/serve": "remix",
    "@react-router/node": "react-router",
    "@react-router/express": "react-router",
    "@react-router/serve": "react-router",
    "nuxt": "nuxt",
    "@sveltejs/kit": "sveltekit",
    "@sveltejs/adapter-node": "sveltekit",
    "@astrojs/node": "astro",
    "@redwoodjs/api": "redwood",
    "@feathersjs/express": "feathers",
    "@strapi/strapi": "strapi",
    "payload": "payload",
    "meteor-node-stubs": "meteor",
    "elysia": "elysia",
    "polka": "polka",
    "restify": "restify",
    "graphql-yoga": "graphql-yoga",
    "@apollo/server": "apollo",
    "socket.io": "socket.io",
    "@trpc/server": "trpc",
    "ws": "ws",
}
_BUNDLED = frozenset(
    {
        "@sveltejs/kit",
        "@sveltejs/adapter-node",
        "nuxt",
        "next",
        "@remix-run/node",
        "@react-router/node",
    }
)
"""Servers whose framework is built into what is shipped, so that it may be a dev dependency."""
_OWN_SERVERS = frozenset(_SERVERS) - {"socket.io", "@trpc/server", "ws", "@apollo/server"}
_CLIENTS = frozenset({"vite", "react-scripts", "gatsby", "@angular/core", "@docusaurus/core", "vitepress", "astro",
                      "@11ty/eleventy"})  # fmt: skip
_DEVICES = frozenset({"electron", "react-native", "expo", "@capacitor/core", "@tauri-apps/api"})

_FOREIGN: dict[str, dict[str, str]] = {
    "python": {
        "django": "django", "flask": "flask", "fastapi": "fastapi", "uvicorn": "asgi", "gunicorn": "wsgi",
        "starlette": "starlette", "aiohttp": "aiohttp", "sanic": "sanic", "tornado": "tornado", "celery": "celery",
        "litestar": "litestar",
    },
    "ruby": {"rails": "rails", "sinatra": "sinatra", "puma": "puma", "hanami": "hanami"},
    "php": {"laravel/framework": "laravel", "symfony/framework-bundle": "symfony", "slim/slim": "slim"},
    "java": {"spring-boot": "spring", "spring-boot-starter-web": "spring", "quarkus": "quarkus",
             "micronaut": "micronaut"},
    "elixir": {"phoenix": "phoenix"},
    "go": {"github.com/gin-gonic/gin": "gin", "github.com/labstack/echo/v4": "echo", "github.com/gofiber/fiber/v2":
           "fiber", "github.com/go-chi/chi/v5": "chi", "github.com/gorilla/mux": "gorilla"},
    "rust": {"axum": "axum", "actix-web": "actix", "rocket": "rocket", "warp": "warp"},
    "dotnet": {"Microsoft.AspNetCore.App": "aspnet"},
}  # fmt: skip
"""By runtime: dependencies that make a server."""

_STARTS = ("start:prod", "start:production", "prod", "start", "serve", "serve:prod", "server")
_SELF_STARTED = frozenset({"next", "@sveltejs/adapter-node"})
"""What builds a server that is often started without a package script."""
_STATIC = regex(r"(?:^|[\s;&|/])(?:serve|http-server|vite preview|live-server)(?:\s|$)")
"""What hands out files and answers nothing itself."""
_RUNNERS = regex(
    r"(?:^|[\s;&|/])(?:node|next start|nest start|nuxt start|remix-serve|react-router-serve|ts-node\S*|tsx|bun|deno|pm2\S*"
    r"|npx tsx|strapi start|medusa start|adonis|sails lift|keystone start|nodemon)(?:\s|$)"
)


class App(Struct, frozen=True, kw_only=True):
    """An application with a manifest of its own, deployed or not."""

    folder: str
    name: str
    runtime: str
    frameworks: tuple[str, ...]
    serves: bool
    package: Package | None = None
    manifest: Manifest | None = None
    start: PackageScript | None = None
    dependencies: frozenset[str] = frozenset()

    def anchor(self) -> Evidence | None:
        """The place that shows that it is started, None where nothing in its manifest does."""
        if self.package is not None and self.start is not None:
            where = Location(self.package.path, self.start.script.span)
            return Evidence(where, f"`{self.start.name}` starts it: `{self.start.command}`")
        return None


def apps(facts: Facts) -> tuple[App, ...]:
    """The applications of the repository, by folder."""
    packages = [p for p in facts.packages if facts.is_production(p.path) and not _hidden(p.path)]
    by_name = {p.name: p for p in packages if p.name}
    run = frozenset((*_imaged(facts), *_functions(facts), *_supervised(facts)))
    found = [app for p in packages if (app := _node(p, by_name, run=folder_of(p.path) in run))]
    found = [app for app in found if app.folder in run or not _leads_to(app, found, run)]
    taken = {app.folder for app in found}
    foreign = tuple(_foreign(facts))
    found += [a for a in foreign if a.folder not in taken and not _is_list(a, foreign, facts)]
    return tuple(sorted(found, key=lambda a: a.folder))


def _leads_to(app: App, found: list[App], run: frozenset[str]) -> bool:
    """Whether an application only starts a file of another one, of which there is an image."""
    lead = f"{app.folder}/" if app.folder else ""
    words = app.start.command.split() if app.start is not None else []
    return any(
        other is not app and other.folder in run and f"{lead}{word}".startswith(f"{other.folder}/")
        for other in found
        for word in words
    )


def _hidden(path: str) -> bool:
    """In a folder for tools, or a shell around a web view: nothing that is deployed."""
    folders = path.split("/")[:-1]
    return any(folder.startswith(".") or folder == "src-tauri" for folder in folders)


def folder_of(path: str) -> str:
    """The folder of a path, '' for the root."""
    return path.rpartition("/")[0]


def start_script(package: Package) -> PackageScript | None:
    """The script of a manifest that starts it in production."""
    by_name = {script.name: script for script in package.scripts}
    return next((by_name[name] for name in _STARTS if name in by_name), None)


def _server_script(package: Package) -> PackageScript | None:
    """The script of a package without one of the usual names that starts its server's entry, and not to develop."""
    return next(
        (s for s in package.scripts if _ENTRY.fullmatch(s.command) and not _TASK.search(s.name)),
        None,
    )


_ENTRY = regex(
    r"(?:[A-Z]\w*=\S+ +)*(?:node|tsx|ts-node|bun|bun run) +(?:--[\w=./-]+ +)*[\w./-]*\b(?:server|main|index|app)\.[cm]?[jt]s"
)
_TASK = regex(r"dev|watch|test|debug|build|seed|migrat|worker|cron|script|cli|local|example|bench")


def starts_locally(package: Package, script: PackageScript) -> bool:
    """Whether a script starts what a platform runs as it does, but on a developer's machine only."""
    by_name = {other.name: other for other in package.scripts}
    led = _LEADS.fullmatch(script.command.strip())
    other = by_name.get(led[1]) if led else None
    return any(_LOCAL.search(s.command) for s in (script, other) if s is not None)


_LEADS = regex(r"(?:npm|pnpm|yarn|bun)(?: run)? ([\w:.-]+)")
_LOCAL = regex(r"(?:^|[\s;&|/])(?:wrangler (?:pages )?dev|vercel dev|netlify dev|sst dev)(?:\s|$)")
"""What stands in for a platform while developing: it deploys, and starts nothing by a package script."""


def _imaged(facts: Facts) -> Iterator[str]:
    """The folders with a Dockerfile of their own whose image starts a program of Node."""
    for dockerfile in facts.dockerfiles:
        if dockerfile.stages and facts.is_production(dockerfile.path):
            for instruction in dockerfile.stages[-1].instructions:
                words = _WORDS.sub(" ", instruction.argument)
                if instruction.keyword in ("CMD", "ENTRYPOINT") and _RUNNERS.search(words):
                    yield folder_of(dockerfile.path)


def _supervised(facts: Facts) -> Iterator[str]:
    """The folders of programs that pm2 runs, where each has one of its own."""
    for ecosystem in facts.ecosystems:
        if facts.is_production(ecosystem.path):
            for process in ecosystem.processes:
                directory = process.directory.literal if process.directory else ""
                script = process.script.literal if process.script else None
                if directory is not None and script is not None and process.cron is None:
                    place = normpath(join(folder_of(ecosystem.path), directory, script))
                    if place in facts.files and place.endswith(_CODE):
                        yield folder_of(place)


def _functions(facts: Facts) -> Iterator[str]:
    """The folders whose `api/` holds what Vercel runs for each request."""
    folders = {folder_of(h.path) for h in facts.hostings if h.path.endswith("vercel.json")}
    for folder in folders:
        lead = f"{folder}/api/" if folder else "api/"
        if any(path.startswith(lead) and path.endswith(_CODE) for path in facts.files):
            yield folder


_CODE = (".ts", ".js", ".mts", ".mjs")
_WORDS = regex(r"""[\[\]",]+""")
"""What stands between the words of an array."""


def _node(package: Package, by_name: dict[str, Package], *, run: bool) -> App | None:
    listed = {d.name for d in package.dependencies}
    own = {
        d.name for d in package.dependencies if d.group in ("dependencies", "optionalDependencies")
    }
    own |= listed & _BUNDLED
    frameworks = tuple(dict.fromkeys(name for dep, name in _SERVERS.items() if dep in own))
    start = start_script(package) or (_server_script(package) if own & _OWN_SERVERS else None)
    if listed & _DEVICES or (package.publishes and not (frameworks and start and package.private)):
        return None
    if start is not None and _STATIC.search(start.command):
        return None
    runs = start is not None and bool(_RUNNERS.search(start.command))
    starts = run or start is not None or bool(own & _SELF_STARTED)
    serves = (bool(own & _OWN_SERVERS) and starts) or (runs and bool(frameworks))
    if not serves and not runs and not (start and not listed & _CLIENTS and own):
        return None
    if not serves and not runs and package.workspaces:
        return None
    if package.workspaces and start is not None and not own & _OWN_SERVERS and not frameworks:
        return None
    return App(
        folder=folder_of(package.path),
        name=package.name or folder_of(package.path).rpartition("/")[2],
        runtime="node",
        frameworks=frameworks,
        serves=serves,
        package=package,
        start=None if start is not None and starts_locally(package, start) else start,
        dependencies=frozenset(listed | _of_workspaces(own, by_name)),
    )


def _of_workspaces(own: set[str], by_name: dict[str, Package]) -> set[str]:
    """The dependencies of the workspace packages that a package uses, transitively."""
    found: set[str] = set()
    queue = [name for name in own if name in by_name]
    seen = set(queue)
    while queue:
        package = by_name[queue.pop()]
        for dependency in package.dependencies:
            found.add(dependency.name)
            if dependency.name in by_name and dependency.name not in seen:
                seen.add(dependency.name)
                queue.append(dependency.name)
    return found


def _is_list(app: App, foreign: tuple[App, ...], facts: Facts) -> bool:
    """Whether a manifest of Python only lists what the application in a folder below it needs."""
    lead = f"{app.folder}/" if app.folder else ""
    below = tuple(
        f"{other.folder}/"
        for other in foreign
        if other.runtime == app.runtime == "python"
        and other.folder != app.folder
        and other.folder.startswith(lead)
    )
    return bool(below) and not any(
        path.endswith(".py") and path.startswith(lead) and not path.startswith(below)
        for path in facts.files
        if not _TESTED.search(path)
    )


_TESTED = regex(r"(?:^|/)(?:tests?|node_modules)/")


def _foreign(facts: Facts) -> Iterator[App]:
    by_folder: dict[tuple[str, str], list[Manifest]] = {}
    for manifest in facts.manifests:
        if facts.is_production(manifest.path) and not _hidden(manifest.path):
            folder = folder_of(manifest.path)
            if folder.rpartition("/")[2] == "requirements":
                folder = folder_of(folder)
            by_folder.setdefault((folder, manifest.runtime), []).append(manifest)
    for (folder, runtime), manifests in by_folder.items():
        names = frozenset(d.name for m in manifests for d in m.dependencies)
        lowered = {
            d.name.lower() for m in manifests for d in m.dependencies if d.group != "indirect"
        }
        known = _FOREIGN.get(runtime, {})
        frameworks = tuple(dict.fromkeys(f for dep, f in known.items() if dep.lower() in lowered))
        if frameworks:
            yield App(
                folder=folder,
                name=folder.rpartition("/")[2],
                runtime=runtime,
                frameworks=frameworks,
                serves=frameworks != ("celery",),
                manifest=manifests[0],
                dependencies=names,
            )
