"""Calls of `Sentry.init` that leave tracing off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Module, SentryInit
from ..model import Evidence, Inapplicable, Match, Outcome, Satisfied, Undecided
from ..project.telemetry import libraries
from ..project.tracing import at_work, package_of, place, tracing
from ..project.types import Project
from ..source.regex import regex

_SILENT = frozenset(("template", "library"))
_REASONS = {
    "zero": "tracing is switched off by a literal 0",
    "unknown": "not all of its options, or whether it runs in production, can be told from here",
}


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each call in production, at the call."""
    if (project.modules or project.python) and project.kind.name in _SILENT:
        yield Inapplicable(f"a {project.kind.name}: what is made from it decides")
        return
    for module in project.modules:
        if module.sentry and project.purposes.get(module.path) == "production":
            if not at_work(module, project):
                yield Inapplicable(f"{module.path} sets up no Sentry that is deployed from here")
                continue
            for init in module.sentry:
                yield _outcome(init, module, project)
    if any(module.sentry for module in project.python):
        yield from _of_python(project)


def _of_python(project: Project) -> Iterator[Outcome]:
    from ..project.python_sentry import set_ups, tracing_of

    for one in set_ups(project):
        told = tracing_of(one)
        own = tuple(d for d in project.deployables if d.folder == one.folder)
        tracer = next(
            (d.name for d, _, aside in libraries(own, "traces", project) if not aside), None
        )
        if told == "on":
            yield Satisfied(one.location, "tracing")
        elif told != "off":
            yield Undecided(one.location, _REASONS[told])
        elif tracer is not None:
            yield Undecided(one.location, f"`{tracer}` may see them instead")
        else:
            values = {
                "runtime": "the server",
                "options": "`traces_sample_rate` or `traces_sampler`",
            }
            yield Match(location=one.location, values=values)


def _outcome(init: SentryInit, module: Module, project: Project) -> Outcome:
    where = place(init, module)
    told = tracing(init, module, project)
    if told == "on":
        return Satisfied(where, "tracing")
    if told != "off":
        return Undecided(where, _REASONS[told])
    runtime = _runtime(module, project)
    tracer = next(_tracers(module, project), None) if runtime != _PARTS["client"] else None
    if tracer is not None:
        return Undecided(where, f"`{tracer}` may see them instead")
    return Match(
        location=where,
        values={"runtime": runtime, "options": "`tracesSampleRate` or `tracesSampler`"},
        evidence=tuple(_elsewhere(init, module, project))[:3],
    )


def _tracers(module: Module, project: Project) -> Iterator[str]:
    """What else traces the requests of the application that a file belongs to."""
    own = tuple(d for d in project.deployables if module.path.startswith(_front(d.folder)))
    for dependency, _, aside in libraries(own, "traces", project):
        if not aside:
            yield dependency.name


def _front(folder: str) -> str:
    return f"{folder}/" if folder else ""


_CONVENTION = regex(
    r"(?:sentry|entry|hooks)\.(?P<one>edge|client|server)\.|instrumentation-(?P<two>client)\."
)
"""Files that a framework loads in one runtime only."""
_PARTS = {"edge": "the edge runtime", "client": "the browser", "server": "the server"}
_BY_LIBRARY = {
    **dict.fromkeys(("browser", "react", "vue", "svelte", "angular", "solid"), "the browser"),
    **dict.fromkeys(("node", "nestjs", "bun", "deno", "serverless", "google-cloud-serverless"), "the server"),
}  # fmt: skip


def _runtime(module: Module, project: Project) -> str:
    """Which part of the application a call sets Sentry up for, where that is known, else its package."""
    named = _CONVENTION.match(module.path.rpartition("/")[2])
    if named and len(module.sentry) == 1:
        return _PARTS[named["one"] or named["two"]]
    used = [i.specifier for i in module.imports if i.specifier.startswith("@sentry/")]
    parts = {_BY_LIBRARY.get(name.partition("/")[2], "") for name in used}
    if len(parts) == 1 and "" not in parts:
        return parts.pop()
    package = package_of(module.path, project)
    return f"`{package.name}`" if package and package.name else "the application"


def _elsewhere(init: SentryInit, module: Module, project: Project) -> Iterator[Evidence]:
    """Where the same repository does turn it on: the parts are set up each by itself."""
    for other in project.modules:
        if (
            other.sentry
            and project.purposes.get(other.path) == "production"
            and at_work(other, project)
        ):
            for found in other.sentry:
                if found is not init and tracing(found, other, project) == "on":
                    yield Evidence(
                        place(found, other), "here it is on, which this call does not share"
                    )
