"""Schemas that a program holds its environment against: zod, envalid, t3-env."""

from __future__ import annotations

from msgspec import Struct
from tree_sitter import Node

from .tree import Tree, arguments, children, fields

_BASES = frozenset({
    "string", "number", "bigint", "boolean", "enum", "nativeEnum", "literal", "int", "url", "email", "uuid", "cuid", "ipv4",
    "coerce.number", "coerce.date", "coerce.bigint",
})  # fmt: skip
"""What `undefined` is not: `z.coerce.string()` and `z.coerce.boolean()` make something of it."""
_KEEPING = frozenset({
    "min", "max", "length", "email", "url", "uuid", "cuid", "regex", "startsWith", "endsWith", "includes", "trim", "toLowerCase",
    "toUpperCase", "int", "positive", "nonnegative", "gt", "gte", "lt", "lte", "nonempty", "describe", "transform", "refine",
    "superRefine", "pipe", "brand", "readonly", "meta", "datetime", "ip", "cidr", "base64", "nullable", "finite", "safe",
})  # fmt: skip
"""What a value must still be given with."""
_LEAVING = frozenset({"optional", "nullish"})
_SAME = frozenset({"strict", "passthrough", "strip", "loose", "refine", "superRefine", "transform", "readonly", "describe"})  # fmt: skip
"""Methods of an object's schema after which it has the same keys."""
_OBJECTS = frozenset({"z.object", "z.strictObject", "z.looseObject"})
_VALIDATORS = frozenset({"str", "bool", "num", "email", "host", "port", "url", "json"})


class Field(Struct, frozen=True):
    """A key of a schema: whether it must be given (`live`: in production only), or what stands for it."""

    required: bool
    live: bool = False
    optional: bool = False
    default: Node | None = None


def schema_of(tree: Tree, call: Node) -> dict[str, Field] | None:
    """The keys that a call holds the environment against, None for another call."""
    function, given = call.child_by_field_name("function"), arguments(call)
    if function is None or not given:
        return None
    if tree.dotted(function) in ("cleanEnv", "envalid.cleanEnv"):
        return _cleaned(tree, given) if _is_imported(tree, "envalid") else None
    part, inner = function.child_by_field_name("property"), function.child_by_field_name("object")
    if part is None or inner is None or tree.source(part) not in ("parse", "safeParse"):
        return None
    if tree.dotted(tree.resolve(given[0])) != "process.env" or not _is_imported(tree, "zod"):
        return None
    return _object(tree, inner)


def _object(tree: Tree, node: Node) -> dict[str, Field] | None:
    """The keys of `z.object({ … })`, None where some may come from elsewhere."""
    node = tree.resolve(node)
    function, given = node.child_by_field_name("function"), arguments(node)
    for _ in range(8):
        if node.type != "call_expression" or function is None:
            return None
        if tree.dotted(function) in _OBJECTS:
            break
        part, inner = (function.child_by_field_name(name) for name in ("property", "object"))
        if part is None or inner is None or tree.source(part) not in _SAME:
            return None
        node = tree.resolve(inner)
        function, given = node.child_by_field_name("function"), arguments(node)
    keys = tree.resolve(given[0]) if given else None
    if keys is None or keys.type != "object" or _is_open(keys):
        return None
    return {name: of_zod(tree, value) for name, value in fields(tree, keys).items() if name}


def _is_open(keys: Node) -> bool:
    return any(child.type == "spread_element" for child in children(keys))


def of_zod(tree: Tree, node: Node) -> Field:
    """What a schema of zod demands of one key; nothing where it is not understood."""
    node = tree.resolve(node)
    function = node.child_by_field_name("function")
    dotted = tree.dotted(function) if node.type == "call_expression" and function else ""
    parts = [part.removesuffix("()") for part in dotted.split(".")]
    if parts[0] != "z" or len(parts) < 2:
        return Field(required=False)
    base = ".".join(parts[1:3]) if parts[1] == "coerce" else parts[1]
    methods = parts[1 + base.count(".") + 1 :]
    if base not in _BASES:
        return Field(required=False)
    if set(methods) <= _KEEPING:
        return Field(required=True)
    given = arguments(node)
    if methods[-1] == "default" and set(methods[:-1]) <= _KEEPING and given:
        return Field(required=False, default=given[0])
    return Field(required=False, optional=set(methods) <= _KEEPING | _LEAVING)


def _cleaned(tree: Tree, given: list[Node]) -> dict[str, Field] | None:
    """The keys of envalid, which ends the process unless it is told another thing to do."""
    keys = tree.resolve(given[1]) if len(given) == 2 else None
    if keys is None or keys.type != "object" or _is_open(keys):
        return None
    if tree.dotted(tree.resolve(given[0])) != "process.env":
        return None
    return {name: _validated(tree, value) for name, value in fields(tree, keys).items() if name}


def _validated(tree: Tree, node: Node) -> Field:
    node = tree.resolve(node)
    function = node.child_by_field_name("function")
    name = tree.dotted(function).rpartition(".")[2] if function is not None else ""
    given = arguments(node)
    told = fields(tree, given[0]) if given and given[0].type == "object" else {}
    if name not in _VALIDATORS or (given and given[0].type != "object"):
        return Field(required=False)
    if given and (_is_open(given[0]) or {"default", "requiredWhen"} & told.keys()):
        return Field(required=False)
    return Field(required=True, live="devDefault" in told)


def _is_imported(tree: Tree, package: str) -> bool:
    needle = package.encode()
    return any(
        mark + needle in tree.data for mark in (b"from '", b'from "', b"require('", b'require("')
    )
