"""Which Dockerfiles build what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join, normpath

from msgspec.structs import replace

from ..documents.facts import Build, Compose, Dockerfile, Service, Stage
from ..documents.shell.syntax import Command
from ..flow.constructs import name_of
from ..source.regex import regex
from .apps import App, folder_of
from .develops import PRODUCTION, develops
from .engines import engine_of_image
from .facts import Facts
from .types import Image, Purpose


def images(facts: Facts, apps: tuple[App, ...]) -> tuple[Image, ...]:
    """An image for each Dockerfile and, where compose or a workflow targets one, for that stage."""
    found = []
    for dockerfile in facts.dockerfiles:
        if not dockerfile.stages:
            continue
        builds = list(_builds(dockerfile.path, facts))
        retired = not builds and _is_retired(dockerfile.path, facts)
        for stage, context in dict.fromkeys(_targets(dockerfile, builds)):
            owner = _owner(dockerfile, context, apps, facts)
            purpose = "development" if retired else _purpose(dockerfile, stage, facts)
            found.append(Image(dockerfile, stage, purpose, owner, context))
    return tuple(_without_a_developers(found, facts))


def _without_a_developers(found: list[Image], facts: Facts) -> Iterator[Image]:
    """The images; one that only developers' services build is theirs where production has its own."""
    theirs = {path for path in {i.dockerfile.path for i in found} if _only_develops(path, facts)}
    own = {
        i.deployable
        for i in found
        if i.dockerfile.path not in theirs and i.purpose == "production" and i.context is not None
    }
    for image in found:
        aside = image.dockerfile.path in theirs and image.deployable in own
        yield replace(image, purpose="development") if aside else image


def _only_develops(path: str, facts: Facts) -> bool:
    """Whether compose builds a Dockerfile, and only for services that are a developer's."""
    builders = [
        (compose, service)
        for compose in facts.composes
        for service in compose.services
        if service.build is not None and built_file(compose.path, service.build) == path
    ]
    theirs = all(develops(s) or _is_replaced(c, s, path, facts) for c, s in builders)
    return bool(builders) and theirs and not any(_published(path, facts))


def _is_replaced(compose: Compose, service: Service, path: str, facts: Facts) -> bool:
    """Whether a file for production beside a compose file builds a service from another Dockerfile."""
    return any(
        other.name == service.name
        and other.build is not None
        and built_file(beside.path, other.build) not in (path, None)
        for beside in facts.composes
        if beside is not compose
        and folder_of(beside.path) == folder_of(compose.path)
        and PRODUCTION.search(beside.path)
        for other in beside.services
    )


def resolved(folder: str, path: str) -> str | None:
    """A path relative to a folder of the repository, relative to the root; None outside of it."""
    joined = normpath(join(folder, path)) if path else folder
    if joined in (".", ""):
        return ""
    return None if joined.startswith(("..", "/")) else joined


def contexts(path: str, facts: Facts) -> Iterator[str | None]:
    """The context of each production build of a Dockerfile, None for one that is not known."""
    return (context for context, _ in _builds(path, facts))


def _builds(path: str, facts: Facts) -> Iterator[tuple[str | None, str | None]]:
    """Context and target of each production build of a Dockerfile in compose and the workflows."""
    for compose in facts.composes:
        if not facts.is_production(compose.path):
            continue
        for service in compose.services:
            if service.build and not service.build.inline and not _sleeps(service):
                context = _compose_context(compose.path, service.build)
                if built_file(compose.path, service.build) == path:
                    target = service.build.target
                    yield context, target.literal if target else None
    yield from _published(path, facts)


def _published(path: str, facts: Facts) -> Iterator[tuple[str | None, str | None]]:
    """Context and target of each build of a Dockerfile in the workflows."""
    for workflow in facts.workflows:
        for job in workflow.jobs:
            for step in job.steps if facts.is_production(workflow.path) else ():
                inputs = {e.name: e.value.literal if e.value else None for e in step.inputs}
                uses = step.uses.raw if step.uses else ""
                if "build-push-action" in uses:
                    context = resolved("", inputs.get("context") or ".")
                    file = inputs.get("file") or (join(context or "", "Dockerfile"))
                    if normpath(file) == path:
                        yield context, inputs.get("target")


def _sleeps(service: Service) -> bool:
    """Whether only profiles start a service that are called after the past or after development."""
    return bool(service.profiles) and all(map(_ASIDE.search, service.profiles))


_ASIDE = regex(
    r"(?:^|[._-])(?:deprecated|legacy|old|dev|devel|development|debug|test|tests|e2e)(?:[._-]|$)"
)


def _is_retired(path: str, facts: Facts) -> bool:
    """Whether compose builds a Dockerfile, and only for services that are set aside, and no job names it."""
    aside = any(
        service.build is not None
        and _sleeps(service)
        and built_file(compose.path, service.build) == path
        for compose in facts.composes
        if facts.is_production(compose.path)
        for service in compose.services
    )
    steps = (step for w in facts.workflows for job in w.jobs for step in job.steps)
    return aside and not any(
        path in entry.value.raw for s in steps for entry in s.inputs if entry.value
    )


def built_file(path: str, build: Build) -> str | None:
    """The Dockerfile that a service of the compose file at `path` builds, None where unknown."""
    context = _compose_context(path, build)
    return None if context is None or build.inline else _compose_file(context, build)


def _compose_context(path: str, build: Build) -> str | None:
    if build.context is None:
        return folder_of(path)
    literal = build.context.literal
    return None if literal is None else resolved(folder_of(path), literal)


def _compose_file(context: str, build: Build) -> str | None:
    if build.dockerfile is None:
        return join(context, "Dockerfile")
    literal = build.dockerfile.literal
    return None if literal is None else resolved(context, literal)


def _targets(
    dockerfile: Dockerfile, builds: list[tuple[str | None, str | None]]
) -> Iterator[tuple[Stage, str | None]]:
    final = dockerfile.stages[-1]
    if not builds:
        yield final, None
    for context, target in builds:
        named = next((s for s in dockerfile.stages if target and s.name == target), final)
        yield named, context


def _purpose(dockerfile: Dockerfile, stage: Stage, facts: Facts) -> Purpose:
    told = facts.purposes[dockerfile.path]
    if told == "production" and (
        _TRIAL.search(stage.name) or _waits(dockerfile.path, stage, facts)
    ):
        return "development"
    return told


_WAITS = frozenset({"tail", "sleep"})


def _waits(path: str, stage: Stage, facts: Facts) -> bool:
    """Whether a container of it does nothing but wait for somebody to open a shell."""
    told = (
        s
        for c in facts.composes
        for s in c.services
        if s.build is not None and (s.command or s.entrypoint)
        if built_file(c.path, s.build) == path
    )
    if next(told, None) is not None:
        return False
    starts = [i.script for i in stage.instructions if i.keyword in ("CMD", "ENTRYPOINT")]
    names = [
        name_of(one)
        for s in starts
        if s is not None
        for one in s.statements
        if isinstance(one, Command)
    ]
    return bool(names) and all(name in _WAITS for name in names)


def _owner(
    dockerfile: Dockerfile, context: str | None, apps: tuple[App, ...], facts: Facts
) -> str | None:
    """The folder of what a Dockerfile builds, an application or not, None where it may be any."""
    folders = {app.folder for app in apps}
    manifests = {folder_of(p.path) for p in facts.packages} | {
        folder_of(m.path) for m in facts.manifests
    }
    here = folder_of(dockerfile.path)
    for start in (here, context or ""):
        for folder in _upwards(start):
            if folder in folders | manifests:
                return folder
    if _builds_none(dockerfile):
        return here or dockerfile.path
    if len(apps) == 1:
        return apps[0].folder
    if context and apps and not any(f"{app.folder}/".startswith(f"{context}/") for app in apps):
        return context
    named = [app.folder for app in apps if app.folder and _names(dockerfile, app)]
    if len(named) == 1:
        return named[0]
    return "" if not named and "" in folders and here == "" else None


def _upwards(folder: str) -> Iterator[str]:
    """A folder and those above it, without the root."""
    while folder:
        yield folder
        folder = folder_of(folder)


def _builds_none(dockerfile: Dockerfile) -> bool:
    """Whether an image is that of a store or a proxy, or takes nothing of the repository."""
    stages = {stage.name: stage for stage in dockerfile.stages if stage.name}
    base = dockerfile.stages[-1].base
    for _ in dockerfile.stages:
        if base.raw not in stages:
            break
        base = stages[base.raw].base
    name = base.literal or base.default or base.raw
    if engine_of_image(name) is not None or _PROXIES.search(name):
        return True
    instructions = [i for stage in dockerfile.stages for i in stage.instructions]
    takes = any(i.keyword in {"COPY", "ADD", "ONBUILD"} for i in instructions)
    return not takes and not any(
        i.keyword == "RUN" and _FETCHED.search(i.argument) for i in instructions
    )


_TRIAL = regex(r"^(?:dev|development|test|tests|local)(?:[._-]|$)")
_PROXIES = regex(
    r"(?:^|/)(?:nginx|nginx-unprivileged|caddy|traefik|haproxy|httpd|envoy|varnish|squid|browserless|chrome|chromium)"
    r"(?:[:@]|$)"
)
_FETCHED = regex(r"--mount|\bgit\b|\bcurl\b|\bwget\b|\bnpm (?:ci|i|install)\s+-g|\bgo install\b")
"""What brings an application into an image from elsewhere than its context."""


_NOT_MADE = r"(?<!dist/)(?<!build/)(?<!\.output/)(?<!\.next/)"
"""What a build puts into its output may be called like an application: `dist/server/entry.mjs`."""
_REMOVED = regex(r"\brm\s[^&;|]*")
"""What is taken out of an image is not what it is built for."""


def _names(dockerfile: Dockerfile, app: App) -> bool:
    """Whether a Dockerfile's name, or its last stage, names the application."""
    short = app.folder.rpartition("/")[2]
    name = dockerfile.path.rpartition("/")[2].lower()
    if short.lower() in re.split(r"[._-]", name)[1:]:
        return True
    pattern = re.compile(
        rf"(?:{_NOT_MADE}{re.escape(app.folder)}(?:/|\s|$)|--filter[= ]\S*{re.escape(app.name or short)}\b)"
    )
    return any(
        pattern.search(_REMOVED.sub("", i.argument))
        for i in dockerfile.stages[-1].instructions
        if i.keyword in ("RUN", "CMD", "ENTRYPOINT", "WORKDIR", "COPY")
    )
