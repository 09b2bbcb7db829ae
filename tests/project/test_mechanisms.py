"""Pipelines, platforms, provisioning, orchestration and monitoring."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.types import Mechanism

from .linked_project import project, workflow

FOUND: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "a workflow": (
        "pipelines",
        {".github/workflows/ci.yml": workflow("- run: ls")},
        ["GitHub Actions"],
    ),
    "a workflow of another folder": (
        "pipelines",
        {"apps/a/.github/workflows/ci.yml": workflow("- run: ls")},
        [],
    ),
    "GitLab": ("pipelines", {".gitlab-ci.yml": "a: {}\n"}, ["GitLab CI"]),
    "a folder of Buildkite": (
        "pipelines",
        {".buildkite/pipeline.yml": "steps: []\n"},
        ["Buildkite"],
    ),
    "Fly": ("platforms", {"fly.toml": "app = 'x'\n"}, ["Fly.io"]),
    "Fly in an example": ("platforms", {"examples/fly.toml": "app = 'x'\n"}, []),
    "Vercel": ("platforms", {"vercel.json": "{}\n"}, ["Vercel"]),
    "only crons left of Vercel": ("platforms", {"vercel.json": '{"crons": []}\n'}, []),
    "Vercel without git deployments": (
        "platforms",
        {"vercel.json": '{"git": {"deploymentEnabled": false}}\n'},
        [],
    ),
    "Cloud Build deploys to Cloud Run": (
        "platforms",
        {
            "cloudbuild.yaml": "steps:\n- entrypoint: gcloud\n  args:\n  - run\n  - deploy\n  - shop\n"
        },
        ["Cloud Run"],
    ),
    "Cloud Build makes an image": (
        "platforms",
        {"cloudbuild.yaml": "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, .]\n"},
        [],
    ),
    "a hook of Render": (
        "platforms",
        {
            ".github/workflows/deploy.yml": (
                "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n"
                '    - run: curl -X POST "$HOOK"\n      env: {HOOK: "${{ secrets.RENDER_DEPLOY_HOOK }}"}\n'
            )
        },
        ["Render"],
    ),
    "a Procfile": ("platforms", {"Procfile": "web: node .\n"}, ["Heroku"]),
    "an Expo app": ("platforms", {"app.json": '{"expo": {}}\n'}, []),
    "a package script that deploys": (
        "platforms",
        {"package.json": '{"scripts": {"ship": "wrangler deploy"}}'},
        ["Cloudflare Workers"],
    ),
    "a package script that only tries to": (
        "platforms",
        {"package.json": '{"scripts": {"try": "npm run build && wrangler deploy --dry-run"}}'},
        [],
    ),
    "a package script that tries first": (
        "platforms",
        {"package.json": '{"scripts": {"ship": "wrangler deploy --dry-run && wrangler deploy"}}'},
        ["Cloudflare Workers"],
    ),
    "a playbook": (
        "provisioning",
        {"ansible/site.yml": "- hosts: all\n  tasks: []\n"},
        ["Ansible"],
    ),
    "values of a chart": (
        "provisioning",
        {"charts/a/values.yaml": "ingress:\n  hosts: []\nhosts:\n  - a\n"},
        [],
    ),
    "Terraform": ("provisioning", {"infra/main.tf": 'resource "x" "y" {}\n'}, ["Terraform"]),
    "a compose file": (
        "orchestration",
        {"docker-compose.yml": "services:\n  a:\n    build: .\n"},
        ["Compose"],
    ),
    "a compose file of tests": (
        "orchestration",
        {"tests/docker-compose.yml": "services:\n  a:\n    build: .\n"},
        [],
    ),
    "a metrics image": (
        "monitoring",
        {"docker-compose.yml": "services:\n  p:\n    image: prom/prometheus\n"},
        ["prometheus"],
    ),
    "another agent": (
        "monitoring",
        {"docker-compose.yml": "services:\n  p:\n    image: portainer/agent\n"},
        [],
    ),
}


@pytest.mark.parametrize(("topic", "files", "expected"), FOUND.values(), ids=FOUND)
def test_a_mechanism_is_found(
    tmp_path: Path, topic: str, files: dict[str, str], expected: list[str]
) -> None:
    found: tuple[Mechanism, ...] = getattr(project(tmp_path, files), topic)
    assert [m.name for m in found] == expected
