"""What may answer requests to an application beside the routes that are read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..documents.facts import Handler, Module, RouteCall
from ..flow.behaviour import analyse
from ..source.regex import regex
from .handlers import settled
from .imports import PACKAGE, Sources, binding, resolve, sources
from .owners import enclosing
from .types import Deployable, Project, Routes

_QUIET = regex(
    r"@?fastify/(?:accepts|auth|aws-lambda|basic-auth|bearer-auth|circuit-breaker|compress|cookie|cors|csrf-protection|env|etag"
    r"|formbody|helmet|jwt|mongodb|multipart|mysql|postgres|rate-limit|redis|request-context|response-validation|routes"
    r"|secure-session|sensible|session|schedule|url-data|websocket)|fastify-(?:plugin|cors|helmet|jwt|cookie|formbody|multipart"
    r"|type-provider-zod|raw-body)"
    r"|express|hono(?:/.*)?|@hono/(?:sentry|zod-validator|clerk-auth|node-server|valibot-validator)|koa|http|https"
    r"|@sentry/.*|dd-trace|newrelic|elastic-apm-node|@opentelemetry/.*|supertest"
    r"|body-parser(?:-xml)?|compression|connect-(?:flash|livereload|redis|mongo|timeout)|cookie-(?:parser|session)|@?koa/cors|cors"
    r"|csurf|csrf-csrf|express-(?:session|rate-limit|slow-down|fileupload|mongo-sanitize|validator|winston|pino-logger|useragent"
    r"|async-errors|async-handler|ws|handlebars|ejs-layouts|request-id|requestid|http-context|jwt)|helmet|hpp|method-override"
    r"|morgan(?:-body)?|multer|passport|pino-http|rate-limiter-flexible|response-time|serve-favicon|socket\.io|winston|xss-clean"
    r"|xss|useragent|ua-parser-js|geoip-lite|i18next-http-middleware|hbs|nocache|on-finished|raw-body|request-ip|trust-proxy"
    r"|koa-(?:body|bodyparser|compress|cors|helmet|json|logger|session|morgan|ratelimit|response-time|conditional-get|etag)"
    r"|@clerk/(?:express|fastify|backend)|http-errors|cls-rtracer|serverless-http|@vendia/serverless-express"
)
"""Packages whose middlewares and helpers answer no path of their own."""
_ANSWERING = frozenset({"apollo", "graphql-yoga", "trpc"})
"""Frameworks with paths of their own, also for probes."""
_OF_APOLLO = regex(r"graphql|/\.well-known/|^/$")
"""The paths of Apollo Server: where it is mounted, and its own health check."""
_SOCKETS = "/socket.io"
_FILES = frozenset({"next", "remix", "react-router", "sveltekit", "nuxt", "astro"})
"""Frameworks whose files are their routes."""
_MIDDLEWARE = regex(
    r"(?:src/)?(?:middleware|proxy|hooks\.server|entry\.server)\.\w+$|server/(?:middleware|plugins)/"
)
_MOVING = frozenset({"redirects", "rewrites", "i18n"})
_PASSES = regex(
    r"limit|logg?er|cors|helmet|compress|parser|metric|tracing|error|not_?found", re.IGNORECASE
)
"""Names of what was not found, but passes requests on or answers with a failure."""
_VERBS = (".get", ".all", ".use", ".route", ".register", ".head")


def beyond(table: Routes, path: str, project: Project) -> str:
    """What may answer a request for `path` though no route of the table does; '' where nothing may."""
    app = next((d for d in project.deployables if d.folder == table.deployable), None)
    if app is None:
        return "the application is not known"
    answering = sorted(_ANSWERING.intersection(app.frameworks))
    if answering and (answering != ["apollo"] or _OF_APOLLO.search(path)):
        return f"{answering[0]} has paths of its own"
    if "koa" in app.frameworks:
        return "the middlewares of Koa are not read"
    if path.startswith(_SOCKETS) and "socket.io" in app.dependencies:
        return "socket.io answers there"
    if _FILES.intersection(app.frameworks) and (doubt := _beside_files(path, app, project)):
        return doubt
    if app.runtime == "python":
        return _before_python(app, project)
    known = sources(project)
    for module in project.modules:
        if project.purposes.get(module.path, "production") == "production" and (
            enclosing(module.path.rpartition("/")[0], project.deployables) == table.deployable
        ):
            for doubt in _doubts(module, path, known):
                return doubt
    return ""


def whole(table: Routes, project: Project) -> bool:
    """Whether no package that a Nest application depends on may add controllers to it."""
    app = next((d for d in project.deployables if d.folder == table.deployable), None)
    if app is None or app.package is None:
        return False
    names = [d.name for d in app.package.dependencies if d.group == "dependencies"]
    return not any(_MAY_BRING.search(name) and not _BRINGS_NONE.fullmatch(name) for name in names)


_MAY_BRING = regex(r"^@|nest|health|actuator|admin")
"""Packages of some organisation, which may hold modules for Nest, and those that say so."""
_BRINGS_NONE = regex(
    r"@nestjs/(?:axios|bull|bullmq|cache-manager|common|config|core|cqrs|event-emitter|jwt|mapped-types|microservices|mongoose"
    r"|passport|platform-(?:express|fastify|socket\.io|ws)|schedule|sequelize|swagger|throttler|typeorm|websockets)"
    r"|nest-winston|nestjs-(?:cls|pino)|@nestjs-modules/(?:ioredis|mailer)|@sentry/.*|@prisma/.*|@types/.*|@aws-sdk/.*"
    r"|@google-cloud/.*|@azure/.*|@opentelemetry/.*|@supabase/.*|@sendgrid/.*|@slack/.*|@casl/.*|@faker-js/faker|@swc/.*"
    r"|@socket\.io/.*|firebase-admin"
)
"""Those that bring no controllers."""


def _before_python(app: Deployable, project: Project) -> str:
    """What a command that starts an application of Python does to its paths."""
    for unit in project.units:
        if unit.start is not None and unit.deployable in (app.folder, None):
            for run in analyse(unit.start).runs:
                if any((word or "").startswith("--root-path") for word in run.arguments):
                    return f"{unit.name} is told a `--root-path`"
    return ""


def _beside_files(path: str, app: Deployable, project: Project) -> str:
    """What else answers where the files of an application are its routes."""
    if path.startswith("/_") or "." in path.rpartition("/")[2]:
        return "a file may be served there"
    lead = f"{app.folder}/" if app.folder else ""
    for module in project.modules:
        name = module.path.removeprefix(lead)
        if not module.path.startswith(lead) or project.purposes.get(module.path) != "production":
            continue
        if module.listens:
            return f"{module.path} is a server of its own"
        if _MIDDLEWARE.match(name) and (module.acts_at is None or path.startswith(module.acts_at)):
            return f"{module.path} may answer by itself"
        if name.startswith("next.config.") and any(e.name in _MOVING for e in module.config):
            return f"{module.path} leads other paths on"
    return ""


def _doubts(module: Module, path: str, known: Sources) -> Iterator[str]:
    for name in module.handed:
        if not _is_followed(name, module, known):
            yield f"`{name}` in {module.path} may add routes"
    for call in module.routes:
        used = call.method == "USE" and call.framework != "nest" and _leads(call, path)
        if used and _may_answer(call, module, known):
            yield f"`{call.target or 'a function'}` in {module.path} may answer by itself"
    for entry in module.config:
        raw = entry.value.raw if entry.value is not None else ""
        if entry.name == "globalPrefix.exclude" and ("..." in raw or not raw.startswith("[")):
            yield f"what the prefix leaves out in {module.path} is not literal"


def _leads(call: RouteCall, path: str) -> bool:
    """Whether a request for `path` may come to what is mounted, wherever that itself is mounted."""
    first = (call.path or "").strip("/").partition("/")[0].lower()
    return not _PLAIN.fullmatch(first) or first in path.lower().split("/")


_PLAIN = regex(r"[\w.-]+")


def _package(module: Module, name: str, known: Sources) -> tuple[str, str | None]:
    """What binds a name: the specifier of its import, and the file or package that this means."""
    imported = binding(module, name.partition(".")[0].partition("(")[0])
    specifier = imported.specifier if imported is not None else name
    if imported is None and not name.startswith(".") and name not in known.dependencies:
        return "", None
    return specifier, resolve(known, module.path, specifier)


def _is_followed(name: str, module: Module, known: Sources) -> bool:
    """Whether what a call adds to an application it is given was read, or it adds nothing."""
    if name in ("[]", "()", "=", "createServer", "createSecureServer"):
        return False
    specifier, path = _package(module, name, known)
    if specifier and (_QUIET.fullmatch(specifier) or specifier.startswith("node:")):
        return True
    if specifier:
        other = known.modules.get(path or "")
        return other is not None and any(r.method != "USE" or r.target for r in other.routes)
    own = next((f for f in module.functions if f.name == name), None)
    receivers = {r.receiver for r in module.routes}
    added = [c for c in own.handler.calls if c.endswith(_VERBS)] if own is not None else []
    return bool(added) and all(c.rpartition(".")[0] in receivers for c in added)


def _may_answer(call: RouteCall, module: Module, known: Sources) -> bool:
    """Whether what a call of `use` puts in front may answer, where it is no router that was read."""
    if not call.target:
        return call.handler.opaque or _answers(call.handler)
    head = call.target.partition(".")[0].partition("(")[0]
    if head in {r.receiver for r in module.routes}:
        return False
    specifier, path = _package(module, call.target, known)
    if path == PACKAGE or specifier.startswith("node:"):
        logs_in = call.target.endswith(".authenticate")
        return logs_in or not _QUIET.fullmatch(specifier)
    other = known.modules.get(path or "")
    if other is not None and (any(r.method != "USE" for r in other.routes) or _only_mounts(other)):
        return False
    behind = settled(call.handler, module, known)
    if behind.handler.opaque:
        return _PASSES.search(call.target) is None
    return _answers(behind.handler)


def _only_mounts(module: Module) -> bool:
    """Whether a file puts a router together from others, each at a path; they are asked by themselves."""
    return bool(module.routes) and all(r.target and r.path for r in module.routes)


def _answers(handler: Handler) -> bool:
    """Whether a function may answer what a probe takes for well, or send it elsewhere."""
    return any(status < 400 for status in handler.statuses) or any(
        call.endswith(".redirect") for call in handler.calls
    )
