"""The rule in CONTRIBUTING.md works as it is printed there."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.audit import audit
from infra_audit.config import Config
from infra_audit.ruleset.rule import Example, RuleSet
from infra_audit.ruleset.source import read_pack
from tests.files import write
from tests.marks import marked, unmarked

_TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
_PAGE = _TEXT.split("```yaml\n")[1].split("```")[0]


def pack(folder: Path) -> Path:
    write(folder, {"pack/scripts/kill-by-broad-name.yaml": _PAGE})
    return folder / "pack"


@pytest.mark.parametrize(
    "name", ["before-the-start", "through-sudo", "one-process-of-our-own", "only-printed"]
)
def test_its_examples_hold(tmp_path: Path, name: str) -> None:
    rules, prose = read_pack(str(pack(tmp_path)))
    (words,) = prose.values()
    example: Example = {**words.flag, **words.allow}[name]
    bare = {path: unmarked(text) for path, text in example.files.items()}
    shop = tmp_path / "shop"
    write(shop, bare)
    findings = list(audit(str(shop), Config(), RuleSet(rules)).findings)
    assert {path: marked(path, text, findings) for path, text in bare.items()} == example.files
