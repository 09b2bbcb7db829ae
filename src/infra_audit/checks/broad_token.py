"""Workflows that ship something and whose token may do more than it must."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Job, Permission, Workflow
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied
from ..project.types import Delivery, Project


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each workflow that ships."""
    shipping: dict[str, Delivery] = {}
    for delivery in project.deliveries:
        if not delivery.preview and delivery.kind != "unknown":
            shipping.setdefault(delivery.workflow, delivery)
    for workflow in project.workflows:
        if workflow.path in shipping and workflow.system == "github":
            yield _told(workflow, shipping[workflow.path])
    if not shipping:
        yield Inapplicable("no workflow here ships anything")


def _told(workflow: Workflow, delivery: Delivery) -> Outcome:
    scopes = [workflow.permissions, *(job.permissions for job in workflow.jobs)]
    broad = next((p for given in scopes for p in given or () if _is_all(p)), None)
    if broad is not None:
        what = "gives every scope: whatever runs here may push, release and change workflows"
        return Match(location=Location(workflow.path, broad.span), values={"what": what})
    job = next(job for job in workflow.jobs if job.id == delivery.job)
    if workflow.permissions is None and job.permissions is None:
        if {t.event for t in workflow.triggers} == {"workflow_call"}:
            return Inapplicable("the workflow that calls it decides")
        return Match(
            location=Location(workflow.path, job.span),
            values={
                "what": f"`{job.id}` ships with whatever the repository's settings give the token, which may be everything"
            },
            evidence=_shipped(delivery, job),
        )
    given = job.permissions or workflow.permissions or ()
    place = Location(workflow.path, given[0].span if given else job.span)
    return Satisfied(place, "the token's scopes are named")


def _is_all(permission: Permission) -> bool:
    return permission.scope == "*" and permission.access == "write"


def _shipped(delivery: Delivery, job: Job) -> tuple[Evidence, ...]:
    step = next((s for s in job.steps if s.span == delivery.location.span), None)
    if step is None or step.uses is None:
        return ()
    return (Evidence(Location(delivery.workflow, step.uses.span), "the step that ships"),)
