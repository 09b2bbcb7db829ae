"""Files of data: databases, and dumps of them. Only what is in the first bytes is told."""

from __future__ import annotations

from re import IGNORECASE, MULTILINE, VERBOSE

from msgspec.structs import replace

from ..model import START, Span
from ..source.regex import regex
from ..source.text import BOM, Text
from . import sqlite
from .facts import Data

SNIFFED = 4096
"""The bytes that tell whether a file is worth reading."""

_PACKED = b"\x1f\x8b"
_DUMPED = regex(
    rb"^(?:\xef\xbb\xbf)?(?:--|/\*) *(?:PostgreSQL database (?:cluster )?dump|(?:MySQL|MariaDB) dump|phpMyAdmin SQL Dump|Adminer [\d.]+|HeidiSQL|Navicat)"
    rb"|^-- Dump(?:ed from database| completed)|^(?:\xef\xbb\xbf)?PRAGMA foreign_keys=OFF;\s+BEGIN TRANSACTION;",
    IGNORECASE | MULTILINE,
)
"""How the dumps of known tools begin."""
_ROWS = regex(
    r"""^(?:COPY[ ](?P<copied>\S+)[ ][^\n]*FROM[ ]stdin;\r?\n(?!\\\.)|INSERT[ ]INTO[ ](?P<inserted>[\w.$"`\[\]]+))""",
    MULTILINE | VERBOSE,
)
_AT = regex(rb"@((?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24})")
_LOCAL = regex(rb"[\w.+-]+$")
_LONGEST = 64
_SHOWN = regex(
    rb"(?i)(?:^|\.)(?:example|test|invalid|local|localhost|sample|demo|fake|dummy|acme|company|domain|email|mail|foo|bar|seed|mailinator"
    rb"|yourdomain|yourcompany|github|gitlab|sentry|ingest)\.|\.(?:test|example|invalid|local|localhost)$"
)
"""Domains that nobody's address is in."""
_NOBODY = regex(
    rb"(?i)(?:no-?reply|do-?not-?reply|git|test\w*|user\d*|admin\d*|demo\w*|example\w*|info|support|hello|contact)$"
)
_MOST = 2000
"""Hits after which no more are looked for."""


def is_data(head: bytes) -> bool:
    """Whether the first bytes are those of a database, a dump, or something packed that may be one."""
    return head.startswith((sqlite.MAGIC, _PACKED)) or _DUMPED.search(head) is not None


def parse(path: str, data: bytes, size: int) -> Data | None:
    """What is known of a file of `size` bytes that begins with `data`; None for none of these."""
    if data.startswith(_PACKED):
        inner = _unpacked(data)
        found = parse(path, inner, size) if not inner.startswith(_PACKED) else None
        return None if found is None else replace(found, span=START)
    named = sqlite.tables(data)
    if named is not None:
        return Data(path, START, "sqlite", size, named, _addresses(data))
    if _DUMPED.search(data[:SNIFFED]) is None:
        return None
    text, _ = Text.decode(path, data)
    return Data(path, _first_line(text), "dump", size, _filled(text), _addresses(data))


def _unpacked(data: bytes) -> bytes:
    """What was packed, b"" where that is broken; a bomb goes off in a few megabytes."""
    from zlib import decompressobj, error

    try:
        return decompressobj(31).decompress(data, len(data) * 4)
    except error:
        return b""


def _first_line(text: Text) -> Span:
    """The place of a dump: its rows are what nobody should be shown."""
    start = 1 if text.content.startswith(BOM) else 0
    return text.span(start, start + len(text.content[start:].split("\n", 1)[0].rstrip()))


def _filled(text: Text) -> tuple[str, ...]:
    """The tables of which a dump holds rows."""
    names = (found["copied"] or found["inserted"] for found in _ROWS.finditer(text.content))
    return tuple(dict.fromkeys(name.rpartition(".")[2].strip('"`[]') for name in names))


def _addresses(data: bytes) -> int:
    """How many different e-mail addresses there are, examples left out; a lower bound of many."""
    found = set()
    for nth, hit in enumerate(_AT.finditer(data)):
        if nth >= _MOST:
            break
        local = _LOCAL.search(data, max(0, hit.start() - _LONGEST), hit.start())
        if local is None or _SHOWN.search(hit[1]) or _NOBODY.search(local[0]):
            continue
        found.add((local[0][-6:].lower(), hit[1][:6].lower()))
    return len(found)
