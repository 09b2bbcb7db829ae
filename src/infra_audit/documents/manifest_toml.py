"""Dependencies in TOML: pyproject.toml, Pipfile and Cargo.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from ..model import Problem
from ..source.regex import regex
from ..source.text import BOM, Text
from .manifest import Found, requirement

Named = tuple[str, str, str, list[str]]
"""Name, version, group, and what to look for in the text, the surest first."""


def dependencies(text: Text, problems: list[Problem]) -> list[Found]:
    """The dependencies in `text`, with the places of their lines."""
    if any(part.count(".") > _DOTS for part in _KEYS.split(text.content)):
        problems.append(_problem(text, RecursionError()))
        return []
    try:
        table = tomllib.loads(text.content.removeprefix(BOM))
    except (ValueError, RecursionError) as error:
        problems.append(_problem(text, error))
        return []
    name = text.path.rpartition("/")[2].lower()
    reader = {"pipfile": _pipfile, "cargo.toml": _cargo}.get(name, _pyproject)
    return list(_placed(text.content, reader(table)))


_KEYS = regex(r"[\n,=\[\]{}#]")
_DOTS = 300
"""Of one key: tomllib takes time by their square."""
_NEAR = 5000
_FAR = 100
"""How many entries are looked for further away than that."""
_AT_LINE = regex(r"\s*\(at line (\d+), column (\d+)\)")


def _problem(text: Text, error: Exception) -> Problem:
    place = _AT_LINE.search(str(error))
    at = 0
    for _ in range(int(place[1]) - 1 if place else 0):
        at = text.content.find("\n", at) + 1
    reason = _AT_LINE.sub("", str(error)).partition("\n")[0]
    if isinstance(error, RecursionError):
        reason = "nested too deeply"
    end = text.content.find("\n", at)
    end = len(text.content) if end < 0 else end
    return Problem(text.location(at, end), f"not TOML: {reason[:80].lower()}")


def _placed(content: str, named: Iterator[Named]) -> Iterator[Found]:
    """Each entry with its line: they are looked for one behind the other, group by group."""
    at = far = 0
    last = ""
    for name, version, group, needles in named:
        if group != last:
            last = group
            heading = content.find(f"[{group}]")
            at = max(heading, 0)
        start = _first(content, needles, at, at + _NEAR)
        if start < 0 and far < _FAR:
            far += 1
            start = _first(content, needles, at, len(content))
        if start < 0:
            yield name, version, group, at, at
            continue
        start += content[start] == "\n"
        end = content.find("\n", start)
        end = len(content) if end < 0 else end
        yield name, version, group, start, start + len(content[start:end].rstrip().rstrip(","))
        at = start


def _first(content: str, needles: list[str], start: int, end: int) -> int:
    found = [here for each in needles if (here := content.find(each, start, end)) >= 0]
    return min(found, default=-1)


def _lists(lists: dict[str, Any], prefix: str) -> Iterator[Named]:
    for group, requirements in lists.items():
        for line in requirements if isinstance(requirements, list) else ():
            found = requirement(line) if isinstance(line, str) else None
            if found:
                yield *found, f"{prefix}{group}", [f'"{line}"', f"'{line}'", found[0]]


def _table(table: object, group: str) -> Iterator[Named]:
    if isinstance(table, dict):
        for name, version in table.items():
            needles = [f"\n{name} ", f"\n{name}=", f'\n"{name}"', f"\n{name}.", f"{group}.{name}]"]
            yield name, _version(version), group, needles


def _version(given: object) -> str:
    if isinstance(given, dict):
        given = given.get("version")
    return given if isinstance(given, str) else ""


def _at(table: Any, *path: str) -> dict[str, Any]:
    for key in path:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _pyproject(table: dict[str, Any]) -> Iterator[Named]:
    project = _at(table, "project")
    yield from _lists({"dependencies": project.get("dependencies")}, "project.")
    yield from _lists(_at(project, "optional-dependencies"), "project.optional-dependencies.")
    yield from _lists(_at(table, "dependency-groups"), "dependency-groups.")
    poetry = _at(table, "tool", "poetry")
    for key in ("dependencies", "dev-dependencies"):
        yield from _table(poetry.get(key), f"tool.poetry.{key}")
    for group, content in _at(poetry, "group").items():
        path = f"tool.poetry.group.{group}.dependencies"
        yield from _table(_at(content, "dependencies"), path)


def _pipfile(table: dict[str, Any]) -> Iterator[Named]:
    for key in ("packages", "dev-packages"):
        yield from _table(table.get(key), key)


def _cargo(table: dict[str, Any]) -> Iterator[Named]:
    keys = ("dependencies", "dev-dependencies", "build-dependencies")
    for key in keys:
        yield from _table(table.get(key), key)
    yield from _table(_at(table, "workspace", "dependencies"), "workspace.dependencies")
    for target, content in _at(table, "target").items():
        for key in keys:
            yield from _table(_at(content, key), f"target.{target}.{key}")
