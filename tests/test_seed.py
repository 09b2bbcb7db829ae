"""Each true statement of the review that the project began with is found in fixtures/leaky-shop."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repository import audited

SHOP = Path(__file__).parent.parent / "fixtures" / "leaky-shop"
FOUND = {(f.rule, f.location.path, f.location.span.line): f for f in audited(SHOP).findings}

STATEMENTS = [
    ("no Dockerfile", "containers/missing-dockerfile", "deploy/leaky-shop.service", "ExecStart="),
    ("no compose file", "containers/missing-compose", "package.json", '"ioredis"'),
    (
        "no deployment pipeline, deploy.sh by hand",
        "delivery/manual-deploy",
        "deploy.sh",
        "systemctl restart",
    ),
    ("no rollback", "delivery/no-rollback", "deploy.sh", "systemctl restart"),
    (
        "SQLite in production",
        "database/sqlite-in-production",
        "prisma/schema.prisma",
        'provider = "sqlite"',
    ),
    ("no backup", "database/missing-backup", "prisma/schema.prisma", "datasource"),
    ("no metrics", "observability/missing-metrics", "deploy/leaky-shop.service", "ExecStart="),
    ("no APM", "observability/missing-apm", "deploy/leaky-shop.service", "ExecStart="),
    (
        "Sentry for errors only: client",
        "observability/sentry-without-tracing",
        "sentry.client.config.ts",
        "Sentry.init",
    ),
    (
        "Sentry for errors only: server",
        "observability/sentry-without-tracing",
        "sentry.server.config.ts",
        "Sentry.init",
    ),
    (
        "Sentry for errors only: edge",
        "observability/sentry-without-tracing",
        "sentry.edge.config.ts",
        "Sentry.init",
    ),
    ("no health route", "observability/missing-health-endpoint", "package.json", '"start"'),
    ("misplaced exit 1", "scripts/fails-on-success-path", "bootstrap-ubuntu22.sh", "exit 1"),
    ("broken if/fi", "scripts/syntax-error", "bootstrap-ubuntu22.sh", "fi"),
    ("needs root", "scripts/needs-root", "bootstrap-ubuntu22.sh", "EUID"),
    (
        "node_modules deleted live",
        "scripts/removal-of-live-path",
        "bootstrap-ubuntu22.sh",
        "rm -rf node_modules",
    ),
    ("claims idempotency", "scripts/not-idempotent", "bootstrap-ubuntu22.sh", "vm.swappiness"),
    (
        "bash instead of Terraform",
        "servers/no-infrastructure-as-code",
        "bootstrap-ubuntu22.sh",
        "install",
    ),
]


@pytest.mark.parametrize(
    ("rule", "path", "text"), [pytest.param(*row[1:], id=row[0]) for row in STATEMENTS]
)
def test_it_is_found_at_the_line_that_says_so(rule: str, path: str, text: str) -> None:
    lines = (SHOP / path).read_text(encoding="utf-8").splitlines()
    places = [line for found, where, line in FOUND if (found, where) == (rule, path)]
    assert places
    assert any(text in lines[line - 1] for line in places)
