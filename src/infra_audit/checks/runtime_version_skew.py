"""Places that name different major versions of the runtime that production runs on."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename
from typing import Any

from ..model import Evidence, Match, Outcome
from ..project.apps import folder_of
from ..project.node_versions import NodeVersion, admits, node_versions, tried
from ..project.types import Project


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each place that sets the version of production, against all that disagree.

    And one for each job whose matrix tries a version that the application refuses.
    """
    found = node_versions(project)
    yield from _refused(found, project)
    several = len({package.path for package in project.packages}) > 1
    for one in found:
        if one.meaning == "runs":
            against = [other for other in _others(one, found, several) if _disagrees(one, other)]
            if against:
                yield _match(one, against)


def _refused(found: tuple[NodeVersion, ...], project: Project) -> Iterator[Match]:
    """What a matrix tries though the `engines` of the root refuse it, and no package that its job names wants it."""
    asked = [one for one in found if one.meaning == "asks"]
    root = next((one for one in asked if not one.folder), None)
    for job, words, versions in tried(project) if root is not None else ():
        meant = [one for one in asked if one is root or _is_named(one.folder, words, project)]
        refused = [v for v in versions if all(admits(one.range, v.major) is False for one in meant)]
        if root is not None and refused:
            named = " and ".join(str(v.major) for v in refused)
            yield Match(
                location=refused[0].location,
                values={
                    "what": f"the job `{job}` tests with Node.js {named}",
                    "against": f"`engines` ask for {root.range}",
                },
                evidence=(Evidence(root.location, _NOTES["asks"]),),
                severity="note",
            )


def _is_named(folder: str, words: str, project: Project) -> bool:
    """Whether words speak of the package of a folder."""
    names = {p.name for p in project.packages if folder_of(p.path) == folder and p.name}
    return any(name in words for name in (*names, basename(folder)))


def _others(
    one: NodeVersion, found: tuple[NodeVersion, ...], several: bool
) -> Iterator[NodeVersion]:
    """What speaks of the same application."""
    asked = [o for o in found if o.meaning == "asks" and o.folder and o.folder == one.folder]
    for meaning in ("asks", "pins"):
        above = [o for o in found if o.meaning == meaning and _is_above(o.folder, one.folder)]
        if meaning == "asks":
            above = [o for o in above if o.folder == one.folder]
        if above:
            nearest = max(len(o.folder) for o in above)
            if meaning == "pins" and asked and nearest < len(asked[0].folder):
                continue
            yield from (o for o in above if len(o.folder) == nearest)
    for other in found:
        if other.meaning == "builds" and other.location.path == one.location.path:
            yield other
    tested = [o for o in found if o.meaning == "tests"]
    known = {o.major for o in tested}
    if not several and -1 not in known and one.major not in known:
        yield from tested[:2]


def _is_above(folder: str, below: str) -> bool:
    return not folder or f"{below}/".startswith(f"{folder}/")


def _disagrees(one: NodeVersion, other: NodeVersion) -> bool:
    if other.meaning == "asks":
        return admits(other.range, one.major) is False
    return other.major != one.major


def _match(one: NodeVersion, against: list[NodeVersion]) -> Match:
    first = against[0]
    wanted = first.range if first.meaning == "asks" else str(first.major)
    verb = {"asks": "ask for", "pins": "pins", "builds": "builds with", "tests": "tests with"}[
        first.meaning
    ]
    return Match(
        location=one.location,
        values={
            "what": f"production runs on Node.js {one.major}",
            "against": f"{first.named} {verb} {wanted}",
        },
        evidence=tuple(Evidence(o.location, _NOTES[o.meaning]) for o in against[:4]),
    )


_NOTES = {
    "asks": "what the application asks for",
    "pins": "what developers run",
    "builds": "what its dependencies are built with",
    "tests": "what the pipeline tests with",
    "runs": "what runs",
}
