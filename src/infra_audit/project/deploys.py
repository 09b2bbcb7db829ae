"""The jobs that put a version live, with the commands that do it and the workflows that call them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Job, Step, Workflow
from ..flow.behaviour import Run
from ..model import Location, Span
from ..source.regex import regex
from .types import Act, Delivery, Project

_AT_ONCE = regex(
    r"^(?:vercel|netlify|wrangler|firebase|railway|heroku|git push|amondnet/vercel|nwtgck/actions-netlify|netlify/actions"
    r"|cloudflare/|firebaseextended/|bervproject/railway|johnbeynon/render|digitalocean/app_action|akhileshns/heroku"
    r"|aws (?:ecs|lambda|apprunner|amplify|elasticbeanstalk)|aws-actions/amazon-ecs|gcloud (?:run|app|functions)"
    r"|google-github-actions/deploy-|doctl apps|caprover/|dokku/)"
)
"""What hands a whole version to a platform, which switches to it at once or not at all."""
_RUNNERS = regex(
    r"^(?:(?:npx|bunx|npm exec|npm x|pnpm dlx|pnpm exec|pnpm|yarn dlx|yarn) (?:-- )?)+"
)
_ASKS = regex(r"^(?:curl|wget|http)\b|webhook")
"""A request after which a server fetches the version by itself."""
_SITES = regex(
    r"^(?:nwtgck/actions-netlify|netlify|cloudflare/pages|wrangler pages|firebaseextended|firebase|aws s3|azure/static-web)"
)
"""What publishes a site of files."""


class Ship(Struct, frozen=True):
    """One command or action of a job that puts a version live."""

    delivery: Delivery
    step: Step
    location: Location
    """Of the command or the action's name."""

    @property
    def tool(self) -> str:
        """What ships, without `npx` and its like before it."""
        return _RUNNERS.sub("", self.delivery.what)

    @property
    def at_once(self) -> bool:
        """Whether it is done at once or not at all, so that nothing is left half-way."""
        return _AT_ONCE.search(self.tool) is not None or self.asks

    @property
    def asks(self) -> bool:
        """Whether it only asks a server to fetch the version."""
        return _ASKS.search(self.tool) is not None

    @property
    def site(self) -> bool:
        """Whether it publishes a site of files."""
        return _SITES.search(self.tool) is not None


class Deploy(Struct, frozen=True):
    """A job that deploys for production, and all that it ships."""

    workflow: Workflow
    job: Job
    ships: tuple[Ship, ...]


Link = tuple[Workflow, Job]
"""A workflow and the job of it that leads on."""

_DEEPEST = 4
"""How deep reusable workflows may be nested, as GitHub allows."""


Started = dict[tuple[str, Span], list[Act]]
"""The scripts that steps run, their own first, by workflow and place of the step."""


def started(project: Project) -> Started:
    """The scripts of all steps."""
    found: Started = {}
    for act in project.acts:
        if act.trail:
            place = act.trail[0].location
            found.setdefault((place.path, place.span), []).append(act)
    return found


def deploys(project: Project, scripts: Started) -> Iterator[Deploy]:
    """The jobs that deploy, in the order of their files."""
    shipping: dict[tuple[str, str], list[Delivery]] = {}
    for delivery in project.deliveries:
        if delivery.kind == "deploy" and not delivery.preview:
            shipping.setdefault((delivery.workflow, delivery.job), []).append(delivery)
    for workflow in project.workflows:
        for job in workflow.jobs:
            shipped = shipping.get((workflow.path, job.id), [])
            if shipped and not _is_off(job):
                yield Deploy(workflow, job, tuple(_ships(workflow, job, shipped, scripts)))


def _is_off(job: Job) -> bool:
    return job.condition is not None and job.condition.raw.strip("${} ") == "false"


def _ships(
    workflow: Workflow, job: Job, shipped: list[Delivery], scripts: Started
) -> Iterator[Ship]:
    steps = {step.span: step for step in job.steps}
    for delivery in shipped:
        step = steps.get(delivery.location.span)
        if step is not None:
            yield Ship(delivery, step, _place(workflow, step, delivery, scripts))


def _place(workflow: Workflow, step: Step, delivery: Delivery, scripts: Started) -> Location:
    if step.uses is not None:
        return Location(workflow.path, step.uses.span)
    for act in scripts.get((workflow.path, step.span), ()):
        for run in act.behaviour.runs:
            if _called(run) == delivery.what:
                return Location(run.path, run.span)
    return Location(workflow.path, step.run.span if step.run is not None else step.span)


def _called(run: Run) -> str:
    """A run as a delivery names it."""
    return " ".join((run.name, *(a or "…" for a in run.arguments[:2])))


def chains(deploy: Deploy, project: Project) -> list[tuple[Link, ...]]:
    """The ways in which a job is started: from a workflow with events of its own down to the job."""
    found: list[tuple[Link, ...]] = []
    open_: list[tuple[Link, ...]] = [((deploy.workflow, deploy.job),)]
    while open_:
        chain = open_.pop(0)
        outer = chain[0][0]
        started = {trigger.event for trigger in outer.triggers}
        if started - {"workflow_call"}:
            found.append(chain)
        if "workflow_call" in started and len(chain) < _DEEPEST:
            open_ += [(link, *chain) for link in _calling(outer, project) if link[0] is not outer]
    return found


def _calling(workflow: Workflow, project: Project) -> Iterator[Link]:
    for other in project.workflows:
        for job in other.jobs:
            if job.uses and (job.uses.literal or "").removeprefix("./") == workflow.path:
                yield other, job
