"""Import the modules of this package from one file of bytecode, where the wheel has one that fits.

A run imports two hundred of them. Each from a file of its own takes four calls of the system and as
much of the importer's work as its code takes.
"""

from __future__ import annotations

import os
import sys
from importlib._bootstrap_external import MAGIC_NUMBER
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, cast

from .shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader


def install(folder: str) -> None:
    """Have the package in `folder` imported from its file of bytecode, for the rest of the process."""
    sys.meta_path.insert(0, _Importer(folder))


def name() -> str:
    """The name of the file of bytecode that this Python can use."""
    return f"modules.{sys.implementation.cache_tag}-{MAGIC_NUMBER.hex()}"


def modules(folder: str) -> Shelf:
    """Of each module of the package whether it is a package, and its code, by its name."""
    return Shelf(os.path.join(folder, name()))


class _Importer:
    """Finds and loads what the file holds; all else is left to those who come after it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._modules = modules(folder)
        self._found: dict[str, CodeType] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is, None where the file does not hold it."""
        del path, target
        known = self._modules.get(fullname)
        if known is None:
            return None
        is_package, self._found[fullname] = known
        place = os.path.join(self._folder, *fullname.split(".")[1:])
        file = f"{place}/__init__.py" if is_package else f"{place}.py"
        loader = cast("Loader", self)
        spec = ModuleSpec(fullname, loader, origin=file, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [place]
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """Python's own kind of module will do."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        exec(self._found.pop(module.__name__), vars(module))  # noqa: S102 - as every import does

    def get_source(self, fullname: str) -> str:
        """The module's text: a traceback shows lines of it."""
        spec = sys.modules[fullname].__spec__
        with open(str(spec and spec.origin), encoding="utf-8") as file:
            return file.read()
