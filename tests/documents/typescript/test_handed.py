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
        pytest.param("app.use('/api', app)", (), id="a mount"),
        pytest.param("app.listen(3000)", (), id="a start"),
        pytest.param("setup(other)", (), id="something else"),
    ],
)
def test_what_an_application_is_given_to(content: str, expected: tuple[str, ...]) -> None:
    assert parse(Text("server.js", f"{_EXPRESS}{content}\napp.get('/', f)\n")).handed == expected


def test_a_file_without_an_application_hands_nothing() -> None:
    assert parse(Text("server.js", "createServer(handle).listen(3000)\n")).handed == ()
