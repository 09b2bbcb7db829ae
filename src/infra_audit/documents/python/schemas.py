"""Classes that pydantic fills from the environment."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from tree_sitter import Node

from ...model import Span
from ...source.regex import regex
from ..facts import EnvironmentUse, Named, Value
from .expressions import Reader
from .tree import Found, Tree, arguments, children, keywords

_BASES = ("BaseSettings",)
_CONFIGS = frozenset({"SettingsConfigDict", "ConfigDict", "dict"})
_ALIASES = ("validation_alias", "alias", "env")
_FIELDS = frozenset({"Field", "pydantic.Field"})
_CLASS_LEVEL = ("ClassVar", "PrivateAttr")
_DEEPEST = 6


TRIAL = regex(
    r"(?:^|\.)(?:Dev|Test|Local)(?![a-z])\w*$|(?:Dev|Development|Test|Testing|Local)(?:Config|Settings)?$|(?:^|\.)(?:Development|Testing)\w*$"
)
"""Classes of settings that production does not take."""


class Field(Struct, frozen=True):
    """A field: the variables that may fill it, and what it is where none does."""

    name: str
    variables: tuple[str, ...]
    required: bool
    fallback: Value | None
    node: Node | None
    """Of the fallback."""
    span: Span


class Schema(Struct, frozen=True):
    """A class that is filled from the environment, those that it inherits from included."""

    name: str
    fields: tuple[Field, ...]
    plain: bool
    """Whether it reads no file but a `.env`, and nothing of it is told elsewhere."""

    def uses(self, refused: frozenset[str]) -> Iterator[EnvironmentUse]:
        """The variables that it reads."""
        for field in self.fields:
            names = {field.name.lower(), *(name.lower() for name in field.variables)}
            required = field.required or not refused.isdisjoint(names)
            for name in field.variables:
                yield EnvironmentUse(name, required, field.fallback, field.span)

    def required(self) -> Iterator[tuple[tuple[str, ...], Span]]:
        """The variables of which one must be set for each field."""
        yield from ((f.variables, f.span) for f in self.fields if f.required)

    def named(self, reader: Reader) -> Iterator[Named]:
        """What others read of it."""
        for field in self.fields:
            if len(field.variables) == 1 and (field.node is not None or field.required):
                told = reader.filled(field.variables[0], field.node)
                yield Named(f"{self.name}.{field.name}", told, field.span)


def schemas(reader: Reader) -> tuple[Schema, ...]:
    """The classes of a file that pydantic fills from the environment."""
    tree = reader.tree
    if b"BaseSettings" not in tree.data:
        return ()
    named = ((_name(tree, found.node), found) for found in tree.nodes["class"])
    classes = {name: found for name, found in named if name and not TRIAL.search(name)}
    found = (_schema(reader, name, classes) for name in classes)
    return tuple(one for one in found if one is not None)


def is_made(reader: Reader, schema: Schema) -> bool:
    """Whether a file makes one as soon as it is loaded, and gives it nothing itself."""
    makers = {schema.name}
    for call in reader.tree.calls:
        if call.name == schema.name and call.scope and not _given(reader.tree, call.node):
            makers.add(call.scope)
    return any(
        call.name in makers
        and not call.scope
        and not call.branch
        and not _given(reader.tree, call.node)
        for call in reader.tree.calls
        if call.node.parent is not None
        and call.node.parent.type in ("assignment", "expression_statement")
    )


def _given(tree: Tree, node: Node) -> bool:
    return bool(arguments(node)) or not keywords(tree, node).keys() <= {"_env_file"}


def _schema(reader: Reader, name: str, classes: dict[str, Found]) -> Schema | None:
    chain = _chain(reader.tree, name, classes)
    if chain is None:
        return None
    prefix, plain = "", True
    fields: dict[str, Field] = {}
    for node in chain:
        given, told = _configured(reader, node)
        prefix, plain = (given if given is not None else prefix), plain and told
    for node in chain:
        fields |= {field.name: field for field in _fields(reader, node, prefix)}
    return Schema(name, tuple(fields.values()), plain)


def _chain(tree: Tree, name: str, classes: dict[str, Found]) -> list[Node] | None:
    """A class behind those of the file that it inherits from; None where it is none that is filled."""
    found: list[Node] = []
    while name in classes and len(found) < _DEEPEST:
        node = classes[name].node
        found.insert(0, node)
        bases = node.child_by_field_name("superclasses")
        names = [tree.dotted(one) for one in children(bases)] if bases is not None else []
        if any(one.rpartition(".")[2] in _BASES for one in names):
            return found
        name = next((one for one in names if one in classes), "")
    return None


def _configured(reader: Reader, node: Node) -> tuple[str | None, bool]:
    """The prefix of its variables, and whether it reads no file but a `.env`."""
    tree = reader.tree
    prefix: str | None = None
    plain = True
    for name, value in _settings(tree, node):
        literal = tree.literal(value)
        if name == "env_prefix":
            prefix, plain = literal, plain and literal is not None
        elif name in (
            "env_file",
            "secrets_dir",
            "env_nested_delimiter",
            "customise_sources",
            "alias_generator",
        ):
            path = reader.value(value)
            own = (path.literal or "").rpartition("/")[2] == ".env" or literal == "None"
            plain = plain and (name == "env_nested_delimiter" or (name == "env_file" and own))
        elif name in ("**", "yaml_file", "json_file", "toml_file"):
            plain = False
    body = node.child_by_field_name("body")
    sourced = body is not None and "settings_customise_sources" in tree.source(body)
    return prefix, plain and not sourced


def _settings(tree: Tree, node: Node) -> Iterator[tuple[str, Node]]:
    """The options of `model_config`, or of the inner class `Config`."""
    body = node.child_by_field_name("body")
    for statement in children(body) if body is not None else ():
        if statement.type == "class_definition" and _name(tree, statement) == "Config":
            inner = statement.child_by_field_name("body")
            for left, right in _assigned(children(inner) if inner is not None else []):
                yield tree.source(left), right
    for left, right in _assigned(children(body) if body is not None else []):
        if tree.source(left) != "model_config":
            continue
        if right.type == "dictionary":
            for pair in children(right):
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is not None and value is not None:
                    yield tree.literal(key) or "**", value
        elif right.type == "call":
            yield from keywords(tree, right).items()


def _assigned(statements: list[Node]) -> Iterator[tuple[Node, Node]]:
    for statement in statements:
        inside = children(statement) if statement.type == "expression_statement" else []
        for node in inside:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if node.type == "assignment" and left is not None and right is not None:
                yield left, right


def _fields(reader: Reader, node: Node, prefix: str) -> Iterator[Field]:
    tree, body = reader.tree, node.child_by_field_name("body")
    for statement in children(body) if body is not None else ():
        inside = children(statement) if statement.type == "expression_statement" else []
        for one in inside:
            left, kind = one.child_by_field_name("left"), one.child_by_field_name("type")
            if (
                one.type != "assignment"
                or left is None
                or kind is None
                or left.type != "identifier"
            ):
                continue
            if not any(word in tree.source(kind) for word in _CLASS_LEVEL):
                yield _field(reader, left, kind, one.child_by_field_name("right"), prefix)


def _field(reader: Reader, left: Node, kind: Node, right: Node | None, prefix: str) -> Field:
    tree = reader.tree
    name = tree.source(left)
    span = tree.text.byte_span(left.start_byte, left.end_byte)
    variables: tuple[str, ...] = (f"{prefix}{name}".upper(),)
    # A model inside of it is filled by variables of its own, or has its own defaults.
    simple = _is_simple(tree.source(kind))
    function = right.child_by_field_name("function") if right is not None else None
    if (
        right is None
        or right.type != "call"
        or function is None
        or tree.dotted(function) not in _FIELDS
    ):
        made = right is not None and right.type == "call"
        value = tree.value(right) if right is not None and not made else None
        if right is not None and made:
            value = Value(reader.value(right).literal, tree.source(right), tree.value(right).span)
        return Field(name, variables, right is None and simple, value, right, span)
    given, named = arguments(right), keywords(tree, right)
    aliases = [named[one] for one in _ALIASES if one in named]
    if aliases:
        variables = tuple(_aliases(reader, aliases[0]))
    default = given[0] if given else named.get("default")
    if default is not None and default.type == "ellipsis":
        default = None
    made = "default_factory" in named or "**" in named
    value = tree.value(default) if default is not None else None
    required = default is None and not made and simple and bool(variables)
    if made and default is None:
        value = tree.value(right)
    return Field(name, variables, required, value, default, span)


def _is_simple(kind: str) -> bool:
    """Whether a type is one that a variable must be given for."""
    return kind.strip() in (
        "str", "int", "float", "bool", "SecretStr", "HttpUrl", "AnyUrl", "PostgresDsn", "RedisDsn", "EmailStr", "AnyHttpUrl", "MySQLDsn",
    )  # fmt: skip


def _aliases(reader: Reader, node: Node) -> Iterator[str]:
    """The variables that fill a field instead of its own name."""
    literal = reader.tree.literal(node)
    if literal is not None:
        yield literal.upper()
    elif node.type == "call":
        told = [reader.tree.literal(one) for one in arguments(node)]
        if None not in told:
            yield from (one.upper() for one in told if one)


def _name(tree: Tree, node: Node) -> str:
    name = node.child_by_field_name("name")
    return tree.source(name) if name is not None else ""
