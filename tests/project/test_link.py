"""The whole model, linked."""

from __future__ import annotations

from pathlib import Path

import msgspec

from infra_audit.project.types import Project

from .linked import package
from .linked_project import project, workflow

FILES = {
    "package.json": package("express", "@prisma/client"),
    "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "."]\n',
    "docker-compose.yml": "services:\n  app:\n    build: .\n  db:\n    image: postgres:16\n",
    "deploy.sh": "#!/bin/bash\ngit pull\ndocker compose up -d --build\n",
    "scripts/backup.sh": "#!/bin/bash\npg_dump shop > /backup/shop.sql\n",
    "crontab": "0 3 * * * /opt/shop/scripts/backup.sh\n",
    ".github/workflows/ci.yml": workflow("- run: npm test"),
    ".env.example": "DATABASE_URL=postgres://u:p@localhost/shop\n",
    "tests/go.sh": "#!/bin/bash\nls\n",
}


def test_every_topic_is_told(tmp_path: Path) -> None:
    found = project(tmp_path, FILES)
    assert found.kind.name == "containers"
    assert [d.folder for d in found.deployables] == [""]
    assert {u.source for u in found.units} == {"compose", "image", "package"}
    assert {s.engine for s in found.stores} == {"postgresql"}
    assert {a.script.path: a.role for a in found.acts if a.script.origin == "file"} == {
        "deploy.sh": "deploy",
        "scripts/backup.sh": "backup",
        "tests/go.sh": "test",
    }
    assert [m.name for m in found.pipelines] == ["GitHub Actions"]
    assert [c.kind for c in found.clocks] == ["cron"]
    assert [(s.reason, s.examples) for s in found.left_out] == [
        ("an example, not production", (".env.example",)),
        ("for tests, not production", ("tests/go.sh",)),
    ]


def test_the_model_is_plain_data(tmp_path: Path) -> None:
    found = project(tmp_path, FILES)
    assert (
        msgspec.msgpack.decode(msgspec.msgpack.encode(found.kind), type=type(found.kind))
        == found.kind
    )
    assert isinstance(found, Project)


def test_an_empty_repository_has_an_unknown_kind(tmp_path: Path) -> None:
    found = project(tmp_path, {})
    assert (found.kind.name, found.deployables, found.acts) == ("unknown", (), ())
