from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.facts import Module
from infra_audit.documents.typescript import parse
from infra_audit.model import Span
from infra_audit.source.text import Text

_PATHS = st.sampled_from(
    ["server.ts", "next.config.js", "app/api/health/route.tsx", "sentry.client.config.mjs"]
)
_PIECES = st.lists(
    st.sampled_from(
        [
            "import express from 'express'\n",
            "const app = express()\n",
            "app.get('/é', async (req, res) => {",
            "try { await db.ping() } catch { res.json({}) }",
            "})\r\n",
            "Sentry.init({ dsn: process.env.DSN!, ...x })",
            "@Controller('x') export class X { @Get() y() {} }",
            "export default withA({ output: `s${x}` })\n",
            "app.listen(process.env.PORT || 3000)",
            "😀",
            "{",
            "}",
            "(",
            "`",
            "/*",
            "\ufeff",
        ]
    ),
    max_size=14,
).map("".join)


def _spans(value: object) -> list[Span]:
    if isinstance(value, Span):
        return [value]
    if isinstance(value, msgspec.Struct):
        return [span for name in value.__struct_fields__ for span in _spans(getattr(value, name))]
    if isinstance(value, tuple):
        return [span for one in value for span in _spans(one)]
    return []


def _inside(span: Span, lines: list[str]) -> bool:
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    return (
        start <= end
        and 1 <= span.line <= span.end_line <= len(lines)
        and span.column <= len(lines[span.line - 1]) + 1
        and span.end_column <= len(lines[span.end_line - 1]) + 1
    )


@settings(deadline=None, max_examples=150)
@given(_PATHS, st.one_of(st.text(), _PIECES))
def test_any_text_gives_facts_inside_it(path: str, content: str) -> None:
    found = parse(Text(path, content), whole=True)
    lines = content.split("\n")
    assert all(_inside(span, lines) for span in _spans(found))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Module) == found


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("(" * 50_000, id="parentheses"),
        pytest.param("[" * 50_000 + "]" * 50_000, id="lists"),
        pytest.param("f(\n" * 20_000 + ")" * 20_000, id="calls"),
        pytest.param("a = {\n" + "b: {\n" * 20_000 + "}" * 20_000, id="objects"),
        pytest.param("app" + "\n.get('/x', f)" * 5_000, id="a chain"),
        pytest.param("() => {\n" * 10_000 + "}" * 10_000, id="functions"),
    ],
)
def test_deep_nesting_does_not_raise(content: str) -> None:
    text = "import express from 'express'\nconst app = express()\n" + content
    assert parse(Text("server.js", text), whole=True).path == "server.js"


def test_the_healthy_parts_of_a_broken_file_count() -> None:
    found = parse(Text("server.ts", "app.listen(3000)\nfunction ( { ] }\n"))
    assert [one.port for one in found.listens] == ["3000"]
    assert found.problems == ()


def test_what_is_no_typescript_is_a_problem() -> None:
    (problem,) = parse(Text("server.ts", "<?php echo 1; ?>\n%%% ::: {{{\n")).problems
    assert problem.message == "This is no valid TypeScript or JavaScript."


@pytest.mark.parametrize("path", ["server.ts", "server.js", "server.tsx", "server.mts"])
def test_the_grammar_follows_the_suffix(path: str) -> None:
    content = "const x = <T,>(a: T) => a\napp.listen(1)"
    assert len(parse(Text(path, content)).listens) == 1


def test_a_type_assertion_and_an_element() -> None:
    assert len(parse(Text("server.ts", "app.listen(<number>x)")).listens) == 1
    assert len(parse(Text("server.tsx", "const a = <b>c</b>; app.listen(1)")).listens) == 1
