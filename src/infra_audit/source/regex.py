"""Regular expressions that are compiled when they are first used: one run uses few of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, AnyStr, cast

_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


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
        compiled = re.compile(self.pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
