"""What a script says about running it again."""

from __future__ import annotations

import re

from ..model import Evidence, Location
from ..source.regex import regex
from .types import Act

_CLAIM = regex(
    r"idempotent(?:ly)?|(?:safe|fine)\s+to\s+(?:be\s+)?(?:re-?run|run\s+(?:it\s+|this\s+)?(?:again|twice|repeatedly|multiple|many|any|more))"
    r"|can\s+(?:safely\s+)?be\s+(?:re-?run|run\s+(?:again|twice|repeatedly|multiple|many|any\s+number|more\s+than\s+once|as\s+often))"
    r"|re-?runnable|safely\s+(?:re-?run|run\s+again)",
    re.IGNORECASE,
)
_DENIED = regex(r"\b(?:not|isn't|never|no|non|cannot|can't)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)


def claimed(act: Act) -> tuple[str, tuple[Evidence, ...]]:
    """What the script says about running it again, and where; '' where it says nothing."""
    script = act.script
    said = [(script.header, script.header_lines)]
    said += [
        (" ".join(word or "" for word in run.arguments), (run.span,))
        for run in act.behaviour.runs
        if run.name.startswith(("echo", "cat", "log", "info", "print"))
    ]
    for text, places in said:
        for found in _CLAIM.finditer(text):
            if not _DENIED.search(text[: found.start()]):
                line = min(text.count("\n", 0, found.start()), len(places) - 1)
                evidence = Evidence(
                    Location(script.path, places[line]), "the script claims otherwise"
                )
                claim = " ".join(found[0].lower().split())
                return f", although the script says “{claim}”", (evidence,)
    return "", ()
