"""What a loop over folders or files of the repository comes to, round by round."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from posixpath import normpath

from msgspec import Struct

from ..documents.shell.syntax import Loop, Script
from ..flow.behaviour import Run
from ..source.regex import regex
from .inside import statements
from .levels import within
from .types import Act

_PATTERN = regex(r"[\w.$~{}*?/-]+")
_MOST = 50
"""Rounds that are followed."""


class Round(Struct, frozen=True):
    """One round: the variable and its value, a path as the repository has it."""

    variable: str
    value: str

    def filled(self, raw: str) -> str:
        """A word as written with the value in the place of the variable, as a path."""
        name, value = self.variable, self.value
        told = raw.replace(f"${{{name}%/}}", value.rstrip("/")).replace(f"${{{name}}}", value)
        return normpath(re.sub(rf"\${name}\b", lambda _: value, told).strip("\"'"))

    def ends(self, raw: str) -> Iterator[str]:
        """What a word may name in the repository, which a server holds in some folder."""
        whole = self.filled(raw)
        yield whole
        value = normpath(self.value)
        parts = whole.split("/")
        for nth in range(1, len(parts)):
            tail = "/".join(parts[nth:])
            if f"/{value}/" in f"/{tail}/":
                yield tail


def rounds(run: Run, act: Act, paths: Iterable[str]) -> tuple[Round, ...]:
    """The rounds of the innermost `for` around a run, as far as words and `paths` tell them."""
    loop = around(run, act.script) if run.loop else None
    if loop is None:
        return ()
    found = (
        Round(loop.variable, value)
        for word in loop.words or ()
        for value in _values(word.raw.strip("\"'"), word.literal, paths)
    )
    return tuple(dict.fromkeys(found))[:_MOST]


def around(run: Run, script: Script) -> Loop | None:
    """The innermost `for` around a run."""
    loops = [
        s
        for s in statements(script)
        if isinstance(s, Loop) and s.kind == "for" and within(run.span, s.span)
    ]
    return loops[-1] if loops else None


def _values(raw: str, literal: str | None, paths: Iterable[str]) -> Iterator[str]:
    if literal is not None and not {"*", "?"} & {*raw}:
        yield literal
        return
    if not _PATTERN.fullmatch(raw):
        return
    parts = raw.rstrip("/").split("/")
    while parts and (parts[0] in ("", ".") or parts[0][0] in "$~"):
        parts.pop(0)
    if not parts or any("$" in part for part in parts):
        return
    slash = "/" if raw.endswith("/") else ""
    for path in sorted(paths):
        front = path.split("/")[: len(parts)]
        whole = len(front) == len(parts) and (not slash or len(front) < path.count("/") + 1)
        if whole and all(map(_matches, front, parts)):
            yield "/".join(front) + slash


def _matches(part: str, pattern: str) -> bool:
    """Whether a pattern of the shell names a part of a path: none names what begins with a dot."""
    return part[:1] != "." and fnmatchcase(part, pattern)
