"""Lockfiles of npm and Yarn 1: for what a dependency of development is installed.

The word of a dependency is `dev` where nothing but development asks for it, `production` where
something else may, as npm itself works it out (`"dev": true`; `devOptional` is installed for
production too) or, of Yarn, where no other package depends on it.
"""

from __future__ import annotations

from ..source.regex import regex
from ..source.text import Text
from .facts import Entry, Value

NAMES = frozenset({"package-lock.json", "npm-shrinkwrap.json", "yarn.lock"})
"""The lockfiles that are read."""

_GROUP = regex(r'^      "devDependencies": \{\n((?:        [^\n]*\n)*)', 8)
_NAME = regex(r'"([^"\n]+)": "')
_FLAG = regex(r'\n      "(dev|devOptional)": true')
_HEADING = regex(r'(?m)^"?(@?[^@"\n, ]+)@[^\n]*:$')
_NEEDED = regex(r'(?m)^    "?([@\w][^" \n]*)"? ')


def words(text: Text) -> list[Entry]:
    """The direct dependencies of development of a lockfile of npm, all that Yarn 1 lists of one use."""
    content = text.content.replace("\r\n", "\n") if "\r\n" in text.content else text.content
    if text.path.endswith("yarn.lock"):
        return _of_yarn(content, text)
    return _of_npm(content, text)


def _of_npm(content: str, text: Text) -> list[Entry]:
    """Of version 2 and later, which npm 7 and later write; older ones say nothing here."""
    names = {
        name for group in _GROUP.finditer(content) for name in _NAME.findall(group[1])
    }
    found: list[Entry] = []
    for name in sorted(names):
        start = content.find(f'\n    "node_modules/{name}": {{')
        if start < 0:
            continue
        end = content.find("\n    }", start)
        flag = _FLAG.search(content, start, end)
        found.append(_entry(text, name, "dev" if flag and flag[1] == "dev" else "production"))
    return found


def _of_yarn(content: str, text: Text) -> list[Entry]:
    if "__metadata:" in content:
        return []
    needed = set(_NEEDED.findall(content))
    names = {heading[1] for heading in _HEADING.finditer(content)}
    return [_entry(text, name, "dev") for name in sorted(names - needed)]


def _entry(text: Text, name: str, told: str) -> Entry:
    span = text.span(0, 0)
    return Entry(name, Value(told, told, span), span)
