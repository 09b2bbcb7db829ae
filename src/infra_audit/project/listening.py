"""On which ports the process of a container listens, as far as the repository tells."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Build, Service
from ..documents.shell.syntax import Script
from ..model import Evidence, Location
from ..source.regex import regex
from .composed import Placed
from .images import built_file
from .layers import lineage
from .program import Program, covers, leads, program, started
from .python_ports import serves
from .types import Deployable, Image, Port, Project, Unit

_OPENERS = regex(
    r"ws|websocket|socket\.io|@?hocuspocus/.*|peer|@grpc/grpc-js|grpc|lightship|node-media-server|y-websocket|@?colyseus.*"
    r"|@godaddy/terminus|@opentelemetry/exporter-prometheus|prom-client|express-ws|faye|sockjs|primus|moleculer.*|nats|mqtt|aedes"
    r"|@nestjs/(?:microservices|websockets|platform-ws|platform-socket\.io)|@apollo/server|graphql-yoga|trpc.*|@trpc/server"
    r"|grpcio|websockets|python-socketio|inngest|@temporalio/.*|pm2|concurrently|npm-run-all|turbo|.*(?:metrics|prometheus|health).*"
)
"""Packages that may open another port than that of the server which the code is seen to start."""
_LOADERS = regex(
    r"dotenv.*|@nestjs/config|@dotenvx/.*|env-cmd|config|convict|nconf|rc"
    r"|python-dotenv|python-decouple|environs|django-environ|pydantic-settings|dynaconf"
)
"""Packages that read variables or settings from files."""
_TELLS = regex(r"-p\d*|--port(?:=.*)?|-l|--listen(?:=.*)?|--env-file(?:=.*)?")
_DEFAULTS = (("next start", "3000"), ("remix-serve", "3000"), ("react-router-serve", "3000"))
"""Servers of frameworks, and the port of each where PORT says nothing else."""


class Listener(Struct, frozen=True):
    """The ports of one process with what shows each; never empty."""

    ports: dict[str, tuple[Evidence, ...]]
    variables: frozenset[str] = frozenset()
    """Those that are told nowhere, so that the code's own default holds."""
    settled: bool = False
    """Whether its command alone decides it, whatever variables say."""

    @property
    def shown(self) -> tuple[Evidence, ...]:
        """What shows the first of them."""
        return next(iter(self.ports.values()))

    def __str__(self) -> str:
        return " and ".join(self.ports)


def built(placed: Placed, project: Project) -> Image | None:
    """The image that a service of compose builds here, None where none or unknown."""
    whole = placed.whole
    builds = [(part.path, part.service.build) for part in whole.parts if part.service.build]
    if whole.open or len(builds) != 1 or any(s.build for s in beside(placed, project)):
        return None
    path, build = builds[0]
    return _image(path, build, project) if build is not None else None


def _image(path: str, build: Build, project: Project) -> Image | None:
    file = built_file(path, build)
    target = build.target.literal if build.target else None
    found = [i for i in project.images if i.dockerfile.path == file]
    named = [i for i in found if target and i.stage.name == target]
    if build.target is not None and target is None:
        return None
    return next(iter(named if target else found), None)


def service_listener(placed: Placed, project: Project) -> Listener | None:
    """What a service listens on: compose's word goes before the image's, and that before the code's."""
    image = built(placed, project)
    services = [part.service for part in placed.whole.parts]
    if image is None or any(s.entrypoint for s in services):
        return None
    others = {key for s in beside(placed, project) for key in s.keys}
    if others & {"entrypoint", "command"}:
        return None
    if any(covers(m.target, image) for s in services for m in s.mounts):
        return None
    command = next((s.command for s in services if s.command is not None), None)
    own = [u for u in project.units if u.source == "compose" and u.location == placed.location]
    written = {entry.name for s in placed.whole.every for entry in s.environment}
    found = _listener(image, command, own, project)
    if found is None or found.settled:
        return found
    if "env_file" in others or any(s.env_files for s in services):
        return None
    mounted = any((m.target or "").endswith(".env") for s in placed.whole.every for m in s.mounts)
    return None if found.variables and (mounted or found.variables & written) else found


def image_listener(image: Image, project: Project) -> Listener | None:
    """What the process of an image listens on where its image alone decides that."""
    found = _listener(image, None, [], project)
    return None if found is None or found.variables else found


def server_listener(project: Project) -> Listener | None:
    """What the application of a server listens on, where its units tell that and no file may.

    None also where another application is there whose port is not known. The variables are those
    that are told.
    """
    code = [p for p in project.ports if p.kind == "listens" and p.deployable is not None]
    serving = [d for d in project.deployables if d.serves]
    if len(code) != 1 or len(serving) != 1 or not code[0].variable:
        return None
    units = [
        u
        for u in project.units
        if u.source in ("systemd", "pm2", "supervisor") and u.purpose == "production" and not u.once
        if not _runs_another(u, serving[0], code[0].location.path, project)
    ]
    told = [p for p in project.ports if p.kind == "told" and p.variable == code[0].variable]
    found: dict[str, tuple[Evidence, ...]] = {}
    for unit in units:
        own = [p for p in told if p.unit == unit]
        if not own or not _is_settled(unit, serving[0], project):
            return None
        for port in own:
            if port.number is None:
                return None
            shown = Evidence(port.location, f"listens on {port.number}")
            found.setdefault(port.number, (shown,))
    if not found or _is_written(code[0].variable, project):
        return None
    return Listener(found, frozenset({code[0].variable}))


def default_of(listener: Listener, project: Project) -> str | None:
    """The port that the code falls back on where the variable of a listener is not set."""
    code = (p for p in project.ports if p.kind == "listens" and p.variable in listener.variables)
    return next((p.default for p in code), None)


def _runs_another(unit: Unit, app: Deployable, listening: str, project: Project) -> bool:
    """Whether a unit runs a program of the application that does not listen."""
    program = started(unit.start, app.package) if unit.start is not None else None
    if program is None or not program.file:
        return False
    there = any(f.endswith(program.file.removeprefix("./")) for f in project.files)
    return there and not leads(program, app, frozenset({listening}), project)


def _is_settled(unit: Unit, app: Deployable, project: Project) -> bool:
    """Whether nothing but a unit's own file tells its variables."""
    if unit.source == "pm2":
        return not any(
            option.name == "increment_var"
            for file in project.ecosystems
            for process in file.processes
            for option in process.options
        )
    for file in project.unit_files:
        own = file.path == unit.location.path or f"{unit.name}.d/" in file.path
        if own and any(s.key in ("EnvironmentFile", "PassEnvironment") for s in file.settings):
            return False
    program = started(unit.start, app.package) if unit.start is not None else None
    return program is not None and not _tells(program)


def _is_written(variable: str, project: Project) -> bool:
    """Whether a script sets a variable, or writes a file that does."""
    return any(
        any(f"{variable}=" in word.raw for word in run.words)
        or any(name == variable for name, _ in run.environment)
        for act in project.acts
        for run in act.behaviour.runs
    )


def image_unit(image: Image, project: Project) -> Unit | None:
    """The unit that an image is by itself."""
    where = Location(image.dockerfile.path, image.stage.span)
    return next((u for u in project.units if u.source == "image" and u.location == where), None)


def beside(placed: Placed, project: Project) -> Iterator[Service]:
    """What other files of production say of a service."""
    for part in placed.whole.beside:
        if project.purposes.get(part.path) == "production":
            yield part.service


def _listener(
    image: Image, command: Script | None, own: list[Unit], project: Project
) -> Listener | None:
    unit = image_unit(image, project)
    app = next((d for d in project.deployables if d.folder == image.deployable), None)
    if unit is None or app is None or any(map(_OPENERS.fullmatch, app.dependencies)):
        return None
    started = program(image, command, app.package)
    if app.runtime == "python":
        listens = _opened(started, own if command is not None else [unit], app, project)
    else:
        listens = _listens(app, project)
        files = frozenset(
            p.location.path for p in listens if p.kind == "listens" and p.deployable is not None
        )
        if started is None or not leads(started, app, files, project) or _tells(started):
            return None
    told = [*_told(own, project), *_told([unit], project)]
    inherited = _inherited(image)
    option = next((port for port in told if not port.variable), None)
    found: dict[str, tuple[Evidence, ...]] = {}
    untold: set[str] = set()
    for port in listens:
        told_by = option if port.variable else None
        if told_by is None and port.variable:
            told_by = next((t for t in told if t.variable == port.variable), None)
            if told_by is None:
                untold.add(port.variable)
                if port.variable in inherited or _in_a_file(port, app, project):
                    return None
        number = told_by.number if told_by else port.number or port.default
        if number is None or not number.isdigit():
            return None
        evidence = [Evidence(port.location, "listens here")]
        if told_by:
            evidence.insert(0, Evidence(told_by.location, f"tells it to listen on {number}"))
        found.setdefault(number, tuple(evidence))
    settled = app.runtime == "python" and not any(port.variable for port in listens)
    if started is not None and started.python is not None and not started.python.alone:
        settled = False
        untold.add("GUNICORN_CMD_ARGS")
        if "GUNICORN_CMD_ARGS" in inherited | {
            e.name for i in image.stage.instructions for e in i.entries
        }:
            return None
    return Listener(found, frozenset(untold), settled) if found else None


def _opened(
    started: Program | None, units: list[Unit], app: Deployable, project: Project
) -> list[Port]:
    """Where the one program of Python that an image starts listens; nothing where that is not sure."""
    if started is None or started.python is None or not serves(started.python, app, project):
        return []
    return [p for p in project.ports if p.kind == "listens" and p.unit in units]


def _tells(started: Program) -> bool:
    """Whether the words by which a program is started may tell it a port or read a file of variables."""
    run = started.run
    if any(_TELLS.fullmatch(a or "") for a in run.arguments):
        return started.scripted or any((a or "").startswith("--env-file") for a in run.arguments)
    return started.scripted and bool(run.environment or run.prefixes)


def _inherited(image: Image) -> set[str]:
    """The variables that the stages set on which an image's own stage is built."""
    stages = lineage(image.dockerfile, image.stage)[:-1]
    return {e.name for s in stages for i in s.instructions if i.keyword == "ENV" for e in i.entries}


def _told(units: list[Unit], project: Project) -> list[Port]:
    return [p for p in project.ports if p.kind == "told" and p.unit in units] if units else []


def _listens(app: Deployable, project: Project) -> list[Port]:
    """Where the code of an application listens, or the server of its framework does."""
    found = [p for p in project.ports if p.kind == "listens" and p.deployable == app.folder]
    package = app.package
    if found or package is None:
        return found
    for script in package.scripts:
        number = next((n for name, n in _DEFAULTS if script.command.startswith(name)), None)
        if script.name == "start" and number:
            where = Location(package.path, script.span)
            return [
                Port(kind="listens", number=None, default=number, variable="PORT", location=where)
            ]
    return []


def _in_a_file(port: Port, app: Deployable, project: Project) -> bool:
    """Whether a file may tell the port, one that is here or one that only the container has."""
    return any(map(_LOADERS.fullmatch, app.dependencies)) or any(
        entry.name == port.variable
        for file in project.dotenvs
        if project.purposes.get(file.path) == "production"
        for entry in file.entries
    )
