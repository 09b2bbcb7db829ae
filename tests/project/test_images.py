"""Which Dockerfiles build what."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.images import resolved

from .linked import package
from .linked_project import project

NODE = "FROM node:22\nCOPY . .\nCMD node .\n"
API = {"apps/api/package.json": package("express", name="@shop/api")}
WEB = {"apps/web/package.json": package("next", start="next start", name="@shop/web")}
BOTH = {**API, **WEB}

OWNED: dict[str, tuple[dict[str, str], str, str | None]] = {
    "beside its manifest": (
        {**BOTH, "apps/api/Dockerfile": NODE},
        "apps/api/Dockerfile",
        "apps/api",
    ),
    "below its manifest": (
        {**BOTH, "apps/api/docker/Dockerfile": NODE},
        "apps/api/docker/Dockerfile",
        "apps/api",
    ),
    "named as the application": (
        {**BOTH, "docker/Dockerfile.web": NODE},
        "docker/Dockerfile.web",
        "apps/web",
    ),
    "a command that names the application": (
        {**BOTH, "Dockerfile": "FROM node:22\nCOPY . .\nCMD node apps/api/server.js\n"},
        "Dockerfile",
        "apps/api",
    ),
    "a command that takes a part of another image away": (
        {
            **BOTH,
            "aio/Dockerfile": "FROM node:22\nCOPY --from=shop/api /app /app\nRUN rm -rf /app/apps/api/.cache && ls\n",
        },
        "aio/Dockerfile",
        None,
    ),
    "a context of compose": (
        {
            **BOTH,
            "docker/Dockerfile": NODE,
            "docker-compose.yml": "services:\n  a:\n    build: {context: apps/web, dockerfile: ../../docker/Dockerfile}\n",
        },
        "docker/Dockerfile",
        "apps/web",
    ),
    "any of several": ({**BOTH, "Dockerfile": NODE}, "Dockerfile", None),
    "the only application": ({**API, "docker/Dockerfile": NODE}, "docker/Dockerfile", "apps/api"),
    "a package that is no application": (
        {**API, "apps/admin/package.json": "{}", "apps/admin/Dockerfile": NODE},
        "apps/admin/Dockerfile",
        "apps/admin",
    ),
    "a proxy": (
        {**API, "infra/Dockerfile.edge": "FROM nginx:1\nCOPY n.conf /etc/nginx/\n"},
        "infra/Dockerfile.edge",
        "infra",
    ),
    "a store": (
        {**API, "docker/db/Dockerfile": "FROM postgres:16\nCOPY i.sql /x\n"},
        "docker/db/Dockerfile",
        "docker/db",
    ),
    "a proxy in a last stage": (
        {
            **API,
            "Dockerfile.edge": "FROM node:22 AS build\nCOPY . .\nFROM nginx:1\nCOPY --from=build /dist /www\n",
        },
        "Dockerfile.edge",
        "Dockerfile.edge",
    ),
    "an image that takes nothing": (
        {**API, "docker/Dockerfile.chromium": "FROM me/app\nRUN npm install playwright\n"},
        "docker/Dockerfile.chromium",
        "docker",
    ),
    "an image that clones": (
        {**API, "docker/Dockerfile": "FROM node:22\nRUN git clone https://example.com/app\n"},
        "docker/Dockerfile",
        "apps/api",
    ),
    "another context than every application": (
        {
            **BOTH,
            "tools/Dockerfile": NODE,
            "docker-compose.yml": "services:\n  a:\n    build: tools\n",
        },
        "tools/Dockerfile",
        "tools",
    ),
}


@pytest.mark.parametrize(("files", "path", "expected"), OWNED.values(), ids=OWNED)
def test_a_dockerfile_builds(
    tmp_path: Path, files: dict[str, str], path: str, expected: str | None
) -> None:
    (image,) = (i for i in project(tmp_path, files).images if i.dockerfile.path == path)
    assert image.deployable == expected


def test_images_are_those_that_compose_targets(tmp_path: Path) -> None:
    stages = "FROM node:22 AS web\nCOPY . .\nFROM node:22 AS worker\nCOPY . .\nFROM node:22 AS last\nCOPY . .\n"
    compose = "".join(
        f"  {n}:\n    build: {{context: ., target: {n}}}\n" for n in ("web", "worker")
    )
    files = {"Dockerfile": stages, "docker-compose.yml": f"services:\n{compose}"}
    assert [i.stage.name for i in project(tmp_path, files).images] == ["web", "worker"]


def test_a_targeted_stage_for_development_is_none_of_production(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM node:22 AS dev\nCOPY . .\nFROM node:22 AS app\nCOPY . .\n",
        "docker-compose.yml": "services:\n  a:\n    build: {context: ., target: dev}\n  b:\n    build: .\n",
    }
    assert [(i.stage.name, i.purpose) for i in project(tmp_path, files).images] == [
        ("dev", "development"),
        ("app", "production"),
    ]


PATHS: dict[str, tuple[str, str, str | None]] = {
    "below": ("a", "b/c", "a/b/c"),
    "the folder itself": ("a", ".", "a"),
    "the root": ("a", "..", ""),
    "outside": ("a", "../..", None),
    "absolute": ("a", "/etc", None),
    "nothing": ("a", "", "a"),
}


@pytest.mark.parametrize(("folder", "path", "expected"), PATHS.values(), ids=PATHS)
def test_a_path_is_resolved(folder: str, path: str, expected: str | None) -> None:
    assert resolved(folder, path) == expected
