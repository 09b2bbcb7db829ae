"""What scripts say about themselves: that they may be run again."""

from __future__ import annotations

import re

from ..documents.shell.syntax import Command
from ..model import Evidence, Location
from ..source.regex import regex
from .inside import statements
from .types import Act

_AGAIN = (
    r"(?:again|twice|repeatedly|(?:multiple|many|several|any\s+number\s+of)\s+times|more\s+than\s+once"
    r"|as\s+(?:often|many\s+times)|any\s+time)"
)
_CLAIM = regex(
    r"idempotent(?:ly)?|re-?runnable|re-?running\s+(?:\w+\s+){0,3}is\s+(?:safe|fine)"
    rf"|(?:safe|fine)\s+to\s+(?:be\s+)?(?:re-?run|run\s+(?:(?:it|this)\s+)?(?:script\s+)?{_AGAIN})"
    rf"|(?:can|may)\s+(?:safely\s+)?be\s+(?:re-?run|run\s+{_AGAIN})"
    rf"|run\s+(?:it|this)\s+(?:script\s+)?as\s+(?:often|many\s+times)\s+as"
    r"|safely\s+(?:be\s+)?(?:re-?run|run\s+again)",
    re.IGNORECASE,
)
_DENIED = regex(r"\b(?:not|isn't|never|no|non|cannot|can't)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)


def claimed(act: Act) -> tuple[str, tuple[Evidence, ...]]:
    """What the script says about running it again, and where; '' where it says nothing."""
    script = act.script
    if script.origin == "file" and _CLAIM.search(script.path.rpartition("/")[2]):
        return ", although its name says otherwise", ()
    said = [(script.header, script.header_lines)]
    said += [
        (" ".join(word or "" for word in run.arguments), (run.span,))
        for run in act.behaviour.runs
        if run.name.startswith(_TALKS) and not any(">" in operator for operator, _ in run.redirects)
    ]
    said += [
        (redirect.heredoc.content, (command.span,))
        for command in statements(script)
        if isinstance(command, Command)
        for redirect in command.redirects[:1]
        if redirect.heredoc is not None
        and len(command.redirects) == 1
        and command.words
        and command.words[0].literal == "cat"
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


_TALKS = ("echo", "cat", "log", "info", "print", "say", "msg", "success", "ok")
"""What the commands and functions are called by which scripts talk."""
