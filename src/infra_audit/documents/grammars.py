"""The grammars of tree-sitter, each loaded when the first file of its language is read."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType


@cache
def grammar(package: str) -> ModuleType:
    """The extension module of a grammar, without the package around it, which costs more to import."""
    found = find_spec(package)
    folders = found.submodule_search_locations if found is not None else None
    spec = PathFinder.find_spec("_binding", folders)
    if spec is None or spec.loader is None:
        return import_module(package)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
