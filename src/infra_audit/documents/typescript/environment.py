"""Environment variables that a program reads, found without a syntax tree."""

from __future__ import annotations

import re

from ...source.regex import regex
from ...source.text import Text
from ..facts import EnvironmentUse, Value

_USE = regex(
    r"""process\.env(?<=\bprocess\.env)\s*(?:(?:\?\.|\.)\s*(?P<name>[A-Za-z_]\w*)(?!\w|\s*\()"""
    r"""|(?:\?\.)?\[\s*(?P<quote>['"`])(?P<key>[A-Za-z_]\w*)(?P=quote)\s*\])"""
)
_TAKEN_APART = regex(r"\{(?P<names>[^{}()]{1,2000})\}\s*=\s*process\.env\b(?!\s*[.\[])")
_PART = regex(r"(?P<name>[A-Za-z_]\w*)\s*(?::\s*\w+\s*)?(?:=\s*(?P<default>[^,]+?)\s*)?(?:,|$)")
_STRING = r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`\\$]*`"""
LITERAL = rf"""{_STRING}|-?\d[\d_]*(?:\.\d+)?|true\b|false\b"""
_FALLBACK = regex(
    rf"""!?(?:(?:\s*,\s*10)?\s*\))?\s*(?:\|\||\?\?)=?\s*"""
    rf"""(?:(?P<literal>{LITERAL})|(?P<other>[\w$.]+))"""
)
_WRAPPED = regex(r"\b(?:Number|parseInt|parseFloat|String)\(\s*$")
_WRITTEN = regex(r"\s*=(?![=>])")
_ASSERTED = regex(r"!(?!=)")
_CLAIMED = regex(r"\b(?:invariant|assert(?:\.ok)?|ok)\(\s*!{0,2}$")
_REFUSED = regex(
    r"""if(?<=\bif)\s*\(\s*!\s*(?P<what>[\w$.]+|process\.env\[[^\]\n]{1,80}\])\s*\)\s*"""
    r"""(?:throw\b|\{[^{}]{0,400}?(?:\bthrow\b|\bprocess\.exit\())"""
)
_BOUND = regex(
    r"\b(?:const|let|var)\s+(?P<local>[\w$]+)\s*(?::[^=\n]{1,40})?=\s*$|\b(?P<key>[\w$]+)\s*:\s*$"
)
_CHECKED = regex(
    r"if(?<=\bif)\s*\((?P<condition>[^{};]{1,300})\)\s*(?:(?=throw\b)|\{[^{}]{0,400}?(?:(?=\bthrow\b)|\bprocess\.exit\())"
    r"|throw(?<=\bthrow)\b(?P<said>[^;\n]{1,200})"
)
"""What a process ends for: the condition, or what it says then."""
_COMPUTED = regex(r"process\.env\[\s*[A-Za-z_$]|\w\(\s*process\.env\s*[,)]")
"""Where the name of a variable is computed, or all of them are handed to what checks them."""
_NAMED = regex(
    r"""(?P<quote>['"`])(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?P=quote)"""
    r"""|\b(?P<key>[A-Z][A-Z0-9]*_[A-Z0-9_]+)[ \t]*:(?![^\n]*\b(?:optional|default|nullish)\()"""
)
_ENDS = regex(r"\bthrow\b|process\.exit\(|\w\(\s*process\.env\s*[,)]")
_ELSEWHERE = regex(
    r"(?:NODE_ENV|[iI][sS]_?[pP][rR][oO][dD]\w*|[iI][sS]_?[dD][eE][vV]\w*)[^;,{}]*(?:[?:]|\)\s*\{?)[^;,{}]*$"
)
"""A condition before a use by which it may be none of production's."""
_WORDS = regex(r"[\w$]+")
_BEFORE = 120


def uses(text: Text) -> tuple[EnvironmentUse, ...]:
    """Every `process.env.NAME` outside line comments, in order, and what is demanded by its name only."""
    content = text.content
    if "process.env" not in content:
        return ()
    refused = {_plain(found["what"]) for found in _REFUSED.finditer(content)}
    refused |= {
        word
        for found in _CHECKED.finditer(content)
        for word in _WORDS.findall(found["condition"] or found["said"])
    }
    found = [use for at in _USE.finditer(content) if (use := _use(text, at, refused))]
    for group in _TAKEN_APART.finditer(content):
        if not _commented(content, group.start()):
            found += _parts(text, group, refused)
    if _COMPUTED.search(content) and _ENDS.search(content):
        found += _demanded(text)
    return tuple(sorted(found, key=lambda use: use.span))


def _demanded(text: Text) -> list[EnvironmentUse]:
    """The variables that a file lists by their names, which ends the process where one is missing."""
    found = []
    for named in _NAMED.finditer(text.content):
        which = "name" if named["name"] else "key"
        if not _commented(text.content, named.start()):
            span = text.span(*named.span(which))
            found.append(EnvironmentUse(named[which], required=True, fallback=None, span=span))
    return found


_ASSIGNED = regex(
    r"""process\.env(?:\.(?P<name>\w+)|\[\s*['"](?P<key>\w+)['"]\s*\]|\[[^\]\n]{1,80}\])?"""
    r"""(?:\s*(?:\|\||\?\?)?=(?![=>])|['"]\s*:)"""
)
"""An assignment, or what a bundler is told to put in the place of a variable."""
_FILLED = regex(r"Object\.assign(?=\(\s*process\.env\b)|loadEnvFile(?=\()")
_CONFIGURED = regex(r"config\(\s*\{[^}]{0,200}\bpath\b")
"""How dotenv is told of another file than the one that it reads by itself."""


def assigned(text: Text) -> tuple[str, ...]:
    """The variables of the environment that a file gives a value; `*` where it may be any."""
    content = text.content
    found = [at["name"] or at["key"] or "*" for at in _ASSIGNED.finditer(content)]
    if ("Object.assign" in content or "loadEnvFile" in content) and _FILLED.search(content):
        found.append("*")
    if "dotenv" in content and _CONFIGURED.search(content):
        found.append("*")
    return tuple(dict.fromkeys(found))


def unquoted(raw: str) -> str:
    """The value of a literal as JavaScript writes it."""
    if raw[:1] not in ("'", '"', "`"):
        return raw.replace("_", "") if raw[:1].isdigit() else raw
    inner = raw[1:-1]
    return _ESCAPE.sub(_unescape, inner).replace("\r\n", "\n") if "\\" in raw else inner


_ESCAPE = regex(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r\n|(.|\n))")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def _unescape(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits:
        code = int(digits, 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"
    return _LETTERS.get(found[4], found[4]) if found[4] else ""


def _use(text: Text, found: re.Match[str], refused: set[str]) -> EnvironmentUse | None:
    content, start, end = text.content, found.start(), found.end()
    if _commented(content, start) or _WRITTEN.match(content, end):
        return None
    before = content[max(0, start - _BEFORE) : start]
    if before.endswith("delete "):
        return None
    name = found["name"] or found["key"]
    bound = _BOUND.search(before)
    local = (bound["local"] or bound["key"]) if bound is not None else name
    fallback = _fallback(text, before, end)
    return EnvironmentUse(
        name=name,
        required=not refused.isdisjoint((name, f"process.env.{name}", local))
        or (fallback is not None and _ELSEWHERE.search(before) is not None)
        or (
            fallback is None
            and (_ASSERTED.match(content, end) is not None or _CLAIMED.search(before) is not None)
        ),
        fallback=fallback,
        span=text.span(start, end),
    )


def _fallback(text: Text, before: str, end: int) -> Value | None:
    found = _FALLBACK.match(text.content, end)
    if found is None:
        return None
    closes = ")" in text.content[end : found.start("literal" if found["literal"] else "other")]
    if closes and not _WRAPPED.search(before):
        return None
    which = "literal" if found["literal"] else "other"
    raw = found[which]
    literal = unquoted(raw) if which == "literal" else None
    return Value(literal, raw.replace("\r\n", "\n"), text.span(*found.span(which)))


def _parts(text: Text, group: re.Match[str], refused: set[str]) -> list[EnvironmentUse]:
    start = group.start("names")
    found = []
    for part in _PART.finditer(group["names"]):
        raw = part["default"]
        fallback = None
        if raw is not None:
            literal = unquoted(raw) if re.fullmatch(LITERAL, raw) else None
            at = start + part.start("default")
            fallback = Value(literal, raw.replace("\r\n", "\n"), text.span(at, at + len(raw)))
        at = start + part.start("name")
        span = text.span(at, at + len(part["name"]))
        required = part["name"] in refused
        found.append(EnvironmentUse(part["name"], required, fallback, span))
    return found


def _commented(content: str, at: int) -> bool:
    line = content[max(content.rfind("\n", 0, at) + 1, at - 500) : at]
    head = line.lstrip()
    return head.startswith(("//", "* ", "/*")) or " // " in line


def _plain(what: str) -> str:
    key = re.fullmatch(r"process\.env\[\s*['\"`](\w+)['\"`]\s*\]", what)
    return f"process.env.{key[1]}" if key else what
