"""Patterns of `.gitignore` files and of `exclude`, none of which can make matching slow."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from .regex import regex

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_STARS = regex(r"(?:\[\^/\]\*)+")
_IN_A_NAME = regex(r"(?:\\.|\[\^?\]?[^\]]*\]|[^\\/()\[\]|])+", re.DOTALL)
_MANY_FOLDERS = 3
_LONGEST = 1000


def patterns(lines: Iterable[str]) -> GitIgnoreSpec:
    """What the lines say together. Raises ValueError for one that is no pattern.

    A pattern becomes a regular expression, and one with many stars would try every way to share
    out a name among them. All but the last star of a name take the shortest stretch that fits,
    for good: no choice of a later one can need more.
    """
    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            read = GitIgnoreSpec.from_lines([_short(line) for line in lines]).patterns
            for each in read:
                if each.regex is not None:
                    each.regex = _quick(each.regex)
        except re.error as error:
            raise ValueError(error.msg) from error
        return GitIgnoreSpec(read)


def readable(lines: Iterable[str]) -> list[str]:
    """The lines that are patterns or comments."""
    return [line for line in lines if _reads(line)]


def _reads(line: str) -> bool:
    try:
        patterns([line])
    except ValueError:
        return False
    return True


def _short(line: str) -> str:
    if len(line) > _LONGEST:
        raise ValueError("too long")
    return line


def _quick(whole: re.Pattern[str]) -> re.Pattern[str]:
    if whole.pattern.count(".+") > _MANY_FOLDERS:
        raise ValueError("too many `**`")
    first, *chunks = _STARS.split(whole.pattern)
    quick = first
    for nth, chunk in enumerate(chunks, 1):
        inside = nth < len(chunks) and _IN_A_NAME.fullmatch(chunk)
        quick += f"(?>[^/]*?{chunk})" if inside else f"[^/]*{chunk}"
    return re.compile(quick, whole.flags & ~re.UNICODE)


_WILD = frozenset("*?[]\\!#")


def may_match(line: str, path: str) -> bool:
    """Whether a line of a `.gitignore` can have a say about a path, told without compiling it.

    What stands between its wildcards must stand in the path too. `path` is relative to the file's
    folder; a folder ends with a slash.
    """
    chunks = _chunks(line)
    return chunks is not None and all(chunk in path for chunk in chunks)


@cache
def _chunks(line: str) -> tuple[str, ...] | None:
    """What a path must hold for a line to have a say, None where it never has one."""
    bare = line.strip()
    if not bare or bare.startswith("#"):
        return None
    if "[" in bare or "\\" in bare:
        return ()
    split = bare.removeprefix("!").replace("?", "*").replace("/", "*").split("*")
    return tuple(chunk for chunk in split if chunk)


def is_plain(line: str) -> bool:
    """Whether a line is a name or a path without wildcards, and takes nothing back."""
    return _WILD.isdisjoint(line) and "//" not in line


def plainly_matches(line: str, path: str) -> bool:
    """Whether a plain line ignores a path or a folder above it, as gitignore(5) has it."""
    name = line.rstrip(" \t\r")
    only_folders = name.endswith("/")
    name = name.rstrip("/")
    if "/" in name:
        name = name.lstrip("/")
        inside = path == name or path.startswith(f"{name}/")
        return inside and (not only_folders or path.startswith(f"{name}/"))
    parts = path.rstrip("/").split("/")
    above = parts if path.endswith("/") else parts[:-1]
    return name in above or (not only_folders and name == parts[-1])
