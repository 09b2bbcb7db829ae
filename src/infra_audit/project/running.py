"""Which application a unit runs for certain: its own program, which is the one that listens."""

from __future__ import annotations

from ..documents.facts import Hosted
from ..model import Location
from .composed import Placed
from .joined import index
from .listening import beside, built
from .program import Program, covers, leads, program, started
from .python_ports import serves
from .types import Deployable, Image, Port, Project, Unit

_RUNTIMES = {
    "node": frozenset({"", "node", "docker", "nodejs"}),
    "python": frozenset({"", "docker", "python", "python3"}),
}
"""By runtime, what platforms call it."""


def runs(unit: Unit, app: Deployable, project: Project) -> bool:
    """Whether a unit runs the one program of an application that listens, and nothing in front of it."""
    listens = listening(app, project)
    found = _program(unit, app, project)
    if app.runtime == "python":
        return found is not None and found.python is not None and serves(found.python, app, project)
    return (
        found is not None
        and len(listens) <= 1
        and leads(found, app, frozenset(p.location.path for p in listens), project)
    )


def listening(app: Deployable, project: Project) -> tuple[Port, ...]:
    """Where the code of an application listens."""
    return tuple(p for p in project.ports if p.kind == "listens" and p.deployable == app.folder)


def _program(unit: Unit, app: Deployable, project: Project) -> Program | None:
    match unit.source:
        case "image":
            image = _image(unit.location, project)
            return program(image, None, app.package) if image is not None else None
        case "compose":
            return _of_service(unit, app, project)
        case "platform":
            return _of_platform(unit, app, project)
        case "systemd" | "pm2" | "package":
            return started(unit.start, app.package) if unit.start is not None else None
        case _:
            return None


def _image(where: Location, project: Project) -> Image | None:
    found = (i for i in project.images if Location(i.dockerfile.path, i.stage.span) == where)
    return next(found, None)


def _of_service(unit: Unit, app: Deployable, project: Project) -> Program | None:
    compose = next((c for c in project.composes if c.path == unit.location.path), None)
    services = compose.services if compose is not None else ()
    service = next((s for s in services if s.span == unit.location.span), None)
    if compose is None or service is None:
        return None
    placed = Placed(service, compose, project.standings[compose.path], index(project))
    image = built(placed, project)
    whole = placed.whole
    if image is None or image.deployable != app.folder or whole.gives("network_mode"):
        return None
    if any(s.entrypoint for s in whole.every) or any(
        "command" in s.keys for s in beside(placed, project)
    ):
        return None
    if any(covers(m.target, image) for p in whole.parts for m in p.service.mounts):
        return None
    command = next((p.service.command for p in whole.parts if p.service.command), None)
    return program(image, command, app.package)


def _of_platform(unit: Unit, app: Deployable, project: Project) -> Program | None:
    found = (
        (hosting, hosted)
        for hosting in project.hostings
        for hosted in hosting.services
        if Location(hosting.path, hosted.span) == unit.location
    )
    hosting, hosted = next(found, (None, None))
    if hosting is None or hosted is None or hosted.image is not None:
        return None
    told = {e.name.rpartition(".")[2]: e.value for e in (*hosted.options, *hosting.options)}
    runtime = told.get("runtime") or told.get("env")
    if runtime is not None and runtime.literal not in _RUNTIMES.get(app.runtime, ()):
        return None
    start = next((c.script for c in hosted.commands if c.kind == "start"), None)
    images = _built(hosted, app, project)
    if images:
        return program(images[0], start, app.package) if len(images) == 1 else None
    if start is not None:
        return started(start, app.package)
    scripts = app.package.scripts if app.package is not None else ()
    own = next((s.script for s in scripts if s.name == "start"), None)
    return started(own, app.package) if own is not None and hosted.dockerfile is None else None


def _built(hosted: Hosted, app: Deployable, project: Project) -> list[Image]:
    """The images that a platform may build for an application."""
    if hosted.dockerfile is not None:
        name = (hosted.dockerfile.literal or "").removeprefix("./")
        return [
            i for i in project.images if i.dockerfile.path == name and i.deployable == app.folder
        ]
    return [i for i in project.images if i.dockerfile.path in app.images]
