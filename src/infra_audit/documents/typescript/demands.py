"""Variables of the environment without which loading a file ends the program."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace
from tree_sitter import Node

from ...source.text import Text
from ..facts import Demand, Module
from .imports import imports
from .schemas import schema_of
from .supposing import Supposed, is_environment, names_in, parameter
from .tree import FUNCTIONS, Tree, arguments, bare, children, grow, key_of, operands, statements

_ASSERTS = {
    "invariant": (b"invariant",),
    "assert": (b"'assert", b'"assert', b"node:assert"),
    "assert.ok": (b"'assert", b'"assert', b"node:assert"),
}
"""Calls that throw where their first argument is nothing, and what their file imports."""
_THROUGH = frozenset({
    "arguments", "array", "as_expression", "assignment_expression", "await_expression", "call_expression", "expression_statement",
    "lexical_declaration", "member_expression", "new_expression", "non_null_expression", "object", "pair",
    "parenthesized_expression", "satisfies_expression", "variable_declaration", "variable_declarator", "export_statement",
})  # fmt: skip
"""What is worked out whenever the statement around it is."""
_DEEPEST = 3
_MOST_NAMES = 200
_MOST_STEPS = 30_000


def demanded(found: Module, text: Text, data: bytes) -> Module:
    """A module that is read without its tree with what it demands, and the files that it surely loads."""
    tree = grow(text, data)
    loaded = tuple(one for one in imports(tree) if one.loads)
    return replace(found, imports=loaded, demands=demands(tree), broken=tree.root.has_error)


def demands(tree: Tree) -> tuple[Demand, ...]:
    """What a file refuses to be loaded without, in order; nothing of what only some calls or cases do."""
    if tree.root.has_error:
        return ()
    constants = {
        name: value
        for statement in statements(tree)
        for name, value in _declared(tree, statement)
        if name in tree.constants
    }
    supposed = Supposed(tree, _taken(tree), constants, [_MOST_STEPS])
    found = list(_of_all(supposed, statements(tree), 0))
    return tuple(dict.fromkeys(found))


def _taken(tree: Tree) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.nodes["variable"]:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None or name.type != "object_pattern":
            continue
        for part in children(name) if is_environment(tree, value) else ():
            if part.type == "shorthand_property_identifier_pattern":
                found[tree.source(part)] = tree.source(part)
            elif part.type == "pair_pattern":
                key, local = part.child_by_field_name("key"), part.child_by_field_name("value")
                if key is not None and local is not None and local.type == "identifier":
                    found[tree.source(local)] = key_of(tree, key)
    return found


def _of_all(supposed: Supposed, body: list[Node], depth: int) -> Iterator[Demand]:
    for statement in body:
        if supposed.spent() or (depth and _may_leave(supposed.tree, statement)):
            return
        yield from _of(supposed, statement, depth)


def _may_leave(tree: Tree, statement: Node) -> bool:
    """Whether a statement of a function may end it, or starts a server before what follows is asked."""
    return bool(tree.nodes_in("return", statement)) or any(
        call.last == "listen" for call in tree.calls_in(statement)
    )


def _of(supposed: Supposed, statement: Node, depth: int) -> Iterator[Demand]:
    match statement.type:
        case "if_statement":
            yield from _of_if(supposed, statement)
        case "try_statement":
            handler = statement.child_by_field_name("handler")
            body = statement.child_by_field_name("body")
            caught = handler.child_by_field_name("body") if handler is not None else None
            if body is not None and (
                handler is None or (caught is not None and _ends(supposed.tree, caught))
            ):
                yield from _of_all(supposed, children(body), max(depth, 1))  # fmt: skip
        case "for_in_statement":
            yield from _of_loop(supposed, statement, depth)
        case (
            "expression_statement"
            | "lexical_declaration"
            | "variable_declaration"
            | "export_statement"
        ):
            for node in _worked_out(statement):
                yield from _of_expression(supposed, node, depth)
        case _:
            return


def _worked_out(statement: Node) -> Iterator[Node]:
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if node.type in _THROUGH:
            waiting += reversed(node.named_children)


def _of_if(supposed: Supposed, statement: Node) -> Iterator[Demand]:
    condition = statement.child_by_field_name("condition")
    body = statement.child_by_field_name("consequence")
    if condition is not None and body is not None and _ends(supposed.tree, body):
        yield from _of_condition(supposed, condition, negated=False)


def _of_condition(supposed: Supposed, condition: Node, *, negated: bool) -> Iterator[Demand]:
    """What must be given lest a condition is true; negated: false."""
    names = names_in(supposed, condition) - {"NODE_ENV"}
    if not 0 < len(names) <= _MOST_NAMES:
        return
    wanted = not negated
    for production in (False, True):
        base = supposed.but(frozenset(), production=production)
        alone = [
            name for name in sorted(names) if _truth_without(base, condition, {name}) is wanted
        ]
        groups: list[tuple[str, ...]] = [(name,) for name in alone]
        if not groups and _truth_without(base, condition, names) is wanted:
            groups = [_fewest(base, condition, sorted(names), wanted=wanted)]
        span = supposed.tree.text.byte_span(condition.start_byte, condition.end_byte)
        yield from (Demand(group, span, production=production) for group in groups)
        if groups:
            return


def _fewest(base: Supposed, condition: Node, names: list[str], *, wanted: bool) -> tuple[str, ...]:
    """The names of which one must be given: the others make no difference."""
    kept = set(names)
    for name in names:
        if len(kept) > 1 and _truth_without(base, condition, kept - {name}) is wanted:
            kept.discard(name)
    return tuple(sorted(kept))


def _truth_without(base: Supposed, condition: Node, names: set[str]) -> bool | None:
    return base.but(frozenset(names), production=base.production).truth(condition)


def _of_loop(supposed: Supposed, statement: Node, depth: int) -> Iterator[Demand]:
    """`for (const key of ["A", "B"]) { if (!process.env[key]) throw … }`."""
    left, right = statement.child_by_field_name("left"), statement.child_by_field_name("right")
    body = statement.child_by_field_name("body")
    tree = supposed.tree
    items = tree.resolve(right) if right is not None else None
    if left is None or left.type != "identifier" or body is None or items is None:
        return
    for item in children(items) if items.type == "array" else ():
        literal = tree.literal(item)
        if literal is not None:
            yield from _with(supposed, tree.source(left), literal, body, depth)


def _with(supposed: Supposed, name: str, value: str, body: Node, depth: int) -> Iterator[Demand]:
    """The demands of a body in which a name stands for a literal."""
    inner = supposed.bind(name, value)
    inside = children(body) if body.type == "statement_block" else [body]
    yield from _of_all(inner, inside, max(depth, 1))


def _of_expression(supposed: Supposed, node: Node, depth: int) -> Iterator[Demand]:
    tree = supposed.tree
    span = tree.text.byte_span(node.start_byte, node.end_byte)
    if node.type == "binary_expression":
        sides = operands(node, "??", "||")
        if sides is not None and _throws(tree, sides[1]):
            name = supposed.variable(sides[0])
            yield from (Demand((one,), span) for one in (name,) if one is not None)
    if node.type != "call_expression":
        return
    fields = schema_of(tree, node)
    if fields is not None:
        if not _is_safe(tree, node):
            for name, field in fields.items():
                if field.required:
                    yield Demand((name,), span, production=field.live)
        return
    function, given = node.child_by_field_name("function"), arguments(node)
    called = tree.dotted(function) if function is not None else ""
    needed = _ASSERTS.get(called, ())
    if given and needed and any(each in tree.data for each in needed):
        yield from _of_condition(supposed, given[0], negated=True)
    elif depth < _DEEPEST:
        yield from _of_call(supposed, called, given, depth)


def _is_safe(tree: Tree, call: Node) -> bool:
    function = call.child_by_field_name("function")
    part = function.child_by_field_name("property") if function is not None else None
    return part is not None and tree.source(part) == "safeParse"


def _of_call(supposed: Supposed, called: str, given: list[Node], depth: int) -> Iterator[Demand]:
    """What a function of the file demands that is called here, its parameter known where it is a literal."""
    tree = supposed.tree
    name, _, method = called.partition(".")
    items = supposed.constants.get(name)
    if method == "forEach" and items is not None and given:
        yield from _of_each(supposed, bare(items), given[0], depth)
    function = _function(tree, called)
    body = function.child_by_field_name("body") if function is not None else None
    if function is None or body is None or body.type != "statement_block":
        return
    literal = tree.literal(given[0]) if len(given) == 1 else ""
    if len(given) > 1 or literal is None:
        return
    inside = children(body)
    lasting = (one for one in inside if tree.source(one).startswith("const "))
    local = dict(part for one in lasting for part in _declared(tree, one))
    parameter_name = parameter(tree, function, 0) if given else ""
    for demand in _of_all(supposed.bind(parameter_name, literal, local), inside, depth + 1):
        at = tree.text.byte_span(given[0].start_byte, given[0].end_byte) if given else demand.span
        yield replace(demand, span=at)


def _of_each(supposed: Supposed, items: Node, function: Node, depth: int) -> Iterator[Demand]:
    """`["A", "B"].forEach((key) => { … })`."""
    tree = supposed.tree
    key, body = parameter(tree, function, 0), function.child_by_field_name("body")
    for item in children(items) if items.type == "array" and key else ():
        literal = tree.literal(item)
        if literal is not None and body is not None:
            yield from _with(supposed, key, literal, body, depth + 1)


def _declared(tree: Tree, statement: Node) -> Iterator[tuple[str, Node]]:
    """The names that a statement declares, and what as."""
    if statement.type == "export_statement":
        statement = statement.child_by_field_name("declaration") or statement
    if statement.type in ("lexical_declaration", "variable_declaration"):
        for part in children(statement):
            name, value = part.child_by_field_name("name"), part.child_by_field_name("value")
            if name is not None and value is not None and name.type == "identifier":
                yield tree.source(name), value


def _function(tree: Tree, name: str) -> Node | None:
    """The only function of the file that has a name."""
    found = [
        node
        for node in tree.nodes["function"]
        if node.type == "function_declaration" and _named(tree, node) == name
    ]
    known = tree.constants.get(name) if name else None
    if known is not None and bare(known).type in FUNCTIONS:
        found.append(bare(known))
    return found[0] if len(found) == 1 and name else None


def _named(tree: Tree, node: Node) -> str:
    name = node.child_by_field_name("name")
    return tree.source(name) if name is not None else ""


def _ends(tree: Tree, body: Node) -> bool:
    """Whether a block surely throws or ends the process with a failure."""
    inside = children(body) if body.type == "statement_block" else [body]
    for statement in inside:
        if statement.type == "throw_statement":
            return True
        if statement.type == "return_statement" or tree.nodes_in("return", statement):
            return False
        call = children(statement)[0] if children(statement) else None
        if statement.type == "expression_statement" and call is not None:
            function = call.child_by_field_name("function")
            given = arguments(call)
            if function is not None and tree.dotted(function) == "process.exit" and given:
                return tree.literal(given[0]) not in (None, "0")
    return False


def _throws(tree: Tree, node: Node) -> bool:
    """`(() => { throw … })()`, or a call of a function of the file that only throws."""
    node = bare(node)
    function = node.child_by_field_name("function") if node.type == "call_expression" else None
    if function is None:
        return False
    function = bare(function)
    if function.type == "identifier":
        function = _function(tree, tree.source(function)) or function
    body = function.child_by_field_name("body") if function.type in FUNCTIONS else None
    return body is not None and _ends(tree, body)
