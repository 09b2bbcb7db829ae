"""Sentry that is told to send what identifies people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Location, Match, Outcome
from ..project.sentry_files import is_loaded
from ..project.tracing import calls, value_of
from ..project.types import Project

_SILENT = frozenset({"template", "library"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each literal `sendDefaultPii: true`, at the option."""
    for module, init in calls(project):
        if not is_loaded(module, project):
            continue
        for entry in init.options:
            if entry.name == "sendDefaultPii" and value_of(entry) == "true" and not init.guarded:
                yield Match(location=Location(module.path, entry.span), values={})
    if project.kind.name in _SILENT or not project.python:
        return
    from ..project.python_sentry import given, set_ups

    for one in set_ups(project):
        for entry in () if one.init.guarded else one.init.options:
            if entry.name == "send_default_pii" and given(entry) == "True":
                yield Match(location=Location(one.path, entry.span), values={})
