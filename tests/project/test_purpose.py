"""What files are for, by their paths and, for compose files, by what they start."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.purpose import Sort, purpose

from .linked_project import facts

BY_PATH: dict[str, tuple[str, Sort, str]] = {
    "a file at the root": ("deploy.sh", "script", "production"),
    "a folder of tests": ("tests/run.sh", "script", "test"),
    "a development container": (".devcontainer/docker-compose.yml", "", "development"),
    "skills of an assistant": (".claude/skills/x/deploy.sh", "script", "development"),
    "a folder of examples": ("examples/shop/docker-compose.yml", "", "example"),
    "a folder named after examples": ("extra/push-examples/bash/index.sh", "script", "example"),
    "a demonstration": ("apps/demo-shop/Dockerfile", "", "example"),
    "a folder whose name only holds the word": ("resampler/run.sh", "script", "production"),
    "documentation": ("docs/nginx.conf", "", "documentation"),
    "a hidden archive": ("apps/.archive/wiki/docker-compose.yml", "", "documentation"),
    "a hidden template": ("apps/.template/docker-compose.yml", "", "template"),
    "a folder of backup scripts": ("backup/run.sh", "script", "production"),
    "a dotenv example": (".env.example", "", "example"),
    "a distributed dotenv": (".env.dist", "", "example"),
    "a dotenv of development": (".env.development", "", "development"),
    "a production dotenv": (".env.production", "", "production"),
    "a development Dockerfile": ("Dockerfile.dev", "", "development"),
    "a compose override": ("docker-compose.override.yml", "", "development"),
    "a test compose file": ("docker-compose.test.yml", "", "test"),
    "nginx's default server is no default": ("nginx/default.conf", "", "production"),
    "usr local is no development": ("files/usr/local/bin/run.sh", "script", "production"),
    "a local folder": ("local/docker-compose.yml", "", "development"),
    "a script for development": ("scripts/setup-dev-env.sh", "script", "development"),
    "a script that tests": ("scripts/smoke-test.sh", "script", "test"),
    "a script with latest in its name": ("scripts/get-latest.sh", "script", "production"),
    "a script that updates defaults": ("scripts/update-defaults.sh", "script", "production"),
    "a script that installs an integration": (
        "scripts/install-integration.sh",
        "script",
        "production",
    ),
    "a script as a template": ("deploy.template.sh", "script", "template"),
    "a workflow called e2e": (".github/workflows/e2e.yml", "workflow", "production"),
    "a workflow called local": (".github/workflows/smoke-local.yml", "workflow", "production"),
    "a workflow that never runs here": ("apps/web/.github/workflows/ci.yml", "workflow", "example"),
    "a composite action": (".github/actions/test/action.yml", "workflow", "production"),
    "a test module": ("src/app.test.ts", "module", "test"),
    "a test by its first word": ("scripts/test-ssl.js", "module", "test"),
    "a runner's configuration": ("playwright.config.ts", "module", "test"),
    "mocks": ("src/mocks/handlers.ts", "module", "test"),
    "page objects of tests": ("tests/pages/login.ts", "module", "test"),
    "a route called test": ("app/api/test/route.ts", "module", "production"),
    "a route called docs": ("apps/web/app/api/docs/[guide]/route.ts", "module", "production"),
    "a route of templates": ("app/api/templates/route.ts", "module", "production"),
    "a page called demo": ("pages/demo/index.tsx", "module", "production"),
    "tests among routes": ("app/api/__tests__/route.ts", "module", "test"),
    "a controller of benchmarks": (
        "src/app/benchmarks/benchmarks.controller.ts",
        "module",
        "production",
    ),
    "a controller called mock": (
        "src/mock-server/mock-server.controller.ts",
        "module",
        "production",
    ),
    "a module about integrations": ("lib/send-slack-integration.ts", "module", "production"),
    "a schema file about integrations": (
        "prisma/schema/integration.prisma",
        "schema",
        "production",
    ),
    "a test's schema": ("prisma/schema.test.prisma", "schema", "test"),
    "a schema of development": ("prisma/schema.dev.prisma", "schema", "development"),
    "a package in a folder of tools": ("packages/test-utils/package.json", "package", "production"),
    "configurations in a folder of templates": ("templates/nginx/site.conf", "", "production"),
    "an Ansible template": ("roles/shop/templates/shop.service.j2", "", "template"),
}


@pytest.mark.parametrize(("path", "sort", "expected"), BY_PATH.values(), ids=BY_PATH)
def test_a_path_tells(path: str, sort: Sort, expected: str) -> None:
    assert purpose(path, sort) == expected


def test_a_template_is_a_folder_that_holds_a_project(tmp_path: Path) -> None:
    files = {
        "template/app/package.json": "{}\n",
        "template/deploy.sh": "ls\n",
        "templates/site/reload.sh": "ls\n",
    }
    found = facts(tmp_path, files).purposes
    assert found["template/app/package.json"] == found["template/deploy.sh"] == "template"
    assert found["templates/site/reload.sh"] == "production"


STORES = "services:\n  db:\n    image: postgres:16\n"
APP = "services:\n  app:\n    build: {build}\n"

COMPOSED: dict[str, tuple[dict[str, str], str]] = {
    "stores only": ({"docker-compose.yml": STORES}, "development"),
    "stores with their interface": (
        {"docker-compose.yml": STORES + "  ui:\n    image: dpage/pgadmin4\n"},
        "development",
    ),
    "stores that a deployment starts": (
        {"docker-compose.yml": STORES, "deploy.sh": "git pull\ndocker compose up -d\n"},
        "production",
    ),
    "stores that a script for developers starts": (
        {"docker-compose.yml": STORES, "start.sh": "docker compose up -d\n"},
        "development",
    ),
    "stores called production": ({"docker-compose.prod.yml": STORES}, "production"),
    "an application": ({"docker-compose.yml": APP.format(build=".")}, "production"),
    "an application beside a mail catcher": (
        {"docker-compose.yml": APP.format(build=".") + "  mail:\n    image: mailhog/mailhog\n"},
        "development",
    ),
    "a stage for development": (
        {
            "docker-compose.yml": "services:\n  app:\n    build:\n      context: .\n      target: dev\n"
        },
        "development",
    ),
    "images of tests": (
        {
            "docker-compose.yml": APP.format(build="{context: ., dockerfile: test/Dockerfile}"),
            "test/Dockerfile": "FROM alpine\n",
        },
        "test",
    ),
    "what includes a file of development": (
        {
            "docker-compose.yml": "include:\n  - base.compose.yml\nservices:\n  api:\n    image: me/api\n",
            "base.compose.yml": STORES,
        },
        "development",
    ),
}


@pytest.mark.parametrize(("files", "expected"), COMPOSED.values(), ids=COMPOSED)
def test_a_compose_file_tells_by_what_it_starts(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    path = next(path for path in files if path.startswith("docker-compose"))
    assert facts(tmp_path, files).purposes[path] == expected


SITE = "server { listen 80; location / { proxy_pass http://127.0.0.1:3000; } }\n"
FILLED_IN: dict[str, tuple[str, str]] = {
    "by a script": ("sed s/X/y/ nginx/site.conf.template > /etc/nginx/s.conf\n", "production"),
    "by its kind": ('f() {\n  local t="${HERE}/nginx/si${kind}.conf.template"\n}\n', "template"),
    "by a part of its name": (
        'f() {\n  local t="${HERE}/nginx/site${kind}.conf.template"\n}\n',
        "production",
    ),
    "by another folder": ("cat caddy/site.conf.template\n", "template"),
    "by nobody": ("ls\n", "template"),
}


@pytest.mark.parametrize(("script", "expected"), FILLED_IN.values(), ids=FILLED_IN)
def test_a_proxy_that_a_script_fills_in_is_one_of_production(
    tmp_path: Path, script: str, expected: str
) -> None:
    files = {"nginx/site.conf.template": SITE, "setup.sh": f"#!/bin/bash\n{script}"}
    assert facts(tmp_path, files).purposes["nginx/site.conf.template"] == expected


UNIT = "[Service]\nExecStart={}\n"
UNITS: dict[str, tuple[dict[str, str], str]] = {
    "filled in": ({"shop.service": UNIT.format("/opt/shop/run")}, "production"),
    "to be filled in": ({"shop.service": UNIT.format("-/path/to/shop/run")}, "example"),
    "that a script fills in": (
        {
            "shop.service": UNIT.format("/path/to/shop/run"),
            "setup.sh": "#!/bin/bash\nsed s,/path/to,$1, deploy/shop.service > /etc/systemd/system/shop.service\n",
        },
        "production",
    ),
}


@pytest.mark.parametrize(("files", "expected"), UNITS.values(), ids=UNITS)
def test_a_unit_that_nobody_filled_in_is_an_example(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    assert facts(tmp_path, files).purposes["shop.service"] == expected
