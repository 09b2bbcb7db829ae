"""Where production surely begins: units, pm2 apps, platforms, published images, deploying scripts."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from msgspec import Struct

from ..documents.facts import Ecosystem, Hosting, Process, Workflow
from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Location
from ..source.regex import regex
from .apps import folder_of
from .callees import Call, call, written
from .composed import placed
from .images import resolved
from .inside import commands
from .listening import beside, built
from .programs import Program, Programs, is_elsewhere, is_sure
from .service_units import called, is_once, service_units
from .starts import publishing
from .types import Act, Project

TRIAL = regex(
    r"(?:^|[^a-z])(?:dev|develop|development|test|tests|testing|e2e|staging|stage|preview|qa|ci|demo|sandbox|local|debug)"
    r"(?=$|[^a-z])"
)
"""Words in a name that tell that it is none of production."""
_PLACES = regex(r"/(?:srv|opt|var|root|usr)(?:/|$)")
"""Where software of a server stands; in a home it may be a developer's."""


class Begun(Struct, frozen=True):
    """Something that production starts: what, where, and the commands that this leads to."""

    what: str
    """As the beginning of a sentence: "the unit `shop`"."""
    where: Location
    commands: tuple[tuple[Program | Call, tuple[Evidence, ...]], ...]
    """Each with the way to it behind `where`, its own place last."""
    trail: tuple[Evidence, ...] = ()


def begun(project: Project) -> Iterator[Begun]:
    """Everything that surely starts in production."""
    programs = Programs(project)
    yield from _units(project, programs)
    yield from _ecosystems(project, programs)
    yield from _hosted(project, programs)
    yield from _images(project, programs)
    yield from _services(project, programs)
    for act in project.acts:
        if deploys(act):
            yield from _typed(act, programs)


def _units(project: Project, programs: Programs) -> Iterator[Begun]:
    for unit in service_units(project):
        found = programs.of(unit)
        if found and not is_once(unit, project) and not TRIAL.search(unit.name.lower()):
            name = called(unit)
            what = name if name == "the unit" else f"the unit {name}"
            yield Begun(what, found[0].way[0].location, _with_places(found))


def _with_places(
    found: tuple[Program, ...],
) -> tuple[tuple[Program | Call, tuple[Evidence, ...]], ...]:
    return tuple((p, (*p.way[1:], Evidence(_place(p.run), ""))) for p in found)


def _place(run: Run) -> Location:
    return Location(run.path, run.span)


def _ecosystems(project: Project, programs: Programs) -> Iterator[Begun]:
    for ecosystem, process in live_processes(project):
        yield from _process(process, ecosystem, programs)


def live_processes(project: Project) -> Iterator[tuple[Ecosystem, Process]]:
    """The apps of ecosystem files that pm2 surely runs on a server."""
    started = any(
        _starts_file(run) for act in project.acts if deploys(act) for run in act.behaviour.runs
    )
    for ecosystem in project.ecosystems:
        if project.purposes.get(ecosystem.path, "production") != "production":
            continue
        for process in ecosystem.processes:
            sure = started or _is_live(process)
            if (
                sure
                and process.script is not None
                and not TRIAL.search((process.name or "").lower())
            ):
                yield ecosystem, process


def _starts_file(run: Run) -> bool:
    return run.name == "pm2" and any(
        (word or "").endswith((".js", ".cjs", ".json", ".yml", ".yaml", ".mjs"))
        and any(part in (word or "") for part in ("ecosystem", "pm2", ".config.", "process."))
        for word in run.arguments
    )


def _is_live(process: Process) -> bool:
    """Whether an app says itself that it runs on a server."""
    directory = process.directory.literal if process.directory else None
    if directory is not None and _PLACES.match(directory):
        return True
    return any(
        entry.value is not None and entry.value.literal == "production"
        for entry in (*process.environment, *process.options)
        if entry.name.rpartition(".")[2] == "NODE_ENV" and not TRIAL.search(entry.name)
    )


def _process(process: Process, ecosystem: Ecosystem, programs: Programs) -> Iterator[Begun]:
    script = process.script
    given = process.arguments
    if script is None or script.literal is None or (given is not None and given.literal is None):
        return
    home = folder_of(ecosystem.path)
    directory = process.directory.literal if process.directory else "."
    text = f"{script.literal} {given.literal if given else ''}"
    made = written(text, resolved(home, directory or "."), home)
    if made is not None:
        where = Location(ecosystem.path, script.span)
        commands = _of_call(made, directory, programs)
        yield Begun(f"the pm2 app `{process.name or script.literal}`", where, commands)


def _of_call(
    made: Call, folder: str | None, programs: Programs
) -> tuple[tuple[Program | Call, tuple[Evidence, ...]], ...]:
    """A command line that no shell script holds, and all that it runs."""
    found: list[tuple[Program | Call, tuple[Evidence, ...]]] = [(made, ())]
    for callee in programs.called(made, folder):
        inner = programs.behind(callee, Evidence(Location(callee.path, callee.span), ""), folder)
        found += _with_places(tuple(inner))
    return tuple(found)


def _hosted(project: Project, programs: Programs) -> Iterator[Begun]:
    """What platforms, Procfiles and supervisors start."""
    for hosting in project.hostings:
        production = project.purposes.get(hosting.path, "production") == "production"
        if not production or hosting.provider == "kubernetes" or _is_foremans(hosting, project):
            continue
        for service in hosting.services:
            for command in service.commands if not TRIAL.search(service.name.lower()) else ():
                if command.kind == "start":
                    where = Location(hosting.path, command.script.span)
                    folder = service.directory.literal if service.directory else None
                    found = programs.behind(command.script, Evidence(where, ""), folder)
                    what = f"`{service.name}` of {hosting.path}" if service.name else hosting.path
                    yield Begun(what, where, _with_places(tuple(found)))


def _is_foremans(hosting: Hosting, project: Project) -> bool:
    """Whether a Procfile may be a developer's: foreman reads the same, and nothing else shows a platform."""
    if hosting.provider != "procfile":
        return False
    released = any(c.kind == "release" for s in hosting.services for c in s.commands)
    elsewhere = any(platform.location.path != hosting.path for platform in project.platforms)
    return not released and not elsewhere and not _is_alone(hosting)


def _is_alone(hosting: Hosting) -> bool:
    """Whether a Procfile starts one server at the port that it is given: for that nobody needs foreman."""
    return [service.name for service in hosting.services] == ["web"] and any(
        "$PORT" in word.raw or "${PORT" in word.raw
        for service in hosting.services
        for command in service.commands
        for inner in commands(command.script).values()
        for word in inner.words
    )


def _images(project: Project, programs: Programs) -> Iterator[Begun]:
    """Images that a workflow builds and publishes."""
    for image in project.images:
        path = image.dockerfile.path
        workflow = next(publishing(path, project), None)
        if image.purpose != "production" or workflow is None or _is_called_trial(workflow):
            continue
        if any(_is_trial(workflow, each) for each in project.workflows):
            continue
        last = {i.keyword: i for i in image.stage.instructions}
        start = last.get("CMD") or last.get("ENTRYPOINT")
        if start is None or start.script is None or TRIAL.search(image.stage.name.lower()):
            continue
        where = Location(path, start.script.span)
        found = programs.behind(start.script, Evidence(where, ""), image.deployable)
        what = f"the image of {path}, which {workflow} publishes,"
        yield Begun(what, where, _with_places(tuple(found)))


def _services(project: Project, programs: Programs) -> Iterator[Begun]:
    """Services of compose files that production starts, by their own command or that of the image they build."""
    if _is_kept_elsewhere(project):
        return
    for each in placed(project):
        service, image = each.service, built(each, project)
        told = (each.compose.path, service.name, image.dockerfile.path if image else "")
        if not each.standing.counts or any(TRIAL.search(one.lower()) for one in told):
            continue
        own = next((p for p in each.whole.parts if p.service.command), None)
        start = own.service.command if own is not None else None
        replaced = any({"entrypoint", "command"} & set(s.keys) for s in beside(each, project))
        if replaced or any(part.service.entrypoint for part in each.whole.parts):
            continue
        if start is None and image is not None:
            last = {i.keyword: i for i in image.stage.instructions}
            found = last.get("CMD") or last.get("ENTRYPOINT")
            start = found.script if found is not None else None
        if start is not None:
            where = Location(start.path, start.span)
            folder = image.deployable if image is not None else None
            commands = _with_places(tuple(programs.behind(start, Evidence(where, ""), folder)))
            yield Begun(f"the service `{service.name}`", where, commands, each.standing.trail)


def _is_called_trial(workflow: str) -> bool:
    """Whether the name of a workflow's file says so; GitLab gives it."""
    return "gitlab" not in workflow and TRIAL.search(workflow.lower()) is not None


def _is_kept_elsewhere(project: Project) -> bool:
    """Whether a script starts or stops a compose file that is for production by its name and is not here."""
    return any(
        _PRODUCTION.search(word or "") and basename(word or "") not in map(basename, project.files)
        for act in project.acts
        for run in act.behaviour.runs
        if run.name in ("docker", "docker-compose")
        for word in run.arguments
    )


_PRODUCTION = regex(r"compose[\w.-]*[._-]prod(?:uction)?[\w.-]*\.ya?ml$")


def _is_trial(path: str, workflow: Workflow) -> bool:
    """Whether a workflow builds a target, or gives a tag, that is for developing."""
    return workflow.path == path and any(
        TRIAL.search(entry.value.raw.lower())
        for job in workflow.jobs
        for step in job.steps
        for entry in step.inputs
        if entry.name in ("tags", "target", "file") and entry.value is not None
    )


def deploys(act: Act) -> bool:
    """Whether a script surely works on the server that is deployed to."""
    if act.purpose != "production" or TRIAL.search(act.script.path.lower()):
        return False
    if act.script.origin == "step" or act.script.path.startswith(".github/"):
        return "deploy-job" in act.reached_by
    return act.role in ("deploy", "bootstrap") and not is_elsewhere(act)


def _typed(act: Act, programs: Programs) -> Iterator[Begun]:
    """What a deploying script starts itself: by pm2, or left running in the background."""
    for run in act.behaviour.runs:
        if run.reach != "reached" or run.captured or not is_sure(run):
            continue
        hosted = act.script.origin == "step" and run.remote is None
        made = _started_by_pm2(run, act) if run.name == "pm2" else _left_running(run, act)
        if made is not None and not hosted:
            commands = _of_call(made, run.directory, programs)
            yield Begun(act.script.path, _place(run), commands, act.trail)


def _left_running(run: Run, act: Act) -> Call | None:
    lasting = run.background and (act.role == "deploy" or run.remote is not None)
    kept = lasting or {"nohup", "setsid"} & set(run.prefixes)
    return call(run, act.script) if kept and run.name not in ("sleep", "tail") else None


def _started_by_pm2(run: Run, act: Act) -> Call | None:
    """The command that `pm2 start npm --name shop -- run dev` starts."""
    words = effects.plain(run)
    if words[1:2] != ("start",) or len(words) < 3 or not words[2]:
        return None
    behind: list[str | None] = []
    if "--" in run.arguments:
        behind = list(run.arguments[run.arguments.index("--") + 1 :])
    name, *inside = words[2].split()
    return Call(name, (*inside, *behind), run.directory, folder_of(act.script.path))
