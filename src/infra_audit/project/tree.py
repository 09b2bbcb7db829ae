"""What a repository's paths say by themselves: its folders, and its files by their names."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4)
def folders(files: frozenset[str]) -> frozenset[str]:
    """All folders that files lie in, without the root."""
    found = {path.rpartition("/")[0] for path in files}
    found.discard("")
    above = found
    while above:
        above = {path.rpartition("/")[0] for path in above} - found - {""}
        found |= above
    return frozenset(found)


@lru_cache(maxsize=4)
def by_name(files: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The paths of all files by their names, in order."""
    found: dict[str, list[str]] = {}
    for path in sorted(files):
        found.setdefault(path.rpartition("/")[2], []).append(path)
    return {name: tuple(paths) for name, paths in found.items()}


@lru_cache(maxsize=4)
def by_folder(files: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The names of the files in each folder, '' for the root, in order."""
    found: dict[str, list[str]] = {}
    for path in sorted(files):
        folder, _, name = path.rpartition("/")
        found.setdefault(folder, []).append(name)
    return {folder: tuple(names) for folder, names in found.items()}
