"""What `.gitattributes` files say of the line ends of a file."""

from __future__ import annotations

import posixpath
from typing import Literal as Choice

from ..model import Evidence, Location
from ..source.patterns import patterns
from .types import Project

_MOST = 200
"""Lines of one file: as many as `documents.other` reads."""

LineEnds = Choice["as they are", "plain", "returns"]
"""What git hands out on Linux: what was added, line feeds since they were added, or CRLF always."""


def line_ends(path: str, project: Project) -> tuple[LineEnds, Evidence | None]:
    """How git treats the line ends of the file at `path`, and the line that says so."""
    text = eol = ""
    said: Evidence | None = None
    found = [o for o in project.others if o.kind == "attributes"]
    for other in sorted(found, key=lambda other: other.path.count("/")):
        folder = posixpath.dirname(other.path)
        if folder and not path.startswith(f"{folder}/"):
            continue
        if len(other.words) >= _MOST:
            return "plain", Evidence(Location(other.path, other.span), "it is not read to its end")
        for word in other.words:
            inside = path[len(folder) + 1 :] if folder else path
            if word.value is None or not _fits(word.name, inside):
                continue
            for attribute in word.value.raw.split():
                name, _, value = attribute.partition("=")
                if name in ("text", "-text", "!text", "binary"):
                    text = {"text": value or "set", "!text": ""}.get(name, "unset")
                elif name in ("eol", "-eol", "!eol"):
                    eol = value
                else:
                    continue
                said = Evidence(Location(other.path, word.value.span), "what git is told of it")
    if text == "unset" or not (text or eol):
        return "as they are", None
    return ("returns" if eol == "crlf" else "plain"), said


def _fits(pattern: str, path: str) -> bool:
    if pattern.startswith("!") or pattern.endswith("/"):
        return False
    try:
        return bool(patterns([pattern.strip('"')]).check_file(path).include)
    except ValueError:
        return False
