"""What several files say of one service, however they refer to each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.joined import index, joined

from .test_composed import project

APP = "services:\n  app:\n    image: example/app:1\n"
JOINED = {
    "alone": ({"compose.yaml": APP}, ["compose.yaml"], [], False),
    "extends one of its file": (
        {"compose.yaml": f"{APP}    extends: base\n  base:\n    restart: always\n"},
        ["compose.yaml", "compose.yaml"],
        [],
        False,
    ),
    "extends one of another file": (
        {
            "compose.yaml": f"{APP}    extends: {{file: lib/base-compose.yaml, service: base}}\n",
            "lib/base-compose.yaml": "services:\n  base:\n    restart: always\n",
        },
        ["compose.yaml", "lib/base-compose.yaml"],
        [],
        False,
    ),
    "extends what is not here": (
        {"compose.yaml": f"{APP}    extends: {{file: ../base.yaml, service: base}}\n"},
        ["compose.yaml"],
        [],
        True,
    ),
    "extends itself": (
        {"compose.yaml": f"{APP}    extends: app\n"},
        ["compose.yaml"],
        [],
        True,
    ),
    "extends in a circle": (
        {
            "compose.yaml": f"{APP}    extends: {{file: compose.other.yaml, service: app}}\n",
            "compose.other.yaml": f"{APP}    extends: {{file: compose.yaml, service: app}}\n",
        },
        ["compose.yaml", "compose.other.yaml"],
        ["compose.other.yaml"],
        True,
    ),
    "another file of the folder": (
        {"compose.yaml": APP, "compose.prod.yaml": APP, "elsewhere/compose.yaml": APP},
        ["compose.yaml"],
        ["compose.prod.yaml"],
        False,
    ),
    "a file that it includes": (
        {"compose.yaml": f"include: [parts/compose.yaml]\n{APP}", "parts/compose.yaml": APP},
        ["compose.yaml"],
        ["parts/compose.yaml"],
        False,
    ),
}


@pytest.mark.parametrize(("files", "parts", "beside", "is_open"), JOINED.values(), ids=JOINED)
def test_a_service_with_all_that_is_said_of_it(
    tmp_path: Path, files: dict[str, str], parts: list[str], beside: list[str], is_open: bool
) -> None:
    found = project(tmp_path, files)
    compose = next(c for c in found.composes if c.path == "compose.yaml")
    whole = joined(compose.services[0], compose, index(found))
    assert [p.path for p in whole.parts] == parts
    assert [p.path for p in whole.beside] == beside
    assert whole.open == is_open
