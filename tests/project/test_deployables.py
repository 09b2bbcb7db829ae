"""What is deployed from a repository, how, and what shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .linked import package
from .linked_project import project, workflow

APP = {"package.json": package("express")}
UNIT = "[Service]\nExecStart=/usr/bin/node /opt/shop/server.js\n"
DOCKERFILE = 'FROM node:22\nCOPY . .\nCMD ["node", "."]\n'
COMPOSE = "services:\n  app:\n    build: .\n"
IMAGE = "services:\n  shop:\n    image: me/shop\n"
PM2 = "module.exports = {apps: [{name: 'shop', script: 'server.js'}]}\n"
SETUP = "#!/bin/bash\napt-get install -y nginx\nuseradd shop\nufw allow 80\n"
DOCKER_SETUP = "#!/bin/bash\napt-get install -y docker-ce\nuseradd shop\nufw allow 80\n"
UP = "#!/bin/bash\ngit pull\ndocker compose up -d\n"
CI = ".github/workflows/ci.yml"
SSH = "- uses: appleboy/ssh-action@v1\n  with:\n    host: h\n    script: |\n      {}"

KINDS: dict[str, tuple[dict[str, str], str]] = {
    "an application alone": (APP, "unknown"),
    "a unit": ({**APP, "shop.service": UNIT}, "server"),
    "a unit that an Ansible template is": (
        {**APP, "roles/shop/templates/shop.service.j2": UNIT},
        "server",
    ),
    "where it was written": ({**APP, ".replit": ""}, "platform"),
    "where it was written, and an image": (
        {**APP, ".replit": "", "Dockerfile": DOCKERFILE},
        "containers",
    ),
    "pm2": ({**APP, "ecosystem.config.js": PM2}, "server"),
    "pm2 that a script starts, beside an image": (
        {
            **APP,
            "Dockerfile": DOCKERFILE,
            "deploy.sh": "#!/bin/bash\ngit pull\nnpm ci\npm2 restart shop\n",
        },
        "server",
    ),
    "a unit beside a compose file": (
        {**APP, "shop.service": UNIT, "docker-compose.yml": COMPOSE},
        "server",
    ),
    "a script that sets a machine up": ({**APP, "setup.sh": SETUP}, "server"),
    "a script that sets a machine up and a leftover platform": (
        {**APP, "setup.sh": SETUP, "fly.toml": "app='x'\n"},
        "server",
    ),
    "a script that sets a machine up for containers": (
        {**APP, "setup.sh": DOCKER_SETUP, "docker-compose.yml": COMPOSE, "Dockerfile": DOCKERFILE},
        "containers",
    ),
    "a script that starts compose": (
        {**APP, "deploy.sh": UP, "docker-compose.yml": COMPOSE},
        "containers",
    ),
    "stores for development only": (
        {**APP, "docker-compose.yml": "services:\n  db:\n    image: postgres\n"},
        "unknown",
    ),
    "an image": ({**APP, "Dockerfile": DOCKERFILE}, "containers"),
    "an image of tests": ({**APP, "Dockerfile.test": DOCKERFILE}, "unknown"),
    "an image of something else": (
        {**APP, "proxy/Dockerfile": "FROM nginx\nCOPY n.conf /x\n"},
        "unknown",
    ),
    "an image without an application or port": (
        {"Dockerfile": "FROM alpine\nCOPY a.sh /\nCMD /a.sh\n"},
        "unknown",
    ),
    "a tool that a job publishes as an image": (
        {
            "Dockerfile": "FROM alpine\nCOPY a.sh /\nCMD /a.sh\n",
            CI: workflow("- run: docker push me/tool"),
        },
        "unknown",
    ),
    "an image with a port": ({"Dockerfile": "FROM me/base\nCOPY . .\nEXPOSE 80\n"}, "containers"),
    "a job over ssh": (
        {**APP, CI: workflow(SSH.format("git pull && systemctl restart shop"))},
        "server",
    ),
    "a job over ssh that composes": (
        {**APP, CI: workflow(SSH.format("docker compose up -d"))},
        "containers",
    ),
    "a job for pull requests": (
        {**APP, CI: workflow(SSH.format("ls"), on="pull_request")},
        "unknown",
    ),
    "a job that publishes an image": (
        {**APP, CI: workflow("- run: docker push me/shop")},
        "containers",
    ),
    "a platform": ({**APP, "fly.toml": "app = 'x'\n"}, "platform"),
    "a platform that builds the image": (
        {**APP, "fly.toml": "app = 'x'\n", "Dockerfile": DOCKERFILE},
        "platform",
    ),
    "Kubernetes": ({**APP, "k8s/a.yaml": "apiVersion: apps/v1\nkind: Deployment\n"}, "kubernetes"),
    "functions that are never called": (
        {
            "deploy/nginx.sh": "#!/bin/bash\nnginx_deploy() {\n  git pull\n  systemctl restart nginx\n}\n"
        },
        "unknown",
    ),
    "a compose file of images": ({"docker-compose.yml": IMAGE}, "containers"),
    "variants of one service": (
        {f"{name}/docker-compose.yml": IMAGE for name in ("caddy", "traefik", "plain")},
        "template",
    ),
    "two variants of one service": (
        {f"{name}/docker-compose.yml": IMAGE for name in ("a", "b")},
        "containers",
    ),
    "a package called a template": (
        {"package.json": package("next", name="saas-boilerplate")},
        "template",
    ),
    "projects in a folder for templates": (
        {"template/app/package.json": package("next")},
        "template",
    ),
    "templates beside an application": (
        {**APP, "shop.service": UNIT, "templates/x/package.json": package("next")},
        "server",
    ),
    "a library": ({"package.json": '{"name": "x", "main": "a.js", "files": ["a.js"]}'}, "library"),
}


@pytest.mark.parametrize(("files", "expected"), KINDS.values(), ids=KINDS)
def test_a_repository_has_a_kind(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert project(tmp_path, files).kind.name == expected


def test_each_application_has_its_own_kind(tmp_path: Path) -> None:
    files = {
        "apps/api/package.json": package("express", name="api"),
        "apps/api/Dockerfile": DOCKERFILE,
        "apps/web/package.json": package("next", start="next start", name="web"),
        "apps/web/vercel.json": "{}\n",
    }
    found = project(tmp_path, files).deployables
    assert [(d.folder, d.kind, d.images) for d in found] == [
        ("apps/api", "containers", ("apps/api/Dockerfile",)),
        ("apps/web", "platform", ()),
    ]


def test_an_image_that_may_build_any_belongs_to_those_without_one(tmp_path: Path) -> None:
    files = {
        "apps/api/package.json": package("express", name="api"),
        "apps/api/Dockerfile": DOCKERFILE,
        "apps/web/package.json": package("next", start="next start", name="web"),
        "docker/Dockerfile": DOCKERFILE,
        "ecosystem.config.js": PM2,
    }
    assert {d.folder: d.images for d in project(tmp_path, files).deployables} == {
        "apps/api": ("apps/api/Dockerfile",),
        "apps/web": ("docker/Dockerfile",),
    }


def test_what_shares_its_evidence_follows_the_server(tmp_path: Path) -> None:
    files = {
        "apps/api/package.json": package("express", name="api"),
        "apps/worker/package.json": package("bullmq", start="node w.js", name="worker"),
        "setup.sh": SETUP,
    }
    found = {d.folder: d.deployed_with for d in project(tmp_path, files).deployables}
    assert found == {"apps/api": None, "apps/worker": "apps/api"}


def test_a_package_manager_starts_the_package_that_it_stands_in(tmp_path: Path) -> None:
    files = {
        "package.json": package("expo", start="expo start"),
        "api/package.json": package("express", name="api"),
        "ecosystem.config.js": "module.exports = {apps: [{name: 'app', script: 'npm', args: 'start'}]}\n",
    }
    found = project(tmp_path, files)
    assert [unit.deployable for unit in found.units if unit.source == "pm2"] == [""]
    assert [[e.location.path for e in d.evidence] for d in found.deployables] == [
        ["api/package.json"]
    ]


def test_a_repository_without_an_application_deploys_what_it_composes(tmp_path: Path) -> None:
    (found,) = project(tmp_path, {"docker-compose.yml": IMAGE}).deployables
    assert (found.folder, found.name, found.kind, found.serves) == (
        "",
        "the deployment",
        "containers",
        False,
    )


def test_a_script_for_other_peoples_servers_deploys_nothing(tmp_path: Path) -> None:
    found = project(tmp_path, {"install.sh": SETUP})
    assert (found.kind.name, found.deployables) == ("server", ())
