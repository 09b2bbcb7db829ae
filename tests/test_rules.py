"""Every example of every rule: what is marked is found, exactly there, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.ruleset.rule import Example
from tests.files import write
from tests.marks import marked, unmarked
from tests.repository import PROSE, RULES, audited

_CASES = [
    pytest.param(rule_id, example, id=f"{rule_id}-{side}-{name}")
    for rule_id in RULES.rules
    for side in ("flag", "allow")
    for name, example in getattr(PROSE(rule_id), side).items()
]

_SHELL = (".sh", ".bash")


@pytest.mark.parametrize(("rule", "example"), _CASES)
def test_what_is_marked_is_found_and_nothing_else(
    rule: str, example: Example, tmp_path: Path
) -> None:
    bare = {path: unmarked(text) for path, text in example.files.items()}
    write(tmp_path, bare)
    findings = [f for f in audited(tmp_path, rule).findings if f.rule == rule]
    assert {path: marked(path, text, findings) for path, text in bare.items()} == example.files


@pytest.mark.parametrize(("rule", "example"), _CASES)
def test_it_holds_with_crlf_and_a_byte_order_mark(
    rule: str, example: Example, tmp_path: Path
) -> None:
    """In a shell script these are faults of their own, so it stays as it is."""
    changed = {
        path: text if _is_shell(path, text) else "\ufeff" + text.replace("\n", "\r\n")
        for path, text in example.files.items()
    }
    bare = {path: unmarked(text) for path, text in changed.items()}
    write(tmp_path, bare)
    findings = [f for f in audited(tmp_path, rule).findings if f.rule == rule]
    shown = {path: marked(path, text, findings) for path, text in bare.items()}
    assert {p: _plain(t) for p, t in shown.items()} == {p: _plain(t) for p, t in changed.items()}


def _plain(text: str) -> str:
    return text.replace("\ufeff", "").replace("\r", "")


def _is_shell(path: str, text: str) -> bool:
    return path.endswith(_SHELL) or text.startswith("#!") or path.endswith(".infra-audit.yaml")


_ALSO = [
    pytest.param(rule_id, example, id=f"{rule_id}-{name}")
    for rule_id in RULES.rules
    for name, example in PROSE(rule_id).flag.items()
    if "allow" in example.also
]


@pytest.mark.parametrize(("rule", "example"), _ALSO)
def test_it_falls_silent_under_its_allow_comment(
    rule: str, example: Example, tmp_path: Path
) -> None:
    files = {}
    for path, text in example.files.items():
        lines = []
        for line in text.split("\n"):
            if "«" in line:
                indent = line[: len(line) - len(line.lstrip())]
                mark = "//" if path.endswith((".ts", ".js", ".prisma")) else "#"
                lines.append(f"{indent}{mark} infra-audit: allow[{rule}] shown in a test")
            lines.append(line)
        files[path] = unmarked("\n".join(lines))
    write(tmp_path, files)
    report = audited(tmp_path, rule)
    assert [f for f in report.findings if f.rule == rule] == []
    assert report.allowed
