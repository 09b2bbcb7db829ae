"""Deployables by the one that leads them: absences are told once for each group."""

from __future__ import annotations

from collections.abc import Iterator

from .types import Deployable, Project


def led(project: Project) -> Iterator[tuple[Deployable, tuple[Deployable, ...]]]:
    """Each leading deployable with all that share its deployment, itself first."""
    for leader in project.deployables:
        if leader.deployed_with is None:
            others = (d for d in project.deployables if d.deployed_with == leader.folder)
            yield leader, (leader, *others)


def shown(deployable: Deployable) -> str:
    """How a message names a deployable."""
    return deployable.name if deployable.name.startswith("the ") else f"`{deployable.name}`"
