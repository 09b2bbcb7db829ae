"""What a handler answers with: the statuses, and whether a failure is hidden behind one."""

from __future__ import annotations

from bisect import bisect_left

from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Node

from ..facts import Handler
from .tree import FUNCTIONS, Call, Tree, arguments, bare, children, fields, operands

RESPONSES = frozenset(
    ("c", "context", "ctx", "event", "h", "rep", "reply", "res", "resp", "response", "set")
)
"""What people call the object that an answer is sent with."""

_SETTERS = frozenset(("status", "sendStatus", "code", "writeHead", "setStatus"))
_SENDERS = frozenset(
    ("body", "download", "end", "html", "json", "jsonp", "render", "send", "sendFile", "text")
)
_FREE = frozenset(("Response", "NextResponse", "HttpResponse"))
_HELPERS = frozenset(("json", "data", "defer"))
_TOLD = frozenset(("redirect", "rewrite", "next", "error"))
_ANSWERING = _SETTERS | _SENDERS | _HELPERS | _TOLD
"""The last parts of the names of all calls that may answer."""
_PASSING = frozenset(("next", "reject", "done", "process.exit", "Promise.reject", "ctx.throw"))
_EXCEPTIONS = {
    "BadRequestException": 400,
    "UnauthorizedException": 401,
    "ForbiddenException": 403,
    "NotFoundException": 404,
    "RequestTimeoutException": 408,
    "InternalServerErrorException": 500,
    "NotImplementedException": 501,
    "BadGatewayException": 502,
    "ServiceUnavailableException": 503,
    "GatewayTimeoutException": 504,
    "HealthCheckError": 503,
}
_NAMED = {
    "OK": 200,
    "CREATED": 201,
    "ACCEPTED": 202,
    "NO_CONTENT": 204,
    "BAD_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "INTERNAL_SERVER_ERROR": 500,
    "BAD_GATEWAY": 502,
    "SERVICE_UNAVAILABLE": 503,
    "GATEWAY_TIMEOUT": 504,
}
_MOST = 2_000
"""Of the calls of one function, so that handlers nested in handlers stay cheap."""
_ATTEMPTS = 50
_QUIET = ("console.", "logger.", "log.", "Sentry.", "this.logger.", "request.log.", "req.log.")


class Answer(Struct, frozen=True):
    """A place that answers: with which statuses; `unsure` where one of them is not literal."""

    start: int
    end: int
    statuses: tuple[int, ...]
    unsure: bool = False

    @property
    def fails(self) -> bool:
        """Whether it may tell of a failure."""
        return self.unsure or any(status >= 400 for status in self.statuses)


class Answers(Struct, frozen=True):
    """All answers of a file in order, and for each `try` the function that it stands in."""

    tree: Tree
    all: list[Answer]
    starts: list[int]
    owners: dict[int, int]

    def within(self, node: Node) -> list[Answer]:
        """The answers inside a node."""
        low = bisect_left(self.starts, node.start_byte)
        return self.all[low : bisect_left(self.starts, node.end_byte)]


def answers(tree: Tree) -> Answers:
    """Find every answer of a file."""
    found = [at for call in tree.calls if (at := _called(tree, call))]
    found += [at for node in tree.nodes["new"] if (at := _made(tree, node))]
    found += [at for node in tree.nodes["assignment"] if (at := _assigned(tree, node))]
    found.sort(key=lambda at: at.start)
    return Answers(tree, found, [at.start for at in found], _owners(tree))


def handle(known: Answers, node: Node, *, answering: bool = True) -> Handler:
    """What the function at `node` does; with `answering`, also how it hides failures."""
    tree = known.tree
    body = node.child_by_field_name("body") if node.type == "method_definition" else None
    inside = tree.calls_in(body or node)[:_MOST]
    calls = dict.fromkeys(call.name for call in inside if call.name)
    given = known.within(node)
    statuses = dict.fromkeys(status for at in given for status in at.statuses)
    hidden: dict[str, None] = {}
    swallows = False
    for attempt in tree.nodes_in("try", node)[:_ATTEMPTS] if answering else ():
        if _swallows(known, node, attempt, given):
            swallows = True
            body = attempt.child_by_field_name("body")
            if body is not None:
                hidden |= dict.fromkeys(call.name for call in tree.calls_in(body) if call.name)
    return Handler(
        calls=tuple(calls),
        statuses=tuple(statuses),
        swallows=swallows,
        span=tree.text.byte_span(node.start_byte, node.end_byte),
        swallowed=tuple(hidden),
    )


def succeeding(handler: Handler) -> Handler:
    """A handler whose returned value is answered with 200 where it names no other success."""
    if any(status < 400 for status in handler.statuses):
        return handler
    return replace(handler, statuses=(*handler.statuses, 200))


def statuses(tree: Tree, node: Node) -> tuple[tuple[int, ...], bool]:
    """The statuses that an expression may be, and whether it may be others too."""
    found: list[int] = []
    unsure = False
    waiting = [node]
    for _ in range(16):
        if not waiting:
            break
        at = tree.resolve(waiting.pop())
        if at.type == "number":
            text = tree.source(at)
            found += [int(text)] if text.isdigit() and len(text) == 3 else []
        elif at.type == "ternary_expression":
            sides = (at.child_by_field_name("consequence"), at.child_by_field_name("alternative"))
            waiting += [side for side in sides if side is not None]
        elif at.type == "binary_expression" and (pair := operands(at, "||", "??")):
            waiting += pair
        elif at.type == "member_expression" and (last := tree.dotted(at).split(".")[-1]) in _NAMED:
            found.append(_NAMED[last])
        else:
            unsure = True
    return tuple(found), unsure or bool(waiting)


def _called(tree: Tree, call: Call) -> Answer | None:
    last = call.last
    if last not in _ANSWERING:
        return None
    root = call.name.partition(".")[0].removesuffix("()")
    if last in _SETTERS and "." in call.name:
        given = arguments(call.node)
        if not given or (root not in RESPONSES and last in ("code", "status", "setStatus")):
            return None
        return Answer(call.start, call.end, *statuses(tree, given[0]))
    if last in _SENDERS and (root in RESPONSES or (root in _FREE and "." in call.name)):
        return _sent(tree, call)
    if call.name in _HELPERS:
        return _sent(tree, call)
    if last == "redirect" and (root in _FREE or root in RESPONSES):
        every = [statuses(tree, one)[0] for one in arguments(call.node)]
        return Answer(call.start, call.end, next((one for one in every if one), (302,)))
    if last in ("rewrite", "next", "error") and root in _FREE:
        return _sent(tree, call)
    return None


def _sent(tree: Tree, call: Call) -> Answer | None:
    given = arguments(call.node)
    if not given and call.last not in ("end", "send"):
        return None
    if any(f".{setter}()" in call.name for setter in _SETTERS):
        return None
    found, unsure = _second(tree, given[1]) if len(given) > 1 else ((), False)
    return Answer(call.start, call.end, found if found or unsure else (200,), unsure)


def _second(tree: Tree, node: Node) -> tuple[tuple[int, ...], bool]:
    """The status of a second argument: `{ status: 503 }` or `503`."""
    at = tree.resolve(node)
    if at.type == "object":
        found = fields(tree, at)
        status = found.get("status") or found.get("statusCode")
        if status is not None:
            return statuses(tree, status)
        return (), any(child.type == "spread_element" for child in at.named_children)
    if at.type in FUNCTIONS:
        return (), False
    return statuses(tree, at)


def _made(tree: Tree, node: Node) -> Answer | None:
    constructor = node.child_by_field_name("constructor")
    name = tree.dotted(constructor) if constructor is not None else ""
    if name in _EXCEPTIONS:
        return Answer(node.start_byte, node.end_byte, (_EXCEPTIONS[name],))
    given = arguments(node)
    if name in ("HttpException", "HTTPException", "HttpError") and given:
        every = [statuses(tree, one) for one in given]
        found = next((one for one, _ in every if one), ())
        return Answer(node.start_byte, node.end_byte, found, unsure=not found)
    if name not in _FREE:
        return None
    found, unsure = _second(tree, given[1]) if len(given) > 1 else ((), False)
    return Answer(node.start_byte, node.end_byte, found if found or unsure else (200,), unsure)


def _assigned(tree: Tree, node: Node) -> Answer | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or left.type != "member_expression":
        return None
    name = tree.dotted(left)
    root, _, last = name.rpartition(".")
    if last in ("statusCode", "status") and root.partition(".")[0] in RESPONSES:
        return Answer(node.start_byte, node.end_byte, *statuses(tree, right))
    return None


def _owners(tree: Tree) -> dict[int, int]:
    """For each `try`, by its start, where the innermost function around it starts."""
    owners: dict[int, int] = {}
    open_: list[Node] = []
    functions = iter([*tree.nodes["function"], None])
    function = next(functions)
    for attempt in tree.nodes["try"]:
        start = attempt.start_byte
        while function is not None and function.start_byte <= start:
            while open_ and open_[-1].end_byte <= function.start_byte:
                open_.pop()
            open_.append(function)
            function = next(functions)
        while open_ and open_[-1].end_byte <= start:
            open_.pop()
        owners[start] = open_[-1].start_byte if open_ else -1
    return owners


def _swallows(known: Answers, node: Node, attempt: Node, given: list[Answer]) -> bool:
    """Whether a failure inside `attempt` leads the handler at `node` to an answer of success."""
    tree = known.tree
    clause = attempt.child_by_field_name("handler")
    if clause is None or tree.nodes_in("throw", clause):
        return False
    inside = known.within(clause)
    if any(at.fails for at in inside) or _hands_on(tree, clause, inside):
        return False
    if inside:
        return True
    if known.owners.get(attempt.start_byte) != node.start_byte:
        return False
    returned = [children(back) for back in tree.nodes_in("return", clause)]
    if returned:
        return all(value and _plain(tree, value[0]) for value in returned)
    later = [at for at in given if at.start > clause.end_byte]
    thrown = tree.nodes_in("throw", node)
    if any(at.fails for at in given) or any(at.start_byte > clause.end_byte for at in thrown):
        return False
    left = [back for back in tree.nodes_in("return", node) if back.start_byte > clause.end_byte]
    return bool(later) or any(_plain(tree, one) for back in left for one in children(back))


def _hands_on(tree: Tree, clause: Node, inside: list[Answer]) -> bool:
    """Whether a catch clause leaves the answer to something that is not seen here."""
    answered = {at.start for at in inside}
    for call in tree.calls_in(clause):
        if call.name in _PASSING or call.last in ("throw", "rethrow", "fail"):
            return True
        if call.start in answered or call.name.startswith(_QUIET):
            continue
        if any(tree.source(bare(one)) in RESPONSES for one in arguments(call.node)):
            return True
    for back in tree.nodes_in("return", clause):
        value = children(back)
        if not value:
            continue
        at = bare(value[0])
        if at.type == "call_expression" and at.start_byte not in answered:
            return True
    return False


def _plain(tree: Tree, node: Node) -> bool:
    return tree.resolve(node).type in ("object", "array", "string", "template_string")
