"""Deployables by the one that leads them: absences are told once for each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from ..model import Inapplicable, Match, Outcome, Satisfied
from .types import Deployable, Project
from .vitals import page, tables

Judge = Callable[[Deployable, tuple[Deployable, ...], Project], Outcome]


def led(project: Project) -> Iterator[tuple[Deployable, tuple[Deployable, ...]]]:
    """Each leading deployable with all that share its deployment, itself first."""
    for leader in project.deployables:
        if leader.deployed_with is None:
            others = (d for d in project.deployables if d.deployed_with == leader.folder)
            yield leader, (leader, *others)


def hosted(
    project: Project, topic: str, judge: Judge, *, platforms: bool = False
) -> Iterator[Outcome]:
    """What `judge` says of each leading server that its people host, unless a declaration tells it.

    A judge is given the leader, all that share its deployment, and the project. With `platforms` it
    is also asked of what a platform runs and that answers with code of its own; a note is enough there.
    """
    declared = next((d for d in project.declarations if d.topic == topic), None)
    for leader, group in led(project):
        if declared is not None:
            yield Satisfied(declared.location, f"declared: {declared.value}")
        elif leader.self_hosted and any(d.serves for d in group):
            yield judge(leader, group, project)
        elif platforms and leader.kind == "platform" and answers(group, project):
            outcome = judge(leader, group, project)
            yield replace(outcome, severity="note") if isinstance(outcome, Match) else outcome
        else:
            yield Inapplicable(f"{leader.name} is no server that its people host ({leader.kind})")


def answers(group: tuple[Deployable, ...], project: Project) -> bool:
    """Whether a route is answered by code of the application, not by a page or a file."""
    found = tables(project, frozenset(d.folder for d in group if d.serves))
    return any(not page(route) for table in found for route in table.table)


def shown(deployable: Deployable) -> str:
    """How a message names a deployable."""
    return deployable.name if deployable.name.startswith("the ") else f"`{deployable.name}`"
