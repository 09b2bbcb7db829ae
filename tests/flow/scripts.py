"""Scripts as tests write them."""

from __future__ import annotations

from infra_audit.documents.shell.script import parse
from infra_audit.flow.behaviour import (
    Behaviour,
    Entry,
    Exits,
    Run,
    analyse,
    exits_when_all_succeed,
)
from infra_audit.source.text import Text


def behave(text: str, **entry: object) -> Behaviour:
    """What the script can do; it stands at scripts/deploy.sh."""
    script = parse(Text("scripts/deploy.sh", text), "file")
    return analyse(script, Entry(**entry))  # type: ignore[arg-type]


def succeeding(text: str, **entry: object) -> Exits:
    """The statuses with which it may end when every command from outside works."""
    script = parse(Text("scripts/deploy.sh", text), "file")
    return exits_when_all_succeed(script, Entry(**entry))  # type: ignore[arg-type]


def the(found: Behaviour, name: str) -> Run:
    """The one run of a command."""
    (run,) = [run for run in found.runs if run.name == name]
    return run
