"""The small values of a compose file: scalars with variables, named values, ports and mounts."""

from __future__ import annotations

from typing import Literal as Choice

from ..model import Span
from ..source.regex import regex
from ..source.text import Text
from . import interpolation, yaml
from .facts import Entry, Mount, Port, Value
from .yaml import Mapping, Node, Scalar, Sequence

_DRIVE = regex(r"[A-Za-z]:[\\/]")
_KINDS: dict[str | None, Choice["volume", "bind", "tmpfs"]] = {
    "volume": "volume",
    "bind": "bind",
    "tmpfs": "tmpfs",
}


def value(text: Text, node: Node | None) -> Value | None:
    """A scalar with its variables seen; None for null and for what is no scalar."""
    scalar = yaml.scalar(node)
    if scalar is None:
        return None
    return _value(scalar.value, yaml.span(text, scalar))


def string(node: Node | None) -> str | None:
    """A scalar's value where it is literal."""
    raw = yaml.string(node)
    return None if raw is None else interpolation.literal(raw)


def strings(node: Node | None) -> tuple[str, ...]:
    """The strings of a list as written, or the keys of a mapping."""
    if isinstance(node, Mapping):
        return tuple(key.value for key, _ in yaml.pairs(node))
    return yaml.strings(node)


def entries(text: Text, node: Node | None) -> tuple[Entry, ...]:
    """Named values, of a mapping or of a list of `name=value`; without a value: None."""
    if isinstance(node, Sequence):
        return tuple(_assignment(text, item) for item in yaml.scalars(node))
    return tuple(
        Entry(key.value, value(text, given), yaml.span(text, key))
        for key, given in yaml.pairs(node)
    )


def ports(text: Text, node: Node | None) -> tuple[Port, ...]:
    """`ports:`, short and long."""
    return tuple(
        _short_port(text, item) if isinstance(item, Scalar) else _long_port(text, item)
        for item in yaml.items(node)
        if not isinstance(item, Sequence)
    )


def mounts(text: Text, node: Node | None) -> tuple[Mount, ...]:
    """`volumes:` of a service, short and long."""
    return tuple(
        _short_mount(text, item) if isinstance(item, Scalar) else _long_mount(text, item)
        for item in yaml.items(node)
        if not isinstance(item, Sequence)
    )


def tmpfs(text: Text, node: Node | None) -> tuple[Mount, ...]:
    """`tmpfs:` of a service."""
    return tuple(
        Mount("tmpfs", None, _literal(item.value.partition(":")[0]), False, yaml.span(text, item))
        for item in yaml.scalars(node)
    )


def _value(raw: str, span: Span) -> Value:
    return Value(interpolation.literal(raw), raw, span, interpolation.default(raw))


def _assignment(text: Text, scalar: Scalar) -> Entry:
    name, equals, raw = scalar.value.partition("=")
    if not equals:
        return Entry(name, None, yaml.span(text, scalar))
    piece = yaml.literal(text, scalar)
    behind = len(name) + 1
    span = piece.span(behind, len(scalar.value))
    return Entry(name, _value(raw, span), piece.span(0, len(name)))


def _literal(raw: str) -> str | None:
    return interpolation.literal(raw) or None


def _cut(raw: str) -> list[str]:
    """`raw` at its colons, except those inside variables and brackets."""
    content = interpolation.overwritten(raw)
    parts: list[str] = []
    start = depth = 0
    for at, character in enumerate(content):
        depth += (character == "[") - (character == "]")
        if character == ":" and depth <= 0:
            parts.append(raw[start:at])
            start = at + 1
    return [*parts, raw[start:]]


def _short_port(text: Text, scalar: Scalar) -> Port:
    raw = scalar.value
    *before, last = _cut(raw)
    target, slash, protocol = last.rpartition("/") if "$" not in last else _protocol(last)
    if not slash:
        target, protocol = last, "tcp"
    published = before.pop() if before else ""
    return _port(yaml.span(text, scalar), ":".join(before), published, target, protocol)


def _protocol(last: str) -> tuple[str, str, str]:
    """A target that has a variable: a slash inside its default is none before the protocol."""
    at = interpolation.overwritten(last).rfind("/")
    return (last, "", "") if at < 0 else (last[:at], "/", last[at + 1 :])


def _long_port(text: Text, node: Node) -> Port:
    given = {name: yaml.string(item) or "" for name, item in yaml.fields(node).items()}
    host, protocol = given.get("host_ip", ""), given.get("protocol", "") or "tcp"
    published, target = given.get("published", ""), given.get("target", "")
    return _port(yaml.span(text, node), host, published, target, protocol)


def _port(span: Span, host: str, published: str, target: str, protocol: str) -> Port:
    """`host` stays as written where it has a variable: it is not all interfaces then.

    A variable in place of the published port may hold the host as well: `${PORT:-127.0.0.1:5432}`.
    """
    known = all(interpolation.literal(raw) is not None for raw in (host, published, target))
    default = interpolation.default(published) or ""
    if not host:
        host, _, default = default.rpartition(":")
    if host[:1] == "[" and host[-1:] == "]":
        host = host[1:-1]
    return Port(
        interpolation.literal(host) or interpolation.default(host) or host,
        _literal(published),
        _literal(target),
        span,
        known=known,
        protocol=protocol,
        default=default or None,
        target_default=interpolation.default(target) or None,
    )


def _short_mount(text: Text, scalar: Scalar) -> Mount:
    raw = scalar.value
    drive = raw[:2] if _DRIVE.match(raw) else ""
    parts = _cut(raw[len(drive) :])
    parts[0] = drive + parts[0]
    span = yaml.span(text, scalar)
    if len(parts) == 1:
        # A variable alone may hold the source as well.
        kind: Choice["volume", "unknown"] = "unknown" if "$" in raw else "volume"
        return Mount(kind, None, _literal(raw), False, span)
    source, target = parts[:2]
    modes = parts[2].split(",") if len(parts) > 2 else []
    return Mount(_source_kind(source), _literal(source), _literal(target), "ro" in modes, span)


def _source_kind(source: str) -> Choice["volume", "bind", "unknown"]:
    shown = interpolation.overwritten(source)
    if shown[:1] in {".", "/", "~"} or _DRIVE.match(shown):
        return "bind"
    if interpolation.literal(source) is not None:
        return "volume"
    return "bind" if "/" in shown else "unknown"


def _long_mount(text: Text, node: Node) -> Mount:
    given = yaml.fields(node)
    return Mount(
        _KINDS.get(yaml.string(given.get("type")), "unknown"),
        string(given.get("source")),
        string(given.get("target")),
        yaml.string(given.get("read_only")) == "true",
        yaml.span(text, node),
    )
