"""Variables of the environment that a Python file reads, gives values to, and is not loaded without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from msgspec import Struct
from tree_sitter import Node

from ...source.regex import regex
from ..facts import Demand, EnvironmentUse, Expression, Value
from .expressions import GETTERS, Reader
from .schemas import TRIAL, Schema, is_made, schemas
from .tree import Call, Tree, arguments, bare, children, keywords

_READ = regex(rb"environ\[\s*(?:['\"])(?P<name>\w+)['\"]\s*\](?P<set>\s*=(?!=))?")
_SET = regex(rb"environ\.(?:setdefault\(\s*['\"](?P<name>\w+)['\"]|update\()|\bputenv\(")
_LOADERS = frozenset({"RepositoryEnv", "dotenv_values", "load_dotenv", "read_env"})
"""What reads variables from a file: python-dotenv, decouple, django-environ."""
_WORDS = regex(r"[A-Za-z_]\w*")
_ASSERTED = regex(r"^[ \t]*assert\b([^\n]*)", re.MULTILINE)
_EXITS = frozenset({"exit", "quit", "sys.exit", "os._exit", "os.abort"})
_BLOCKS = frozenset({"function_definition", "lambda", "module"})
_OPEN = frozenset({
    "case_clause", "conditional_expression", "elif_clause", "else_clause", "except_clause", "for_statement", "function_definition",
    "generator_expression", "lambda", "list_comprehension", "dictionary_comprehension", "try_statement", "while_statement",
    "with_statement",
})  # fmt: skip
"""What a file may be loaded without coming to, or without ending where it fails there."""
_MOST = 400
_HIGHEST = 60
_FARTHEST = 400
_ASKS = ("if ", "if(", "elif ", "while ")


class Read(Struct, frozen=True):
    """What a file reads from the environment, and what of it ends the program."""

    uses: tuple[EnvironmentUse, ...]
    demands: tuple[Demand, ...]
    assigned: tuple[str, ...]


def read(reader: Reader) -> Read:
    """The variables that a file reads, gives values to, and is not loaded without."""
    tree = reader.tree
    refused = _refused(tree)
    found = [*_calls(reader), *_subscripts(reader)]
    known = schemas(reader)
    uses = [_use(tree, node, told, refused) for node, told in found]
    for schema in known:
        uses += schema.uses(refused)
    demands = () if tree.root.has_error else tuple(_demands(reader, found, known))
    return Read(
        tuple(sorted(uses, key=lambda use: use.span)[:_MOST]),
        tuple(dict.fromkeys(demands)),
        _assigned(reader, known),
    )


def _calls(reader: Reader) -> Iterator[tuple[Node, Expression]]:
    for call in reader.tree.calls:
        base = call.name.partition(".")[0]
        if TRIAL.search(call.scope) is not None:
            continue
        if call.name in GETTERS or call.name in reader.configs or base in reader.envs:
            told = reader.value(call.node)
            if told.variable and not told.before and not told.after:
                yield call.node, told


def _subscripts(reader: Reader) -> Iterator[tuple[Node, Expression]]:
    tree = reader.tree
    for at in _READ.finditer(tree.data):
        if at["set"]:
            continue
        node = tree.root.descendant_for_byte_range(at.start(), at.end() - 1)
        if node is not None and node.type == "subscript" and not _is_deleted(node):
            yield node, Expression(variable=at["name"].decode(), required=True)


def _is_deleted(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "delete_statement"


def _use(tree: Tree, node: Node, told: Expression, refused: frozenset[str]) -> EnvironmentUse:
    outer = node.parent
    fallback = _fallback(tree, node) if told.fallback else None
    if fallback is None and outer is not None and outer.type == "boolean_operator":
        left, right = outer.child_by_field_name("left"), outer.child_by_field_name("right")
        operator = outer.child_by_field_name("operator")
        if left == node and right is not None and operator is not None and operator.type == "or":
            fallback = tree.value(right)
    names = {told.variable.lower(), _given_to(tree, node).lower()}
    return EnvironmentUse(
        name=told.variable,
        required=told.required or not refused.isdisjoint(names),
        fallback=fallback,
        span=tree.text.byte_span(node.start_byte, node.end_byte),
    )


def _fallback(tree: Tree, node: Node) -> Value | None:
    """The second argument of a call, or its `default`."""
    given = node.child_by_field_name("arguments")
    inside = children(given) if given is not None else []
    named = [one for one in inside if one.type == "keyword_argument"]
    for one in named:
        name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
        if name is not None and value is not None and tree.source(name) == "default":
            return tree.value(value)
    plain = [one for one in inside if one.type != "keyword_argument"]
    return tree.value(plain[1]) if len(plain) > 1 else None


def _given_to(tree: Tree, node: Node) -> str:
    """The name, or the attribute of a class, that is given what an expression reads; '' for none."""
    at: Node | None = node
    for _ in range(6):
        at = at.parent if at is not None else None
        if at is None or at.type in _BLOCKS:
            return ""
        if at.type == "assignment":
            left = at.child_by_field_name("left")
            return tree.source(left).rpartition(".")[2] if left is not None else ""
    return ""


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


def _refused(tree: Tree) -> frozenset[str]:
    """Every word, in lower case, of a condition under which something is raised or the program ended.

    What stands around a line is told from its indentation: a walk up the tree from each node takes too long.
    """
    lines = tree.text.content.split("\n")
    ends = {at.node.start_point[0] for at in tree.nodes["raise"]}
    ends |= {call.node.start_point[0] for call in tree.calls if call.name in _EXITS}
    found = {word for line in ends for word in _words(lines[line])}
    outer = {line for end in ends for line in _around(lines, end)}
    found |= {word for line in outer for word in _words(lines[line])}
    for line in _ASSERTED.findall(tree.text.content):
        found.update(_words(line))
    return frozenset(found)


def _words(text: str) -> Iterator[str]:
    return (word.lower() for word in _WORDS.findall(text))


def _around(lines: list[str], end: int) -> Iterator[int]:
    """The lines of the conditions around a line, and of the decorators of its function."""
    depth = _depth(lines[end])
    inside, closing = False, -1
    for at in range(end - 1, max(-1, end - _FARTHEST), -1):
        line = lines[at].strip()
        own = _depth(lines[at])
        if inside:
            if not line.startswith("@"):
                return
            yield at
        elif line and (own < depth or own == closing):
            if line.startswith(_ASKS):
                yield at
            closing = own if line.startswith((")", "]")) else -1
            inside = line.startswith(("def ", "async def "))
            depth = own
        elif closing >= 0:
            yield at


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


# ── what a file is not loaded without ────────────────────────────────────────────────────────────


def _demands(
    reader: Reader, found: list[tuple[Node, Expression]], known: tuple[Schema, ...]
) -> Iterator[Demand]:
    tree = reader.tree
    for node, told in found:
        if told.required and not told.fallback and _at_once(node):
            yield Demand((told.variable,), tree.text.byte_span(node.start_byte, node.end_byte))
    for schema in known:
        if is_made(reader, schema):
            yield from (Demand(names, span) for names, span in schema.required())
    for statement in children(tree.root):
        condition = statement.child_by_field_name("condition")
        body = statement.child_by_field_name("consequence")
        if statement.type != "if_statement" or condition is None or body is None:
            continue
        if _ends(tree, body):
            span = tree.text.byte_span(condition.start_byte, condition.end_byte)
            yield from (Demand(names, span) for names in _missing(reader, condition))


def _at_once(node: Node) -> bool:
    """Whether a file is surely not loaded without coming to an expression, and ends where that fails."""
    inner, at = node, node.parent
    for _ in range(_HIGHEST):
        if at is None:
            return True
        if at.type == "boolean_operator" and at.child_by_field_name("left") != inner:
            return False
        if at.type == "if_statement" and at.child_by_field_name("condition") != inner:
            return False
        if at.type in _OPEN:
            return False
        inner, at = at, at.parent
    return False


def _ends(tree: Tree, body: Node) -> bool:
    """Whether a block surely raises or ends the program with a failure."""
    for statement in children(body):
        if statement.type == "raise_statement":
            return True
        call = children(statement)[0] if statement.type == "expression_statement" else None
        function = call.child_by_field_name("function") if call is not None else None
        if call is not None and function is not None and tree.dotted(function) in _EXITS:
            given = call.child_by_field_name("arguments")
            inside = children(given) if given is not None else []
            return bool(inside) and tree.source(inside[0]) not in ("0", "None")
        if statement.type not in ("expression_statement", "import_statement"):
            return False
    return False


def _missing(reader: Reader, condition: Node) -> Iterator[tuple[str, ...]]:
    """The variables of which one must be set lest a condition holds."""
    node = bare(condition)
    if node.type == "boolean_operator":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return
        first, second = list(_missing(reader, left)), list(_missing(reader, right))
        if operator.type == "or":
            yield from (*first, *second)
        elif len(first) == 1 and len(second) == 1:
            yield tuple(sorted({*first[0], *second[0]}))
        return
    name = _asked(reader, node)
    if name:
        yield (name,)


def _asked(reader: Reader, node: Node) -> str:
    """The variable that is not set where a condition holds: `not X`, `X is None`, `"X" not in os.environ`."""
    tree = reader.tree
    if node.type == "not_operator":
        inner = node.child_by_field_name("argument")
        return _plain(reader, inner) if inner is not None else ""
    if node.type != "comparison_operator" or len(children(node)) != 2:
        return ""
    first, second = children(node)
    how = " ".join(tree.source(node)[len(tree.source(first)) : -len(tree.source(second))].split())
    if how == "is" and second.type == "none":
        return _plain(reader, first)
    if how == "not in" and tree.dotted(second) in ("os.environ", "environ"):
        return tree.literal(first) or ""
    return ""


def _plain(reader: Reader, node: Node) -> str:
    told = reader.value(node)
    plain = told.variable and not (told.fallback or told.before or told.after)
    return told.variable if plain else ""


# ── what a file gives ────────────────────────────────────────────────────────────────────────────


def _assigned(reader: Reader, known: tuple[Schema, ...]) -> tuple[str, ...]:
    """The variables that a file gives a value itself; `*` where it may be any."""
    tree = reader.tree
    found: list[str] = []
    if b"environ" in tree.data or b"putenv" in tree.data:
        found += [at["name"].decode() for at in _READ.finditer(tree.data) if at["set"]]
        found += [(at["name"] or b"*").decode() for at in _SET.finditer(tree.data)]
    if any(_is_another(reader, call) for call in tree.calls) or not all(s.plain for s in known):
        found.append("*")
    return tuple(dict.fromkeys(found))


def _is_another(reader: Reader, call: Call) -> bool:
    """Whether a call reads variables from a file that is not called `.env`."""
    if call.last not in _LOADERS:
        return False
    named = keywords(reader.tree, call.node)
    told = [*arguments(call.node), *(named[name] for name in _PATHS if name in named)]
    if not told or reader.tree.dotted(told[0]) == "find_dotenv()":
        return False
    path = reader.value(told[0])
    return path.literal is None or bool(path.variable) or basename(path.literal) != ".env"


_PATHS = ("dotenv_path", "path", "env_file")
