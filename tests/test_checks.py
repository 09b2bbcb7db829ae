"""The table of the checks: what it names is there, and what is there it names."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from infra_audit.audit import model
from infra_audit.checks import CHECKS, LACKING, NEEDS, check, needed
from infra_audit.config import Config
from infra_audit.model import Inapplicable
from tests.files import write
from tests.installed import CHECKOUT
from tests.marks import unmarked
from tests.repository import PROSE, RULES


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_takes_a_project_and_gives_outcomes(name: str) -> None:
    signature = inspect.signature(check(name))
    assert [p.annotation for p in signature.parameters.values()] == ["Project", "dict[str, Any]"]
    assert signature.return_annotation == "Iterator[Outcome]"


def test_every_module_is_the_check_of_one_name() -> None:
    modules = (CHECKOUT / "src/infra_audit/checks").glob("[a-z]*.py")
    assert sorted(CHECKS.values()) == sorted(path.stem for path in modules)


def test_a_check_says_nothing_where_what_it_needs_is_missing(tmp_path: Path) -> None:
    lacking: set[str] = set()
    parameters = {rule.check: rule.parameters for rule in RULES.rules.values()}
    for nth, rule in enumerate(RULES.rules):
        prose = PROSE(rule)
        for kind, examples in (("flag", prose.flag), ("allow", prose.allow)):
            folder = tmp_path / f"{nth}-{kind}"
            folder.mkdir()
            files = next(iter(examples.values())).files
            write(folder, {path: unmarked(text) for path, text in files.items()})
            project = model(str(folder), Config()).project
            for name in NEEDS:
                if not needed(name, project):
                    lacking.add(name)
                    said = [Inapplicable(LACKING[name])] if name in LACKING else []
                    assert list(check(name)(project, parameters[name])) == said
    assert lacking == set(NEEDS)
