from __future__ import annotations

import pytest
from msgspec.structs import replace

from infra_audit.report.formats import FORMATS, render
from tests.report.samples import CONTEXT, EMPTY, REPORT


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_of_every_finding_and_problem(name: str) -> None:
    shown = render(name, REPORT, replace(CONTEXT, all=True))
    assert shown.endswith("\n")
    assert {found.rule for found in REPORT.findings if found.rule not in shown} == set()
    assert "broken.yml" in shown
    assert "not YAML" in shown
    assert render(name, REPORT, replace(CONTEXT, all=True)) == shown


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_whatever_the_paths(name: str) -> None:
    odd = replace(
        REPORT, findings=tuple(replace(f, message="\udcff\u2028\x9b") for f in REPORT.findings)
    )
    shown = render(name, odd, CONTEXT)
    shown.encode()
    assert not {"\x9b", "\u2028"} & set(shown)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_something_for_a_clean_repository(name: str) -> None:
    shown = render(name, EMPTY, CONTEXT)
    assert shown.endswith("\n") or (name == "concise" and not shown)


def test_an_unknown_format_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        render("pdf", EMPTY, CONTEXT)
