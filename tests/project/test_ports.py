"""The ports of units, whatever names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.types import Port

from .linked import package
from .linked_project import project

COMPOSE = "services:\n  web:\n    image: shop\n"


def shown(port: Port) -> str:
    number = port.number or (f"{port.default}?" if port.default else "?")
    return " ".join(
        filter(
            None,
            (
                port.kind,
                number,
                f"to {port.target}" if port.target else "",
                f"at {port.host}" if port.host else "",
                f"by {port.variable}" if port.variable else "",
                f"of {port.unit.source} {port.unit.name}" if port.unit else "",
            ),
        )
    )


PORTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "published": (
        {"compose.yaml": COMPOSE + "    ports: ['127.0.0.1:8080:3000/udp', '4000']\n"},
        [
            "published 8080 to 3000 at 127.0.0.1 of compose web",
            "container 3000 of compose web",
            "container 4000 of compose web",
        ],
    ),
    "published by variables": (
        {"compose.yaml": COMPOSE + "    ports: ['${A:-8080}:${B}', '$C:80']\n"},
        [
            "published 8080? of compose web",
            "container ? of compose web",
            "published ? to 80 of compose web",
            "container 80 of compose web",
        ],
    ),
    "exposed and told": (
        {"compose.yaml": COMPOSE + "    expose: [3000]\n    environment: {PORT: 3000, DB_PORT: 1}\n"},
        ["container 3000 of compose web", "told 3000 by PORT of compose web"],
    ),
    "an image": (
        {"Dockerfile": "FROM node\nENV PORT=3000\nEXPOSE 3000/tcp $ANY\nCMD [\"next\", \"start\", \"-p\", \"80\"]\n"},
        [
            "told 3000 by PORT of image Dockerfile",
            "container 3000 of image Dockerfile",
            "container ? of image Dockerfile",
            "told 80 of image Dockerfile",
        ],
    ),
    "a server at one address": (
        {
            "package.json": package("express"),
            "server.js": "require('express')().listen(3000, '127.0.0.1');\n",
        },
        ["listens 3000 at 127.0.0.1"],
    ),
    "an app with a default": (
        {
            "ecosystem.config.js": "module.exports = {apps: [{name: 'a', script: 'a.js', env: {PORT: '1', ...x}}]};\n"
        },
        ["told 1? by PORT of pm2 a"],
    ),
    "a server": (
        {
            "package.json": package("express"),
            "server.js": "const app = require('express')();\napp.listen(process.env.APP_PORT || 3000);\n",
            "compose.yaml": COMPOSE + "    environment: [APP_PORT=80]\n",
        },
        ["listens 3000? by APP_PORT", "told 80 by APP_PORT of compose web"],
    ),
    "a unit": (
        {"shop.service": "[Service]\nEnvironment=PORT=3000\nExecStart=/usr/bin/env gunicorn -b 0.0.0.0:8000 a\n"},
        ["told 8000 at 0.0.0.0 of systemd shop.service", "told 3000 by PORT of systemd shop.service"],
    ),
    "pm2": (
        {"ecosystem.config.js": "module.exports = {apps: [{name: 'a', script: 'node_modules/.bin/next',"
                                " args: 'start -p 3001', env_production: {PORT: 3000}}]}\n"},
        ["told 3000 by PORT of pm2 a", "told 3001 of pm2 a"],
    ),
    "a start script": (
        {"package.json": package("next", start="PORT=80 next start --port=3000")},
        ["told 80 by PORT of package shop", "told 3000 of package shop"],
    ),
    "another tool's -p": ({"package.json": package("express", start="node . -p 3000")}, []),
    "a platform": (
        {"fly.toml": "app = 'a'\n[env]\nPORT = '80'\n[[services]]\ninternal_port = 80\n[[services.ports]]\nport = 443\n"},
        [
            "container 80 of platform app",
            "published 443 to 80 of platform app",
            "told 80 by PORT of platform app",
        ],
    ),
    "what Prometheus asks": (
        {
            "compose.yaml": COMPOSE,
            "prometheus.yml": "scrape_configs:\n  - job_name: a\n    static_configs: [{targets: ['web:3000', '$X:1', a]}]\n",
        },
        ["probed 3000 at web of compose web"],
    ),
    "a cluster": (
        {"k8s/a.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, ports: [{containerPort: 80}]}]}\n---\n"
                       "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 81, targetPort: http}]}\n"},
        ["container 80 of kubernetes a", "published 81"],
    ),
    "a Procfile": (
        {"Procfile": "web: next start -p 80\n"},
        ["told 80 of procfile web"],
    ),
    "supervisor": (
        {"supervisord.conf": "[program:a]\ncommand=x --port=80\nenvironment=PORT=81\n"},
        ["told 81 by PORT of supervisor a", "told 80 of supervisor a"],
    ),
    "a probe": (
        {"compose.yaml": COMPOSE + "    healthcheck: {test: curl -f http://localhost:3000/}\n"},
        ["probed 3000 at localhost of compose web"],
    ),
    "a test's server": (
        {"package.json": package("express"), "tests/server.test.ts": "require('express')().listen(1);\n"},
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), PORTS.values(), ids=PORTS)
def test_ports(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    assert [shown(port) for port in project(tmp_path, files).ports] == expected
