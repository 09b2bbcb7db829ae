from __future__ import annotations

import pytest

from infra_audit.documents.typescript import parse
from infra_audit.source.text import Text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("process.env.A", ("A", False, None), id="a plain use"),
        pytest.param("process.env['A']", ("A", False, None), id="by a string"),
        pytest.param("process.env?.A", ("A", False, None), id="an optional chain"),
        pytest.param("process.env.A!", ("A", True, None), id="asserted"),
        pytest.param("process.env.A !== 'x'", ("A", False, None), id="compared, not asserted"),
        pytest.param("process.env.A || 'x'", ("A", False, "x"), id="or a literal"),
        pytest.param("process.env.A ?? 3000", ("A", False, "3000"), id="else a number"),
        pytest.param("process.env.A ??= `x`", ("A", False, "x"), id="assigned when missing"),
        pytest.param("Number(process.env.A) || 1", ("A", False, "1"), id="converted, or a number"),
        pytest.param("parseInt(process.env.A, 10) || 1", ("A", False, "1"), id="parsed, or"),
        pytest.param("f(process.env.A) || 1", ("A", False, None), id="another call's result"),
        pytest.param("process.env.A || ''", ("A", False, ""), id="or nothing"),
        pytest.param("if (!process.env.A) throw new Error()", ("A", True, None), id="thrown for"),
        pytest.param(
            "if (!process.env.A) { console.error('x'); process.exit(1) }",
            ("A", True, None),
            id="exited for",
        ),
        pytest.param(
            "const a = process.env.A\nif (!a) { throw new Error() }",
            ("A", True, None),
            id="thrown for through a constant",
        ),
        pytest.param(
            "const a = process.env.A || 'x'\nif (live && a === 'x') { throw new Error() }",
            ("A", True, "x"),
            id="a fallback that is thrown for",
        ),
        pytest.param(
            "({ a: process.env.A_KEY || 'x' })\nif (live) throw new Error('A_KEY is missing')",
            ("A_KEY", True, "x"),
            id="a fallback that is spoken of where it ends",
        ),
        pytest.param(
            "process.env.NODE_ENV === 'production' ? process.env.A_KEY : process.env.A_KEY || 'x'",
            ("A_KEY", True, "x"),
            id="a fallback of other places than production",
        ),
        pytest.param(
            "if (isDev) {\n  key = process.env.A_KEY || 'x'\n}",
            ("A_KEY", True, "x"),
            id="a fallback for developers",
        ),
        pytest.param(
            "f({ secure: live, secret: process.env.A_KEY || 'x' })",
            ("A_KEY", False, "x"),
            id="a fallback beside something else",
        ),
        pytest.param("invariant(process.env.A, 'x')", ("A", True, None), id="an invariant"),
        pytest.param("const { A = 'x' } = process.env", ("A", False, "x"), id="taken apart"),
    ],
)
def test_a_use(content: str, expected: tuple[str, bool, str | None]) -> None:
    for variant in (content, "\ufeff" + content, content.replace("\n", "\r\n")):
        use = parse(Text("x.ts", variant)).environment[-1]
        fallback = use.fallback.literal if use.fallback else None
        assert (use.name, use.required, fallback) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "for (const n of ['A_KEY', 'B_KEY']) if (!process.env[n]) throw new Error(n)",
            ["A_KEY", "B_KEY"],
            id="a list of names",
        ),
        pytest.param(
            "z.object({\n  A_KEY: z.string(),\n  B_KEY: z.string().default('x'),\n}).parse(process.env)",
            ["A_KEY"],
            id="a schema",
        ),
        pytest.param("for (const n of ['A_KEY']) console.log(process.env[n])", [], id="only shown"),
        pytest.param(
            "// 'A_KEY'\nconst f = n => { if (!process.env[n]) throw new Error(n) }",
            [],
            id="a comment",
        ),
    ],
)
def test_what_is_demanded_by_its_name(content: str, expected: list[str]) -> None:
    found = parse(Text("x.ts", content)).environment
    assert [use.name for use in found if use.required] == expected


def test_a_fallback_that_is_not_literal_is_unknown() -> None:
    (first, second) = parse(Text("x.ts", "process.env.A || process.env.B")).environment
    assert first.fallback is not None
    assert (first.fallback.literal, first.fallback.raw) == (None, "process.env.B")
    assert (second.name, second.fallback) == ("B", None)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("// process.env.A", id="a comment"),
        pytest.param(" * process.env.A", id="a block comment"),
        pytest.param("process.env.A = 'x'", id="an assignment"),
        pytest.param("delete process.env.A", id="a deletion"),
    ],
)
def test_no_use(content: str) -> None:
    assert parse(Text("x.ts", content)).environment == ()


def test_the_span_counts_code_points() -> None:
    (use,) = parse(Text("x.ts", "const é = '😀'\n  f('ü', process.env.A)")).environment
    assert (use.span.line, use.span.column, use.span.end_column) == (2, 10, 23)
