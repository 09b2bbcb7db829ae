"""pm2 ecosystem files in JavaScript: what `module.exports` holds, as far as it is written out."""

from __future__ import annotations

from posixpath import join as join_path
from posixpath import normpath

from msgspec.structs import replace
from tree_sitter import Node

from ..source.text import Text
from .facts import Entry
from .pm2 import App
from .typescript.exports import default
from .typescript.options import options
from .typescript.tree import Tree, arguments, children, fields, grow, key_of


def read(text: Text) -> list[App]:
    """The apps of the object that the file exports; those that are computed are left out."""
    tree = grow(text, text.content.encode(errors="surrogatepass"))
    exported = default(tree)
    if exported is None:
        return []
    listed: Node | None = tree.resolve(exported)
    if listed is not None and listed.type == "object":
        listed = fields(tree, listed).get("apps")
    if listed is None:
        return []
    listed = tree.resolve(listed)
    given = children(listed) if listed.type == "array" else [listed]
    apps = [tree.resolve(node) for node in given]
    return [_app(tree, node) for node in apps if node.type == "object"]


_PATHS = ("cwd", "script")
_WRITTEN = ("string", "template_string", "array", "null", "undefined")


def _app(tree: Tree, node: Node) -> App:
    entries, _ = options(tree, node, nested=True)
    values = fields(tree, node)
    given = [tree.resolve(value) for name, value in values.items() if name.startswith("env")]
    spread = any(_spreads(tree, part, 0) for part in [node, *given])
    span = tree.text.byte_span(node.start_byte, node.end_byte)
    covered = {
        f"{name}.{inner}"
        for name, value in values.items()
        if name.startswith("env")
        for inner in _covered(tree, tree.resolve(value), 0)
    }
    read = [_entry(tree, entry, values) for entry in entries]
    return App(span, tuple(_default(e) if e.name in covered else e for e in read), spread)


def _covered(tree: Tree, node: Node, depth: int) -> set[str]:
    """The names of an object that a spread behind them, of what is not written here, may set anew."""
    seen: set[str] = set()
    covered: set[str] = set()
    for child in children(node) if node.type == "object" else ():
        key = child.child_by_field_name("key")
        if child.type == "spread_element":
            inner = tree.resolve(child.named_children[0])
            if _spreads(tree, inner, depth + 1):
                covered |= seen
            if inner.type == "object" and depth <= 4:
                covered -= fields(tree, inner).keys()
                covered |= _covered(tree, inner, depth + 1)
                seen |= fields(tree, inner).keys()
        elif key is not None:
            name = key_of(tree, key)
            covered.discard(name)
            seen.add(name)
    return covered


def _default(entry: Entry) -> Entry:
    """The entry with a value that holds only where nothing else is given."""
    value = entry.value
    if value is None:
        return entry
    return replace(entry, value=replace(value, literal=None, default=value.literal))


def _spreads(tree: Tree, node: Node, depth: int) -> bool:
    """Whether an object takes in what is not written in this file."""
    if node.type != "object" or depth > 4:
        return node.type not in _WRITTEN
    spread = [child for child in children(node) if child.type == "spread_element"]
    return any(
        _spreads(tree, tree.resolve(inner), depth + 1)
        for child in spread
        for inner in child.named_children[:1]
    )


def _entry(tree: Tree, entry: Entry, values: dict[str, Node]) -> Entry:
    """The entry with what pm2 makes of lists of words and of paths beside the file."""
    node = values.get(entry.name)
    if node is None or entry.value is None or entry.value.literal is not None:
        return entry
    literal = _path(tree, node, 0) if entry.name in _PATHS else _words(tree, node)
    return replace(entry, value=replace(entry.value, literal=literal))


def _words(tree: Tree, node: Node) -> str | None:
    node = tree.resolve(node)
    if node.type != "array":
        return None
    words = [tree.literal(child) for child in children(node)]
    known = [word for word in words if word is not None]
    return " ".join(known) if len(known) == len(words) else None


def _path(tree: Tree, node: Node, depth: int) -> str | None:
    """A path that is made of `__dirname`, `process.cwd()` and literals, relative to the file."""
    node = tree.resolve(node)
    if tree.source(node) in {"__dirname", "process.cwd()", "import.meta.dirname"}:
        return "."
    if node.type != "call_expression" or depth > 4:
        return tree.literal(node)
    function = node.child_by_field_name("function")
    name = tree.dotted(function) if function is not None else ""
    if name.rpartition(".")[2] not in {"join", "resolve"}:
        return None
    parts = [_path(tree, argument, depth + 1) for argument in arguments(node)]
    known = [part for part in parts if part is not None]
    return normpath(join_path(*known)) if known and len(known) == len(parts) else None
