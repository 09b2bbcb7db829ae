"""The files of the repository that compose files, Dockerfiles, workflows and process managers name."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join, normpath

from msgspec.structs import replace

from ..documents.facts import Compose, Job, Mount, Service, Setting, Step, Value
from ..documents.shell.syntax import Command, Word
from ..model import Evidence, Location, Severity
from ..source.regex import regex
from .apps import folder_of
from .checkouts import checkouts
from .docker_runs import built_elsewhere
from .images import resolved
from .references import Reference
from .types import Image, Project

_CONFIG = regex(
    r".*\.(?:conf|cnf|ya?ml|toml|json|ini|cfg|sql|sh|xml|properties|tmpl|template|html|py|lua|vcl|hcl|rules|acl)$"
    r"|(?:.*/)?(?:Caddyfile|Corefile)$"
)
"""What a bind mount of one file is named when people write it."""
_STATE = regex(
    r"acme|/(?:letsencrypt|certs?|ssl|keys?|secrets?|data)/|\.local\.|secret|credential|token"
)
"""What programs or operators make."""
_SOURCE = regex(
    r".*\.(?:sh|json|[cm]?[jt]sx?|ya?ml|toml|conf|lockb?|txt|py|rb|php|cfg|ini|html|prisma|mod|sum|sql|template|cron)$"
    r"|(?:.*/)?(?:prisma|scripts|config|patches|migrations|nginx|docker|Gemfile|Pipfile|Caddyfile|\.npmrc|\.yarnrc)$"
)
"""What a COPY takes that no build makes."""
_PORTAINER = "stack.env"
"""What Portainer writes with the variables of a stack."""
_VERSIONS = frozenset(
    {
        "node-version-file",
        "python-version-file",
        "go-version-file",
        "ruby-version-file",
        "java-version-file",
    }
)
_PROGRAM = regex(r"[\w@./+-]*\w\.(?:[cm]?[jt]s|py|sh)")


def files_of_documents(project: Project) -> Iterator[Reference]:
    """Every path that a document of production names and that production needs."""
    for compose in project.composes:
        if project.purposes.get(compose.path) == "production":
            for service in compose.services:
                yield from _of_service(service, compose)
    elsewhere = built_elsewhere(project)
    for image in project.images:
        if image.purpose == "production" and image.dockerfile.path not in elsewhere:
            yield from _of_image(image, project)
    yield from _of_workflows(project)
    yield from _of_ecosystems(project)
    yield from _of_units(project)


def _of_service(service: Service, compose: Compose) -> Iterator[Reference]:
    if service.profiles:
        return
    who = f"the service `{service.name}`"
    for value in service.env_files:
        if value.literal == _PORTAINER:
            continue
        yield from _beside(value, compose, f"{who} reads its environment from", "warning")
    build = service.build
    if build is not None and not build.inline:
        context = build.context
        literal = "." if context is None else context.literal
        if literal is not None and not _is_remote(literal):
            if context is not None:
                yield from _beside(context, compose, f"{who} is built from", None)
            if build.dockerfile is not None and build.dockerfile.literal:
                file = build.dockerfile
                places = tuple(
                    normpath(join(folder, literal, file.literal or ""))
                    for folder in _folders(compose.path)
                )
                yield from _made(places, file, compose.path, f"{who} is built by", None)
    if service.extends is not None and service.extends.file:
        file = Value(service.extends.file, service.extends.file, service.extends.span)
        yield from _beside(file, compose, f"{who} extends one of", None)
    for mount in service.mounts:
        yield from _of_mount(mount, who, compose)


def _is_remote(path: str) -> bool:
    return "://" in path or path.startswith(("git@", "github.com")) or ".git" in path


def _folders(path: str) -> tuple[str, ...]:
    """Where a relative path of a compose file may begin: its own folder, or that of the first `-f`."""
    home = folder_of(path)
    found = [home]
    while home:
        home = folder_of(home)
        found.append(home)
    return tuple(found)


def _beside(
    value: Value, compose: Compose, needs: str, severity: Severity | None
) -> Iterator[Reference]:
    if value.literal and not value.literal.startswith(("/", "~")):
        places = tuple(normpath(join(folder, value.literal)) for folder in _folders(compose.path))
        yield from _made(places, value, compose.path, needs, severity)


def _made(
    places: tuple[str, ...], value: Value, path: str, needs: str, severity: Severity | None
) -> Iterator[Reference]:
    if not any(place.startswith("..") or place in ("", ".") for place in places):
        yield Reference(
            shown=value.literal or value.raw,
            places=places,
            needs=needs,
            location=Location(path, value.span),
            severity=severity,
        )


def _of_mount(mount: Mount, who: str, compose: Compose) -> Iterator[Reference]:
    source, target = mount.source or "", mount.target or ""
    if mount.kind != "bind" or not source.startswith("./") or "$" in source + target:
        return
    same = basename(target).rpartition(".")[2] == basename(source).rpartition(".")[2]
    if _CONFIG.fullmatch(source) and same and not _STATE.search(source):
        value = Value(source, source, mount.span)
        places = tuple(normpath(join(folder, source)) for folder in _folders(compose.path))
        for reference in _made(places, value, compose.path, f"{who} mounts", None):
            yield replace(reference, mounted=True)


def _of_image(image: Image, project: Project) -> Iterator[Reference]:
    path = image.dockerfile.path
    contexts = {
        i.context for i in project.images if i.dockerfile.path == path and i.context is not None
    }
    folders = contexts | set(_folders(path))
    built = bool(contexts) or basename(path) in ("Dockerfile", "Containerfile")
    for stage in image.dockerfile.stages:
        for instruction in stage.instructions:
            copy = instruction.copy
            if copy is None or copy.origin or copy.heredoc:
                continue
            for value in copy.sources:
                source = (value.literal or "").removeprefix("./").strip("/")
                if not source or is_no_path(source) or not _SOURCE.fullmatch(source):
                    continue
                places = tuple(sorted(normpath(join(folder, source)) for folder in folders))
                yield from _made(
                    places,
                    value,
                    path,
                    f"`{instruction.keyword}` takes",
                    None if built else "warning",
                )


def is_no_path(source: str) -> bool:
    """Whether a source is a pattern or an address, and no path."""
    return any(c in source for c in "*?[$\\") or "://" in source or source.startswith("git@")


def _of_workflows(project: Project) -> Iterator[Reference]:
    for workflow in project.workflows:
        if not workflow.path.startswith(".github/workflows/"):
            continue
        for job in workflow.jobs:
            if job.uses is not None and (job.uses.literal or "").startswith("./"):
                where = Location(workflow.path, job.uses.span)
                yield Reference(
                    shown=job.uses.raw,
                    places=(normpath(job.uses.raw),),
                    needs=f"the job `{job.id}` uses",
                    location=where,
                    fresh=True,
                )
            if _is_plain(job):
                for step in job.steps:
                    yield from _of_step(step, workflow.path, f"the job `{job.id}`")


def _is_plain(job: Job) -> bool:
    """Whether all that a job works on is its checkout of this repository."""
    for step in job.steps:
        uses = step.uses.raw if step.uses else ""
        if uses.startswith("actions/checkout@") and step.inputs:
            names = {e.name for e in step.inputs}
            if names & {"repository", "path", "ref", "submodules", "sparse-checkout"}:
                return False
        if "download-artifact" in uses or "cache" in uses:
            return False
    return any((s.uses.raw if s.uses else "").startswith("actions/checkout@") for s in job.steps)


def _of_step(step: Step, path: str, who: str) -> Iterator[Reference]:
    uses = step.uses.literal if step.uses else None
    if step.uses is not None and uses and uses.startswith("./"):
        folder = normpath(uses)
        yield Reference(
            shown=uses,
            places=tuple(
                normpath(join(folder, n)) for n in ("action.yml", "action.yaml", "Dockerfile")
            ),
            needs=f"{who} uses the action",
            location=Location(path, step.uses.span),
            fresh=True,
        )
    inputs = {e.name: e.value for e in step.inputs if e.value is not None}
    for name, value in inputs.items():
        if name in _VERSIONS and value.literal and "*" not in value.literal:
            yield from _made(
                (normpath(value.literal),), value, path, f"{who} reads the version from", None
            )
    if uses and "build-push-action" in uses:
        context = inputs.get("context")
        file = inputs.get("file")
        literal = "." if context is None else context.literal
        if context is not None and literal and "://" not in literal:
            yield from _made((normpath(literal),), context, path, f"{who} builds from", None)
        if file is not None and file.literal and literal is not None:
            yield from _made((normpath(file.literal),), file, path, f"{who} builds", None)


def _of_ecosystems(project: Project) -> Iterator[Reference]:
    """What pm2 starts, where the app's folder is that of its file."""
    for ecosystem in project.ecosystems:
        if project.purposes.get(ecosystem.path) != "production":
            continue
        home = folder_of(ecosystem.path)
        for process in ecosystem.processes:
            script = process.script
            given = process.directory
            if script is None or script.literal is None or not _PROGRAM.fullmatch(script.literal):
                continue
            folder = home if given is None else None
            if given is not None and given.literal and not given.literal.startswith("/"):
                folder = resolved(home, given.literal)
            elif given is not None and given.raw.strip("\"'`") == "__dirname":
                folder = home
            if folder is None or script.literal.startswith("/"):
                continue
            path = normpath(join(folder, script.literal))
            evidence: tuple[Evidence, ...] = ()
            if given is not None:
                evidence = (Evidence(Location(ecosystem.path, given.span), "the app's folder"),)
            yield Reference(
                shown=script.literal,
                places=(path,),
                needs=f"pm2 starts `{process.name or 'the app'}` from",
                location=Location(ecosystem.path, script.span),
                evidence=evidence,
            )


def _of_units(project: Project) -> Iterator[Reference]:
    """What a systemd unit starts from a checkout that a script renews."""
    known = tuple(checkouts(project))
    for unit in project.unit_files if known else ():
        if project.purposes.get(unit.path) not in ("production", "template"):
            continue
        for setting in unit.settings:
            for word in _words(setting) if setting.key.startswith("Exec") else ():
                for one in known:
                    inside = one.inside(word.literal or "")
                    if inside and _PROGRAM.fullmatch(inside):
                        yield Reference(
                            shown=word.literal or "",
                            places=(normpath(inside),),
                            needs=f"the unit `{unit.name}` runs",
                            location=Location(unit.path, word.span),
                            evidence=(one.evidence,),
                            anywhere=True,
                        )


def _words(setting: Setting) -> Iterator[Word]:
    for statement in setting.script.statements if setting.script is not None else ():
        if isinstance(statement, Command):
            yield from statement.words
