"""Servers whose errors reach nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project.leads import hosted, shown
from ..project.sentry_files import loading
from ..project.starts import started
from ..project.telemetry import (
    ERROR_TRACKERS,
    beside,
    dependencies,
    libraries,
    reads,
    settings,
    variables,
)
from ..project.tracing import place
from ..project.types import Deployable, Project
from ..project.uses import Reading, readings
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


_OPEN = regex(
    r"@opentelemetry/(?:api|resources|sdk-.+|instrumentation.*|auto-instrumentations-.+|exporter-(?:trace|logs|metrics)-otlp-.+|semantic-.+)"
)
"""What speaks to a collector and to nothing else."""
_COLLECTORS = regex(r"OpenTelemetry Collector|otelcol\S*|opentelemetry-collector\S*")
_PRINTERS = frozenset({"logging", "debug", "nop"})
"""Exporters of a collector that hand nothing on."""
_ENDPOINT = regex(r"OTEL_EXPORTER_OTLP_(?:\w+_)?ENDPOINT")
_INSIDE = regex(r"https?://([\w-]+)(?::\d+)?(?:/\S*)?")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable, at what starts it or, for a platform, what ships it."""
    yield from hosted(project, "error-tracking", _tracked, platforms=True)


def _idle(project: Project) -> tuple[Evidence, ...]:
    """The calls that would set Sentry up, where nothing loads any of them."""
    found: list[Evidence] = []
    for module in project.modules:
        if module.sentry and project.purposes.get(module.path) == "production":
            if loading(module, project) != "never":
                return ()
            found += [
                Evidence(place(init, module), "Sentry is set up here, but nothing loads this file")
                for init in module.sentry
            ]
    return tuple(found)


def _printed(project: Project) -> tuple[Evidence, ...]:
    """Where the collectors to which traces are sent only print them; nothing where it may be otherwise."""
    services = {service.name for compose in project.composes for service in compose.services}
    sent = [e for e, _ in variables(project) if _ENDPOINT.fullmatch(e.name)]
    hosts = [_INSIDE.fullmatch((e.value.literal or "") if e.value else "") for e in sent]
    if not hosts or not all(hit is not None and hit[1] in services for hit in hosts):
        return ()
    exporters = [
        (word, other.path)
        for other in project.others
        if other.kind == "otel" and project.purposes.get(other.path) == "production"
        for word in other.words
        if word.name.partition("/")[0] in ("traces", "logs") and word.value is not None
    ]
    for word, _ in exporters:
        if word.value is None or word.value.raw.strip("\"'").partition("/")[0] not in _PRINTERS:
            return ()
    return tuple(
        Evidence(Location(path, word.span), "the collector only prints what it is sent")
        for word, path in exporters[:2]
        if any(w.name.startswith("traces") for w, _ in exporters)
    )


def _mails(project: Project) -> Location | None:
    """Where the settings of Django say who hears of errors: the addresses, or what its logger hands them to."""
    for module in project.python:
        if project.purposes.get(module.path) == "production":
            for one in module.assignments:
                if _HEARD.search(one.name) and not _NOBODY.fullmatch(one.value.raw):
                    return Location(module.path, one.span)
    return None


_HEARD = regex(r"(?:^|\.)ADMINS$|\.django\.request$")
_NOBODY = regex(r"[\[(]\s*[\])]|None")


def _is_of(group: tuple[Deployable, ...], one: Reading) -> bool:
    """Whether a file may be one of some applications: packages of JavaScript are shared."""
    return one.runtime == "node" or any(
        not d.folder or one.path.startswith(f"{d.folder}/") for d in group
    )


def _tracked(leader: Deployable, group: tuple[Deployable, ...], project: Project) -> Outcome:
    idle = _idle(project)
    for dependency, path, _ in dependencies(group, project):
        if idle and dependency.name.startswith("@sentry/"):
            if dependency.name == "@sentry/nextjs":
                return Undecided(
                    idle[0].location, "that nothing loads it is told of the file itself"
                )
            continue
        if ERROR_TRACKERS.fullmatch(dependency.name) or _TRACKERS.fullmatch(dependency.name):
            return Satisfied(Location(path, dependency.span), dependency.name)
    for dependency, path, _ in dependencies(group, project):
        if dependency.name.startswith("posthog"):
            where = Location(path, dependency.span)
            return Undecided(where, f"`{dependency.name}` may be told of errors as well")
    printed = _printed(project)
    for dependency, where, _ in libraries(group, "traces", project):
        if not (printed and _OPEN.fullmatch(dependency.name)):
            return Undecided(where, f"`{dependency.name}` may tell of errors as well")
    agents = (
        one for one in beside(project, "traces") if not (printed and _COLLECTORS.fullmatch(one[0]))
    )
    agent = next(agents, None)
    if agent is not None:
        return Undecided(agent[1], f"whether {agent[0]} tells of errors is not seen")
    if not any(reads(d.runtime) for d in group):
        where = leader.evidence[0].location
        return Undecided(
            where, f"the libraries of {leader.runtime or 'what runs here'} are not read"
        )
    told = (
        each
        for each in settings(project, "traces")
        if not (printed and each.note.startswith("`OTEL_"))
    )
    setting = next(told, None)
    if setting is not None:
        return Undecided(setting.location, setting.note)
    mailed = _mails(project) if any("django" in d.frameworks for d in group) else None
    if mailed is not None:
        return Undecided(mailed, "Django may mail each error to `ADMINS`")
    aside = {module.path for module in project.modules if idle and module.sentry}
    for one in readings(project):
        for use in one.uses if one.path not in aside and _is_of(group, one) else ():
            if _SETTING.fullmatch(use.name):
                return Undecided(
                    Location(one.path, use.span),
                    f"`{use.name}` configures a tracker that is not seen",
                )
    first = started(leader, project)
    return Match(
        location=first.location,
        values={"name": shown(leader), "how": first.note},
        evidence=(*idle, *printed),
        deployable=leader.folder,
    )
