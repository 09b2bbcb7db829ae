"""Routes of Remix and React Router whose files stand for paths, by the convention in use."""

from __future__ import annotations

from typing import Literal as Choice

from ..documents.facts import Handler
from ..model import START, Location
from ..source.regex import regex
from .handlers import settled
from .route_files import Own, Table, merged, public
from .route_paths import joined
from .types import Route

Convention = Choice["flat", "hybrid", "folders", "declared"]

_FILE = regex(r"^(?P<root>app|src)/routes/(?P<path>.+)\.(?:[jt]sx?|mdx?)$")
_IGNORED = regex(r"\.(?:test|spec|stories|server|client)$|(?:^|/)(?:__[^/]*|\.)|(?:^|/)__tests__/")
_ESCAPED = regex(r"\[([^\]]*)\]")
_LAST = frozenset(("index", "_index", "route", "_route", "layout", "_layout", "page"))
_HOLE = "\0"


def flat_routes(own: Own) -> Table:
    """The routes of Remix or React Router by its files."""
    convention = _convention(own)
    if convention == "declared":
        return Table(hidden=("the routes are declared in code, not by files",))
    routes: list[Route] = []
    for file in own.files:
        found = _FILE.match(file)
        if found is None or _IGNORED.search(found["path"]):
            continue
        for path in dict.fromkeys(paths(found["path"], convention)):
            routes += _routes(own, file, path)
    hidden = () if routes else ("no route files were found",)
    return merged(Table(tuple(routes), hidden), public(own, "public"))


def _convention(own: Own) -> Convention:
    names = own.dependencies
    if "react-router-auto-routes" in names:
        return "folders"
    if "remix-flat-routes" in names:
        return "hybrid"
    declared = any(f in ("app/routes.ts", "app/routes.js", "app/routes.tsx") for f in own.files)
    if declared and not names & {"@react-router/fs-routes", "@remix-run/fs-routes"}:
        return "declared"
    return "declared" if "@remix-run/v1-route-convention" in names else "flat"


def paths(file: str, convention: Convention) -> list[str]:
    """The paths that a file below `routes/`, given without its suffix, answers: none or several.

    The conventions are those of the packages `@react-router/fs-routes` (a folder is one route),
    `remix-flat-routes` (a folder ending in `+` is a prefix) and `react-router-auto-routes` (every
    folder is a prefix, one beginning with `+` holds no routes).
    """
    escaped = [found[1] for found in _ESCAPED.finditer(file)]
    plain = _ESCAPED.sub(_HOLE, file)
    parts = plain.split("/")
    if convention == "folders":
        if any(part.startswith("+") for part in parts):
            return []
        parts = [".".join(parts)]
    elif convention == "hybrid":
        while len(parts) > 1 and parts[0].endswith("+"):
            parts[:2] = [f"{parts[0].removesuffix('+')}.{parts[1]}"]
    whole = len(parts) == 1 or (len(parts) == 2 and parts[1] in _LAST)
    return _spelled(parts[0], escaped) if whole else []


def _spelled(dotted: str, escaped: list[str]) -> list[str]:
    """The paths of a dotted name; an optional part makes two of them."""
    found = [""]
    waiting = iter(escaped)
    parts = [part for part in dotted.split(".") if part]
    for nth, part in enumerate(parts):
        spelled = "".join(next(waiting, "") if letter == _HOLE else letter for letter in part)
        literal = _HOLE in part
        if not literal and (part.startswith("_") or (part in _LAST and nth == len(parts) - 1)):
            continue
        spelled = spelled.removesuffix("_") if not literal else spelled
        if spelled.startswith("(") and spelled.endswith(")"):
            found += [f"{path}/{spelled[1:-1]}" for path in found]
        else:
            found = [f"{path}/{spelled}" for path in found]
    return [joined("", path) for path in found]


def _routes(own: Own, file: str, path: str) -> list[Route]:
    """What a file answers: its loader reads, its action writes, its component is shown."""
    module = own.module(file)
    place = own.path(file)
    found = []
    for export in module.exports if module is not None else ():
        if module is not None and export.name in ("loader", "action"):
            behind = settled(export.handler, module, own.known)
            methods = ("GET",) if export.name == "loader" else ("POST", "PUT", "PATCH", "DELETE")
            where = Location(place, export.span)
            found.append(Route(path, methods, where, behind.handler, behind.module.path))
    if any("GET" in route.methods for route in found):
        return found
    return [*found, Route(path, ("GET",), Location(place, START), Handler(opaque=True), place)]
