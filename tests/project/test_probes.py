"""What asks whether the units answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.types import Probe

from .linked_project import project

COMPOSE = "services:\n  web:\n    image: shop\n    healthcheck:\n"
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n"
HEALTH = "HEALTHCHECK CMD curl -f http://localhost:3000/health || exit 1\n"


def shown(probe: Probe) -> str:
    asked = f"{probe.scheme}://{probe.host}:{probe.port}{probe.path or ''}"
    return " ".join(
        filter(
            None,
            (
                probe.source,
                probe.tool or "?",
                asked if probe.scheme else "",
                f"of {probe.unit.name}" if probe.unit else "",
                "inside" if probe.inside else "",
            ),
        )
    )


ASKED = "http://localhost:3000/health"
PROBES: dict[str, tuple[dict[str, str], list[str]]] = {
    "an image": (
        {"Dockerfile": f"FROM node\n{HEALTH}"},
        [f"image curl {ASKED} of Dockerfile inside"],
    ),
    "a stage that the image is built on": (
        {"Dockerfile": f"FROM node AS a\n{HEALTH}FROM a AS b\nRUN x\n"},
        [f"image curl {ASKED} of b inside"],
    ),
    "a stage that it only copies": (
        {"Dockerfile": f"FROM node AS a\n{HEALTH}FROM node AS b\nCOPY --from=a x x\n"},
        [],
    ),
    "an image without": ({"Dockerfile": f"FROM node\n{HEALTH}HEALTHCHECK NONE\n"}, []),
    "compose": (
        {"compose.yaml": COMPOSE + f"      test: [CMD, curl, -f, '{ASKED}']\n"},
        [f"compose curl {ASKED} of web inside"],
    ),
    "compose through a shell": (
        {"compose.yaml": COMPOSE + f"      test: [CMD-SHELL, 'wget -q --spider {ASKED} || exit 1']\n"},
        [f"compose wget {ASKED} of web inside"],
    ),
    "a command without an address": (
        {"compose.yaml": COMPOSE + "      test: [CMD, pg_isready]\n"},
        ["compose pg_isready of web inside"],
    ),
    "a command that takes a word from another": (
        {"compose.yaml": COMPOSE + "      test: [CMD-SHELL, 'mysqladmin ping -p\"$$(cat /run/s)\" --silent']\n"},
        ["compose mysqladmin of web inside"],
    ),
    "a test of what a command says": (
        {"compose.yaml": COMPOSE + "      test: [CMD-SHELL, '[ \"$$(redis-cli ping)\" = PONG ]']\n"},
        ["compose redis-cli of web inside"],
    ),
    "an unknown command": (
        {"compose.yaml": COMPOSE + "      test: $CHECK\n"},
        ["compose ? of web inside"],
    ),
    "switched off": ({"compose.yaml": COMPOSE + "      disable: true\n"}, []),
    "a platform": (
        {"fly.toml": "app = 'a'\n[[services]]\ninternal_port = 80\n[[services.http_checks]]\npath = '/up'\n"},
        ["platform ? http://:80/up of app"],
    ),
    "a cluster": (
        {"k8s/a.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      livenessProbe: {tcpSocket: {port: 80}}\n"
                       f"      readinessProbe: {{exec: {{command: [curl, '{ASKED}']}}}}\n      startupProbe: {{exec: {{}}}}\n"},
        ["kubernetes ? tcp://:80 of a", f"kubernetes curl {ASKED} of a inside", "kubernetes ? of a"],
    ),
    "a step": (
        {".github/workflows/a.yml": WORKFLOW + f"          curl -f {ASKED}\n"},
        [f"workflow curl {ASKED}"],
    ),
    "a step that asks another host": (
        {".github/workflows/a.yml": WORKFLOW + "          curl -f https://shop.example/api/health\n"},
        ["workflow curl https://shop.example:443/api/health"],
    ),
    "a download": (
        {".github/workflows/a.yml": WORKFLOW + "          curl -fsSL https://get.example/install | sh\n"},
        [],
    ),
    "an answer that is looked through": (
        {".github/workflows/a.yml": WORKFLOW + f"          curl -s {ASKED} | grep -q ok\n"},
        [f"workflow curl {ASKED}"],
    ),
    "an answer that is read": (
        {".github/workflows/a.yml": WORKFLOW + f"          curl -s {ASKED} | jq .version\n"},
        [],
    ),
    "a script": (
        {"deploy.sh": f"#!/bin/bash\nsystemctl restart shop\ncurl -f {ASKED}\n"},
        [f"script curl {ASKED}"],
    ),
    "a script in a container": (
        {"deploy.sh": f"#!/bin/bash\nsystemctl restart shop\ndocker compose exec -T web curl -f {ASKED}\n"},
        [f"script curl {ASKED} inside"],
    ),
    "what a script writes": (
        {"deploy.sh": f"#!/bin/bash\nsystemctl restart shop\ncurl -X POST {ASKED}\n"},
        [],
    ),
    "what a script only prints": (
        {"deploy.sh": f"#!/bin/bash\nsystemctl restart shop\necho curl -f {ASKED}\n"},
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), PROBES.values(), ids=PROBES)
def test_probes(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    assert [shown(probe) for probe in project(tmp_path, files).probes] == expected
