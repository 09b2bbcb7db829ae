"""What commands rebuild in place: they delete what is there before they put the new version there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import dropwhile
from typing import Literal as Choice

from msgspec import Struct

from ..flow.behaviour import Run
from ..model import Evidence, Location
from ..source.regex import regex
from .live import Live, package_of
from .trails import script_name
from .types import Act, Project

_CLEAN_INSTALLS = frozenset(
    {"ci", "clean-install", "ic", "install-clean", "isntall-clean"}
) | frozenset({"cit", "install-ci-test", "clean-install-test", "sit"})
"""What npm's manual lists: each removes an existing `node_modules` first. `npm install` does not."""
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_RUNNERS = frozenset({"npx", "bunx", "pnpx"})
_FOLDERS = frozenset({"--prefix", "-C", "--dir", "--cwd"})
_SELECTS = frozenset(
    {
        "-w",
        "--workspace",
        "--workspaces",
        "-ws",
        "--filter",
        "-F",
        "-r",
        "--recursive",
        "-g",
        "--global",
    }
)
_IDLE = frozenset(
    {"--dry-run", "--help", "-h", "--version", "--package-lock-only", "--experimental-build-mode"}
)
_ELSEWHERE = regex(r"DIST|OUT_?(?:PUT_?)?DIR|BUILD_?(?:DIR|PATH|OUT)")
"""Variables by which a build is told to write to another folder."""
_MADE = frozenset({"build", "dist", "out", "output", ".output", "standalone", "tmp"})


class Rebuild(Struct, frozen=True):
    """A path that a command empties and fills again: `base` in `folder`."""

    folder: str
    """Absolute, led by what is written (`~`, `$APP`), or relative to the root or where the script starts."""
    base: str
    deletes: str
    """`deletes`, or `replaces` where the same command also writes the new version."""
    whole: bool = False
    """Whether only what names the path itself is hurt, and not what names something inside it."""
    evidence: tuple[Evidence, ...] = ()

    @property
    def path(self) -> str:
        """The path as people read it."""
        return posixpath.normpath(posixpath.join(self.folder, self.base))


_NEW = regex(
    r"(?i)release|te?mp|new|next|stag|preview|date|sha|version|work|build|slot|blue|green|target"
)
"""What people call a folder that is not the one that runs yet."""


def is_same(rebuild: Rebuild, live: Live, project: Project) -> Choice["surely", "likely"] | None:
    """Whether a unit runs from what is rebuilt; `likely` where a restart has to confirm it."""
    folder, base = rebuild.folder, rebuild.base
    if (folder.startswith("$") or live.source == "package") and _NEW.search(folder):
        return None
    for needed in live.paths:
        front, found, behind = f"/{needed}/".partition(f"/{base}/")
        where = front[1:]
        if not found or (rebuild.whole and behind):
            continue
        if where == folder:
            return "surely" if folder.startswith("/") and live.source != "package" else "likely"
        if _is_near(folder, where, project):
            return "likely"
    return None


def _is_near(folder: str, where: str, project: Project) -> bool:
    """The same where only one of the two is known from the top: both hold the same package."""
    if folder.startswith("$") or where.startswith("$"):
        return False
    if folder.startswith("~") and where.startswith("/"):
        return "/" in folder and where.endswith(folder[folder.index("/") :])
    if folder.startswith("/") == where.startswith("/") and not folder.startswith("~"):
        return False
    package = package_of(folder, project)
    return package is not None and package is package_of(where, project)


def rebuilds(
    run: Run, folder: str | None, project: Project, acts: dict[int, Act], depth: int = 0
) -> Iterator[Rebuild]:
    """What a command rebuilds in place when it runs in `folder`, in package scripts as well."""
    words = _words(run)
    given = set(words[1:])
    if (
        folder is None
        or not words
        or _IDLE & given
        or any(_ELSEWHERE.search(n) for n, _ in run.environment)
    ):
        return
    if words[0] in _MANAGERS:
        at = _folder(words, folder)
        if at is None:
            return
        operands = [w for w in words[1:] if not w.startswith("-")]
        if words[0] == "npm" and _CLEAN_INSTALLS.intersection(
            operands[:1] if at == folder else operands[:2]
        ):
            if posixpath.basename(at) not in _MADE and package_of(at, project) is not None:
                yield Rebuild(at, "node_modules", "deletes")
        elif depth < 3:
            yield from _of_scripts(run, at, project, acts, depth)
    elif words[0] == "next" and words[1:2] == ["build"]:
        below = next((w for w in words[2:] if w and not w.startswith("-")), "")
        if not _moves_output(posixpath.join(folder, below), project):
            yield Rebuild(posixpath.normpath(posixpath.join(folder, below)), ".next", "replaces")
    elif words[:3] == ["node", "ace", "build"]:
        package = package_of(folder, project)
        if package is not None and any(d.name == "@adonisjs/core" for d in package.dependencies):
            yield Rebuild(folder, "build", "replaces")
    elif (
        words[0] == "vite"
        and words[1:2] == ["build"]
        and not any(w.startswith("--emptyOutDir") for w in given)
    ):
        out = _option(words, "--outDir") or "dist"
        if not out.startswith((".", "/", "$")) and not _moves_output(
            folder, project, "vite.config."
        ):
            yield Rebuild(folder, out.rstrip("/"), "replaces", whole=True)


def _of_scripts(
    run: Run, folder: str, project: Project, acts: dict[int, Act], depth: int
) -> Iterator[Rebuild]:
    name = script_name(run)
    package = package_of(folder, project) if name else None
    home = posixpath.dirname(package.path) if package else ""
    for script in package.scripts if package else ():
        act = acts.get(id(script.script))
        if script.name not in (name, f"pre{name}", f"post{name}") or act is None:
            continue
        for inner in act.behaviour.runs:
            if (
                inner.reach != "reached"
                or inner.directory is None
                or inner.directory.startswith("/")
            ):
                continue
            for rebuild in rebuilds(inner, inner.directory, project, acts, depth + 1):
                base = rebuild.base
                shown = Evidence(
                    Location(inner.path, inner.span), f"`{name}` {rebuild.deletes} `{base}`"
                )
                below = posixpath.relpath(rebuild.folder or ".", home or ".")
                yield Rebuild(
                    _plain(posixpath.join(folder, below)),
                    base,
                    rebuild.deletes,
                    rebuild.whole,
                    rebuild.evidence or (shown,),
                )


def _words(run: Run) -> list[str]:
    """The command behind `npx`, `pnpm exec` and the folder that it is called from."""
    words = [posixpath.basename(run.name), *(w or "$" for w in run.arguments)]
    if words[0] in ("cross-env", "cross-env-shell", "env-cmd", "dotenv"):
        behind = words[words.index("--") + 1 :] if "--" in words else words[1:]
        words = [*dropwhile(lambda w: "=" in w or w.startswith("-"), behind), ""]
    if words[0] in _RUNNERS or (
        words[0] in _MANAGERS and words[1:2] in (["exec"], ["dlx"], ["next"], ["vite"])
    ):
        rest = words[1:]
        while rest and (rest[0].startswith("-") or rest[0] in ("exec", "dlx")):
            rest = rest[1:]
        return rest
    if words[0] == "node" and words[1:] and "/node_modules/" in f"/{words[1]}":
        return [posixpath.basename(words[1]), *words[2:]]
    return words


def _folder(words: list[str], folder: str) -> str | None:
    """The folder whose package a package manager works on; None where options select others."""
    for nth, word in enumerate(words):
        option, equals, value = word.partition("=")
        if word == "--":
            break
        if option in _SELECTS and not (option == "-w" and words[0] != "npm"):
            return None
        if option in _FOLDERS:
            to = value if equals else next(iter(words[nth + 1 :]), "$")
            return None if "$" in to else _plain(posixpath.join(folder, to))
    return folder


def _option(words: list[str], option: str) -> str:
    for nth, word in enumerate(words):
        if word == option:
            return next(iter(words[nth + 1 :]), "$")
        if word.startswith(option + "="):
            return word.partition("=")[2]
    return ""


def _plain(path: str) -> str:
    at = posixpath.normpath(path) if path else ""
    return "" if at == "." else at


def _moves_output(folder: str, project: Project, config: str = "next.config.") -> bool:
    """Whether the configuration names another output folder, or leaves what is there."""
    package = package_of(_plain(folder), project)
    home = posixpath.dirname(package.path) if package else ""
    names = {
        entry.name.rpartition(".")[2]
        for module in project.modules
        if posixpath.dirname(module.path) == home
        and posixpath.basename(module.path).startswith(config)
        for entry in module.config
    }
    return bool(names & {"distDir", "cleanDistDir", "outDir", "emptyOutDir"})
