"""Lines of the audited repository as a report may show them: a report is pasted into tickets."""

from __future__ import annotations

import re

from ..source.regex import regex

_KEPT = 2
"""So many characters of a secret are shown, as the messages do."""
_URL = regex(r"://[^\s:/@\"']*:(?P<secret>[^\s@/\"'${]{3,})@")
_NAMED = regex(
    r"(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential)[\w.-]*[\"']?\s*"
    r"(?:[=:]|\s)\s*[\"']?(?!-----BEGIN)(?P<secret>(?=[^\s\"'$<{,;()]*[\d!@#%^&*+/=_-])[^\s\"'$<{,;()]{6,})(?![\w(])",
    re.IGNORECASE,
)
_BEARER = regex(r"\bbearer\s+(?P<secret>[\w.~+/-]{8,})", re.IGNORECASE)
_QUOTED = regex(
    r"\b(?:password|identified\s+by)\s+[\"'](?P<secret>[^\"'$]{3,})[\"']", re.IGNORECASE
)
_PEM = regex(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<secret>[^\"'\s]{3,})")
"""A private key in one line, its line ends written as such."""
_PATTERNS = (_URL, _PEM, _NAMED, _BEARER, _QUOTED)


def masked(line: str) -> str:
    """The line with stars in place of what looks like a password, a token or a key.

    Its length stays the same, so that columns do. What is a variable, or a word without a digit or
    a sign, is left as it is.
    """
    for pattern in _PATTERNS:
        line = pattern.sub(_starred, line)
    return line


def _starred(found: re.Match[str]) -> str:
    whole, secret = found[0], found["secret"]
    at = found.start("secret") - found.start()
    stars = secret[:_KEPT] + "*" * (len(secret) - _KEPT)
    return whole[:at] + stars + whole[at + len(secret) :]
