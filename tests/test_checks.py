"""The table of the checks: what it names is there, and what is there it names."""

from __future__ import annotations

import inspect

import pytest

from infra_audit.checks import CHECKS, check
from tests.installed import CHECKOUT


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_takes_a_project_and_gives_outcomes(name: str) -> None:
    signature = inspect.signature(check(name))
    assert [p.annotation for p in signature.parameters.values()] == ["Project", "dict[str, Any]"]
    assert signature.return_annotation == "Iterator[Outcome]"


def test_every_module_is_the_check_of_one_name() -> None:
    modules = (CHECKOUT / "src/infra_audit/checks").glob("[a-z]*.py")
    assert sorted(CHECKS.values()) == sorted(path.stem for path in modules)
