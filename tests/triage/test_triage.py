"""What is covered, what is allowed, and what stays the same when lines move."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.model import Report
from tests.files import write
from tests.repository import audited

DEAD = "#!/bin/bash\ngit pull\n{above}exit 0{behind}\nnpm ci\nsystemctl restart shop\n"
LATER = "#!/bin/bash\ngit pull\nexit 0\n{above}npm ci{behind}\nsystemctl restart shop\n"
RULE = "scripts/unreachable-code"


def report(folder: Path, text: str, more: dict[str, str] | None = None) -> Report:
    write(folder, {"deploy.sh": text, **(more or {})})
    return audited(folder)


def rules(found: Report) -> list[str]:
    return [finding.rule for finding in found.findings if finding.location.path == "deploy.sh"]


def test_it_fires_without_an_allow(tmp_path: Path) -> None:
    assert RULE in rules(report(tmp_path, LATER.format(above="", behind="")))


@pytest.mark.parametrize(
    ("above", "behind"),
    [
        pytest.param(f"# infra-audit: allow[{RULE}] kept for later\n", "", id="on the line above"),
        pytest.param("", f" # infra-audit: allow[{RULE}] kept for later", id="behind the command"),
        pytest.param(f"# infra-audit: allow[x/y, {RULE}] kept\n", "", id="one of several rules"),
    ],
)
def test_an_allow_with_a_reason_silences(tmp_path: Path, above: str, behind: str) -> None:
    found = report(tmp_path, LATER.format(above=above, behind=behind))
    assert RULE not in rules(found)
    assert [(a.finding.rule, a.reason[:4]) for a in found.allowed] == [(RULE, "kept")]


def test_an_allow_without_a_reason_does_not_count(tmp_path: Path) -> None:
    above = f"# infra-audit: allow[{RULE}]\n"
    found = rules(report(tmp_path, LATER.format(above=above, behind="")))
    assert RULE in found
    assert "audit/allow-without-reason" in found


def test_an_allow_two_lines_above_is_idle(tmp_path: Path) -> None:
    above = f"# infra-audit: allow[{RULE}] kept\n\n"
    found = rules(report(tmp_path, LATER.format(above=above, behind="")))
    assert "audit/unused-allow" in found


def test_a_comment_behind_code_does_not_reach_the_next_line(tmp_path: Path) -> None:
    behind = f" # infra-audit: allow[{RULE}] kept"
    found = rules(report(tmp_path, DEAD.format(above="", behind=behind)))
    assert RULE in found


def test_the_configuration_allows_with_a_place_of_its_own(tmp_path: Path) -> None:
    config = f"allow:\n- rule: {RULE}\n  path: '*.sh'\n  reason: kept for later\n"
    found = report(tmp_path, LATER.format(above="", behind=""), {".infra-audit.yaml": config})
    assert RULE not in rules(found)
    assert found.allowed[0].where.path == ".infra-audit.yaml"
    assert found.allowed[0].where.span.line == 2


def test_an_idle_entry_of_the_configuration_is_a_finding(tmp_path: Path) -> None:
    config = f"allow:\n- rule: {RULE}\n  reason: kept for later\n"
    found = report(tmp_path, "#!/bin/bash\ngit pull\n", {".infra-audit.yaml": config})
    assert [(f.rule, f.location.path) for f in found.findings] == [
        ("audit/unused-allow", ".infra-audit.yaml")
    ]


def test_fingerprints_survive_moved_lines_and_tell_equal_ones_apart(tmp_path: Path) -> None:
    text = LATER.format(above="", behind="")
    one = report(tmp_path / "one", text)
    two = report(tmp_path / "two", text.replace("git pull", "\n\ngit  pull"))
    assert [f.fingerprint for f in one.findings if f.rule == RULE] == [
        f.fingerprint for f in two.findings if f.rule == RULE
    ]
    assert len({f.fingerprint for f in one.findings}) == len(one.findings)
