"""Deployables by the one that leads them: absences are told once for each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..model import Inapplicable, Outcome, Satisfied
from .types import Deployable, Project

Judge = Callable[[Deployable, tuple[Deployable, ...], Project], Outcome]


def led(project: Project) -> Iterator[tuple[Deployable, tuple[Deployable, ...]]]:
    """Each leading deployable with all that share its deployment, itself first."""
    for leader in project.deployables:
        if leader.deployed_with is None:
            others = (d for d in project.deployables if d.deployed_with == leader.folder)
            yield leader, (leader, *others)


def hosted(project: Project, topic: str, judge: Judge) -> Iterator[Outcome]:
    """What `judge` says of each leading server that its people host, unless a declaration tells it.

    A judge is given the leader, all that share its deployment, and the project.
    """
    declared = next((d for d in project.declarations if d.topic == topic), None)
    for leader, group in led(project):
        if declared is not None:
            yield Satisfied(declared.location, f"declared: {declared.value}")
        elif not leader.self_hosted or not any(d.serves for d in group):
            yield Inapplicable(f"{leader.name} is no server that its people host ({leader.kind})")
        else:
            yield judge(leader, group, project)


def shown(deployable: Deployable) -> str:
    """How a message names a deployable."""
    return deployable.name if deployable.name.startswith("the ") else f"`{deployable.name}`"
