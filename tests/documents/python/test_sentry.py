from __future__ import annotations

import pytest

from infra_audit.documents.facts import SentryInit
from infra_audit.documents.python import parse
from infra_audit.source.text import Text


def _inits(source: str) -> tuple[SentryInit, ...]:
    return parse(Text("app/main.py", source)).sentry


@pytest.mark.parametrize(
    ("source", "options", "spread", "guarded"),
    [
        pytest.param(
            'import sentry_sdk\nsentry_sdk.init("https://a@b/1")', {}, False, False, id="a DSN"
        ),
        pytest.param(
            "import sentry_sdk as s\nRATE = 1.0\ns.init(traces_sample_rate=RATE)",
            {"traces_sample_rate": "1.0"},
            False,
            False,
            id="another name and a constant",
        ),
        pytest.param(
            "from sentry_sdk import init as start\nstart(send_default_pii=True, **more)",
            {"send_default_pii": "True", "**": None},
            True,
            False,
            id="spread",
        ),
        pytest.param(
            "import sentry_sdk\nif settings.DSN and not DEBUG:\n    sentry_sdk.init()",
            {},
            False,
            False,
            id="where there is a DSN",
        ),
        pytest.param(
            'import sentry_sdk\nif env == "production":\n    sentry_sdk.init()',
            {},
            False,
            False,
            id="in production",
        ),
        pytest.param(
            'import sentry_sdk\nif env != "production":\n    sentry_sdk.init()',
            {},
            False,
            True,
            id="not in production",
        ),
        pytest.param(
            "import sentry_sdk\nif preview:\n    sentry_sdk.init()",
            {},
            False,
            True,
            id="under another condition",
        ),
    ],
)
def test_a_call(source: str, options: dict[str, str | None], spread: bool, guarded: bool) -> None:
    (init,) = _inits(source)

    assert {e.name: e.value.literal if e.value else None for e in init.options} == options
    assert (init.spread, init.guarded) == (spread, guarded)


def test_another_init() -> None:
    assert _inits("import sentry_sdk\nlogging.init()\n") == ()
