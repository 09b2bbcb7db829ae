from __future__ import annotations

import pytest

from infra_audit.documents.typescript import parse, relevant
from infra_audit.source.text import Text


@pytest.mark.parametrize(
    ("path", "data"),
    [
        pytest.param("sentry.server.config.ts", b"", id="a Sentry configuration"),
        pytest.param("src/instrumentation.ts", b"", id="an instrumentation file"),
        pytest.param("apps/web/next.config.mjs", b"", id="a Next.js configuration"),
        pytest.param("prisma.config.ts", b"", id="a Prisma configuration"),
        pytest.param("app/api/health/route.ts", b"", id="a route of the app folder"),
        pytest.param("src/pages/api/users.ts", b"", id="a route of the pages folder"),
        pytest.param("middleware.ts", b"", id="a middleware"),
        pytest.param("app/routes/up.ts", b"export async function loader() {}", id="resource route"),
        pytest.param("lib/db.ts", b"const u = process.env.DATABASE_URL", id="an environment use"),
        pytest.param(
            "x.js",
            b"x = require('express')\napp.get('/', f)",
            id="an import of Express that answers",
        ),
        pytest.param("x.ts", b"server.listen(80)", id="something that listens"),
        pytest.param(
            "x.ts",
            b"import {Controller} from '@nestjs/common'\n@Controller()",
            id="a Nest controller",
        ),
        pytest.param("routes.js", b"app.get('/x', f)", id="a route on a parameter"),
        pytest.param(
            "a.tsx", b"import {init as go} from '@sentry/react'\ngo(); sentryInit()", id="x"
        ),
    ],
)
def test_is_relevant(path: str, data: bytes) -> None:
    assert relevant(path, data)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        pytest.param("components/button.tsx", b"export default 1", id="a component"),
        pytest.param("server.test.ts", b"app.listen(1)", id="a test"),
        pytest.param("types.d.ts", b"process.env", id="type declarations"),
        pytest.param("main.css", b"process.env", id="another language"),
        pytest.param("lib/http.ts", b"axios.get('/api/x', {})", id="a client's request"),
        pytest.param("vitest.config.ts", b"export default {}", id="a configuration of tests"),
        pytest.param("server.js", b"process.env.A;" * 50_000, id="more than half a megabyte"),
        pytest.param("server.js", b"process.env.A;" * 1_000, id="one very long line"),
        pytest.param(
            "app/routes/home.tsx",
            b"export const loader = 1\nexport default function Home() {}",
            id="a route with a page",
        ),
    ],
)
def test_is_not_relevant(path: str, data: bytes) -> None:
    assert not relevant(path, data)


def test_a_generated_file_has_no_facts() -> None:
    found = parse(Text("server.js", "app.listen(80);" * 1_000))
    assert (found.listens, found.problems) == ((), ())


def test_a_large_route_has_the_names_of_its_exports() -> None:
    content = "export async function GET() {}\nexport const runtime = 'edge'\n" + "// …\n" * 2_000
    found = parse(Text("app/api/report/route.ts", content))
    assert [(one.name, one.handler.opaque) for one in found.exports] == [("GET", True)]
    assert [(one.name, one.value and one.value.literal) for one in found.config] == [
        ("runtime", "edge")
    ]


def test_a_large_probe_is_read_with_its_tree() -> None:
    content = "export async function GET() { return Response.json({}) }\n" + "// …\n" * 2_000
    (export,) = parse(Text("app/api/health/route.ts", content)).exports
    assert export.handler.statuses == (200,)


def test_a_file_without_promise_is_read_when_asked() -> None:
    text = Text("lib/db.ts", "export async function ping() { await prisma.$queryRaw`SELECT 1` }")
    assert parse(text).functions == ()
    assert [(f.name, f.handler.calls) for f in parse(text, whole=True).functions] == [
        ("ping", ("prisma.$queryRaw",))
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("export const { POST } = serve<Input>(async (c) => {});", ["POST"]),
        ("export const { GET, PUT: POST, HEAD: head } = serve(f);", ["GET", "POST"]),
        ("export let {\n  GET = f,\n} = serve(f);", ["GET"]),
        ("export { h as GET, POST };", ["GET", "POST"]),
        ("const { POST } = serve(f);", []),
    ],
)
def test_a_large_route_has_the_names_that_a_pattern_binds(line: str, expected: list[str]) -> None:
    found = parse(Text("app/api/a/route.ts", "// …\n" * 2_000 + f"{line}\n"))
    assert [one.name for one in found.exports] == expected
