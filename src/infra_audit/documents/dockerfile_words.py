"""What the words of a Dockerfile stand for: quotes, escapes and the variables of ARG and ENV."""

from __future__ import annotations

import re

from msgspec import Struct

from ..source.regex import regex
from ..source.text import Text
from .facts import Value


class Known(Struct, frozen=True, gc=False):
    """What is known of a variable: its value, or the one it has where nobody passes another."""

    literal: str | None
    default: str | None = None


class Words(Struct):
    """How words are read at one place: the escape character, and the variables set so far."""

    escape: str
    variables: dict[str, Known]

    def value(self, text: Text, start: int, end: int) -> Value:
        """The word from `start` to `end` of `text`."""
        raw = text.content[start:end]
        literal, default = self.resolve(raw)
        return Value(literal, raw, text.span(start, end), default)

    def resolve(self, raw: str) -> tuple[str | None, str | None]:
        """The literal of a word, and, where an argument decides, its default."""
        if not _SPECIAL.search(raw):
            return raw, None
        literal: list[str | None] = []
        default: list[str | None] = []
        quote = ""
        at = 0
        while at < len(raw):
            here = raw[at]
            if quote == "'":
                quote, text = ("", "") if here == "'" else (quote, here)
                known = Known(text)
                at += 1
            elif here == self.escape:
                known, at = self._escaped(raw, at, quote)
            elif here == "$":
                known, at = self._variable(raw, at)
            elif here == quote or (not quote and here in "\"'"):
                quote = "" if quote else here
                known = Known("")
                at += 1
            else:
                known = Known(here)
                at += 1
            literal.append(known.literal)
            default.append(known.literal if known.default is None else known.default)
        longest = max(len(raw), _LONGEST)
        known_literal = _joined(literal, longest)
        return known_literal, _joined(default, longest) if known_literal is None else None

    def _escaped(self, raw: str, at: int, quote: str) -> tuple[Known, int]:
        """The escape and what follows; in double quotes it escapes `"`, `$` and itself only."""
        following = raw[at + 1 : at + 2]
        if quote and following not in {'"', "$", self.escape}:
            return Known(self.escape + following), at + 2
        return Known(following), at + 2

    def _variable(self, raw: str, at: int) -> tuple[Known, int]:
        found = _VARIABLE.match(raw, at)
        if not found:
            if raw[at + 1 : at + 2] == "{":
                return Known(None), len(raw)
            return Known("$"), at + 1
        name = found["plain"] or found["name"]
        known = self.variables.get(name, Known(None))
        match found["operator"]:
            case "-" | ":-" if known.literal is None and known.default is None:
                literal, default = self.resolve(found["operand"])
                return Known(None, default if literal is None else literal), found.end()
            case None | "-" | ":-" | "?" | ":?":
                return known, found.end()
            case _:
                return Known(None), found.end()


_SPECIAL = regex(r"[\\`$\"']")
_VARIABLE = regex(
    r"\$(?:(?P<plain>\w+)|\{(?P<name>\w+)(?:(?P<operator>:?[-+?]|[#%/]{1,2})(?P<operand>[^}]*))?\})",
    re.ASCII,
)


_LONGEST = 1000
"""What variables may fill a word up to: each could double the one before."""


def _joined(parts: list[str | None], longest: int) -> str | None:
    known = [part for part in parts if part is not None]
    if len(known) != len(parts) or sum(map(len, known)) > longest:
        return None
    return "".join(known)
