"""Regular expressions that are ready when they are first used: one run uses few of them.

Compiling those that a run needs takes a tenth of it. The wheel therefore holds what the compiler of
`re` gave where the wheel was built; another Python than that one compiles them itself.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, AnyStr, cast

from .shelf import Shelf

_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


_compile = re.compile  # whatever `uncompiled` puts in its place


def regex(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, for a pattern at the top of a module: there it would cost each start."""
    return cast("re.Pattern[AnyStr]", _Uncompiled(source, flags))


@contextmanager
def uncompiled() -> Iterator[None]:
    """Inside, `re.compile` gives what `regex` does: for importing a library with patterns of its own."""
    compiling = re.compile
    vars(re)["compile"] = regex
    try:
        yield
    finally:
        vars(re)["compile"] = compiling


class _Uncompiled:
    """Stands for a pattern; its methods become the pattern's own when the first of them is asked for."""

    __slots__ = ("_flags", "pattern", *_METHODS)

    def __init__(self, source: str | bytes, flags: int) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = compiled(self.pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(found, method))
        return getattr(found, name)


def compiled(source: str | bytes, flags: int) -> re.Pattern[Any]:
    """What `re.compile` gives, from what the wheel has prepared where it has."""
    known = prepared().get((source, flags))
    if known is None:
        return _compile(source, flags)
    import _sre  # type: ignore[import-not-found]

    all_flags, code, groups, numbers, names = known
    words = memoryview(code).cast("I").tolist()
    found: re.Pattern[Any] = _sre.compile(source, all_flags, words, groups, numbers, names)
    return found


def prepared_name() -> str:
    """The name of the file of prepared patterns that this Python can use."""
    import _sre

    return f"patterns.{sys.implementation.cache_tag}-{_sre.MAGIC}-{sys.byteorder}"


@cache
def prepared(folder: str = os.path.dirname(__file__)) -> Shelf:
    """What `re` makes of the patterns of this package, by pattern and flags.

    Nothing in a checkout, and where another Python built the wheel.
    """
    return Shelf(os.path.join(folder, prepared_name()))
