"""Templates that a script of production fills in: what comes of them is what production runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ..documents.shell.syntax import Script
from ..flow.constructs import words
from ..source.regex import regex
from .inside import statements

_VARIABLE = regex(r"\$\{[^}]*\}|\$\w+")
_NAMED = regex(r"[\w-]{3}")


def filled_in(templates: Collection[str], scripts: Collection[Script]) -> frozenset[str]:
    """Those of some paths that a script names; a variable in a name stands for any text."""
    ends = {path.rpartition(".")[2] for path in templates}
    named = {word for script in scripts for word in _ending(script, ends)}
    patterns = [pattern for word in named if (pattern := _pattern(word)) is not None]
    return frozenset(
        path for path in templates if any(pattern.search(f"/{path}") for pattern in patterns)
    )


def _ending(script: Script, ends: set[str]) -> Iterator[str]:
    """The words of a script that end as the templates do."""
    for statement in statements(script):
        for word in words(statement):
            text = word.raw.replace('"', "").replace("'", "")
            if text.rpartition(".")[2] in ends:
                yield text.rpartition("=")[2]


def _pattern(word: str) -> re.Pattern[str] | None:
    """What the paths match that a word may mean, by its last folder and its name."""
    *folders, name = word.split("/")
    if not _NAMED.match(name):
        return None
    known = [*(f for f in folders[-1:] if f not in ("", ".", "..")), name]
    parts = ("[^/]*".join(map(re.escape, _VARIABLE.split(part))) for part in known)
    return re.compile(f"/{'/'.join(parts)}$")
