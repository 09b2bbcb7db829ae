"""Lockfiles of npm and Yarn 1: for what a dependency of development is installed.

The word of a dependency is `dev` where nothing but development asks for it, `production` where
something else may, as npm itself works it out (`"dev": true`; `devOptional` is installed for
production too) or, of Yarn, where no other package depends on it.
"""

from __future__ import annotations

import re

from ..model import START
from ..source.regex import regex
from ..source.text import Text
from .facts import Entry, Value

_NAME = regex(r'"([^"\n]+)": "')
_INDENT = regex(r'\ufeff?\{\n([ \t]+)"')
_HEADING = regex(r'^"?(@?[^@"\n, ]+)@[^\n]*:$', re.MULTILINE)
_NEEDED = regex(r'^    "?([@\w][^" \n]*)"? ', re.MULTILINE)


def words(text: Text) -> list[Entry]:
    """The direct dependencies of development of a lockfile of npm, all that Yarn 1 lists of one use."""
    content = text.content.replace("\r\n", "\n") if "\r\n" in text.content else text.content
    if text.path.endswith("yarn.lock"):
        return _of_yarn(content)
    return _of_npm(content)


def _of_npm(content: str) -> list[Entry]:
    """Of version 2 and later, which npm 7 and later write; older ones say nothing here.

    npm indents a lockfile as its package.json is: how far tells what stands inside what.
    """
    first = _INDENT.match(content)
    if first is None:
        return []
    unit = first[1]
    group = f'\n{unit * 3}"devDependencies": {{'
    names: set[str] = set()
    at = content.find(group)
    while at >= 0:
        end = content.find("}", at)
        names.update(_NAME.findall(content, at + len(group), end))
        at = content.find(group, end)
    found: dict[str, Entry] = {}
    closed, flag = f"\n{unit * 2}}}", f'\n{unit * 3}"dev": true'
    for part in content.split(f'\n{unit * 2}"node_modules/')[1:] if names else ():
        name = part[: part.find('"')]
        if name in names:
            flagged = flag in part[: part.find(closed)]
            found[name] = _entry(name, "dev" if flagged else "production")
    return [found[name] for name in sorted(found)]


def _of_yarn(content: str) -> list[Entry]:
    if "__metadata:" in content:
        return []
    needed = set(_NEEDED.findall(content))
    names = {heading[1] for heading in _HEADING.finditer(content)}
    return [_entry(name, "dev") for name in sorted(names - needed)]


def _entry(name: str, told: str) -> Entry:
    """Without a place: to count the lines of a megabyte would take longer than all else."""
    return Entry(name, Value(told, told, START), START)
