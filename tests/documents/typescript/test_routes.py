from __future__ import annotations

import pytest

from infra_audit.documents.facts import RouteCall
from infra_audit.documents.typescript import parse
from infra_audit.source.text import Text

_EXPRESS = "import express, { Router } from 'express'\nconst app = express()\n"
_HONO = "import { Hono } from 'hono'\n"
_FASTIFY = "import Fastify from 'fastify'\nconst fastify = Fastify({ logger: true })\n"
_KOA = "const Router = require('@koa/router')\n"
_NEST = "import { Controller, Get, Post, All, VERSION_NEUTRAL } from '@nestjs/common'\n"


def _routes(content: str) -> tuple[RouteCall, ...]:
    return parse(Text("server.ts", content)).routes


def _shown(content: str) -> list[str]:
    return [
        f"{one.method} {one.path} {one.receiver}{' ' + one.target if one.target else ''}"
        for one in _routes(content)
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("app.get('/x', (q, s) => {})", ["GET /x app"], id="a route"),
        pytest.param("app.get(`/x`, f)", ["GET /x app"], id="a template"),
        pytest.param("const p = '/x'\napp.get(`${p}/y`, f)", ["GET /x/y app"], id="a constant"),
        pytest.param("app.get(prefix + '/x', f)", ["GET None app"], id="not literal"),
        pytest.param("app.get(/x/, f)", ["GET None app"], id="a pattern"),
        pytest.param("app.get(['/x', '/y'], f)", ["GET /x app", "GET /y app"], id="two paths"),
        pytest.param("app.get('view engine')", [], id="a setting"),
        pytest.param("cache.get('/x', f)", [], id="another object"),
        pytest.param("app.use('/api', router)", ["USE /api app router"], id="a mount"),
        pytest.param("app.use(auth, router)", ["USE / app auth", "USE / app router"], id="two"),
        pytest.param(
            "app.use('/a', require('./a'))", ["USE /a app ./a"], id="a mount required in place"
        ),
        pytest.param("app.use(PREFIX, router)", ["USE None app router"], id="an unknown prefix"),
        pytest.param(
            "const r = Router()\nr.route('/x').get(f).post(g)",
            ["GET /x r", "POST /x r"],
            id="a chained route",
        ),
        pytest.param(
            "class S { r = express.Router(); constructor() { this.r.get('/x', this.f) } }",
            ["GET /x this.r"],
            id="a property",
        ),
        pytest.param(
            "function add(web: express.Application) { web.put('/x', f) }",
            ["PUT /x web"],
            id="a typed parameter",
        ),
    ],
)
def test_express(content: str, expected: list[str]) -> None:
    assert _shown(_EXPRESS + content) == expected
    assert _shown("\ufeff" + (_EXPRESS + content).replace("\n", "\r\n")) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("fastify.get('/x', async () => 1)", ["GET /x fastify"], id="a route"),
        pytest.param(
            "fastify.route({ method: ['GET', 'HEAD'], url: '/x', handler: f })",
            ["GET /x fastify", "HEAD /x fastify"],
            id="a described route",
        ),
        pytest.param(
            "fastify.register(users, { prefix: '/v1' })", ["USE /v1 fastify users"], id="a plugin"
        ),
        pytest.param(
            "fastify.register(users, options)", ["USE None fastify users"], id="unknown options"
        ),
        pytest.param(
            "fastify.register(async (f) => { f.get('/x', h) }, { prefix: '/v1' })",
            ["GET /v1/x f"],
            id="a plugin in place",
        ),
    ],
)
def test_fastify(content: str, expected: list[str]) -> None:
    assert _shown(_FASTIFY + content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "const app = new Hono<E>().basePath('/api')\napp.get('/x', (c) => c.text('x'))",
            ["GET /api/x app"],
            id="a base path",
        ),
        pytest.param(
            "const app = new Hono().basePath(base)\napp.get('/x', f)",
            ["GET None app"],
            id="an unknown base path",
        ),
        pytest.param(
            "export default new Hono().get('/x', f).post('/y', g)",
            ["GET /x default", "POST /y default"],
            id="a chain",
        ),
        pytest.param(
            "const app = new Hono()\napp.route('/x', users)\napp.on(['GET', 'PUT'], '/y', f)",
            ["USE /x app users", "GET /y app", "PUT /y app"],
            id="mounts and methods",
        ),
    ],
)
def test_hono(content: str, expected: list[str]) -> None:
    assert _shown(_HONO + content) == expected


def test_koa() -> None:
    content = (
        "const r = new Router({ prefix: '/v1' })\nr.get('name', '/x', f)\n"
        "const app = require('express')()\napp.use(r.routes())"
    )
    assert _shown(_KOA + content) == ["GET /v1/x r", "USE / app r"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "module.exports = (app) => { app.get('/x', f) }", ["GET /x app"], id="a parameter"
        ),
        pytest.param("module.exports = (app) => { app.use(plugin) }", [], id="may be a Vue plugin"),
        pytest.param(
            "http.createServer((req, res) => { if (req.url === '/up') { res.end('ok') } })",
            ["ALL /up http"],
            id="a plain server",
        ),
    ],
)
def test_unknown_frameworks(content: str, expected: list[str]) -> None:
    assert _shown(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "@Controller('x') export class X { @Get('y') y() {} @Post() z() {} }",
            ["GET /x/y X y", "POST /x X z"],
            id="methods",
        ),
        pytest.param("@Controller() class X { @Get() y() {} }", ["GET / X y"], id="the root"),
        pytest.param(
            "@Controller({ path: 'x', version: '1' }) class X { @Get() y() {} }",
            ["GET None X y"],
            id="a version",
        ),
        pytest.param(
            "@Controller({ path: 'x', version: VERSION_NEUTRAL }) class X { @Get() y() {} }",
            ["GET /x X y"],
            id="no version",
        ),
        pytest.param(
            "@Controller(['a', 'b']) class X { @Get() y() {} }",
            ["GET /a X y", "GET /b X y"],
            id="several paths",
        ),
        pytest.param("@Controller(NAME) class X { @Get() y() {} }", ["GET None X y"], id="a name"),
    ],
)
def test_nest(content: str, expected: list[str]) -> None:
    assert _shown(_NEST + content) == expected


def test_decorators_of_another_package_leave_the_path_unknown() -> None:
    content = "import { Controller, Get } from './x'\n@Controller('x') class X { @Get() y() {} }"
    assert _shown(content + "\napp.listen(1)") == ["GET None X y"]


def test_nest_settings() -> None:
    content = "app.setGlobalPrefix('api')\napp.enableVersioning({ defaultVersion: '1' })"
    found = parse(Text("main.ts", content)).config
    assert [(one.name, one.value and one.value.literal) for one in found] == [
        ("globalPrefix", "api"),
        ("versioning", None),
        ("versioning.defaultVersion", "1"),
    ]


def test_middleware_stands_in_front() -> None:
    (route,) = _routes(_EXPRESS + "app.get('/x', auth, limit({ max: 1 }), f)")
    assert (route.middleware, route.handler.calls) == (("auth", "limit"), ("f",))


def test_guards_stand_in_front() -> None:
    content = (
        "@UseGuards(A) @Controller('x') class X { @UseGuards(AuthGuard('jwt')) @Get() y() {} }"
    )
    (route,) = _routes(_NEST + content)
    assert route.middleware == ("A", "AuthGuard")


def test_the_type_of_a_property_is_named() -> None:
    content = (
        "@Controller('x') class X { constructor(private readonly db: DbService) {}\n"
        "@Get() y() { return this.db.ping() } }"
    )
    (route,) = _routes(_NEST + content)
    assert route.handler.calls == ("this.db.ping", "DbService.ping")
    assert route.handler.statuses == (200,)


def test_the_span_is_the_call() -> None:
    (route,) = _routes(_EXPRESS + "app.get('/é', f)")
    assert (route.span.line, route.span.column, route.span.end_column) == (3, 1, 17)
