"""A file of many values of which a run takes few: each is read when it is asked for."""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterable
from typing import Any

_LENGTH = 8
"""The bytes that say how long the index is."""
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class Shelf:
    """The values of a file by key; none where there is no such file.

    Behind the length of the index and the index itself, which says where each value begins and how
    long it is, the file holds every value as `marshal` writes it.
    """

    __slots__ = ("_handle", "_index", "_start")

    def __init__(self, path: str) -> None:
        self._index: dict[Any, tuple[int, int]] = {}
        try:
            self._handle = os.open(path, _FLAGS)
        except OSError:
            return
        length = int.from_bytes(os.read(self._handle, _LENGTH), "little")
        # As trusted as the bytecode beside it.
        self._index = marshal.loads(os.read(self._handle, length))  # noqa: S302
        self._start = _LENGTH + length

    def get(self, key: object) -> Any:
        """The value of a key, None where there is none."""
        place = self._index.get(key)
        if place is None:
            return None
        start, length = place
        return marshal.loads(_read(self._handle, length, self._start + start))  # noqa: S302

    def keys(self) -> Iterable[Any]:
        """The keys of all values, by which the wheel is compared with the source."""
        return self._index.keys()


if hasattr(os, "pread"):
    # Two processes may read at once: neither moves where the other reads.
    _read = os.pread
else:

    def _read(handle: int, length: int, start: int, /) -> bytes:
        """The bytes from a place on, where the system has no call for that: nor does it fork."""
        os.lseek(handle, start, os.SEEK_SET)
        return os.read(handle, length)
