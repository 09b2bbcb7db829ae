"""How production reaches each script: from its hosts through what scripts call."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from msgspec import Struct

from ..documents.facts import Action, Stage, Step
from ..documents.shell.syntax import Script
from ..flow.behaviour import Behaviour, Entry, Run, analyse
from ..model import START, Evidence, Location
from .apps import folder_of, starts_locally
from .callees import Call, Callees, call, may_call, script_name, written
from .conditions import events as events_of
from .delivery import Steps, deliveries, local_action, named, titled
from .facts import Facts
from .images import resolved
from .schedule import scheduled, timed
from .types import Clock, Delivery

__all__ = ["Hosted", "Reached", "reach", "script_name"]

_STARTS = frozenset({"start", "start:prod", "start:production", "poststart", "prestart"})


class Hosted(Struct, frozen=True):
    """A script with its host: what kind, where its commands start, what leads to it."""

    script: Script
    host: str
    """A kind of `Act.reached_by`, or '' for a script that only another one may reach."""
    entry: Entry
    step: Evidence | None
    """The place in the host that starts it, for the trail."""


class Reached(Struct, frozen=True):
    """All scripts with their behaviours and, by `id(script)`, the trails and hosts that reach them."""

    hosted: tuple[Hosted, ...]
    behaviours: dict[int, Behaviour]
    trails: dict[int, tuple[Evidence, ...]]
    reached_by: dict[int, tuple[str, ...]]
    deliveries: tuple[Delivery, ...]


Analysed = dict[int, tuple[Hosted, Behaviour]]
"""What is known of scripts before all documents are read, by `id(script)`."""


def analysed(facts: Facts) -> Analysed:
    """What the scripts among a part of the documents do."""
    return {id(h.script): (h, analyse(h.script, h.entry)) for h in _hosted(facts)}


def reach(facts: Facts, clocks: tuple[Clock, ...] = (), known: Analysed | None = None) -> Reached:
    """Analyse every script once and follow what the hosts start; what is `known` holds as it is."""
    hosted = tuple(_hosted(facts))
    behaviours = {id(h.script): _behaviour(h, known or {}) for h in hosted}
    callees = Callees(facts)
    shipped = deliveries(
        facts, Steps(behaviours, lambda s: _closure(s, behaviours, callees), _actions(facts))
    )
    shipping = {
        (d.workflow, d.job) for d in shipped if d.kind in ("deploy", "image") and not d.preview
    }
    trails: dict[int, tuple[Evidence, ...]] = {}
    reached: dict[int, dict[str, None]] = {}
    queue: deque[tuple[Script, str, tuple[Evidence, ...]]] = deque()
    for one in hosted:
        if one.host and one.step is not None:
            queue.extend(
                (one.script, host, (one.step,)) for host in _hosts(one.host, facts, shipping)
            )
    queue.extend(_started(facts, callees))
    queue.extend(_clocked(facts, clocks))
    while queue:
        script, host, trail = queue.popleft()
        hosts = reached.setdefault(id(script), {})
        if host in hosts:
            continue
        hosts[host] = None
        trails.setdefault(id(script), trail)
        for callee, run in _called(script, behaviours, callees):
            step = Evidence(Location(run.path, run.span), f"`{_shown(run)}` runs {_named(callee)}")
            queue.append((callee, host, (*trail, step)))
    return Reached(hosted, behaviours, trails, {k: tuple(v) for k, v in reached.items()}, shipped)


def _behaviour(hosted: Hosted, known: Analysed) -> Behaviour:
    if id(hosted.script) in known:
        before, behaviour = known[id(hosted.script)]
        if before.script is hosted.script and before.entry == hosted.entry:
            return behaviour
    return analyse(hosted.script, hosted.entry)


def _called(
    script: Script, behaviours: dict[int, Behaviour], callees: Callees
) -> Iterator[tuple[Script, Run]]:
    """The scripts that one runs itself, each with the run that does."""
    for run in behaviours[id(script)].runs if id(script) in behaviours else ():
        if run.reach != "unreachable" and may_call(run.name):
            for callee in callees.of(call(run, script)):
                yield callee, run


def _closure(
    script: Script, behaviours: dict[int, Behaviour], callees: Callees
) -> tuple[Script, ...]:
    """A script and all that it runs, and they, in the order in which they are met."""
    found = {id(script): script}
    queue = deque([script])
    while queue:
        for callee, _ in _called(queue.popleft(), behaviours, callees):
            if id(callee) not in found:
                found[id(callee)] = callee
                queue.append(callee)
    return tuple(found.values())


def _actions(facts: Facts) -> dict[str, Action]:
    return {dirname(action.path) or ".": action for action in facts.actions}


def _hosts(host: str, facts: Facts, shipping: set[tuple[str, str]]) -> Iterator[str]:
    """The kinds of hosts that a host is: a job may be started by a clock and by a push."""
    if not host.startswith("job:"):
        yield host
        return
    _, path, job = host.split(":", 2)
    events = {
        event
        for w in facts.workflows
        if w.path == path
        for event in events_of(w, next((j for j in w.jobs if j.id == job), None))
    }
    if (path, job) in shipping:
        yield "deploy-job"
    elif (
        events != {"schedule"} and events - {"schedule", "workflow_dispatch"}
    ) or "schedule" not in events:
        yield "ci-job"
    if "schedule" in events:
        yield "schedule"


def _started(facts: Facts, callees: Callees) -> Iterator[tuple[Script, str, tuple[Evidence, ...]]]:
    """What a process manager or a Procfile starts."""
    for ecosystem in facts.ecosystems:
        if facts.is_production(ecosystem.path):
            home = folder_of(ecosystem.path)
            for process in ecosystem.processes:
                words = [v.literal for v in (process.script, process.arguments) if v is not None]
                directory = process.directory.literal if process.directory else "."
                shown = Evidence(
                    Location(ecosystem.path, process.span), f"pm2 runs `{process.name or 'it'}`"
                )
                if words and None not in words:
                    made = written(
                        " ".join(w or "" for w in words), resolved(home, directory or "."), home
                    )
                    yield from _starting(made, "pm2", shown, callees)
    for other in facts.others:
        if other.kind == "procfile" and facts.is_production(other.path):
            for word in other.words:
                shown = Evidence(Location(other.path, word.span), f"the Procfile's `{word.name}`")
                made = written(word.value.raw, folder_of(other.path), "") if word.value else None
                yield from _starting(made, "procfile", shown, callees)


def _starting(
    made: Call | None, host: str, shown: Evidence, callees: Callees
) -> Iterator[tuple[Script, str, tuple[Evidence, ...]]]:
    if made is not None:
        direct = Call(f"./{made.name}", made.arguments, made.directory, made.home)
        for script in (
            *callees.of(made),
            *(callees.of(direct) if made.name.endswith(".sh") else ()),
        ):
            yield script, host, (shown,)


def _clocked(
    facts: Facts, clocks: tuple[Clock, ...]
) -> Iterator[tuple[Script, str, tuple[Evidence, ...]]]:
    for script in facts.scripts:
        clock = scheduled(script.path, clocks)
        if clock is not None:
            yield script, "prose" if clock.kind == "prose" else "cron", (clock.evidence,)


def _shown(run: Run) -> str:
    return " ".join(run.written[:3])


def _named(script: Script) -> str:
    return f"{script.path}" if script.origin == "file" else f"`{script.name}` of {script.path}"


def _hosted(facts: Facts) -> Iterator[Hosted]:
    yield from (_of_file(script, facts) for script in facts.scripts)
    yield from _of_packages(facts)
    yield from _of_workflows(facts)
    yield from _of_dockerfiles(facts)
    yield from _of_composes(facts)
    yield from _of_units(facts)
    yield from _of_hostings(facts)


def _of_file(script: Script, facts: Facts) -> Hosted:
    """A file; the steps of a recipe of Rugix Bakery run once, while the image of a machine is built."""
    recipe, _, within = script.path.rpartition("/steps/")
    told = f"{recipe}/recipe.toml"
    if within and "/" not in within and told in facts.files:
        shown = Evidence(Location(told, START), "an image is built by this recipe")
        return Hosted(script, "image-build", Entry(), shown)
    return Hosted(script, "", Entry(), None)


def _of_packages(facts: Facts) -> Iterator[Hosted]:
    for package in facts.packages:
        production = facts.is_production(package.path)
        for script in package.scripts:
            where = Location(package.path, script.span)
            starts = script.name in _STARTS and not starts_locally(package, script)
            host = "package-start" if production and starts else ""
            step = Evidence(where, f"package script `{script.name}`")
            yield Hosted(script.script, host, Entry(directory=folder_of(package.path)), step)


def _of_workflows(facts: Facts) -> Iterator[Hosted]:
    """The steps of workflows; those of local actions once for each job that uses them."""
    actions = _actions(facts)
    used: set[int] = set()
    for workflow in facts.workflows:
        production = facts.is_production(workflow.path)
        for job in workflow.jobs:
            host = f"job:{workflow.path}:{job.id}" if production else ""
            for step in job.steps:
                yield from _of_step(step, workflow.path, host, titled(step, job))
                action = local_action(step, actions)
                for inner in action.steps if action else ():
                    used.add(id(inner))
                    path = action.path if action else ""
                    title = f"job `{job.id}`, action's step `{named(inner)}`"
                    yield from _of_step(inner, path, host, title)
    for action in facts.actions:
        for step in action.steps:
            if id(step) not in used:
                yield from _of_step(step, action.path, "", f"step `{named(step)}`")


def _of_step(step: Step, path: str, host: str, title: str) -> Iterator[Hosted]:
    shown = Evidence(Location(path, step.span), title)
    if step.run is not None:
        directory = resolved("", step.run.directory or "")
        yield Hosted(step.run, host, Entry(directory=directory, options=step.run.options), shown)
    if step.remote is not None:
        yield Hosted(step.remote, host, Entry(), shown)


def _of_dockerfiles(facts: Facts) -> Iterator[Hosted]:
    for dockerfile in facts.dockerfiles:
        production = facts.is_production(dockerfile.path)
        for stage in dockerfile.stages:
            final = stage is dockerfile.stages[-1]
            for script, keyword, directory in _of_stage(stage):
                host = "image-build" if keyword == "RUN" else "image" if final else ""
                where = Location(dockerfile.path, script.span)
                shown = Evidence(where, f"{keyword} of {dockerfile.path}")
                yield Hosted(script, host if production else "", Entry(directory=directory), shown)


def _of_stage(stage: Stage) -> Iterator[tuple[Script, str, str | None]]:
    directory: str | None = "/"
    for instruction in stage.instructions:
        if instruction.keyword == "WORKDIR":
            argument = instruction.argument.strip().strip("\"'")
            known = directory is not None and "$" not in argument
            directory = normpath(join(directory or "/", argument)) if known else None
        if instruction.script is not None:
            yield instruction.script, instruction.keyword, directory


def _of_composes(facts: Facts) -> Iterator[Hosted]:
    for compose in facts.composes:
        host = "compose" if facts.is_production(compose.path) else ""
        for service in compose.services:
            for script in (service.entrypoint, service.command):
                if script is not None:
                    where = Location(compose.path, script.span)
                    entry = Entry(
                        directory=service.working_dir.literal if service.working_dir else None
                    )
                    yield Hosted(script, host, entry, Evidence(where, f"service `{service.name}`"))


def _of_units(facts: Facts) -> Iterator[Hosted]:
    timers = timed(facts.unit_files)
    for unit in facts.unit_files:
        production = facts.purposes[unit.path] in ("production", "template")
        directory = next(
            (s.value.literal for s in unit.settings if s.key == "WorkingDirectory"), None
        )
        host = "timer" if unit.name.removesuffix(".service") in timers else "unit"
        for setting in unit.settings:
            if setting.script is not None:
                where = Location(unit.path, setting.value.span)
                entry = Entry(
                    directory=directory if directory and directory.startswith("/") else None
                )
                shown = Evidence(where, f"{setting.key} of {unit.name}")
                yield Hosted(setting.script, host if production else "", entry, shown)


def _of_hostings(facts: Facts) -> Iterator[Hosted]:
    """What a platform builds, releases and starts with, and the programs of a supervisor."""
    for hosting in facts.hostings:
        hosts = _BY_PROVIDER.get(hosting.provider, _ON_PLATFORM)
        production = facts.is_production(hosting.path)
        for service in hosting.services:
            given = service.directory.literal if service.directory else None
            home = given or (folder_of(hosting.path) if hosts is _ON_PLATFORM else None)
            for command in service.commands:
                where = Location(hosting.path, command.script.span)
                shown = Evidence(where, f"{_TITLES[command.kind]} of `{service.name}`")
                host = hosts[command.kind] if production else ""
                yield Hosted(command.script, host, Entry(directory=home), shown)


_ON_PLATFORM = {
    "build": "platform-build",
    "release": "release",
    "start": "platform",
    "cron": "cron",
}
_BY_PROVIDER = {
    "procfile": {**_ON_PLATFORM, "start": "procfile"},
    "kubernetes": {**_ON_PLATFORM, "start": "image"},
    "supervisor": {**_ON_PLATFORM, "start": "unit"},
}
_TITLES = {
    "build": "the build command",
    "release": "the release command",
    "start": "the start command",
    "cron": "the scheduled command",
}
