"""Which application a unit runs for certain: its own program, which is the one that listens."""

from __future__ import annotations

from ..documents.facts import Hosted
from ..model import Location
from .composed import Placed
from .joined import index
from .listening import beside, built
from .program import Program, covers, leads, program, started
from .pulled import pulled
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
    places = frozenset(p.location.path for p in listens)
    found = _programs(unit, app, project)
    if app.runtime == "python":
        pythons = [one.python if one is not None else None for one in found]
        return bool(pythons) and all(
            each is not None and serves(each, app, project) for each in pythons
        )
    return (
        len(listens) <= 1
        and bool(found)
        and all(one is not None and leads(one, app, places, project) for one in found)
    )


def listening(app: Deployable, project: Project) -> tuple[Port, ...]:
    """Where the code of an application listens."""
    return tuple(p for p in project.ports if p.kind == "listens" and p.deployable == app.folder)


def _programs(unit: Unit, app: Deployable, project: Project) -> list[Program | None]:
    """What a unit starts, once for each image that may be its own; None for what is not known."""
    match unit.source:
        case "image":
            image = _image(unit.location, project)
            return [program(image, None, app.package) if image is not None else None]
        case "compose":
            return _of_service(unit, app, project)
        case "kubernetes":
            return [program(image, unit.start, app.package) for image in pulled(unit, project)]
        case "platform":
            return [_of_platform(unit, app, project)]
        case "systemd" | "pm2" | "package":
            return [started(unit.start, app.package) if unit.start is not None else None]
        case _:
            return []


def _image(where: Location, project: Project) -> Image | None:
    found = (i for i in project.images if Location(i.dockerfile.path, i.stage.span) == where)
    return next(found, None)


def _of_service(unit: Unit, app: Deployable, project: Project) -> list[Program | None]:
    compose = next((c for c in project.composes if c.path == unit.location.path), None)
    services = compose.services if compose is not None else ()
    service = next((s for s in services if s.span == unit.location.span), None)
    if compose is None or service is None:
        return []
    placed = Placed(service, compose, project.standings[compose.path], index(project))
    image = built(placed, project)
    images = (image,) if image is not None else pulled(unit, project)
    whole = placed.whole
    if any(i.deployable != app.folder for i in images) or whole.gives("network_mode"):
        return []
    if any(s.entrypoint for s in whole.every) or any(
        "command" in s.keys for s in beside(placed, project)
    ):
        return []
    mounts = [m.target for p in whole.parts for m in p.service.mounts]
    if any(covers(target, image) for target in mounts for image in images):
        return []
    command = next((p.service.command for p in whole.parts if p.service.command), None)
    return [program(image, command, app.package) for image in images]


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
