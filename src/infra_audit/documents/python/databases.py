"""The databases that a Python file opens, or that the settings in it name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal as Choice

from msgspec.structs import replace
from tree_sitter import Node

from ...source.regex import regex
from ..facts import Database, Expression
from .expressions import Reader
from .tree import Call, Found, Tree, arguments, bare, children, keywords

_ENGINES = frozenset({"create_async_engine", "create_engine"})
_WRAPPERS = frozenset({"Database"})
_IMPORTED = regex(rb"from databases import|import databases\b")
"""The package `databases`, whose class is called as many another."""
_FILES = frozenset(
    {"SqliteDatabase", "aiosqlite.connect", "peewee.SqliteDatabase", "sqlite3.connect"}
)
"""What takes the path of a file of SQLite: peewee, aiosqlite, Python's own module."""
_FIRST = ("url", "database")
_SETTING = "SQLALCHEMY_DATABASE_URI"
_FILLS = frozenset({"config.from_mapping", "config.update"})
_DJANGO = "DATABASES"
_BACKEND = regex(
    r"\.(?:(?P<sqlite>sqlite3|spatialite)|(?P<postgresql>postgresql(?:_psycopg2)?|postgis)|(?P<mysql>mysql))$"
)
_WRITES = regex(rb"CREATE TABLE|INSERT (?:OR \w+ )?INTO|REPLACE INTO", re.IGNORECASE)
"""What a file does that keeps something."""
_OTHERS = regex(rb"psycopg|asyncpg|postgres|pymysql|mysqlclient|mysql\.connector|pymongo|motor\.")
"""What a file names that may keep the same things in a database of another engine."""
_MOST = 100


def databases(reader: Reader) -> tuple[Database, ...]:
    """What a file opens and names, in order."""
    found = dict.fromkeys((*_opened(reader), *_settings(reader), *_django(reader)))
    return tuple(sorted(found, key=lambda one: one.span)[:_MOST])


def _opened(reader: Reader) -> Iterator[Database]:
    tree = reader.tree
    keeps = _WRITES.search(tree.data) is not None and b":memory:" not in tree.data
    engines = _ENGINES | (_WRAPPERS if _IMPORTED.search(tree.data) else frozenset())
    for call in tree.calls:
        if call.last not in engines and not (keeps and _opens_file(tree, call)):
            continue
        given, named = arguments(call.node), keywords(tree, call.node)
        first = next((named[name] for name in _FIRST if name in named), None)
        first = given[0] if given else first
        if first is None:
            continue
        told = reader.value(first)
        at = Found(call.node, call.scope, call.branch)
        if call.last in engines:
            if _is_known(told):
                yield _database(reader, "opened", told, first, at)
        elif not (told.literal or "").startswith("file:"):
            path = _of_path(told) if _is_known(told) else Expression()
            alone = _OTHERS.search(tree.data) is None
            found = _database(reader, "opened", path, first, at)
            yield replace(found, engine="sqlite", sure=alone and found.sure)


def _opens_file(tree: Tree, call: Call) -> bool:
    return call.name in _FILES or (call.last == "SqliteDatabase" and b"peewee" in tree.data)


def _is_known(told: Expression) -> bool:
    known = told.literal is not None or bool(told.variable or told.name)
    return known and not told.name.startswith(("self.", "cls."))


def _of_path(told: Expression) -> Expression:
    """The URL of a file."""
    if told.name:
        return replace(told, before="sqlite:///")
    literal = f"sqlite:///{told.literal}" if told.literal is not None else None
    before = f"sqlite:///{told.before}" if told.variable else ""
    return replace(told, literal=literal, before=before)


def _database(
    reader: Reader,
    how: Choice["opened", "setting", "django"],
    told: Expression,
    node: Node,
    at: Found,
) -> Database:
    span = reader.tree.text.byte_span(node.start_byte, node.end_byte)
    return Database(how, told, span, scope=at.scope, sure=at.branch == "")


# ── Flask ────────────────────────────────────────────────────────────────────────────────────────


def _settings(reader: Reader) -> Iterator[Database]:
    """`SQLALCHEMY_DATABASE_URI`, as a name, in a class, or in `app.config`."""
    tree = reader.tree
    if _SETTING.encode() not in tree.data:
        return
    for at in tree.nodes["assignment"]:
        left, right = at.node.child_by_field_name("left"), at.node.child_by_field_name("right")
        if left is None or right is None or not _is_setting(tree, left):
            continue
        told = reader.value(right)
        if _is_known(told):
            yield _database(reader, "setting", told, right, at)
    for call in tree.calls:
        value = (
            keywords(tree, call.node).get(_SETTING) if call.name.endswith(tuple(_FILLS)) else None
        )
        told = reader.value(value) if value is not None else Expression()
        if value is not None and _is_known(told):
            yield _database(
                reader, "setting", told, value, Found(call.node, call.scope, call.branch)
            )


def _is_setting(tree: Tree, left: Node) -> bool:
    if left.type == "identifier":
        return tree.source(left) == _SETTING
    key = left.child_by_field_name("subscript")
    return left.type == "subscript" and key is not None and tree.literal(key) == _SETTING


# ── Django ───────────────────────────────────────────────────────────────────────────────────────


def _django(reader: Reader) -> Iterator[Database]:
    """The default database; unsure where more than one statement names it, or what is imported later may."""
    tree = reader.tree
    if _DJANGO.encode() not in tree.data:
        return
    every = [at for at in tree.nodes["assignment"] if not at.scope and _names_django(tree, at.node)]
    every += [at for at in tree.nodes["addition"] if not at.scope and _names_django(tree, at.node)]
    later = [at.node.start_byte for at in tree.nodes["import"] if _is_wild(at.node)]
    for at in every:
        left, right = at.node.child_by_field_name("left"), at.node.child_by_field_name("right")
        if left is None or right is None:
            continue
        outer = tree.source(left) == _DJANGO
        whole = tree.resolve(right)
        inner = _item(tree, whole, "default") if outer else whole
        key = left.child_by_field_name("subscript")
        if inner is None or not (outer or (key is not None and tree.literal(key) == "default")):
            continue
        sure = (
            len(every) == 1 and at.branch == "" and not any(n > at.node.start_byte for n in later)
        )
        found = _of_django(reader, tree.resolve(inner), at)
        if found is not None:
            yield replace(found, sure=sure)


def _names_django(tree: Tree, node: Node) -> bool:
    left = node.child_by_field_name("left")
    return left is not None and (
        tree.source(left) == _DJANGO or tree.source(left).startswith(f"{_DJANGO}[")
    )


def _is_wild(node: Node) -> bool:
    return any(child.type == "wildcard_import" for child in node.named_children)


def _item(tree: Tree, node: Node, name: str) -> Node | None:
    """What a dictionary holds under a key."""
    for pair in children(node) if node.type == "dictionary" else ():
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None and tree.literal(key) == name:
            return value
    return None


def _of_django(reader: Reader, node: Node, at: Found) -> Database | None:
    tree = reader.tree
    if node.type != "dictionary":
        told = reader.value(node)
        return _database(reader, "django", told, node, at) if _is_known(told) else None
    spread = any(child.type == "dictionary_splat" for child in children(node))
    engine, name = _item(tree, node, "ENGINE"), _item(tree, node, "NAME")
    literal = tree.literal(engine) if engine is not None else None
    backend = _BACKEND.search(literal) if literal else None
    if engine is None or backend is None or spread:
        return None
    kind = next(name for name, found in backend.groupdict().items() if found)
    span = tree.text.byte_span(engine.start_byte, engine.end_byte)
    if kind != "sqlite":
        return Database("django", Expression(), span, kind)
    path = reader.value(bare(name)) if name is not None else Expression()
    return Database("django", _of_path(path) if _is_known(path) else Expression(), span, kind)
