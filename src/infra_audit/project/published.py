"""Ports that compose publishes: to whom, and what may keep them closed all the same."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Port
from ..model import Evidence, Location
from ..source.regex import regex
from .types import Project

EVERYWHERE = frozenset({"", "0.0.0.0", "::", "*"})  # noqa: S104 the address is what is looked for
"""Addresses that are each address of the host."""
BOUND = regex(r"^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\]):")
"""What stands before a port that only the host itself reaches."""
_FIREWALLS = regex(r"firewall|security_group|network_acl|lightsail_instance_public_ports")


class Around(Struct, frozen=True):
    """What may keep a port closed, or does not: firewalls, and addresses in environment files."""

    wall: tuple[Evidence, ...]
    filtered: str
    bound: bool


def around(project: Project) -> Around:
    """What stands around the host's ports."""
    filtered = next(_filtered(project), "")
    return Around(tuple(_firewall(project)), filtered, _is_bound(project))


def doubt(port: Port, known: Around) -> str:
    """What leaves open whether the port can be reached, '' for nothing."""
    if not port.known and not (port.published or port.default):
        return "a variable decides to what it is published"
    if not port.known and known.bound:
        return "a variable may hold the address that it is bound to"
    return known.filtered


def _filtered(project: Project) -> Iterator[str]:
    """What a provider's firewall in front of the host is set up by."""
    for other in project.others:
        for word in other.words if other.kind == "terraform" else ():
            if word.name == "resource" and word.value and _FIREWALLS.search(word.value.raw):
                yield f"{other.path} sets up a firewall in front of the host"


def _is_bound(project: Project) -> bool:
    """Whether an environment file gives a variable both an address and a port."""
    return any(
        entry.value is not None and BOUND.match(entry.value.raw.strip("\"'"))
        for dotenv in project.dotenvs
        for entry in dotenv.entries
    )


def _firewall(project: Project) -> Iterator[Evidence]:
    """The firewall that does not hold docker back."""
    for act in project.acts:
        if act.purpose == "production" and act.role in ("bootstrap", "deploy"):
            for run in act.behaviour.runs:
                if run.name == "ufw" and "enable" in run.arguments and run.reach == "reached":
                    note = "docker's own rules come before this firewall's"
                    yield Evidence(Location(run.path, run.span), note)
                    return
