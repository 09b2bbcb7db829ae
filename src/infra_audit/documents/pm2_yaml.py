"""pm2 ecosystem files in YAML."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Problem
from ..source.text import Text
from . import yaml
from .facts import Entry, Value
from .pm2 import App

_DEEPEST = 8


def read(text: Text) -> tuple[list[App], tuple[Problem, ...]]:
    """The apps of `apps:`, of a list, or the one that the whole file is."""
    documents, problems = yaml.nodes(text)
    apps: list[App] = []
    for document in documents:
        whole = yaml.get(document, "apps") or document
        apps += [
            App(yaml.span(text, item), tuple(_entries(text, item, "")))
            for item in yaml.items(whole)
            if isinstance(item, yaml.Mapping) and {"name", "script"} & set(yaml.fields(item))
        ]
    return apps, problems


def _entries(text: Text, node: yaml.Node, prefix: str) -> Iterator[Entry]:
    for key, value in yaml.pairs(node):
        raw = text.content[value.start : value.end]
        entry = Value(_literal(value), raw, yaml.span(text, value))
        yield Entry(prefix + key.value, entry, yaml.span(text, key))
        if isinstance(value, yaml.Mapping) and prefix.count(".") < _DEEPEST:
            yield from _entries(text, value, f"{prefix}{key.value}.")


def _literal(node: yaml.Node) -> str | None:
    """The value of a scalar, the words of a list of scalars."""
    if isinstance(node, yaml.Scalar):
        return yaml.string(node)
    words = yaml.strings(node)
    return " ".join(words) if words and len(words) == len(yaml.items(node)) else None
