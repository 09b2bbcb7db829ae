"""What comes from the network and is run at once, unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Evidence, Location, Match, Outcome, Severity
from ..project.downloads import Download, as_root, downloads
from ..project.types import Act, Project
from ..project.vendors import vendor
from ..source.regex import regex

_NOT_ROLES = frozenset({"test", "development"})
_RUNNERS = frozenset({"ci", "build"})
"""Roles of what runs on machines that are thrown away."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each place where it runs."""
    for act in project.acts:
        if act.purpose == "production" and act.role not in _NOT_ROLES:
            for download in downloads(act):
                yield _match(act, download)


def _match(act: Act, download: Download) -> Match:
    path = act.script.path
    root = as_root(download, act)
    plain = download.url.lower().startswith("http://")
    known = bool(vendor(download.url))
    severity: Severity | None = None if (plain or (root and not known)) else "note"
    if act.role in _RUNNERS and not plain:
        severity = "note"
    evidence: tuple[Evidence, ...] = ()
    if download.fetch.span != download.span and download.fetch.span.line != download.span.line:
        evidence = (Evidence(Location(path, download.fetch.span), "fetched here"),)
    return Match(
        location=Location(path, download.span),
        values={
            "host": _host(download.url),
            "root": " as root" if root else "",
            "how": ", over a connection that anybody may write to" if plain else "",
        },
        evidence=evidence,
        severity=severity,
        trail=act.trail,
    )


def _host(url: str) -> str:
    return _END.split(url.rpartition("://")[2])[0]


_END = regex(r"[/?#]")
