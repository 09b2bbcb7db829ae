from __future__ import annotations

import pytest

from infra_audit.documents.typescript import parse
from infra_audit.source.text import Text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "export async function GET() { await db.ping() }",
            [("GET", ("db.ping",), False)],
            id="a function",
        ),
        pytest.param(
            "export const GET = withAuth(async () => { db.ping() })",
            [("GET", ("withAuth", "db.ping"), False)],
            id="wrapped",
        ),
        pytest.param(
            "export default async function handler() { f() }",
            [("default", ("f",), False)],
            id="a default",
        ),
        pytest.param("export default () => f()", [("default", ("f",), False)], id="an arrow"),
        pytest.param(
            "const router = Router()\nexport default router",
            [("default", ("Router",), True)],
            id="a router",
        ),
        pytest.param("export { GET } from './x'", [("GET", (), True)], id="from elsewhere"),
        pytest.param("export * from './x'", [("*", (), True)], id="all from elsewhere"),
        pytest.param(
            "function h() { f() }\nexport { h as GET, h as POST }",
            [("GET", ("f",), False), ("POST", ("f",), False)],
            id="renamed",
        ),
        pytest.param(
            "export const { GET, POST } = handlers",
            [("GET", (), True), ("POST", (), True)],
            id="taken apart",
        ),
        pytest.param(
            "module.exports = (req, res) => { f() }", [("default", ("f",), False)], id="CommonJS"
        ),
        pytest.param(
            "exports.handler = async () => f()", [("handler", ("f",), False)], id="Lambda"
        ),
        pytest.param("export const helper = () => f()", [], id="something else"),
    ],
)
def test_exports(content: str, expected: list[tuple[str, tuple[str, ...], bool]]) -> None:
    found = parse(Text("app/api/x/route.ts", content)).exports
    assert [(one.name, one.handler.calls, one.handler.opaque) for one in found] == expected


def test_what_a_route_configures() -> None:
    content = "export const runtime = 'edge'\nexport const config = { api: { bodyParser: false } }"
    found = parse(Text("app/api/x/route.ts", content)).config
    assert [(one.name, one.value and one.value.literal) for one in found] == [
        ("runtime", "edge"),
        ("config.api", None),
        ("config.api.bodyParser", "false"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("async function f() { g() }", {"f": ("g",)}, id="a function"),
        pytest.param("export const f = () => g()", {"f": ("g",)}, id="an arrow"),
        pytest.param("const f = cache(async () => g())", {"f": ("cache", "g")}, id="wrapped"),
        pytest.param(
            "class C { m() { g() } n = () => h() }", {"C.m": ("g",), "C.n": ("h",)}, id="C"
        ),
        pytest.param("exports.f = () => g()", {"f": ("g",)}, id="CommonJS"),
        pytest.param("module.exports = { f() { g() } }", {"f": ("g",)}, id="an exported object"),
    ],
)
def test_functions(content: str, expected: dict[str, tuple[str, ...]]) -> None:
    found = parse(Text("lib/health.ts", content)).functions
    assert {one.name: one.handler.calls for one in found} == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("import 'a'", ("a", (), False), id="for its effects"),
        pytest.param("import a from 'a'", ("a", ("a",), False), id="the default"),
        pytest.param("import * as a from 'a'", ("a", ("a",), False), id="all"),
        pytest.param("import { a as b, c } from 'a'", ("a", ("b", "c"), False), id="some"),
        pytest.param("import a = require('a')", ("a", ("a",), False), id="TypeScript's require"),
        pytest.param("const a = require('a')", ("a", ("a",), False), id="a require"),
        pytest.param("const a = require('a').b()", ("a", ("a",), False), id="a require's result"),
        pytest.param(
            "const { a: b, c } = require('a')", ("a", ("b", "c"), False), id="taken apart"
        ),
        pytest.param("await import('./a')", ("./a", (), True), id="dynamic"),
        pytest.param("const { a } = await import('./a')", ("./a", ("a",), True), id="both"),
    ],
)
def test_imports(content: str, expected: tuple[str, tuple[str, ...], bool]) -> None:
    (found,) = parse(Text("instrumentation.ts", content)).imports
    assert (found.specifier, found.names, found.dynamic) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("app.listen(3000)", ("3000", ""), id="a number"),
        pytest.param("app.listen('3000', f)", ("3000", ""), id="a string"),
        pytest.param("app.listen(process.env.PORT || 3000)", ("3000", "PORT"), id="a fallback"),
        pytest.param("app.listen(process.env.PORT)", (None, "PORT"), id="a variable"),
        pytest.param("app.listen(process.env['PORT'] ?? 1)", ("1", "PORT"), id="by a string"),
        pytest.param(
            "const port = Number(process.env.PORT) || 3000\napp.listen(port)",
            ("3000", "PORT"),
            id="a constant",
        ),
        pytest.param(
            "const { PORT = 3000 } = process.env\napp.listen(PORT)", ("3000", "PORT"), id="apart"
        ),
        pytest.param("fastify.listen({ port: 80, host })", ("80", ""), id="Fastify"),
        pytest.param(
            "app.listen(config.get('PORT', 80))", ("80", "PORT"), id="Nest's configuration"
        ),
        pytest.param(
            "const config = { port: 80 }\napp.listen(config.port)", ("80", ""), id="a property"
        ),
        pytest.param("app.listen(port)", (None, ""), id="unknown"),
        pytest.param(
            "app.listen(process.argv[2] || 3000)", (None, ""), id="unknown before a number"
        ),
        pytest.param("Bun.serve({ port: 80, fetch })", ("80", ""), id="Bun"),
        pytest.param(
            "import { serve } from '@hono/node-server'\nserve({ port: 80 })", ("80", ""), id="Hono"
        ),
        pytest.param("export default { port: 80, fetch: app.fetch }", ("80", ""), id="exported"),
    ],
)
def test_listens(content: str, expected: tuple[str | None, str]) -> None:
    (found,) = parse(Text("server.ts", content)).listens
    assert (found.port, found.variable) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("server.listen()", id="no port"),
        pytest.param("bus.listen('SIGTERM', f)", id="an event"),
        pytest.param("history.listen(() => {})", id="a callback"),
    ],
)
def test_does_not_listen(content: str) -> None:
    assert parse(Text("server.ts", content)).listens == ()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("app.listen(80)", "", id="none"),
        pytest.param("app.listen(80, () => {})", "", id="a callback"),
        pytest.param("app.listen(80, '127.0.0.1', f)", "127.0.0.1", id="loopback"),
        pytest.param("app.listen(80, '0.0.0.0')", "", id="all"),
        pytest.param("app.listen(80, env.host, f)", None, id="unknown"),
        pytest.param("fastify.listen({ port: 80, host })", None, id="unknown among options"),
        pytest.param("Bun.serve({ port: 80, hostname: 'a.local' })", "a.local", id="Bun"),
    ],
)
def test_listens_at_an_address(content: str, expected: str | None) -> None:
    (found,) = parse(Text("server.ts", content)).listens
    assert found.host == expected
