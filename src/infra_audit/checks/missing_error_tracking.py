"""Servers whose errors reach nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Location, Match, Outcome, Satisfied, Undecided
from ..project.leads import hosted, shown
from ..project.starts import started
from ..project.telemetry import (
    ERROR_TRACKERS,
    beside,
    dependencies,
    libraries,
    reads,
    settings,
)
from ..project.types import Deployable, Project
from ..source.regex import regex

_TRACKERS = regex(
    r"@?bugsnag.*|rollbar.*|@?honeybadger.*|airbrake.*|@airbrake/.+|pybrake|raygun.*|raygun4py|mindscape\.raygun.*"
    r"|@google-cloud/error-reporting|google-cloud-error-reporting|trackjs.*|@trackjs/.+|logrocket.*|exceptionless.*"
    r"|github\.com/(?:bugsnag|rollbar|honeybadger-io|airbrake)/.+|solid_errors|exception_notification|spatie/laravel-(?:flare|ignition)"
    r"|@highlight-run/.+|@hyperdx/.+|@axiomhq/.+|@logtail/.+|@datadog/(?!pprof|native-|sketches|libdatadog|openfeature|datadog-ci).+|@appsignal/.+|glitchtip.*|sentry.*|@rollbar/.+",
)
"""What tells somebody of errors, beside Sentry and what traces."""
_SETTING = regex(
    r"(?:NEXT_PUBLIC_|VITE_)?(?:SENTRY|BUGSNAG|ROLLBAR|HONEYBADGER|AIRBRAKE|GLITCHTIP|RAYGUN)_\w+"
)


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable, at what starts it or, for a platform, what ships it."""
    yield from hosted(project, "error-tracking", _tracked, platforms=True)


def _tracked(leader: Deployable, group: tuple[Deployable, ...], project: Project) -> Outcome:
    for dependency, path, _ in dependencies(group, project):
        if ERROR_TRACKERS.fullmatch(dependency.name) or _TRACKERS.fullmatch(dependency.name):
            return Satisfied(Location(path, dependency.span), dependency.name)
    for dependency, path, _ in dependencies(group, project):
        if dependency.name.startswith("posthog"):
            where = Location(path, dependency.span)
            return Undecided(where, f"`{dependency.name}` may be told of errors as well")
    for dependency, where, _ in libraries(group, "traces", project):
        return Undecided(where, f"`{dependency.name}` may tell of errors as well")
    agent = next(beside(project, "traces"), None)
    if agent is not None:
        return Undecided(agent[1], f"whether {agent[0]} tells of errors is not seen")
    if not any(reads(d.runtime) for d in group):
        where = leader.evidence[0].location
        return Undecided(
            where, f"the libraries of {leader.runtime or 'what runs here'} are not read"
        )
    setting = next(settings(project, "traces"), None)
    if setting is not None:
        return Undecided(setting.location, setting.note)
    for module in project.modules:
        for use in module.environment:
            if _SETTING.fullmatch(use.name):
                return Undecided(
                    Location(module.path, use.span),
                    f"`{use.name}` configures a tracker that is not seen",
                )
    first = started(leader, project)
    return Match(
        location=first.location,
        values={"name": shown(leader), "how": first.note},
        deployable=leader.folder,
    )
