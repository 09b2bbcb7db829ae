"""nginx's configuration as directives, from its text alone: no `include` is followed.

Source: ngx_conf_read_token of nginx 1.27 and the manual of lua-nginx-module for its blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Problem
from ..source.regex import regex
from ..source.text import BOM, Text
from .facts import Directive, ProxyFile, Value
from .shell.words import MASK

_DEEPEST = 30
_MOST = 20_000

_TOKEN = regex(
    r"""(?P<mark>[{};])
    |(?P<quoted>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')
    |(?P<comment>\#[^\n]*)
    |(?P<word>(?:\\.|\$\{[^}\s]*+\}|[^\s;{\\])(?:\\.|\$\{[^}\s]*+\}|[^\s;{\\])*+)
    |\S""",
    re.DOTALL | re.VERBOSE,
)
_TEMPLATE = regex(r"\{\{.{0,500}?\}\}|\{%.{0,500}?%\}|<%.{0,500}?%>", re.DOTALL)
_VARIABLE = regex(r"\$\{?\w|__[A-Z][A-Z0-9_]*__")
"""What nginx, or an installer, fills in."""
_HOLDER = regex(rf"{MASK}+|__[A-Z][A-Z0-9_]*__")
"""What stands for whole directives, or for a part of one."""
_SHELL = regex(r"\\\$")
_LUA = regex(r"[^{}\"'\-\[]++|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|--[^\n]*|.", re.DOTALL)


def parse(text: Text, *, expanded: bool = False, name: str = "") -> ProxyFile:
    """The configuration that `text` is. What is wrong with its braces is told once."""
    content = _TEMPLATE.sub(_masked, text.content)
    templated = content != text.content or bool(_HOLDER.search(content))
    reader = _Reader(text, content, expanded=expanded)
    reader.read()
    return ProxyFile(
        path=text.path,
        span=text.span(0, len(text.content)),
        proxy="nginx",
        name=name,
        expanded=expanded,
        directives=tuple(reader.levels[0]),
        problems=() if templated else tuple(reader.problems),
    )


def _masked(hit: re.Match[str]) -> str:
    """A template's value as masks, its statements as blanks."""
    return (MASK if hit[0].startswith(("{{", "<%=")) else " ") * len(hit[0])


class _Reader:
    """What is read so far: the directives of each open block, and those blocks' headings."""

    def __init__(self, text: Text, content: str, *, expanded: bool) -> None:
        self.text = text
        self.content = content
        self.expanded = expanded
        self.levels: list[list[Directive]] = [[]]
        self.headings: list[list[re.Match[str]]] = []
        self.problems: list[Problem] = []
        self.count = 0

    def read(self) -> None:
        words: list[re.Match[str]] = []
        for token in self.tokens():
            mark = token["mark"]
            if mark is None:
                if words or not _HOLDER.fullmatch(token[0]):
                    words.append(token)
                continue
            if mark == ";":
                self.add(words, None)
            elif mark == "{":
                self.headings.append(words)
                self.levels.append([])
            elif not self.headings:
                self.told(token.start(), "this brace closes nothing")
            else:
                if words:
                    self.told(words[0].start(), "a semicolon is missing behind this")
                    self.add(words, None)
                self.close()
            words = []
        if words:
            self.told(words[0].start(), "a semicolon is missing behind this")
        while self.headings:
            opened = self.headings[-1]
            at = opened[0].start() if opened else len(self.content)
            self.told(at, "the block that begins here is never closed")
            self.close()

    def tokens(self) -> Iterator[re.Match[str]]:
        """All words and marks; the Lua in a block of it is jumped over."""
        at = len(BOM) if self.content.startswith(BOM) else 0
        last = ""
        while token := _TOKEN.search(self.content, at):
            at = token.end()
            if token["comment"] is not None:
                continue
            if token["mark"] == "{" and last.endswith("_by_lua_block"):
                at = self.behind_lua(at)
            if token.lastgroup is not None:
                last = token[0]
                yield token

    def behind_lua(self, at: int) -> int:
        """Where the brace stands that closes a block of Lua."""
        depth = 1
        for token in _LUA.finditer(self.content, at):
            depth += (token[0] == "{") - (token[0] == "}")
            if not depth:
                return token.start()
        return len(self.content)

    def add(self, words: list[re.Match[str]], block: tuple[Directive, ...] | None) -> None:
        self.count += 1
        if not words or self.count > _MOST or len(self.levels) > _DEEPEST:
            return
        name, *arguments = map(self.value, words)
        span = self.text.span(words[0].start(), words[-1].end())
        self.levels[-1].append(Directive(name.raw, tuple(arguments), span, block))

    def close(self) -> None:
        block = tuple(self.levels.pop())
        self.add(self.headings.pop(), block)

    def value(self, token: re.Match[str]) -> Value:
        start, end = token.span()
        if token["quoted"] is not None:
            start, end = start + 1, end - 1
        raw = self.content[start:end]
        span = self.text.span(start, end)
        shown = self.text.content[start:end]
        if self.expanded:
            unknown = "$" in _SHELL.sub("", raw) or "`" in raw or _VARIABLE.search(raw)
        else:
            unknown = _VARIABLE.search(raw)
        return Value(None if unknown or MASK in raw else raw, shown, span)

    def told(self, at: int, message: str) -> None:
        if not self.problems:
            place = self.text.location(at, min(at + 1, len(self.content)))
            self.problems.append(Problem(place, f"not nginx: {message}"))
