"""Source files that nobody has written by hand."""

from __future__ import annotations

_LARGEST = 512 * 1024
_LONGEST_LINE = 5_000
_LONG_SHARE = 0.5
"""A file is generated when lines longer than `_LONGEST_LINE` are more than this share of it."""


def oversized(data: bytes) -> bool:
    """Whether a file is too large or has lines too long to be written by a person."""
    if len(data) > _LARGEST:
        return True
    if len(data) <= _LONGEST_LINE:
        return False
    long = sum(len(line) for line in data.split(b"\n") if len(line) > _LONGEST_LINE)
    return long > _LONG_SHARE * len(data)
