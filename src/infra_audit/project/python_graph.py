"""The applications and routers of Python, and what is added to which: read from calls and imports."""

from __future__ import annotations

from msgspec import Struct

from ..documents.facts import Addition, Application, PythonModule
from ..source.regex import regex
from .python_names import Meant, Python, is_root, meant
from .types import Route


class Node(Struct, frozen=True):
    """An application or router: where it is made, or the parameter by which a function has it."""

    path: str
    scope: str
    name: str


class Graph(Struct):
    """The routers of one deployable while they are being put together."""

    known: Python
    modules: tuple[PythonModule, ...]
    made: dict[Node, Application]
    added: dict[Node, list[tuple[PythonModule, Addition]]]
    routes: list[Route]
    hidden: dict[str, None]
    aliased: dict[str, None]


_WEB = frozenset(("fastapi", "starlette", "flask", "quart"))
_TESTS = frozenset(("mock", "patch", "client"))
_DRF = frozenset(("DefaultRouter", "SimpleRouter"))


def graph(known: Python, modules: tuple[PythonModule, ...]) -> Graph:
    """The applications and routers in some files with what is added to each."""
    found = Graph(known, modules, {}, {}, [], {}, {})
    for module in modules:
        for made in module.applications:
            if _is_web(known, module, made):
                found.made[Node(module.path, made.scope, made.name)] = made
    for module in modules:
        for addition in module.additions:
            if addition.verb.partition(" ")[0] not in ("path", "re_path", "url", "patterns"):
                _note(found, module, addition)
    return found


def node_of(graph: Graph, path: str, scope: str, name: str) -> Node | None:
    """The application or router that a name means, also one that a function is given."""
    found: Meant | None = None
    for one in (name, name.removesuffix(".router")):
        found = meant(graph.known, path, scope, one)
        made = found.application if found is not None else None
        if found is not None and made is not None:
            return Node(found.path, made.scope, made.name)
    is_parameter = found is None and scope and "." not in name and "(" not in name
    return Node(path, scope, name) if is_parameter else None


def last(made: Application) -> str:
    """What an application is made by, without its module."""
    return made.made.rpartition(".")[2]


def is_router_of_drf(made: Application | None) -> bool:
    """Whether it is a router of Django REST framework."""
    return made is not None and last(made) in _DRF


def _is_web(known: Python, module: PythonModule, made: Application) -> bool:
    """Whether what makes an application is surely the framework's own."""
    if not is_root(made) and last(made) not in ("APIRouter", "Blueprint", "Router", *_DRF):
        return False
    found = meant(known, module.path, made.scope, made.made)
    package = found.package.partition(".")[0] if found is not None else ""
    return package in (*_WEB, "rest_framework")


def _note(graph: Graph, module: PythonModule, addition: Addition) -> None:
    own = _receiver(graph, module, addition)
    if own is not None:
        graph.added.setdefault(own, []).append((module, addition))
        return
    if addition.verb in (
        "register",
        "hand",
        "options",
        "add_route",
        "route",
        "patch",
    ) and not _is_path(addition):
        return
    head = addition.receiver.partition(".")[0]
    if head not in _TESTS and (_is_path(addition) or addition.verb in _MOUNTS):
        graph.hidden[f"`{addition.receiver}`, to which {module.path} adds, was not found"] = None


_MOUNTS = frozenset(("include_router", "register_blueprint"))


def _is_path(addition: Addition) -> bool:
    return addition.path is not None and (
        addition.path.literal is None or addition.path.literal.startswith("/")
    )


def _receiver(graph: Graph, module: PythonModule, addition: Addition) -> Node | None:
    own = node_of(graph, module.path, addition.scope, addition.receiver)
    if own is None or own in graph.made:
        return own
    if own.path == module.path and own.scope == addition.scope and addition.scope:
        return own if _PARAMETER.fullmatch(own.name) or addition.verb in _MOUNTS else None
    return None


_PARAMETER = regex(
    r"_?(?:\w*app|application|api|server|router|\w*_router|bp|blueprint|\w*_bp|fastapi)"
)
"""What people call the application or router that a function is given."""
