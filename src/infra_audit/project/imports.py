"""Where an import leads: to a file of the repository, to a package, or nowhere known."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from ..documents.facts import Import, Module, Package
from .apps import folder_of

_SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_COMPILED = {
    ".js": (".ts", ".tsx", ".jsx"),
    ".jsx": (".tsx",),
    ".mjs": (".mts",),
    ".cjs": (".cts",),
}
_ROOTS = ("", "src", "app", "lib")
"""Folders of a package that path aliases commonly stand for."""

PACKAGE = ""
"""What an import of something outside of the repository leads to."""


class Code(Protocol):
    """What has the files, the code and the manifests of a repository: facts, or a project."""

    @property
    def files(self) -> frozenset[str]:
        """All paths."""

    @property
    def modules(self) -> tuple[Module, ...]:
        """The code that was read."""

    @property
    def packages(self) -> tuple[Package, ...]:
        """The manifests of npm."""


class Sources(Struct, frozen=True):
    """What resolving an import needs to know of a repository."""

    files: frozenset[str]
    modules: dict[str, Module]
    workspaces: dict[str, str]
    """Folders of the repository's own packages by name."""
    dependencies: frozenset[str]
    """Names of all packages that any manifest depends on."""
    tails: dict[str, tuple[str, ...]]
    """Source files by their names without suffix; an index file by its folder's name."""


def sources(facts: Code) -> Sources:
    """What resolving an import needs to know of a repository."""
    workspaces = {p.name: folder_of(p.path) for p in facts.packages if p.name}
    declared = {d.name for p in facts.packages for d in p.dependencies}
    tails: dict[str, list[str]] = {}
    for path in facts.files:
        if path.endswith(_SUFFIXES):
            stem = path[: path.rindex(".")].removesuffix("/index")
            tails.setdefault(stem.rpartition("/")[2], []).append(path)
    return Sources(
        files=facts.files,
        modules={m.path: m for m in facts.modules},
        workspaces=workspaces,
        dependencies=frozenset(declared - workspaces.keys()),
        tails={name: tuple(sorted(paths)) for name, paths in tails.items()},
    )


def package_of(path: str, files: frozenset[str]) -> str:
    """The folder of the nearest package.json at or above a file; '' also when there is none."""
    folder = folder_of(path)
    while folder and f"{folder}/package.json" not in files:
        folder = folder_of(folder)
    return folder


def binding(module: Module, name: str) -> Import | None:
    """The import that binds a local name."""
    return next((one for one in module.imports if name in one.names), None)


def resolve(known: Sources, importer: str, specifier: str) -> str | None:
    """The file that `specifier` means in the file `importer`; PACKAGE for what comes from outside.

    None for what should lie in the repository and was not found.
    """
    specifier = specifier.partition("?")[0]
    if specifier.startswith("."):
        return _file(known, _joined(folder_of(importer), specifier))
    own = _workspace(known, specifier)
    if own is not None:
        return own or None
    folder = package_of(importer, known.files)
    if specifier.startswith(("@/", "~/", "#", "~~/", "$lib/")):
        return _aliased(known, folder, specifier.lstrip("@~#$").lstrip("/"))
    scope, _, rest = specifier.partition("/")
    name = f"{scope}/{rest.partition('/')[0]}" if scope.startswith("@") else scope
    if name in known.dependencies or ":" in scope:
        return PACKAGE
    if not rest:
        return PACKAGE
    found = _aliased(known, folder, specifier) or _tail(known, folder, specifier.lstrip("@~$"))
    if found:
        return found
    return (
        None
        if scope.startswith("@") and scope.count("-") == 0 and _looks_local(known, scope)
        else PACKAGE
    )


def _looks_local(known: Sources, scope: str) -> bool:
    """Whether a scope is a folder of the repository rather than an organisation's."""
    part = f"/{scope[1:]}/"
    return any(part in f"/{path}" for path in known.files)


def _workspace(known: Sources, specifier: str) -> str | None:
    """The file of another package of the repository: '' when not found, None when it is no such."""
    name = specifier
    while name and name not in known.workspaces:
        name = name.rpartition("/")[0]
    if not name:
        return None
    folder, rest = known.workspaces[name], specifier[len(name) + 1 :]
    inner = (rest, f"src/{rest}") if rest else ("src", "index", "", "src/main")
    places = [_joined(folder, one) for one in inner]
    return next((found for place in places if (found := _file(known, place))), "")


def _aliased(known: Sources, folder: str, rest: str) -> str | None:
    places = [_joined(folder, f"{root}/{rest}" if root else rest) for root in _ROOTS]
    return next((found for place in places if (found := _file(known, place))), None)


def _tail(known: Sources, folder: str, rest: str) -> str | None:
    """The only file of a package whose path ends in `rest`."""
    stem = rest
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix)
    below = f"{folder}/" if folder else ""
    found = []
    for path in known.tails.get(stem.rpartition("/")[2], ()):
        bare = path[: path.rindex(".")].removesuffix("/index")
        if path.startswith(below) and f"/{bare}".endswith(f"/{stem}"):
            found.append(path)
    return found[0] if len(found) == 1 else None


def _file(known: Sources, path: str | None) -> str | None:
    if path is None:
        return None
    if path in known.files and path.endswith(_SUFFIXES):
        return path
    for suffix, written in _COMPILED.items():
        if path.endswith(suffix):
            stem = path.removesuffix(suffix)
            return next((stem + one for one in written if stem + one in known.files), None)
    for tail in _SUFFIXES:
        if path + tail in known.files:
            return path + tail
    index = f"{path}/index" if path else "index"
    return next((index + tail for tail in _SUFFIXES if index + tail in known.files), None)


def _joined(folder: str, path: str) -> str | None:
    """A path below a folder with its dots resolved; None where it leaves the repository."""
    parts = folder.split("/") if folder else []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
