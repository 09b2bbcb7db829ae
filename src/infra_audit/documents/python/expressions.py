"""What an expression of Python gives: texts, paths that start at the file, variables of the environment."""

from __future__ import annotations

from posixpath import dirname, join, normpath

from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Node

from ..facts import Expression
from .tree import Tree, arguments, bare, children, keywords, operands

_DEEPEST = 16
_WRAPPERS = frozenset({
    "Path", "PosixPath", "PurePath", "SecretStr", "fspath", "int", "pathlib.Path", "os.fspath", "os.path.abspath",
    "os.path.normpath", "os.path.realpath", "path.abspath", "path.realpath", "abspath", "realpath", "str", "make_url",
})  # fmt: skip
"""What gives its argument back, as far as it is asked here."""
_SAME = frozenset({"absolute", "as_posix", "get_secret_value", "resolve", "strip", "replace"})
"""Methods that give the same: what `replace` does to a URL is told from its first argument."""
_JOINS = frozenset({"os.path.join", "path.join", "join", "op.join"})
_FOLDERS = frozenset({"os.path.dirname", "path.dirname", "dirname"})
_HERE = frozenset({"os.getcwd()", "Path.cwd()", "pathlib.Path.cwd()", "Path()"})
GETTERS = frozenset({"os.getenv", "getenv", "os.environ.get", "environ.get", "env.get"})
"""What gives a variable of the environment, or what it is told to give instead."""
_ENVIRONS = frozenset({"os.environ", "environ"})
_URLS = frozenset({"db", "db_url", "dj_db_url"})
"""What both django-environ and environs call the URL of the database."""
_UNKNOWN = Expression()


class Reader(Struct, frozen=True):
    """What reads the expressions of one file."""

    tree: Tree
    configs: frozenset[str]
    """The names by which decouple, or Starlette's `Config`, is called."""
    envs: dict[str, frozenset[str]]
    """The names of `Env` of django-environ and environs, each with the variables that it has defaults for."""
    attributes: dict[str, dict[str, Node]]
    """What each class is given in its body, by the dotted name of the class."""

    def value(self, node: Node, depth: int = 0) -> Expression:
        """What an expression gives; an empty one where that is not seen."""
        node = self.tree.resolve(node)
        if depth > _DEEPEST:
            return _UNKNOWN
        match node.type:
            case "string" | "concatenated_string":
                return self._text(node, depth)
            case "identifier":
                return self._named(node, depth)
            case "attribute":
                return self._attribute(node, depth)
            case "subscript":
                return self._subscript(node, depth)
            case "call":
                return self._call(node, depth)
            case "binary_operator":
                return self._operator(node, depth)
            case "boolean_operator":
                return self._either(node, depth)
            case "true" | "false" | "integer" | "float":
                return Expression(self.tree.literal(node))
            case _:
                return _UNKNOWN

    def filled(self, variable: str, fallback: Node | None) -> Expression:
        """What a variable gives that something reads by itself, `fallback` where it is not set."""
        return self._with(variable, fallback, 0, required=True)

    def _named(self, node: Node, depth: int) -> Expression:
        name = self.tree.source(node)
        if name == "__file__":
            return Expression(self.tree.text.path, inside=True)
        if any(name in given for given in self.attributes.values()):
            beside = self.attributes.get(self._class_of(node), {})
            if name in beside and beside[name].end_byte < node.start_byte:
                return self.value(beside[name], depth + 1)
        return Expression(name=name)

    def _class_of(self, node: Node) -> str:
        """The class in whose body something stands, outside of its methods; '' for none."""
        names: list[str] = []
        at = node.parent
        while at is not None:
            if at.type == "function_definition" and not names:
                return ""
            name = at.child_by_field_name("name")
            if at.type in ("class_definition", "function_definition") and name is not None:
                names.append(self.tree.source(name))
            at = at.parent
        return ".".join(reversed(names))

    def _text(self, node: Node, depth: int) -> Expression:
        literal = self.tree.literal(node)
        if literal is not None:
            return Expression(literal)
        parts = children(node)[1:-1] if node.type == "string" else []
        found = Expression("")
        for part in parts:
            if part.type == "interpolation":
                inner = children(part)
                # A conversion or a format may change the text.
                given = self.value(inner[0], depth + 1) if len(inner) == 1 else _UNKNOWN
            else:
                given = (
                    Expression(self.tree.source(part))
                    if "\\" not in self.tree.source(part)
                    else _UNKNOWN
                )
            found = _followed(found, given)
        return found if parts else _UNKNOWN

    def _attribute(self, node: Node, depth: int) -> Expression:
        inner, part = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if inner is None or part is None:
            return _UNKNOWN
        if self.tree.source(part) == "parent":
            return _above(self.value(inner, depth + 1))
        name = self.tree.dotted(node)
        return Expression(name=name) if name and "(" not in name else _UNKNOWN

    def _subscript(self, node: Node, depth: int) -> Expression:
        inner, key = node.child_by_field_name("value"), node.child_by_field_name("subscript")
        if inner is None or key is None:
            return _UNKNOWN
        name = self.tree.dotted(inner)
        if name in _ENVIRONS:
            variable = self.tree.literal(key)
            return Expression(variable=variable, required=True) if variable else _UNKNOWN
        if (inner.type == "attribute" and name.endswith(".parents")) or name == "parents":
            below, count = inner.child_by_field_name("object"), self.tree.literal(key) or ""
            found = self.value(below, depth + 1) if below is not None else _UNKNOWN
            for _ in range(int(count) + 1 if count.isdigit() and len(count) == 1 else 0):
                found = _above(found)
            return found if count.isdigit() else _UNKNOWN
        return _UNKNOWN

    def _operator(self, node: Node, depth: int) -> Expression:
        sides = operands(node, "/")
        if sides is not None:
            first, second = (self.value(side, depth + 1) for side in sides)
            return _joined(first, second)
        sides = operands(node, "+")
        if sides is not None:
            first, second = (self.value(side, depth + 1) for side in sides)
            return _followed(first, second)
        return _UNKNOWN

    def _either(self, node: Node, depth: int) -> Expression:
        """`a or b`: what stands there where a variable is not set."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None or operator.type != "or":
            return _UNKNOWN
        first = self.value(left, depth + 1)
        if not first.variable:
            return first if first.literal else _UNKNOWN
        if first.literal is not None or first.required or first.before or first.after:
            return first
        other = self.value(right, depth + 1)
        if other.variable and not other.required:
            return Expression(variable=first.variable, fallback=True)
        return Expression(
            other.literal, variable=first.variable, inside=other.inside, fallback=True
        )

    def _call(self, node: Node, depth: int) -> Expression:
        tree, given = self.tree, arguments(node)
        function = node.child_by_field_name("function")
        name = tree.dotted(function) if function is not None else ""
        named = keywords(tree, node)
        if function is None or "**" in named or any(one.type == "list_splat" for one in given):
            return _UNKNOWN
        if f"{name}()" in _HERE and not given:
            return Expression(".")
        if name in _JOINS or name in ("Path", "pathlib.Path"):
            return self._path([self.value(one, depth + 1) for one in given])
        if name in _WRAPPERS and len(given) == 1:
            return self.value(given[0], depth + 1)
        if name in _FOLDERS and len(given) == 1:
            return _above(self.value(given[0], depth + 1))
        variable = self._variable(name, given, named, depth)
        if variable is not None:
            return variable
        return self._method(function, given, depth)

    def _method(self, function: Node, given: list[Node], depth: int) -> Expression:
        """A method of a path or a text."""
        inner, part = (
            function.child_by_field_name("object"),
            function.child_by_field_name("attribute"),
        )
        if function.type != "attribute" or inner is None or part is None:
            return _UNKNOWN
        last = self.tree.source(part)
        if last == "joinpath":
            return self._path([self.value(one, depth + 1) for one in (inner, *given)])
        if last not in _SAME:
            return _UNKNOWN
        found = self.value(inner, depth + 1)
        old = self.tree.literal(given[0]) if last == "replace" and given else ""
        if last == "replace" and (not old or (found.literal is not None and old in found.literal)):
            return replace(found, literal=None)
        return found

    def _path(self, parts: list[Expression]) -> Expression:
        found = parts[0] if parts else _UNKNOWN
        for part in parts[1:]:
            found = _joined(found, part)
        return found

    # ── variables ────────────────────────────────────────────────────────────────────────────────

    def _variable(
        self, name: str, given: list[Node], named: dict[str, Node], depth: int
    ) -> Expression | None:
        """What a call reads from the environment, None for another call."""
        if name in GETTERS or name in self.configs:
            fallback = given[1] if len(given) > 1 else named.get("default")
            return self._read(given, fallback, depth, required=name in self.configs)
        if name in ("dj_database_url.config", "dj_database_url.parse"):
            return self._of_url(name, given, named, depth)
        base, _, kind = name.partition(".")
        if base not in self.envs or "." in kind:
            return None
        if not given and kind in _URLS:
            return self._with("DATABASE_URL", named.get("default"), depth, required=True)
        positional = given[1] if len(given) > 1 and kind else None
        found = self._read(given, named.get("default", positional), depth, required=True)
        if found.variable in self.envs[base]:
            return Expression(variable=found.variable, fallback=True)
        return found

    def _of_url(
        self, name: str, given: list[Node], named: dict[str, Node], depth: int
    ) -> Expression:
        if name.endswith("parse"):
            return self.value(given[0], depth + 1) if given else _UNKNOWN
        told = self.tree.literal(named["env"]) if "env" in named else "DATABASE_URL"
        return self._with(told, named.get("default"), depth, required=False) if told else _UNKNOWN

    def _read(
        self, given: list[Node], fallback: Node | None, depth: int, *, required: bool
    ) -> Expression:
        variable = self.tree.literal(given[0]) if given else None
        if not variable:
            return _UNKNOWN
        return self._with(variable, fallback, depth, required=required)

    def _with(
        self, variable: str, fallback: Node | None, depth: int, *, required: bool
    ) -> Expression:
        if fallback is None:
            return Expression(variable=variable, required=required)
        if bare(fallback).type == "none":
            return Expression(variable=variable)
        other = self.value(fallback, depth + 1)
        known = not other.variable and not other.name
        return Expression(
            other.literal if known else None, variable=variable, inside=other.inside, fallback=True
        )


def reader(tree: Tree) -> Reader:
    """What reads the expressions of a file."""
    configs = {"config", "decouple.config"} if b"decouple" in tree.data else set()
    if b"starlette.config" in tree.data:
        configs.add("config")
    return Reader(tree, frozenset(configs), _envs(tree), _attributes(tree))


def _attributes(tree: Tree) -> dict[str, dict[str, Node]]:
    found: dict[str, dict[str, Node]] = {}
    for at in tree.nodes["class"]:
        name = at.node.child_by_field_name("name")
        own = tree.source(name) if name is not None else ""
        found[f"{at.scope}.{own}" if at.scope else own] = {}
    again: set[tuple[str, str]] = set()
    for at in tree.nodes["assignment"] if found else ():
        left, right = at.node.child_by_field_name("left"), at.node.child_by_field_name("right")
        if left is None or right is None or at.scope not in found:
            continue
        key = at.scope, tree.source(left)
        if at.branch or key[1] in found[at.scope]:
            again.add(key)
        found[at.scope][key[1]] = right
    for key in again:
        del found[key[0]][key[1]]
    return found


def _envs(tree: Tree) -> dict[str, frozenset[str]]:
    if b"Env(" not in tree.data:
        return {}
    found = {}
    for name, node in tree.constants.items():
        function = node.child_by_field_name("function") if node.type == "call" else None
        made = tree.dotted(function) if function is not None else ""
        if made.rpartition(".")[2] in ("Env", "FileAwareEnv"):
            found[name] = frozenset(keywords(tree, node))
    return found


def _above(found: Expression) -> Expression:
    """The folder of a path."""
    if found.literal is None or found.variable or found.name:
        return _UNKNOWN
    if found.inside and not found.literal:
        return _UNKNOWN
    return replace(found, literal=dirname(found.literal))


def _joined(first: Expression, second: Expression) -> Expression:
    """A path below another."""
    if second.literal is None or second.variable or second.inside:
        return _UNKNOWN
    if second.literal.startswith("/"):
        return second
    if first.name:
        return _UNKNOWN
    literal = join(first.literal, second.literal) if first.literal is not None else None
    if literal is not None and first.inside:
        literal = normpath(literal)
        if literal.startswith("../") or literal == "..":
            return _UNKNOWN
    if not first.variable:
        return replace(first, literal=literal) if literal is not None else _UNKNOWN
    return replace(first, literal=literal, after=f"{first.after}/{second.literal}")


def _below(folder: str, path: str) -> str:
    """What stands behind a folder of the repository; the root has no slash of its own."""
    return path[1:] if not folder or folder.endswith("/") else path


def _followed(first: Expression, second: Expression) -> Expression:
    """A text behind another: at most one of the two is a variable, and a path of the repository ends it."""
    if first.name or second.name or (first.variable and second.variable):
        return _UNKNOWN
    if first.inside and not second.inside and (second.literal or "").startswith("/"):
        second = replace(second, literal=_below(first.literal or "", second.literal or ""))
    elif first.inside and (second.inside or not (second.literal or "").startswith("?")):
        return first if second.literal == "" else _UNKNOWN
    if second.inside and not (first.literal or "").endswith(":///"):
        return second if first.literal == "" and not first.variable else _UNKNOWN
    both = first.literal is not None and second.literal is not None
    literal = f"{first.literal}{second.literal}" if both else None
    if first.variable:
        return (
            replace(first, literal=literal, after=f"{first.after}{second.literal}")
            if second.literal is not None
            else _UNKNOWN
        )
    if second.variable:
        if first.literal is None:
            return _UNKNOWN
        return replace(second, literal=literal, before=f"{first.literal}{second.before}")
    return Expression(literal, inside=first.inside or second.inside) if both else _UNKNOWN
