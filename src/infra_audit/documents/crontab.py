"""How a line of a crontab begins, wherever it is written."""

from __future__ import annotations

import re

from ..source.regex import regex

_NUMBER = r"(?:[0-5]?\d(?:-[0-5]?\d)?)"
_FIELD = rf"(?:\*|{_NUMBER})(?:/\d{{1,3}})?(?:,{_NUMBER}(?:/\d{{1,3}})?)*"
_NAMED = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)"
_NAMES = rf"{_NAMED}(?:[,-]{_NAMED})*"
CRON_LINE = (
    rf"(?:(?:{_FIELD}[ \t]+){{3}}(?:{_FIELD}|{_NAMES})[ \t]+(?:{_FIELD}|{_NAMES})"
    r"|@(?:daily|hourly|weekly|monthly|midnight|yearly|annually|reboot))[ \t]+[\w/.~$\"'({\[]"
)
"""Five fields of crontab(5), or the name of a period, and the beginning of what it runs."""

_HINT = regex(
    r"(?:[*\d][\d/,-]*[ \t]+){3}"
    r"|@(?:daily|hourly|weekly|monthly|midnight|yearly|annually|reboot)",
    re.IGNORECASE,
)


def may_schedule(text: str) -> bool:
    """Whether a text may hold a CRON_LINE, which takes 2 ms to compile: few repositories have one."""
    parted = " " in text or "\t" in text or "@" in text  # most words are not, and are many
    return parted and _HINT.search(text) is not None
