"""Which shell a command of a script runs in, and what it knows of the script's variables there."""

from __future__ import annotations

from msgspec import Struct

from ..documents.shell.syntax import Command, Script
from ..flow.behaviour import Run
from ..flow.constructs import DECLARERS, name_of
from ..flow.effective import effective
from ..flow.handing import receiver
from ..model import Evidence, Location
from ..source.regex import regex
from .empties import Empty, Use, empty, is_seen_to
from .given import Level, level, sources, within
from .inside import scripts, statements
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


class Place(Struct):
    """The shell that a run happens in: `own` is what its script knows, `outer` the script around it."""

    own: Level
    outer: Level | None = None
    command: Command | None = None
    """What hands the script to that shell."""
    expanded: bool = False
    """Whether the outer shell has put in its own variables."""
    host: str | None = None


def place(act: Act, run: Run) -> Place | None:
    """The shell of a run; None where its files are not the server's, or where it cannot be told."""
    around = [s for s in scripts(act.script) if s is not act.script and within(run.span, s.span)]
    if not around:
        return Place(level(act.script))
    holder = next((h for h in _handing(act.script) if around[0] in h.scripts), None)
    if len(around) > 1 or holder is None:
        return None
    _, prefixes, name = effective([word.literal for word in holder.words])
    if name in _ELSEWHERE or "chroot" in prefixes or not name:
        return None
    inner: Script = around[0]
    piped = inner.origin == "heredoc" and not any(r.heredoc for r in holder.redirects)
    host, _, expanded = receiver(holder, inner, None)
    if piped:
        return None
    return Place(level(inner), level(act.script), holder, expanded, host)


def _handing(script: Script) -> list[Command]:
    return [s for s in statements(script) if isinstance(s, Command) and s.scripts]


def emptiness(act: Act, where: Place, run: Run, name: str, project: Project) -> Empty | str | None:
    """How a variable may be empty there; a text where that could not be told, None for neither."""
    outer = where.outer
    if outer is None:
        if name in where.own.given or not name.isidentifier():
            return empty(Use(act, where.own, run), name)
        return _never_given(act, where.own, run, name, project)
    if is_seen_to(Use(act, where.own, run), name) or not name.isidentifier():
        return None
    if where.expanded:
        if name in where.own.given:
            return f"which of the two shells puts in `${name}` is not told"
        if name in outer.given:
            return empty(Use(act, outer, run), name)
        return _never_given(act, outer, run, name, project)
    if name in where.own.given:
        return empty(Use(act, where.own, run), name)
    return _not_handed(act, where, outer, run, name)


def _not_handed(act: Act, where: Place, outer: Level, run: Run, name: str) -> Empty | None:
    """Whether the script gives a variable a value that the other shell never sees."""
    given = outer.given.get(name)
    if where.own.nounset or not given or sources(where.own, run) or _PROVIDED.fullmatch(name):
        return None
    command = where.command
    if command is None or any(f"{name}=" in word.raw for word in command.words):
        return None
    if any(assignment.name == name for assignment in command.assignments):
        return None
    shown = (
        Evidence(Location(act.script.path, given[-1].span), "given a value in this shell only"),
    )
    if where.host is not None:
        return Empty("it has its value on this side of the connection only", shown)
    if _is_exported(outer, name):
        return None
    return Empty("it is not exported to the shell that runs this", shown)


def _is_exported(outer: Level, name: str) -> bool:
    for statement, _, _ in outer.statements:
        if not isinstance(statement, Command):
            continue
        first = name_of(statement)
        if first == "set" and any("a" in (w.literal or "") for w in statement.words[1:]):
            return True
        named = any(w.literal in (name, None) for w in statement.words[1:])
        named = named or any(a.name == name for a in statement.assignments)
        if first in DECLARERS and named and (first == "export" or "-x" in statement.words[1].raw):
            return True
    return False


# ── what no script gives a value ─────────────────────────────────────────────────────────────────


def _never_given(
    act: Act, here: Level, run: Run, name: str, project: Project
) -> Empty | str | None:
    """How a variable is empty that the script itself never gives a value."""
    if here.nounset or sources(here, run) or is_seen_to(Use(act, here, run), name):
        return None
    if _PROVIDED.fullmatch(name) or act.role == "library" or _is_sourced(act, project):
        return None
    if _is_supplied(act, name, project):
        return f"`${name}` comes from the environment"
    if name.upper() == name and act.trail:
        return f"`${name}` may come from the environment"
    return Empty("nothing here gives it a value", mild=name.upper() == name)


def _is_sourced(act: Act, project: Project) -> bool:
    """Whether another script may source this one, and so share its variables."""
    base = act.script.path.rpartition("/")[2]
    return act.script.origin == "file" and any(
        run.name in ("source", ".") and any(base in word.raw for word in run.words[1:])
        for other in project.acts
        for run in other.behaviour.runs
    )


def _is_supplied(act: Act, name: str, project: Project) -> bool:
    """Whether anything else in the repository gives a variable of this name a value."""
    if any(entry.name == name for entry, _ in variables(project)):
        return True
    for workflow in project.workflows:
        entries = [*workflow.environment]
        for job in workflow.jobs:
            entries += job.environment
            for step in job.steps:
                entries += step.environment
        if any(entry.name == name for entry in entries):
            return True
    return any(
        name in level(other.script).given
        for other in project.acts
        if other is not act and other.script.statements
    )
