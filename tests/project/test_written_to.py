"""Where runs leave their output, and what takes it to another machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.off_host import taken_away
from infra_audit.project.written_to import Paths, outputs

from .linked_project import project


def folders(script: str, folder: Path) -> list[str | None]:
    """The folders of what the dump of a script becomes."""
    found = project(folder, {"backup.sh": f"#!/bin/bash\n{script}"})
    act = next(a for a in found.acts if a.script.path == "backup.sh")
    nth = next(
        n for n, run in enumerate(act.behaviour.runs) if run.name in ("pg_dump", "sqlite3", "docker", "cp")
    )  # fmt: skip
    return [place for _, place in outputs(nth, act, Paths(act))]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param("pg_dump shop > /var/backups/shop.sql", ["/var/backups"], id="a-redirect"),
        pytest.param(
            'D=/var/backups\npg_dump shop | gzip > "$D/shop-$(date +%F).gz"',
            ["/var/backups"],
            id="through-a-pipe-and-a-variable",
        ),
        pytest.param(
            'D=/srv/shop\nF="$D/kept/x-$(date +%s)"\npg_dump -Fc shop --file="$F"',
            ["/srv/shop/kept"],
            id="an-option-and-two-variables",
        ),
        pytest.param(
            "cd /srv/shop\npg_dump shop > shop.sql", ["/srv/shop"], id="the-working-directory"
        ),
        pytest.param("pg_dump shop > ~/shop.sql", ["~"], id="at-home"),
        pytest.param(
            "sqlite3 a.db \".backup '/var/backups/a.db'\"", ["/var/backups"], id="in-a-word"
        ),
        pytest.param("cp a.db /var/backups/a.db", ["/var/backups"], id="a-copy"),
        pytest.param('D="${D:-/x}"\npg_dump shop > "$D/a"', [None], id="a-default-decides-nothing"),
        pytest.param('D=/x\nread D\npg_dump shop > "$D/a"', [None], id="somebody-is-asked"),
        pytest.param('D=/x\n. ./conf\npg_dump shop > "$D/a"', [None], id="a-file-is-sourced"),
        pytest.param('pg_dump shop > "$1/a"', [None], id="an-argument"),
        pytest.param(
            "docker exec db pg_dump -f /backup/a shop", [None], id="inside-of-a-container"
        ),
        pytest.param("pg_dump shop > /dev/null", [], id="nowhere"),
    ],
)
def test_the_folder_of_a_dump(script: str, expected: list[str | None], tmp_path: Path) -> None:
    assert folders(script, tmp_path) == expected


@pytest.mark.parametrize(
    ("script", "away"),
    [
        pytest.param("rclone copy /var/backups box:shop", True, id="the-folder"),
        pytest.param("rsync -a /var/ box:shop", True, id="one-above"),
        pytest.param('aws s3 cp "$1" s3://shop/', True, id="whatever-it-is-given"),
        pytest.param("restic backup /etc", True, id="what-is-not-read-so-far"),
        pytest.param("rclone copy exports box:shop", False, id="another-folder"),
        pytest.param("rsync -a box:shop /var/backups", False, id="from-elsewhere"),
        pytest.param("curl -T exports/a.csv https://x.test/", False, id="an-upload-of-another"),
        pytest.param("curl -fsS https://x.test/", False, id="a-ping"),
    ],
)
def test_what_takes_a_folder_away(script: str, away: bool, tmp_path: Path) -> None:
    found = project(tmp_path, {"send.sh": f"#!/bin/bash\n{script}\n"})
    assert (taken_away("/var/backups", found) is not None) == away
