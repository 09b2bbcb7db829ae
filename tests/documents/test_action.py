from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.documents.action import parse
from infra_audit.documents.facts import Action
from infra_audit.source.text import BOM, Text

COMPOSITE = """name: Set up
runs:
  using: composite
  steps:
    - uses: actions/setup-node@v4
    - run: |
        npm ci
      shell: bash
      working-directory: web
"""


@pytest.mark.parametrize("prefix", ["", BOM])
def test_a_composite_action_has_steps(prefix: str) -> None:
    found = parse(Text("action.yml", prefix + COMPOSITE))
    assert (found.using, found.problems) == ("composite", ())
    first, second = found.steps
    assert first.uses is not None
    assert first.uses.literal == "actions/setup-node@v4"
    assert second.run is not None
    assert (second.run.interpreter, second.run.options, second.run.directory) == (
        "bash",
        ("errexit", "pipefail"),
        "web",
    )
    assert second.run.span.line == 7


def test_a_javascript_action_has_none() -> None:
    found = parse(Text("action.yml", "runs: {using: node20, main: dist/index.js}"))
    assert (found.using, found.steps, found.problems) == ("node20", (), ())


@pytest.mark.parametrize("content", ["", "name: x", "runs: x", "- a"])
def test_an_action_without_runs_is_a_problem(content: str) -> None:
    found = parse(Text("action.yml", content))
    assert [p.message for p in found.problems] == ["an action needs `runs`, this has none"]


def test_round_trip() -> None:
    found = parse(Text("action.yml", COMPOSITE))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Action) == found


@given(st.text(max_size=80))
def test_any_text_can_be_read(content: str) -> None:
    parse(Text("action.yml", content))
    parse(Text("action.yml", f"runs:\n  steps:\n  - {content}\n"))
