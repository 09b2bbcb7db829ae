"""The steps of a remediation plan, as data: what each is for and what must come before it."""

from __future__ import annotations

from msgspec import Struct


class Step(Struct, frozen=True):
    """A step that rules may belong to."""

    id: str
    title: str
    why: str
    depends_on: tuple[str, ...] = ()


STEPS = (
    Step(
        "containerise",
        "Containerise",
        "One image, built once from a pinned runtime, is what is tested and what runs: what works "
        "on one machine works on the next, and the last one can be started again.",
    ),
    Step(
        "orchestrate",
        "Orchestrate the application with its stores",
        "One file that starts everything, in order and with health checks, replaces installing "
        "each service by hand on each machine.",
        ("containerise",),
    ),
    Step(
        "migrate-database",
        "Make the database fit for production",
        "Data outlives every machine: it needs a server that several processes can share, "
        "migrations that run with each release, and backups that were restored once.",
        ("orchestrate",),
    ),
    Step(
        "pipeline",
        "Build → test → push → deploy pipeline",
        "A release that a machine makes is the same each time, runs no untested code, and can be "
        "taken back.",
        ("containerise", "migrate-database"),
    ),
    Step(
        "observe",
        "Make it observable",
        "Whoever is on call must learn of an outage before the customers tell, and see where it "
        "comes from.",
    ),
    Step(
        "harden-scripts",
        "Harden the scripts",
        "They change the running server with every right there is: a step that fails unseen, or "
        "that runs twice, is an outage.",
    ),
    Step(
        "infrastructure-as-code",
        "Infrastructure as code",
        "A server that is described can be built again after it is lost, and reviewed before it "
        "is changed.",
        ("containerise",),
    ),
)
"""In the order in which to do them where nothing else decides."""
