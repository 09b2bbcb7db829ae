"""Databases and dumps with people's data that git keeps."""

from __future__ import annotations

from collections.abc import Iterator
from re import IGNORECASE
from typing import Any

from ..model import Location, Match, Outcome, Undecided
from ..project.types import Project
from ..source.regex import regex

_PEOPLE = regex(
    r"user|account|member|customer|client|patient|person|people|profile|contact|employee|staff|student|teacher|parent|guest|subscriber"
    r"|lead|order|booking|reservation|invoice|payment|session|message|email|candidate|applicant|donor|volunteer|author",
    IGNORECASE,
)
"""What tables are called that hold what people have entered."""
_FEWEST = 3
"""Addresses below which they may be those of whoever wrote it."""
_MOST = 3


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each file, at its beginning: no report repeats what it holds."""
    for data in project.data:
        if project.purposes.get(data.path) != "production" or project.kind.name == "template":
            continue
        held = [name for name in data.tables if _PEOPLE.search(name)]
        if not held:
            continue
        where = Location(data.path, data.span)
        if data.addresses < _FEWEST:
            yield Undecided(where, "whether the rows are about people or made up is not shown")
            continue
        yield Match(
            location=where,
            values={"path": data.path, "what": _WHAT[data.kind], "tables": _listed(held)},
        )


_WHAT = {"sqlite": "a database", "dump": "a dump of a database"}


def _listed(names: list[str]) -> str:
    shown = [f"`{name}`" for name in names[:_MOST]]
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(shown) + more
