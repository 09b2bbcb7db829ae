"""Which commands stand in a condition."""

from __future__ import annotations

from infra_audit.documents.shell.script import parse
from infra_audit.flow.constructs import name_of
from infra_audit.project.inside import commands
from infra_audit.project.questions import questions
from infra_audit.source.text import Text

SCRIPT = """\
a
if b && { ! c; }; then
  d
  while e | f; do
    ! g
  done
else
  until h; do i; done
fi
! j | k
l
"""


def test_commands_of_conditions_ask() -> None:
    script = parse(Text("run.sh", SCRIPT), "file")
    asks = questions(script)
    found = {name_of(command): asks(span) for span, command in commands(script).items()}
    assert {name for name, asked in found.items() if asked} == set("bcefghjk")
    assert {name for name, asked in found.items() if not asked} == set("adil")
