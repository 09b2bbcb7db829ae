"""Which manifests belong to applications."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra_audit.project.apps import apps

from .linked_project import facts


def manifest(start: str | None = None, *dependencies: str, **more: Any) -> str:
    scripts = {} if start is None else {"start": start}
    return (
        json.dumps({"scripts": scripts, "dependencies": dict.fromkeys(dependencies, "1"), **more})
        + "\n"
    )


FOUND: dict[str, tuple[dict[str, str], list[tuple[str, bool, tuple[str, ...]]]]] = {
    "a server": ({"package.json": manifest("node .", "express")}, [("", True, ("express",))]),
    "a server without a start script": ({"package.json": manifest(None, "express")}, []),
    "a server that a script of another name starts": (
        {
            "package.json": manifest(
                None, "hono", scripts={"api:dev": "tsx watch src/main.ts", "api": "tsx src/main.ts"}
            )
        },
        [("", True, ("hono",))],
    ),
    "a server that scripts of other names only develop and seed": (
        {
            "package.json": manifest(
                None, "hono", scripts={"api:dev": "tsx src/main.ts", "seed": "node seed/index.js"}
            )
        },
        [],
    ),
    "a server that its image starts": (
        {
            "apps/api/package.json": manifest(None, "fastify"),
            "apps/api/Dockerfile": 'FROM node:22\nCMD ["node", "dist/server.js"]\n',
        },
        [("apps/api", True, ("fastify",))],
    ),
    "a server whose image only builds it": (
        {
            "apps/api/package.json": manifest(None, "fastify"),
            "apps/api/Dockerfile": "FROM node:22\nRUN node build.js\n",
        },
        [],
    ),
    "Next without a start script": (
        {"package.json": manifest(None, "next")},
        [("", True, ("next",))],
    ),
    "a bot": ({"package.json": manifest("node bot.js", "discord.js")}, [("", False, ())]),
    "a client": ({"package.json": manifest("vite", "vite", "react")}, []),
    "files handed out": ({"package.json": manifest("serve -s build", "express")}, []),
    "an application for the desktop": (
        {"package.json": manifest("electron .", "electron", "express")},
        [],
    ),
    "a library": ({"package.json": manifest("node .", "express", main="a.js", files=["a.js"])}, []),
    "a root of workspaces that starts others": (
        {
            "package.json": manifest("npm start -w apps/api", "turbo", workspaces=["apps/*"]),
            "apps/api/package.json": manifest("node .", "fastify"),
        },
        [("apps/api", True, ("fastify",))],
    ),
    "examples": ({"examples/a/package.json": manifest("node .", "express")}, []),
    "tools": ({".tools/package.json": manifest("node .", "express")}, []),
    "Django": ({"requirements.txt": "Django==5\n"}, [("", True, ("django",))]),
    "Django in a folder of requirements": (
        {"apps/api/requirements/base.txt": "Django==5\n"},
        [("apps/api", True, ("django",))],
    ),
    "a worker in Python": ({"requirements.txt": "celery\n"}, [("", False, ("celery",))]),
    "a list of what a folder below needs": (
        {
            "requirements.txt": "fastapi\nmkdocs\n",
            "tests/test_api.py": "",
            "api/requirements.txt": "fastapi\n",
            "api/main.py": "",
        },
        [("api", True, ("fastapi",))],
    ),
    "two applications in Python": (
        {
            "requirements.txt": "django\n",
            "manage.py": "",
            "api/requirements.txt": "fastapi\n",
            "api/main.py": "",
        },
        [("", True, ("django",)), ("api", True, ("fastapi",))],
    ),
    "scripts in Python": ({"requirements.txt": "requests\n"}, []),
    "Node beside Python in one folder": (
        {"package.json": manifest("node .", "express"), "requirements.txt": "flask\n"},
        [("", True, ("express",))],
    ),
}


@pytest.mark.parametrize(("files", "expected"), FOUND.values(), ids=FOUND)
def test_applications_are_found(
    tmp_path: Path, files: dict[str, str], expected: list[tuple[str, bool, tuple[str, ...]]]
) -> None:
    assert [(a.folder, a.serves, a.frameworks) for a in apps(facts(tmp_path, files))] == expected


def test_an_application_depends_on_what_its_workspaces_do(tmp_path: Path) -> None:
    files = {
        "apps/api/package.json": manifest("node .", "express", "@shop/db"),
        "packages/db/package.json": manifest(None, "@prisma/client", "@shop/env", name="@shop/db"),
        "packages/env/package.json": manifest(None, "zod", name="@shop/env"),
        "packages/ui/package.json": manifest(None, "react", name="@shop/ui"),
    }
    (app,) = apps(facts(tmp_path, files))
    assert app.dependencies == {"express", "@shop/db", "@prisma/client", "@shop/env", "zod"}


def test_the_start_of_production_comes_first(tmp_path: Path) -> None:
    text = manifest("nodemon .", "express").replace('"start":', '"start:prod": "node .", "start":')
    (app,) = apps(facts(tmp_path, {"package.json": text}))
    assert app.start is not None
    assert app.start.name == "start:prod"


@pytest.mark.parametrize("start", ["wrangler dev --env local", "npm run dev"])
def test_a_stand_in_for_a_platform_starts_nothing_of_production(tmp_path: Path, start: str) -> None:
    text = manifest(start, "hono").replace('"start":', '"dev": "wrangler dev", "start":')
    (app,) = apps(facts(tmp_path, {"package.json": text}))
    assert app.start is None
    assert app.anchor() is None


def test_a_script_that_leads_to_the_server_starts_it(tmp_path: Path) -> None:
    text = manifest("npm run api", "hono").replace('"start":', '"api": "node .", "start":')
    (app,) = apps(facts(tmp_path, {"package.json": text}))
    assert app.start is not None
