"""The routes of a Nest application: its controllers below the global prefix and the version."""

from __future__ import annotations

from ..documents.facts import Entry, Module
from ..model import Location
from .handlers import settled
from .imports import Sources
from .route_files import Table
from .route_paths import joined
from .types import Route


def nest_routes(modules: tuple[Module, ...], known: Sources) -> Table:
    """The routes of the controllers in `modules`."""
    settings = [
        (m, e)
        for m in modules
        for e in m.config
        if e.name.startswith(("globalPrefix", "versioning"))
    ]
    prefix, hidden = _prefix(settings)
    version = _version(settings)
    routes: list[Route] = []
    for module in modules:
        for call in module.routes:
            if call.framework != "nest":
                continue
            if call.path is None or version is None:
                hidden.setdefault(
                    f"a controller in {module.path} has a path or version that is not literal"
                )
                continue
            behind = settled(call.handler, module, known)
            where = Location(module.path, call.span)
            for path in dict.fromkeys((joined(version, call.path), call.path)):
                full = path if _excluded(settings, path) else joined(prefix, path)
                routes.append(
                    Route(
                        full,
                        (call.method,),
                        where,
                        behind.handler,
                        behind.module.path,
                        call.middleware,
                    )
                )
    for module in modules:
        calls = {c for f in (*module.functions, *module.exports) for c in f.handler.calls}
        if any("getHttpAdapter()" in c and c.endswith((".get", ".use", ".all")) for c in calls):
            hidden.setdefault(f"{module.path} adds routes to the server behind Nest")
    return Table(tuple(routes), tuple(hidden))


def _prefix(settings: list[tuple[Module, Entry]]) -> tuple[str, dict[str, None]]:
    hidden: dict[str, None] = {}
    found = ""
    for module, entry in settings:
        if entry.name == "globalPrefix" and entry.value is not None:
            literal = entry.value.literal
            if literal is None:
                hidden[f"the global prefix in {module.path} is not literal"] = None
            found = literal or found
    return found, hidden


def _version(settings: list[tuple[Module, Entry]]) -> str | None:
    """The version's part of a path where a controller names none: '' without, None when unknown."""
    values = {e.name: e.value for _, e in settings}
    if "versioning" not in values:
        return ""
    kind = values.get("versioning.type")
    if kind is not None and "URI" not in kind.raw:
        return ""
    default = values.get("versioning.defaultVersion")
    if default is None:
        return ""
    letter = values.get("versioning.prefix")
    if default.literal is None or (letter is not None and letter.literal is None):
        return None
    return f"{letter.literal if letter is not None else 'v'}{default.literal}"


def _excluded(settings: list[tuple[Module, Entry]], path: str) -> bool:
    """Whether the global prefix leaves a path out."""
    for _, entry in settings:
        if entry.name == "globalPrefix.exclude" and entry.value is not None:
            name = path.strip("/")
            if name and any(
                f"{quote}{lead}{name}{quote}" in entry.value.raw
                for quote in "'\"`"
                for lead in ("", "/")
            ):
                return True
    return False
