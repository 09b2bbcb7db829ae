"""What looks like a secret is not shown, and everything else is."""

from __future__ import annotations

import pytest

from infra_audit.report.secrets import masked


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("NOTIFY_TOKEN=3f9c1b7e5a2d", "NOTIFY_TOKEN=3f**********"),
        ("  POSTGRES_PASSWORD: reports-2024", "  POSTGRES_PASSWORD: re**********"),
        (
            "url = postgres://shop:Bilanz-77@db:5432/shop",
            "url = postgres://shop:Bi*******@db:5432/shop",
        ),
        (
            "psql -c \"ALTER USER shop PASSWORD 'Kastanie'\"",
            "psql -c \"ALTER USER shop PASSWORD 'Ka******'\"",
        ),
        (
            'curl -H "Authorization: Bearer abcdef123456"',
            'curl -H "Authorization: Bearer ab**********"',
        ),
        (
            'FIREBASE_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----MIIEvgIBADAN"',
            'FIREBASE_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----MI**********"',
        ),
    ],
)
def test_a_secret_is_starred_and_columns_stay(line: str, shown: str) -> None:
    assert masked(line) == shown
    assert len(masked(line)) == len(line)


@pytest.mark.parametrize(
    "line",
    [
        "NOTIFY_TOKEN=${{ secrets.NOTIFY_TOKEN }}",
        'PASSWORD="$DB_PASSWORD"',
        "password: string",
        "DATABASE_URL=postgres://shop:$PASSWORD@db/shop",
        "git clone https://github.com/shop/shop.git",
        "cd /opt/shop && npm ci",
        "token = read_token()",
    ],
)
def test_what_is_none_is_shown(line: str) -> None:
    assert masked(line) == line
