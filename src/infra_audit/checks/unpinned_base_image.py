"""Images without a version: another build, or another start, may take another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Service
from ..model import Location, Match, Outcome
from ..project.composed import placed
from ..project.layers import needed
from ..project.store_images import name_and_tag
from ..project.types import Project
from ..source.regex import regex


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each FROM and each service of compose whose image is `latest`, named so or not."""
    seen: set[Location] = set()
    for image in project.images:
        if image.purpose != "production" or project.kind.name == "template":
            continue
        names = {stage.name for stage in image.dockerfile.stages if stage.name}
        for stage in needed(image):
            base = stage.base.literal
            where = Location(image.dockerfile.path, stage.base.span)
            if base and base not in names and base != "scratch" and where not in seen:
                seen.add(where)
                yield from _unpinned(base, where, "the next build")
    own = _own(project)
    for each in placed(project):
        service = each.service
        if service.image is None or service.build is not None or each.doubt or _stays(service):
            continue
        name = service.image.literal
        short = name_and_tag(name)[0].rpartition("/")[2] if name else ""
        if name and short not in own and not _is_published(short, project):
            where = Location(each.compose.path, service.image.span)
            yield from _unpinned(name, where, "the next pull")


def _unpinned(name: str, where: Location, when: str) -> Iterator[Match]:
    tag = name_and_tag(name)[1]
    if "@" in name or tag not in ("", "latest"):
        return
    if _VERSIONED.search(name_and_tag(name)[0]) or _LOCAL.fullmatch(name_and_tag(name)[0]):
        return
    how = "has no tag, so it is `latest`" if not tag else "is whatever is newest"
    yield Match(location=where, values={"image": name, "how": how, "when": when})


_VERSIONED = regex(r"(?:-|debian)\d+(?:-[a-z]+)*$")
"""A name that ends in a version: `ubi8/nodejs-20`, `distroless/static-debian12`."""
_LOCAL = regex(r"\w*_\w*")
"""No official image has an underscore in its name, so that this one was built by hand."""


def _stays(service: Service) -> bool:
    """Whether compose takes an image only from the machine that built it."""
    policy = service.pull_policy
    return policy is not None and policy.literal in ("never", "build")


def _is_published(short: str, project: Project) -> bool:
    """Whether a workflow of the repository pushes an image of that name."""
    if any(
        f"/{short}:" in word.raw
        for act in project.acts
        if act.script.origin == "step"
        for run in act.behaviour.runs
        for word in run.words[1:]
    ):
        return True
    return any(
        f"/{short}:" in (entry.value.raw if entry.value else "")
        for workflow in project.workflows
        for job in workflow.jobs
        for step in job.steps
        for entry in step.inputs
    )


def _own(project: Project) -> frozenset[str]:
    """The names of what is built here: which version is `latest` is decided here as well."""
    named = {
        part.lower()
        for name in (
            *(d.name for d in project.deployables),
            *(p.name or "" for p in project.packages),
            *(m.name for m in project.manifests),
        )
        for part in name.lstrip("@").split("/")
    }
    named |= {s.name for c in project.composes for s in c.services if s.build is not None}
    return frozenset(named | set(_built(project)))


def _built(project: Project) -> Iterator[str]:
    """The last parts of the names that package scripts give the images which they build."""
    for act in project.acts:
        if act.script.origin == "npm" and "docker" in act.script.name:
            for run in act.behaviour.runs:
                for word in (run.name, *run.arguments):
                    named = _IMAGE.fullmatch(word or "")
                    if named and "build" in f"{act.script.name} {run.name}":
                        yield named[1]


_IMAGE = regex(r"[\w-]+/([\w-]+)(?::[\w.-]+)?")
