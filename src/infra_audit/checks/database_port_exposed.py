"""Stores whose port production publishes on every address of the host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Port
from ..model import Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project.composed import Placed, placed
from ..project.store_images import PORTS
from ..project.store_services import StoreService, store_service
from ..project.types import Project
from ..source.regex import regex

_EVERYWHERE = frozenset({"", "0.0.0.0", "::", "*"})  # noqa: S104 the address is what is looked for
_BOUND = regex(r"^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\]):")
_FIREWALLS = regex(r"firewall|security_group|network_acl|lightsail_instance_public_ports")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each port of a store that a compose file publishes."""
    around: _Around | None = None
    for one in placed(project):
        spoken = list(_ports(one, project)) if one.service.ports else []
        if spoken and not any("ports" in part.resets for part in one.whole.every):
            around = around or _around(project)
            for port, store in spoken:
                yield _of_port(port, one, store, around)


class _Around(Struct, frozen=True):
    """What may keep a port closed, or does not: firewalls, and addresses in environment files."""

    wall: tuple[Evidence, ...]
    filtered: str
    bound: bool


def _around(project: Project) -> _Around:
    filtered = next(_filtered(project), "")
    return _Around(tuple(_firewall(project)), filtered, _is_bound(project))


def _ports(one: Placed, project: Project) -> Iterator[tuple[Port, StoreService]]:
    """The ports on which a store is spoken to that a service publishes, beyond the host or not."""
    store = store_service(one.service, one.compose, project)
    if store is None:
        return
    for port in one.service.ports:
        counts = port.host in _EVERYWHERE or (not one.doubt and _BOUND.match(f"{port.host}:"))
        if counts and _speaks(port, store):
            yield port, store


def _of_port(port: Port, one: Placed, store: StoreService, around: _Around) -> Outcome:
    where = Location(one.compose.path, port.span)
    if port.host not in _EVERYWHERE:
        return Satisfied(where, f"`{one.service.name}` is published to the host alone")
    doubt = one.doubt or _doubt(port, around)
    return Undecided(where, doubt) if doubt else _match(port, one, store, around)


def _speaks(port: Port, store: StoreService) -> bool:
    """Whether it is a port on which the store is spoken to."""
    target = port.target or port.target_default
    return target in PORTS.get(store.engine, frozenset()) and port.protocol in ("", "tcp")


def _doubt(port: Port, around: _Around) -> str:
    """What leaves open whether the port can be reached, '' for nothing."""
    if not port.known and not (port.published or port.default):
        return "a variable decides to what it is published"
    if not port.known and around.bound:
        return "a variable may hold the address that it is bound to"
    return around.filtered


def _filtered(project: Project) -> Iterator[str]:
    """What a provider's firewall in front of the host is set up by."""
    for other in project.others:
        for word in other.words if other.kind == "terraform" else ():
            if word.name == "resource" and word.value and _FIREWALLS.search(word.value.raw):
                yield f"{other.path} sets up a firewall in front of the host"


def _is_bound(project: Project) -> bool:
    """Whether an environment file gives a variable both an address and a port."""
    return any(
        entry.value is not None and _BOUND.match(entry.value.raw.strip("\"'"))
        for dotenv in project.dotenvs
        for entry in dotenv.entries
    )


def _match(port: Port, one: Placed, store: StoreService, around: _Around) -> Match:
    published = port.published or port.default
    chosen = bool(one.service.profiles) and one.standing.kind == "shown"
    return Match(
        location=Location(one.compose.path, port.span),
        values={
            "service": one.service.name,
            "engine": store.name,
            "port": f"port {published}" if published else "a port that docker picks",
        },
        evidence=(*one.standing.evidence, *around.wall),
        severity=None if one.standing.sure and not chosen else "warning",
        trail=one.standing.trail,
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
