"""Fingerprints: what stays the same of a finding when lines move."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from ..model import Finding, Fingerprint, Location


def fingerprinted(
    findings: tuple[Finding, ...], source: Callable[[str], str | None]
) -> tuple[Finding, ...]:
    """The findings with their fingerprints: rule, path, the normalised text of all ends, and nth."""
    blake2b = _hash()
    seen: dict[str, int] = {}
    marked = []

    @lru_cache(16)
    def lines(path: str) -> list[str]:
        return (source(path) or "").split("\n")

    for finding in findings:
        key = _key(finding, lines)
        seen[key] = nth = seen.get(key, 0) + 1
        digest = blake2b(f"{key}\0{nth}".encode(), digest_size=16).hexdigest()
        marked.append(replace(finding, fingerprint=Fingerprint(digest)))
    return tuple(marked)


def _hash() -> Callable[..., Any]:
    """`hashlib.blake2b` from where it comes: hashlib loads OpenSSL for it, which takes 5 ms."""
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    return blake2b


def _key(finding: Finding, lines: Callable[[str], list[str]]) -> str:
    if finding.deployable is not None:
        return f"{finding.rule}\0{finding.deployable}"
    ends = [finding.location, *(e.location for e in finding.evidence)]
    return "\0".join([finding.rule, *(f"{e.path}\0{_excerpt(e, lines)}" for e in ends)])


def _excerpt(location: Location, lines: Callable[[str], list[str]]) -> str:
    span = location.span
    shown = lines(location.path)[span.line - 1 : span.end_line]
    if not shown:
        return ""
    shown[-1] = shown[-1][: span.end_column - 1]
    shown[0] = shown[0][span.column - 1 :]
    return " ".join(" ".join(shown).split())
