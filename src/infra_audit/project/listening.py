"""On which ports the process of a container listens, as far as the repository tells."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Build, Service
from ..documents.shell.syntax import Script
from ..flow.behaviour import analyse
from ..model import Evidence, Location
from .composed import Placed
from .images import built_file
from .types import Deployable, Image, Port, Project, Unit

_DIRECT = frozenset({
    "node", "npm", "npx", "pnpm", "yarn", "bun", "bunx", "next", "nuxt", "tsx", "prisma", "dumb-init", "tini", "cd", "exec",
    "echo", "pm2-runtime",
})  # fmt: skip
"""Commands after which the application itself has its port, and no proxy in the same container."""
_DEFAULTS = (("next start", "3000"), ("remix-serve", "3000"), ("react-router-serve", "3000"))
"""Servers of frameworks, and the port of each where PORT says nothing else."""


class Listener(Struct, frozen=True):
    """The ports of one process with what shows each; never empty."""

    ports: dict[str, tuple[Evidence, ...]]

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
    return next(iter(named if target else found), None)


def service_listener(placed: Placed, project: Project) -> Listener | None:
    """What a service listens on: compose's word goes before the image's, and that before the code's."""
    image = built(placed, project)
    services = [part.service for part in placed.whole.parts]
    if image is None or any(s.entrypoint or s.env_files for s in services):
        return None
    if any({"entrypoint", "command", "env_file"} & set(s.keys) for s in beside(placed, project)):
        return None
    command = next((s.command for s in services if s.command is not None), None)
    own = [u for u in project.units if u.source == "compose" and u.location == placed.location]
    written = {entry.name for s in placed.whole.every for entry in s.environment}
    return _listener(image, command, own, written, project)


def image_listener(image: Image, project: Project) -> Listener | None:
    """What the process of an image listens on where nothing tells it otherwise."""
    return _listener(image, None, [], set(), project)


def server_listener(project: Project) -> Listener | None:
    """What all processes of a server listen on; None where any of them leaves it open.

    Counts only where their units tell every port or the code has a literal one: a default may be
    told otherwise by a file that only the server has.
    """
    found: dict[str, tuple[Evidence, ...]] = {}
    told = [p for p in project.ports if p.kind == "told" and p.unit is not None]
    told = [p for p in told if p.unit and p.unit.source in ("systemd", "pm2", "supervisor")]
    variables = {port.variable for port in told}
    code = [p for p in project.ports if p.kind == "listens" and p.deployable is not None]
    for port in (*told, *(p for p in code if not p.variable or p.variable not in variables)):
        if port.number is None or not port.number.isdigit():
            return None
        what = "listens here" if port.kind == "listens" else f"listens on {port.number}"
        found.setdefault(port.number, (Evidence(port.location, what),))
    return Listener(found) if found else None


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
    image: Image, command: Script | None, own: list[Unit], written: set[str], project: Project
) -> Listener | None:
    unit = image_unit(image, project)
    start = command or (unit.start if unit else None)
    app = next((d for d in project.deployables if d.folder == image.deployable), None)
    if unit is None or start is None or app is None or not _is_direct(start):
        return None
    told = [*_told(own, project), *_told([unit], project)]
    option = next((port for port in told if not port.variable), None)
    found: dict[str, tuple[Evidence, ...]] = {}
    for port in _listens(app, project):
        told_by = option if port.variable else None
        if told_by is None and port.variable:
            told_by = next((t for t in told if t.variable == port.variable), None)
            if told_by is None and (port.variable in written or _in_dotenv(port, project)):
                return None
        number = told_by.number if told_by else port.number or port.default
        if number is None or not number.isdigit():
            return None
        evidence = [Evidence(port.location, "listens here")]
        if told_by:
            evidence.insert(0, Evidence(told_by.location, f"tells it to listen on {number}"))
        found.setdefault(number, tuple(evidence))
    return Listener(found) if found else None


def _told(units: list[Unit], project: Project) -> list[Port]:
    return [p for p in project.ports if p.kind == "told" and p.unit in units] if units else []


def _is_direct(start: Script) -> bool:
    """Whether a container starts the application itself, by commands that are known."""
    names = {run.name for run in analyse(start).runs}
    return bool(names) and names <= _DIRECT


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


def _in_dotenv(port: Port, project: Project) -> bool:
    """Whether a file of variables that may be copied into the image gives the port."""
    return any(
        entry.name == port.variable
        for file in project.dotenvs
        if project.purposes.get(file.path) == "production"
        for entry in file.entries
    )
