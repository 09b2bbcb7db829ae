"""Files that stand for routes: what the frameworks that have them share."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..documents.facts import Entry, Handler, Module
from ..model import START, Location
from ..source.regex import regex
from .handlers import settled
from .imports import Sources
from .route_paths import joined
from .types import Route

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SERVED = (".txt", ".json", ".xml", ".html", ".ico", ".webmanifest")
_MOST_FILES = 200


class Own(Struct, frozen=True):
    """The files of one package: those below its folder and in no other package."""

    folder: str
    files: tuple[str, ...]
    """Relative to the folder, sorted."""
    known: Sources
    dependencies: frozenset[str]

    def path(self, file: str) -> str:
        """A file relative to the root."""
        return f"{self.folder}/{file}" if self.folder else file

    def module(self, file: str) -> Module | None:
        """What is known of a file's code."""
        return self.known.modules.get(self.path(file))


class Table(Struct, frozen=True):
    """Routes, what hides others, and what lets these be reached by other paths."""

    routes: tuple[Route, ...] = ()
    hidden: tuple[str, ...] = ()
    aliased: tuple[str, ...] = ()


def merged(*tables: Table) -> Table:
    """The tables of several frameworks as one."""
    return Table(
        tuple(r for t in tables for r in t.routes),
        tuple(h for t in tables for h in t.hidden),
        tuple(a for t in tables for a in t.aliased),
    )


def option(own: Own, name: str, key: str) -> Entry | None:
    """An option of the configuration file whose name begins with `name`."""
    for file in own.files:
        if "/" not in file and file.startswith(f"{name}.config."):
            module = own.module(file)
            if module is not None:
                return next((e for e in module.config if e.name == key), None)
    return None


def set_by_variable(entry: Entry | None) -> bool:
    """Whether an option is nothing unless a variable of the environment is set."""
    raw = entry.value.raw if entry is not None and entry.value is not None else ""
    return _NOTHING.search(raw) is not None


_NOTHING = regex(r"(?:\|\||\?\?)\s*(?:''|\"\"|``|undefined|null)\s*$|^(?:undefined|null)$")


def base(own: Own, name: str, key: str) -> tuple[str, tuple[str, ...]]:
    """The literal prefix that a configuration sets, and what hides it."""
    entry = option(own, name, key)
    if entry is None or entry.value is None or set_by_variable(entry):
        return "", ()
    if entry.value.literal is None:
        return "", (f"`{key}` of {name}.config is not literal",)
    return entry.value.literal, ()


def public(own: Own, folder: str) -> Table:
    """The text files of a folder that is served as it is."""
    found = [f for f in own.files if f.startswith(f"{folder}/") and f.endswith(_SERVED)]
    return Table(tuple(page(own, f, f.removeprefix(folder)) for f in found[:_MOST_FILES]))


def page(own: Own, file: str, path: str, methods: tuple[str, ...] = ("GET",)) -> Route:
    """The route of a file whose code was not looked into."""
    where = Location(own.path(file), START)
    return Route(joined("", path), methods, where, Handler(opaque=True), own.path(file))


def exported(own: Own, file: str, path: str, names: Mapping[str, tuple[str, ...]]) -> list[Route]:
    """A route for each export of a file that answers; `names` are the methods of each."""
    module = own.module(file)
    found = []
    for export in module.exports if module is not None else ():
        methods = names.get(export.name)
        if methods is not None and module is not None:
            behind = settled(export.handler, module, own.known)
            where = Location(module.path, export.span)
            found.append(
                Route(joined("", path), methods, where, behind.handler, behind.module.path)
            )
    starred = module is not None and any(e.name == "*" for e in module.exports)
    if not found and (module is None or starred):
        return [page(own, file, path, ("ALL",))]
    return found


HANDLERS = {name: (name,) for name in METHODS}


def app_path(folders: str) -> str | None:
    """The path of a folder of the app router; None where none is served from it."""
    parts = []
    for part in folders.split("/"):
        if part.startswith(("_", "(.")):
            return None
        if part and not part.startswith("@") and not (part.startswith("(") and part.endswith(")")):
            parts.append(part.replace("%5F", "_"))
    return "/" + "/".join(parts)


def indexed(path: str) -> str:
    """A file's path without the `index` at its end."""
    return "/" if path == "index" else "/" + path.removesuffix("/index")
