"""What a release leaves in the background of a server, with nothing that looks after it."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from ..documents.facts import Job
from ..flow.behaviour import Run
from ..model import Location
from ..source.regex import regex
from .begun import deploys
from .boot import sayings
from .lasting import RUNTIMES
from .replacing import is_remote
from .types import Act, Project

_KEEPS = frozenset({"nohup", "setsid"})
_SCRIPTED = frozenset({"node", "nodejs", "bun", "deno", "python", "python3", "ruby", "php", "tsx", "ts-node"})  # fmt: skip
"""Those of which only the script knows whether it ends by itself."""
_LASTS = regex(r"(?:app|main|server|index|bot|web|api|wsgi|asgi)\.(?:[cm]?js|ts|py|rb|php)")
_PACKAGED = frozenset({"npm", "pnpm", "yarn"})
_STARTS = regex(r"(?:start|serve|server|prod)(?:[:_-]\w+)*")
_ENDING = regex(r"migrat|seed|build|install|test|warm|sync|import|cache|dev\b")
_CONTAINED = frozenset({"image", "image-build", "compose", "cron", "timer", "unit", "pm2"})
_WATCHED = regex(
    r"systemctl|pm2|supervisor|@reboot|forever|monit\b|runit|s6-|rc\.local|watchdog|while\s+(?:true|:)|docker|podman"
)
"""What a text holds where something may start it again."""


def left_running(project: Project) -> tuple[tuple[Act, Run], ...]:
    """The servers that releases leave in the background, where nothing here may start them again."""
    if project.unit_files or project.ecosystems or project.provisioning:
        return ()
    if any(hosting.provider == "supervisor" for hosting in project.hostings):
        return ()
    found = tuple(
        (act, run)
        for act in project.acts
        if deploys(act) and not _CONTAINED.intersection(act.reached_by)
        for run in act.behaviour.runs
        if _lasts(run) and _is_there(run, act, project)
    )
    return () if found and any(sayings(project, _WATCHED)) else found


def _lasts(run: Run) -> bool:
    """Whether a run is put into the background and stays there."""
    behind = bool(_KEEPS.intersection(run.prefixes)) or (run.background and run.remote is not None)
    if run.reach != "reached" or run.captured or run.loop or not behind:
        return False
    words = [word or "" for word in run.arguments]
    if run.name not in RUNTIMES or _ENDING.search(" ".join(words)):
        return False
    if run.name in _SCRIPTED:
        return any(_LASTS.fullmatch(basename(word)) for word in words)
    if run.name in _PACKAGED:
        return any(_STARTS.fullmatch(word) for word in words)
    return True


def _is_there(run: Run, act: Act, project: Project) -> bool:
    """Whether it runs on the server; on a runner it is what the job is for, and not there to be tested."""
    if run.remote is not None:
        return True
    if not is_remote(act, project, grouped=True):
        return False
    return act.script.origin != "step" or any(_ends(act, job) for job in _jobs(act, project))


def _jobs(act: Act, project: Project) -> Iterator[Job]:
    for workflow in project.workflows:
        if workflow.path == act.script.path:
            yield from workflow.jobs


def _ends(act: Act, job: Job) -> bool:
    """Whether a script is the last that a job runs."""
    own = [step.run or step.remote for step in job.steps if step.run or step.remote]
    return bool(own) and own[-1] is act.script


def shown(run: Run) -> str:
    """The command without what stands before it."""
    return " ".join(word.raw for word in run.words)


def is_root(run: Run) -> bool:
    """Whether it surely is root's: of a login as root, or behind a `sudo` that is told no user."""
    if run.remote is not None and run.remote.startswith("root@"):
        return not {"sudo", "runuser", "gosu", "su-exec"}.intersection(run.prefixes)
    first = run.words[0].span
    bare = len(" ".join(run.prefixes)) + 1
    same = first.line == run.span.line and first.column - run.span.column == bare
    return "sudo" in run.prefixes and same


def place(run: Run) -> Location:
    """Where it is started."""
    return Location(run.path, run.span)
