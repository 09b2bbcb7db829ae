"""Scripts that change a Prisma schema's provider before it is used."""

from __future__ import annotations

from re import IGNORECASE

from ..source.regex import regex
from .types import Project

_REWRITES = regex(r"sqlite|provider|postgres", IGNORECASE)
_SWITCHES = regex(
    r"(?:^|/)(?:switch|set|use|select|choose|prepare|patch|change)[-_](?:\w+[-_])?(?:db|database|provider|postgres\w*|mysql"
    r"|prisma|schema)[\w-]*\.(?:[cm]?[jt]s|py|rb)$",
    IGNORECASE,
)


def switched(project: Project) -> str | None:
    """What may make a schema that of another engine, so that its provider tells nothing."""
    for act in project.acts:
        for run in act.behaviour.runs if act.purpose == "production" else ():
            text = " ".join(word.raw for word in run.words)
            copies = run.name in ("sed", "perl", "cp", "mv") and ".prisma" in text
            if copies and _REWRITES.search(text):
                return "a script changes the provider of the schema"
    path = min((p for p in project.files if _SWITCHES.search(p)), default=None)
    return None if path is None else f"what {path} does to the schema is not read"
