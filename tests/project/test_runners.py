"""Whether jobs run on servers of their people's own."""

from __future__ import annotations

import pytest

from infra_audit.documents.gitlab import parse
from infra_audit.project.runners import is_anew, is_own, is_unknown
from infra_audit.source.text import Text

OWN = {
    "compose in a job that deploys": "deploy: {script: [docker compose up -d]}",
    "the same behind sudo": "deploy: {script: [sudo docker-compose up -d]}",
    "a container that stays": "roll-out: {script: [docker run -d shop]}",
    "a stack": "x: {environment: production, script: [docker stack deploy -c stack.yml shop]}",
    "a service": "x: {stage: deploy, script: [sudo systemctl restart shop]}",
    "a daemon on the server": "deploy: {variables: {DOCKER_HOST: 'ssh://x'}, script: [docker compose up -d]}",
}
OTHERS = {
    "a test": "test: {stage: deploy, script: [docker compose up -d]}",
    "a job that tells nothing": "x: {script: [docker compose up -d]}",
    "on another host": "deploy: {script: [ssh x docker compose up -d]}",
    "with a daemon of its own": "deploy: {services: [docker:dind], script: [docker compose up -d]}",
    "a container that ends": "deploy: {script: [docker run --rm shop]}",
    "a service in a container": "deploy: {image: x, script: [systemctl restart shop]}",
    "what ends an environment": "deploy: {environment: {name: x, action: stop}, script: [docker compose up -d]}",
    "another command": "deploy: {script: [docker ps, echo up]}",
}


@pytest.mark.parametrize("content", OWN.values(), ids=OWN)
def test_a_server(content: str) -> None:
    (job,) = parse(Text(".gitlab-ci.yml", content))[0].jobs
    assert is_own(job)
    assert not is_anew(job)


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_no_server(content: str) -> None:
    (job,) = parse(Text(".gitlab-ci.yml", content))[0].jobs
    assert not is_own(job)
    assert is_anew(job)


def test_a_tag_tells_nothing() -> None:
    (job,) = parse(Text(".gitlab-ci.yml", "x: {tags: [y], script: [z]}"))[0].jobs
    assert is_unknown(job)
    assert not is_anew(job)
