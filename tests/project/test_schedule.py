"""Which texts are clocks, and which scripts they run."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.model import START, Evidence, Location
from infra_audit.project.schedule import clocks, scheduled
from infra_audit.project.types import Clock

from .linked_project import facts

CLOCKS: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "a crontab": ("crontab", "0 3 * * * /opt/a.sh\n", [("cron", "0 3 * * * /opt/a.sh")]),
    "names of days": (
        "crontab",
        "*/5 1-3 * jan,feb mon-fri /opt/a.sh\n",
        [("cron", "*/5 1-3 * jan,feb mon-fri /opt/a.sh")],
    ),
    "the name of a period": ("crontab", "@daily /opt/a.sh\n", [("cron", "@daily /opt/a.sh")]),
    "a line that a script echoes": (
        "a.sh",
        '(crontab -l; echo "0 3 * * * /opt/a.sh") | crontab -\n',
        [("cron", "0 3 * * * /opt/a.sh")],
    ),
    "a line of a heredoc": (
        "a.sh",
        "cat > /etc/cron.d/shop <<EOF\n# comment\n0 3 * * * root /opt/a.sh\nEOF\n",
        [("cron", "0 3 * * * root /opt/a.sh")],
    ),
    "a timer that a script writes": (
        "a.sh",
        "cat > /etc/b.service <<EOF\n[Service]\nExecStart=/opt/b.sh\nEOF\ncat > /etc/b.timer <<EOF\n[Timer]\nOnCalendar=daily\nEOF\n",
        [("timer", "ExecStart=/opt/b.sh")],
    ),
    "a unit without a timer": (
        "a.sh",
        "cat > /etc/systemd/system/b.service <<EOF\n[Service]\nExecStart=/opt/b.sh\nEOF\n",
        [],
    ),
    "a numbered list": ("README.md", "2 - Build the Virtual Machine\n", []),
    "an arithmetic expression": (
        "a.sh",
        'echo "$((60 * 60 * 24 * days))"\necho "60 * 60 * 24 * $n"\n',
        [],
    ),
    "a row of numbers": ("a.sh", 'echo "301 302 303 307 308 404 all"\n', []),
    "a row of dashes": ("a.sh", 'echo "- - - - - - -"\n', []),
    "a README": (
        "README.md",
        "```\n0 3 * * * /opt/a.sh\n```\n",
        [("prose", "0 3 * * * /opt/a.sh")],
    ),
}


@pytest.mark.parametrize(("path", "text", "expected"), CLOCKS.values(), ids=CLOCKS)
def test_a_clock_is_found(
    tmp_path: Path, path: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert [(c.kind, c.text) for c in clocks(facts(tmp_path, {path: text}))] == expected


def clock(kind: str, text: str) -> Clock:
    return Clock(kind, text, Evidence(Location("crontab", START), "the cron line"))


NAMED: dict[str, tuple[str, str, bool]] = {
    "a path": ("scripts/backup.sh", "0 3 * * * /opt/shop/scripts/backup.sh", True),
    "a bare name": ("backup.sh", "0 3 * * * cd /opt && bash backup.sh", True),
    "a longer name": ("backup.sh", "0 3 * * * /opt/db-backup.sh", False),
    "a name with another end": ("backup.sh", "0 3 * * * /opt/backup.sh-old", False),
    "a word that is no path": ("lib/install", "@monthly pip install --upgrade x", False),
    "a name without suffix": ("bin/renew", "0 3 * * * /opt/bin/renew", True),
}


@pytest.mark.parametrize(("path", "text", "expected"), NAMED.values(), ids=NAMED)
def test_a_clock_names_a_script(path: str, text: str, expected: bool) -> None:
    assert (scheduled(path, (clock("cron", text),)) is not None) == expected


def test_a_crontab_is_surer_than_prose() -> None:
    found = scheduled("a.sh", (clock("prose", "0 3 * * * /a.sh"), clock("cron", "0 4 * * * /a.sh")))
    assert found is not None
    assert found.kind == "cron"
