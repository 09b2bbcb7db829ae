"""Which health checks are in force, and fail where nothing answers what they ask."""

from __future__ import annotations

from ..documents.shell.syntax import Pipeline
from ..flow.behaviour import analyse
from .images import built_file
from .inside import statements
from .types import Probe, Project

_ASKING = frozenset({"curl", "wget", "nc"})


def in_force(probe: Probe, project: Project) -> bool:
    """Whether a health check of an image or of compose holds for some container, and only asks."""
    if probe.script is not None and not _only_asks(probe):
        return False
    return probe.source != "image" or not is_replaced(probe, project)


def _only_asks(probe: Probe) -> bool:
    """Whether nothing but a refused or failed request decides, and that makes it fail."""
    if probe.script is None or any(
        isinstance(s, Pipeline) and s.negated for s in statements(probe.script)
    ):
        return False
    return all(
        run.name in _ASKING or (run.name == "exit" and run.arguments != ("0",))
        for run in analyse(probe.script).runs
    )


def is_replaced(probe: Probe, project: Project) -> bool:
    """Whether each service that compose builds from an image has a health check of its own, or none."""
    building = [
        service
        for compose in project.composes
        for service in compose.services
        if service.build is not None
        and built_file(compose.path, service.build) == probe.location.path
        and project.purposes.get(compose.path) == "production"
    ]
    return bool(building) and all("healthcheck" in service.keys for service in building)
