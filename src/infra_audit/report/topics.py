"""The sections of the review: the rule book's topics under the names that people use."""

from __future__ import annotations

from collections.abc import Iterable

from ..model import Finding
from .escape import code
from .words import listed

_TITLES = {
    "containers": "Containerization",
    "delivery": "CI/CD Pipeline",
    "database": "Database Strategy",
    "observability": "Monitoring & Observability",
    "scripts": "Scripts",
    "servers": "Servers",
    "wiring": "Wiring",
}

_NAMED = 3


def topic(rule: str) -> str:
    """The topic of a rule: the folder that it stands in."""
    return rule.partition("/")[0]


def ordered(topics: Iterable[str]) -> list[str]:
    """Topics in the order of the review; those of a user's rule pack come last."""
    order = list(_TITLES)
    known = set(topics)
    return [t for t in order if t in known] + sorted(known.difference(order))


def heading(name: str, findings: list[Finding]) -> str:
    """The title of a topic's section; that of scripts names those that have something wrong."""
    title = _TITLES.get(name) or name.replace("-", " ").capitalize()
    paths = list(dict.fromkeys(f.location.path for f in findings if f.deployable is None))
    if name != "scripts" or not paths:
        return title
    named = [code(path) for path in paths[:_NAMED]]
    more = len(paths) - _NAMED
    named += [f"{more} more"] if more > 0 else []
    return f"{'Script' if len(paths) == 1 else 'Scripts'} ({listed(named)}) Risks"
