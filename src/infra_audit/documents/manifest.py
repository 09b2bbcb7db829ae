"""The dependency manifests of runtimes other than Node: names, versions and their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch

from ..model import Problem
from ..source.regex import regex
from ..source.text import BOM, Text
from . import json
from .facts import Dependency, Manifest
from .json import Object, Scalar

RUNTIMES = {
    "*requirements*.txt": "python",
    "requirements*.in": "python",
    "pyproject.toml": "python",
    "pipfile": "python",
    "setup.cfg": "python",
    "go.mod": "go",
    "gemfile": "ruby",
    "composer.json": "php",
    "pom.xml": "java",
    "build.gradle": "java",
    "build.gradle.kts": "java",
    "*.csproj": "dotnet",
    "*.fsproj": "dotnet",
    "*.vbproj": "dotnet",
    "directory.packages.props": "dotnet",
    "cargo.toml": "rust",
    "mix.exs": "elixir",
}
"""Patterns of lower-case file names, and the runtime whose packages stand there."""

Found = tuple[str, str, str, int, int]
"""Name, version, group, and the offsets of the entry."""


def runtime(path: str) -> str:
    """The runtime that a manifest of this name belongs to; '' for no known manifest."""
    name = path.rpartition("/")[2].lower()
    if fnmatch(path.lower(), "*requirements/*.txt"):
        return "python"
    return next((value for pattern, value in RUNTIMES.items() if fnmatch(name, pattern)), "")


def parse(text: Text) -> Manifest:
    """The manifest that `text` is; its file name says of which kind."""
    name = text.path.rpartition("/")[2].lower()
    problems: list[Problem] = []
    match runtime(text.path):
        case "php":
            found = _composer(text, problems)
        case "python" | "rust" if name.endswith(".toml") or name == "pipfile":
            from .manifest_toml import dependencies

            found = dependencies(text, problems)
        case "python" if name == "setup.cfg":
            found = list(_setup(text.content))
        case "python":
            found = list(_requirements(text.content))
        case "go":
            found = list(_go(text.content))
        case "ruby":
            found = list(_matches(text.content, _GEM))
        case "java" if name == "pom.xml":
            found = list(_maven(text.content))
        case "java":
            found = list(_gradle(text.content))
        case "dotnet":
            found = list(_matches(text.content, _PACKAGE_REFERENCE))
        case "elixir":
            found = list(_matches(text.content, _MIX))
        case _:
            found = []
    return Manifest(
        path=text.path,
        span=text.span(0, len(text.content)),
        runtime=runtime(text.path),
        name=_named(text.content) if name == "pyproject.toml" else "",
        dependencies=tuple(
            Dependency(name, version, group, text.span(start, end))
            for name, version, group, start, end in found
        ),
        problems=tuple(problems),
    )


def _named(content: str) -> str:
    """What a pyproject.toml calls its project, '' where it does not say."""
    for heading in _HEADINGS.finditer(content):
        named = _NAME.search(
            content, heading.end(), content.find("\n[", heading.end()) + 1 or len(content)
        )
        if named is not None:
            return named[1]
    return ""


_HEADINGS = regex(r"^\ufeff?\[(?:project|tool\.poetry)\]", re.MULTILINE)
_NAME = regex(r"""^name\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE)
_REQUIREMENT = regex(
    r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]\n]*\])?\s*(@|\(?[=<>!~][^;#\n]*)?\s*(?:[;#]|\\?\s*$|--)"
)
_INSTALL_REQUIRES = regex(
    r"^install_requires[^\S\n]*=[^\S\n]*([^\n]*\n(?:[^\S\n]+[^\n]*\n?|\r?\n)*)", re.MULTILINE
)
_EGG = regex(r"[#&]egg=([\w.-]+)")
_GO = regex(r"^[^\S\n]*+(?:require[^\S\n]++)?(\S++)[^\S\n]++(v\S+)", re.MULTILINE)
_GO_REQUIRE = regex(r"^require[^\S\n]*\([^()]*\)|^require[^\S\n]+\S+[^\S\n]+v\S+", re.MULTILINE)
_INDIRECT = regex(r"[^\S\n]*//[^\S\n]*indirect")
_GEM = (
    "gems",
    regex(
        r"^[^\S\n]*gem[ \t(]+[\"'](?P<name>[^\"'\n]+)[\"']"
        r"(?:[^\S\n]*,[^\S\n]*[\"'](?P<version>[^\"'\n]+)[\"'])?",
        re.MULTILINE,
    ),
)
_PACKAGE_REFERENCE = (
    "PackageReference",
    regex(
        r"<Package(?:Reference|Version)\s+(?:Include|Update)=\"(?P<name>[^\"\n]+)\""
        r"(?:\s+Version=\"(?P<version>[^\"\n]*)\")?"
    ),
)
_MIX = (
    "deps",
    regex(r"\{[^\S\n]*:(?P<name>\w+)[^\S\n]*,[^\S\n]*(?:\"(?P<version>[^\"\n]*)\"|\w+:)"),
)
_DEPENDENCY = regex(r"<(dependency|plugin|parent)>(.{0,4000}?)</\1>", re.DOTALL)
_ARTIFACT = regex(r"<artifactId>\s*([^<\s]+)\s*</artifactId>")
_VERSION = regex(r"<version>\s*([^<\s]+)\s*</version>")
_SCOPE = regex(r"<scope>\s*test\s*</scope>")
_GRADLE = regex(
    r"^[^\S\n]*(?P<group>\w+)[^\S\n]*\(?[^\S\n]*(?:platform[^\S\n]*\([^\S\n]*)?"
    r"[\"'](?P<organisation>[\w.-]+):(?P<name>[\w.-]+)(?::(?P<version>[^\"'\n@:]+))?[\"'@:]",
    re.MULTILINE,
)
_GRADLE_PLUGIN = (
    "plugins",
    regex(
        r"^[^\S\n]*id[ \t(]+[\"'](?P<name>[\w.-]+)[\"'][ \t)]*"
        r"(?:version[ \t(]+[\"'](?P<version>[^\"'\n]+)[\"'])?",
        re.MULTILINE,
    ),
)


def _matches(content: str, form: tuple[str, re.Pattern[str]]) -> Iterator[Found]:
    group, pattern = form
    for found in pattern.finditer(content):
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        yield found["name"], found["version"] or "", group, start, found.end()


def requirement(line: str) -> tuple[str, str] | None:
    """Name and version of a requirement (PEP 508) as it stands in a list."""
    found = _REQUIREMENT.match(line)
    if not found:
        return None
    return found[1], "" if found[2] in {None, "@"} else found[2].partition(" --")[0].strip(
        "() \t\r\\"
    )


def _requirements(content: str) -> Iterator[Found]:
    at = len(BOM) if content.startswith(BOM) else 0
    for line in content[at:].splitlines(keepends=True):
        egg = _EGG.search(line)
        found = (egg[1], "") if egg else requirement(line)
        if found is None and " @ " in line and (named := re.match(r"\s*([\w.-]+)", line)):
            found = named[1], ""
        if found and not line.lstrip().startswith("#"):
            start = at + len(line) - len(line.lstrip())
            yield *found, "requirements", start, at + len(line.rstrip())
        at += len(line)


def _setup(content: str) -> Iterator[Found]:
    """The indented lines below `install_requires =` in setup.cfg."""
    listed = _INSTALL_REQUIRES.search(content)
    if listed:
        for name, version, _, start, end in _requirements(listed[1]):
            behind = listed.start(1)
            yield name, version, "install_requires", behind + start, behind + end


def _go(content: str) -> Iterator[Found]:
    for block in _GO_REQUIRE.finditer(content):
        for found in _GO.finditer(content, block.start(), block.end()):
            if "." in found[1].partition("/")[0]:
                group = "indirect" if _INDIRECT.match(content, found.end()) else "require"
                yield found[1], found[2], group, found.start(1), found.end()


def _maven(content: str) -> Iterator[Found]:
    for found in _DEPENDENCY.finditer(content):
        artifact = _ARTIFACT.search(content, found.start(2), found.end(2))
        version = _VERSION.search(found[2])
        group = "test" if _SCOPE.search(found[2]) else found[1]
        if artifact:
            yield artifact[1], version[1] if version else "", group, *artifact.span()


def _gradle(content: str) -> Iterator[Found]:
    for found in _GRADLE.finditer(content):
        start = found.start("group")
        yield found["name"], found["version"] or "", found["group"], start, found.end()
    yield from _matches(content, _GRADLE_PLUGIN)


def _composer(text: Text, problems: list[Problem]) -> list[Found]:
    node, faults = json.nodes(text)
    problems += faults
    found: list[Found] = []
    members = node.last() if isinstance(node, Object) else {}
    for group in ("require", "require-dev"):
        packages = members[group].value if group in members else None
        for name, member in packages.last().items() if isinstance(packages, Object) else ():
            version = member.value.value if isinstance(member.value, Scalar) else ""
            found.append((name, str(version or ""), group, member.key.start, member.value.end))
    return found
