"""What is mounted into a container, which variables it has, and where the repository's folders lie in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.mounts import containers, covers, directories, places, variable

from .linked_project import project

COMPOSE = "services:\n  app:\n    build: .\n"
PACKAGE = '{"name": "shop", "scripts": {"start": "node server.js"}}'

PLACES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "all is copied": ("WORKDIR /app\nCOPY . .", "prisma", ("/app/prisma",)),
    "to another folder": (
        "WORKDIR /app\nCOPY prisma/ /srv/db/",
        "prisma",
        ("/app/prisma", "/srv/db"),
    ),
    "from another stage": (
        "WORKDIR /app\nCOPY --from=build /src/packages/db ./db",
        "packages/db/prisma",
        ("/app/packages/db/prisma", "/app/db/prisma"),
    ),
    "a relative directory": (
        "WORKDIR /srv\nWORKDIR app",
        "prisma",
        ("/srv/app/prisma", "/srv/prisma"),
    ),
    "an unknown directory": ("ARG HOME\nWORKDIR $HOME", "prisma", ()),
}


@pytest.mark.parametrize(("lines", "folder", "expected"), PLACES.values(), ids=PLACES.keys())
def test_where_a_folder_lies(
    lines: str, folder: str, expected: tuple[str, ...], tmp_path: Path
) -> None:
    files = {
        "Dockerfile": f"FROM node:22\n{lines}\n",
        "package.json": PACKAGE,
        "compose.yaml": COMPOSE,
    }
    (image,) = project(tmp_path, files).images
    assert places(image, folder) == expected


def test_a_stage_builds_upon_another(tmp_path: Path) -> None:
    text = (
        "FROM node:22 AS base\nWORKDIR /app\nFROM base AS build\nWORKDIR /src\nFROM base\nCMD ls\n"
    )
    (image,) = project(tmp_path, {"Dockerfile": text, "package.json": PACKAGE}).images
    assert directories(image) == ("/app",)


VARIABLES: dict[str, tuple[dict[str, str], list[str | None]]] = {
    "of the service": ({"compose.yaml": COMPOSE + "    environment: {A: x}\n"}, ["x"]),
    "its default": ({"compose.yaml": COMPOSE + "    environment: ['A=${A:-x}']\n"}, ["x"]),
    "of whoever starts it": ({"compose.yaml": COMPOSE + "    environment: [A]\n"}, [None]),
    "of a file": (
        {"compose.yaml": COMPOSE + "    env_file: app.env\n", "app.env": "A=x\nB=y\n"},
        ["x"],
    ),
    "of a file that is not there": ({"compose.yaml": COMPOSE + "    env_file: .env\n"}, [None]),
    "of an example": (
        {"compose.yaml": COMPOSE + "    env_file: .env\n", ".env.example": "A=x\n"},
        ["x"],
    ),
    "of the image": (
        {"compose.yaml": COMPOSE, "Dockerfile": "FROM node:22\nENV A=y\nENV A=x\n"},
        ["x"],
    ),
    "the service wins": (
        {
            "compose.yaml": COMPOSE + "    env_file: app.env\n    environment: {A: x}\n",
            "app.env": "A=y\n",
        },
        ["x"],
    ),
    "of a file beside it": (
        {
            "compose.yaml": COMPOSE,
            "compose.prod.yaml": "services:\n  app:\n    environment: {A: x}\n",
        },
        ["x"],
    ),
    "of nothing": ({"compose.yaml": COMPOSE}, []),
}


@pytest.mark.parametrize(("files", "values"), VARIABLES.values(), ids=VARIABLES.keys())
def test_what_a_variable_is(
    files: dict[str, str], values: list[str | None], tmp_path: Path
) -> None:
    given = {"Dockerfile": "FROM node:22\n", "package.json": PACKAGE} | files
    found = project(tmp_path, given)
    container = next(c for c in containers(found) if c.compose.path == "compose.yaml")
    assert [one.value for one in variable(container, "A", found)] == values


@pytest.mark.parametrize(
    ("mount", "kept"),
    [("data:/data", True), ("./a.db:/data/a.db", True), ("data:/dat", False), ("data:/", True)],
)
def test_what_a_mount_keeps(mount: str, kept: bool, tmp_path: Path) -> None:
    text = COMPOSE + f"    volumes: ['{mount}']\n"
    (container,) = containers(project(tmp_path, {"compose.yaml": text}))
    assert covers(container.mounts[0][0], "/data/a.db") is kept


@pytest.mark.parametrize(
    "more", ["    restart: 'no'\n", "    profiles: [dev]\n", "    volumes: ['.:/app']\n"]
)
def test_what_is_none_of_production(more: str, tmp_path: Path) -> None:
    assert not list(containers(project(tmp_path, {"compose.yaml": COMPOSE + more})))


STARTED: dict[str, tuple[str, list[str | None] | None]] = {
    "a folder": ("-d -v /srv/data:/data shop", ["/data"]),
    "long options": ("--detach --volume=data:/data:ro --name=shop shop", ["/data"]),
    "a mount": ("-d --mount type=bind,src=/srv,dst=/data shop", ["/data"]),
    "a variable as source": ('-d -v "$PWD/data:/data" shop', ["/data"]),
    "a variable as target": ('-d -v "data:$DATA" shop', [None]),
    "nothing": ("-dit -p 80:80 --restart always shop node server.js", []),
    "it ends by itself": ("--rm -v data:/data shop npm test", None),
}


@pytest.mark.parametrize(("options", "targets"), STARTED.values(), ids=STARTED.keys())
def test_what_a_script_mounts(
    options: str, targets: list[str | None] | None, tmp_path: Path
) -> None:
    script = f"#!/bin/bash\nset -e\ngit pull\ndocker build -t shop .\ndocker run {options}\n"
    files = {"deploy.sh": script, "Dockerfile": "FROM node:22\nCOPY . .\n", "package.json": PACKAGE}
    found = list(containers(project(tmp_path, files)))
    assert [[mount.target for mount, _ in one.mounts] for one in found] == (
        [] if targets is None else [targets]
    )
    assert all(one.image is not None and not one.open for one in found)
