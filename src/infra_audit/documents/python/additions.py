"""The applications and routers that a Python file makes, and what it adds to them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from tree_sitter import Node

from ...model import Span
from ...source.regex import regex
from ..facts import Addition, Application, Entry, Value
from .answers import answering, handle, injected
from .tree import Call, Found, Tree, arguments, bare, children, keywords, operands

_MADE = frozenset((
    "FastAPI", "APIRouter", "Starlette", "Router", "Flask", "Blueprint", "Quart", "DefaultRouter", "SimpleRouter",
))  # fmt: skip
VERBS = frozenset(("get", "post", "put", "patch", "delete", "head", "options", "trace"))
"""Methods that are named as the one of HTTP that they answer."""
_DECORATORS = VERBS | {
    "after_request", "api_route", "app_errorhandler", "before_app_request", "before_request", "errorhandler", "exception_handler",
    "middleware", "route", "websocket",
}  # fmt: skip
_METHODS = frozenset((
    "add_api_route", "add_exception_handler", "add_middleware", "add_route", "add_url_rule", "include_router", "mount",
    "register", "register_blueprint", "register_error_handler",
))  # fmt: skip
_TARGETS = {
    "add_api_route": (1, ("endpoint",)),
    "add_exception_handler": (1, ("handler",)),
    "add_middleware": (0, ("middleware_class",)),
    "add_route": (1, ("route", "endpoint")),
    "add_url_rule": (2, ("view_func",)),
    "include_router": (0, ("router",)),
    "mount": (1, ("app",)),
    "path": (1, ("view",)),
    "re_path": (1, ("view",)),
    "register": (1, ("viewset",)),
    "register_blueprint": (0, ("blueprint",)),
    "register_error_handler": (1, ("f",)),
    "url": (1, ("view",)),
}
"""By verb, where what is added stands among the arguments, and its names."""
_PATHS = {
    **dict.fromkeys(("include_router", "register_blueprint"), (None, ("prefix", "url_prefix"))),
    **dict.fromkeys(("add_middleware", "add_exception_handler", "register_error_handler"), (None, ())),
    "register": (0, ("prefix",)),
    "path": (0, ("route",)),
    "re_path": (0, ("route",)),
    "url": (0, ("regex",)),
}  # fmt: skip
_PATH = (0, ("path", "rule"))
_PATTERNS = frozenset(("path", "re_path", "url"))
_MOCKED = frozenset(
    ("mock", "patch", "mocker", "respx", "responses", "httpx_mock", "requests_mock")
)
_GIVEN = frozenset(("app", "application", "fastapi_app", "flask_app"))
"""What functions call an application that they are given."""
_ROOTS = frozenset(("FastAPI", "Flask", "Quart", "Starlette"))
_LIKE = regex(r"\w*(?:app|application|api|server|router|bp|blueprint)")
"""What people call applications and routers: a blueprint may also be called as what it serves."""
_ARGUMENT = regex(rb"[(,=]\s*([A-Za-z_][\w.]*)(?=\s*[,)])")
_WORDS = regex(r"\w+")
_MOST = 3_000
_LONGEST = 400
_FAR = 100


def applications(tree: Tree) -> tuple[Application, ...]:
    """Every name that is made an application, a router or a blueprint."""
    if not any(word.encode() in tree.data for word in _MADE):
        return ()
    found = []
    for at in tree.nodes["assignment"]:
        left, right = at.node.child_by_field_name("left"), at.node.child_by_field_name("right")
        value = bare(right) if right is not None else None
        if left is None or value is None or value.type != "call":
            continue
        function = value.child_by_field_name("function")
        made = tree.dotted(function) if function is not None else ""
        name = tree.dotted(left)
        if name and made.rpartition(".")[2] in _MADE:
            span = tree.text.byte_span(at.node.start_byte, at.node.end_byte)
            found.append(Application(name, at.scope, made, options(tree, value), span))
    return tuple(found[:_MOST])


def additions(tree: Tree, made: tuple[Application, ...]) -> tuple[Addition, ...]:
    """Everything that is added to an application or a router, in order; `made` are those of the file."""
    found = [one for at in tree.nodes["decorated"] for one in _decorated(tree, at)]
    found += [one for call in tree.calls if (one := _called(tree, call))]
    found += [one for kind in ("assignment", "addition") for one in _patterns(tree, kind)]
    found += [one for call in tree.calls for one in _appended(tree, call)]
    found += _handed(tree, made, found)
    return tuple(sorted(found, key=lambda one: one.span)[:_MOST])


def options(tree: Tree, node: Node) -> tuple[Entry, ...]:
    """The arguments of a call: those without a name by their number."""
    found: list[Entry] = []
    for nth, one in enumerate(arguments(node)):
        starred = one.type == "list_splat"
        found.append(Entry("*" if starred else str(nth), _value(tree, one), _span(tree, one)))
    for name, one in keywords(tree, node).items():
        found.append(Entry(name, _value(tree, one), _span(tree, one)))
    return tuple(found)


def _value(tree: Tree, node: Node) -> Value:
    value = tree.value(node)
    return (
        value
        if len(value.raw) < _LONGEST
        else Value(value.literal, value.raw[:_LONGEST], value.span)
    )


def _span(tree: Tree, node: Node) -> Span:
    return tree.text.byte_span(node.start_byte, node.end_byte)


def _decorated(tree: Tree, at: Found) -> Iterator[Addition]:
    definition = at.node.child_by_field_name("definition")
    if definition is None or definition.type != "function_definition":
        return
    others: list[str] = []
    own: list[tuple[str, str, Node]] = []
    for child in at.node.named_children:
        inner = children(child)[:1] if child.type == "decorator" else []
        for one in inner:
            name = tree.dotted(one).removesuffix("()")
            receiver, _, verb = name.rpartition(".")
            if verb in _DECORATORS and receiver and receiver.partition(".")[0] not in _MOCKED:
                own.append((receiver, verb, one))
            elif name:
                others.append(name)
    if not own:
        return
    function = Found(definition, at.scope, at.branch)
    named = definition.child_by_field_name("name")
    for receiver, verb, node in own:
        given = options(tree, node) if node.type == "call" else ()
        path = _given(given, *_PATH)
        routed = verb in VERBS or verb in ("route", "api_route")
        handler = (
            answering(tree, function, path.literal if path else None)
            if routed
            else handle(tree, function)
        )
        fronts = tuple(
            Entry("@", Value(None, one, _span(tree, node)), _span(tree, node)) for one in others
        )
        yield Addition(
            verb=verb,
            receiver=receiver,
            scope=at.scope,
            path=path,
            target=tree.source(named) if named is not None else "",
            methods=_methods(tree, verb, node),
            handler=handler,
            options=(*given, *fronts, *_fronts(tree, node)),
            span=_span(tree, node),
        )


def _fronts(tree: Tree, node: Node) -> Iterator[Entry]:
    """What FastAPI calls before a route: `dependencies=[Depends(x)]`."""
    for name in injected(tree, node):
        yield Entry("@", Value(None, name, _span(tree, node)), _span(tree, node))


def _methods(tree: Tree, verb: str, node: Node) -> tuple[str, ...] | None:
    if verb in VERBS:
        return (verb.upper(),)
    given = keywords(tree, node).get("methods") if node.type == "call" else None
    if given is None:
        return ("GET",)
    value = tree.resolve(given)
    if value.type not in ("list", "tuple", "set"):
        return None
    found = [tree.literal(one) for one in children(value)]
    return None if None in found else tuple(one.upper() for one in found if one)


def _called(tree: Tree, call: Call) -> Addition | None:
    receiver, _, verb = call.name.rpartition(".")
    if verb not in _METHODS or not receiver or "(" in receiver:
        return None
    given = options(tree, call.node)
    if verb == "register" and len(given) < 2:
        return None
    return Addition(
        verb=verb,
        receiver=receiver,
        scope=call.scope,
        path=_given(given, *_PATHS.get(verb, _PATH)),
        target=_target(tree, call.node, verb),
        methods=_methods(tree, verb, call.node),
        options=(*given, *_fronts(tree, call.node)),
        span=_span(tree, call.node),
    )


def _given(given: tuple[Entry, ...], place: int | None, names: tuple[str, ...]) -> Value | None:
    wanted = (*names, *(() if place is None else (str(place),)))
    found = next((one.value for one in given if one.name in wanted), None)
    spread = next((one.value for one in given if one.name in ("*", "**")), None)
    return found if found is not None or spread is None else Value(None, spread.raw, spread.span)


def _target(tree: Tree, node: Node, verb: str) -> str:
    found = _view(tree, node, verb)
    return tree.dotted(found) if found is not None else ""


def _view(tree: Tree, node: Node, verb: str) -> Node | None:
    """What a call adds, by its name or its place."""
    place, names = _TARGETS[verb]
    named, given = keywords(tree, node), arguments(node)
    found = next((named[name] for name in names if name in named), None)
    return given[place] if found is None and len(given) > place else found


def _patterns(tree: Tree, kind: str) -> Iterator[Addition]:
    """The routes of Django: lists of `path(…)` under a name."""
    if not any(word in tree.data for word in (b"path(", b"url(", b"urlpatterns")):
        return
    for at in tree.nodes[kind]:
        left, right = at.node.child_by_field_name("left"), at.node.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier":
            continue
        name = tree.source(left)
        if name == "urlpatterns" or any(one.last in _PATTERNS for one in tree.calls_in(right)):
            yield from _listed(tree, right, name, at.scope, 0)


def _appended(tree: Tree, call: Call) -> Iterator[Addition]:
    name, _, verb = call.name.rpartition(".")
    if name == "urlpatterns" and verb in ("append", "extend", "insert"):
        for one in arguments(call.node)[-1:]:
            yield from _listed(tree, one, name, call.scope, 0)


def _listed(tree: Tree, node: Node, name: str, scope: str, depth: int) -> Iterator[Addition]:
    node = bare(node)
    sides = operands(node, "+")
    if sides is not None and depth < 16:
        for side in sides:
            yield from _listed(tree, side, name, scope, depth + 1)
    elif node.type in ("list", "tuple"):
        for child in children(node):
            yield from _listed(tree, child, name, scope, depth + 1)
    elif node.type == "call":
        yield _pattern(tree, node, name, scope)
    elif tree.dotted(node) != name:
        span = _span(tree, node)
        inner = children(node)[:1] if node.type == "list_splat" else [node]
        target = tree.dotted(inner[0]) if inner else ""
        yield Addition(
            verb="patterns", receiver=name, scope=scope, path=None, target=target, span=span
        )


def _pattern(tree: Tree, node: Node, name: str, scope: str) -> Addition:
    function = node.child_by_field_name("function")
    called = tree.dotted(function) if function is not None else ""
    verb = called.rpartition(".")[2]
    span = _span(tree, node)
    if verb not in _PATTERNS:
        return Addition(
            verb="patterns", receiver=name, scope=scope, path=None, target=f"{called}()", span=span
        )
    given = options(tree, node)
    view = _view(tree, node, verb)
    target = tree.dotted(view) if view is not None else ""
    included = bare(view) if view is not None else None
    if included is not None and target.rpartition(".")[2] == "include()":
        verb = f"{verb} include"
        inner = arguments(included)
        target = _included(tree, inner[0]) if inner else ""
    return Addition(
        verb=verb,
        receiver=name,
        scope=scope,
        path=_given(given, *_PATHS[verb.partition(" ")[0]]),
        target=target,
        options=given,
        span=span,
    )


def _included(tree: Tree, node: Node) -> str:
    """The module that `include("shop.urls")` names, or the name of what it is given; '' for another."""
    node = bare(node)
    if node.type == "tuple" and (inner := children(node)):
        node = inner[0]
    literal = tree.literal(node)
    return f"'{literal}'" if literal is not None else tree.dotted(node)


def _handed(tree: Tree, made: tuple[Application, ...], added: list[Addition]) -> Iterator[Addition]:
    """The calls that are given an application or a router of this file."""
    named = {one.name for one in made} | {one.receiver for one in added}
    known = {name for name in named if _LIKE.fullmatch(name.rpartition(".")[2])}
    known |= {one.name for one in made if one.made.rpartition(".")[2] in _ROOTS}
    takes = _taking(tree)
    names = known | takes.keys()
    if not names:
        return
    others = _named_so(tree, names) - {(one.name, one.scope) for one in made}
    for found in _ARGUMENT.finditer(tree.data):
        name = found[1].decode(errors="replace").removesuffix(".wsgi_app")
        if name not in names:
            continue
        call = _around(tree, found.start(1))
        if call is None or (
            "." in call.name and (call.last in _METHODS or call.last in _DECORATORS)
        ):
            continue
        taken = call.scope in takes.get(name, ())
        if not taken and (name not in known or (name, call.scope) in others):
            continue
        yield Addition(
            verb="hand",
            receiver=name,
            scope=call.scope,
            path=None,
            target=call.name,
            span=_span(tree, call.node),
        )


def _named_so(tree: Tree, names: set[str]) -> set[tuple[str, str]]:
    """The functions in which one of some names is given a value, each with the name."""
    found = set()
    for at in tree.nodes["assignment"]:
        left = at.node.child_by_field_name("left")
        if at.scope and left is not None and left.type == "identifier":
            found.add((tree.source(left), at.scope))
    return {one for one in found if one[0] in names}


def _taking(tree: Tree) -> dict[str, set[str]]:
    """The functions that are given an application, by the name that they have for it."""
    found: dict[str, set[str]] = {}
    for at in tree.nodes["function"]:
        name, given = (at.node.child_by_field_name(part) for part in ("name", "parameters"))
        words = set(_WORDS.findall(tree.source(given))) if given is not None else set()
        for one in _GIVEN.intersection(words):
            own = tree.source(name) if name is not None else ""
            found.setdefault(one, set()).add(f"{at.scope}.{own}" if at.scope else own)
    return found


def _around(tree: Tree, at: int) -> Call | None:
    """The innermost call around an offset, where it is not far behind the call's name."""
    last = bisect_right(tree.starts, at)
    near = (call for call in reversed(tree.calls[max(last - _FAR, 0) : last]) if call.end > at)
    return next(near, None)
