"""Configurations of Sentry for a runtime of Next.js that nothing loads.

Up to version 7, `withSentryConfig` put them into the build; from 8 on, `register()` of an
instrumentation file has to import them (Sentry's migration guide from 7 to 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Module, Package
from ..model import START, Evidence, Location, Match, Outcome, Undecided
from ..project.tracing import calls, package_of, place
from ..project.types import Project
from ..source.regex import regex

_CONFIG = regex(r"sentry\.(?P<runtime>server|edge)\.config\.(?:[cm]?[jt]s)")
_INSTRUMENTATION = regex(r"(?:src/)?instrumentation(?:\.node|\.edge)?\.(?:[cm]?[jt]sx?)")
_MAJOR = regex(r"[\^~>=v ]*(\d+)")
_IMPORTS_SINCE = 8


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each configuration, at its call of `Sentry.init`."""
    for module, init in calls(project):
        named = _CONFIG.fullmatch(module.path.rpartition("/")[2])
        package = package_of(module.path, project) if named else None
        if named is None or package is None or not _must_be_imported(package):
            continue
        folder = package.path.rpartition("/")[0]
        near = [m for m in project.modules if package_of(m.path, project) is package]
        if any(_loads(each, named["runtime"]) for each in near):
            continue
        first = [m for m in near if _INSTRUMENTATION.fullmatch(m.path[len(folder) :].lstrip("/"))]
        where = place(init, module)
        if any(map(_may_load, first)):
            yield Undecided(where, f"what {first[0].path} imports may load it")
        else:
            yield _match(where, named["runtime"], module, package, first)


def _may_load(module: Module) -> bool:
    """Whether an instrumentation file imports something of the application that may import it in turn."""
    return module.broken or any(
        each.specifier.startswith((".", "@/", "~/")) and "sentry." not in each.specifier
        for each in module.imports
    )


def _must_be_imported(package: Package) -> bool:
    """Whether its Sentry is known to be of version 8 or later."""
    for dependency in package.dependencies:
        if dependency.name == "@sentry/nextjs":
            major = _MAJOR.match(dependency.version)
            return major is not None and int(major[1]) >= _IMPORTS_SINCE
    return False


def _loads(module: Module, runtime: str) -> bool:
    return any(f"sentry.{runtime}.config" in each.specifier for each in module.imports)


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
