"""Which of the places that show a deployment starts it, and how that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.starts import started
from tests.project.linked_project import project

PACKAGE = '{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.21.0"}}'
IMAGE = 'FROM node:22-slim\nCOPY . .\nCMD ["node", "server.js"]\n'
COMPOSE = "services:\n  shop:\n    build: .\n    restart: always\n"
BOOTSTRAP = "#!/bin/bash\napt-get install -y ca-certificates\napt-get install -y docker-ce\nufw allow 443\nuseradd shop\n"
UNIT = "[Service]\nWorkingDirectory=/srv/shop\nExecStart=/usr/bin/node server.js\n"
PUBLISH = (
    "on: push\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - uses: docker/build-push-action@v6\n        with: {context: ., file: docker/Dockerfile, push: true, tags: a/b}\n"
)

CASES = [
    pytest.param(
        {"shop.service": UNIT}, "shop.service", "the unit shop.service starts it", id="a unit"
    ),
    pytest.param(
        {"ecosystem.config.js": 'module.exports = {apps: [{name: "shop", script: "server.js"}]}\n'},
        "ecosystem.config.js",
        "pm2 runs `shop`",
        id="an app of pm2",
    ),
    pytest.param(
        {"Dockerfile": IMAGE, "compose.yaml": COMPOSE, "bootstrap.sh": BOOTSTRAP},
        "compose.yaml",
        "compose runs `shop`",
        id="a service outweighs what a bootstrap installs",
    ),
    pytest.param(
        {"deploy.sh": "#!/bin/bash\ngit pull\nnpm ci\npm2 restart shop --update-env\n"},
        "deploy.sh",
        "`pm2 restart shop --update-env` starts it",
        id="a command of the release",
    ),
    pytest.param(
        {"deploy.sh": "#!/bin/bash\ngit pull\nnpm ci\nnpm run build\n"},
        "package.json",
        "the package script `start` starts it",
        id="the start script where the release starts nothing",
    ),
    pytest.param(
        {
            "Dockerfile.bun": IMAGE,
            "docker/Dockerfile": IMAGE,
            ".github/workflows/publish.yml": PUBLISH,
        },
        "docker/Dockerfile",
        "published as an image by .github/workflows/publish.yml",
        id="the image that a workflow publishes, not one that nothing builds",
    ),
]


@pytest.mark.parametrize(("files", "path", "note"), CASES)
def test_it_is_the_place_that_starts_it(
    files: dict[str, str], path: str, note: str, tmp_path: Path
) -> None:
    seen = project(tmp_path, {"package.json": PACKAGE, **files})
    found = started(seen.deployables[0], seen)
    assert (found.location.path, found.note) == (path, note)
