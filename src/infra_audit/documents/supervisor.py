"""Configurations of supervisord: what its `[program:…]` sections run.

Source: supervisord's manual (4.2), "Configuration File"; it is read by Python's configparser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..source.regex import regex
from ..source.text import BOM, Text
from .embedded import exec_form
from .facts import Entry, Hosted, HostedCommand, Hosting, Value
from .shell.syntax import Script
from .shell.words import MASK

_MOST = 500
_SECTION = regex(r"\[(?P<name>[^\]\n]+)\]")
_SETTING = regex(r"(?P<key>[\w.-]+)[ \t]*[=:][ \t]*(?P<value>[^\r\n]*)")
_COMMENT = regex(r"(?:^|\s);.*")
_FILLED = regex(r"%\([^)]*\)\w|\{\{.*?\}\}|\$\{?\w+\}?")
_ASSIGNMENT = regex(r"""(\w+)=("[^"]*"|'[^']*'|[^,]*)""")


def parse(text: Text) -> Hosting:
    """The programs of a configuration, in order, and what holds for all of them."""
    return Hosting(
        path=text.path,
        span=text.span(0, len(text.content)),
        provider="supervisor",
        services=tuple(hosted for each in _sections(text) for hosted in _program(text, *each)),
        options=tuple(entry for each in _sections(text) for entry in _settings(text, *each)),
    )


_Given = dict[str, tuple[re.Match[str], Text]]
"""The settings of a section by their keys."""


def _sections(text: Text) -> Iterator[tuple[re.Match[str], _Given]]:
    heading: re.Match[str] | None = None
    given: _Given = {}
    at = len(BOM) if text.content.startswith(BOM) else 0
    for line in text.content[at:].splitlines(keepends=True):
        found = _SECTION.match(text.content, at)
        setting = _SETTING.match(text.content, at)
        if found:
            if heading:
                yield heading, given
            heading, given = found, {}
        elif setting and len(given) < _MOST:
            start, end = setting.span("value")
            comment = _COMMENT.search(text.content, start, end)
            given[setting["key"]] = setting, text.slice(start, comment.start() if comment else end)
        at += len(line)
    if heading:
        yield heading, given


def _settings(text: Text, heading: re.Match[str], given: _Given) -> Iterator[Entry]:
    """What holds for all programs: supervisord's own settings, and the files that it reads besides."""
    section = heading["name"].strip()
    if section in ("supervisord", "include"):
        for key, (found, value) in given.items():
            yield Entry(f"{section}.{key}", _value(value), text.span(*found.span("key")))


def _program(text: Text, heading: re.Match[str], given: _Given) -> Iterator[Hosted]:
    kind, _, name = heading["name"].partition(":")
    if kind not in ("program", "fcgi-program", "eventlistener"):
        return
    values = {key: _value(value) for key, (_, value) in given.items()}
    command = _command(given["command"][1], name) if "command" in given else None
    yield Hosted(
        name=name.strip(),
        kind=kind,
        span=text.span(*heading.span("name")),
        commands=(HostedCommand("start", command, command.span),) if command else (),
        directory=values.get("directory"),
        user=values.get("user"),
        restart=values.get("autorestart"),
        environment=tuple(_variables(given["environment"][1])) if "environment" in given else (),
        options=tuple(
            Entry(key, values[key], text.span(*found.span("key")))
            for key, (found, _) in given.items()
        ),
    )


def _value(text: Text) -> Value:
    raw = text.content.rstrip()
    literal = None if _FILLED.search(raw) else raw
    return Value(literal, raw, text.span(0, len(raw)))


def _command(text: Text, name: str) -> Script | None:
    """The command as supervisord splits it: quotes, but no shell."""
    content = text.content.rstrip()
    masked = _FILLED.sub(lambda hit: MASK * len(hit[0]), content)
    words: list[tuple[str, int, int]] = []
    for start, end in _words(masked):
        raw = masked[start:end]
        quoted = len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "'\""
        words.append((raw[1:-1], start + 1, end - 1) if quoted else (raw, start, end))
    return exec_form(text.slice(0, len(content)), words, name=name) if words else None


_WORD = regex(r"""(?:"[^"]*"|'[^']*'|[^\s"']|["'])+""")


def _words(content: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _WORD.finditer(content))


def _variables(text: Text) -> Iterator[Entry]:
    """The variables of `environment=A="b",C=d`."""
    for found in _ASSIGNMENT.finditer(text.content):
        start, end = found.span(2)
        raw = found[2]
        if raw[:1] in "'\"" and raw:
            start, end = start + 1, end - 1
        yield Entry(found[1], _value(text.slice(start, end)), text.span(*found.span(1)))
