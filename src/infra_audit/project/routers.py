"""Applications and routers, and what mounts what: read from calls and from imports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Module, RouteCall
from ..source.regex import regex
from .imports import Sources, binding, resolve
from .types import Route

_ROOTS = regex(
    r"^(?:this\.)?_?(?:app|server|fastify|api|http|application|instance|expressApp|web)$|^default$",
    re.IGNORECASE,
)
_ENTRIES = regex(r"(?:^|/)(?:app|server|index|main|api|start|bootstrap|worker)\.[cm]?[jt]sx?$")
_VERBS = (
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "all",
    "route",
    "use",
    "register",
    "head",
    "options",
)
_DEEPEST = 12


class Node(Struct, frozen=True):
    """An application or router: the name by which one file knows it."""

    module: str
    receiver: str


class Mount(Struct, frozen=True):
    """A router below another, with what stood in front of it."""

    parent: Node
    child: Node
    prefix: str
    nth: int
    """How many calls came before it in its file."""


class Graph(Struct):
    """The routers of one deployable while they are being put together."""

    known: Sources
    modules: dict[str, Module]
    mounts: list[Mount]
    routes: list[Route]
    hidden: dict[str, None]


def calls(module: Module) -> tuple[RouteCall, ...]:
    """The routes and mounts that a file adds, those of Nest aside."""
    return tuple(r for r in module.routes if r.framework != "nest")


def nodes(graph: Graph) -> list[Node]:
    """All applications and routers, in the order in which they were met."""
    found = {Node(m.path, r.receiver): None for m in graph.modules.values() for r in calls(m)}
    return list(found)


def calls_of(graph: Graph, node: Node) -> list[RouteCall]:
    """The routes and mounts of one application or router."""
    return [r for r in calls(graph.modules[node.module]) if r.receiver == node.receiver]


def receivers(module: Module) -> list[str]:
    """The names of a file's applications and routers."""
    return list(dict.fromkeys(r.receiver for r in calls(module)))


def note_mounts(graph: Graph, module: Module) -> Iterator[str]:
    """Note what the calls of a file mount; yields the files that this leads to."""
    for nth, call in enumerate(module.routes):
        if call.method != "USE" or call.framework == "nest":
            continue
        child = _child(graph, module, call)
        if child is None:
            continue
        if call.path is None:
            graph.hidden[f"a mount in {module.path} is not literal"] = None
        elif child.module != module.path or child.receiver != call.receiver:
            parent = Node(module.path, call.receiver)
            graph.mounts.append(Mount(parent, child, below(call.path), nth))
        yield child.module


def below(path: str) -> str:
    """The prefix of a mount: Hono's and Koa's patterns end in `/*`."""
    return path.removesuffix("*") if path.endswith("/*") else path


def _child(graph: Graph, module: Module, call: RouteCall) -> Node | None:
    """The router that a call mounts, None where it is none or not found."""
    target = call.target
    head = target.partition(".")[0].removesuffix("()")
    own = receivers(module)
    for name in (target, head):
        if name and name in own:
            return Node(module.path, name)
    if not target:
        return None
    if target.startswith("."):
        path, name = resolve(graph.known, module.path, target), "default"
    else:
        imported = binding(module, head)
        if imported is None:
            return None
        path, name = resolve(graph.known, module.path, imported.specifier), head
    return _receiver_of(graph, path, name) if path else None


def _receiver_of(graph: Graph, path: str, name: str, depth: int = 0) -> Node | None:
    """The router that a file exports under a name, or hands on from another file."""
    module = graph.known.modules.get(path)
    if module is None:
        return None
    own = receivers(module)
    if name in own:
        return Node(path, name)
    if own and _hands_on(module, name, own):
        return None
    exported = next((e for e in module.exports if e.name == "default"), None)
    for passed in (
        exported.handler.calls if exported is not None and exported.handler.opaque else ()
    ):
        if passed in own:
            return Node(path, passed)
    if own:
        last = [r for r in own if not _ROOTS.match(r)] or own
        return Node(path, last[-1]) if len(last) == 1 or exported is not None else None
    imported = binding(module, name)
    if (
        imported is None
        and exported is not None
        and exported.handler.opaque
        and exported.handler.calls
    ):
        imported = binding(module, exported.handler.calls[0])
    if imported is None or depth > _DEEPEST:
        return None
    onward = resolve(graph.known, path, imported.specifier)
    return _receiver_of(graph, onward, name, depth + 1) if onward else None


def _hands_on(module: Module, name: str, own: list[str]) -> bool:
    """Whether a function of the file lets requests pass (`isAuthenticated`) and makes no routes."""
    calls = next((f.handler.calls for f in module.functions if f.name == name), ())
    return "next" in calls and not any(call.partition(".")[0] in own for call in calls)


def note_given(graph: Graph) -> None:
    """Routers that a file hands to a function of another: `registerRoutes(app)`."""
    mounted = {mount.child for mount in graph.mounts}
    importers: dict[str, list[Module]] = {}
    for module in graph.modules.values():
        for one in module.imports:
            path = resolve(graph.known, module.path, one.specifier) if one.specifier else None
            if path and path in graph.modules and path != module.path:
                importers.setdefault(path, []).append(module)
    for node in nodes(graph):
        if node in mounted or not _is_parameter(graph, node):
            continue
        for module in importers.get(node.module, ()):
            own = [r for r in receivers(module) if r == node.receiver] or receivers(module)
            if len(own) == 1:
                parent = Node(module.path, own[0])
                graph.mounts.append(Mount(parent, node, "/", len(module.routes)))
            else:
                graph.hidden[f"which router {module.path} hands to {node.module} is not seen"] = (
                    None
                )


def _is_parameter(graph: Graph, node: Node) -> bool:
    """Whether a function of the file adds the routes, to what it is given or has just made."""
    if node.receiver.startswith("this."):
        return False
    module = graph.modules[node.module]
    wanted = {f"{node.receiver}.{verb}" for verb in _VERBS}
    handlers = [e.handler for e in (*module.functions, *module.exports)]
    return any(wanted.intersection(handler.calls) for handler in handlers)


def is_root(graph: Graph, node: Node) -> bool:
    """Whether an application that nothing mounts is one that listens."""
    module = graph.modules[node.module]
    if module.listens:
        return True
    return bool(_ROOTS.match(node.receiver)) and (
        not _is_parameter(graph, node) or bool(_ENTRIES.search(node.module)) or _is_made(module)
    )


def _is_made(module: Module) -> bool:
    """Whether a file imports what makes an application."""
    return any(
        one.specifier in ("express", "fastify", "koa", "hono")
        and any(n[:1].islower() or n in ("Koa", "Hono", "Fastify") for n in one.names)
        for one in module.imports
    )
