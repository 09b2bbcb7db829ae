"""What a service of systemd really runs: the commands behind shells, scripts and package scripts."""

from __future__ import annotations

from collections import deque
from posixpath import basename

from msgspec import Struct

from ..documents.shell.syntax import Script
from ..flow.behaviour import Run
from ..model import Evidence, Location, Span
from ..source.regex import regex
from .callees import Call, Callees, call, script_of
from .facts import Facts
from .inside import contains
from .live import package_of
from .service_units import ServiceUnit
from .types import Act, Project

_FOUND = regex(r"[-@:+!|]*\"?(?:\$\(|`)(?:which|command -v|type -p)\s+([\w.+-]+)[)`]")
"""A program that the script which writes the unit looks up: `$(which node)`."""
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash"})
_CARRIERS = frozenset({"docker", "podman", "docker-compose", "nerdctl", "kubectl", "ssh", "lxc", "systemd-nspawn", "machinectl"})  # fmt: skip
"""What runs its command elsewhere: in a container or on another machine."""


class Program(Struct, frozen=True):
    """One command of a unit's process, and the way from the unit to it, outermost first."""

    name: str
    """Without its folder; '' where it is not known."""
    run: Run
    way: tuple[Evidence, ...]


class Programs:
    """The programs of the services of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.acts: dict[int, Act] = {id(act.script): act for act in project.acts}
        facts = Facts(**{name: getattr(project, name) for name in Facts.__struct_fields__})
        self.callees = Callees(facts)

    def of(self, unit: ServiceUnit) -> tuple[Program, ...]:
        """All commands that a unit starts and keeps, the one of the unit's own line first.

        What a script installs or builds before is among them: the unit's settings hold for it too.
        """
        found: list[Program] = []
        for setting in unit.starts:
            path = unit.file.path
            if setting not in unit.file.settings:
                path = next(f.path for f in self.project.unit_files if setting in f.settings)
            first = Evidence(Location(path, setting.value.span), "what the unit runs")
            if setting.script is not None:
                folder = unit.value("WorkingDirectory") or None
                found += self.behind(setting.script, first, folder, setting.value.raw)
        return tuple(found)

    def behind(
        self, script: Script, first: Evidence, folder: str | None = None, raw: str = ""
    ) -> list[Program]:
        """All commands that a script runs, itself or through others; it starts in `folder`."""
        found: list[Program] = []
        looked_up = _FOUND.match(raw)
        queue: deque[tuple[Script, tuple[Evidence, ...]]] = deque([(script, (first,))])
        seen = {id(script)}
        while queue:
            current, way = queue.popleft()
            act = self.acts.get(id(current))
            carried: list[Span] = []
            for run in act.behaviour.runs if act else ():
                if run.reach != "reached" or run.captured or run.remote is not None:
                    continue
                if any(contains(outer, run.span) for outer in carried):
                    continue
                if run.name in _CARRIERS:
                    carried.append(run.span)
                name = basename(run.name)
                if current is script and looked_up is not None and not found:
                    name = looked_up[1]
                found.append(Program(name, run, way))
                for callee in self.called(call(run, current), run.directory or folder):
                    if id(callee) not in seen:
                        seen.add(id(callee))
                        step = Evidence(Location(run.path, run.span), "which runs")
                        inner = way if current is script else (*way, step)
                        queue.append((callee, inner))
        return found

    def called(self, made: Call, folder: str | None) -> list[Script]:
        """The scripts that a call starts; where its folder is elsewhere, by its last folders."""
        found = list(self.callees.of(made))
        name = None if found else script_of(made)
        if name is None:
            return found
        package = package_of(folder, self.project)
        return [s.script for s in package.scripts if s.name == name] if package else []


def places(program: Program, note: str) -> tuple[Evidence, ...]:
    """The way to a program and, where it does not stand in the unit's own line, its own place."""
    own = Location(program.run.path, program.run.span)
    first = program.way[0].location
    if own.path == first.path and contains(first.span, own.span):
        return (Evidence(first, note), *program.way[1:])
    return (*program.way, Evidence(own, note))


_STEPS = frozenset({
    "cd", "npm", "npx", "yarn", "pnpm", "bun", "prisma", "git", "source", ".", "true", "export", "mkdir", "python", "python3",
    "pip", "flask", "node", "set", "sleep", "wait", "echo",
})  # fmt: skip
"""Steps that come before: where they work, as they do as a rule, what is behind `&&` runs."""
_ASKS = frozenset({"pm2", "systemctl", "pgrep"})
"""Questions whether it runs already: it is started in either case, now or before."""


def is_sure(run: Run) -> bool:
    """Whether a run happens at each start, and not only on some condition of its surroundings."""
    if not run.conditional:
        return True
    return bool(run.guards) and all(
        guard.kind in _ASKS or (guard.kind in _STEPS and not guard.negated) for guard in run.guards
    )


def is_shell(program: Program) -> bool:
    """Whether a program is only the shell that runs the others."""
    return program.name in _SHELLS


_CONTAINED = frozenset({"image", "image-build", "compose"})


def is_elsewhere(act: Act) -> bool:
    """Whether a script runs in containers or while an image is built, and not on the machine."""
    return bool(_CONTAINED.intersection(act.reached_by))
