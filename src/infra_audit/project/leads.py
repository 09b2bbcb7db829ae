"""Deployables by the one that leads them: absences are told once for each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from ..model import Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from .apps import folder_of
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
            named = None if platforms else _platform_named(leader, project)
            yield named or judge(leader, group, project)
        elif platforms and answers_on_platform(leader, group, project):
            outcome = judge(leader, group, project)
            yield replace(outcome, severity="note") if isinstance(outcome, Match) else outcome
        else:
            yield Inapplicable(f"{leader.name} is no server that its people host ({leader.kind})")


def _platform_named(leader: Deployable, project: Project) -> Undecided | None:
    """That a text for people names a platform, where nothing but a package script shows a server."""
    path = leader.package.path if leader.package is not None else None
    if any(e.location.path != path for e in leader.evidence):
        return None
    for other in project.others:
        near = folder_of(other.path) in ("", leader.folder)
        for word in other.words if other.kind == "prose" and near else ():
            if word.name.lower() in _PLATFORMS:
                where = Location(other.path, word.span)
                return Undecided(where, f"{leader.name} may run on {word.name}")
    return None


_PLATFORMS = frozenset({"vercel", "netlify", "railway", "heroku", "render.com", "fly.io"})


def answers_on_platform(
    leader: Deployable, group: tuple[Deployable, ...], project: Project
) -> bool:
    """Whether a platform surely runs it, and it answers a route by its own code, not by a page or a file.

    Of several applications only one whose folder holds the platform's file is surely meant.
    """
    if leader.kind != "platform":
        return False
    told = {folder_of(e.location.path) for e in leader.evidence if _tells(e.location.path)}
    if len(project.deployables) > 1 and leader.folder not in told:
        return False
    found = tables(project, frozenset(d.folder for d in group if d.serves))
    return any(not page(route) for table in found for route in table.table)


def _tells(path: str) -> bool:
    return not path.endswith("package.json") and not path.startswith((".github/", ".gitlab"))


def shown(deployable: Deployable) -> str:
    """How a message names a deployable."""
    return deployable.name if deployable.name.startswith("the ") else f"`{deployable.name}`"
