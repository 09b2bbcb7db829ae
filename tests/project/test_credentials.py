"""Names and values: which of them are credentials, and how they are shown."""

from __future__ import annotations

import pytest

from infra_audit.project.credentials import is_own, masked, sort, token

SORTS = [
    ("JWT_SECRET", "9f8c2e7b1d4a6f3059be7c81", "random"),
    ("JWT_SECRET", "qxcmco", "chosen"),
    ("SESSION_SECRET", "keyboard-cat", "chosen"),
    ("ADMIN_PASSWORD", "admin", "chosen"),
    ("db_password", "asd_123", "chosen"),
    ("API_KEY", "your-api-key", "placeholder"),
    ("ENCRYPTION_KEY", "0123456789abcdef0123456789abcdef", "placeholder"),
    ("NEXT_PUBLIC_API_TOKEN", "9f8c2e7b1d4a6f3059be7c81", None),
    ("SUPABASE_ANON_KEY", "9f8c2e7b1d4a6f3059be7c81", None),
    ("MAX_TOKEN", "9f8c2e7b1d4a6f3059be7c81", None),
    ("DB_PASSWORD_FILE", "/run/secrets/db", None),
    ("DB_PASSWORD", "/run/secrets/db", None),
    ("DB_PASSWORD", "$PASSWORD", None),
    ("DB_PASSWORD", "prefix-$(make)", None),
    ("TLS_SECRET", "shop-tls", None),
    ("TOKEN", "DEPLOY_TOKEN", None),
    ("TOKEN", "Bearer", None),
    ("TOKEN", "3600", None),
    ("PORT", "9f8c2e7b1d4a6f3059be7c81", None),
    ("DB_PASSWORD", "Please enter one:", None),
]


@pytest.mark.parametrize(("name", "value", "told"), SORTS)
def test_what_a_value_is(name: str, value: str, told: str | None) -> None:
    assert sort(name, value) == told


def test_tokens_are_known_by_their_form() -> None:
    real = "ghp_Zk3vQ8mT2rWx7LcN5bYs9HdF4jGa6PuE1oIt"
    assert token(f"https://x:{real}@git.example.com/") == real
    assert sort("URL", real) == "token"
    assert token("ghp_" + "x" * 36) == ""
    assert token("AKIAIOSFODNN7EXAMPLE") == ""


@pytest.mark.parametrize(
    ("name", "value", "own"),
    [
        ("JWT_SECRET", "your-secret", True),
        ("ADMIN_PASSWORD", "changeme", True),
        ("SMTP_PASSWORD", "your-password", False),
        ("OPENAI_API_KEY", "changeme", False),
        ("password", "changeme", False),
    ],
)
def test_a_placeholder_that_works_all_the_same(name: str, value: str, own: bool) -> None:
    assert is_own(name, value) is own


@pytest.mark.parametrize(("value", "shown"), [("hunter2", "…"), ("hunter22", "hu…"), ("", "…")])
def test_nothing_can_be_read_off_what_is_shown(value: str, shown: str) -> None:
    assert masked(value) == shown
