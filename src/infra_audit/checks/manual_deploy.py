"""Repositories whose pipeline stops before the release, which a person then makes by a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import Run
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.releases import by_hand, live, sends, shown, software, switch
from ..project.types import Act, Deployable, Project
from ..source.regex import regex

_PULLERS = ("watchtower", "diun", "argocd", "keel", "fluxcd", "shepherd", "webhook")
_CALLERS = frozenset({"cron", "timer", "schedule", "deploy-job", "ci-job"})
_RUNNERS = frozenset({
    "make", "just", "task", "npm", "pnpm", "yarn", "bun", "turbo", "nx", "lerna", "rake", "mise", "mage", "invoke",
    "gradle", "./gradlew", "mvn", "./mvnw",
})  # fmt: skip
_SHIPPING = regex(r"(?:deploy|release|publish|rollout|ship)(?:[:_.-].*)?")
_ELSEWHERE = regex(r"^\./.*(?:deploy|release|publish|ship)|dispatch|trigger|invoke", re.IGNORECASE)
_MOST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for the repository: its pipeline releases either all or nothing."""
    leading = [d for d in project.deployables if d.deployed_with is None and d.self_hosted]
    deployable = next((d for d in leading if software(d, project)), None)
    declared = next((d for d in project.declarations if d.topic == "pipeline"), None)
    if declared is not None:
        yield Satisfied(declared.location, f"declared: {declared.value}")
    elif not project.pipelines:
        yield Inapplicable("there is no pipeline at all")
    elif deployable is None:
        yield Inapplicable("nothing is deployed from here to a server of its own")
    else:
        yield _delivered(project) or _pulled(project) or _judged(deployable, project)


def _delivered(project: Project) -> Outcome | None:
    """What the pipeline ships, or why that cannot be told."""
    for delivery in project.deliveries:
        if delivery.kind not in ("unknown", "pages") and not delivery.preview:
            return Satisfied(delivery.location, f"a job ships by `{delivery.what}`")
    for delivery in project.deliveries:
        what = (
            "deploys for previews only"
            if delivery.preview
            else f"what `{delivery.what}` ships is not known"
        )
        return Undecided(delivery.location, what)
    read = {workflow.path for workflow in project.workflows}
    for mechanism in project.pipelines:
        if mechanism.name != "GitHub Actions" and mechanism.location.path not in read:
            return Undecided(mechanism.location, f"what {mechanism.name} runs is not read")
    for place, what in _hidden(project):
        return Undecided(place, f"what `{what}` does is not known")
    if project.platforms:
        first = project.platforms[0]
        return Undecided(first.location, f"{first.name} may deploy each push")
    return None


def _hidden(project: Project) -> Iterator[tuple[Location, str]]:
    """What a job hands to something that is not read: a make target, an action here, another workflow."""
    steps = {
        id(step.run)
        for w in project.workflows
        for job in w.jobs
        for step in job.steps
        if step.run is not None
    }
    for workflow in project.workflows:
        for job in workflow.jobs:
            for step in job.steps:
                if step.uses is not None and _ELSEWHERE.search(step.uses.raw):
                    yield Location(workflow.path, step.uses.span), step.uses.raw
    for act in project.acts:
        for run in act.behaviour.runs if id(act.script) in steps else ():
            if _is_hidden(run):
                yield Location(run.path, run.span), shown(run)


def _is_hidden(run: Run) -> bool:
    if run.name == "gh":
        return "workflow" in run.arguments
    return run.name in _RUNNERS and any(
        word and _SHIPPING.fullmatch(word) for word in run.arguments
    )


def _pulled(project: Project) -> Outcome | None:
    """What fetches a new version by itself: Watchtower, a clock that runs the deploy script."""
    for compose in project.composes:
        for service in compose.services:
            image = service.image.raw.lower() if service.image else ""
            if any(name in image for name in _PULLERS):
                return Satisfied(
                    Location(compose.path, service.span), f"`{service.name}` fetches new versions"
                )
    for act in project.acts:
        ships_itself = act.role == "deploy" or any(sends(run) for run in act.behaviour.runs)
        if (
            ships_itself
            and _CALLERS.intersection(act.reached_by)
            and act.script.origin in ("file", "npm")
        ):
            place = (
                act.trail[0].location if act.trail else Location(act.script.path, act.script.span)
            )
            return Satisfied(place, f"runs {act.script.path}")
    return None


def _judged(deployable: Deployable, project: Project) -> Outcome:
    released = by_hand(project)
    acts = [*released, *(act for act in _setups(project) if act not in released)]
    if not acts:
        return Undecided(
            deployable.evidence[0].location, "how a release reaches the server is not written here"
        )
    first, *others = [switch(act, project) for act in acts]
    pipeline, last = _last_job(project)
    evidence = [
        Evidence(last, "the pipeline ends without a release"),
        *(
            Evidence(Location(run.path, run.span), "one more script that is run by hand")
            for run in others
        ),
    ]
    return Match(
        location=Location(first.path, first.span),
        values={"script": acts[0].script.path, "shown": shown(first), "pipeline": pipeline},
        evidence=tuple(evidence[:_MOST]),
        deployable=deployable.folder,
    )


def _last_job(project: Project) -> tuple[str, Location]:
    """The workflow that runs at each push, else the first, and the last of its jobs."""
    pushed = [w for w in project.workflows if w.jobs and any(t.event == "push" for t in w.triggers)]
    for workflow in pushed or [w for w in project.workflows if w.jobs]:
        return workflow.path, Location(workflow.path, workflow.jobs[-1].span)
    return project.pipelines[0].location.path, project.pipelines[0].location


def _setups(project: Project) -> Iterator[Act]:
    """Scripts that set a server up and start the application on it."""
    for act in project.acts:
        own = (
            act.purpose == "production" and act.role == "bootstrap" and act.script.origin == "file"
        )
        if own and not act.reached_by and next(live(act, project), None) is not None:
            yield act
