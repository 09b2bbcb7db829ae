from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.facts import Ecosystem, Process
from infra_audit.documents.pm2 import parse
from infra_audit.source.text import BOM, Text

SCRIPT = """\
const path = require("node:path");
const root = __dirname;
module.exports = {
  apps: [
    {
      name: "shop", // the shop
      script: path.join(root, "dist/server.js"),
      args: ["--port", "3000"],
      cwd: root,
      autorestart: true,
      env: { NODE_ENV: "production", PORT: 3000, KEY: process.env.KEY },
      env_production: { ...process.env },
    },
  ],
};
"""
MODULE = 'export default { apps: [{ name: "shop", script: "npm", args: "start" }] };\n'
JSON = '{"apps": [{"name": "shop", "script": "npm", /* c */ "args": ["start"], "env": {"A": "b"}}]}'
YAML = "apps:\n  - name: shop\n    script: npm\n    args: start\n    env:\n      A: b\n"


def read(content: str, path: str = "ecosystem.config.js") -> list[Process]:
    found = parse(Text(path, content))
    assert found.problems == ()
    return list(found.processes)


def test_an_app_in_javascript() -> None:
    (app,) = read(SCRIPT)
    assert app.name == "shop"
    assert app.script is not None
    assert app.script.literal == "dist/server.js"
    assert app.arguments is not None
    assert app.arguments.literal == "--port 3000"
    assert app.directory is not None
    assert app.directory.literal == "."
    assert [(e.name, e.value and e.value.literal) for e in app.environment] == [
        ("NODE_ENV", "production"),
        ("PORT", "3000"),
        ("KEY", None),
    ]
    assert ("autorestart", "true") in [(o.name, o.value and o.value.literal) for o in app.options]
    assert app.spread
    assert (app.span.line, app.span.column, app.span.end_column) == (6, 13, 19)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        pytest.param("ecosystem.config.mjs", MODULE, id="a module"),
        pytest.param("ecosystem.json", JSON, id="JSON"),
        pytest.param("pm2.yaml", YAML, id="YAML"),
    ],
)
def test_other_notations(path: str, content: str) -> None:
    for written in (content, BOM + content, content.replace("\n", "\r\n")):
        (app,) = read(written, path)
        assert app.name == "shop"
        assert app.script is not None
        assert app.arguments is not None
        assert (app.script.literal, app.arguments.literal) == ("npm", "start")
        assert not app.spread


@pytest.mark.parametrize(
    ("path", "content"),
    [
        pytest.param(
            "ecosystem.config.js", "module.exports = { apps: names.map(f) };", id="computed"
        ),
        pytest.param("ecosystem.config.js", "module.exports = { deploy: {} };", id="no apps"),
        pytest.param("ecosystem.config.js", "", id="empty"),
        pytest.param("ecosystem.json", '{"deploy": {}}', id="JSON without apps"),
        pytest.param("pm2.yaml", "deploy: {}", id="YAML without apps"),
    ],
)
def test_what_has_no_literal_apps(path: str, content: str) -> None:
    assert read(content, path) == []


def test_what_is_no_json_is_told() -> None:
    assert len(parse(Text("ecosystem.json", "{")).problems) == 1


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["ecosystem.config.js", "ecosystem.json", "pm2.yml"]),
    st.text()
    | st.sampled_from([SCRIPT, MODULE, JSON, YAML]).flatmap(
        lambda whole: st.integers(0, len(whole)).map(lambda end: whole[:end])
    ),
)
def test_any_text_gives_an_ecosystem(path: str, content: str) -> None:
    found = parse(Text(path, content))
    lines = content.count("\n") + 1
    assert all(p.span.end_line <= lines for p in found.processes)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Ecosystem) == found


COVERED: dict[str, tuple[str, tuple[str | None, str | None]]] = {
    "a spread behind it": ("{PORT: '4000', ...file}", (None, "4000")),
    "a spread before it": ("{...file, PORT: '4000'}", ("4000", None)),
    "a spread of what is written here": ("{PORT: '4000', ...own}", ("4000", None)),
    "a spread of what is set anew here": ("{PORT: '1', ...file, PORT: '4000'}", ("4000", None)),
    "a spread inside another": ("{...{PORT: '4000', ...file}}", (None, "4000")),
}


@pytest.mark.parametrize(("given", "expected"), COVERED.values(), ids=COVERED)
def test_what_a_spread_may_set_anew_is_a_default(
    given: str, expected: tuple[str | None, str | None]
) -> None:
    (app,) = read(
        "const file = load();\nconst own = {A: '1'};\n"
        f"module.exports = {{apps: [{{name: 'a', script: 'a.js', env: {given}}}]}};\n"
    )
    value = {entry.name: entry.value for entry in app.environment}["PORT"]
    assert value is not None
    assert (value.literal, value.default) == expected
