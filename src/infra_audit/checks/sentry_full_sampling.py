"""Sentry that is told to keep every trace, profile or replay of production."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Location, Match, Outcome
from ..project.sentry_files import is_loaded
from ..project.tracing import calls, value_of
from ..project.types import Project

_RATES = (
    "tracesSampleRate",
    "profilesSampleRate",
    "profileSessionSampleRate",
    "replaysSessionSampleRate",
)
_PYTHON = ("traces_sample_rate", "profiles_sample_rate")
_SILENT = frozenset({"template", "library"})
_WHOLE = frozenset({"1", "1.0", "1.00", '"1.0"', "'1.0'"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each literal rate of 1, at the option."""
    for module, init in calls(project):
        if init.guarded or not is_loaded(module, project):
            continue
        options = {entry.name: value_of(entry) for entry in init.options}
        for entry in init.options:
            if entry.name in _RATES and _is_whole(entry.name, options):
                yield Match(
                    location=Location(module.path, entry.span),
                    values={"option": entry.name, "what": _what(entry.name)},
                )

    if project.kind.name in _SILENT or not project.python:
        return
    from ..project.python_sentry import keeps_all, set_ups

    for one in set_ups(project):
        for entry in () if one.init.guarded else one.init.options:
            if entry.name in _PYTHON and keeps_all(one, entry.name):
                yield Match(
                    location=Location(one.path, entry.span),
                    values={"option": entry.name, "what": _what(entry.name)},
                )


def _is_whole(option: str, options: dict[str, str | None]) -> bool:
    """Whether a rate keeps all there is: none that a sampler replaces, or that is one of fewer traces."""
    if option == "tracesSampleRate" and "tracesSampler" in options:
        return False
    of_traces = option == "profilesSampleRate" or (
        option == "profileSessionSampleRate" and "trace" in (options.get("profileLifecycle") or "")
    )
    if of_traces and not _is_whole("tracesSampleRate", options):
        return False
    return options.get(option) in _WHOLE


def _what(option: str) -> str:
    if option.startswith("replays"):
        return "every session is recorded"
    return "every trace" if option.startswith("traces") else "every profile"
