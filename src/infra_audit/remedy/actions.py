"""What to do in this repository for each step, in its own versions, ports, stores and scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..model import Finding, Location
from ..project.lifetimes import ended, successor
from ..project.types import Deployable, Project
from .data_actions import migrate_database
from .delivery_actions import pipeline
from .server_actions import harden_scripts, infrastructure_as_code
from .surroundings import (
    Said,
    asking,
    at,
    concerned,
    fixes,
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

_RUNTIMES = {
    "deno": "Deno", "dotnet": ".NET", "elixir": "Elixir", "go": "Go", "java": "Java", "php": "PHP", "python": "Python",
    "ruby": "Ruby", "rust": "Rust",
}  # fmt: skip
"""How runtimes write their own names."""

INSTALL = {
    "npm": "npm ci",
    "pnpm": "pnpm install --frozen-lockfile",
    "yarn": "yarn install --immutable",
    "bun": "bun install --frozen-lockfile",
}


def actions(
    step: str, findings: tuple[Finding, ...], project: Project, every: tuple[Finding, ...]
) -> tuple[str, ...]:
    """What to do for a step; for one that is not ours, what its findings' rules say.

    `every` finding is there, of this step or of another.
    """
    if step == "pipeline":
        return tuple(dict.fromkeys(pipeline(findings, project, every)))
    known = _ACTIONS.get(step)
    if known:
        return tuple(dict.fromkeys(known(findings, project)))
    return tuple(dict.fromkeys(" ".join(finding.fix.split()) for finding in findings))


def _containerise(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    missing = asking(findings, "missing-dockerfile")
    deployables = concerned(missing, project) if missing else ()
    for deployable in deployables[:_DEPLOYABLES]:
        yield from _image(deployable, project)
    for deployable in deployables[_DEPLOYABLES:]:
        yield f"The same for `{deployable.folder or deployable.name}`."
    for finding in asking(findings, "single-stage-build"):
        yield from _split(finding, project)
    renewed = {finding: tuple(_renewed(finding, project)) for finding in findings}
    for lines in renewed.values():
        yield from lines
    if missing or asking(findings, "missing-dockerignore"):
        yield "Keep `.env*`, `.git`, `node_modules` and databases out of the image by `.dockerignore`."
    told = asking(findings, "missing-dockerfile", "missing-dockerignore", "single-stage-build")
    yield from fixes(tuple(f for f in findings if f not in told and not renewed[f]))


def _image(deployable: Deployable, project: Project) -> Iterator[str]:
    folder = f"{deployable.folder}/" if deployable.folder else ""
    yield f"Write `{folder}Dockerfile` with a build stage and a run stage."
    if _is_node(deployable, project):
        yield _node_image(deployable, project)
        yield from _building(deployable, project, "a user that is not root")
    else:
        kind = f"{_RUNTIMES.get(deployable.runtime, deployable.runtime)} image".strip()
        yield f"Base both on one pinned {kind}."
    listens = ports(deployable, project)
    if listens:
        yield f"Listen on {', '.join(map(str, listens))} and say so with `EXPOSE`."
    elif deployable.serves:
        yield "The port is written nowhere that was read: take it from `PORT` and document it."


def _is_node(deployable: Deployable, project: Project) -> bool:
    return deployable.runtime == "node" or (not deployable.runtime and bool(project.packages))


def _split(finding: Finding, project: Project) -> Iterator[str]:
    """How an image that ships what its build needs is rid of that."""
    known = {dockerfile.path: dockerfile for dockerfile in project.dockerfiles}
    paths = (finding.location.path, *(shown.location.path for shown in finding.evidence))
    path = next((path for path in paths if path in known), finding.location.path)
    if path in known and len(known[path].stages) > 1:
        yield f"Leave what only the build needs out of the last stage of `{path}`."
    else:
        yield f"Rework `{path}` into a build stage and a run stage."
    for deployable in concerned((finding,), project)[:1]:
        if _is_node(deployable, project):
            yield from _building(deployable, project, "")


def _renewed(finding: Finding, project: Project) -> Iterator[str]:
    """The bases of Dockerfiles that a finding shows to have ended, with what takes their place."""
    if not asking((finding,), "end-of-life-base"):
        return
    shown = {finding.location, *(evidence.location for evidence in finding.evidence)}
    node = False
    for dockerfile in project.dockerfiles:
        bases: dict[str, list[Location]] = {}
        for stage in dockerfile.stages:
            where = Location(dockerfile.path, stage.base.span)
            bases.setdefault(stage.base.literal or "", []).append(where)
        for base, places in bases.items():
            over, new = ended(base), successor(base)
            if over and new and not shown.isdisjoint(places):
                node = node or over.product.startswith("Node.js")
                yield (
                    f"Base {', '.join(map(at, places))} on `{new}` in place of `{base}`: "
                    f"{over.product} has had no security fix since {over.since}."
                )
    if node:
        yield from _asked_elsewhere(finding, project)


def _asked_elsewhere(finding: Finding, project: Project) -> Iterator[str]:
    """Where else than in a Dockerfile a version of Node.js is asked for that has ended."""
    files = {dockerfile.path for dockerfile in project.dockerfiles}
    for deployable in concerned((finding,), project):
        others = [
            said
            for said in node_versions(deployable, project)
            if said.where.path not in files and successor(f"node:{major((said,))}")
        ]
        if others:
            yield f"Ask for the same version where an old one is asked for: {_all(others)}."


def _node_image(deployable: Deployable, project: Project) -> str:
    versions = node_versions(deployable, project)
    one = major(versions)
    over = [old for said in versions if (old := ended(f"node:{major((said,))}"))]
    if one:
        image = f"node:{one}-slim"
        why = f", and {one} has had no security fix since {over[0].since}" if over else ""
        return f"Base both on `{successor(image) or image}`: Node.js is {_all(versions)}{why}."
    if versions:
        still = " that still gets security fixes" if over else ""
        return (
            f"Settle on one Node.js version{still}, it is {_all(versions)}; base both stages on it."
        )
    return (
        "The Node.js version is written nowhere that was read: set `engines.node` and "
        "base both stages on it."
    )


def _building(deployable: Deployable, project: Project, user: str) -> Iterator[str]:
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
    command = f"started with `{start.command}` ({on(path, start.span)})" if start else ""
    more = "".join(f", {what}" for what in (user, command) if what)
    yield f"Run stage: production dependencies and the build's output only{more}."


def _orchestrate(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    missing = asking(findings, "missing-compose")
    if missing:
        yield from _composed(missing, project)
    yield from fixes(tuple(finding for finding in findings if finding not in missing))


def _composed(missing: tuple[Finding, ...], project: Project) -> Iterator[str]:
    """What a compose file needs beyond the services that are there."""
    found = [m for m in project.orchestration if m.name == "Compose"]
    if found:
        yield f"Extend {_quoted(m.location.path for m in found)}."
    else:
        yield (
            "Write `compose.yaml` that starts the application with its stores by `docker "
            "compose up`."
        )
    services = {unit.deployable for unit in project.units if unit.source == "compose"}
    for deployable in concerned(missing, project)[:_DEPLOYABLES]:
        if deployable.folder in services:
            continue
        listens = ports(deployable, project)
        shown = f"port {listens[0]}" if listens else "the port not being known"
        yield (
            f"A service for `{deployable.name or deployable.folder}`, {shown}, with a health "
            "check and `restart: unless-stopped`."
        )
    present = {store.engine for store in project.stores if store.source == "compose"}
    for store in stores(project):
        engine = "postgresql" if store.engine == "sqlite" else store.engine
        if engine in present:
            continue
        place = ", in place of sqlite" if store.engine == "sqlite" else ""
        yield (
            f"A service for {engine}{place} ({at(store.location)}): pinned image, named volume, "
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


def _all(said: Iterable[Said]) -> str:
    return ", ".join(map(str, said))


def _quoted(paths: Iterable[str]) -> str:
    return ", ".join(f"`{path}`" for path in dict.fromkeys(paths))


_ACTIONS: dict[str, Actions] = {
    "containerise": _containerise,
    "orchestrate": _orchestrate,
    "migrate-database": migrate_database,
    "observe": _observe,
    "harden-scripts": harden_scripts,
    "infrastructure-as-code": infrastructure_as_code,
}
