"""Where production starts a script: images, services, units, jobs that deploy, platforms, people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal as Choice

from msgspec import Struct

from ..documents.facts import Job, Service, Step, Workflow
from ..model import Evidence, Location
from ..source.regex import regex
from .apps import folder_of
from .delivery import local_action, named, titled
from .images import built_file
from .types import Act, Delivery, Deployable, Image, Project

TRIAL = regex(
    r"(?:^|[^a-z])(?:dev|develop|development|test|tests|testing|e2e|staging|stage|preview|qa|ci|demo|sandbox|review|local"
    r"|playwright|cypress|smoke|integration|ephemeral|seed|feature)(?=$|[^a-z])",
    re.IGNORECASE,
)
"""Words in the name of what is none of production."""
_DEVELOPS = regex(
    r"\b(?:nodemon|ts-node-dev|tsx watch|next dev|nuxt dev|astro dev|remix dev|vite(?! build| preview)|nest start --watch"
    r"|(?:npm|pnpm|yarn|bun)(?: run)? (?:dev|start:dev|watch)|node --watch|concurrently)\b"
)
_NAMES = frozenset({"echo", "printf", "rm", "cp", "mv", "mkdir", "grep", "pkill", "pgrep", "kill"})
"""Those whose arguments name a tool and run none."""
_STARTS = frozenset({"start", "start:prod", "start:production", "prestart"})
_BUILDS = {
    "Vercel": ("vercel-build", "build"),
    "Heroku": ("heroku-postbuild", "build"),
    "Netlify": ("build",),
}
"""The package scripts that a platform runs at each deployment, of which it takes the first there is."""
_SERVING = frozenset({"Heroku", "Render", "Railway", "Fly.io", "DigitalOcean App Platform"})
"""Platforms that run `npm start` unless told otherwise."""


class Shipping(Struct, frozen=True):
    """A job of a workflow that deploys, or that one which does waits for, with one of its steps."""

    workflow: Workflow
    job: Job
    step: Step
    delivery: Delivery


class Entrance(Struct, frozen=True):
    """A place from which production starts a script; `first` is the first step of its trail."""

    kind: Choice["job", "image", "unit", "compose", "pm2", "platform", "start", "script"]
    how: str
    """As the end of a sentence: `whenever the image starts`."""
    first: Evidence
    shipping: Shipping | None = None
    """For a job: what its commands run on is a machine of its own, not production."""


class Entrances:
    """The entrances of a project, by the scripts that they start."""

    def __init__(self, project: Project) -> None:
        self.found: dict[int, list[Entrance]] = {}
        self.project = project
        for script, entrance in (*_of_jobs(project), *_of_images(project), *_of_composes(project)):
            self.found.setdefault(script, []).append(entrance)

    def of(self, act: Act) -> Iterator[Entrance]:
        """The entrances that start an act itself."""
        if act.purpose not in ("production", "template") or develops(act):
            return
        yield from self.found.get(id(act.script), ())
        yield from _of_managers(act)
        yield from _of_packages(act, self.project)
        if _is_deploy(act):
            yield Entrance("script", f"when somebody runs {act.script.path}", _typed(act))


def develops(act: Act) -> bool:
    """Whether a script starts a development server, so that it is none of production."""
    return any(
        run.name not in _NAMES
        and _DEVELOPS.search(" ".join((run.name, *(word.raw for word in run.words[1:4]))))
        for run in act.behaviour.runs
    )


def _is_deploy(act: Act) -> bool:
    script = act.script
    return (
        script.origin == "file"
        and act.role in ("deploy", "bootstrap")
        and act.purpose == "production"
        and not TRIAL.search(script.path.rpartition("/")[2])
    )


def _typed(act: Act) -> Evidence:
    """The place that shows what a script does to the server."""
    where = act.reasons[0].location if act.reasons else Location(act.script.path, act.script.span)
    note = f": {act.reasons[0].note}" if act.reasons else ""
    does = "sets the server up" if act.role == "bootstrap" else "deploys"
    return Evidence(where, f"{act.script.path} {does}{note}")


# ── workflows ────────────────────────────────────────────────────────────────────────────────────


def _of_jobs(project: Project) -> Iterator[tuple[int, Entrance]]:
    actions = {folder_of(action.path) or ".": action for action in project.actions}
    for workflow in project.workflows:
        awaited = _awaited(workflow, project)
        for job in workflow.jobs:
            delivery = awaited.get(job.id)
            if delivery is None or _is_trial(job):
                continue
            for step in job.steps:
                action = local_action(step, actions)
                for inner in (step, *(action.steps if action else ())):
                    path = action.path if action and inner is not step else workflow.path
                    yield from _of_step(inner, path, Shipping(workflow, job, inner, delivery))


def _of_step(step: Step, path: str, shipping: Shipping) -> Iterator[tuple[int, Entrance]]:
    if TRIAL.search(named(step)):
        return
    first = Evidence(Location(path, step.span), titled(step, shipping.job))
    how = f"whenever the job `{shipping.job.id}` deploys"
    if step.run is not None:
        yield id(step.run), Entrance("job", how, first, shipping)
    if step.remote is not None:
        yield id(step.remote), Entrance("job", how, first)


def _awaited(workflow: Workflow, project: Project) -> dict[str, Delivery]:
    """What each job deploys in production, or what the first of those does that wait for it."""
    needs = {job.id: job.needs for job in workflow.jobs}
    found: dict[str, Delivery] = {}
    for delivery in project.deliveries:
        if (
            delivery.workflow == workflow.path
            and delivery.kind == "deploy"
            and not delivery.preview
        ):
            open_, seen = [delivery.job], set[str]()
            while open_:
                name = open_.pop()
                if name not in seen:
                    seen.add(name)
                    found.setdefault(name, delivery)
                    open_ += needs.get(name, ())
    return found


def _is_trial(job: Job) -> bool:
    """Whether a job is for trial by its names, or has a database of its own beside it."""
    names = [job.id, job.name.raw if job.name else "", job.deploys_to.raw if job.deploys_to else ""]
    return bool(job.services) or any(
        TRIAL.search(name) and "prod" not in name.lower() for name in names
    )


# ── images and compose ───────────────────────────────────────────────────────────────────────────


def _of_images(project: Project) -> Iterator[tuple[int, Entrance]]:
    for image in project.images:
        if image.purpose != "production" or _is_developing(image) or _is_overridden(image, project):
            continue
        last = {
            i.keyword: i for i in image.stage.instructions if i.keyword in ("CMD", "ENTRYPOINT")
        }
        path = image.dockerfile.path
        for keyword, instruction in last.items():
            if instruction.script is not None:
                first = Evidence(Location(path, instruction.span), f"{keyword} of {path}")
                yield (
                    id(instruction.script),
                    Entrance("image", "whenever a container starts", first),
                )


def _is_developing(image: Image) -> bool:
    return any(
        entry.name == "NODE_ENV" and entry.value and entry.value.literal in ("development", "test")
        for instruction in image.stage.instructions
        if instruction.keyword == "ENV"
        for entry in instruction.entries
    )


def _is_overridden(image: Image, project: Project) -> bool:
    """Whether all that is known to start an image gives it another command."""
    services = [
        service
        for compose in project.composes
        if project.purposes.get(compose.path) == "production"
        for service in compose.services
        if service.build and built_file(compose.path, service.build) == image.dockerfile.path
    ]
    shipped = any(d.kind in ("image", "deploy") for d in project.deliveries)
    return bool(services) and not shipped and all(s.command or s.entrypoint for s in services)


def _of_composes(project: Project) -> Iterator[tuple[int, Entrance]]:
    for compose in project.composes:
        if project.purposes.get(compose.path) != "production":
            continue
        for service in compose.services:
            if is_trial_service(service):
                continue
            for script in (service.entrypoint, service.command):
                if script is not None:
                    where = Location(compose.path, script.span)
                    first = Evidence(where, f"service `{service.name}` of {compose.path}")
                    how = f"whenever compose starts `{service.name}`"
                    yield id(script), Entrance("compose", how, first)


def is_trial_service(service: Service) -> bool:
    """Whether a service is for development or trial: its name, profiles, environment, live sources."""
    if any(TRIAL.search(name) for name in (service.name, *service.profiles)):
        return True
    given = {e.name: e.value.literal for e in service.environment if e.value}
    live = any(
        m.kind == "bind" and (m.source or "").rstrip("/") in (".", "..") for m in service.mounts
    )
    return live or given.get("NODE_ENV") in ("development", "test")


# ── process managers, package scripts ────────────────────────────────────────────────────────────


def _of_managers(act: Act) -> Iterator[Entrance]:
    """What a unit, pm2 or a Procfile starts itself."""
    kinds = {"unit": "unit", "pm2": "pm2", "procfile": "platform"}
    for host in act.reached_by:
        if host in kinds and len(act.trail) == 1:
            kind: Choice["unit", "pm2", "platform"] = kinds[host]  # type: ignore[assignment]
            yield Entrance(kind, "whenever it starts", act.trail[0])
            return


def _of_packages(act: Act, project: Project) -> Iterator[Entrance]:
    """The package scripts that a server or a platform runs without being told here."""
    script = act.script
    if script.origin != "npm":
        return
    folder = folder_of(script.path)
    owner = next((d for d in project.deployables if d.folder == folder), None)
    if owner is None:
        return
    first = Evidence(Location(script.path, script.span), f"package script `{script.name}`")
    platforms = {m.name for m in project.platforms} if owner.kind == "platform" else set()
    for platform in sorted(platforms & _BUILDS.keys()):
        if script.name == _built_by(platform, owner, project):
            yield Entrance("platform", f"at each deployment, as {platform} builds it", first)
            return
    shown = any(e.location == first.location for e in owner.evidence)
    if script.name in _STARTS and (shown or owner.kind == "server" or platforms & _SERVING):
        yield Entrance("start", "whenever it starts", first)


def _built_by(platform: str, owner: Deployable, project: Project) -> str | None:
    """The package script that a platform builds with, None where its settings say something else."""
    told = any(
        word.name == "buildCommand"
        for other in project.others
        if other.kind == "vercel"
        for word in other.words
    )
    names = {s.name for s in owner.package.scripts} if owner.package else set()
    return None if told else next((n for n in _BUILDS[platform] if n in names), None)
