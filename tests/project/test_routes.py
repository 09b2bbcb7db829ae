"""Route tables: what is found, what is hidden, what a handler reaches."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.project.route_paths import answers, joined
from infra_audit.project.routes import reachable_calls, routes, served
from infra_audit.project.types import Routes

from .linked import linked, package

EXPRESS = package("express")
NEXT = package("next", start="next start")
GET = "export async function GET() {\n  return Response.json({ ok: true });\n}\n"


def of(folder: Path, files: dict[str, str]) -> Routes:
    facts, deployables = linked(folder, files)
    (found,) = routes(facts, deployables)
    return found


def paths(found: Routes) -> list[str]:
    return [f"{','.join(route.methods)} {route.path}" for route in found.table]


TABLES = {
    "a router mounted through an import": (
        {
            "package.json": EXPRESS,
            "src/app.js": "import express from 'express';\nimport orders from './routes/orders.js';\n"
            "const app = express();\napp.use(express.json());\napp.use('/api/orders', orders);\n"
            "app.get('/health', (req, res) => res.send('ok'));\napp.listen(3000);\n",
            "src/routes/orders.ts": "import { Router } from 'express';\nconst router = Router();\n"
            "router.get('/', list);\nrouter.get('/:id', one);\nexport default router;\n",
        },
        ["GET /api/orders", "GET /api/orders/:id", "GET /health"],
    ),
    "a check that stands in a file with a router": (
        {
            "package.json": EXPRESS,
            "app.js": "const express = require('express');\n"
            "const { router: auth, signedIn } = require('./auth');\nconst manage = require('./manage');\n"
            "const app = express();\napp.use('/auth', auth);\napp.use('/manage', signedIn, manage);\n"
            "app.listen(3000);\n",
            "auth.js": "const router = require('express').Router();\n"
            "const signedIn = (req, res, next) => {\n  if (req.session.user) {\n    return next();\n  }\n"
            "  res.redirect('/');\n};\nrouter.post('/login', (req, res) => res.json({}));\n"
            "module.exports = { router, signedIn };\n",
            "manage.js": "const router = require('express').Router();\n"
            "const { signedIn } = require('./auth');\nrouter.use(signedIn);\n"
            "router.get('/orders', (req, res) => res.json([]));\nmodule.exports = router;\n",
        },
        ["POST /auth/login", "GET /manage/orders"],
    ),
    "routers put together by an index file": (
        {
            "package.json": EXPRESS,
            "app.js": "const express = require('express');\nconst routes = require('./routes');\n"
            "const app = express();\napp.use('/api', routes);\napp.listen(3000);\n",
            "routes/index.js": "const router = require('express').Router();\n"
            "router.use('/cart', require('./cart'));\nmodule.exports = router;\n",
            "routes/cart.js": "const router = require('express').Router();\n"
            "router.post('/', (req, res) => res.json({}));\nmodule.exports = router;\n",
        },
        ["POST /api/cart"],
    ),
    "a function that is handed the application": (
        {
            "package.json": EXPRESS,
            "index.js": "const express = require('express');\n"
            "const { register } = require('./routes');\nconst app = express();\nregister(app);\n"
            "app.use(express.json());\napp.listen(3000);\n",
            "routes.js": "function register(app) {\n  app.get('/ready', (req, res) => res.send('ok'));\n}\n"
            "module.exports = { register };\n",
        },
        ["GET /ready"],
    ),
    "Fastify's plugins below a prefix": (
        {
            "package.json": package("fastify"),
            "server.ts": "import Fastify from 'fastify';\nimport { orders } from './orders.js';\n"
            "const app = Fastify();\napp.get('/health', async () => ({ ok: true }));\n"
            "app.register(orders, { prefix: '/orders' });\napp.listen({ port: 3000 });\n",
            "orders.ts": "import type { FastifyInstance } from 'fastify';\n"
            "export async function orders(app: FastifyInstance) {\n  app.get('/:id', async () => 1);\n}\n",
        },
        ["GET /health", "GET /orders/:id"],
    ),
    "Next.js with groups, slots, private folders and parameters": (
        {
            "package.json": NEXT,
            "src/app/(shop)/products/[slug]/page.tsx": "export default function Page() {}\n",
            "src/app/@modal/cart/page.tsx": "export default function Page() {}\n",
            "src/app/_parts/page.tsx": "export default function Page() {}\n",
            "src/app/api/health/route.ts": GET,
            "pages/api/ping.ts": "export default function handler(req, res) {\n  res.send('ok');\n}\n",
            "pages/about/index.tsx": "export default function Page() {}\n",
        },
        [
            "GET /about",
            "ALL /api/ping",
            "GET /products/[slug]",
            "GET /cart",
            "GET /api/health",
        ],
    ),
    "Next.js below a base path": (
        {
            "package.json": NEXT,
            "next.config.mjs": "export default { basePath: '/docs' };\n",
            "app/api/health/route.ts": GET,
        },
        ["GET /docs/api/health"],
    ),
    "Nest with a global prefix": (
        {
            "package.json": package("@nestjs/core"),
            "src/main.ts": "import { NestFactory } from '@nestjs/core';\n"
            "async function bootstrap() {\n  const app = await NestFactory.create(AppModule);\n"
            "  app.setGlobalPrefix('api');\n  await app.listen(3000);\n}\nbootstrap();\n",
            "src/health.controller.ts": "import { Controller, Get } from '@nestjs/common';\n"
            "@Controller('health')\nexport class HealthController {\n  @Get()\n  check() {\n"
            "    return { ok: true };\n  }\n}\n",
        },
        ["GET /api/health"],
    ),
    "Remix by flat files": (
        {
            "package.json": package(
                "@remix-run/node", "@remix-run/serve", start="remix-serve ./build"
            ),
            "app/routes/_index.tsx": "export default function Home() {}\n",
            "app/routes/healthcheck.tsx": "export async function loader() {\n  return new Response('OK');\n}\n",
            "app/routes/_auth.login.tsx": "export default function Login() {}\n",
            "app/routes/notes_.$noteId.tsx": "export default function Note() {}\n",
            "app/routes/sitemap[.]xml.ts": "export async function loader() {\n  return new Response('');\n}\n",
        },
        ["GET /login", "GET /", "GET /healthcheck", "GET /notes/$noteId", "GET /sitemap.xml"],
    ),
    "SvelteKit": (
        {
            "package.json": package("@sveltejs/kit", start="node build"),
            "src/routes/(app)/cart/+page.svelte": "<h1>Cart</h1>\n",
            "src/routes/api/health/+server.ts": GET,
        },
        ["GET /cart", "GET /api/health"],
    ),
}


@pytest.mark.parametrize(("files", "expected"), TABLES.values(), ids=TABLES)
def test_the_table_is_known(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    found = of(tmp_path, files)
    assert paths(found) == expected
    assert found.known
    assert found.reason == ""


APP = "import express from 'express';\nconst app = express();\n"
HIDDEN = {
    "a path that is not literal": (
        {"package.json": EXPRESS, "app.js": f"{APP}app.get(path, (req, res) => res.send('ok'));\n"},
        "a path in app.js is not literal",
    ),
    "a router that was not found": (
        {
            "package.json": EXPRESS,
            "app.js": "import express from 'express';\nimport { apiRouter } from './api';\n"
            "const app = express();\napp.get('/', home);\napp.use('/api', apiRouter);\n",
        },
        "`apiRouter`, which app.js mounts, was not found",
    ),
    "a router that nobody mounts": (
        {
            "package.json": EXPRESS,
            "app.js": f"{APP}app.get('/', home);\napp.listen(3000);\n",
            "routes/orders.js": "import { Router } from 'express';\nexport const router = Router();\n"
            "router.get('/', list);\n",
        },
        "where routes/orders.js is mounted is not seen",
    ),
    "a package that adds routes": (
        {
            "package.json": package("express", "@godaddy/terminus"),
            "app.js": f"{APP}app.get('/', home);\napp.listen(3000);\n",
        },
        "`@godaddy/terminus` adds routes",
    ),
    "a server of its own in front of Next.js": (
        {
            "package.json": package("next", start="node server.js"),
            "server.js": "const next = require('next');\nconst app = next({});\n"
            "require('http').createServer(app.getRequestHandler()).listen(3000);\n",
            "app/page.tsx": "export default function Page() {}\n",
        },
        "server.js is a server of its own in front of Next.js",
    ),
    "routes declared in code": (
        {
            "package.json": package("@react-router/node", start="react-router-serve ./build"),
            "app/routes.ts": "export default [index('./page.tsx')];\n",
        },
        "the routes are declared in code, not by files",
    ),
    "a framework that is not read": (
        {"package.json": package("@hapi/hapi"), "server.js": "require('@hapi/hapi');\n"},
        "routes of hapi are not read",
    ),
    "another runtime": (
        {"Gemfile": 'source "https://rubygems.org"\ngem "rails"\ngem "puma"\n'},
        "routes of ruby are not read",
    ),
    "no routes at all": (
        {"package.json": EXPRESS, "index.js": "console.log('x');\n"},
        "no routes were found",
    ),
}


@pytest.mark.parametrize(("files", "reason"), HIDDEN.values(), ids=HIDDEN)
def test_what_may_add_routes_makes_the_table_unknown(
    tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    found = of(tmp_path, files)
    assert not found.known
    assert found.reason == reason


def test_rewrites_leave_the_table_known_with_a_reason(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "package.json": NEXT,
            "next.config.mjs": "export default { async rewrites() { return []; } };\n",
            "app/api/health/route.ts": GET,
        },
    )
    assert found.known
    assert found.reason == "next.config rewrites paths"


def test_middleware_in_front_of_a_route_is_named(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "package.json": EXPRESS,
            "app.js": "import express from 'express';\nimport { authenticate } from './auth.js';\n"
            "const app = express();\napp.get('/health', (req, res) => res.send('ok'));\n"
            "app.use('/admin', authenticate);\napp.get('/admin/users', requireAdmin, list);\n"
            "app.get('/other', list);\napp.listen(3000);\n",
            "auth.js": "export function authenticate(req, res, next) {\n  next();\n}\n",
        },
    )
    fronts = {route.path: route.middleware for route in found.table}
    assert fronts == {"/health": (), "/admin/users": ("authenticate", "requireAdmin"), "/other": ()}


CONTROLLER = {
    "package.json": EXPRESS,
    "src/app.ts": "import express from 'express';\nimport { health } from './health.controller';\n"
    "const app = express();\napp.get('/health', health);\napp.listen(3000);\n",
    "src/health.controller.ts": "import { prisma } from './prisma';\n"
    "import { ready } from './health.service';\nexport async function health(req, res) {\n"
    "  await ready();\n  res.json({ ok: true });\n}\n",
    "src/health.service.ts": "import { prisma } from './prisma';\nexport async function ready() {\n"
    "  await prisma.$queryRaw`SELECT 1`;\n}\n// process.env.DATABASE_URL\n",
    "src/prisma.ts": "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n",
}


def test_a_controller_is_followed_to_what_it_calls(tmp_path: Path) -> None:
    facts, deployables = linked(tmp_path, CONTROLLER)
    (found,) = routes(facts, deployables)
    (route,) = found.table
    assert route.module == "src/health.controller.ts"
    assert not route.handler.opaque
    calls, whole = reachable_calls(route, facts)
    assert {"ready", "prisma.$queryRaw", "res.json"} <= calls
    assert whole


def test_what_was_not_read_is_not_claimed(tmp_path: Path) -> None:
    files = {
        **CONTROLLER,
        "src/health.controller.ts": "import { check } from './checks';\n"
        "export async function health(req, res) {\n  await check();\n  res.json({ ok: true });\n}\n",
        "src/checks.ts": "export const check = async () => {};\n",
    }
    facts, deployables = linked(tmp_path, files)
    (found,) = routes(facts, deployables)
    calls, whole = reachable_calls(found.table[0], facts)
    assert "check" in calls
    assert not whole


def test_a_folder_of_files_answers_for_files_only(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "package.json": EXPRESS,
            "app.js": f"{APP}app.use(express.static('public'));\napp.get('/api/:id', one);\n"
            "app.listen(3000);\n",
        },
    )
    hit = served(found, "/api/1")
    assert hit is not None
    assert hit.path == "/api/:id"
    assert served(found, "/health") is None
    assert served(found, "/logo.svg") is not None
    assert served(found, "/") is not None


ANSWERS = {
    "the same path": ("/health", "/health", True),
    "a slash at its end": ("/health", "/health/", True),
    "a query": ("/health", "/health?full=1", True),
    "another path": ("/health", "/healthz", False),
    "a longer path": ("/health", "/health/live", False),
    "a parameter of Express": ("/users/:id", "/users/7", True),
    "a parameter of Next.js": ("/users/[id]", "/users/7", True),
    "a parameter of Remix": ("/users/$id", "/users/7", True),
    "a missing parameter": ("/users/:id", "/users", False),
    "an optional parameter": ("/type/:kind?", "/type", True),
    "a catch-all": ("/docs/[...slug]", "/docs/a/b", True),
    "a catch-all needs a part": ("/docs/[...slug]", "/docs", False),
    "an optional catch-all": ("/docs/[[...slug]]", "/docs", True),
    "a splat of Remix": ("/$", "/any/path", True),
    "a wildcard": ("/api/*", "/api/x/y", True),
    "a wildcard's own root": ("/api/*", "/api", True),
    "a wildcard of another folder": ("/api/*", "/web", False),
    "the root": ("/", "/", True),
}


@pytest.mark.parametrize(("route", "path", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_a_route_answers(route: str, path: str, expected: bool) -> None:
    assert answers(route, path) is expected


@pytest.mark.parametrize(
    ("prefix", "path", "expected"),
    [("/", "/", "/"), ("/api/", "/x/", "/api/x"), ("", "x", "/x"), ("/api", "", "/api")],
)
def test_paths_are_joined(prefix: str, path: str, expected: str) -> None:
    assert joined(prefix, path) == expected


@given(
    st.text(alphabet=st.sampled_from("/ab:*[].()$?{}"), max_size=30),
    st.text(alphabet=st.sampled_from("/ab.?#*"), max_size=30),
)
def test_any_path_is_no_fault(route: str, path: str) -> None:
    assert answers(route, path) in (True, False)


@given(st.lists(st.text(alphabet="abc-.", min_size=1, max_size=5), max_size=5))
def test_a_literal_route_answers_itself(parts: list[str]) -> None:
    path = joined("", "/".join(parts))
    assert answers(path, path)


def test_routes_survive_a_round_trip(tmp_path: Path) -> None:
    found = of(tmp_path, CONTROLLER)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Routes) == found
