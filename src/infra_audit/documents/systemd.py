"""systemd units: settings with their sections, and what the `Exec…=` lines run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..model import Problem
from ..source.regex import regex
from ..source.text import BOM, Text
from .facts import Entry, Setting, UnitFile, Value
from .shell.words import MASK
from .systemd_commands import command, masked, words

KINDS = frozenset(
    {"service", "socket", "timer", "mount", "automount", "path", "target", "slice", "scope", "swap"}
    | {"device", "network", "netdev", "link", "nspawn", "container", "volume", "pod", "kube"}
)


def parse(text: Text) -> UnitFile:
    """The unit that `text` is. What is no setting is told once; the rest is kept."""
    name = _unit_name(text.path)
    settings: list[Setting] = []
    garbage: list[Problem] = []
    section = ""
    for line in _lines(text):
        content = line.joined.content
        heading = _SECTION.match(content)
        found = _SETTING.match(content)
        if heading:
            section = heading[1]
        elif found and section:
            settings.append(_setting(line.joined, found, section))
        elif not garbage:
            told = "this is no setting" if section else "a setting stands before the first section"
            garbage.append(Problem(text.location(line.start, line.end), told))
    return UnitFile(
        path=text.path,
        span=text.span(0, len(text.content)),
        name=name,
        kind=_kind(name),
        settings=tuple(settings),
        problems=tuple(garbage),
    )


class _Line(Struct, frozen=True):
    """A line with those that continue it; each end of line between them is one blank."""

    joined: Text
    start: int
    end: int


_SECTION = regex(r"\[([^\[\]]+)\]\s*$")
_SETTING = regex(r"([^\s=\[](?:[^=]*[^\s=])?)\s*=\s*")
_ASSIGNMENT = regex(r"([A-Za-z_]\w*)=(.*)", re.DOTALL | re.ASCII)


def _unit_name(path: str) -> str:
    """The name of the unit; a drop-in's is that of its folder, a template's lacks its suffix."""
    folder, _, name = path.rpartition("/")
    if folder.endswith(".d") and name.endswith(".conf"):
        return folder.rpartition("/")[2].removesuffix(".d")
    parts = name.split(".")
    for count in range(len(parts), 1, -1):
        if parts[count - 1] in KINDS:
            return ".".join(parts[:count])
    return name


def _kind(name: str) -> str:
    suffix = name.rpartition(".")[2]
    return suffix if suffix in KINDS else ""


def _lines(text: Text) -> Iterator[_Line]:
    """The lines that say something: comments count for nothing, also between continuations."""
    content = text.content
    parts: list[tuple[int, int]] = []
    at = len(BOM) if content.startswith(BOM) else 0
    while at < len(content):
        end = content.find("\n", at)
        end = len(content) if end < 0 else end
        stop = at + len(content[at:end].rstrip())
        start = stop - len(content[at:stop].lstrip())
        if content[start : start + 1] not in {"#", ";"} or start == stop:
            goes_on = content[stop - 1 : stop] == "\\" and stop > start
            parts.append((start, stop - 1 if goes_on else stop))
            if not goes_on:
                if parts[0] != (start, start) or len(parts) > 1:
                    yield _joined(text, parts)
                parts = []
        at = end + 1
    if parts:
        yield _joined(text, parts)


def _joined(text: Text, parts: list[tuple[int, int]]) -> _Line:
    """One line of several, with a blank in place of each backslash and what stands behind it."""
    content: list[str] = []
    segments: list[tuple[int, int]] = []
    length = 0
    for start, end in parts:
        segments.append((length, start))
        content.append(text.content[start:end])
        length += end - start + 1
    if len(parts) == 1:
        return _Line(text.slice(*parts[0]), *parts[0])
    joined = " ".join(content).rstrip()
    return _Line(text.piece(joined, tuple(segments)), parts[0][0], max(parts[-1]))


def _setting(text: Text, found: re.Match[str], section: str) -> Setting:
    key = found[1]
    start, end = found.end(), len(text.content)
    runs = key.startswith("Exec") and start < end
    given = words(text, start) if key == "Environment" else []
    return Setting(
        section=section,
        key=key,
        value=Value(_literal(text.content[start:]), text.content[start:], text.span(start, end)),
        span=text.span(*found.span(1)),
        script=command(text, start, key) if runs else None,
        entries=tuple(entry for word in given if (entry := _variable(text, word))),
    )


def _literal(raw: str) -> str | None:
    """The value with its `%%` undone; None where a specifier or a template fills something in."""
    value = masked(raw)
    return None if MASK in value or "${" in value else value


def _variable(text: Text, word: tuple[str, int, int]) -> Entry | None:
    """One assignment of `Environment=`."""
    content, start, end = word
    found = _ASSIGNMENT.match(content)
    if not found:
        return None
    span = text.span(start, end)
    return Entry(found[1], Value(_literal(found[2]), text.content[start:end], span), span)
