"""What runs in production: services of compose, images, systemd units, pm2 apps, start scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal as Choice

from msgspec.structs import replace

from ..documents.facts import (
    Compose,
    Ecosystem,
    Hosting,
    Instruction,
    Process,
    Service,
    UnitFile,
)
from ..flow.behaviour import Behaviour
from ..model import Location
from ..source.regex import regex
from .apps import App, folder_of
from .facts import Facts
from .images import built_file, resolved
from .schedule import timed
from .types import Image, Purpose, Unit

_ONCE = frozenset(
    {
        "migrate",
        "migrations",
        "migration",
        "seed",
        "init",
        "setup",
        "create-bucket",
        "createbuckets",
    }
)


def units(
    facts: Facts,
    apps: tuple[App, ...],
    images: tuple[Image, ...],
    behaviours: Mapping[int, Behaviour],
) -> tuple[Unit, ...]:
    """Every unit, in the order of their sources. `behaviours` are those of scripts, by `id`."""
    variables = variables_of(facts, behaviours)
    found: list[Unit] = []
    for compose in facts.composes:
        found += _services(compose, facts.purposes[compose.path])
    found += [_image(image) for image in images]
    for unit_file in facts.unit_files:
        if unit_file.kind == "service" and not unit_file.path.endswith(".conf"):
            found.append(_systemd(unit_file, facts, variables.get(unit_file.path, {})))
    for ecosystem in facts.ecosystems:
        found += _processes(ecosystem, facts, apps)
    for hosting in facts.hostings:
        found += _hosted(hosting, facts.purposes[hosting.path])
    for app in apps:
        if app.package is not None and app.start is not None:
            where = Location(app.package.path, app.start.span)
            found.append(
                Unit(
                    source="package",
                    name=app.name,
                    location=where,
                    start=app.start.script,
                    directory=app.folder,
                    deployable=app.folder,
                )
            )
    built = _built(facts, images)
    manifests = (folder_of(package.path) for package in facts.packages)
    folders = tuple(filter(None, dict.fromkeys([*(app.folder for app in apps), *manifests])))
    return tuple(
        unit if unit.deployable is not None else _owned(unit, apps, built, folders)
        for unit in found
    )


def _built(facts: Facts, images: tuple[Image, ...]) -> dict[tuple[str, str], str]:
    """For each compose service that builds an image: the folder of what that builds."""
    owners = {i.dockerfile.path: i.deployable for i in images}
    found: dict[tuple[str, str], str] = {}
    for compose in facts.composes:
        for service in compose.services:
            owner = (
                owners.get(built_file(compose.path, service.build) or "") if service.build else None
            )
            if owner is not None:
                found[compose.path, service.name] = owner
    return found


def _owned(
    unit: Unit, apps: tuple[App, ...], built: dict[tuple[str, str], str], folders: tuple[str, ...]
) -> Unit:
    """A unit with what it runs: that whose image it builds, or whose folder, one of `folders`, it works in."""
    if unit.source == "compose":
        return replace(unit, deployable=built.get((unit.location.path, unit.name)))
    if unit.source not in _PLACED or unit.once:
        return unit
    at_root = "/" not in unit.location.path and not unit.directory
    if unit.source in _BUILT and at_root and any(app.folder == "" for app in apps):
        return replace(unit, deployable="")
    named = [folder for folder in folders if f"/{unit.directory or ''}/".endswith(f"/{folder}/")]
    named = named or [
        app.folder
        for app in apps
        if app.folder and f"{unit.location.path}/".startswith(f"{app.folder}/")
    ]
    if named:
        return replace(unit, deployable=max(named, key=len))
    return (
        replace(unit, deployable=apps[0].folder) if len(apps) == 1 and not unit.directory else unit
    )


_BUILT = frozenset({"platform", "procfile"})
"""Sources whose file stands beside what is built."""
_PLACED = _BUILT | {"systemd", "pm2", "supervisor"}


def _services(compose: Compose, purpose: Purpose) -> Iterator[Unit]:
    for service in compose.services:
        yield Unit(
            source="compose",
            name=service.name,
            location=Location(compose.path, service.span),
            start=service.command or service.entrypoint,
            directory=service.working_dir.literal if service.working_dir else None,
            user=service.user.literal if service.user else None,
            ports=tuple(p.published for p in service.ports if p.published),
            restart=service.restart.literal if service.restart else None,
            purpose=purpose,
            once=_once(service),
        )


def _once(service: Service) -> bool:
    """Whether its name says so, or it is not to be started again and publishes no port to serve at."""
    restart = service.restart.literal if service.restart else None
    return (restart == "no" and not service.ports) or bool(
        _ONCE.intersection(service.name.lower().replace("_", "-").split("-"))
    )


def _image(image: Image) -> Unit:
    last: dict[str, Instruction] = {i.keyword: i for i in image.stage.instructions}
    start = last.get("CMD") or last.get("ENTRYPOINT")
    ports = [
        w for i in image.stage.instructions if i.keyword == "EXPOSE" for w in i.argument.split()
    ]
    return Unit(
        source="image",
        name=image.stage.name or image.dockerfile.path,
        location=Location(image.dockerfile.path, image.stage.span),
        start=start.script if start else None,
        directory=last["WORKDIR"].argument if "WORKDIR" in last else None,
        user=last["USER"].argument if "USER" in last else None,
        ports=tuple(p.partition("/")[0] for p in ports if "$" not in p),
        purpose=image.purpose,
        deployable=image.deployable,
    )


def variables_of(facts: Facts, behaviours: Mapping[int, Behaviour]) -> dict[str, dict[str, str]]:
    """What the variables of each script are when it writes a file, by the script's path."""
    return {s.path: _variables(behaviours.get(id(s))) for s in facts.scripts}


def _variables(behaviour: Behaviour | None) -> dict[str, str]:
    """What the variables of a script are when it writes a unit: what it sets or falls back on."""
    if behaviour is None:
        return {}
    return {
        **{name: place or "." for name, place in behaviour.places.items()},
        **behaviour.defaults,
        **behaviour.variables,
    }


_PARAMETER = regex(r"\$\{?(\w+)\}?")


def filled(raw: str, variables: Mapping[str, str]) -> str | None:
    """A text of a heredoc with the script's variables; None where one is not known."""
    unknown = [name for name in _PARAMETER.findall(raw) if name not in variables]
    return (
        None if unknown else _PARAMETER.sub(lambda hit: variables[hit[1]], raw).removeprefix("./")
    )


def _systemd(unit: UnitFile, facts: Facts, variables: Mapping[str, str]) -> Unit:
    settings = {s.key: s for s in unit.settings}
    start = settings.get("ExecStart")
    kind = settings["Type"].value.literal if "Type" in settings else "simple"
    return Unit(
        source="systemd",
        name=unit.name,
        location=Location(unit.path, start.span if start else unit.span),
        start=start.script if start else None,
        directory=filled(settings["WorkingDirectory"].value.raw.strip('"'), variables)
        if "WorkingDirectory" in settings
        else None,
        user=filled(settings["User"].value.raw.strip('"'), variables)
        if "User" in settings
        else None,
        restart=settings["Restart"].value.literal if "Restart" in settings else None,
        purpose=facts.purposes[unit.path],
        once=kind == "oneshot" or unit.name.removesuffix(".service") in timed(facts.unit_files),
    )


def _processes(ecosystem: Ecosystem, facts: Facts, apps: tuple[App, ...]) -> Iterator[Unit]:
    purpose = facts.purposes[ecosystem.path]
    for process in ecosystem.processes:
        options = [(option.name, option.value) for option in process.options]
        known = {(name, value.literal) for name, value in options if value}
        yield Unit(
            source="pm2",
            name=process.name or "",
            location=Location(ecosystem.path, process.span),
            directory=process.directory.literal if process.directory else None,
            user=next((v.literal for n, v in options if n in ("uid", "user") and v), None),
            restart="no" if ("autorestart", "false") in known else None,
            purpose="development" if _is_at_home(process) else purpose,
            once=process.cron is not None,
            deployable=_program(process, folder_of(ecosystem.path), apps, facts),
        )


def _is_at_home(process: Process) -> bool:
    """Whether an app runs from somebody's folder on a Mac or on Windows, where no server has one."""
    named = (process.directory, process.script)
    return any(value is not None and _HOME.match(value.literal or "") for value in named)


_HOME = regex(r"/Users/|[A-Za-z]:[\\/]+Users[\\/]")


def _program(process: Process, home: str, apps: tuple[App, ...], facts: Facts) -> str | None:
    """The application in whose folder an app's script lies; None where that is not told.

    Where a package manager starts a package that is no application, it is that package's folder.
    """
    directory = process.directory.literal if process.directory else "."
    script = process.script.literal if process.script else None
    if directory is None or script is None or process.cron is not None:
        return None
    started = resolved(home, directory)
    if started is None:
        return None
    if "/" in script or script.endswith(_MODULES):
        started = resolved(started, script)
    if started is None:
        return None
    inside = [a.folder for a in apps if not a.folder or f"{started}/".startswith(f"{a.folder}/")]
    if inside:
        return max(inside, key=len)
    own = f"{started}/package.json".removeprefix("/")
    return started if script in _MANAGERS and own in facts.files else None


_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_MODULES = (".js", ".cjs", ".mjs", ".ts")


_SOURCES: dict[str, Choice["procfile", "kubernetes", "supervisor"]] = {
    "procfile": "procfile",
    "kubernetes": "kubernetes",
    "supervisor": "supervisor",
}


def _hosted(hosting: Hosting, purpose: Purpose) -> Iterator[Unit]:
    """What a platform, a cluster or a supervisor keeps running, or runs by a clock."""
    for hosted in hosting.services:
        start = next((c for c in hosted.commands if c.kind in ("start", "cron")), None)
        if hosted.kind == "Service" or (start is None and hosted.kind in ("cron", "release")):
            continue
        yield Unit(
            source=_SOURCES.get(hosting.provider, "platform"),
            name=hosted.name,
            location=Location(hosting.path, hosted.span),
            start=start.script if start else None,
            directory=hosted.directory.literal if hosted.directory else None,
            user=hosted.user.literal if hosted.user else None,
            ports=tuple(p.literal for p in hosted.ports if p.literal),
            restart=hosted.restart.literal if hosted.restart else None,
            purpose=purpose,
            once=hosted.kind in ("cron", "CronJob", "Job"),
        )
