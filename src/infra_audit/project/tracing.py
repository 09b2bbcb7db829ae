"""Whether a call of `Sentry.init` turns tracing on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal as Choice

from ..documents.facts import Entry, Module, Package, SentryInit
from ..model import Location, Span
from ..source.regex import regex
from .telemetry import variables
from .types import Project

Tracing = Choice["on", "off", "zero", "unknown"]
"""On; not asked for; switched off by a literal 0, which is a decision; not to be told."""

_SWITCHES = ("tracesSampleRate", "tracesSampler")
_NOTHING = frozenset(("undefined", "null", "void 0"))
_VARIABLE = "SENTRY_TRACES_SAMPLE_RATE"
_MAJOR = regex(r"\d+")
_DEVICES = frozenset((
    "expo", "react-native", "electron", "@capacitor/core", "@tauri-apps/api", "@sentry/react-native", "@sentry/electron",
    "@sentry/capacitor",
))  # fmt: skip
"""What only an application for phones or desktops depends on: it is not deployed from here."""
_BROWSER = regex(r"(?:^|[/._-])(?:client|browser)(?:[/._-]|$)|\.tsx$")


def tracing(init: SentryInit, module: Module, project: Project) -> Tracing:
    """What one call says of tracing."""
    options = {entry.name: entry for entry in init.options}
    for name in _SWITCHES:
        found = value_of(options.get(name))
        if found is not None and found not in _NOTHING:
            return "zero" if _is_zero(found) else "on"
    if value_of(options.get("enableTracing")) not in (None, "false") and _before_eight(
        module, project
    ):
        return "on"
    if value_of(options.get("skipOpenTelemetrySetup")) not in (None, "false"):
        return "on"
    if init.spread or init.guarded or value_of(options.get("enabled")) == "false":
        return "unknown"
    supplied = any(entry.name == _VARIABLE for entry, _ in variables(project))
    return "on" if supplied and not _BROWSER.search(module.path) else "off"


def calls(project: Project) -> Iterator[tuple[Module, SentryInit]]:
    """Every call in production that can be what runs, with its file."""
    if project.kind.name in ("template", "library"):
        return
    for module in project.modules:
        production = module.sentry and project.purposes.get(module.path) == "production"
        if production and at_work(module, project):
            yield from ((module, init) for init in module.sentry)


def package_of(path: str, project: Project) -> Package | None:
    """The nearest package.json above a file."""
    manifests = {p.path.rpartition("/")[0]: p for p in project.packages}
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        if folder in manifests:
            return manifests[folder]
    return None


def at_work(module: Module, project: Project) -> bool:
    """Whether a call in a file can be what runs: something is deployed, Sentry is installed, the file is sound.

    What a device runs is not deployed from here.
    """
    package = package_of(module.path, project)
    if not project.deployables or package is None or module.broken or _twice(module):
        return False
    own = {d.name for d in package.dependencies}
    if own & _DEVICES:
        return False
    near = [package, *(p for p in project.packages if p.path == "package.json" or p.name in own)]
    return any(d.name.startswith("@sentry/") for p in near for d in p.dependencies)


def _twice(module: Module) -> bool:
    """Whether a file imports Sentry twice by the same name, which no parser of JavaScript takes."""
    names = [
        n
        for i in module.imports
        if i.specifier.startswith("@sentry/") and not i.dynamic
        for n in i.names
    ]
    return len(names) != len(set(names))


def place(init: SentryInit, module: Module) -> Location:
    """Where the call stands: its name, or its first words where that is not known."""
    names = [n for i in module.imports if i.specifier.startswith("@sentry/") for n in i.names]
    start = init.span
    called = "Sentry.init" if "Sentry" in names or not names else "init" if "init" in names else ""
    if not called:
        return Location(module.path, start)
    end = start.column + len(called)
    return Location(module.path, Span(start.line, start.column, start.line, end))


def value_of(entry: Entry | None) -> str | None:
    """What an option is given; its own name in the short form `{ tracesSampleRate }`."""
    if entry is None:
        return None
    return entry.name if entry.value is None else entry.value.raw.strip()


def _is_zero(raw: str) -> bool:
    try:
        return float(raw.strip("\"'")) == 0
    except ValueError:
        return False


def _before_eight(module: Module, project: Project) -> bool:
    """Whether the Sentry that a file uses is older than version 8, which dropped `enableTracing`."""
    folder = module.path
    manifests = {p.path.rpartition("/")[0]: p for p in project.packages}
    while folder:
        folder = folder.rpartition("/")[0]
        package = manifests.get(folder)
        for dependency in package.dependencies if package else ():
            if dependency.name.startswith("@sentry/"):
                major = _MAJOR.search(dependency.version)
                return major is not None and int(major[0]) < 8
    return False
