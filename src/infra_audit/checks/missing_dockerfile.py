"""Deployables that run on a server and that nothing builds an image of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import START, Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.releases import software
from ..project.tree import own
from ..project.types import Deployable, Image, Project

_BUILDERS = frozenset(
    {"pack", "nixpacks", "ko", "jib", "buildah", "s2i", "earthly", "img", "kaniko"}
)
_NIX = ("flake.nix", "default.nix")
_BUILDER_FILES = {
    "nixpacks.toml": "Nixpacks",
    "project.toml": "buildpacks",
    "Earthfile": "Earthly",
    "skaffold.yaml": "Skaffold",
    ".ko.yaml": "ko",
    ".s2i/environment": "source-to-image",
}
_ELSEWHERE = ("test", "development", "documentation")
_MOST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable, at the line that starts it on the server."""
    declared = next((d for d in project.declarations if d.topic == "dockerfile"), None)
    for deployable in project.deployables:
        if deployable.deployed_with is not None:
            continue
        if declared is not None:
            yield Satisfied(declared.location, f"declared: {declared.value}")
        elif not deployable.self_hosted:
            yield Inapplicable(
                f"{_named(deployable)} is deployed as {deployable.kind}, not to a server of its own"
            )
        elif not software(deployable, project):
            yield Inapplicable("nothing here is built: it installs what others publish")
        else:
            yield (
                _built(deployable, project)
                or _built_otherwise(project)
                or _judged(deployable, project)
            )


def _built_otherwise(project: Project) -> Satisfied | None:
    """What makes images without a Dockerfile."""
    tools = {p: t for p in own(project.files) if (t := _BUILDER_FILES.get(p.rpartition("/")[2]))}
    if tools:
        path = min(tools)
        return Satisfied(Location(path, START), f"{tools[path]} builds it")
    for act in project.acts:
        for run in act.behaviour.runs:
            words = " ".join(word.raw for word in run.words)
            if (
                run.name in _BUILDERS
                or "build-image" in words
                or ":jib" in words
                or " jib" in words
            ):
                return Satisfied(Location(run.path, run.span), f"`{run.name}` builds an image")
    for compose in project.composes:
        for service in compose.services:
            if service.build is not None and service.build.inline:
                return Satisfied(
                    Location(compose.path, service.build.span),
                    "a Dockerfile inside the compose file",
                )
    return None


def _built(deployable: Deployable, project: Project) -> Outcome | None:
    """The Dockerfile that builds it, or one that may."""
    shipped = [i for i in _own(deployable, project) if i.purpose not in _ELSEWHERE]
    if shipped:
        return Satisfied(_place(shipped[0]), f"{shipped[0].dockerfile.path} builds it")
    maybe = [i for i in project.images if i.deployable is None and i.purpose == "production"]
    if maybe:
        return Undecided(
            _place(maybe[0]), f"{maybe[0].dockerfile.path} may build {_named(deployable)}"
        )
    return None


def _own(deployable: Deployable, project: Project) -> list[Image]:
    alone = sum(d.package is not None or d.manifest is not None for d in project.deployables) <= 1
    return [
        i
        for i in project.images
        if i.deployable == deployable.folder or (alone and i.deployable is None)
    ]


def _judged(deployable: Deployable, project: Project) -> Outcome:
    anchor = _anchor(deployable, project)
    if deployable.kind == "containers":
        return Undecided(
            anchor.location, "containers run it, but what builds their image is not here"
        )
    for compose in project.composes:
        for service in compose.services:
            image = service.image.raw.rpartition("/")[2].partition(":")[0] if service.image else ""
            if image and image == deployable.name.rpartition("/")[2]:
                return Undecided(
                    Location(compose.path, service.span), f"`{image}` is built elsewhere"
                )
    nix = min(
        (p for p in own(project.files) if p.endswith(".nix") and p.rpartition("/")[2] in _NIX),
        default=None,
    )
    if nix is not None:
        return Undecided(Location(nix, START), "Nix may build it")
    further = [e for e in deployable.evidence if e.location != anchor.location]
    partial = [Evidence(_place(i), f"is for {i.purpose} only") for i in _own(deployable, project)]
    return Match(
        location=anchor.location,
        values={"name": _named(deployable), "shown": anchor.note},
        evidence=tuple([*partial, *further][:_MOST]),
        deployable=deployable.folder,
    )


def _anchor(deployable: Deployable, project: Project) -> Evidence:
    """The evidence that starts it: a unit or an app of pm2, else its start script, else what deploys it."""
    units = {u.location: u for u in project.units if u.source in ("systemd", "pm2")}
    running = [e for e in deployable.evidence if e.location in units]
    for evidence in running:
        folder = units[evidence.location].deployable
        if folder in (deployable.folder, None):
            return evidence
    path = deployable.package.path if deployable.package else ""
    started = [e for e in deployable.evidence if path and e.location.path == path]
    return (running or started or list(deployable.evidence))[0]


def _place(image: Image) -> Location:
    return Location(image.dockerfile.path, image.stage.span)


def _named(deployable: Deployable) -> str:
    return deployable.name if deployable.name.startswith("the ") else f"`{deployable.name}`"
