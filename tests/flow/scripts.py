"""Scripts as tests write them."""

from __future__ import annotations

from infra_audit.documents.shell.script import parse
from infra_audit.flow.behaviour import Behaviour, Entry, Run, analyse
from infra_audit.source.text import Text


def behave(text: str, **entry: object) -> Behaviour:
    """What the script can do; it stands at scripts/deploy.sh."""
    script = parse(Text("scripts/deploy.sh", text), "file")
    return analyse(script, Entry(**entry))  # type: ignore[arg-type]


def the(found: Behaviour, name: str) -> Run:
    """The one run of a command."""
    (run,) = [run for run in found.runs if run.name == name]
    return run
