"""Deployables of repositories without continuous integration of any system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.releases import by_hand, shown, software, switch
from ..project.types import Act, Deployable, Mechanism, Project

_MOST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable, at the line that deploys or starts it."""
    declared = next((d for d in project.declarations if d.topic == "pipeline"), None)
    without: list[Match] = []
    for deployable in project.deployables:
        if deployable.deployed_with is not None:
            continue
        near = [p for p in project.pipelines if _serves(p, deployable)]
        if declared is not None:
            yield Satisfied(declared.location, f"declared: {declared.value}")
        elif near:
            yield Satisfied(near[0].location, near[0].name)
        elif project.pipelines:
            elsewhere = project.pipelines[0]
            yield Undecided(elsewhere.location, f"{elsewhere.name} is set up for another folder")
        else:
            outcome = _without(deployable, project)
            if isinstance(outcome, Match):
                without.append(outcome)
            else:
                yield outcome
    if without:
        yield _together(without)


def _together(found: list[Match]) -> Match:
    """The first of them, which names the places of the others."""
    first, *more = sorted(found, key=lambda match: match.location)
    others = [
        Evidence(match.location, match.values["how"])
        for match in more
        if match.location != first.location
    ]
    return replace(first, evidence=(*first.evidence, *others)[:_MOST])


def _serves(pipeline: Mechanism, deployable: Deployable) -> bool:
    """Whether a pipeline's file stands at the root, or in a folder at or above the deployable."""
    top = pipeline.location.path.partition("/.")[0] if "/." in pipeline.location.path else ""
    return (
        not top
        or pipeline.location.path.startswith(".")
        or f"{deployable.folder}/".startswith(f"{top}/")
    )


def _without(deployable: Deployable, project: Project) -> Outcome:
    if not deployable.self_hosted:
        return Inapplicable(
            f"{deployable.name} is deployed as {deployable.kind}: a provider may build each push"
        )
    if not software(deployable, project):
        return Inapplicable("no software of its own is deployed from here")
    scripts = list(_scripts(project))
    composes = {c.path for c in project.composes}
    if deployable.kind == "containers" and not scripts:
        first = deployable.evidence[0].location
        if not any(e.location.path in composes for e in deployable.evidence):
            return Undecided(first, "a provider may build the image at each push")
    evidence = [*scripts, *deployable.evidence]
    first = evidence[0].location
    rest = [e for e in evidence[1:] if e.location != first]
    named = deployable.name if deployable.name.startswith("the ") else f"`{deployable.name}`"
    return Match(
        location=first,
        values={
            "how": evidence[0].note
            if scripts
            else f"{named} is released by hand ({evidence[0].note})"
        },
        evidence=tuple(rest[:_MOST]),
        deployable=deployable.folder,
    )


def _scripts(project: Project) -> Iterator[Evidence]:
    """What a person runs to release, the first line of each script that reaches production."""
    for act in by_hand(project):
        run = switch(act, project)
        yield Evidence(
            Location(run.path, run.span), f"{_script(act)} is run by hand (`{shown(run)}`)"
        )


def _script(act: Act) -> str:
    """A script as people call it."""
    if act.script.origin == "npm" and act.script.name:
        return f"the script `{act.script.name}`"
    return f"`{act.script.path}`"
