"""The tables of what listens, what is asked and what passes requests on."""

from __future__ import annotations

from collections.abc import Mapping

from ..flow.behaviour import Behaviour
from .apps import App
from .facts import Facts
from .ports import ports
from .probes import probes
from .types import Act, Image, Port, Probe, Site, Unit
from .units import variables_of


def network(
    facts: Facts,
    apps: tuple[App, ...],
    parts: tuple[tuple[Image, ...], tuple[Unit, ...], tuple[Act, ...]],
    behaviours: Mapping[int, Behaviour],
) -> tuple[tuple[Port, ...], tuple[Probe, ...], tuple[Site, ...]]:
    """Ports, probes and sites, by what images, units and acts say. `behaviours` are those of scripts, by `id`."""
    images, units, acts = parts
    asked = probes(facts, images, units, acts, behaviours)
    found = ports(facts, apps, images, units, asked)
    served: tuple[Site, ...] = ()
    if facts.proxies or any(service.labels for c in facts.composes for service in c.services):
        from .sites import ports as ports_of
        from .sites import sites

        served = sites(facts, units, variables_of(facts, behaviours) if facts.proxies else {})
        found = (*found, *ports_of(served))
    return found, asked, served
