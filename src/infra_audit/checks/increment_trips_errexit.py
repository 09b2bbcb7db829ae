"""Counters that end the script: `((n++))` from 0 is a failure, and errexit is on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.shell.syntax import Arithmetic, Command, Statement
from ..model import Location, Match, Outcome
from ..project.inside import statements
from ..project.types import Project
from ..source.regex import regex

_CHANGES = regex(r"\+\+|--|[-+*/%]=|(?<![=!<>])=(?!=)")
_SILENT = frozenset({"test", "development"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each arithmetic command that counts, comes to 0 and so ends its script."""
    for act in project.acts:
        trips = set(act.behaviour.trips)
        if not trips or act.purpose != "production" or act.role in _SILENT:
            continue
        for statement in statements(act.script):
            text = _text(statement) if statement.span in trips else ""
            if _CHANGES.search(text):
                yield Match(
                    location=Location(act.script.path, statement.span),
                    values={"text": text},
                    trail=act.trail,
                )


def _text(statement: Statement) -> str:
    match statement:
        case Arithmetic():
            return statement.raw
        case Command():
            return " ".join(word.raw for word in statement.words)
        case _:
            return ""
