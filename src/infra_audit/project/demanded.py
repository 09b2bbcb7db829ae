"""Variables that code demands as soon as it is loaded, and that what runs it is not given."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from msgspec import Struct

from ..documents.facts import Demand, Module
from ..source.regex import regex
from .composed import placed
from .docker_runs import started_by_docker
from .environments import Environment, of_run, of_service, of_unit
from .imports import Sources, resolve, sources
from .listening import beside, built
from .program import Program, covers, program, started
from .service_units import service_units
from .types import Deployable, Project, Unit

_MOST = 300
_BUILT = frozenset({"dist", "build", "out", "lib"})
_SUFFIX = regex(r"\.[cm]?[jt]sx?$")
_SUFFIXES = (".ts", ".mts", ".js", ".mjs", ".cjs")
_LOADER = regex(r"(?:env|config|load|setup|bootstrap|init|preload)[\w.-]*$")
"""Files that may read others with variables, by their names."""


_BRINGS = ("--env-file", "-r", "--require", "--import")
"""Options of node that may bring in variables; bun reads files of its own accord."""
_PLAIN = frozenset({"dumb-init", "exec", "nice", "nohup", "tini"})
"""What runs a program with the variables that it has itself."""


class Unmet(Struct, frozen=True):
    """A demand of a file that something which runs does not meet."""

    path: str
    demand: Demand
    name: str
    """Of what runs it."""
    environment: Environment


class Running(Struct, frozen=True):
    """What runs a program of an application, with its environment."""

    name: str
    program: Program
    app: Deployable
    environment: Environment


def unmet(project: Project) -> Iterator[Unmet]:
    """Each demand of code once, with the first of what runs it that is surely not given it."""
    every = tuple(running(project))
    if not every:
        return
    known = sources(project)
    told: set[tuple[str, Demand]] = set()
    for one in every:
        for path, wanted in _demanding(one, known, project):
            for demand in wanted:
                if (path, demand) not in told and _lacks(one, demand, project):
                    told.add((path, demand))
                    yield Unmet(path, demand, one.name, one.environment)


def _demanding(
    one: Running, known: Sources, project: Project
) -> Iterator[tuple[str, tuple[Demand, ...]]]:
    """The files that a program surely loads, with what each demands."""
    if one.program.python is None:
        yield from ((module.path, module.demands) for module in _loaded(one, known))
        return
    from .python_loaded import loaded

    for python in loaded(one.program, one.app, project):
        yield python.path, python.demands


def _lacks(one: Running, demand: Demand, project: Project) -> bool:
    known = one.environment
    own_names = {name for name, _ in one.program.run.environment}
    wanted = {*demand.names, *(("NODE_ENV",) if demand.production else ())}
    if demand.production and not known.production:
        return False
    names = {*known.names, *(name.upper() for name in known.names)}
    if own_names & wanted or names.intersection(demand.names):
        return False
    lead = f"{one.app.folder}/" if one.app.folder else ""
    given = [m.assigned for m in project.modules if m.path.startswith(lead)]
    given += [m.assigned for m in project.python if m.path.startswith(lead)]
    return not any({"*", *wanted}.intersection(names) for names in given)


def running(project: Project) -> Iterator[Running]:
    """What runs a program of an application and is surely given no other variables than those that are seen."""
    yield from _services(project)
    yield from _containers(project)
    yield from _units(project)


def _services(project: Project) -> Iterator[Running]:
    """Services of compose that run a program of an image which is built here."""
    for one in placed(project):
        image = built(one, project) if one.standing.counts else None
        app = _app(image.deployable if image is not None else None, project)
        whole = one.whole
        if image is None or app is None or any("entrypoint" in s.keys for s in whole.every):
            continue
        if any("command" in s.keys for s in beside(one, project)):
            continue
        if any(covers(m.target, image) for s in whole.every for m in s.mounts):
            continue
        commands = [part.service.command for part in whole.parts if part.service.command]
        found = program(image, commands[0] if commands else None, app.package)
        environment = of_service(one, image, app, project) if found is not None else None
        if found is not None and environment is not None:
            yield Running(f"the service `{one.service.name}`", found, app, environment)


def _containers(project: Project) -> Iterator[Running]:
    """What `docker run` starts of an image that the same script builds."""
    for one in started_by_docker(project):
        image = next((i for i in project.images if i.dockerfile.path == one.built), None)
        app = _app(image.deployable if image is not None else None, project)
        if image is None or app is None or any(covers(m.target, image) for m in one.service.mounts):
            continue
        found = program(image, None, app.package)
        environment = of_run(one, image, app, project) if found is not None else None
        if found is not None and environment is not None:
            yield Running(f"the container `{one.service.name}`", found, app, environment)


def _units(project: Project) -> Iterator[Running]:
    """Services of systemd."""
    of_systemd = {(u.location.path, u.name): u for u in project.units if u.source == "systemd"}
    for file in service_units(project):
        unit: Unit | None = of_systemd.get((file.file.path, file.file.name))
        app = _of_unit(unit, project) if unit is not None and not unit.once else None
        if unit is None or unit.start is None or app is None or len(file.starts) != 1:
            continue
        found = started(unit.start, app.package)
        environment = of_unit(file, unit, app, project) if found is not None else None
        if found is not None and environment is not None:
            bare = unit.name.removesuffix(".service")
            yield Running(f"the unit `{bare}`", found, app, environment)


def _of_unit(unit: Unit, project: Project) -> Deployable | None:
    """The application that a unit runs: the one of its folder, else the only one that it is evidence for."""
    if unit.deployable is not None:
        return _app(unit.deployable, project)
    shown = [d for d in project.deployables if unit.location in {e.location for e in d.evidence}]
    return shown[0] if len(shown) == 1 else None


def _app(folder: str | None, project: Project) -> Deployable | None:
    return next((d for d in project.deployables if d.folder == folder), None)


def _loaded(one: Running, known: Sources) -> tuple[Module, ...]:
    """The files that a program surely loads before it does anything else; none where that is open.

    It is where one that was not read may bring in variables from a file.
    """
    run = one.program.run
    options = [argument or "" for argument in run.arguments]
    if run.name == "bun" or any(option.startswith(_BRINGS) for option in options):
        return ()
    if not _PLAIN.issuperset(run.prefixes):
        return ()
    entry = _entry(one.program, one.app, known)
    waiting = [entry] if entry is not None else []
    found: dict[str, Module] = {}
    while waiting and len(found) < _MOST:
        path = waiting.pop(0)
        module = known.modules.get(path)
        if module is None:
            if _LOADER.search(_SUFFIX.sub("", path)):
                return ()
            continue
        if path not in found:
            found[path] = module
            for imported in module.imports:
                other = resolve(known, path, imported.specifier) if imported.loads else None
                waiting += [other] if other else []
    return tuple(found.values())


def _entry(found: Program, app: Deployable, known: Sources) -> str | None:
    """The source of the file that a program runs: `dist/server.js` is made of `src/server.ts`."""
    if not found.file:
        return None
    lead = f"{app.folder}/" if app.folder else ""
    own = normpath(found.file)
    there = next((p for p in (f"{lead}{own}", own) if p in known.modules), None)
    if there is not None:
        return there
    first, _, rest = own.partition("/")
    if first not in _BUILT or not rest:
        return None
    stem = _SUFFIX.sub("", rest)
    places = (f"{lead}{folder}{stem}{s}" for folder in ("", "src/") for s in _SUFFIXES)
    made = [path for path in places if path in known.files]
    return made[0] if len(made) == 1 and made[0] in known.modules else None
