"""GitHub's own fingerprint of a line, so that an upload need not compute another one.

The algorithm is that of the fingerprints in github/codeql-action: a rolling hash over the first
hundred UTF-16 units from the line's start on, without blanks, any line break as a line feed.
"""

from __future__ import annotations

_BLOCK = 100
_BASE = 37
_MASK = (1 << 64) - 1
_DROP = pow(_BASE, _BLOCK, 1 << 64)
_END = 0xFFFF
_BLANKS = {ord(" "): None, ord("\t"): None}


def line_hashes(content: str, wanted: frozenset[int]) -> dict[int, str]:
    """The hash of each wanted line (from 1), a colon, and which of its equals it is."""
    units = _units(content)
    starts = _starts(units, max(wanted, default=0))
    counts: dict[int, int] = {}
    hashes: dict[int, str] = {}
    sums = _sums(units, starts)
    for number, value in enumerate(sums, 1):
        counts[value] = nth = counts.get(value, 0) + 1
        if number in wanted:
            hashes[number] = f"{value:x}:{nth}"
    return hashes


def _units(content: str) -> list[int]:
    """UTF-16 units without blanks, ended and padded so that every line has a whole block.

    The original forgets a carriage return at the next blank, so that a blank between it and a line
    feed makes two line breaks; taking line breaks before blanks does the same.
    """
    bare = content.replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS)
    if bare.isascii():
        return [*bare.encode(), _END, *[0] * _BLOCK]
    from array import array

    wide = array("H")
    wide.frombytes(bare.encode("utf-16-le", "surrogatepass"))
    return [*wide, _END, *[0] * _BLOCK]


def _starts(units: list[int], last: int) -> list[int]:
    """Where the lines begin, up to the last one that is asked for."""
    starts = [0]
    at = 0
    end = len(units) - _BLOCK
    while len(starts) < last:
        try:
            at = units.index(10, at, end) + 1
        except ValueError:
            break
        starts.append(at)
    return starts[:last]


def _sums(units: list[int], starts: list[int]) -> list[int]:
    """The hash of the block at each start: the difference of two prefixes."""
    if not starts:
        return []
    asked = set(starts)
    ends = {start + _BLOCK for start in starts}
    begun: dict[int, int] = {}
    found: dict[int, int] = {}
    value = 0
    for at in range(starts[-1] + _BLOCK + 1):
        if at in asked:
            begun[at] = value
        if at in ends:
            found[at - _BLOCK] = (value - begun[at - _BLOCK] * _DROP) & _MASK
        if at < len(units):
            value = (value * _BASE + units[at]) & _MASK
    return [found[start] for start in starts]
