"""Images into which the whole checkout is copied, with the history of git."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Copy
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.composed import placed
from ..project.contexts import lets_in
from ..project.layers import lineage
from ..project.listening import built
from ..project.types import Image, Project

_HISTORY = ".git/config"
_WHOLE = frozenset({".", "./"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each COPY of the root into what is shipped of an image that compose builds."""
    seen: set[Location] = set()
    for one in placed(project):
        image = built(one, project)
        if image is None or image.purpose != "production" or image.context != "":
            continue
        for where in _copies(image):
            ignoring = lets_in(_HISTORY, image, project)
            if ignoring is None or where in seen:
                continue
            seen.add(where)
            if one.doubt:
                yield Undecided(where, one.doubt)
                continue
            why = f"{ignoring} lets it in" if ignoring else "there is no .dockerignore"
            shown = Evidence(one.location, f"`{one.service.name}` is built from the root")
            yield Match(
                location=where,
                values={"why": why},
                evidence=(shown, *one.standing.evidence),
                trail=one.standing.trail,
            )


def _copies(image: Image) -> Iterator[Location]:
    """Where the whole context is copied into a stage that is shipped."""
    for stage in lineage(image.dockerfile, image.stage):
        for instruction in stage.instructions:
            if instruction.copy is not None and _is_whole(instruction.copy):
                yield Location(image.dockerfile.path, instruction.span)


def _is_whole(copy: Copy) -> bool:
    return not copy.origin and any(source.literal in _WHOLE for source in copy.sources)
