"""The one program that a container starts, None where anything else may stand in front of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.program import program
from tests.project.linked_project import project

_PACKAGE = """{"name": "shop", "scripts": {
  "start": "node dist/main.js", "web": "next start", "all": "concurrently a b", "twice": "npm start && npm start",
  "migrated": "prisma migrate deploy && npm start"
}, "dependencies": {"express": "4"}}
"""


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param('CMD ["node", "server.js"]', "server.js", id="node"),
        pytest.param('CMD ["node", "--import", "./x.js", "server.js"]', "server.js", id="options"),
        pytest.param('CMD ["node", "--enable-source-maps", "server.js"]', "server.js", id="a flag"),
        pytest.param("CMD node server.js", "server.js", id="shell form"),
        pytest.param('CMD ["npm", "start"]', "dist/main.js", id="a script"),
        pytest.param('CMD ["pnpm", "run", "migrated"]', "dist/main.js", id="something before it"),
        pytest.param('CMD ["sh", "-c", "npx prisma migrate deploy && exec npm start"]', "dist/main.js", id="a shell"),
        pytest.param('CMD ["npx", "next", "start"]', "", id="a framework"),
        pytest.param('CMD ["npm", "run", "web"]', "", id="a framework in a script"),
        pytest.param('ENTRYPOINT ["tini", "--"]\nCMD ["node", "server.js"]', "server.js", id="tini"),
        pytest.param('ENTRYPOINT ["./entry.sh"]\nCMD ["node", "server.js"]', None, id="a script of its own"),
        pytest.param('CMD ["npm", "start", "--", "-p", "80"]', None, id="more arguments"),
        pytest.param('CMD ["npm", "run", "all"]', None, id="several in a script"),
        pytest.param('CMD ["npm", "run", "twice"]', None, id="two"),
        pytest.param('CMD ["pnpm", "--filter", "web", "start"]', None, id="another package's"),
        pytest.param('CMD ["node", "-e", "serve()"]', None, id="code"),
        pytest.param('CMD ["nginx"]', None, id="a proxy"),
        pytest.param("EXPOSE 80", None, id="nothing"),
    ],
)  # fmt: skip
def test_the_program_of_an_image(tmp_path: Path, end: str, expected: str | None) -> None:
    found = project(
        tmp_path,
        {"Dockerfile": f"FROM node:22\nCOPY . .\n{end}\n", "package.json": _PACKAGE},
    )
    shown = program(found.images[0], None, found.packages[0])
    assert (shown.file if shown else None) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("FROM node:22 AS base\nFROM base", "server.js", id="an earlier stage"),
        pytest.param("FROM gcr.io/distroless/nodejs22-debian12", "server.js", id="distroless"),
        pytest.param("FROM registry.example.com/base:1", None, id="an unknown one"),
        pytest.param("FROM nginx:1.27", None, id="a proxy"),
    ],
)
def test_the_base_must_be_known(tmp_path: Path, start: str, expected: str | None) -> None:
    text = f'{start}\nCOPY . .\nCMD ["node", "server.js"]\n'
    found = project(tmp_path, {"Dockerfile": text, "package.json": _PACKAGE})
    shown = program(found.images[0], None, found.packages[0])
    assert (shown.file if shown else None) == expected
