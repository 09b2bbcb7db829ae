"""The routes of Nest controllers, and what the application sets for all of them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Node

from ..facts import Entry, Import, RouteCall
from .answers import succeeding
from .functions import Functions, reach
from .options import options
from .tree import Tree, arguments, children, fields, key_of, statements

_VERBS = {
    "All": "ALL",
    "Delete": "DELETE",
    "Get": "GET",
    "Head": "HEAD",
    "Options": "OPTIONS",
    "Patch": "PATCH",
    "Post": "POST",
    "Put": "PUT",
    "Sse": "GET",
}


def nest_routes(known: Functions, imports: tuple[Import, ...]) -> tuple[RouteCall, ...]:
    """The routes of every `@Controller` class, without the global prefix.

    A path is unknown under a version, and where the decorators are not Nest's own.
    """
    tree = known.answers.tree
    found: list[RouteCall] = []
    for statement in statements(tree):
        node = statement.child_by_field_name("declaration") or statement
        if node.type not in ("class_declaration", "abstract_class_declaration"):
            continue
        marks = _marks(tree, (*_decorators(statement), *_decorators(node)))
        if "Controller" in marks:
            found += _controller(known, node, marks)
    if any(one.specifier.startswith("@nestjs/") for one in imports):
        return tuple(found)
    return tuple(replace(route, framework="unknown", path=None) for route in found)


def global_settings(tree: Tree) -> tuple[Entry, ...]:
    """`globalPrefix` and `versioning.…` of a Nest application."""
    found: list[Entry] = []
    for call in tree.calls:
        if call.last not in ("setGlobalPrefix", "enableVersioning"):
            continue
        given = arguments(call.node)
        if call.last == "setGlobalPrefix" and "." in call.name and given:
            span = tree.text.byte_span(call.start, call.end)
            found.append(Entry("globalPrefix", tree.value(given[0]), span))
            found += _prefixed(tree, given[1:2], "globalPrefix")
        elif call.last == "enableVersioning" and "." in call.name:
            span = tree.text.byte_span(call.start, call.end)
            found.append(Entry("versioning", tree.value(given[0]) if given else None, span))
            found += _prefixed(tree, given[:1], "versioning")
    return tuple(found)


def _prefixed(tree: Tree, given: list[Node], name: str) -> Iterator[Entry]:
    for node in given:
        value = tree.resolve(node)
        if value.type == "object":
            for entry in options(tree, value)[0]:
                yield replace(entry, name=f"{name}.{entry.name}")


class _Controller(Struct, frozen=True):
    """A controller: its class's name, the paths that it stands under, its guards."""

    name: str
    bases: list[str | None]
    guards: tuple[str, ...]


def _controller(known: Functions, node: Node, marks: dict[str, list[Node]]) -> Iterator[RouteCall]:
    tree = known.answers.tree
    named = node.child_by_field_name("name")
    owner = tree.source(named) if named is not None else ""
    given = _paths(tree, marks["Controller"])
    bases: list[str | None] = [None] if _versioned(tree, marks) else given
    controller = _Controller(owner, bases, _guards(tree, marks))
    body = node.child_by_field_name("body")
    waiting: list[Node] = []
    for member in children(body) if body is not None else ():
        if member.type == "decorator":
            waiting.append(member)
            continue
        own = _marks(tree, (*waiting, *_decorators(member)))
        waiting = []
        if member.type == "method_definition":
            yield from _method(known, member, own, controller)


def _method(
    known: Functions, node: Node, marks: dict[str, list[Node]], controller: _Controller
) -> Iterator[RouteCall]:
    tree = known.answers.tree
    for verb in (one for one in marks if one in _VERBS):
        handler = known.typed(reach(known, node), controller.name)
        if verb != "Post" and "HttpCode" not in marks:
            handler = succeeding(handler)
        paths = [None] if _versioned(tree, marks) else _paths(tree, marks[verb])
        name = node.child_by_field_name("name")
        place = name or node
        for base in controller.bases:
            for path in paths:
                yield RouteCall(
                    framework="nest",
                    method=_VERBS[verb],
                    path=_joined(base, path),
                    receiver=controller.name,
                    target=key_of(tree, place),
                    handler=handler,
                    span=tree.text.byte_span(place.start_byte, place.end_byte),
                    middleware=(*controller.guards, *_guards(tree, marks)),
                )


def _decorators(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type == "decorator"]


def _marks(tree: Tree, decorators: tuple[Node, ...]) -> dict[str, list[Node]]:
    """The names of decorators and their arguments."""
    found: dict[str, list[Node]] = {}
    for decorator in decorators:
        inner = decorator.named_child(0)
        if inner is not None:
            name = tree.dotted(inner).removesuffix("()")
            found.setdefault(name, arguments(inner))
    return found


def _guards(tree: Tree, marks: dict[str, list[Node]]) -> tuple[str, ...]:
    names = (tree.dotted(node).removesuffix("()") for node in marks.get("UseGuards", ()))
    return tuple(name for name in names if name)


def _paths(tree: Tree, given: list[Node], *, inside: bool = False) -> list[str | None]:
    """The paths of a decorator's arguments: '' for none, None for what is not literal."""
    if not given:
        return [""]
    value = tree.resolve(given[0])
    if value.type == "object" and not inside:
        found = fields(tree, value)
        if "version" in found and not _neutral(tree, found["version"]):
            return [None]
        return _paths(tree, [found["path"]], inside=True) if "path" in found else [""]
    if value.type == "array":
        return [tree.literal(child) for child in children(value)]
    return [tree.literal(value)]


def _versioned(tree: Tree, marks: dict[str, list[Node]]) -> bool:
    return any(not _neutral(tree, given) for given in marks.get("Version", ()))


def _neutral(tree: Tree, node: Node) -> bool:
    return tree.dotted(node) == "VERSION_NEUTRAL"


def _joined(base: str | None, path: str | None) -> str | None:
    if base is None or path is None:
        return None
    return "/" + "/".join(part.strip("/") for part in (base, path) if part.strip("/"))
