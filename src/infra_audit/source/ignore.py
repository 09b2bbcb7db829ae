"""The walk for folders that git does not answer for: it honours `.gitignore` files itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_Specs: TypeAlias = "tuple[tuple[str, GitIgnoreSpec], ...]"

_MOST_BYTES = 1 << 18
_MOST_LINES = 5000
"""Of one `.gitignore`: what stands further down is not read."""


def listed(root: str) -> list[str]:
    """Paths below `root`, relative to it, that no `.gitignore` excludes; folders end in `/`.

    Links to folders are listed, never followed. A folder with a `.git` of its own is one path.
    """
    found: list[str] = []
    stack: list[tuple[str, _Specs]] = [("", _spec(root, "", ".git/info/exclude"))]
    while stack:
        folder, specs = stack.pop()
        specs += _spec(root, folder, ".gitignore")
        for entry in _entries(os.path.join(root, folder)):
            path = folder + entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name == ".git" or _ignored(path + "/" * is_folder, specs):
                continue
            if not is_folder:
                found.append(path)
            elif os.path.exists(os.path.join(root, path, ".git")):
                found.append(path + "/")
            else:
                stack.append((path + "/", specs))
    return found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _spec(root: str, folder: str, name: str) -> _Specs:
    path = os.path.join(root, folder, name)
    if os.path.islink(path) or not os.path.isfile(path):
        return ()
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(_MOST_BYTES).split("\n")[:_MOST_LINES]
    except OSError:
        return ()
    from .patterns import patterns, readable

    usable = readable([line.removesuffix("\r") for line in lines if line])
    return ((folder, patterns(usable)),) if usable else ()


def _ignored(path: str, specs: _Specs) -> bool:
    """The last file that says something about the path decides, as in git."""
    for folder, spec in reversed(specs):
        verdict = spec.check_file(path[len(folder) :]).include
        if verdict is not None:
            return verdict
    return False
