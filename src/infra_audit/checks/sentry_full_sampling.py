"""Sentry that is told to keep every trace, profile or replay of production."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import SentryInit
from ..model import Location, Match, Outcome
from ..project.tracing import calls, is_loaded, value_of
from ..project.types import Project

_RATES = (
    "tracesSampleRate",
    "profilesSampleRate",
    "profileSessionSampleRate",
    "replaysSessionSampleRate",
)
_WHOLE = frozenset({"1", "1.0", "1.00", '"1.0"', "'1.0'"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each literal rate of 1, at the option."""
    for module, init in calls(project):
        if init.guarded or not is_loaded(module, project):
            continue
        chosen = any(entry.name == "tracesSampler" for entry in init.options)
        for entry in init.options:
            if entry.name == "tracesSampleRate" and chosen:
                continue  # the sampler is asked instead
            if _is_of_traces(entry.name, init) and not _is_every_trace_kept(init):
                continue  # of the traces that are kept
            if entry.name in _RATES and value_of(entry) in _WHOLE:
                yield Match(
                    location=Location(module.path, entry.span),
                    values={"option": entry.name, "what": _what(entry.name)},
                )


def _is_of_traces(option: str, init: SentryInit) -> bool:
    """Whether a rate is one of the traces that are kept, and not of all."""
    if option == "profileSessionSampleRate":
        lifecycle = next((e for e in init.options if e.name == "profileLifecycle"), None)
        return "trace" in (value_of(lifecycle) or "")
    return option == "profilesSampleRate"


def _is_every_trace_kept(init: SentryInit) -> bool:
    options = {entry.name: value_of(entry) for entry in init.options}
    return "tracesSampler" not in options and options.get("tracesSampleRate") in _WHOLE


def _what(option: str) -> str:
    if option.startswith("replays"):
        return "every session is recorded"
    return "every trace" if option.startswith("traces") else "every profile"
