"""What of a build's context an image may take: all that its `.dockerignore` does not leave out."""

from __future__ import annotations

from functools import cache
from posixpath import join, normpath
from typing import TYPE_CHECKING

from .types import Image, Project

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_MOST = 200
"""As many lines as `documents.other` reads of one file: what stands further down may say anything."""


def lets_in(path: str, image: Image, project: Project) -> str | None:
    """What lets a file into the build of an image: the `.dockerignore` that does not leave it out, '' for none.

    None where the file is left out or lies beyond the context, and where that cannot be told.
    """
    context = image.context
    if context is None or (context and not path.startswith(f"{context}/")):
        return None
    own = f"{image.dockerfile.path}.dockerignore"
    file = own if own in project.files else normpath(join(context, ".dockerignore"))
    if file not in project.files:
        return ""
    read = next((other for other in project.others if other.path == file), None)
    if read is None or len(read.words) >= _MOST:
        return None
    lines = tuple(_anchored(word.name) for word in read.words)
    inside = path.removeprefix(f"{context}/") if context else path
    return None if _spec(lines).check_file(inside).include else file


def _anchored(line: str) -> str:
    """A line of a `.dockerignore`, all of which begin at the context, in the manner of git."""
    negated = "!" if line.startswith("!") else ""
    return f"{negated}/{normpath(line.removeprefix('!').strip()).strip('/')}"


@cache
def _spec(lines: tuple[str, ...]) -> GitIgnoreSpec:
    from ..source.patterns import patterns, readable

    return patterns(readable(lines))
