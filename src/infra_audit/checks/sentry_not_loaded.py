"""Configurations of Sentry for a runtime of Next.js that nothing loads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Module, Package
from ..model import START, Evidence, Location, Match, Outcome, Undecided
from ..project.sentry_files import CONFIG, instrumentation, loading, must_be_imported
from ..project.tracing import calls, package_of, place
from ..project.types import Project


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each configuration of a server or the edge, at its call of `Sentry.init`."""
    for module, init in calls(project):
        named = CONFIG.fullmatch(module.path.rpartition("/")[2])
        package = package_of(module.path, project)
        if named is None or named["runtime"] == "client" or package is None:
            continue
        told = loading(module, project) if must_be_imported(package) else "loaded"
        first = instrumentation(package, project)
        where = place(init, module)
        if told == "open":
            yield Undecided(where, f"what {first[0].path} imports may load it")
        elif told == "never":
            yield _match(where, named["runtime"], module, package, first)


def _imports(module: Module) -> Location:
    return Location(module.path, module.imports[0].span if module.imports else START)


def _match(
    where: Location, runtime: str, module: Module, package: Package, first: list[Module]
) -> Match:
    version = next(d for d in package.dependencies if d.name == "@sentry/nextjs")
    evidence = [
        Evidence(
            Location(package.path, version.span), "since version 8 it is loaded by an import only"
        )
    ]
    evidence += [Evidence(_imports(m), "all that it imports") for m in first]
    who = (
        f"`{first[0].path}` does not load it"
        if first
        else "no instrumentation file is there to load it"
    )
    return Match(
        location=where,
        values={
            "file": module.path.rpartition("/")[2],
            "runtime": "server" if runtime == "server" else "edge runtime",
            "who": who,
        },
        evidence=tuple(evidence),
    )
