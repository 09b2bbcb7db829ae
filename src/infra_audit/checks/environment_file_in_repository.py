"""Files of environment variables that hold live credentials and stand in the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Compose, Dotenv, Entry
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Undecided
from ..project.credentials import is_own, masked, sort, token
from ..project.types import Project
from ..source.regex import regex

_LIVE = regex(
    r"\.env(?:\.(?:prod|production|live|staging|stage|secrets?))?(?:\.local)?|(?:prod|production|live|secrets?)\.env"
    r"|\.(?:prod|production|live)\.env|\.?env(?:[._-](?:prod|production|live))?\.txt",
    re.IGNORECASE,
)
"""Names of files that are read where the application runs."""
_PRODUCTION = regex(r"prod|live", re.IGNORECASE)
_URL = regex(r"[a-z][\w+.-]*://[^\s:/@]*:([^\s/@]+)@([\w.-]+)")
_HERE = regex(r"localhost|127\.|0\.0\.0\.0|host\.docker\.internal|[\w-]*|.*\.(?:local|internal|test|example|localhost)|(?:.*\.)?example\.\w+|your.*",
              re.IGNORECASE)  # fmt: skip
"""Hosts of the same machine or network, and those that only show where a name goes."""
_LOCKED = regex(r"encrypted:|ENC\[|AQ[A-Z]{2}[\w+/=]{40,}|\$ANSIBLE_VAULT")
_DEVELOPS = regex(r"dev(?:elopment)?|local|test", re.IGNORECASE)
_MODES = frozenset({"NODE_ENV", "APP_ENV", "RAILS_ENV", "FLASK_ENV", "ENVIRONMENT", "ASPNETCORE_ENVIRONMENT", "DJANGO_ENV"})  # fmt: skip
_MOST = 4


class _Secret(Struct, frozen=True):
    """A credential of a file; `kind` as `credentials.sort` tells, or `url`."""

    entry: Entry
    kind: str
    value: str
    host: Entry | None = None
    """What names the machine elsewhere that it is a password of."""

    @property
    def is_signing(self) -> bool:
        """Whether it only locks what this application itself has made."""
        return self.kind in ("random", "chosen") and is_own(self.entry.name, self.value)


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each file, at the first of its credentials."""
    said: list[Outcome] = []
    for file in project.dotenvs:
        name = file.path.rpartition("/")[2]
        aside = project.purposes.get(file.path, "production")
        known = aside == "production" or (aside == "development" and name.startswith(".env"))
        if not known or any(_is_locked(entry) for entry in file.entries):
            continue
        found = [s for s in _secrets(file) if _counts(s, file, aside == "production", project)]
        outcome = _told(file, found)
        said += [outcome] if outcome is not None else []
    yield from said or [Inapplicable("no file of environment variables here holds a credential")]


def _is_locked(entry: Entry) -> bool:
    if entry.name.startswith(("DOTENV_PUBLIC_KEY", "sops_")):
        return True
    return entry.value is not None and bool(_LOCKED.match(entry.value.literal or ""))


def _secrets(file: Dotenv) -> Iterator[_Secret]:
    hosts = {entry.name: entry for entry in file.entries if _HOST.fullmatch(entry.name)}
    for entry in file.entries:
        value = entry.value.literal if entry.value is not None else None
        if not value:
            continue
        told = sort(entry.name, value)
        url = _URL.search(value)
        host = hosts.get(_OF.sub("_HOST", entry.name))
        if told in ("random", "chosen") and host is not None and _is_elsewhere(host):
            yield _Secret(entry, "url", value, host)
        elif told is not None:
            yield _Secret(entry, told, token(value) or value)
        elif url and not _HERE.fullmatch(url[2]) and "$" not in url[1]:
            kind = sort("PASSWORD", url[1])
            if kind in ("random", "chosen"):
                yield _Secret(entry, "url", url[1])


_HOST = regex(r"\w+_HOST")
_OF = regex(r"_(?:PASS|PASSWD|PASSWORD|PWD)$")
_CATCHES = regex(r"mailtrap|ethereal|sandbox|mailhog|mailpit", re.IGNORECASE)
"""Hosts that only catch what is sent to try something."""
_ADDRESS = regex(r"(?:\d{1,3}\.){3}\d{1,3}|(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)


def _is_elsewhere(host: Entry) -> bool:
    """Whether a variable names a machine by its address, and not this one."""
    value = (host.value.literal if host.value is not None else None) or ""
    own = _HERE.fullmatch(value) is not None or value.startswith("127.")
    return _ADDRESS.fullmatch(value) is not None and not own and not _CATCHES.search(value)


def _counts(secret: _Secret, file: Dotenv, production: bool, project: Project) -> bool:
    """Whether a credential of this kind is a live one in this file."""
    if secret.kind == "token":
        return True
    name = file.path.rpartition("/")[2]
    if not production or not _LIVE.fullmatch(name) or project.kind.name == "template":
        return False
    if secret.kind == "placeholder":
        return is_own(secret.entry.name, secret.value) and _is_deployed(secret, file, project)
    return secret.kind in ("random", "url") or bool(_PRODUCTION.search(name))


def _is_deployed(secret: _Secret, file: Dotenv, project: Project) -> bool:
    """Whether a compose file of production gives the application what stands here."""
    return any(
        _takes(compose, file, secret.entry.name)
        for compose in project.composes
        if project.purposes.get(compose.path) == "production"
    )


def _takes(compose: Compose, file: Dotenv, name: str) -> bool:
    folder = compose.path.rpartition("/")[0]
    beside = file.path.rpartition("/")[0] == folder
    filled = regex(rf"\$\{{?{re.escape(name)}\b")
    own = file.path.rpartition("/")[2]
    for service in compose.services if beside else ():
        handed = any(v.raw.removeprefix("./") == own for v in service.env_files)
        put_in = own == ".env" and any(
            e.value and filled.search(e.value.raw) for e in service.environment
        )
        if service.build is not None and (handed or put_in):
            return True
    return False


def _told(file: Dotenv, found: list[_Secret]) -> Outcome | None:
    if not found:
        return None
    if all(secret.is_signing for secret in found) and _develops(file):
        place = Location(file.path, found[0].entry.span)
        return Undecided(place, "the rest of the file is about a machine of one's own")
    found.sort(key=lambda secret: (secret.kind != "token", secret.entry.span))
    first, *others = found
    what = (
        "a value that was meant to be replaced" if first.kind == "placeholder" else "a live value"
    )
    if first.kind == "url":
        what = "the password of an address elsewhere"
    return Match(
        location=Location(file.path, first.entry.span),
        values={
            "file": file.path,
            "name": first.entry.name,
            "masked": masked(first.value),
            "what": what,
            "more": f", and {len(others)} more" if others else "",
        },
        evidence=(
            *_addressed(first, file),
            *(
                Evidence(Location(file.path, secret.entry.span), "one more")
                for secret in sorted(others, key=lambda s: s.entry.span)[:_MOST]
            ),
        ),
    )


def _addressed(secret: _Secret, file: Dotenv) -> Iterator[Evidence]:
    if secret.host is not None:
        yield Evidence(Location(file.path, secret.host.span), "where it is asked for")


def _develops(file: Dotenv) -> bool:
    """Whether a file says that it is for development, or names only hosts of the same machine."""
    hosts = []
    for entry in file.entries:
        value = (entry.value.literal if entry.value else None) or ""
        if entry.name in _MODES and _DEVELOPS.fullmatch(value):
            return True
        hosts += re.findall(r"://(?:[^\s/@]*@)?([\w.-]+)", value)
    return bool(hosts) and all(
        regex(r"localhost|127\.[\d.]+|0\.0\.0\.0").fullmatch(h) for h in hosts
    )
