"""What a function of Python does to answer a request: what it calls, its statuses, which failures it hides."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ...source.regex import regex
from ..facts import Export, Handler
from .tree import Call, Found, Tree, arguments, bare, children, keywords

UNNAMED = "?"
"""How a call is noted whose name is not known."""

_STATUSES = ("status_code", "status", "code")
_RAISED = frozenset(("HTTPException", "abort", "StarletteHTTPException", "flask.abort"))
"""What takes a status as its first argument."""
_SECOND = frozenset(("JSONResponse", "Response", "PlainTextResponse", "ORJSONResponse", "HTMLResponse", "make_response"))  # fmt: skip
"""What takes one as its second."""
_FAILING = {
    "HttpResponseServerError": 500,
    "HttpResponseBadRequest": 400,
    "HttpResponseForbidden": 403,
    "HttpResponseNotFound": 404,
    "Http404": 404,
}
_NUMBER = regex(r"(?:^|\.)HTTP_(\d{3})_\w+$")
_NAMED = {
    "OK": 200,
    "INTERNAL_SERVER_ERROR": 500,
    "BAD_GATEWAY": 502,
    "SERVICE_UNAVAILABLE": 503,
    "GATEWAY_TIMEOUT": 504,
}
_PLAIN = frozenset((
    "Any", "BackgroundTasks", "HttpRequest", "None", "Request", "Response", "bool", "dict", "float", "int", "list", "str",
))  # fmt: skip
"""Types of parameters that bring nothing with them which could ask for something."""
_INJECTED = ("Depends", "Security")
_STATE = regex(
    r"(?i)ready|connect|alive|healthy|(?:^|\.)state(?:\.|$)|(?:^|[._])db|database|redis|pool|engine|loaded|initiali[sz]ed"
)
_HANDLED = regex(
    r"(?:\w+\.)*(?:critical|debug|error|exception|info|warning|warn|log|print|str|repr|format|rollback|close|append|format_exc|time"
    r"|print_exc|isoformat|now|utcnow|jsonify|make_response|\w*Response)"
)
"""What a clause for a failure may call and still answer as if all were well."""
_VITAL = r"health|ready|readi|live|alive|ping|status|heartbeat|monitor|version|hello|check"
_ASKED = regex(rf"(?i){_VITAL}|(?:^|/)(?:up|ok|uptime)/?$|^/?[^/]*[{{<]|^/[^/]+/[{{<][^/]*$")
"""The paths that probes ask for, and the patterns that may answer for one."""
_TELLING = regex(rf"(?i){_VITAL}|error|not_?found|404|handler|before|middleware|(?:^|\.)up$")
_SMALL = 4_000
_MOST = 2_000


def functions(tree: Tree) -> tuple[Export, ...]:
    """Every function and method, also inside of others; what it does where its name tells of a probe or a failure."""
    found = []
    for at in tree.nodes["function"][:_MOST]:
        name = at.node.child_by_field_name("name")
        if name is not None:
            own = tree.source(name)
            span = tree.text.byte_span(name.start_byte, name.end_byte)
            done = handle(tree, at) if _TELLING.search(f"{at.scope}.{own}") else _UNREAD
            found.append(Export(f"{at.scope}.{own}" if at.scope else own, done, span))
    return tuple(found)


def answering(tree: Tree, function: Found, path: str | None) -> Handler:
    """What a function does that answers at a path, where a probe may ask for that; else it is opaque."""
    name = function.node.child_by_field_name("name")
    told = path is None or _ASKED.search(path) or (name and _TELLING.search(tree.source(name)))
    return handle(tree, function) if told else _UNREAD


_UNREAD = Handler(opaque=True)


def handle(tree: Tree, function: Found) -> Handler:
    """What a function does when it answers a request."""
    node = function.node
    body, parameters = node.child_by_field_name("body"), node.child_by_field_name("parameters")
    calls = tree.calls_in(body)[:_MOST] if body is not None else []
    names = [call.name or UNNAMED for call in calls]
    if body is not None and body.end_byte - body.start_byte < _SMALL:
        names += _read(tree, body)
    if parameters is not None:
        names += injected(tree, parameters)
        names += _typed(tree, parameters)
    statuses, unsure = _statuses(tree, body, calls) if body is not None else ((), False)
    fails = unsure or any(status >= 400 for status in statuses)
    swallowed = [] if fails or body is None else list(_swallowed(tree, body))
    return Handler(
        calls=tuple(dict.fromkeys(names)),
        statuses=statuses,
        swallows=bool(swallowed),
        span=tree.text.byte_span(node.start_byte, node.end_byte),
        swallowed=tuple(dict.fromkeys(swallowed)),
    )


def injected(tree: Tree, node: Node) -> Iterator[str]:
    """The names of what FastAPI calls for parameters or for a route: `Depends(get_db)`."""
    for call in tree.calls_in(node):
        if call.last in _INJECTED:
            given = [*arguments(call.node), *keywords(tree, call.node).values()]
            yield (tree.dotted(given[0]) or UNNAMED) if given else UNNAMED


def _read(tree: Tree, body: Node) -> Iterator[str]:
    """The names that a small function reads without a call, where they may tell how something else is."""
    own = {
        tree.source(left)
        for kind in ("assignment", "addition")
        for at in tree.nodes_in(kind, body)
        if (left := at.node.child_by_field_name("left")) is not None
    }
    rest = [body]
    while rest:
        node = rest.pop()
        name = tree.dotted(node) if node.type in ("attribute", "identifier") else ""
        if name and name.partition(".")[0] not in own and _STATE.search(name):
            yield name
        elif not name and node.type == "call":
            rest += [one for one in node.named_children if one.type == "argument_list"]
        elif not name:
            rest += node.named_children


def _typed(tree: Tree, parameters: Node) -> Iterator[str]:
    """The types of parameters that may be dependencies under another name."""
    for child in children(parameters):
        kind = child.child_by_field_name("type")
        if kind is not None:
            name = "".join(tree.source(kind).split())
            if name not in _PLAIN and not any(f"{one}(" in name for one in _INJECTED):
                yield name


def _statuses(tree: Tree, body: Node, calls: list[Call]) -> tuple[tuple[int, ...], bool]:
    """The statuses that a function may answer with, and whether there are some that are not literal."""
    found: list[int] = []
    unsure = False
    for call in calls:
        if call.last in _FAILING:
            found.append(_FAILING[call.last])
        for node in _told(tree, call):
            status = _status(tree, node)
            unsure = unsure or status is None
            found += [status] if status else []
    for at in tree.nodes_in("return", body):
        value = children(at.node)
        if value and bare(value[0]).type in ("expression_list", "tuple"):
            parts = children(bare(value[0]))[1:2]
            given = [status for one in parts if (status := _status(tree, one)) is not None]
            unsure = unsure or len(given) < len(parts)
            found += given
    for at in tree.nodes_in("assignment", body):
        left, right = at.node.child_by_field_name("left"), at.node.child_by_field_name("right")
        if left is not None and right is not None and tree.dotted(left).endswith(".status_code"):
            status = _status(tree, right)
            unsure = unsure or status is None
            found += [status] if status else []
    return tuple(dict.fromkeys(found)), unsure


def _told(tree: Tree, call: Call) -> Iterator[Node]:
    named = keywords(tree, call.node)
    yield from (named[name] for name in _STATUSES if name in named)
    given = arguments(call.node)
    if call.last in _RAISED and given:
        yield given[0]
    elif call.last in _SECOND and len(given) > 1:
        yield given[1]


def _status(tree: Tree, node: Node) -> int | None:
    """The status that an expression is; None where it is not literal, 0 for what is no status."""
    literal = tree.literal(node)
    if literal is not None:
        return int(literal) if literal.isdigit() and len(literal) == 3 else 0
    name = tree.dotted(node)
    numbered = _NUMBER.search(name)
    if numbered:
        return int(numbered[1])
    if "HTTPStatus." in name:
        return _NAMED.get(name.removesuffix(".value").rpartition(".")[2])
    return None


def _swallowed(tree: Tree, body: Node) -> Iterator[str]:
    """The calls whose failure leads to an answer all the same."""
    for attempt in tree.nodes_in("try", body):
        inner = attempt.node.child_by_field_name("body")
        clauses = [child for child in attempt.node.named_children if child.type == "except_clause"]
        if inner is None or not clauses or any(_hands_on(tree, one) for one in clauses):
            continue
        after = [at for at in tree.nodes_in("raise", body) if at.node.start_byte > inner.end_byte]
        if not after:
            yield from (call.name for call in tree.calls_in(inner) if call.name)


def _hands_on(tree: Tree, clause: Node) -> bool:
    """Whether a clause for a failure raises it again, or leaves the answer to what is not seen."""
    calls = tree.calls_in(clause)
    return bool(tree.nodes_in("raise", clause)) or any(
        not _HANDLED.fullmatch(call.name) for call in calls
    )
