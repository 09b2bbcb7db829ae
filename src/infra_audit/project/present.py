"""Which paths the repository has, and of those that it lacks which one a build or a person may make."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cache
from re import IGNORECASE
from typing import TYPE_CHECKING
from typing import Literal as Choice

from msgspec import Struct

from ..source.patterns import is_plain, may_match, plainly_matches
from ..source.regex import regex
from .tree import folders
from .types import Project

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

Presence = Choice["there", "missing", "ignored", "generated", "unknown"]
"""In git; not, and nothing explains it; not, and git is told to ignore it; in a folder that builds
write; or behind a link, in a submodule or outside of the repository."""

_OUTPUT = regex(
    r"^(?:\.next|\.nuxt|\.output|\.svelte-kit|\.vercel|\.turbo|\.cache|\.venv|\.yarn|_?build|builds|built|dist"
    r"|dist-\w+|out|output|target|node_modules|bower_components|vendor|obj|coverage|generated|gen|tmp|temp|logs?"
    r"|cache|venv|env|artifacts?|releases?|standalone|bundle|storage|uploads?|backups?|dumps?|data|volumes?"
    r"|certs?|ssl|secrets?|keys)$",
    IGNORECASE,
)
"""Names of folders whose content builds, programs or operators make."""
LINES = 2_000
"""As many lines as `documents.other` reads of one file: what stands further down may say anything."""


class Paths(Struct, frozen=True):
    """The files and folders of a repository, and what its `.gitignore` files say of others."""

    files: frozenset[str]
    folders: frozenset[str]
    ignores: tuple[tuple[str, tuple[str, ...]], ...]
    """The folder and the lines of each, those nearest to the root first."""
    unread: tuple[str, ...]
    """Folders whose `.gitignore` is too long to be known."""

    def of(self, path: str) -> Presence:
        """What is known of a path relative to the root."""
        if path in ("", ".") or path in self.files or path in self.folders:
            return "there"
        above = list(_above(path))
        if path.startswith(("..", "/")) or any(folder in self.files for folder in above):
            return "unknown"
        if any(folder == f or not f for f in self.unread for folder in above):
            return "unknown"
        parts = path.split("/")
        if any(_OUTPUT.match(part) for part in parts):
            return "generated"
        return "ignored" if self._ignored(path, above) else "missing"

    def may_be_compiled(self, path: str) -> bool:
        """Whether a JavaScript file may be what a compiler makes of another one."""
        stem, _, suffix = path.rpartition(".")
        folder = posixpath.dirname(path)
        if suffix not in ("js", "mjs", "cjs"):
            return False
        return (folder != "" and folder not in self.folders) or any(
            f"{stem}.{other}" in self.files for other in ("ts", "tsx", "mts", "cts", "coffee")
        )

    def _ignored(self, path: str, above: list[str]) -> bool:
        tried = (*(f"{folder}/" for folder in above), path, f"{path}/")
        return any(_says(self.ignores, each) for each in tried)


def paths(project: Project) -> Paths:
    """All that a project has."""
    found = [o for o in project.others if o.kind == "ignores"]
    found.sort(key=lambda o: o.path.count("/"))
    return Paths(
        files=project.files,
        folders=folders(project.files),
        ignores=tuple(
            (posixpath.dirname(o.path), tuple(word.name for word in o.words)) for o in found
        ),
        unread=tuple(posixpath.dirname(o.path) for o in found if len(o.words) >= LINES),
    )


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _says(ignores: tuple[tuple[str, tuple[str, ...]], ...], path: str) -> bool:
    """What the last file says that says something, as in git."""
    for folder, lines in reversed(ignores):
        if not folder or path.startswith(f"{folder}/"):
            inside = path[len(folder) + 1 :] if folder else path
            verdict = _verdict(tuple(line for line in lines if may_match(line, inside)), inside)
            if verdict is not None:
                return verdict
    return False


def _verdict(lines: tuple[str, ...], path: str) -> bool | None:
    """Whether lines ignore a path, None where they say nothing of it."""
    if not lines:
        return None
    if all(map(is_plain, lines)):
        return True if any(plainly_matches(line, path) for line in lines) else None
    return spec(lines).check_file(path).include


@cache
def spec(lines: tuple[str, ...]) -> GitIgnoreSpec:
    """The patterns of a file, compiled when the first path is asked for: most runs ask for none."""
    from ..source.patterns import patterns, readable

    return patterns(readable(lines))
