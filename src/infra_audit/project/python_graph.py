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
    walked: list[Node]


VERBS = frozenset(
    ("get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "api_route")
)
"""What adds a route to an application by a decorator."""
_WEB = frozenset(("fastapi", "starlette", "flask", "quart"))
_TESTS = frozenset(("mock", "patch", "client"))
_DRF = frozenset(("DefaultRouter", "SimpleRouter"))
_INCLUDING = frozenset(("include_router", "register_blueprint"))


def graph(known: Python, modules: tuple[PythonModule, ...]) -> Graph:
    """The applications and routers in some files with what is added to each."""
    found = Graph(known, modules, {}, {}, [], {}, {}, [])
    for module in modules:
        for made in module.applications:
            own = Node(module.path, made.scope, made.name)
            if own in found.made and found.made[own].options != made.options:
                found.hidden[f"`{own.name}` in {own.path} is made in two ways"] = None
            if _is_web(known, module, made):
                found.made[own] = made
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


def maker(made: Application | None) -> str:
    """What an application is made by, without its module; '' for what a function is given."""
    return made.made.rpartition(".")[2] if made is not None else ""


def is_router_of_drf(made: Application | None) -> bool:
    """Whether it is a router of Django REST framework."""
    return maker(made) in _DRF


def _is_web(known: Python, module: PythonModule, made: Application) -> bool:
    """Whether what makes an application is surely the framework's own."""
    if not is_root(made) and maker(made) not in ("APIRouter", "Blueprint", "Router", *_DRF):
        return False
    found = meant(known, module.path, made.scope, made.made)
    package = found.package.partition(".")[0] if found is not None else ""
    return package in (*_WEB, "rest_framework")


def _note(graph: Graph, module: PythonModule, addition: Addition) -> None:
    own = _receiver(graph, module, addition)
    if own is not None:
        graph.added.setdefault(own, []).append((module, addition))
        return
    last_part = addition.receiver.rpartition(".")[2]
    routed = addition.verb in VERBS and addition.receiver.partition(".")[0] not in _TESTS
    if (routed and _is_path(addition)) or (
        addition.verb in _MOUNTING and _PARAMETER.fullmatch(last_part)
    ):
        graph.hidden[f"`{addition.receiver}`, to which {module.path} adds, was not found"] = None


_MOUNTING = frozenset((
    "add_api_route", "add_route", "add_url_rule", "include_router", "mount", "register_blueprint",
))  # fmt: skip


def _is_path(addition: Addition) -> bool:
    return addition.path is not None and (
        addition.path.literal is None or addition.path.literal.startswith("/")
    )


def _receiver(graph: Graph, module: PythonModule, addition: Addition) -> Node | None:
    own = node_of(graph, module.path, addition.scope, addition.receiver)
    if own is None or own in graph.made:
        return own
    if own.path == module.path and own.scope == addition.scope and addition.scope:
        return own if _PARAMETER.fullmatch(own.name) or addition.verb in _INCLUDING else None
    return None


_PARAMETER = regex(
    r"_?(?:\w*app|application|api|server|router|\w*_router|bp|blueprint|\w*_bp|fastapi)"
)
"""What people call the application or router that a function is given."""
