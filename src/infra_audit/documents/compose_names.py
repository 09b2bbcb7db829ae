"""Under which names the services of a compose file are reached, and what overriding ones take away."""

from __future__ import annotations

from . import interpolation, yaml
from .yaml import Node

_TAKEN = frozenset({"!reset", "!override"})


def aliases(given: dict[str, Node]) -> tuple[str, ...]:
    """The literal names of a service beside its own: of its container, its host, in its networks."""
    found = [yaml.string(given.get("container_name")), yaml.string(given.get("hostname"))]
    for _, network in yaml.pairs(given.get("networks")):
        found += yaml.strings(yaml.get(network, "aliases"))
    literal = (interpolation.literal(name) for name in found if name)
    return tuple(dict.fromkeys(name for name in literal if name))


def links(given: dict[str, Node]) -> tuple[str, ...]:
    """The names that its `links` and `external_links` add: `db:database` adds `database`."""
    found = [
        raw.rpartition(":")[2]
        for key in ("links", "external_links")
        for raw in yaml.strings(given.get(key))
    ]
    return tuple(dict.fromkeys(found))


def external(networks: Node | None) -> tuple[str, ...]:
    """The networks of a file that are made elsewhere: `external: true`, or a mapping with a name."""
    return tuple(
        key.value
        for key, given in yaml.pairs(networks)
        if "external" in yaml.fields(given) and yaml.string(yaml.get(given, "external")) != "false"
    )


def joinable(networks: Node | None) -> tuple[str, ...]:
    """The networks of a file that others can join: with a `name` of their own, or `attachable`."""
    return tuple(
        key.value
        for key, given in yaml.pairs(networks)
        if {"name", "attachable"}.intersection(yaml.fields(given))
    )


def resets(body: Node) -> tuple[str, ...]:
    """The keys of a service that replace or remove what another file gives."""
    return tuple(key for key, node in yaml.fields(body).items() if node.tag in _TAKEN)
