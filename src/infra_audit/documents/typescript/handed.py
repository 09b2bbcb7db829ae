"""What may answer requests of an application without being a route that is read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from re import escape, finditer

from tree_sitter import Node

from ...source.regex import regex
from .receivers import Receivers
from .tree import FUNCTIONS, Call, Tree, arguments, bare, children, fields

_METHODS = frozenset({
    "Router", "json", "raw", "static", "text", "urlencoded",
    "acceptVersion", "addContentTypeParser", "addSchema", "after", "all", "any", "basePath", "callback", "close", "decorate",
    "decorateReply", "decorateRequest", "del", "delete", "disable", "disabled", "enable", "enabled", "engine", "fetch", "get",
    "getSchema", "head", "inject", "listen", "mount", "on", "once", "onError", "openapi", "opts", "options", "param", "patch",
    "allowedMethods", "middleware", "post", "printRoutes", "put", "ready", "register", "route", "routes", "set", "setErrorHandler", "setSerializerCompiler",
    "setValidatorCompiler", "swagger", "toString", "use", "withTypeProvider",
})  # fmt: skip
"""Methods of applications and routers that are read as routes, or answer nothing."""
_SERVED = frozenset({"listen", "request", "serve"})
"""Functions to which an application is given to be served."""
_SERVERS = frozenset({"createServer", "createSecureServer"})
_SOCKETS = frozenset({"net", "tls", "vite", "Vite"})
_HOOKS = frozenset({"onRequest", "preHandler", "preParsing", "preValidation"})
_REWRITING = frozenset({"getPath", "onNoMatch", "rewriteUrl", "serverFactory"})
"""Options of an application that lead requests elsewhere."""
_REPLIES = regex(r"\.(?:send|end|redirect|hijack|json|text|html)\(|\.body\s*=")
_LOOKS = regex(r"\.(?:url|originalUrl|path|pathname)\b|\bpathname\b")
_EXPORTS = regex(r"(?:module\.)?exports(?:\.|$)|this\.")
_SETTINGS = frozenset({"enableVersioning", "setGlobalPrefix"})
_BRANCHES = frozenset({"if_statement", "ternary_expression", "switch_statement"})
_MOST = 50
_FEW = 8
_DEEPEST = 40


def handed(tree: Tree, named: Receivers) -> tuple[str, ...]:
    """The names of what is called with an application, as it may add routes to it; in order.

    `[]` for routes that are added by a computed name, `=` for another name of an application,
    `createServer` and `fetch` for a server whose requests a function answers itself.
    """
    found = [*_settings(tree)]
    if named.named:
        found += _found(tree, named)
    return tuple(dict.fromkeys(found))[:_MOST]


def _settings(tree: Tree) -> Iterator[str]:
    """What moves the routes of Nest, but only under a condition."""
    if b"setGlobalPrefix" in tree.data or b"enableVersioning" in tree.data:
        for call in tree.calls:
            if call.last in _SETTINGS and _is_conditional(call.node):
                yield call.last


def _is_conditional(node: Node) -> bool:
    for _ in range(_DEEPEST):
        if node.parent is None:
            return False
        node = node.parent
        if node.type in _BRANCHES:
            return True
    return True


def _found(tree: Tree, named: Receivers) -> Iterator[str]:
    rewrites = any(name.encode() in tree.data for name in _REWRITING)
    spots = _spots(tree.data, named)
    for call in tree.calls:
        given = arguments(call.node)
        holding = [one for one in given if spots is None or _has_one(spots, one)]
        yield from _of_call(tree, named, call, given, holding)
        for one in given if rewrites else ():
            if one.type == "object" and (keys := _REWRITING.intersection(_keys(tree, one))):
                yield min(keys)
    for kind, left, right in (("variable", "name", "value"), ("assignment", "left", "right")):
        for node in tree.nodes[kind]:
            target, value = node.child_by_field_name(left), node.child_by_field_name(right)
            if target is None or value is None or not _is_receiver(tree, named, value):
                continue
            if target.type == "object_pattern":
                yield "[]"
            elif not _EXPORTS.match(tree.source(target)):
                yield "="


def _spots(data: bytes, named: Receivers) -> list[int] | None:
    """The bytes at which applications are named, in order; None where they are too many names."""
    if len(named.named) > _FEW:
        return None
    lasts = {name.removesuffix("()").rpartition(".")[2].encode() for name in named.named}
    return sorted(match.start() for last in lasts for match in finditer(escape(last), data))


def _has_one(spots: list[int], node: Node) -> bool:
    nth = bisect_left(spots, node.start_byte)
    return nth < len(spots) and spots[nth] < node.end_byte


def _of_call(
    tree: Tree, named: Receivers, call: Call, given: list[Node], holding: list[Node]
) -> Iterator[str]:
    """What one call is found to be; `holding` are the arguments that may name an application."""
    if call.last in _SERVERS and call.name.partition(".")[0] not in _SOCKETS:
        if given and _answers_itself(tree, named, given[-1]):
            yield call.last
    elif _is_of_receiver(tree, named, call.node):
        if not _is_quiet(tree, call, given):
            yield call.last or "[]"
    elif call.last == "serve" and given:
        if not any(_is_served(tree, named, one) for one in given):
            yield "fetch"
    elif call.last == "on" and given and tree.literal(given[0]) == "request":
        yield "on"
    elif call.last not in _SERVED and any(_holds(tree, named, one) for one in holding):
        yield call.name or "()"


def _is_of_receiver(tree: Tree, named: Receivers, node: Node) -> bool:
    """Whether it is `app.x(…)` or `app[x](…)`."""
    function = node.child_by_field_name("function")
    if function is None or function.type not in ("member_expression", "subscript_expression"):
        return False
    inner = function.child_by_field_name("object")
    return inner is not None and _is_receiver(tree, named, inner)


def _is_quiet(tree: Tree, call: Call, given: list[Node]) -> bool:
    """Whether a method of an application is read as routes, or answers nothing."""
    function = call.node.child_by_field_name("function")
    if function is not None and function.type == "subscript_expression":
        return False
    if call.last == "addHook" and len(given) > 1:
        handler = tree.resolve(given[1])
        if tree.literal(given[0]) not in _HOOKS:
            return tree.literal(given[0]) is not None
        return handler.type in FUNCTIONS and not _REPLIES.search(tree.source(handler))
    if call.last in ("setNotFoundHandler", "notFound") and given:
        return "404" in tree.source(tree.resolve(given[-1]))
    if call.last == "use":
        return not any(_answers_by_path(tree, one) for one in given)
    return call.last in _METHODS


def _answers_by_path(tree: Tree, node: Node) -> bool:
    """Whether a middleware looks at the path and may answer, as a route would."""
    handler = tree.resolve(node)
    text = tree.source(handler) if handler.type in FUNCTIONS else ""
    return bool(_REPLIES.search(text) and _LOOKS.search(text))


def _is_receiver(tree: Tree, named: Receivers, node: Node) -> bool:
    node = bare(node)
    return named.find(tree.dotted(node), node.start_byte) is not None


def _holds(tree: Tree, named: Receivers, node: Node) -> bool:
    """Whether an argument is an application, or an object with one."""
    if _is_receiver(tree, named, node):
        return True
    return node.type == "object" and any(
        _is_receiver(tree, named, value)
        or named.find(tree.source(value), value.start_byte) is not None
        for value in (*fields(tree, node).values(), *children(node))
    )


def _is_served(tree: Tree, named: Receivers, node: Node) -> bool:
    """Whether an argument of `serve` is an application, or has its `fetch`."""
    value = tree.resolve(node)
    if _holds(tree, named, node) or value.type != "object":
        return _holds(tree, named, node)
    fetch = fields(tree, value).get("fetch")
    owner = tree.dotted(fetch).removesuffix(".fetch") if fetch is not None else ""
    return named.find(owner, node.start_byte) is not None


def _keys(tree: Tree, node: Node) -> set[str]:
    """The keys of an object, those of its methods too."""
    found = set(fields(tree, node))
    for child in children(node):
        name = child.child_by_field_name("name")
        if name is not None:
            found.add(tree.source(name))
    return found


def _answers_itself(tree: Tree, named: Receivers, node: Node) -> bool:
    """Whether requests go to a function, and not to an application (or options: to none yet)."""
    node = bare(node)
    if _is_receiver(tree, named, node) or node.type == "object":
        return False
    text = tree.source(node)
    mentions = any(f"{name}." in text or f"({name}" in text for name in named.named)
    return node.type in FUNCTIONS or not mentions
