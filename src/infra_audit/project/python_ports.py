"""The ports on which servers of Python listen: those of commands, and those that files open themselves."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents.facts import Serve
from ..flow.behaviour import Run, analyse
from ..model import Location
from .apps import folder_of
from .facts import Facts
from .python_commands import Started, started
from .python_names import Python, python
from .python_programs import address, entry, framework_of, served_by
from .types import Deployable, Port, Project, Unit

_USUAL = {
    "uvicorn.run": "8000",
    "uvicorn.Config": "8000",
    "waitress.serve": "8080",
    "serve": "8080",
}
"""Where they listen when they are told no port; the server of Flask does at 5000."""
_OPEN = frozenset({"waitress.serve", "serve"})
"""Those that listen at all addresses when they are told none."""


def python_ports(units: tuple[Unit, ...], facts: Facts) -> Iterator[Port]:
    """Where the programs of units listen, as far as their commands and files tell."""
    known = python(facts.files, facts.python) if facts.python else None
    for unit in units if known is not None else ():
        for run in analyse(unit.start).runs if unit.start is not None else ():
            found = started((run.name, *run.arguments))
            if found is not None and known is not None:
                yield from _of_run(found, run, unit, known)


def serves(found: Started, app: Deployable, project: Project) -> bool:
    """Whether what a command starts serves an application: its server is told a file of it."""
    known = python(project.files, project.python)
    path = entry(found, known, app.folder)
    lead = f"{app.folder}/" if app.folder else ""
    if path is None or not path.startswith(lead):
        return False
    if found.server:
        return True
    module = known.modules.get(path)
    return module is not None and any(
        framework_of(known, module, serve) for serve in served_by(module)
    )


def served_from(folder: str, project: Project) -> Iterator[Location]:
    """The commands of units and scripts of production that start a server with an application of a folder."""
    known = python(project.files, project.python)
    lead = f"{folder}/" if folder else ""
    starts = [
        (u.start, u.deployable) for u in project.units if u.start and u.purpose == "production"
    ]
    runs = [(run, own) for start, own in starts for run in analyse(start).runs]
    runs += [
        (r, a.deployable)
        for a in project.acts
        if a.purpose == "production"
        for r in a.behaviour.runs
    ]
    for run, own in runs:
        found = started((run.name, *run.arguments))
        if found is None:
            continue
        path = entry(found, known, folder)
        module = known.modules.get(path) if path else None
        untold = bool(found.server) and not found.module and not found.file
        inside = path is not None and path.startswith(lead)
        opens = bool(found.server) or (module is not None and any(served_by(module)))
        if (inside and opens) or (untold and own == folder):
            yield Location(run.path, run.span)


def _of_run(found: Started, run: Run, unit: Unit, known: Python) -> Iterator[Port]:
    home = unit.deployable or folder_of(run.path)
    if found.server:
        told = address(found, known, home)
        yield Port(
            kind="listens",
            number=told.port,
            default=told.default,
            variable=told.variable,
            host=told.host,
            location=Location(run.path, run.span),
            unit=unit,
            deployable=unit.deployable,
        )
        return
    path = entry(found, known, home)
    module = known.modules.get(path) if path else None
    if module is None:
        return
    for serve in served_by(module):
        usual = _USUAL.get(serve.server) or (
            "5000" if framework_of(known, module, serve) in ("Flask", "Quart") else ""
        )
        if usual:
            yield _of_serve(serve, usual, Location(module.path, serve.span), unit)


def _of_serve(serve: Serve, usual: str, where: Location, unit: Unit) -> Port:
    number = usual if serve.port == "" else serve.port
    host = serve.host
    if host == "":
        host = "" if serve.server in _OPEN else "127.0.0.1"
    return Port(
        kind="listens",
        number=None if serve.variable else number,
        default=number if serve.variable else None,
        variable=serve.variable,
        host="" if host in ("0.0.0.0", "::") else host,  # noqa: S104
        location=where,
        unit=unit,
        deployable=unit.deployable,
    )
