"""Routes that tell whether an application is well: which of a route table are for probes."""

from __future__ import annotations

import re

from ..documents.facts import Handler
from ..source.regex import regex
from .code_routes import STATIC
from .types import Project, Route, Routes

_SURE = frozenset((
    "health", "healthz", "healthcheck", "health-check", "health_check", "_health", "__health", "_healthcheck", "healthy",
    "livez", "readyz", "liveness", "readiness", "lbheartbeat", "__lbheartbeat__", "__heartbeat__", "server-health",
    "api-health", "-health",
))  # fmt: skip
"""Last parts of a path that tell by themselves."""
_LIKELY = frozenset((
    "ready", "live", "alive", "status", "ping", "heartbeat", "up", "ok", "isalive", "is-alive", "uptime", "_status", "_ping",
    "_alive", "_ready", "server-status", "serverstatus", "monitor", "version", "hello",
))  # fmt: skip
"""Those that tell where only what is neutral stands before them."""
_WEAK = frozenset(("version", "hello", "monitor"))
"""Answered by the server itself, though not made for probes: too little to ask for, enough to doubt."""
_NEUTRAL = regex(
    r"api|rest|v\d+(?:\.\d+)?|internal|public|system|sys|service|server|resources?|monitoring|ops|infra|actuator"
    r"|probes?|checks?|core|meta|common|_|app|backend|management|manage|open|util|utils|misc|trpc|rpc|edge"
)
_REFINED = frozenset((
    "db", "database", "redis", "cache", "detailed", "details", "full", "deep", "simple", "basic", "check", "status", "storage",
    "ready", "live", "startup", "started", "liveness", "readiness", "ping", "all", "summary", "queue", "dependencies",
))  # fmt: skip
"""What may follow: `/health/ready`."""
_PARAMETER = regex(r"[\[\]:*{}$()<>]")
_CODE = (".py", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_ANSWERS = frozenset(("GET", "HEAD", "ALL"))
_GUARDED = regex(
    r"auth(?!or)|current_\w*user|jwt|verify|require(?!d?Json)|guard|admin|protect|token|permission|role|login|signed|clerk|session\b.*check",
    re.IGNORECASE,
)
_OPEN = regex(
    r"optional|throttl|ratelimit|limiter|csrf|passport\.(?:initialize|session)|^session$|public",
    re.IGNORECASE,
)
_ASKS = regex(
    r"(?:^|\.)(?:authenticate\w*|requireAuth\w*|requireUser\w*|requireAdmin\w*|requireSession\w*|requirePermission\w*"
    r"|getServerSession|getAuthUser|getUserFromToken|verifyToken\w*|verifyJwt|jwt\.verify|withAuth\w*|withAdmin\w*|assertAdmin"
    r"|checkAdmin\w*|isAdmin|ensureAuthenticated|currentUser|auth\.protect|auth|getSession|validateSession\w*|getToken"
    r"|get_current_\w+|current_user|login_required)$"
)


def probed(table: Routes, *, doubtful: bool = False) -> tuple[Route, ...]:
    """The routes of a table that a probe may ask without logging in, the plainest first.

    `doubtful` adds those that answer, but were not made for it (`/version`).
    """
    found = [
        r
        for r in table.table
        if (tells(r.path, doubtful=doubtful) or r.name.lower() in _SURE)
        and _answers(r)
        and not guarded(r)
    ]
    return tuple(sorted(found, key=lambda r: (r.path.count("/"), len(r.path), r.path)))


def tells(path: str, *, doubtful: bool) -> bool:
    """Whether a path is named as one that tells whether a server is well."""
    parts = [part.lower().partition(".")[0] for part in path.split("/") if part]
    if not parts or any(_PARAMETER.search(part) for part in parts):
        return False
    for at, part in enumerate(parts):
        before, after = parts[:at], parts[at + 1 :]
        if any(word not in _REFINED for word in after):
            continue
        if part in _SURE and not any(
            word in ("admin", "dashboard", "webhook", "webhooks") for word in before
        ):
            return True
        if (
            part in _LIKELY
            and (doubtful or part not in _WEAK)
            and all(_NEUTRAL.fullmatch(w) for w in before)
        ):
            return True
    return False


def guarded(route: Route) -> bool:
    """Whether a route wants to know who asks."""
    names = (*route.middleware,)
    if any(_GUARDED.search(name) and not _OPEN.search(name) for name in names):
        return True
    return any(_ASKS.search(call) for call in route.handler.calls)


def page(route: Route) -> bool:
    """Whether a route shows a page to people: a probe of one proves nothing."""
    name = route.module.rpartition("/")[2]
    stem = name.partition(".")[0]
    if route.methods == STATIC or not name.endswith(_CODE) or stem in {"page", "+page"}:
        return True
    return bool(re.search(r"(?:^|/)pages/(?!api/)", route.module)) and name.endswith(
        (".tsx", ".jsx")
    )


def _answers(route: Route) -> bool:
    if page(route):
        return False
    return not route.methods or bool(_ANSWERS & set(route.methods))


_DATABASES = regex(
    r"(?:^|\.|this\.)(?:_?(?:prisma|db|database|pool|knex|sequelize|mongoose|dataSource|datasource|orm|drizzle|pg|mysql|sqlite"
    r"|sql|mongo|mongodb|conn|connection|typeorm|entityManager|em|redis|supabase|kysely|dbRead|dbWrite|client)\w*)(?:\.|\(|$)",
)
_NAMED = regex(
    r"(?:DB|Db|Database|Postgres|Mongo|Prisma|Sql|SQL|Store)(?![a-z])|(?:^|\.)(?:db|database)(?=[A-Z_])"
    r"|HealthIndicator|\.pingCheck|\bhealth\.check"
)
_HARMLESS = regex(
    r"(?:res|reply|response|ctx|c|context|h|this\.logger|logger|log|console|request|req|Response|NextResponse|JSON|Date|Math|os"
    r"|process|Object|Array|Number|String|performance|Intl|path|Promise|config|this\.config|this\.configService|ConfigService|env)\b.*"
    r"|json|data|now|uptime|getUptime|version|getVersion|send|sendSuccess|ok|success|asyncHandler|catchAsync|toISOString|Date"
    r"|Boolean|parseInt|parseFloat|isNaN|readPackage\w*|headers|cors|setHeader"
    r"|(?:datetime|time|platform|timezone|sys|logging)\b.*|socket\.gethostname|(?:dict|list|str|int|float|bool|len|round|jsonify"
    r"|make_response|HttpResponse|JsonResponse|isoformat|[A-Z]\w*(?:Response|Status|Schema|Result|Out))"
)


def asks_database(calls: frozenset[str]) -> tuple[str, ...]:
    """The calls of a handler that reach a database, or are named as if they did."""
    return tuple(sorted(c for c in calls if not _HARMLESS.fullmatch(c) and _reaches(c)))


def _reaches(call: str) -> bool:
    if _NAMED.search(call):
        return True
    return bool(_DATABASES.search(call))


def harmless(calls: frozenset[str]) -> bool:
    """Whether calls, all of them, only build an answer."""
    return bool(calls) and all(_HARMLESS.fullmatch(call) for call in calls)


def hides(handler: Handler, asked: tuple[str, ...]) -> bool:
    """Whether a handler answers as if all were well when what it asked has failed."""
    if any(status >= 400 for status in handler.statuses):
        return False
    return handler.swallows and bool(set(handler.swallowed) & set(asked))


def tables(project: Project, folders: frozenset[str]) -> tuple[Routes, ...]:
    """The route tables of the deployables in some folders."""
    return tuple(t for t in project.routes if t.deployable in folders)
