from __future__ import annotations

import pytest

from infra_audit.documents.typescript import parse
from infra_audit.source.text import Text


def _config(path: str, content: str) -> dict[str, str | None]:
    found = parse(Text(path, content)).config
    return {one.name: one.value.literal if one.value else None for one in found}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("module.exports = { output: 'standalone' }", id="CommonJS"),
        pytest.param("export default { output: 'standalone' }", id="a module"),
        pytest.param(
            "const c: NextConfig = { output: 'standalone' }\nexport default c", id="a constant"
        ),
        pytest.param(
            "const c = { output: 'standalone' }\nexport default withSentryConfig(c, { org: 'x' })",
            id="in a wrapper",
        ),
        pytest.param(
            "const c = { output: 'standalone' }\nexport default withA({ x: 1 })(withB(c))",
            id="in curried wrappers",
        ),
        pytest.param("export default async () => ({ output: 'standalone' })", id="an arrow"),
        pytest.param(
            "export default function f() { const c = { output: 'standalone' }; return c }",
            id="a function",
        ),
        pytest.param(
            "let c = { output: 'standalone' }\nc = withA(c)\nmodule.exports = c",
            id="assigned again",
        ),
        pytest.param("export default { output: 'standalone' } satisfies X", id="satisfies"),
    ],
)
def test_next(content: str) -> None:
    assert _config("next.config.ts", content) == {"output": "standalone"}


def test_dotted_names() -> None:
    content = (
        "export default { images: { domains: ['a'] }, typescript: { ignoreBuildErrors: true },"
        " async rewrites() { return [] }, basePath: process.env.BASE }"
    )
    assert _config("next.config.mjs", content) == {
        "images": None,
        "images.domains": None,
        "typescript": None,
        "typescript.ignoreBuildErrors": "true",
        "rewrites": None,
        "basePath": None,
    }


def test_prisma() -> None:
    content = (
        "import { defineConfig, env } from 'prisma/config'\nexport default defineConfig({\n"
        "schema: 'prisma/schema', datasource: { url: env('DATABASE_URL') },\n"
        "migrations: { path: 'prisma/migrations' } })"
    )
    found = {one.name: one.value for one in parse(Text("prisma.config.ts", content)).config}
    url = found["datasource.url"]
    assert url is not None
    assert (url.literal, url.raw) == (None, "env('DATABASE_URL')")
    assert _config("prisma.config.ts", content)["schema"] == "prisma/schema"
    assert _config("prisma.config.ts", content)["migrations.path"] == "prisma/migrations"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("const a = { ...a }\nexport default a", id="an object in itself"),
        pytest.param("const a = f(a)\nexport default a", id="a wrapper of itself"),
        pytest.param("const a = [a]\napp.get('/x', a, a)", id="a list in itself"),
        pytest.param("const a = `${b}`\nconst b = `${a}`\nexport default { a }", id="templates"),
        pytest.param("const a = b\nconst b = a\napp.listen(a)", id="two names"),
        pytest.param("const f = w(f)\nexport const GET = f", id="a handler in itself"),
    ],
)
def test_what_leads_back_to_itself_ends(content: str) -> None:
    assert parse(Text("next.config.ts", content), whole=True).problems == ()


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        pytest.param("module.exports = { a: 1 }", True, id="an object"),
        pytest.param("const c: Config = { a: 1 }\nexport default c", True, id="a constant"),
        pytest.param("const o = { b: 2 }\nexport default { ...o }", True, id="one spread into it"),
        pytest.param("export default { ...o }", False, id="something else spread into it"),
        pytest.param("export default withA({ a: 1 })", False, id="in a wrapper"),
        pytest.param("export default () => ({ a: 1 })", False, id="from a function"),
        pytest.param("const c = {}\nc.a = 1\nexport default c", False, id="set later"),
        pytest.param("const c = {}\nObject.assign(c, o)\nexport default c", False, id="added to"),
    ],
)
def test_whether_a_configuration_is_all_that_is_exported(content: str, whole: bool) -> None:
    assert parse(Text("next.config.ts", content)).config_whole is whole
