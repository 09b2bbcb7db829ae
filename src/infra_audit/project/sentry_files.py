"""Whether something loads the file that sets Sentry up, where its name tells who should.

Up to version 7, `withSentryConfig` in `next.config` put `sentry.server.config` and
`sentry.edge.config` into the build; from 8 on, `register()` of an instrumentation file has to import
them (Sentry's migration guide from 7 to 8). `sentry.client.config` it puts there still. The file
`instrument` of the guides for servers is loaded by no framework.
"""

from __future__ import annotations

from typing import Literal as Choice

from ..documents.facts import Module, Package
from ..source.regex import regex
from .tracing import package_of
from .types import Project

Loading = Choice["loaded", "open", "never"]

CONFIG = regex(r"sentry\.(?P<runtime>client|server|edge)\.config\.[cm]?[jt]s")
_BUILDS = regex(r"next\.config\.[cm]?[jt]s")
_INSTRUMENTATION = regex(r"(?:src/)?instrumentation(?:\.node|\.edge)?\.(?:[cm]?[jt]sx?)")
_GUIDE = regex(r"(?:^|/)instrument\.[cm]?[jt]s$")
_GUIDED = regex(r"(?:^|[/=])instrument(?:\.[cm]?[jt]s)?$")
_MAJOR = regex(r"[\^~>=v ]*(\d+)")
_IMPORTS_SINCE = 8
_OWN = (".", "@/", "~/")


def is_loaded(module: Module, project: Project) -> bool:
    """Whether nothing speaks against it that a file which sets Sentry up is loaded."""
    return loading(module, project) == "loaded"


def loading(module: Module, project: Project) -> Loading:
    """Whether something loads a file; `open` where it may, by way of files that are not followed.

    What another file does with it is told only where that file was read.
    """
    named = CONFIG.fullmatch(module.path.rpartition("/")[2])
    package = package_of(module.path, project)
    if named is None or package is None:
        guided = _GUIDE.search(module.path) is not None
        return "never" if guided and not _is_instrumented(project) else "loaded"
    file = f"sentry.{named['runtime']}.config"
    importing = (m for m in project.modules if any(file in i.specifier for i in m.imports))
    if any(package_of(m.path, project) is package for m in importing):
        return "loaded"
    if named["runtime"] == "client" or not must_be_imported(package):
        return _by_the_build(package, project)
    first = instrumentation(package, project)
    return "open" if any(map(_may_load, first)) else "never"


def must_be_imported(package: Package) -> bool:
    """Whether its Sentry for Next.js is known to be of version 8 or later."""
    for dependency in package.dependencies:
        if dependency.name == "@sentry/nextjs":
            major = _MAJOR.match(dependency.version)
            return major is not None and int(major[1]) >= _IMPORTS_SINCE
    return False


def instrumentation(package: Package, project: Project) -> list[Module]:
    """The files of a package that Next.js loads when a server starts."""
    folder = package.path.rpartition("/")[0]
    front = f"{folder}/" if folder else ""
    return [
        m
        for m in project.modules
        if m.path.startswith(front)
        and _INSTRUMENTATION.fullmatch(m.path[len(front) :])
        and package_of(m.path, project) is package
    ]


def _by_the_build(package: Package, project: Project) -> Loading:
    """Whether the build of Next.js puts the files of Sentry into what it makes: some plugin may."""
    named = [m for m in project.modules if _BUILDS.fullmatch(m.path.rpartition("/")[2])]
    configs = [m for m in named if package_of(m.path, project) is package]
    used = [each.specifier for config in configs for each in config.imports]
    if any(name.startswith("@sentry/") for name in used):
        return "loaded"
    unknown = not configs or any(config.broken for config in configs)
    return "open" if unknown or any(map(_is_plugin, used)) else "never"


def _is_plugin(name: str) -> bool:
    """Whether an import of the build's configuration may hold more plugins: a file, or a package of a scope."""
    return name.startswith((*_OWN, "@")) and not name.startswith("@next/")


def _may_load(module: Module) -> bool:
    """Whether an instrumentation file imports something of the application that may import it in turn."""
    return module.broken or any(
        each.specifier.startswith(_OWN) and "sentry." not in each.specifier
        for each in module.imports
    )


def _is_instrumented(project: Project) -> bool:
    """Whether something imports the file of the guides, or a command names it."""
    imported = any(_GUIDED.search(i.specifier) for other in project.modules for i in other.imports)
    return imported or any(
        _GUIDED.search(word.raw)
        for act in project.acts
        for run in act.behaviour.runs
        for word in run.words[1:]
    )
