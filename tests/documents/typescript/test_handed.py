"""What is called with an application, so that it may add routes to it."""

from __future__ import annotations

import pytest

from infra_audit.documents.typescript import parse
from infra_audit.source.text import Text

_EXPRESS = "const express = require('express')\nconst app = express()\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("setup(app)", ("setup",), id="a function"),
        pytest.param("setup(server, app)", ("setup",), id="a later argument"),
        pytest.param("apollo.applyMiddleware({ app })", ("apollo.applyMiddleware",), id="short"),
        pytest.param("setup({ target: app })", ("setup",), id="a value of an object"),
        pytest.param("setup(app)\nsetup(app)", ("setup",), id="twice"),
        pytest.param("app[verb]('/x', f)", ("[]",), id="a computed verb"),
        pytest.param("const { get } = app", ("[]",), id="a verb that is taken out"),
        pytest.param("http.createServer(app)", (), id="served"),
        pytest.param("http.createServer({ key }, app)", (), id="served with options"),
        pytest.param("createServer((q, s) => s.end())", ("createServer",), id="by a function"),
        pytest.param("createServer(handle)", ("createServer",), id="by a name"),
        pytest.param("net.createServer((socket) => {})", (), id="no HTTP"),
        pytest.param("app.addHook('onRequest', check)", ("addHook",), id="a hook elsewhere"),
        pytest.param(
            "app.addHook('onRequest', (q, s) => s.send(1))", ("addHook",), id="it replies"
        ),
        pytest.param("app.addHook('onRequest', (q, s, done) => done())", (), id="it passes on"),
        pytest.param("app.addHook('onClose', stop)", (), id="no hook of requests"),
        pytest.param("app.notFound(c => c.html(page))", ("notFound",), id="all that is missing"),
        pytest.param("app.notFound(c => c.text('no', 404))", (), id="missing is missing"),
        pytest.param("app.prefix('/api')", ("prefix",), id="a prefix that comes later"),
        pytest.param("const other = app", ("=",), id="another name"),
        pytest.param("global.app = app", ("=",), id="a global name"),
        pytest.param("module.exports = app", (), id="an export"),
        pytest.param("container.register('app', app)", ("container.register",), id="a container"),
        pytest.param("server.on('request', handle)", ("on",), id="another listener"),
        pytest.param("serve({ fetch: app.fetch })", (), id="its own fetch"),
        pytest.param("serve({ fetch: handle })", ("fetch",), id="another fetch"),
        pytest.param("make({ rewriteUrl() {} })", ("rewriteUrl",), id="other paths"),
        pytest.param("app.use(express.json())", (), id="the package's own"),
        pytest.param("app.use('/api', app)", (), id="a mount"),
        pytest.param(
            "app.use((q, r, n) => { if (q.url === '/health') r.end(); else n() })",
            ("use",),
            id="what answers by the path",
        ),
        pytest.param(
            "app.use((q, r, n) => { if (!q.user) r.status(401).end(); else n() })",
            (),
            id="what answers whoever is not known",
        ),
        pytest.param("app.listen(3000)", (), id="a start"),
        pytest.param("setup(other)", (), id="something else"),
    ],
)
def test_what_an_application_is_given_to(content: str, expected: tuple[str, ...]) -> None:
    assert parse(Text("server.js", f"{_EXPRESS}{content}\napp.get('/', f)\n")).handed == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("app.setGlobalPrefix('api')", ()),
        ("if (process.env.X) app.setGlobalPrefix('api')", ("setGlobalPrefix",)),
        ("process.env.X ? app.enableVersioning() : 0", ("enableVersioning",)),
    ],
)
def test_what_moves_routes_under_a_condition(content: str, expected: tuple[str, ...]) -> None:
    assert parse(Text("main.ts", f"{content}\n")).handed == expected


def test_a_file_without_an_application_hands_nothing() -> None:
    assert parse(Text("server.js", "createServer(handle).listen(3000)\n")).handed == ()
