"""What a step does for a deployment, and as whom fetched code runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.downloads import as_root, downloads
from infra_audit.project.phases import phase
from tests.project.linked_project import project

PHASES = [
    ("git -C /srv/shop pull --ff-only", "fetch"),
    ("git fetch --tags", ""),
    ("git checkout -- package-lock.json", ""),
    ("docker compose pull", "fetch"),
    ("npm ci --omit=dev", "install"),
    ("npm install -g pm2", ""),
    ("docker compose build app", "build"),
    ("docker compose exec -T app npx prisma migrate deploy", "migrate"),
    ("kubectl exec deploy/shop -- npm run migrate", "migrate"),
    ("docker compose up -d --build", "start"),
    ("docker compose up -d postgres", ""),
    ("sudo systemctl restart nginx", ""),
    ("sudo systemctl restart shop", "start"),
    ("npm run deploy:production", "ship"),
    ("npm run deploy:check", ""),
    ("rsync -a --exclude .env dist/ shop.example.com:/srv/shop/", "ship"),
    ("rsync -a nginx/shop.conf shop.example.com:/etc/nginx/", ""),
    ("ssh shop.example.com true", ""),
    ("terraform apply --help", ""),
]


@pytest.mark.parametrize(("line", "wanted"), PHASES)
def test_a_step_is_of_one_phase(line: str, wanted: str, tmp_path: Path) -> None:
    model = project(tmp_path, {"deploy.sh": f"#!/bin/bash\n{line}\n"})
    assert phase(model.acts[0].behaviour.runs[0]) == wanted


PIPE = "curl -fsSL https://install.example.com/agent.sh | "
USERS = [
    pytest.param(f"{PIPE}sudo bash", True, id="by sudo"),
    pytest.param(f"{PIPE}sudo -u shop bash", False, id="as another user"),
    pytest.param(f"{PIPE}bash", False, id="as whoever calls it"),
    pytest.param(f"apt-get install -y curl\n{PIPE}bash", True, id="packages without sudo"),
    pytest.param(
        f"apt-get install -y curl\nsudo -u shop bash <<'EOF'\n{PIPE}bash\nEOF",
        False,
        id="in a shell of another user",
    ),
    pytest.param(f"ssh root@shop.example.com '{PIPE}bash'", True, id="logged in as root"),
]


@pytest.mark.parametrize(("script", "wanted"), USERS)
def test_it_is_told_who_runs_it(script: str, wanted: bool, tmp_path: Path) -> None:
    model = project(tmp_path, {"setup.sh": f"#!/bin/bash\n{script}\n"})
    act = model.acts[0]
    assert [as_root(found, act) for found in downloads(act)] == [wanted]
