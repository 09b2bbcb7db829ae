"""Objects of sarif_om as plain data: it has no serialiser of its own that one could use."""

from __future__ import annotations

from typing import Any

_ALWAYS = frozenset({"level", "startLine", "startColumn", "endLine", "endColumn"})
"""Written even when they equal the default: GitHub wants whole regions and a level."""

_SCALARS = frozenset({str, int, bool, float})

_Names = tuple[tuple[str, str, object], ...]


def plain(log: object) -> dict[str, Any]:
    """The object and all in it by the names of the SARIF schema, without what is at its default."""
    names: dict[type, _Names] = {}

    def convert(value: Any) -> Any:
        kind = type(value)
        if kind in _SCALARS:
            return value
        if kind is dict:
            return {key: convert(inner) for key, inner in value.items()}
        if kind in (list, tuple):
            return [convert(inner) for inner in value]
        if kind not in names:
            names[kind] = _names(kind)
        return {
            name: convert(inner)
            for attribute, name, default in names[kind]
            if (inner := getattr(value, attribute)) is not None
            and (inner != default or name in _ALWAYS)
        }

    converted: dict[str, Any] = convert(log)
    return converted


def _names(kind: type) -> _Names:
    """Attribute, name in the schema and default, `$schema` and `version` at the head."""
    attributes: Any = kind.__attrs_attrs__  # type: ignore[attr-defined]
    named = [(a.name, a.metadata["schema_property_name"], _default(a.default)) for a in attributes]
    return tuple(sorted(named, key=lambda name: name[1] not in ("$schema", "version", "id")))


def _default(default: Any) -> object:
    return default.factory() if hasattr(default, "factory") else default
