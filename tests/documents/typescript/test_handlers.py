from __future__ import annotations

import pytest

from infra_audit.documents.facts import Handler
from infra_audit.documents.typescript import parse
from infra_audit.source.text import Text


def _handler(body: str) -> Handler:
    (route,) = parse(
        Text("server.ts", f"import express from 'express'\nconst app = express()\n{body}")
    ).routes
    return route.handler


def _get(statements: str) -> Handler:
    return _handler(f"app.get('/health', async (req, res, next) => {{ {statements} }})")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param("await db.execute(sql)", ("db.execute",), id="a call"),
        pytest.param("await prisma.$queryRaw`SELECT 1`", ("prisma.$queryRaw",), id="a tag"),
        pytest.param(
            "await prisma.$queryRaw<X[]>`SELECT 1`", ("prisma.$queryRaw",), id="a typed tag"
        ),
        pytest.param("db?.ping!()", ("db.ping",), id="an optional chain"),
        pytest.param("(await pool()).query('x')", ("pool().query", "pool"), id="of a result"),
        pytest.param("new Pool()", (), id="an object is made"),
    ],
)
def test_calls(statements: str, expected: tuple[str, ...]) -> None:
    assert _get(statements).calls == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param("res.status(503).json({})", (503,), id="status and body"),
        pytest.param("res.sendStatus(200)", (200,), id="status alone"),
        pytest.param("res.json({})", (200,), id="implicit"),
        pytest.param("res.status(ok ? 200 : 503).end()", (503, 200), id="a choice"),
        pytest.param(
            "const s = ok ? 200 : 503; res.status(s).end()", (503, 200), id="a chosen constant"
        ),
        pytest.param("res.status(code).end()", (), id="unknown"),
        pytest.param("reply.code(503).send()", (503,), id="Fastify"),
        pytest.param("return c.json(x, 503)", (503,), id="Hono"),
        pytest.param("return NextResponse.json(x, { status: 503 })", (503,), id="Next.js"),
        pytest.param("return new Response('x')", (200,), id="a response"),
        pytest.param("return new Response('x', { status: 500 })", (500,), id="with its status"),
        pytest.param("return json(x, { status: 500 })", (500,), id="a helper"),
        pytest.param("res.statusCode = 503; res.end()", (503, 200), id="assigned"),
        pytest.param("throw new ServiceUnavailableException()", (503,), id="Nest's exception"),
        pytest.param("res.status(HttpStatus.SERVICE_UNAVAILABLE).end()", (503,), id="by name"),
        pytest.param("const r = await response.json(); res.send(r)", (200,), id="a body is read"),
    ],
)
def test_statuses(statements: str, expected: tuple[int, ...]) -> None:
    assert _get(statements).statuses == expected


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param("try { await db.ping() } catch { res.json({}) }", id="answers success"),
        pytest.param(
            "try { await db.ping() } catch (e) { console.log(e) } res.json({})", id="goes on"
        ),
        pytest.param(
            "let ok = true; try { await db.ping() } catch { ok = false } res.json({ ok })",
            id="says so in the body alone",
        ),
        pytest.param("try { await db.ping() } catch { return { ok: false } }", id="returns"),
    ],
)
def test_swallows(statements: str) -> None:
    found = _get(statements)
    assert found.swallows
    assert found.swallowed == ("db.ping",)


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param("try { await db.ping() } catch { res.status(503).end() }", id="failure"),
        pytest.param("try { await db.ping() } catch (e) { next(e) }", id="handed on"),
        pytest.param("try { await db.ping() } catch (e) { throw e } res.json({})", id="thrown"),
        pytest.param("try { await db.ping() } catch (e) { return fail(e) }", id="a helper's"),
        pytest.param("try { await db.ping() } catch (e) { fail(res, e) }", id="res is given away"),
        pytest.param("try { await db.ping() } catch { res.status(code).end() }", id="unknown"),
        pytest.param(
            "let ok; try { await db.ping() } catch { ok = 0 } res.status(ok ? 200 : 503).end()",
            id="answered later",
        ),
        pytest.param(
            "const up = async () => { try { await db.ping(); return true }"
            " catch { return false } }\n"
            "res.json(await up())",
            id="a function inside",
        ),
        pytest.param("try { await db.ping() } finally { close() }", id="no catch"),
    ],
)
def test_does_not_swallow(statements: str) -> None:
    found = _get(statements)
    assert (found.swallows, found.swallowed) == (False, ())


@pytest.mark.parametrize(
    ("content", "calls", "opaque"),
    [
        pytest.param(
            "const up = async (q, s) => db.ping()\napp.get('/x', up)",
            ("db.ping",),
            False,
            id="named",
        ),
        pytest.param(
            "app.get('/x', up)\nfunction up() { db.ping() }", ("db.ping",), False, id="hoisted"
        ),
        pytest.param(
            "const health = { up() { db.ping() } }\napp.get('/x', health.up)",
            ("db.ping",),
            False,
            id="an object's",
        ),
        pytest.param(
            "app.get('/x', wrap(async () => { db.ping() }))",
            ("wrap", "db.ping"),
            False,
            id="wrapped",
        ),
        pytest.param("app.get('/x', health.up)", ("health.up",), True, id="imported"),
        pytest.param(
            "app.get('/x', make(options))", ("make", "options"), True, id="made elsewhere"
        ),
    ],
)
def test_where_a_handler_stands(content: str, calls: tuple[str, ...], opaque: bool) -> None:
    found = _handler(content)
    assert (found.calls, found.opaque) == (calls, opaque)
