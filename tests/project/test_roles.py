"""What scripts are for: by what they do, by who calls them, by their names last."""

from __future__ import annotations

from pathlib import Path

import pytest

from .linked_project import project, workflow

STORES = "services:\n  db:\n    image: postgres:16\n"
RELEASE = "git pull\nnpm ci\npm2 restart shop\n"

ROLES: dict[str, tuple[dict[str, str], str]] = {
    "sets a machine up": (
        {"setup.sh": "apt-get install -y nginx\nuseradd shop\nufw allow 80\n"},
        "bootstrap",
    ),
    "renews and restarts": ({"go.sh": RELEASE}, "deploy"),
    "keeps a second machine": (
        {
            "cold-standby.sh": "rsync -a /opt/shop/ me@host:/opt/shop/\nssh me@host 'sudo systemctl restart shop'\n"
        },
        "maintenance",
    ),
    "restarts elsewhere": ({"go.sh": "ssh me@host 'sudo systemctl restart shop'\n"}, "deploy"),
    "sends and is called so": (
        {"deploy.sh": "npm run build\nrsync -az dist/ me@host:/srv/shop\n"},
        "deploy",
    ),
    "pulls and builds and is called so": (
        {"deploy.sh": "git pull\nnpm ci\nnpm run build\n"},
        "deploy",
    ),
    "pulls and builds under another name": (
        {"go.sh": "git pull\nnpm ci\nnpm run build\n"},
        "unknown",
    ),
    "dumps a database": ({"save.sh": "pg_dump shop > /var/backups/shop.sql\n"}, "backup"),
    "packs a volume": (
        {
            "backup.sh": 'docker run --rm -v data:/data -v "$PWD":/out alpine tar czf /out/d.tgz -C /data .\n'
        },
        "backup",
    ),
    "unpacks a volume": (
        {"put.sh": "docker run --rm -v data:/data alpine tar xzf /in.tgz -C /data\n"},
        "unknown",
    ),
    "restarts only": ({"fix.sh": "systemctl restart mariadb\n"}, "maintenance"),
    "takes everything away": (
        {"uninstall.sh": "apt-get purge -y nginx\nuserdel shop\nsystemctl stop shop\n"},
        "maintenance",
    ),
    "defines functions only": (
        {"hooks/nginx.sh": "nginx_deploy() {\n  git pull\n  systemctl restart nginx\n}\n"},
        "library",
    ),
    "defines functions and calls one": (
        {"up.sh": "main() {\n  git pull\n  npm ci\n  pm2 restart shop\n}\nmain\n"},
        "deploy",
    ),
    "starts stores for development": (
        {"up.sh": "git pull\nnpm ci\ndocker compose up -d\n", "docker-compose.yml": STORES},
        "unknown",
    ),
    "starts the application": (
        {
            "up.sh": "git pull\ndocker compose up -d --build\n",
            "docker-compose.yml": "services:\n  app:\n    build: .\n",
        },
        "deploy",
    ),
    "is for developers": ({"scripts/dev.sh": RELEASE}, "development"),
    "is for tests": ({"tests/go.sh": RELEASE}, "test"),
    "starts a container": (
        {
            "run.sh": "npx prisma migrate deploy\nexec node .\n",
            "Dockerfile": 'FROM node\nCOPY . .\nCMD ["./run.sh"]\n',
        },
        "entrypoint",
    ),
    "serves a job": (
        {"lint.sh": "shellcheck *.sh\n", ".github/workflows/ci.yml": workflow("- run: ./lint.sh")},
        "ci",
    ),
    "does nothing that tells": ({"a.sh": "ls\n"}, "unknown"),
}


@pytest.mark.parametrize(("files", "expected"), ROLES.values(), ids=ROLES)
def test_a_script_has_a_role(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    path = next(iter(files))
    files = {p: f"#!/bin/bash\n{text}" if p == path else text for p, text in files.items()}
    (act,) = (
        a
        for a in project(tmp_path, files).acts
        if a.script.path == path and a.script.origin == "file"
    )
    assert act.role == expected


def test_a_role_has_its_reasons(tmp_path: Path) -> None:
    (act,) = project(tmp_path, {"go.sh": f"#!/bin/bash\n{RELEASE}"}).acts
    assert [(e.location.span.line, e.note) for e in act.reasons] == [(4, "`pm2 restart shop`")]


def test_steps_of_an_action_that_no_job_uses_serve_jobs(tmp_path: Path) -> None:
    text = "runs:\n  using: composite\n  steps:\n    - run: sudo rm -rf /usr/local/share\n      shell: bash\n"
    assert [a.role for a in project(tmp_path, {"action.yml": text}).acts] == ["ci"]
