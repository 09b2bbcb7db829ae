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
    "is what a service of compose runs": (
        {
            "up.sh": "envsubst < /t > /etc/nginx/conf.d/default.conf\nnginx -g 'daemon off;'\n",
            "compose.yaml": "services:\n  web:\n    image: nginx\n    command: ./up.sh\n",
        },
        "entrypoint",
    ),
    "is called as what an image starts": (
        {"cron/entrypoint.sh": "echo '@daily /go' | crontab -\nexec cron -f\n"},
        "entrypoint",
    ),
    "installs and leaves the rest to others": (
        {"install.sh": "apt-get install -y git\nexec bash scripts/bootstrap.sh\n"},
        "bootstrap",
    ),
    "is called setup behind another word": (
        {"vpnsetup.sh": 'apt-get install -y wget\nwget -qO "$t/vpn.sh" "$url"\nbash "$t/vpn.sh"\n'},
        "bootstrap",
    ),
    "brings an installation up to date": (
        {"vpnupgrade.sh": "apt-get install -y gcc\nmodprobe -q sha512\nservice ipsec restart\n"},
        "maintenance",
    ),
    "has a test inside a word of its name": ({"check-latest-commit.sh": "ls\n"}, "unknown"),
    "has local inside a word of its name": ({"locale.sh": "ls\n"}, "unknown"),
    "is called after tests": ({"run-unittests.sh": "ls\n"}, "test"),
    "is called after one machine": ({"start-local.sh": "ls\n"}, "development"),
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


def test_only_the_runs_of_a_dockerfile_build(tmp_path: Path) -> None:
    text = (
        "FROM node\nRUN npm ci\nHEALTHCHECK CMD curl -f localhost || exit 1\nCMD node . | tee log\n"
    )
    acts = project(tmp_path, {"Dockerfile": text}).acts
    assert [(a.role, a.reached_by) for a in acts] == [
        ("build", ("image-build",)),
        ("unknown", ("image",)),
        ("unknown", ("image",)),
    ]


def test_what_a_container_runs_does_not_maintain_a_server(tmp_path: Path) -> None:
    command = "/bin/sh -c \"echo x > /etc/nginx/nginx.conf && nginx -g 'daemon off;'\""
    text = f"services:\n  web:\n    image: nginx\n    command: {command}\n"
    acts = project(tmp_path, {"compose.yaml": text}).acts
    assert {a.role for a in acts} == {"entrypoint"}
