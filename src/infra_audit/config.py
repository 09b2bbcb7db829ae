"""The configuration: `.infra-audit.yaml`, or `[tool.infra-audit]` in `pyproject.toml`, strictly read."""

from __future__ import annotations

import os
from typing import Any, Literal

from msgspec import Struct, field

from .model import START, Declaration, Location, Span, UsageError

NAMES = (".infra-audit.yaml", ".infra-audit.yml", "pyproject.toml")
KINDS = ("server", "containers", "platform", "kubernetes", "static", "library", "template")
DECLARED = (
    "kind",
    "dockerfile",
    "orchestration",
    "pipeline",
    "rollback",
    "backup",
    "metrics",
    "apm",
    "error-tracking",
    "health",
    "infrastructure",
)
"""What `declare:` may tell."""

_LARGEST = 64 * 1024
_LARGEST_PYPROJECT = 2 * 1024 * 1024
_DEEPEST = 20


class Declared(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A declared fact with its reason."""

    is_: str = field(name="is")
    reason: str


class AllowEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A finding allowed in the configuration, by rule and, if given, path glob or deployable."""

    rule: str
    reason: str
    path: str | None = None
    deployable: str | None = None


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What a repository's people have decided."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Globs of paths that are not read."""
    fail_on: Literal["error", "warning", "note"] = "error"
    allow: tuple[AllowEntry, ...] = ()
    declare: dict[str, str | Declared] = {}
    source: str = field(default="", name="source-path")
    """The file that this was read from, '' for none; set by `load`."""
    declarations: tuple[Declaration, ...] = field(default=(), name="declarations-read")
    """`declare`, with places; set by `load`."""


def load(root: str, path: str | None = None) -> Config:
    """The configuration of the repository at `root`, or of the file at `path`.

    Raises UsageError naming file, key and what to write.
    """
    for name in (path,) if path else NAMES:
        full = path or os.path.join(root, name)
        if not path and not os.path.isfile(full):
            continue
        if not path and not _inside(root, name):
            continue
        data: Any = None
        content = _content(full)
        if not full.endswith(".toml"):
            data = _yaml(full, content)
        elif "tool.infra-audit" in content:
            data = _toml(full, content)
        if data is not None:
            shown = path or name
            return _config(shown, content, data)
    return Config()


def _inside(root: str, name: str) -> bool:
    """Whether the file is the repository's own: a link out of it would show what is not audited."""
    root = os.path.realpath(root)
    if os.path.realpath(os.path.join(root, name)).startswith(os.path.join(root, "")):
        return True
    if name == "pyproject.toml":
        return False
    raise UsageError(f"{name}: is a link out of the repository; put the configuration itself there")


def _content(path: str) -> str:
    """The text of the file. A `pyproject.toml` is others' business until it is known to name us."""
    ours = not path.endswith("pyproject.toml")
    largest = _LARGEST if ours else _LARGEST_PYPROJECT
    try:
        with open(path, "rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        if not ours:
            return ""
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > largest:
        if not ours:
            return ""
        raise UsageError(f"{path}: is larger than {largest // 1024} kB")
    if not ours and b"tool.infra-audit" not in data:
        return ""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8") from error


def _toml(path: str, content: str) -> Any:
    import tomllib

    try:
        tool = tomllib.loads(content).get("tool")
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {error}") from error
    return tool.get("infra-audit") if isinstance(tool, dict) else None


def _yaml(path: str, content: str) -> Any:
    """What the file holds. Every scalar is a text: no tag, date, number or merge is resolved."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    depth = 0
    try:
        for event in yaml.parse(content, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise UsageError(f"{path}: is nested deeper than {_DEEPEST}")
        return yaml.load(content, Loader=loader) or {}  # noqa: S506 - it makes nothing but texts
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from error


def _config(path: str, content: str, data: Any) -> Config:
    import msgspec

    if isinstance(data, dict):
        for key in ("source-path", "declarations-read"):
            if key in data:
                raise UsageError(f"{path}: {key}: no such key; {_known_keys()}")
    try:
        config = msgspec.convert(data, Config, strict=True)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {_explained(str(error))}") from error
    for entry in config.allow:
        if not entry.reason.strip():
            raise UsageError(f"{path}: allow: {entry.rule}: write a reason, not ''")
    for pattern in (*config.exclude, *(e.path for e in config.allow if e.path is not None)):
        if not _is_glob(pattern):
            raise UsageError(f"{path}: `{pattern}` is no pattern: write one as in .gitignore")
    declared = tuple(_declaration(path, content, k, v) for k, v in config.declare.items())
    return msgspec.structs.replace(config, source=path, declarations=declared)


def _is_glob(pattern: str) -> bool:
    """Whether a pattern names paths: something is left of it, and its brackets are closed."""
    bare = pattern.replace("\\[", "").replace("[!]", "[!")
    return bool(pattern.strip("/ !")) and bare.count("[") <= bare.count("]")


def _explained(error: str) -> str:
    """A validation error as `key: what is wrong; what to write`."""
    message, _, where = error.partition(" - at `$")
    where = where.rstrip("`").lstrip(".")
    shown = message.replace("Object contains unknown field", "no such key:")
    shown = shown.replace("Object missing required field", "a key is missing:")
    shown = shown.replace("Expected `array`, got `str`", "write a list, such as [scripts]")
    if where == "fail-on":
        shown = "write error, warning or note"
    if message.startswith("Object contains unknown field"):
        known = (
            "write rule, reason, path or deployable" if where.startswith("allow") else _known_keys()
        )
        shown = f"{shown}; {known}"
    return f"{where}: {shown}" if where else shown


def _known_keys() -> str:
    return "write one of select, ignore, exclude, fail-on, allow, declare"


def _declaration(path: str, content: str, topic: str, value: str | Declared) -> Declaration:
    if topic not in DECLARED:
        raise UsageError(
            f"{path}: declare: no such key: `{topic}`; write one of {', '.join(DECLARED)}"
        )
    said, reason = (value, "") if isinstance(value, str) else (value.is_, value.reason)
    if not said.strip():
        raise UsageError(f"{path}: declare.{topic}: say what is there, not ''")
    if topic == "kind" and said not in KINDS:
        raise UsageError(f"{path}: declare.kind: `{said}` is none; write one of {', '.join(KINDS)}")
    return Declaration(topic, said, reason, Location(path, line_of(content, topic)))


def line_of(content: str, key: str) -> Span:
    """The place of the first line of `content` that begins with `key`, else the file's start."""
    for number, line in enumerate(content.splitlines(), 1):
        bare = line.lstrip(" -\"'")
        if bare.startswith(key):
            column = len(line) - len(bare) + 1
            return Span(number, column, number, column + len(key))
    return START
