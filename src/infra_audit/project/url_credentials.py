"""The credential that a database's URL holds, and whether it may be a live one."""

from __future__ import annotations

import re

from msgspec import Struct

from ..source.regex import regex
from .credentials import sort
from .engines import engine_of_url, is_local, is_placeholder

_AUTHORITY = regex(r"^(?:jdbc:)?([a-z][\w+.-]*)://([^/?#;\s]*)", re.IGNORECASE)
_GIVEN = regex(r"[?;&](?:password|pwd|api_?key)=([^&;\s]+)", re.IGNORECASE)
_USER = regex(r"[?;&](?:user(?:name)?|uid)=([^&;\s]+)", re.IGNORECASE)
_SHOWN_HOST = regex(
    r"(?:^|[.-])(?:example|sample|test|invalid|local|localhost|localdomain|internal|lan|svc|placeholder|xxx+|dummy|fake)(?:[.-]|$)"
    r"|^(?:your|my|the|some|db|database)?[-_]?(?:host|hostname|server|domain|db-host|dbhost|endpoint|address|ip)(?:[.-]|$)|\byour|[<>\[\]{}$%*…]"
    r"|^cluster0?\.(?:mongodb\.net|xxx)|xxxxx|abc123|123456|project-?(?:ref|id)|^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.|^1\.2\.3\.4$|company|domain\.",
    re.IGNORECASE,
)
"""Hosts that only show where a name goes, and those of a network of one's own."""
_PRIVATE = regex(
    r"^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)"
)
_TRIAL = regex(
    r"(?:^|[^a-z])(?:tests?|testing|ci|dev|develop\w*|staging|stage|demo|sandbox|preview|local)(?:[^a-z]|$)",
    re.IGNORECASE,
)
_PLAIN = frozenset({
    "pass", "pwd", "pw", "passwd", "admin", "root", "postgres", "postgresql", "mysql", "mongo", "mongodb", "redis", "user", "username",
    "default", "prisma", "guest", "abc", "abcdef", "qwerty", "foo", "bar", "foobar", "letmein", "mypass", "dbpass", "dbpassword",
})  # fmt: skip
"""Passwords of examples."""


class UrlCredential(Struct, frozen=True):
    """The credential in a URL; `trial` where its words say that it is none of production."""

    engine: str
    user: str
    password: str
    host: str
    private: bool
    """Whether the host is one of a private network, by its number."""
    trial: bool


def credential(url: str) -> UrlCredential | None:
    """What a URL gives away; None for nothing, for this machine, a service's name, or an example."""
    found = _AUTHORITY.match(url)
    if found is None or is_placeholder(url):
        return None
    told, _, address = found[2].rpartition("@")
    user, _, password = told.partition(":")
    given = _GIVEN.search(url, found.end())
    if not password and given is not None:
        named = _USER.search(url, found.end())
        user, password = user or (named[1] if named else ""), given[1]
    host = re.sub(r":\d+$", "", address.partition(",")[0])
    if not password or not _is_elsewhere(host) or not _is_live(password, user):
        return None
    return UrlCredential(
        engine_of_url(url) or "",
        user,
        password,
        host,
        _PRIVATE.match(host) is not None,
        _TRIAL.search(url.replace(password, "")) is not None,
    )


def _is_elsewhere(host: str) -> bool:
    """Whether a host is a machine that others can reach, and not this one or a service beside it."""
    return "." in host and not is_local(host) and _SHOWN_HOST.search(host) is None


def _is_live(password: str, user: str) -> bool:
    """Whether a password is none that stands there to be replaced."""
    if password.lower() in (_PLAIN | {user.lower()}) or len(password) < 4:
        return False
    if password.isalpha() and password.isupper():
        return False
    return sort("PASSWORD", password) in ("random", "chosen", "token")
