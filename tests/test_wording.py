"""Messages that are put together from what the repository shows say no more than is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.files import write
from tests.repository import audited

PACKAGE = '{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.21.0", "%s": "1.0.0"}}'
UNIT = "[Service]\nExecStart=/usr/bin/node server.js\n"
SERVER = (
    "const express = require('express')\nconst app = express()\n"
    "app.get('/health', (request, response) => response.json({ ok: true }))\napp.listen(3000)\n"
)
SHOP = (
    "const express = require('express')\nconst app = express()\n"
    "app.get('/carts', (request, response) => response.json([]))\n"
    "app.post('/carts', (request, response) => response.json({}))\napp.listen(3000)\n"
)
UPDATE = "#!/bin/bash\nset -e\nchmod +x backup.sh\n./backup.sh\ngit pull\nnpm ci\nsystemctl restart shop\n"
MARIADB = "#!/bin/bash\napt-get install -y nginx mariadb-server\nuseradd shop\nsystemctl enable --now shop\n"

TWO_DRIVERS = PACKAGE.replace(
    '"%s": "1.0.0"', '"pg": "8.13.0", "mysql2": "3.11.0", "ioredis": "5.4.0"'
)
PYTHON = "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y gcc curl\nCOPY . .\nRUN pip install -r requirements.txt\nCMD python app.py\n"

CASES = [
    pytest.param(
        "containers/missing-compose",
        {"package.json": TWO_DRIVERS, "shop.service": UNIT},
        "needs PostgreSQL or MySQL and Redis,",
        id="of two drivers for SQL a setting picks one",
    ),
    pytest.param(
        "containers/single-stage-build",
        {"requirements.txt": "flask==3.0.3\n", "app.py": "", "Dockerfile": PYTHON},
        "`gcc` of `apt-get install -y gcc curl` stays in it",
        id="only what a build needs, not what asks for health",
    ),
    pytest.param(
        "observability/health-ignores-database",
        {
            "package.json": PACKAGE % "better-sqlite3",
            "server.js": f"const Database = require('better-sqlite3')\n{SERVER}",
        },
        "stays green while the database file is missing or locked",
        id="a file is never down",
    ),
    pytest.param(
        "observability/health-ignores-database",
        {"package.json": PACKAGE % "pg", "server.js": SERVER},
        "stays green while PostgreSQL is down",
        id="a server by the name that people use",
    ),
    pytest.param(
        "database/missing-backup",
        {"package.json": PACKAGE % "mysql2", "bootstrap.sh": MARIADB},
        "keeps its data in MariaDB",
        id="mariadb where that is installed",
    ),
    pytest.param(
        "database/unscheduled-backup",
        {
            "package.json": PACKAGE % "pg",
            "update.sh": UPDATE,
            "backup.sh": "#!/bin/bash\npg_dump shop > shop.sql\n",
        },
        "runs at each update only (update.sh:4); between updates nothing does",
        id="the line that runs a backup, not the one that makes it executable",
    ),
    pytest.param(
        "observability/missing-health-endpoint",
        {"package.json": PACKAGE % "pg", "server.js": SHOP},
        "answers 1 path,",
        id="two methods of one path",
    ),
]


@pytest.mark.parametrize(("rule", "files", "said"), CASES)
def test_it_says_so(rule: str, files: dict[str, str], said: str, tmp_path: Path) -> None:
    write(tmp_path, {"shop.service": UNIT, **files})
    messages = [f.message for f in audited(tmp_path, rule).findings]
    assert len(messages) == 1
    assert said in messages[0]


@pytest.mark.parametrize(
    ("script", "severity"),
    [
        ("git pull\nnpm ci\nsudo systemctl restart shop\n", "note"),
        ("git pull\nsudo apt-get install -y nodejs\nsudo systemctl restart shop\n", "warning"),
    ],
    ids=["a line in sudoers would do", "packages need all of root"],
)
def test_a_release_that_only_restarts_with_sudo_is_a_note(
    script: str, severity: str, tmp_path: Path
) -> None:
    files = {"package.json": PACKAGE % "pg", "shop.service": UNIT, "deploy.sh": script}
    write(tmp_path, files)
    assert [f.severity for f in audited(tmp_path, "scripts/needs-root").findings] == [severity]
