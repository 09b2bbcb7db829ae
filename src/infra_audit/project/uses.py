"""What the code of a repository reads from the environment, in whatever language."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import EnvironmentUse
from .types import Project


class Reading(Struct, frozen=True):
    """A file with the variables that it reads."""

    path: str
    runtime: str
    uses: tuple[EnvironmentUse, ...]


def readings(project: Project) -> Iterator[Reading]:
    """Each file of production that reads variables."""
    for module in project.modules:
        if module.environment and _counts(module.path, project):
            yield Reading(module.path, "node", module.environment)
    for python in project.python:
        if python.environment and _counts(python.path, project):
            yield Reading(python.path, "python", python.environment)


def _counts(path: str, project: Project) -> bool:
    return project.purposes.get(path, "production") == "production"
