"""The tables of an SQLite file that hold rows, read from its first bytes alone.

https://www.sqlite.org/fileformat2.html: the header has 100 bytes; a table is a tree of pages whose
first one `sqlite_schema` names; of a page the type (13: leaf, 5: interior) and the number of cells are
its first bytes. What does not fit the format is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

MAGIC = b"SQLite format 3\0"

_LEAF, _INTERIOR = 13, 5
_HEADER = 100
_MOST = 10_000
"""Cells of the schema that are visited: no schema has as many, and a damaged one ends there."""
_TEXT = 13
"""The first serial type of texts: an odd one of n has (n - 13) / 2 bytes."""
_WIDTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value by the serial types below 10."""
_ROOT = 3
"""The column of `sqlite_schema` that holds the number of a table's first page."""


def tables(data: bytes) -> tuple[str, ...] | None:
    """The names of all tables that hold rows, as far as `data` reaches; None for no SQLite file."""
    if not data.startswith(MAGIC) or len(data) < _HEADER:
        return None
    size = int.from_bytes(data[16:18]) or 1
    size = 65536 if size == 1 else size
    if size < 512 or size & (size - 1):
        return None
    return tuple(name for name, root in _named(data, size) if _has_rows(data, size, root))


def _page(data: bytes, size: int, number: int) -> tuple[bytes, int]:
    """The bytes of a page, and where its own header begins: behind the file's in the first one."""
    if number < 1:
        return b"", 0
    page = data[(number - 1) * size : number * size]
    return page, _HEADER if number == 1 else 0


def _has_rows(data: bytes, size: int, number: int) -> bool:
    """Whether a table's first page has rows or other pages below it."""
    page, start = _page(data, size, number)
    if len(page) < start + 8:
        return False
    cells = int.from_bytes(page[start + 3 : start + 5])
    return page[start] == _INTERIOR or (page[start] == _LEAF and cells > 0)


def _named(data: bytes, size: int) -> Iterator[tuple[str, int]]:
    """The names of the tables and the numbers of their first pages."""
    queue, seen = [1], {1}
    left = _MOST
    while queue and left > 0:
        page, start = _page(data, size, queue.pop())
        if len(page) < start + 8 or page[start] not in (_LEAF, _INTERIOR):
            continue
        inner = page[start] == _INTERIOR
        first = start + (12 if inner else 8)
        count = min(int.from_bytes(page[start + 3 : start + 5]), (len(page) - first) // 2, left)
        left -= count + 1
        below = [int.from_bytes(page[start + 8 : start + 12])] if inner else []
        for nth in range(count):
            cell = int.from_bytes(page[first + 2 * nth : first + 2 * nth + 2])
            if inner:
                below.append(int.from_bytes(page[cell : cell + 4]))
            elif (found := _entry(page, cell)) is not None:
                yield found
        for number in below:
            if number not in seen:
                seen.add(number)
                queue.append(number)


def _entry(page: bytes, at: int) -> tuple[str, int] | None:
    """The name and the first page of the table that a cell of the schema tells of."""
    _, at = _varint(page, at)  # the length of the record
    _, at = _varint(page, at)  # the number of the row
    length, types = _varint(page, at)
    value, end = at + length, at + length
    columns: list[bytes] = []
    while types < end and len(columns) <= _ROOT:
        kind, types = _varint(page, types)
        width = _WIDTHS[kind] if kind < len(_WIDTHS) else max(0, (kind - 12) // 2)
        columns.append(page[value : value + width])
        value += width
    if len(columns) <= _ROOT or columns[0] != b"table":
        return None
    return columns[1].decode(errors="replace"), int.from_bytes(columns[_ROOT])


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes and where it ends; the file's end ends it too."""
    value = 0
    for nth in range(at, min(at + 9, len(page))):
        byte = page[nth]
        if nth == at + 8:
            return (value << 8) | byte, nth + 1
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, nth + 1
    return value, len(page)
