"""Jobs that put the code of a pull request live before anybody has merged it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..documents.facts import Job, Workflow
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Undecided
from ..project.conditions import trigger
from ..project.deploys import Deploy, Ship, Started, chains, deploys
from ..project.deploys import started as started_by
from ..project.types import Project
from ..source.regex import regex

_MOVES = frozenset({"opened", "synchronize", "reopened"})
"""What happens to a pull request that is open."""
_FROM_HERE = regex(
    r"^(?:rsync|scp|appleboy/scp-action|easingthemes/ssh-deploy|burnett01/rsync-deployments|contention/rsync-deployments"
    r"|wlixcc/sftp-deploy-action|samkirkland/ftp-deploy-action|aws deploy|aws lambda|einaregilsson/beanstalk-deploy"
    r"|aws elasticbeanstalk|eb deploy|azure/webapps-deploy|az webapp deploy|gcloud (?:app|functions) deploy"
    r"|google-github-actions/deploy-(?:appengine|cloud-functions)|fly(?:ctl)? deploy|serverless deploy|sls deploy"
    r"|akhileshns/heroku-deploy|kamal (?:re)?deploy)",
    re.IGNORECASE,
)
"""What takes the version from the runner. A server that is only asked fetches what is merged, and the other
platforms give a pull request an address of its own."""
_OWN = regex(r"head_ref|github\.ref|event\.(?:number|pull_request|action)|event_name|GITHUB_|PR_")
"""What makes a step do something else for a pull request."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each job that deploys in a workflow which pull requests start."""
    scripts = started_by(project)
    found = [
        outcome
        for deploy in deploys(project, scripts)
        if deploy.workflow.system == "github"
        and (outcome := _of(deploy, project, scripts)) is not None
    ]
    yield from found or [Inapplicable("no pull request starts what deploys")]


def _of(deploy: Deploy, project: Project, scripts: Started) -> Outcome | None:
    for chain in chains(deploy, project):
        outer = chain[0][0]
        started = trigger(outer, "pull_request")
        if started is None or (started.types and not _MOVES.intersection(started.types)):
            continue
        where = Location(outer.path, started.span)
        if any(_is_held(workflow, job) for workflow, job in chain):
            return Undecided(where, "whether the job runs for a pull request is not known")
        live = [s for s in deploy.ships if _is_live(s, deploy, scripts)]
        if live:
            job = Evidence(Location(deploy.workflow.path, deploy.job.span), "the job that deploys")
            return Match(
                location=where,
                values={"job": deploy.job.id, "tool": live[-1].tool},
                evidence=(job, Evidence(live[-1].location, "deploys")),
            )
    return None


def _is_held(workflow: Workflow, job: Job) -> bool:
    """Whether a job, or one that it waits for, runs only under some condition or asks for leave."""
    known = {each.id: each for each in workflow.jobs}
    open_, seen = [job.id], set[str]()
    while open_:
        name = open_.pop()
        each = known.get(name)
        if each is None or name in seen:
            continue
        seen.add(name)
        if each.condition is not None or each.deploys_to is not None:
            return True
        open_ += each.needs
    return False


def _is_live(ship: Ship, deploy: Deploy, scripts: Started) -> bool:
    """Whether a step deploys the same for a pull request as for a push."""
    step = ship.step
    if step.condition is not None or not _FROM_HERE.search(ship.tool):
        return False
    words = [
        entry.value.raw
        for entry in (*step.inputs, *step.environment, *deploy.job.environment)
        if entry.value
    ]
    runs = [
        run
        for act in scripts.get((deploy.workflow.path, step.span), [])
        for run in act.behaviour.runs
    ]
    words += [word.raw for run in runs for word in run.words]
    guarded = any(run.guards for run in runs if run.span == ship.location.span)
    return not guarded and not any(map(_OWN.search, words)) and not step.expansions
