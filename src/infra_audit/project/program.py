"""Which program a container starts, as far as nothing can stand in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

from msgspec import Struct

from ..documents.facts import Package
from ..documents.shell.handed import SHELLS
from ..documents.shell.syntax import Script
from ..flow.behaviour import Run, analyse
from ..source.regex import regex
from .imports import Sources, resolve, sources
from .inside import scripts
from .layers import last, lineage
from .python_commands import Started, is_step
from .python_commands import started as python_started
from .types import Deployable, Image, Project

_BASES = regex(
    r"(?:^|/)(?:node|bun|python|debian|ubuntu|alpine|nodejs[\w-]*|ubi\d*(?:-minimal)?|amazonlinux|chainguard/node)(?=[:@]|$)"
)
"""Images that start nothing of their own and tell no port."""
_BESIDE = frozenset({
    "alembic", "cd", "drizzle-kit", "dumb-init", "echo", "exec", "export", "knex", "prisma", "set", "sleep", "tini", "true", "typeorm",
})  # fmt: skip
"""What a container may run before its program: it serves nothing."""
_SERVERS = frozenset({"next", "nuxt", "react-router-serve", "remix-serve"})
"""Programs of frameworks that serve what their files say."""
_ENGINES = frozenset({"bun", "node", "nodejs", "ts-node", "tsx"})
_MANAGERS = frozenset({"bun", "bunx", "npm", "npx", "pnpm", "yarn"})
_VALUED = frozenset({"-r", "--require", "--import", "--loader", "--experimental-loader"})
_COMMAND = regex(r"-[a-z]*c")
"""What hands a shell its commands, which are runs of their own."""
_DEEPEST = 6
_MOST = 200
_SUFFIX = regex(r"\.[cm]?[jt]sx?$")


class Program(Struct, frozen=True):
    """What goes on running in a container; `scripted` where a script of package.json starts it."""

    run: Run
    file: str
    """The file that it runs, as written; '' for the server of a framework."""
    scripted: bool
    python: Started | None = None
    """What it starts where that is Python."""


def program(image: Image, command: Script | None, package: Package | None) -> Program | None:
    """The program that an image starts, by `command` where that is given; None where unknown."""
    base = lineage(image.dockerfile, image.stage)[0].base
    entry, start = last(image, "ENTRYPOINT"), last(image, "CMD")
    given = command or (start.script if start else None)
    if not _BASES.search(base.literal or base.default or base.raw):
        return None
    found: list[Program] = []
    for script in (entry.script if entry else None, given):
        one = _of_script(script, package, -1) if script is not None else []
        if one is None:
            return None
        found += one
    return found[0] if len(found) == 1 else None


def started(script: Script, package: Package | None) -> Program | None:
    """The program of a start command that a platform or a unit runs; None where unknown."""
    found = _of_script(script, package, -1)
    return found[0] if found and len(found) == 1 else None


def _of_run(run: Run, package: Package | None, depth: int) -> list[Program] | None:
    """The programs that a run starts; None where it may start anything."""
    if run.background or run.remote or depth > _DEEPEST:
        return None
    behind = python_started((run.name, *run.arguments))
    if behind is not None:
        return [Program(run, "", depth > 0, behind)]
    if None in run.arguments:
        return None
    words = [argument or "" for argument in run.arguments]
    name = run.name
    if is_step((name, *words)):
        return []
    if name in _MANAGERS and (name != "bun" or words[:1] == ["run"]):
        named = _script(name, words, package)
        if named is not None:
            return _of_script(named, package, depth)
        while words and words[0] in ("exec", "run", "-y", "--yes", "--no-install"):
            words.pop(0)
        if not words or name in ("npm", "bun"):
            return None
        name, words = words[0], words[1:]
    if name in _BESIDE or (name in SHELLS and _COMMAND.fullmatch(words[0] if words else "")):
        return []
    if name in _SERVERS:
        return [Program(run, "", depth > 0)]
    file = file_of(words) if name in _ENGINES else ""
    return [Program(run, file, depth > 0)] if file else None


def _script(manager: str, words: list[str], package: Package | None) -> Script | None:
    """The script of package.json that a manager is told to run, where nothing else is said."""
    named = [w for w in words if w not in ("run", "run-script", "--silent", "-s")]
    if len(named) != 1 or package is None or manager in ("npx", "bunx"):
        return None
    found = (s.script for s in package.scripts if s.name == named[0])
    return next(found, None)


def _of_script(script: Script, package: Package | None, depth: int) -> list[Program] | None:
    """The programs of a script; None where it sets a variable, or starts what is not known."""
    if any(analyse(inner).variables or analyse(inner).defaults for inner in scripts(script)):
        return None
    found: list[Program] = []
    for run in analyse(script).runs:
        one = _of_run(run, package, depth + 1)
        if one is None:
            return None
        found += one
    return found


def file_of(words: list[str]) -> str:
    """The file among the arguments of node and its like, '' where unknown."""
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word in _VALUED and waiting:
            waiting.pop(0)
        elif not word.startswith("-"):
            return word
        elif word.startswith(("-e", "-p", "--eval", "--print")):
            return ""
    return ""


def leads(found: Program, app: Deployable, listening: frozenset[str], project: Project) -> bool:
    """Whether a program runs the one file in `listening`, or a framework's server where that is empty.

    What is built is known by the name of its source: `dist/main.js` runs `src/main.ts`.
    """
    if found.python is not None:
        return False
    lead = f"{app.folder}/" if app.folder else ""
    own = normpath(found.file) if found.file else ""
    there = {path for path in (own, f"{lead}{own}") if own and path in project.files}
    if not listening:
        return not own or ("next" in app.frameworks and _stem(own) == "server" and not there)
    if len(listening) != 1 or not own:
        return False
    target = next(iter(listening))
    if target in there:
        return True
    name = _stem(own)
    if not there and (name == _stem(target) or (own == "." and _stem(target) == "index")):
        return not any(
            other.folder and other.folder != app.folder and own.startswith(f"{other.folder}/")
            for other in project.deployables
        )
    known = sources(project)
    entries = there or {m for m in known.modules if m.startswith(lead) and _stem(m) == name}
    return len(entries) == 1 and target in _reached(next(iter(entries)), known)


def covers(target: str | None, image: Image) -> bool:
    """Whether what is mounted at a path hides the code that an image works with."""
    directory = "/"
    for stage in lineage(image.dockerfile, image.stage):
        for instruction in stage.instructions:
            if instruction.keyword == "WORKDIR":
                directory = normpath(join(directory, instruction.argument.strip("\"' ")))
    return target is not None and f"{directory}/".startswith(f"{normpath(target).rstrip('/')}/")


def _stem(path: str) -> str:
    name = normpath(path).rpartition("/")[2]
    return _SUFFIX.sub("", name)


def _reached(entry: str, known: Sources) -> Iterator[str]:
    """The files that a file imports, and those that these import."""
    seen = {entry}
    waiting = [entry]
    while waiting and len(seen) < _MOST:
        path = waiting.pop()
        yield path
        module = known.modules.get(path)
        for one in module.imports if module is not None else ():
            other = resolve(known, path, one.specifier) if one.specifier else None
            if other and other not in seen:
                seen.add(other)
                waiting.append(other)
