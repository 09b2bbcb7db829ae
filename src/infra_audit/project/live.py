"""The paths that units need while they run: their directory, what they start, what that loads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..documents.facts import Package, Process, UnitFile
from ..documents.shell.syntax import Command, Script
from ..flow.behaviour import Run
from ..flow.effective import effective
from ..model import Evidence, Location, Span
from .inside import statements
from .spots import ROOTS, as_written
from .types import Project

_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_NODE = frozenset(
    {
        "node",
        "nodejs",
        "npx",
        "next",
        "nuxt",
        "vite",
        "ts-node",
        "tsx",
        "nest",
        "remix-serve",
        "serve",
    }
)
_LOADS: dict[str, tuple[str, ...]] = {
    "next start": (".next",),
    "nuxt start": (".output", ".nuxt"),
    "nuxt preview": (".output",),
    "vite preview": ("dist",),
    "remix-serve": ("build",),
}
"""What a program reads while it runs though its command line does not name it (their documentation)."""


class Live(Struct, frozen=True):
    """A unit with the paths that it needs: absolute, or relative to the root or to some folder."""

    name: str
    """What it is restarted by."""
    source: str
    shown: str
    paths: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def lives(project: Project) -> tuple[Live, ...]:
    """Every unit of production that systemd or pm2 keeps running, and what it runs from."""
    return (*_of_systemd(project), *_of_pm2(project))


def _of_systemd(project: Project) -> Iterator[Live]:
    resolved = {(u.location.path, u.name): u for u in project.units if u.source == "systemd"}
    for file in project.unit_files:
        unit = resolved.get((file.path, file.name))
        if (
            unit is None
            or unit.once
            or unit.start is None
            or unit.purpose not in ("production", "template")
        ):
            continue
        folder, where = _directory(file, unit.directory)
        words = _words(unit.start)
        paths, shown = needed(words, folder or "", project)
        if folder:
            paths = (folder, *paths)
        evidence = [where] if where else [Evidence(unit.location, "what the unit starts")]
        name = file.name.removesuffix(".service")
        called = f"`{file.name}`" if file.name else "a unit"
        yield Live(name, "systemd", called, paths, (*evidence, *shown))


def _directory(file: UnitFile, resolved: str | None) -> tuple[str | None, Evidence | None]:
    for setting in file.settings:
        if setting.key == "WorkingDirectory":
            key, value = setting.span, setting.value.span
            span = Span(key.line, key.column, value.end_line, value.end_column)
            where = Evidence(Location(file.path, span), "the unit runs here")
            return resolved or _tail(setting.value.raw), where
    return None, None


def _tail(raw: str) -> str:
    """What stands behind the last variable of a path: `backend` of `$DIR/backend`."""
    bare = raw.strip("\"'").lstrip("-")
    if "$" not in bare and "%" not in bare and "__dirname" not in bare:
        return bare
    behind = re.split(r"\$\{[^}]*\}|\$\w+|%\w", bare)[-1]
    return behind.strip("/") if re.fullmatch(r"[\w./-]*", behind) else ""


def _of_pm2(project: Project) -> Iterator[Live]:
    for ecosystem in project.ecosystems:
        if project.purposes.get(ecosystem.path, "production") != "production":
            continue
        home = posixpath.dirname(ecosystem.path)
        for process in ecosystem.processes:
            if process.cron is None and process.script is not None:
                yield _process(process, ecosystem.path, home, project)


def _process(process: Process, path: str, home: str, project: Project) -> Live:
    folder = home
    if process.directory is not None:
        given = process.directory.literal
        if given is not None:
            folder = (
                given if given.startswith("/") else posixpath.normpath(posixpath.join(home, given))
            )
            folder = "" if folder == "." else folder
        elif not re.search(r"__dirname|process\.cwd\(", process.directory.raw):
            folder = _tail(process.directory.raw)
    script = process.script.literal or "" if process.script else ""
    arguments = (process.arguments.literal or "").split() if process.arguments else []
    paths, shown = needed([script, *arguments], folder, project, program=script)
    where = (
        process.directory.span
        if process.directory
        else process.script.span
        if process.script
        else process.span
    )
    evidence = Evidence(Location(path, where), "pm2 runs the app from here")
    name = process.name or posixpath.basename(script)
    if folder.startswith("/"):
        paths = (folder, *paths)
    return Live(name, "pm2", f"the pm2 app `{name}`", paths, (evidence, *shown))


def started(run: Run, folder: str | None, project: Project) -> Live | None:
    """What `pm2 start` of a program or package script runs from; None where it starts anything else."""
    if folder is None or run.name != "pm2" or run.arguments[:1] != ("start",):
        return None
    words = [word or "" for word in run.arguments[1:]]
    name = ""
    for option in ("--name", "-n"):
        if option in words[:-1]:
            name = words[words.index(option) + 1]
    behind = words[words.index("--") + 1 :] if "--" in words else []
    front = words[: words.index("--")] if "--" in words else words
    programs = [
        w
        for nth, w in enumerate(front)
        if w and w[0] != "-" and (nth == 0 or front[nth - 1][:1] != "-")
    ]
    if not programs or re.search(r"\.(?:json|ya?ml)$|\.config\.\w+$|^ecosystem", programs[0]):
        return None
    command = [*programs[0].split(), *behind]
    paths, shown = needed(command, folder, project, program=command[0])
    name = name or posixpath.basename(programs[0]).partition(".")[0]
    evidence = Evidence(Location(run.path, run.span), "pm2 runs the app from here")
    return Live(name, "pm2", f"the pm2 app `{name}`", paths, (evidence, *shown))


def started_by_file(run: Run, folder: str | None, project: Project) -> Iterator[Live]:
    """What pm2 keeps running by a file of the checkout, when it is told so in a folder led by what is written."""
    if run.name != "pm2" or not folder or folder[:1] not in ROOTS:
        return
    for ecosystem in project.ecosystems:
        home, name = posixpath.split(ecosystem.path)
        front = folder.removesuffix(f"/{home}") if home else folder
        given = name if home and front != folder else ecosystem.path
        if given in run.arguments[1:2]:
            for live in _of_pm2(project):
                if live.evidence[0].location.path == ecosystem.path:
                    paths = tuple(p if p[:1] in ROOTS else _in(front, p) for p in live.paths)
                    where = Evidence(Location(run.path, run.span), "pm2 is given the file here")
                    yield replace(live, paths=paths, evidence=(*live.evidence, where))


def sent(runs: Sequence[Run]) -> Iterator[Live]:
    """What runs from the folders that a script copies the application to, by all that it tells."""
    for run in runs:
        last = run.words[-1].raw if run.name in ("rsync", "scp") and run.words else ""
        host, _, to = last.strip("\"'").partition(":")
        folder = to if to.startswith("/") else as_written(to)
        if host and folder and run.remote is None:
            evidence = Evidence(Location(run.path, run.span), "the application is copied there")
            paths = (_in(folder.rstrip("/"), "node_modules"),)
            yield Live("", "package", "the application", paths, (evidence,))


def started_by_package(project: Project) -> Iterator[Live]:
    """What the start scripts of the applications run from, for restarts that name no known unit."""
    for unit in project.units:
        if unit.source == "package" and unit.start is not None and unit.purpose == "production":
            paths, _ = needed(_words(unit.start), unit.directory or "", project)
            evidence = Evidence(unit.location, "what the application starts with")
            yield Live(unit.name, "package", "the application", paths, (evidence,))


def needed(
    words: list[str], folder: str, project: Project, program: str = ""
) -> tuple[tuple[str, ...], tuple[Evidence, ...]]:
    """The paths that a command line needs when it runs in `folder`, and what shows the hidden ones."""
    at, _, _ = effective(list(words))
    rest = words[at:]
    if not rest:
        return (), ()
    name = posixpath.basename(rest[0])
    evidence: tuple[Evidence, ...] = ()
    found: list[str] = []
    if name in _MANAGERS:
        found.append("node_modules")
        package = package_of(folder, project)
        script = _script_of(rest, package)
        if package is not None and script is not None:
            inner = _words(script[1])
            paths, _ = needed(inner, folder, project)
            shown = Evidence(Location(package.path, script[2]), "what it starts")
            return (*(_in(folder, f) for f in found), *paths), (shown,)
    if (
        name in _NODE
        or program.endswith((".js", ".mjs", ".cjs", ".ts"))
        or "node_modules/" in rest[0]
    ):
        found.append("node_modules")
    line = " ".join([name, *(w for w in rest[1:] if not w.startswith("-"))]).removeprefix("npx ")
    for phrase, loaded in _LOADS.items():
        if line == phrase or line.startswith(phrase + " ") or f"/{phrase}" in line:
            found += loaded
    found += [
        w
        for w in rest[0 if "/" in rest[0] or program else 1 :]
        if w and w[0] != "-" and "=" not in w and "$" not in w
    ]
    return tuple(dict.fromkeys(_in(folder, f) for f in found)), evidence


def _in(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))


def _words(script: Script) -> list[str]:
    commands = [s for s in statements(script) if isinstance(s, Command) and s.words]
    last = commands[-1] if commands else None
    return (
        [word.literal if word.literal is not None else word.raw for word in last.words]
        if last
        else []
    )


def _script_of(words: list[str], package: Package | None) -> tuple[str, Script, Span] | None:
    given = [w for w in words[1:] if not w.startswith("-")]
    if given[:1] in (["run"], ["run-script"]):
        given = given[1:]
    name = given[0] if given else ""
    for script in package.scripts if package else ():
        if script.name == name:
            return script.name, script.script, script.span
    return None


def package_of(folder: str | None, project: Project) -> Package | None:
    """The package.json of a folder: of the checkout, or of the place where the checkout is installed."""
    packages = {posixpath.dirname(package.path): package for package in project.packages}
    if folder is not None and folder in packages:
        return packages[folder]
    tails = [f for f in packages if f and folder is not None and f"/{folder}".endswith(f"/{f}")]
    if tails:
        return packages[max(tails, key=len)]
    return packages.get("") if not folder or folder[:1] in ROOTS else None
