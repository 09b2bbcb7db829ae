from __future__ import annotations

import pytest

from infra_audit.documents.facts import SentryInit
from infra_audit.documents.typescript import parse
from infra_audit.source.text import Text

_IMPORT = "import * as Sentry from '@sentry/nextjs'\n"


def _init(content: str) -> SentryInit:
    (found,) = parse(Text("sentry.server.config.ts", content)).sentry
    return found


@pytest.mark.parametrize(
    ("content", "expected", "spread"),
    [
        pytest.param(
            "Sentry.init({ dsn: 'x', tracesSampleRate: 1.0, sendDefaultPii: true })",
            {"dsn": "x", "tracesSampleRate": "1.0", "sendDefaultPii": "true"},
            False,
            id="literals",
        ),
        pytest.param(
            "Sentry.init({ tracesSampleRate: process.env.NODE_ENV === 'production' ? 0.1 : 1 })",
            {"tracesSampleRate": None},
            False,
            id="a choice is unknown",
        ),
        pytest.param("Sentry.init({ ...rest, dsn: d })", {"dsn": None}, True, id="a spread"),
        pytest.param("Sentry.init(options)", {}, True, id="options from elsewhere"),
        pytest.param(
            "const options = { dsn: 'x' }\nSentry.init(options)",
            {"dsn": "x"},
            False,
            id="a constant",
        ),
        pytest.param(
            "const base = { dsn: 'x' }\nSentry.init({ ...base })",
            {"dsn": "x"},
            False,
            id="spread one",
        ),
        pytest.param("Sentry.init()", {}, False, id="no options"),
        pytest.param(
            "const RATE = 0.2\nSentry.init({ tracesSampleRate: RATE })",
            {"tracesSampleRate": "0.2"},
            False,
            id="a named rate",
        ),
        pytest.param(
            "Sentry.init({ tracesSampler(context) { return 1 } })",
            {"tracesSampler": None},
            False,
            id="a method",
        ),
        pytest.param("Sentry.init({ 'dsn': `x` })", {"dsn": "x"}, False, id="a quoted key"),
    ],
)
def test_options(content: str, expected: dict[str, str | None], spread: bool) -> None:
    found = _init(_IMPORT + content)
    literals = {one.name: one.value.literal if one.value else None for one in found.options}
    assert (literals, found.spread) == (expected, spread)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("import { init } from '@sentry/node'\ninit({})", id="a named import"),
        pytest.param("import { init as go } from '@sentry/react'\ngo({})", id="a renamed import"),
        pytest.param("const S = require('@sentry/node')\nS.init({})", id="a required package"),
        pytest.param("Sentry.init({})", id="a global"),
    ],
)
def test_an_init_by_another_name(content: str) -> None:
    assert not _init(content).guarded


def test_another_init_is_none() -> None:
    found = parse(Text("sentry.server.config.ts", "import { init } from './x'\ninit({})"))
    assert found.sentry == ()


@pytest.mark.parametrize(
    ("content", "guarded"),
    [
        pytest.param("if (dsn) { Sentry.init({}) }", False, id="on the DSN"),
        pytest.param(
            "if (process.env.NODE_ENV === 'production') Sentry.init({})", False, id="in production"
        ),
        pytest.param(
            "if (process.env.NODE_ENV !== 'production') Sentry.init({})", True, id="elsewhere"
        ),
        pytest.param(
            "if (process.env.NODE_ENV === 'production') {} else { Sentry.init({}) }",
            True,
            id="in the other branch",
        ),
        pytest.param("if (flags.tracing) { Sentry.init({}) }", True, id="on a flag"),
        pytest.param("enabled && Sentry.init({})", True, id="behind an and"),
        pytest.param("process.env.SENTRY_DSN && Sentry.init({})", False, id="behind the DSN"),
        pytest.param(
            "function f() { if (!flag) return; Sentry.init({}) }", True, id="after a return"
        ),
        pytest.param(
            "function f() { if (!dsn) return; Sentry.init({}) }", False, id="after one on the DSN"
        ),
    ],
)
def test_guards(content: str, guarded: bool) -> None:
    assert _init(content).guarded is guarded
