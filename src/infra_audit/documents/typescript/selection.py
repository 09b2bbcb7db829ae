"""Which TypeScript and JavaScript files are worth reading, and which also a syntax tree."""

from __future__ import annotations

import re

from ...source.regex import regex
from ..oversized import oversized

_SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_UNUSED = regex(r"\.(?:test|spec|stories|d)\.\w+$|(?:^|/)__(?:tests|mocks|fixtures)__/")
_NAMES = (
    "instrumentation",
    "middleware.",
    "proxy.",
    "server.",
    "entry.server.",
    "main.",
    "+server.",
    "health",
    "liveness",
    "readiness",
)
"""How the name of a file that deserves a tree begins."""

_CONFIGS = (
    "astro.",
    "drizzle.",
    "next.",
    "nuxt.",
    "postcss.",
    "prisma.",
    "react-router.",
    "remix.",
    "sentry.",
    "svelte.",
    "vite.",
)
_ROUTED = regex(r"/(?:route\.|pages/api/|server/api/|server/routes/)")
_SMALL_ROUTE = 6_000
"""Of a route larger than this, and not named like a probe, only the exports' names are read."""
_PROBES = regex(r"/(?:health|ready|live|status|ping|heartbeat)", re.IGNORECASE)

_ASIDE = regex(r"(?:^|/)(?:scripts?|tests?|e2e|tools?|\.[^/]+)/|\.config\.\w+$")
"""What an application does not load: scripts, tests, what other programs read."""
_SMALL_DEMAND = 20_000
_PARSES = regex(rb"(?:arse\(\s*process\.env\s*\)|cleanEnv\(\s*process\.env\b)")
_ENDS = (b"throw ", b"process.exit(", b"invariant(", b"assert")
_OUTERMOST = (b"if (", b"if(", b"for (", b"try {", b"invariant(", b"assert")
_AT_ONCE = (*(b"\n" + word for word in _OUTERMOST), b".forEach(", b"?? (()")
_CALLED = regex(rb"""\(\s*['"][A-Z][A-Z0-9_]*['"]\s*\)|^\w+\(\)""", re.MULTILINE)
"""What a file does as soon as it is loaded, or asks of a variable by its name."""

_HEAD = 6_144
"""Imports stand at the top of a file."""
_SERVER = (
    rb"""['"](?:express|fastify|hono|koa|koa-router|@koa/router|@hono/[\w-]+|@sentry/[\w-]+"""
    rb"""|@nestjs/(?:common|core|terminus)|polka|restify|express-promise-router)['"/]"""
)
_FROM = regex(rb"from " + _SERVER)
_REQUIRED = regex(rb"require\(" + _SERVER)
"""Every pattern for whole files begins with a literal, which makes it ten times as fast."""
_NEST = (b"@Controller", b"NestFactory", b"HealthIndicator")
_MADE = (
    b"new Hono",
    b"express(",
    b"outer(",
    b"astify(",
    b"new Koa",
    b"new Elysia",
    b"FastifyPlugin",
)
_ANSWERS = regex(
    rb"""\.(?=[gpdaorum])(?:get|post|put|patch|delete|all|on|options|route|register|use|mount)\(\s*['"`(\[\w/]"""
)
"""What a file that imports a server's library must hold: most only name its types."""
_LISTENS = rb"listen\(|(?<=Sentry\.)init|(?<=Bun\.)serve"
_STARTS = regex(rb"\.(?:" + _LISTENS + rb")")
_CALLS = regex(rb"""\.(?:use\(|register\(|get\(['"]/)""")
_ROUTES = (
    rb"""(?=(?:get|all|use|register|route)\(\s*['"`(\[\w])(?:(?<=\bapp\.)|(?<=\brouter\.)"""
    rb"""|(?<=\bserver\.)|(?<=\bfastify\.)|(?<=\broute\.)|(?<=\broutes\.))"""
)
_ROUTE = regex(rb"\." + _ROUTES)
_ANY = regex(rb"\.(?:env(?<=process\.env)|" + _LISTENS + rb"|" + _ROUTES + rb")")
"""What most files do not hold is told in one go: an environment variable, a start, a route."""


def is_unused(path: str) -> bool:
    """Whether a file is of tests, stories or type declarations: they hold nothing of production."""
    return not path.endswith(_SUFFIXES) or _UNUSED.search(path) is not None


def relevant(path: str, data: bytes) -> bool:
    """Whether a file may hold any fact: told from its path and from byte literals alone."""
    if is_unused(path):
        return False
    if names_sqlite(data):
        return not oversized(data)
    if _ANY.search(data) is None and _imported(data) is None and not _named(path, data):
        return routed(path) and not oversized(data)
    if b"process.env" not in data and not structural(path, data) and not routed(path):
        return False
    return not oversized(data)


def names_sqlite(data: bytes) -> bool:
    """Whether a file names SQLite: what imports or configures any client of it does."""
    return b"sqlite" in data


def in_browser(data: bytes) -> bool:
    """Whether browsers run a file that names a variable for them: it says so, or uses what only they have."""
    return b"NEXT_PUBLIC_" in data and _IN_BROWSER.search(data) is not None


_IN_BROWSER = regex(rb"""(?<=['"])use client['"]|localStorage\.|window\.|use(?:State|Effect)\(""")


def structural(path: str, data: bytes) -> bool:
    """Whether a file may hold more than environment variables and names of exports."""
    if _named(path, data) or _STARTS.search(data) is not None or _serves(path, data):
        return True
    return len(data) < _SMALL_ROUTE and routed(path)


def demanding(path: str, data: bytes) -> bool:
    """Whether a small file of an application may end it where a variable is missing."""
    if _ASIDE.search(path) is not None:
        return False
    if len(data) > _SMALL_DEMAND or b"process.env" not in data:
        return False
    if _PARSES.search(data) is not None:
        return True
    if not any(word in data for word in _ENDS):
        return False
    at_once = data.startswith(_OUTERMOST) or any(mark in data for mark in _AT_ONCE)
    return at_once or _CALLED.search(data) is not None


def routed(path: str) -> bool:
    """Whether a framework serves a file because of where it lies."""
    return _ROUTED.search(f"/{path}") is not None


def _named(path: str, data: bytes) -> bool:
    folder, _, name = f"/{path}".rpartition("/")
    if ".config." in name:
        return name.startswith(_CONFIGS)
    if name.startswith(_NAMES) or (not path.endswith("x") and _PROBES.search(f"/{path}")):
        return True
    return "/routes" in folder and b"loader" in data and b"export default" not in data


def _imported(data: bytes) -> re.Match[bytes] | None:
    """The import of a server's library."""
    return _FROM.search(data, 0, _HEAD) or _REQUIRED.search(data, 0, _HEAD)


def _serves(path: str, data: bytes) -> bool:
    imported = _imported(data)
    if imported is None:
        if path.endswith("x"):
            return False
        return _ROUTE.search(data) is not None and _CALLS.search(data) is not None
    if b"@nestjs" in imported[0]:
        return any(word in data for word in _NEST)
    if b"@sentry" in imported[0]:
        return b"nit(" in data
    return _ANSWERS.search(data) is not None or any(word in data for word in _MADE)
