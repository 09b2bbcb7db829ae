"""Which shell a command of a script runs in, and what it knows of the script's variables there."""

from __future__ import annotations

from msgspec import Struct

from ..documents.shell.syntax import Command, Script
from ..flow.behaviour import Run
from ..flow.effective import effective
from ..flow.handing import receiver
from ..model import Evidence, Location
from ..source.regex import regex
from .empties import Course, Empty, Use, course, empty, is_seen_to, loads
from .inside import statements
from .levels import Level, level, within
from .telemetry import variables
from .types import Act, Project

_ELSEWHERE = frozenset(
    {"docker", "podman", "kubectl", "docker-compose", "lxc", "vagrant", "multipass", "wsl"}
)
"""What hands a script to a shell with another root folder than the server's."""
_PROVIDED = regex(
    r"HOME|PWD|OLDPWD|USER|LOGNAME|SHELL|HOSTNAME|PATH|LANG|TERM|MAIL|E?UID|PPID|RANDOM|SECONDS|LINENO|IFS|SUDO_\w+"
    r"|BASH\w*|HOSTTYPE|OSTYPE|MACHTYPE|FUNCNAME|REPLY|OPTARG|OPTIND|PIPESTATUS"
    r"|(?:CI|GITHUB|RUNNER|GITLAB|JENKINS|TRAVIS|CIRCLE|BUILDKITE|DRONE|BITBUCKET|AGENT|BUILD|SYSTEM|TF|CODEBUILD"
    r"|AWS|AZURE|DEPLOYMENT|KUDU|WEBSITE|HEROKU|DYNO|RAILWAY|RENDER|VERCEL|NETLIFY|FLY|npm|XDG|SSH|SYSTEMD)_\w+"
    r"|WORKSPACE|CI|INVOCATION_ID|RUNTIME_DIRECTORY|STATE_DIRECTORY|CACHE_DIRECTORY|LOGS_DIRECTORY|PIHOLE\w*"
)
"""Variables that shells and the usual hosts of scripts set."""


class Supplied(Struct, frozen=True):
    """What gives variables a value, anywhere."""

    names: dict[str, str]
    """By name the path of the one script that does, '' where several do or another file."""
    sources: tuple[str, ...]
    """The files that scripts source, as written."""


class Shells(Struct):
    """The shells that an act's runs happen in, told once for all that is asked."""

    act: Act
    course: Course
    handed: list[tuple[Script, Command | None]]
    """The scripts inside, each with what hands it over; None for those further inside."""
    levels: dict[int, Level] = {}
    """By the `id` of their scripts."""

    def level(self, script: Script) -> Level:
        """What a script of the act gives its variables."""
        if id(script) not in self.levels:
            self.levels[id(script)] = level(script)
        return self.levels[id(script)]


class Place(Struct):
    """The shell that a run happens in: `own` is what its script knows, `outer` the script around it."""

    shells: Shells
    own: Level
    outer: Level | None = None
    command: Command | None = None
    """What hands the script to that shell."""
    expanded: bool = False
    """Whether the outer shell has put in its own variables."""
    host: str | None = None


def shells(act: Act) -> Shells:
    """The shells of an act."""
    handed: list[tuple[Script, Command | None]] = []
    for command in statements(act.script):
        if not isinstance(command, Command):
            continue
        for script in command.scripts:
            inside = handed and within(script.span, handed[-1][0].span)
            handed.append((script, None if inside else command))
    return Shells(act, course(act), handed)


def place(told: Shells, run: Run) -> Place | None:
    """The shell of a run; None where its files are not the server's, or where it cannot be told."""
    around = [(script, holder) for script, holder in told.handed if within(run.span, script.span)]
    outer = told.level(told.act.script)
    if not around:
        return Place(told, outer)
    inner, holder = around[0]
    if len(around) > 1 or holder is None:
        return None
    _, prefixes, name = effective([word.literal for word in holder.words])
    if name in _ELSEWHERE or "chroot" in prefixes or not name:
        return None
    if inner.origin == "heredoc" and not any(r.heredoc for r in holder.redirects):
        return None
    host, _, expanded = receiver(holder, inner, None)
    return Place(told, told.level(inner), outer, holder, expanded, host)


def emptiness(where: Place, run: Run, name: str, others: Supplied) -> Empty | str | None:
    """How a variable may be empty there; a text where that could not be told, None for neither."""
    own, outer = where.own, where.outer
    inside = Use(where.shells.course, own, run)
    if not name.isidentifier() and outer is not None:
        return None
    if outer is None:
        if name in own.given or not name.isidentifier():
            return empty(inside, name)
        return _never_given(where, inside, name, others)
    if is_seen_to(inside, name, run.function):
        return None
    if where.expanded:
        if name in own.given:
            return f"which of the two shells puts in `${name}` is not told"
        around = Use(where.shells.course, outer, run)
        return (
            empty(around, name)
            if name in outer.given
            else _never_given(where, around, name, others)
        )
    return empty(inside, name) if name in own.given else _not_handed(where, outer, run, name)


def _not_handed(where: Place, outer: Level, run: Run, name: str) -> Empty | None:
    """Whether the script gives a variable a value that the other shell never sees."""
    given = outer.given.get(name)
    if where.own.nounset or not given or loads(where.own, run) or _PROVIDED.fullmatch(name):
        return None
    command = where.command
    if command is None or any(f"{name}=" in word.raw for word in command.words):
        return None
    if any(assignment.name == name for assignment in command.assignments):
        return None
    at = Location(where.shells.act.script.path, given[-1].span)
    shown = (Evidence(at, "given a value in this shell only"),)
    if where.host is not None:
        return Empty("it has its value on this side of the connection only", shown)
    if {name, "*"} & outer.exported:
        return None
    return Empty("it is not exported to the shell that runs this", shown)


# ── what no script gives a value ─────────────────────────────────────────────────────────────────


def _never_given(where: Place, use: Use, name: str, others: Supplied) -> Empty | str | None:
    """How a variable is empty that the script itself never gives a value."""
    act = where.shells.act
    if use.here.nounset or loads(use.here, use.run) or is_seen_to(use, name, use.run.function):
        return None
    base = act.script.path.rpartition("/")[2]
    if _PROVIDED.fullmatch(name) or any(base in source for source in others.sources):
        return None
    if others.names.get(name, act.script.path) != act.script.path:
        return f"`${name}` comes from the environment"
    if name.upper() == name and act.trail:
        return f"`${name}` may come from the environment"
    return Empty("nothing here gives it a value", mild=name.upper() == name)


def supplied(project: Project) -> Supplied:
    """What the whole repository gives variables, gathered once."""
    names: dict[str, str] = {}
    for entry, _ in variables(project):
        names[entry.name] = ""
    for workflow in project.workflows:
        entries = [*workflow.environment]
        for job in workflow.jobs:
            entries += job.environment
            for step in job.steps:
                entries += step.environment
        for entry in entries:
            names[entry.name] = ""
    sources: list[str] = []
    for act in project.acts:
        for statement in statements(act.script):
            for one in statement.assignments if isinstance(statement, Command) else ():
                path = act.script.path
                if names.setdefault(one.name, path) != path:
                    names[one.name] = ""
        sources += [
            word.raw
            for run in act.behaviour.runs
            if run.name in ("source", ".")
            for word in run.words[1:2]
        ]
    return Supplied(names, tuple(sources))
