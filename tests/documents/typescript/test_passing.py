"""At which paths a middleware of Next.js may answer by itself."""

from __future__ import annotations

import pytest

from infra_audit.documents.typescript import parse
from infra_audit.source.text import Text

_NEXT = "return NextResponse.next()"
_LOGIN = "return NextResponse.redirect(login)"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(_NEXT, (), id="it passes all on"),
        pytest.param("return NextResponse.next({ request: { headers } })", (), id="with headers"),
        pytest.param(f"if (pathname.startsWith('/app')) {{ {_LOGIN} }}\n{_NEXT}", ("/app",), id="below a path"),
        pytest.param(
            f"if (request.nextUrl.pathname === \"/\" && !session) {_LOGIN}\n{_NEXT}", ("/",), id="at one, and more"
        ),
        pytest.param(
            f"if (pathname.startsWith('/a') || pathname.startsWith('/b')) {_LOGIN}\n{_NEXT}", ("/a", "/b"), id="two"
        ),
        pytest.param(f"if (debug) log(pathname)\n{_NEXT}", (), id="nothing ends there"),
        pytest.param(f"if (!session) {_LOGIN}\n{_NEXT}", None, id="another condition"),
        pytest.param(f"if (!pathname.startsWith('/a')) {_LOGIN}\n{_NEXT}", None, id="negated"),
        pytest.param(f"if (pathname === '/a') {{ {_LOGIN} }} else {{ {_LOGIN} }}\n{_NEXT}", None, id="else"),
        pytest.param(f"for (const p of all) {_LOGIN}\n{_NEXT}", None, id="a loop"),
        pytest.param("return handle(request)", None, id="another answers"),
        pytest.param("log(request)", None, id="no end"),
        pytest.param(f"if (\n{_NEXT}", None, id="broken"),
    ],
)  # fmt: skip
def test_where_it_acts(body: str, expected: tuple[str, ...] | None) -> None:
    text = f"export async function middleware(request) {{\n{body}\n}}\n"
    assert parse(Text("src/middleware.ts", text)).acts_at == expected


def test_only_a_middleware_acts() -> None:
    text = f"export function middleware(request) {{ {_NEXT} }}\n"
    assert parse(Text("src/server.ts", text)).acts_at is None
    assert parse(Text("middleware.ts", "export default create(routing)\n")).acts_at is None
