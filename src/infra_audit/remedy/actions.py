"""What to do in this repository for each step, in its own versions, ports, stores and scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..model import Finding
from ..project.types import Deployable, Project
from .data_actions import migrate_database
from .delivery_actions import pipeline
from .server_actions import harden_scripts, infrastructure_as_code
from .surroundings import (
    Said,
    at,
    concerned,
    major,
    manager,
    node_versions,
    on,
    package_script,
    ports,
    stores,
)

Actions = Callable[[tuple[Finding, ...], Project], Iterator[str]]

_DEPLOYABLES = 4
"""More applications than these are named, not described one by one."""

INSTALL = {
    "npm": "npm ci",
    "pnpm": "pnpm install --frozen-lockfile",
    "yarn": "yarn install --immutable",
    "bun": "bun install --frozen-lockfile",
}


def actions(step: str, findings: tuple[Finding, ...], project: Project) -> tuple[str, ...]:
    """What to do for a step; for one that is not ours, what its findings' rules say."""
    known = _ACTIONS.get(step)
    if known:
        return tuple(dict.fromkeys(known(findings, project)))
    return tuple(dict.fromkeys(" ".join(finding.fix.split()) for finding in findings))


def _containerise(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    deployables = concerned(findings, project)
    for deployable in deployables[:_DEPLOYABLES]:
        yield from _image(deployable, project)
    for deployable in deployables[_DEPLOYABLES:]:
        yield f"The same for `{deployable.folder or deployable.name}`."
    yield "Keep `.env*`, `.git`, `node_modules` and databases out of the image by `.dockerignore`."


def _image(deployable: Deployable, project: Project) -> Iterator[str]:
    folder = f"{deployable.folder}/" if deployable.folder else ""
    if deployable.images:
        yield f"Rework {_quoted(deployable.images)} into a build stage and a run stage."
    else:
        yield f"Write `{folder}Dockerfile` with a build stage and a run stage."
    if deployable.runtime == "node" or (not deployable.runtime and project.packages):
        yield from _node_image(deployable, project)
    else:
        kind = f"{deployable.runtime} image" if deployable.runtime else "image"
        yield f"Base both on one pinned {kind}."
    listens = ports(deployable, project)
    if listens:
        yield f"Listen on {', '.join(map(str, listens))} and say so with `EXPOSE`."
    elif deployable.serves:
        yield "The port is written nowhere that was read: take it from `PORT` and document it."


def _node_image(deployable: Deployable, project: Project) -> Iterator[str]:
    versions = node_versions(deployable, project)
    one = major(versions)
    if one:
        yield f"Base both on `node:{one}-slim`: Node.js is {_all(versions)}."
    elif versions:
        yield f"Settle on one Node.js version, it is {_all(versions)}; base both stages on it."
    else:
        yield (
            "The Node.js version is written nowhere that was read: set `engines.node` and "
            "base both stages on it."
        )
    yield from _building(deployable, project)


def _building(deployable: Deployable, project: Project) -> Iterator[str]:
    tool, shown = manager(deployable, project)
    path = deployable.package.path if deployable.package else ""
    build = package_script(deployable.package, "build")
    if tool:
        install = f"`{INSTALL[tool]}`" if tool in INSTALL else f"`{tool} install`"
        then = f", then `{tool} run build` ({on(path, build.span)})" if build else ""
        yield f"Build stage: {install} ({shown}){then}."
    else:
        yield "The package manager cannot be told: commit its lockfile, then install from it."
    if build and "migrate" in build.command:
        yield (
            f"Take the migration out of the build script (`{build.command}`): an image is "
            "built without the database."
        )
    start = package_script(deployable.package, "start:prod", "start")
    command = f" and starts with `{start.command}` ({on(path, start.span)})" if start else ""
    yield (
        "Run stage: production dependencies and the build's output only, a user that is not "
        f"root{command}."
    )


def _orchestrate(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    found = [m for m in project.orchestration if m.name == "Compose"]
    if found:
        yield f"Extend {_quoted(m.location.path for m in found)}."
    else:
        yield (
            "Write `compose.yaml` that starts the application with its stores by `docker "
            "compose up`."
        )
    for deployable in concerned(findings, project)[:_DEPLOYABLES]:
        listens = ports(deployable, project)
        shown = f"port {listens[0]}" if listens else "the port not being known"
        yield (
            f"A service for `{deployable.name or deployable.folder}`, {shown}, with a health "
            "check and `restart: unless-stopped`."
        )
    for store in stores(project):
        engine = "postgresql, in place of sqlite" if store.engine == "sqlite" else store.engine
        yield (
            f"A service for {engine} ({at(store.location)}): pinned image, named volume, "
            "health check, no port published beyond `127.0.0.1`."
        )
    yield "Start the application by `depends_on` with `condition: service_healthy`."


def _observe(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    for module in project.modules:
        for init in module.sentry:
            names = {entry.name for entry in init.options}
            if not init.spread and not names & {"tracesSampleRate", "tracesSampler"}:
                yield (
                    f"Set `tracesSampleRate` in {on(module.path, init.span)}: Sentry traces "
                    "nothing without."
                )
    yield from _health(project)
    for deployable in concerned(findings, project)[:_DEPLOYABLES]:
        name = deployable.name or deployable.folder
        tracer = (
            "OpenTelemetry (`@opentelemetry/sdk-node`)"
            if deployable.runtime == "node"
            else "OpenTelemetry"
        )
        yield (
            f"Instrument `{name}` with {tracer} and export metrics and traces: request rate, "
            "errors, duration, event loop or worker saturation."
        )
    for mechanism in project.monitoring:
        yield f"Send them to {mechanism.name}, which is there ({at(mechanism.location)})."
    yield "Alert on the health route, the error rate, a full disk and a backup that is overdue."


def _health(project: Project) -> Iterator[str]:
    engines = [store.engine for store in stores(project)]
    it = "it" if len(engines) == 1 else "one"
    asks = (
        f" that asks {' and '.join(engines)} and answers 503 when {it} is away" if engines else ""
    )
    for routes in project.routes:
        health = [r for r in routes.table if "health" in r.path or "ready" in r.path]
        if health:
            yield f"Let `{health[0].path}` ({at(health[0].location)}) be the probe{asks}."
        elif routes.known:
            path = "/api/health" if routes.framework == "next" else "/health"
            yield (
                f"Add `{path}` to the {routes.framework} routes{asks}; let the proxy, the "
                "image and the deploy ask it."
            )


def _all(said: tuple[Said, ...]) -> str:
    return ", ".join(map(str, said))


def _quoted(paths: Iterator[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{path}`" for path in dict.fromkeys(paths))


_ACTIONS: dict[str, Actions] = {
    "containerise": _containerise,
    "orchestrate": _orchestrate,
    "migrate-database": migrate_database,
    "pipeline": pipeline,
    "observe": _observe,
    "harden-scripts": harden_scripts,
    "infrastructure-as-code": infrastructure_as_code,
}
