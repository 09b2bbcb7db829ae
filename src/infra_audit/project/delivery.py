"""What the workflows ship: jobs that deploy, publish an image or a package, or release."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from posixpath import normpath

from msgspec import Struct

from ..documents.facts import Action, Job, Step, Value, Workflow
from ..documents.shell.syntax import Script
from ..flow.behaviour import Behaviour, Run
from ..model import Location
from ..source.regex import regex
from .conditions import triggers
from .facts import Facts
from .runners import is_own
from .shipping import Shipped, restarts_here, ships
from .types import Delivery

_ACTIONS: tuple[tuple[str, str, bool], ...] = (
    ("appleboy/ssh-action", "deploy", False),
    ("appleboy/scp-action", "deploy", False),
    ("easingthemes/ssh-deploy", "deploy", False),
    ("burnett01/rsync-deployments", "deploy", False),
    ("garygrossgarten/github-action-ssh", "deploy", False),
    ("fifsky/ssh-action", "deploy", False),
    ("samkirkland/ftp-deploy-action", "deploy", False),
    ("wlixcc/sftp-deploy-action", "deploy", False),
    ("contention/rsync-deployments", "deploy", False),
    ("d3rhase/ssh-docker-deploy", "deploy", False),
    ("wshihadeh/docker-deployment-action", "deploy", False),
    ("tj-actions/docker-deploy", "deploy", False),
    ("azure/k8s-deploy", "deploy", True),
    ("actions-hub/kubectl", "deploy", True),
    ("steebchen/kubectl", "deploy", True),
    ("helmfile/helmfile-action", "deploy", True),
    ("koslib/helm-eks-action", "deploy", True),
    ("deliverybot/helm", "deploy", True),
    ("superfly/flyctl-actions", "deploy", True),
    ("amondnet/vercel-action", "deploy", True),
    ("cloudflare/wrangler-action", "deploy", True),
    ("cloudflare/pages-action", "deploy", True),
    ("akhileshns/heroku-deploy", "deploy", True),
    ("google-github-actions/deploy-cloudrun", "deploy", True),
    ("google-github-actions/deploy-appengine", "deploy", True),
    ("google-github-actions/deploy-cloud-functions", "deploy", True),
    ("azure/webapps-deploy", "deploy", True),
    ("azure/container-apps-deploy-action", "deploy", True),
    ("azure/static-web-apps-deploy", "deploy", True),
    ("nwtgck/actions-netlify", "deploy", True),
    ("netlify/actions", "deploy", True),
    ("digitalocean/app_action", "deploy", True),
    ("johnbeynon/render-deploy-action", "deploy", True),
    ("aws-actions/amazon-ecs-deploy-task-definition", "deploy", True),
    ("aws-actions/aws-codedeploy", "deploy", True),
    ("einaregilsson/beanstalk-deploy", "deploy", True),
    ("bervproject/railway-deploy", "deploy", True),
    ("firebaseextended/action-hosting-deploy", "deploy", True),
    ("caprover/deploy-from-github", "deploy", True),
    ("joelwmale/webhook-action", "deploy", False),
    ("distributhor/workflow-webhook", "deploy", False),
    ("dokku/github-action", "deploy", True),
    ("serverless/github-action", "deploy", True),
    ("hashicorp/tfc-workflows-github", "deploy", True),
    ("dawidd6/action-ansible-playbook", "deploy", False),
    ("actions/deploy-pages", "pages", True),
    ("peaceiris/actions-gh-pages", "pages", True),
    ("jamesives/github-pages-deploy-action", "pages", True),
    ("pypa/gh-action-pypi-publish", "package", False),
    ("js-devtools/npm-publish", "package", False),
    ("changesets/action", "package", False),
    ("softprops/action-gh-release", "release", False),
    ("goreleaser/goreleaser-action", "release", False),
    ("actions/create-release", "release", False),
    ("actions/upload-release-asset", "release", False),
    ("svenstaro/upload-release-action", "release", False),
    ("cycjimmy/semantic-release-action", "package", False),
    ("ncipollo/release-action", "release", False),
    ("googleapis/release-please-action", "release", False),
    ("google-github-actions/release-please-action", "release", False),
)
"""Actions by the beginning of their names, what they ship, and whether the target keeps releases."""

_IMAGE_ACTIONS = ("docker/build-push-action", "docker/bake-action", "redhat-actions/push-to-registry",
                  "depot/build-push-action", "depot/bake-action")  # fmt: skip

_HARMLESS = regex(
    r"setup-|/get-|check|label|lint|scan|codeql|audit|stale|\bcla\b|review|triage|notif|ssh-agent|ssh-key|known-hosts"
    r"|known_hosts|linear-release|action-release|release-drafter|deployments?-(?:action|status)|/deployments@|slack"
    r"|cleanup|prune|delete|comment|approve|backport|assign|milestone",
    re.IGNORECASE,
)
"""Actions and reusable workflows whose names sound like shipping, or tell nothing, and that ship nothing."""
_MAYBE = regex(r"deploy|ssh|rsync|rollout|release")
_PUSHES = regex(
    r"build-(?:and-)?(?:push|publish)|(?:push|publish)-(?:image|docker|container)|docker-(?:push|publish)"
)

_PREVIEW = regex(
    r"preview|staging|\bstage\b|(?:^|[-_ ])qa(?:[-_ ]|$)|review-?app|feature|sandbox|ephemeral|development"
    r"|(?:^|[-_ ])dev(?:elop)?(?:[-_ ]|$)",
    re.IGNORECASE,
)
_TESTS = regex(r"test|e2e|review|smoke|integration|playwright|cypress", re.IGNORECASE)
_SHIPS = regex(r"deploy|release|publish|ship|image|push|prod|live", re.IGNORECASE)
_ASIDE = regex(
    r"^(?!.*deploy)(?:.*[^a-z])?(?:shut-?down|stop|down|logs?|status|clean(?:-?up)?|teardown|destroy|remove|delete|prune"
    r"|roll-?back|back-?up|restore|seed|debug)(?![a-z])",
    re.IGNORECASE,
)
"""Names of jobs that do something else to a server than to deploy."""
_TRIALS = frozenset(
    {"dev", "develop", "development", "staging", "stage", "qa", "test", "testing", "preview"}
)
_OUTSIDE = frozenset({"pull_request", "pull_request_target", "merge_group"})


class Steps(Struct, frozen=True):
    """How the steps of jobs lead on: to the scripts that they run, to the actions that they use."""

    behaviours: dict[int, Behaviour]
    called: Callable[[Script], tuple[Script, ...]]
    """All scripts that a script runs, itself first."""
    actions: dict[str, Action]
    """Those of the repository, by folder."""


def deliveries(facts: Facts, leads: Steps) -> tuple[Delivery, ...]:
    """What each job of each workflow that is in force ships."""
    found: list[Delivery] = []
    for workflow in facts.workflows:
        if facts.is_production(workflow.path):
            for job in workflow.jobs:
                found += dict.fromkeys(_job(workflow, job, leads, facts))
            if workflow.unread is not None:
                found.append(_unread(workflow, workflow.unread))
    return tuple(found)


def _unread(workflow: Workflow, what: Value) -> Delivery:
    return Delivery(
        kind="unknown",
        what=what.raw,
        workflow=workflow.path,
        job="",
        location=Location(workflow.path, what.span),
    )


def callers(workflow: Workflow, facts: Facts) -> tuple[tuple[Workflow, Job], ...]:
    """The jobs of the repository that use a reusable workflow of it."""
    return tuple(
        (other, job)
        for other in facts.workflows
        for job in other.jobs
        if job.uses is not None and (job.uses.literal or "").removeprefix("./") == workflow.path
    )


def named(step: Step) -> str:
    """What a step is called."""
    return step.name.raw if step.name else "run"


def titled(step: Step, job: Job) -> str:
    """What a step of a job is called in a trail; all that a job of a pipeline runs is one."""
    return f"job `{job.id}`" if job.stage else f"job `{job.id}`, step `{named(step)}`"


def local_action(step: Step, actions: dict[str, Action]) -> Action | None:
    """The action of the repository that a step uses."""
    uses = (step.uses.literal or "") if step.uses else ""
    return actions.get(normpath(uses)) if uses.startswith("./") else None


def _job(workflow: Workflow, job: Job, leads: Steps, facts: Facts) -> Iterator[Delivery]:
    calling = callers(workflow, facts)
    preview = _is_preview(workflow, job, calling)

    def delivery(kind: str, what: str, location: Location, *, managed: bool = False) -> Delivery:
        return Delivery(
            kind=kind,  # type: ignore[arg-type]
            what=what,
            workflow=workflow.path,
            job=job.id,
            location=location,
            managed=managed,
            preview=preview,
            callers=tuple(f"{other.path}#{caller.id}" for other, caller in calling),
        )

    if job.uses is not None:
        called = (job.uses.literal or "").removeprefix("./")
        if called not in facts.files and not _HARMLESS.search(called):
            yield delivery("unknown", job.uses.raw, Location(workflow.path, job.uses.span))
    if workflow.system == "gitlab" and job.id == "pages":
        yield delivery("pages", "pages", Location(workflow.path, job.span), managed=True)
    aside = job.action != "start" or (bool(job.stage) and _ASIDE.search(job.id) is not None)
    for step in job.steps if not aside else ():
        where = Location(workflow.path, step.span)
        for kind, what, managed in _step(step, job, leads):
            yield delivery(kind, what, where, managed=managed)


def _is_preview(workflow: Workflow, job: Job, calling: tuple[tuple[Workflow, Job], ...]) -> bool:
    """Whether it ships for trial only, as far as its events, environment and names tell."""
    started = [*triggers(workflow, job), *(t for other, _ in calling for t in other.triggers)]
    events = {trigger.event for trigger in started} - ({"workflow_call"} if calling else set())
    merged = job.condition is not None and "pull_request.merged" in job.condition.raw
    closed = all(t.types == ("closed",) for t in started if t.event in _OUTSIDE)
    trial = events and events <= _OUTSIDE and not (merged and closed)
    if trial or any(map(_makes_cluster, job.steps)):
        return True
    limited = {"push", "workflow_dispatch"} if workflow.system == "gitlab" else {"push"}
    pushed = [t for t in started if t.event in limited]
    if (
        pushed
        and events <= limited | _OUTSIDE
        and all(t.branches and _TRIALS.issuperset(t.branches) for t in pushed)
    ):
        return True
    if job.stage and _TESTS.search(job.id) and not _SHIPS.search(job.id):
        return True
    if job.deploys_to is not None and not _is_given(job.deploys_to, job):
        target = job.deploys_to.raw
        return "${{" not in target and bool(_PREVIEW.search(target) or _TESTS.search(target))
    names = (job.id, job.stage or workflow.path.rpartition("/")[2])
    return any(_PREVIEW.search(name) and "prod" not in name.lower() for name in names) or any(
        _TESTS.search(name) and not any(_SHIPS.search(n) for n in names) for name in names
    )


def _is_given(target: Value, job: Job) -> bool:
    """Whether a variable of a pipeline names the environment, so that the job's name tells more."""
    return bool(job.stage) and target.raw.startswith("$")


def _makes_cluster(step: Step) -> bool:
    """Whether a step makes a cluster that ends with its job."""
    return step.uses is not None and _CLUSTERS.match(step.uses.raw.lower()) is not None


_CLUSTERS = regex(r"[\w-]+/[\w-]*(?:kind|minikube|k3d|k3s)[\w-]*@")


def _step(step: Step, job: Job, leads: Steps) -> Iterator[tuple[str, str, bool]]:
    action = local_action(step, leads.actions)
    if action is not None:
        for inner in action.steps:
            yield from _step(inner, job, leads)
    elif step.uses is not None:
        yield from _action(step)
    if step.run is not None:
        removed: set[str] = set()
        for script in leads.called(step.run):
            for run in leads.behaviours[id(script)].runs if id(script) in leads.behaviours else ():
                removed.update(_removed(run))
                shipped = _of_run(run, job)
                if (
                    shipped
                    and run.reach != "unreachable"
                    and (script is step.run or run.reach == "reached")
                ):
                    what = " ".join((run.name, *(a or "…" for a in run.arguments[:2])))
                    anew = run.name == "helm" and any(w.raw in removed for w in run.words)
                    yield shipped[0], what, shipped[1] and not anew


def _removed(run: Run) -> Iterator[str]:
    """The release of helm that a run deletes with all that could be returned to, as written."""
    words = [word.raw for word in run.words] if run.name == "helm" else []
    verb = next((nth for nth, word in enumerate(words) if word in ("uninstall", "delete")), None)
    if verb is not None and "--keep-history" not in words:
        yield from (word for word in words[verb + 1 : verb + 2] if not word.startswith("-"))


def _of_run(run: Run, job: Job) -> Shipped | None:
    """What a run ships; what starts services does on a runner of one's own, or of a group."""
    own = is_own(job)
    grouped = not job.runs_on and "nohup" in run.prefixes
    return ships(run) or (restarts_here(run) if own or grouped else None)


def _action(step: Step) -> Iterator[tuple[str, str, bool]]:
    name = ((step.uses.literal or "") if step.uses else "").lower().partition("@")[0]
    inputs = {entry.name.lower(): entry.value for entry in step.inputs}
    if name.startswith(_IMAGE_ACTIONS):
        push, outputs = inputs.get("push"), inputs.get("outputs")
        if (push and push.raw != "false") or (outputs and "push=true" in outputs.raw):
            yield "image", name, False
        return
    for prefix, kind, managed in _ACTIONS:
        if name.startswith(prefix):
            if not _only_prepares(name, inputs):
                yield kind, name, managed
            return
    if name.startswith("./") or _HARMLESS.search(name):
        return
    if _PUSHES.search(name):
        yield "image", name, False
    elif _MAYBE.search(name):
        yield "unknown", name, False


def _only_prepares(name: str, inputs: Mapping[str, Value | None]) -> bool:
    """Whether an action only installs its tool, or is given a command that ships nothing."""
    if "/setup-" in name:
        return True
    given = inputs.get("command") or inputs.get("args")
    asked = (
        "wrangler" in name
        or "firebase-action" in name
        or "kubectl" in name
        or "flyctl-actions" in name
    )
    return (
        asked
        and given is not None
        and not re.search(r"deploy|publish|apply|set |rollout|\$\{\{", given.raw)
    )
