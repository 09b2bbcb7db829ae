"""Prisma schemas: datasources, generators and the names of models."""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]

from ..model import Problem, Span
from ..source.regex import regex
from ..source.text import BOM, Text
from .facts import Datasource, Entry, Schema, Value
from .json import whole


def parse(text: Text) -> Schema:
    """The schema that `text` is, or the part of one that it holds."""
    reader = _Reader(text)
    reader.read()
    return Schema(
        path=text.path,
        span=text.span(0, len(text.content)),
        datasources=tuple(reader.datasources),
        generators=tuple(reader.generators),
        models=tuple(reader.models),
        problems=tuple(reader.problems),
    )


_BLANK = regex(r"(?:\s+|//[^\n]*|/\*.*?(?:\*/|\Z))*", re.DOTALL)
_HEADING = regex(r"(datasource|generator|model|enum|type|view)\s+([\w-]+)\s*\{")
_OLD_ALIAS = regex(r"type\s+\w+\s*=[^\n]*")
_INSIDE = regex(r'"(?:[^"\\\n]|\\[^\n]?)*+"?|//[^\n]*|/\*.*?(?:\*/|\Z)|[{}]', re.DOTALL)
_KEY = regex(r"([A-Za-z]\w*)[^\S\n]*=\s*")
_STRING = regex(r'"(?:[^"\\\n]|\\.)*"')
_ENVIRONMENT = regex(r'env\s*\(\s*("(?:[^"\\\n]|\\.)*")\s*,?\s*\)')
_ARRAY = regex(
    r'\[(?>"(?:[^"\\\n]|\\.)*+"|//[^\n]*|/\*.*?(?:\*/|\Z)|[^\]"{}=]){0,4000}+\]', re.DOTALL
)
_WORD = regex(r"[^\s{}/]+")


class _Reader:
    """Reads block after block; what was read before a fault stays."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.content = text.content
        self.datasources: list[Datasource] = []
        self.generators: list[Entry] = []
        self.models: list[str] = []
        self.problems: list[Problem] = []
        self.lost = False

    def skip(self, at: int) -> int:
        """Where the next token begins behind blanks and comments."""
        found = _BLANK.match(self.content, at)
        return found.end() if found else at

    def read(self) -> None:
        at = self.skip(len(BOM) if self.content.startswith(BOM) else 0)
        while at < len(self.content):
            heading = _HEADING.match(self.content, at)
            if heading:
                at = self.block(heading)
            else:
                alias = _OLD_ALIAS.match(self.content, at)
                at = alias.end() if alias else self.lose(at)
            at = self.skip(at)

    def lose(self, at: int) -> int:
        """The end of a line that begins no block; only the first such line is told."""
        end = self.content.find("\n", at)
        end = len(self.content) if end < 0 else end
        if not self.lost:
            self.lost = True
            message = "no Prisma: a block such as model, enum or datasource is expected here"
            self.problems.append(Problem(self.text.location(at, end), message))
        return end

    def block(self, heading: re.Match[str]) -> int:
        """Keeps what a block says, and gives the place behind it."""
        kind, name = heading.groups()
        span = self.text.span(heading.start(), heading.end(2))
        at = heading.end()
        settings: list[Entry] = []
        if kind in {"datasource", "generator"}:
            settings, at = self.settings(at)
        if kind == "datasource":
            self.datasources.append(_datasource(name, settings, span))
        elif kind == "generator":
            self.generators.append(Entry(name, _setting(settings, "provider"), span))
        elif kind == "model":
            self.models.append(name)
        return self.closing(at, heading)

    def closing(self, at: int, heading: re.Match[str]) -> int:
        """Behind the brace that closes a block, or where the next begins if it is missing."""
        depth = 1
        for found in _INSIDE.finditer(self.content, at):
            if found[0] == "}":
                depth -= 1
            elif found[0] == "{":
                begin = self.content.rfind("\n", 0, found.start()) + 1
                following = _HEADING.match(self.content, self.skip(begin))
                if following and at <= following.start() < following.end() == found.end():
                    return self.unclosed(heading, following.start())
                depth += 1
            if not depth:
                return found.end()
        return self.unclosed(heading, len(self.content))

    def unclosed(self, heading: re.Match[str], at: int) -> int:
        where = self.text.location(heading.start(), heading.end())
        message = f"the {heading[1]} {heading[2]} is never closed: a brace is missing"
        self.problems.append(Problem(where, message))
        return at

    def settings(self, at: int) -> tuple[list[Entry], int]:
        """The `key = value` lines of a block, up to its end or what is none."""
        found: list[Entry] = []
        at = self.skip(at)
        while at < len(self.content) and self.content[at] not in "{}":
            if _HEADING.match(self.content, at):
                break
            key = _KEY.match(self.content, at)
            value, at = self.value(key.end()) if key else (None, self.line_end(at))
            if key:
                found.append(Entry(key[1], value, self.text.span(*key.span(1))))
            at = self.skip(at)
        return found, at

    def line_end(self, at: int) -> int:
        end = self.content.find("\n", at)
        return len(self.content) if end < 0 else end

    def value(self, at: int) -> tuple[Value | None, int]:
        """A string, `env("X")`, a list or a bare word, and where it ends."""
        for form in (_STRING, _ENVIRONMENT, _ARRAY, _WORD):
            found = form.match(self.content, at)
            if found:
                literal = found[0] if form is _WORD else None
                if form is _STRING:
                    literal = _unescaped(found[0])
                span = self.text.span(*found.span())
                return Value(literal, found[0], span), found.end()
        return None, self.line_end(at)


def _datasource(name: str, settings: list[Entry], span: Span) -> Datasource:
    url = _setting(settings, "url")
    environment = _ENVIRONMENT.fullmatch(url.raw) if url else None
    return Datasource(
        name=name,
        provider=_setting(settings, "provider"),
        url=url,
        variable=_unescaped(environment[1]) if environment else "",
        span=span,
        settings=tuple(entry for entry in settings if entry.name not in {"provider", "url"}),
    )


def _setting(settings: list[Entry], name: str) -> Value | None:
    values = [entry.value for entry in settings if entry.name == name]
    return values[-1] if values else None


def _unescaped(string: str) -> str:
    try:
        return whole(str(scanstring(string, 1, False)[0]))
    except JSONDecodeError:
        return string[1:-1]
