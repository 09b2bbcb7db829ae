"""What an expression gives where some variables of the environment are missing and nothing is known of the others."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Node

from ...source.regex import regex
from .schemas import Field, schema_of
from .tree import FUNCTIONS, Tree, arguments, bare, children


class Mark(Enum):
    """What is no value of its own: not known, or `undefined`."""

    UNKNOWN = 0
    UNDEFINED = 1


class Count(Struct, frozen=True):
    """The length of a list: at least `low`, at most `high`."""

    low: int
    high: int


class Parsed(Struct, frozen=True):
    """What a schema makes of the environment, by name."""

    fields: dict[str, Field]


_DEEPEST = 24
_SAFE = "safeParse"
_PARSES = frozenset({"parse", _SAFE})


class Supposed(Struct):
    """An environment without `missing`; NODE_ENV is `production` where that is said, else unknown."""

    tree: Tree
    taken: dict[str, str]
    """What the file takes out of `process.env` by a pattern: the variables by their local names."""
    constants: dict[str, Node]
    """What the file declares, and the function that is being followed."""
    work: list[int]
    """How many steps are left, for all that are made of this one."""
    missing: frozenset[str] = frozenset()
    production: bool = False
    bound: dict[str, str] = {}
    """The parameters that are given a literal."""

    def but(self, missing: frozenset[str], *, production: bool) -> Supposed:
        """The same with another environment."""
        return replace(self, missing=missing, production=production)

    def bind(self, name: str, value: str, constants: dict[str, Node] | None = None) -> Supposed:
        """The same where a name stands for a literal, and other names for what a function declares."""
        bound = {**self.bound, name: value} if name else self.bound
        return replace(self, bound=bound, constants={**self.constants, **(constants or {})})

    def spent(self) -> bool:
        """Whether this was one step too many."""
        self.work[0] -= 1
        return self.work[0] < 0

    def value(self, node: Node, depth: int = 0) -> object:
        """What an expression gives: a value of Python's, a `Mark`, a `Count` or what a schema has parsed."""
        node = bare(node)
        if depth > _DEEPEST or self.spent():
            return Mark.UNKNOWN
        name = self.variable(node)
        if name is not None:
            return self._of(name)
        match node.type:
            case "identifier" | "undefined":
                return self._named(node, depth)
            case "true" | "false":
                return node.type == "true"
            case "null":
                return None
            case "number":
                text = self.tree.source(node)
                return int(text) if text.isdigit() else Mark.UNKNOWN
            case "string" | "template_string":
                literal = self.tree.literal(node)
                return Mark.UNKNOWN if literal is None else literal
            case "array":
                return [self.value(each, depth + 1) for each in children(node)]
            case "unary_expression":
                return self._unary(node, depth)
            case "binary_expression":
                return self._binary(node, depth)
            case "member_expression":
                return self._member(node, depth)
            case "call_expression":
                return self._call(node, depth)
            case _:
                return Mark.UNKNOWN

    def truth(self, node: Node) -> bool | None:
        """Whether an expression counts as true; None where that is not known."""
        return _truth(self.value(node))

    def variable(self, node: Node) -> str | None:
        """The variable of the environment that an expression reads, None where it reads none."""
        node = bare(node)
        if node.type == "identifier":
            local = self.tree.source(node)
            return self.taken.get(local) if local not in self.bound else None
        inner = node.child_by_field_name("object")
        if inner is None or not is_environment(self.tree, inner):
            return None
        if node.type == "member_expression":
            part = node.child_by_field_name("property")
            return self.tree.source(part) if part is not None else None
        index = node.child_by_field_name("index")
        key = self.value(index, _DEEPEST - 2) if index is not None else None
        return key if isinstance(key, str) else None

    def field(self, node: Node) -> str | None:
        """The variable that an expression reads from what a schema has parsed, None where it reads none."""
        if node.type != "member_expression":
            return None
        inner, part = node.child_by_field_name("object"), node.child_by_field_name("property")
        known = inner is not None and isinstance(self.value(inner), Parsed)
        return self.tree.source(part) if known and part is not None else None

    def _of(self, name: str) -> object:
        if name in self.missing:
            return Mark.UNDEFINED
        return "production" if name == "NODE_ENV" and self.production else Mark.UNKNOWN

    def _named(self, node: Node, depth: int) -> object:
        local = self.tree.source(node)
        if local == "undefined":
            return Mark.UNDEFINED
        if local in self.bound:
            return self.bound[local]
        known = self.constants.get(local)
        return self.value(known, depth + 1) if known is not None else Mark.UNKNOWN

    def _unary(self, node: Node, depth: int) -> object:
        inner = node.child_by_field_name("argument")
        if inner is None or not self.tree.source(node).startswith("!"):
            return Mark.UNKNOWN
        truth = _truth(self.value(inner, depth + 1))
        return Mark.UNKNOWN if truth is None else not truth

    def _binary(self, node: Node, depth: int) -> object:
        operator, left, right = (
            node.child_by_field_name(name) for name in ("operator", "left", "right")
        )
        if operator is None or left is None or right is None:
            return Mark.UNKNOWN
        first, second = self.value(left, depth + 1), self.value(right, depth + 1)
        truth = _truth(first)
        match operator.type:
            case "&&" if truth is None:
                return False if _truth(second) is False else Mark.UNKNOWN
            case "||" if truth is None:
                return True if _truth(second) else Mark.UNKNOWN
            case "&&":
                return second if truth else first
            case "||":
                return first if truth else second
            case "??":
                if first in (None, Mark.UNDEFINED):
                    return second
                return Mark.UNKNOWN if first is Mark.UNKNOWN else first
            case other:
                return _compared(other, first, second)

    def _member(self, node: Node, depth: int) -> object:
        inner, part = node.child_by_field_name("object"), node.child_by_field_name("property")
        if inner is None or part is None:
            return Mark.UNKNOWN
        of, name = self.value(inner, depth + 1), self.tree.source(part)
        if isinstance(of, Parsed):
            return self._field(of, name)
        if isinstance(of, dict):
            return of.get(name, Mark.UNKNOWN)
        if name == "length" and isinstance(of, str):
            return len(of)
        if name == "length" and isinstance(of, list):
            return Count(sum(one is not Mark.UNKNOWN for one in of), len(of))
        return Mark.UNKNOWN

    def _field(self, parsed: Parsed, name: str) -> object:
        field = parsed.fields.get(name)
        given = self._of(name)
        if field is None or given is not Mark.UNDEFINED:
            return Mark.UNKNOWN if field is None else given
        if field.default is not None:
            return self.value(field.default, _DEEPEST - 2)
        return Mark.UNDEFINED if field.optional else Mark.UNKNOWN

    def _call(self, node: Node, depth: int) -> object:
        function, given = node.child_by_field_name("function"), arguments(node)
        if function is None:
            return Mark.UNKNOWN
        if self.tree.source(function) == "Boolean" and given:
            truth = _truth(self.value(given[0], depth + 1))
            return Mark.UNKNOWN if truth is None else truth
        inner, part = (function.child_by_field_name(name) for name in ("object", "property"))
        fields = schema_of(self.tree, node)
        if fields is not None:
            return self._result(fields, self.tree.source(part) if part is not None else "")
        if inner is None or part is None:
            return Mark.UNKNOWN
        return self._method(self.value(inner, depth + 1), self.tree.source(part), given, depth)

    def _result(self, fields: dict[str, Field], called: str) -> object:
        if called != _SAFE:
            return Parsed(fields)
        fails = any(name in self.missing and field.required for name, field in fields.items())
        return {
            "success": False if fails else Mark.UNKNOWN,
            "error": {} if fails else Mark.UNKNOWN,
            "data": Parsed(fields),
        }

    def _method(self, of: object, name: str, given: list[Node], depth: int) -> object:
        if isinstance(of, str) and name == "trim":
            return of.strip()
        if isinstance(of, str) and name == "split" and given:
            by = self.value(given[0], depth + 1)
            return list(of.split(by)) if isinstance(by, str) and by else Mark.UNKNOWN
        if not isinstance(of, list) or not given:
            return Mark.UNKNOWN
        results = [self._applied(given[0], one, depth) for one in of]
        truths = [_truth(one) for one in results]
        match name:
            case "map":
                return results
            case "filter":
                kept = zip(of, truths, strict=True)
                return [Mark.UNKNOWN if t is None else one for one, t in kept if t is not False]
            case "some":
                return True if True in truths else (Mark.UNKNOWN if None in truths else False)
            case "every":
                return False if False in truths else (Mark.UNKNOWN if None in truths else True)
            case _:
                return Mark.UNKNOWN

    def _applied(self, function: Node, one: object, depth: int) -> object:
        """What a function of one parameter and one expression makes of a value."""
        if self.tree.source(function) == "Boolean":
            truth = _truth(one)
            return Mark.UNKNOWN if truth is None else truth
        body, name = function.child_by_field_name("body"), parameter(self.tree, function, 0)
        if (
            function.type != "arrow_function"
            or body is None
            or not name
            or not isinstance(one, str)
        ):
            return Mark.UNKNOWN
        inner = self.bind(name, one)
        return inner.value(body, depth + 1)


def is_environment(tree: Tree, node: Node) -> bool:
    """Whether an expression is `process.env` itself."""
    return tree.dotted(tree.resolve(node)) in ("process.env", "Bun.env")


def parameter(tree: Tree, function: Node, nth: int) -> str:
    """The name of a function's parameter, '' where it has none of its own."""
    single = function.child_by_field_name("parameter")
    given = function.child_by_field_name("parameters")
    named = [single] if single is not None else children(given) if given is not None else []
    if nth >= len(named):
        return ""
    one = named[nth].child_by_field_name("pattern") or named[nth]
    return tree.source(one) if one.type == "identifier" else ""


def names_in(supposed: Supposed, node: Node) -> set[str]:
    """The variables of the environment that an expression may depend on, through constants and lists too."""
    return set(_names(supposed, node, set()))


def _names(supposed: Supposed, node: Node, seen: set[int]) -> Iterator[str]:
    tree = supposed.tree
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.id in seen or supposed.spent():
            continue
        seen.add(one.id)
        name = supposed.variable(one) or supposed.field(one)
        if name is not None:
            yield name
            continue
        if one.type == "array":
            texts = [tree.literal(each) for each in children(one)]
            yield from (text for text in texts if text is not None and _NAME.fullmatch(text))
        if one.type == "call_expression":
            yield from schema_of(tree, one) or ()
        if one.type == "identifier":
            known = supposed.constants.get(tree.source(one))
            waiting += [known] if known is not None and known.type not in FUNCTIONS else []
        waiting += one.named_children


_NAME = regex(r"[A-Z][A-Z0-9_]*")


def _truth(value: object) -> bool | None:
    match value:
        case Mark.UNKNOWN:
            return None
        case Mark.UNDEFINED | None:
            return False
        case Count():
            return True if value.low else (False if not value.high else None)
        case bool() | str() | int():
            return bool(value)
        case _:
            return True


def _compared(operator: str, first: object, second: object) -> object:
    if isinstance(first, Count) and second in (0, 1) and operator in (">", ">=", "!==", "!="):
        return _truth(first) if (operator == ">=") == (second == 1) else Mark.UNKNOWN
    if isinstance(first, Count) and second == 0 and operator in ("===", "=="):
        truth = _truth(first)
        return Mark.UNKNOWN if truth is None else not truth
    if Mark.UNKNOWN in (first, second) or isinstance(first, Count | dict | list | Parsed):
        return Mark.UNKNOWN
    loose = operator in ("==", "!=")
    same = first == second and type(first) is type(second)
    if loose and first in (None, Mark.UNDEFINED) and second in (None, Mark.UNDEFINED):
        same = True
    match operator:
        case "===" | "==":
            return same
        case "!==" | "!=":
            return not same
        case _:
            return Mark.UNKNOWN
