"""What a route's handler does, followed through the repository's own functions."""

from __future__ import annotations

from msgspec import Struct

from ..documents.facts import Handler, Module
from .imports import PACKAGE, Sources, binding, resolve

_DEEPEST = 5
_MOST = 400
_QUIET = frozenset(
    ("console", "env", "config", "log", "logger", "Sentry", "captureException", "z", "t", "cn")
)
"""Names of what a handler may call without that mattering to what it depends on."""
_CLIENTS = frozenset(
    ("client", "conn", "connection", "database", "dataSource", "db", "drizzle", "knex", "mongoose",
     "orm", "pool", "prisma", "redis", "redisClient", "sequelize", "sql")
)  # fmt: skip
"""Names of clients: what is called on them tells by itself what it does."""


class Found(Struct, frozen=True):
    """A function that a name means: its handler and the file that it stands in."""

    handler: Handler
    module: Module


def settled(handler: Handler, module: Module, known: Sources) -> Found:
    """A handler that stands elsewhere as the function that it is, where that is found."""
    if not handler.opaque:
        return Found(handler, module)
    for name in reversed(handler.calls):
        target, _ = _behind(name, module, known)
        if target is not None and not target.handler.opaque:
            return target
    return Found(handler, module)


def closure(handler: Handler, module: Module, known: Sources) -> tuple[frozenset[str], bool]:
    """All that a handler calls, also inside what it calls, and whether that is all."""
    calls: set[str] = set()
    whole = True
    seen: set[tuple[str, str]] = set()
    waiting = [(handler, module, 0)]
    while waiting:
        at, where, depth = waiting.pop()
        for name in at.calls:
            calls.add(name)
            if (where.path, name) in seen:
                continue
            seen.add((where.path, name))
            if len(seen) > _MOST:
                return frozenset(calls), False
            target, sure = _behind(name, where, known)
            if target is not None and depth < _DEEPEST:
                waiting.append((target.handler, target.module, depth + 1))
            elif target is not None or not sure or (at.opaque and not _outside(name, where, known)):
                whole = whole and _is_quiet(name)
    return frozenset(calls), whole


def _is_quiet(name: str) -> bool:
    head, _, rest = name.removeprefix("this.").partition(".")
    plain = head.removesuffix("()")
    return plain in _QUIET or (bool(rest) and plain in _CLIENTS)


def _outside(name: str, module: Module, known: Sources) -> bool:
    """Whether a name is that of something which a package supplies."""
    imported = binding(module, name.partition(".")[0].removesuffix("()"))
    return imported is not None and resolve(known, module.path, imported.specifier) == PACKAGE


def _behind(name: str, module: Module, known: Sources) -> tuple[Found | None, bool]:
    """The function of the repository that a call means, and whether a miss means there is none."""
    plain = name.replace("()", "")
    head, _, rest = plain.partition(".")
    own = _function(module, plain)
    if own is not None:
        return Found(own, module), True
    if head == "this":
        return _member(module, rest), True
    imported = binding(module, head)
    if imported is None:
        return _instance(head, rest, module, known), True
    path = resolve(known, module.path, imported.specifier)
    if path is None or path == PACKAGE:
        return None, path == PACKAGE
    target = known.modules.get(path)
    if target is None or not _is_read(target):
        return None, False
    found = _exported(target, head, rest)
    if found is not None:
        return Found(found, target), True
    passed = _passed_on(target, head, rest, known)
    return passed, passed is not None or (bool(rest) and _speaks_for_itself(target))


def _is_read(module: Module) -> bool:
    """Whether a file was read with its syntax tree, so that its functions are all known."""
    return bool(module.functions or module.exports or module.imports or module.routes)


def _speaks_for_itself(module: Module) -> bool:
    """Whether a file makes a client of a package, whose calls tell by their names."""
    return bool(module.imports) and all(
        not i.specifier.startswith((".", "@/", "~/", "#")) for i in module.imports
    )


def _function(module: Module, name: str) -> Handler | None:
    return next((f.handler for f in module.functions if f.name == name), None)


def _member(module: Module, rest: str) -> Found | None:
    """The only method of a file's classes with a name."""
    if not rest or "." in rest:
        return None
    found = [f.handler for f in module.functions if f.name.endswith(f".{rest}")]
    return Found(found[0], module) if len(found) == 1 else None


def _exported(module: Module, head: str, rest: str) -> Handler | None:
    """What an imported name, or a member of it, is in the file that it comes from."""
    names = (f"{head}.{rest}", rest) if rest else (head,)
    for name in names:
        found = _function(module, name)
        if found is not None:
            return found
    last = rest or head
    methods = [f.handler for f in module.functions if f.name.endswith(f".{last}")]
    if len(methods) == 1 and "." not in last:
        return methods[0]
    if not rest:
        return next(
            (e.handler for e in module.exports if e.name == "default" and not e.handler.opaque),
            None,
        )
    return None


def _passed_on(module: Module, head: str, rest: str, known: Sources) -> Found | None:
    """A name that a file only imports, to hand it on or to make an instance of it."""
    imported = binding(module, head) or next(
        (i for i in module.imports for name in i.names if name.lower() == head.lower()), None
    )
    if imported is None:
        return None
    path = resolve(known, module.path, imported.specifier)
    target = known.modules.get(path) if path else None
    found = _exported(target, head, rest) if target is not None else None
    return Found(found, target) if found is not None and target is not None else None


def _instance(head: str, rest: str, module: Module, known: Sources) -> Found | None:
    """`userController.create` where only the class `UserController` is imported or declared."""
    if not rest or "." in rest:
        return None
    for one in module.imports:
        for name in one.names:
            if name.lower() != head.lower():
                continue
            path = resolve(known, module.path, one.specifier)
            target = known.modules.get(path) if path else None
            found = _exported(target, name, rest) if target is not None else None
            if found is not None and target is not None:
                return Found(found, target)
    own = [f for f in module.functions if f.name.lower() == f"{head}.{rest}".lower()]
    return Found(own[0].handler, module) if own else None
