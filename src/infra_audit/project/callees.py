"""Which scripts of the repository a command runs: files by their path, package scripts by their name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from fnmatch import fnmatchcase
from posixpath import join, normpath

from msgspec import Struct

from ..documents.facts import Package
from ..documents.shell.syntax import Script
from ..flow.behaviour import Run
from .apps import folder_of
from .contents import housed, place
from .facts import Facts
from .images import contexts, resolved

_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ksh", "source", "."})
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_CALLERS = _SHELLS | _MANAGERS | {"turbo", "npx", "bunx", "make", "just"}
_OWN_VERBS = frozenset({
    "install", "i", "ci", "add", "remove", "exec", "dlx", "publish", "audit", "config", "init", "update", "up",
    "create", "cache", "link", "pack", "version", "whoami", "login", "set", "why", "list", "ls", "prune", "store",
    "x", "info", "view", "outdated", "rebuild", "root", "bin", "help", "import", "deploy", "patch", "global",
    "workspaces", "workspace", "ping", "pkg", "fetch", "dedupe", "get", "delete", "upgrade", "uninstall", "node",
})  # fmt: skip
_SELECTS = frozenset({"--filter", "-F", "--workspace", "-w"})
"""Options whose value names packages of the workspace."""
_FOLDERS = frozenset({"--prefix", "-C", "--dir", "--cwd"})
"""Options whose value is the folder of a package."""
_EVERYWHERE = frozenset({"-r", "--recursive", "--parallel", "--workspaces", "-ws", "--all"})


class Call(Struct, frozen=True):
    """A command as far as it may run a script: its name, its arguments, where it runs and stands."""

    name: str
    arguments: tuple[str | None, ...]
    directory: str | None
    """The working directory; None is unknown."""
    home: str
    """The folder of the file that it stands in."""
    caller: Script | None = None
    """The script that it stands in, where it is one."""


def call(run: Run, caller: Script) -> Call:
    """The call that a run is."""
    return Call(run.name, run.arguments, run.directory, folder_of(caller.path), caller)


def may_call(name: str) -> bool:
    """Whether a command of this name may run a script of the repository: most cannot."""
    return name in _CALLERS or "/" in name


def written(text: str, directory: str | None, home: str) -> Call | None:
    """The call that a line of a Procfile or of a process manager is, None where it cannot be split."""
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    while words and "=" in words[0] and not words[0].startswith(("/", ".")):
        words = words[1:]
    return Call(words[0], tuple(words[1:]), directory, home) if words else None


def script_name(run: Run) -> str | None:
    """The package script that an `npm run`, `pnpm`, `yarn` or `bun` command runs, None if none."""
    return script_of(Call(run.name, run.arguments, None, ""))


class Callees:
    """Which scripts of the repository a command runs."""

    def __init__(self, facts: Facts) -> None:
        self.files = {script.path: script for script in facts.scripts}
        self.packages = {folder_of(package.path): package for package in facts.packages}
        self.places = {
            id(i.script): place(d, s, i)
            for d in (facts.dockerfiles if len(facts.packages) > 1 else ())
            for s in d.stages
            for i in s.instructions
            if i.script is not None
        }
        self.facts = facts
        self.names: dict[str, list[str]] = {}
        for path in self.files:
            self.names.setdefault(path.rpartition("/")[2], []).append(path)
        self.targets: dict[tuple[str, str], list[str]] = {}
        for other in facts.others:
            for word in other.words if other.kind == "makefile" else ():
                if word.value is not None:
                    self.targets.setdefault((folder_of(other.path), word.value.raw), []).append(
                        word.name
                    )

    def of(self, made: Call) -> Iterator[Script]:
        """The scripts that a call starts."""
        if made.name in _MANAGERS or made.name == "turbo":
            yield from self._package_scripts(made)
        elif made.name in {"npx", "bunx"} and made.arguments[:1] == ("turbo",):
            yield from self._package_scripts(
                Call("turbo", made.arguments[1:], made.directory, made.home)
            )
        elif made.name in {"make", "just"}:
            yield from self._of_targets(made)
        else:
            path = self._file(made)
            if path is not None:
                yield self.files[path]

    def _file(self, made: Call) -> str | None:
        """The script file that a command runs, None where it runs none or that is unknown."""
        if made.name in _SHELLS:
            target = next(
                (a for a in made.arguments if a is None or not a.startswith(("-", "+"))), None
            )
        elif "/" in made.name:
            target = made.name
        else:
            return None
        return None if target is None else self._resolved(target, made)

    def _resolved(self, target: str, made: Call) -> str | None:
        if not target.startswith("/"):
            for folder in (made.directory, "", made.home):
                if folder is not None and not folder.startswith("/"):
                    path = resolved(folder, target)
                    if path in self.files:
                        return path
        return self._by_tail(target)

    def _by_tail(self, target: str) -> str | None:
        """Where the repository is installed elsewhere, the longest tail of the path tells."""
        parts = [p for p in target.split("/") if p not in ("", ".", "..")]
        for start in range(len(parts)):
            tail = "/".join(parts[start:])
            if tail in self.files:
                return tail
        named = self.names.get(parts[-1], []) if parts else []
        return named[0] if len(named) == 1 else None

    def _of_targets(self, made: Call) -> Iterator[Script]:
        """The script files that stand in the recipes of the named targets."""
        folder = made.directory if made.directory in ("", *self.packages) else ""
        for target in made.arguments:
            for named in self.targets.get((folder or "", target or ""), ()):
                path = self._resolved(named, Call("make", (), folder, folder or ""))
                if path is not None:
                    yield self.files[path]

    def _package_scripts(self, made: Call) -> Iterator[Script]:
        name = script_of(made)
        for package in self._packages(made) if name else ():
            for script in package.scripts:
                if script.name in (name, f"pre{name}", f"post{name}"):
                    yield script.script

    def _packages(self, made: Call) -> list[Package]:
        """The packages whose script a call runs."""
        selected, folder = _selection(made)
        inside = [package for path, package in self.packages.items() if path]
        if selected:
            return [
                p
                for p in inside
                if any(_selects(pattern, p, made.directory) for pattern in selected)
            ]
        if made.name == "turbo" or _EVERYWHERE.intersection(made.arguments):
            return inside
        if folder is not None:
            base = (
                made.directory
                if made.directory is not None and not made.directory.startswith("/")
                else ""
            )
            found = (
                self.packages.get(resolved(base, folder) or "")
                if not folder.startswith("/")
                else None
            )
            return [found] if found else []
        return self._here(made)

    def _here(self, made: Call) -> list[Package]:
        folders = [made.directory] if made.directory is not None else [made.home, ""]
        for folder in folders:
            if folder.startswith("/"):
                return self._installed(folder, made)
            if folder in self.packages:
                return [self.packages[folder]]
        return []

    def _installed(self, folder: str, made: Call) -> list[Package]:
        """The package in an absolute folder: what an image holds there, elsewhere the only one there is."""
        if list(self.packages) == [""]:
            return [self.packages[""]]
        where = self.places.get(id(made.caller))
        if where is None:
            return []
        built = contexts(where[0].path, self.facts)
        found = housed(where, folder, self.facts.packages, built)
        return [found] if found is not None else []


def _selection(made: Call) -> tuple[list[str], str | None]:
    """The packages that options name, and the folder that they give."""
    selected: list[str] = []
    folder: str | None = None
    rest = list(made.arguments)
    if made.name == "yarn" and rest[:1] == ["workspace"] and rest[1:2]:
        return [rest[1] or "?"], None
    while rest:
        word = rest.pop(0)
        if word is None or word == "--":
            break
        option, equals, value = word.partition("=")
        if option not in _SELECTS | _FOLDERS or (option == "-w" and made.name != "npm"):
            continue
        given = value if equals else (rest.pop(0) or "?") if rest else "?"
        if option in _SELECTS:
            selected.append(given)
        else:
            folder = given
    return selected, folder


def _selects(pattern: str, package: Package, directory: str | None) -> bool:
    """Whether a filter of npm, pnpm or turbo selects a package, by its name or its folder."""
    bare = pattern.removeprefix("...").removesuffix("...").rstrip("^").lstrip("^").strip("{}")
    if bare.startswith("!") or bare in ("", "?"):
        return False
    folder = folder_of(package.path)
    base = directory if directory and not directory.startswith("/") else ""
    if package.name and fnmatchcase(package.name, bare):
        return True
    if "@" not in bare and package.name.rpartition("/")[2] == bare:
        return True
    return fnmatchcase(folder, normpath(join(base, bare)))


def script_of(made: Call) -> str | None:
    """The package script that a call runs, None if none."""
    words = _operands(made)
    if not words or words[0] is None:
        return None
    if made.name == "turbo":
        return words[1] if words[0] == "run" and len(words) > 1 else words[0]
    if made.name == "yarn" and words[0] in ("workspace", "workspaces"):
        rest = words[2:] if words[0] == "workspace" else words[1:]
        rest = rest[1:] if rest[:1] in ([("run")], ["foreach"]) else rest
        return rest[0] if rest else None
    if words[0] in ("run", "run-script"):
        return words[1] if len(words) > 1 else None
    if made.name == "npm":
        return words[0] if words[0] in ("start", "test", "stop", "restart") else None
    return None if words[0] in _OWN_VERBS else words[0]


def _operands(made: Call) -> list[str | None]:
    """The arguments that are neither options nor their values, up to `--`."""
    found: list[str | None] = []
    rest = list(made.arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            break
        if word is None or not word.startswith("-"):
            found.append(word)
        elif word in _SELECTS | _FOLDERS and not (word == "-w" and made.name != "npm"):
            rest[:1] = []
    return found
