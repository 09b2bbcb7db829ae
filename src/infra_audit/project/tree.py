"""What a repository's paths say by themselves: its folders, and its files by their names."""

from __future__ import annotations

from functools import lru_cache

from ..source.regex import regex


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
def own(files: frozenset[str]) -> frozenset[str]:
    """The files without what others have published, which brings its own pipelines and builds along."""
    return frozenset(path for path in files if not _INSTALLED.search(path))


_INSTALLED = regex(r"(?:^|/)(?:node_modules|bower_components|vendor|site-packages)/")


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
