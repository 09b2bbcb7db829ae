"""Applications that are given the socket of the Docker daemon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Location, Match, Outcome, Undecided
from ..project.composed import placed
from ..project.types import Project

_SOCKETS = frozenset({"/var/run/docker.sock", "/run/docker.sock"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each service that is built here and mounts the socket, at the mount."""
    for one in placed(project):
        if one.service.build is None:
            continue
        for mount in one.service.mounts:
            if mount.source in _SOCKETS:
                where = Location(one.compose.path, mount.span)
                if one.doubt:
                    yield Undecided(where, one.doubt)
                    continue
                yield Match(
                    location=where,
                    values={"service": one.service.name, "socket": mount.source or ""},
                    evidence=one.standing.evidence,
                    trail=one.standing.trail,
                )
