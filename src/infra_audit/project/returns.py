"""What makes a release one that can be undone: an earlier artefact that is kept, or a way back to it."""

from __future__ import annotations

import re

from ..documents.facts import Step, Workflow
from ..flow.behaviour import Run
from ..flow.effects import plain
from ..model import Location
from ..source.regex import regex
from .types import Act, Project

_KEEPERS = {
    "kubectl": "Kubernetes",
    "helm": "Helm",
    "helmfile": "Helm",
    "nomad": "Nomad",
    "kamal": "Kamal",
    "cap": "Capistrano",
    "dep": "Deployer",
    "mina": "Mina",
    "nixos-rebuild": "NixOS",
    "deploy-rs": "NixOS",
    "dokku": "Dokku",
    "fly": "Fly.io",
    "flyctl": "Fly.io",
    "ansible-playbook": "Ansible",
}
"""Tools that keep releases, or whose playbooks are not read."""

_ROLLBACK = regex(r"roll[-_ ]?back|revert|undo[-_]?(?:deploy|release)", re.IGNORECASE)
_RETURNING = regex(r"roll_?-?back|restore|revert|previous", re.IGNORECASE)
_BACK = regex(
    r"\$\{?\w*(?:prev|rollback|last_?(?:good|known|stable|release)|backup|bak\b|_old|^old|\bold|saved|original)",
    re.IGNORECASE,
)
_RELEASES = regex(
    r"(?:^|[/\"'{$_])(?:releases|release_?(?:dir|path|folder|name)|versions)(?:[/\"'}]|$)",
    re.IGNORECASE,
)
_SWITCH = regex(
    r"current|release|live|active|\$\{?\w*(?:new|next|build|version|stamp)", re.IGNORECASE
)
_COLOURS = regex(r"(?<![a-z])(?:blue|green|canary|standby)(?![a-z])", re.IGNORECASE)
_COPY = regex(
    r"(?:[._/-]|\b)(?:bak|backups?|old|prev|previous|archive|snapshots?)(?:[._/\"'$-]|\b)|\$\{?\w*(?:backup|bak|stamp|date)|\$\(date",
    re.IGNORECASE,
)
_ARCHIVE = regex(r"\.(?:tar|tgz|zip|gz|zst|xz|bz2)\b")
_BUNDLED = regex(r"[a-zA-Z]*c[a-zA-Z]*f")
_SETTINGS = regex(
    r"\.env|env\b|\.(?:db|sqlite3?|sql|conf|service|json|ya?ml|gz|dump)\b|nginx|/etc/|database|uploads?|prisma|\$\{?\w*(?:DB|DATABASE)",
    re.IGNORECASE,
)
_TOLD = regex(
    r"(?<![a-z])(?:config|configs|configuration|conf|settings|uploads|media|volumes?|redis|docs)\."
)
"""How an archive is called that holds no build."""
_STAMPED = regex(
    r"\$\{?\w*(?:version|sha|tag|stamp|date|release|commit|rev)|\$\{\{[^}]*sha", re.IGNORECASE
)
_ASIDE = regex(r"prev|old|bak|backup|last|stable|rollback|before", re.IGNORECASE)
_PINNED = regex(r":\"?\$|:\$\{\{|@sha256:|:\"?\$\(")
_PIN = regex(r"(?:IMAGE|TAG|VERSION)\w*=", re.IGNORECASE)
_IS_NAME = regex(
    r"IMAGE_?(?:NAME|REPO|REPOSITORY|REGISTRY|PATH|BASE|PREFIX|OWNER)\w*=(?!\S*(?::|@)[\"']?[$%])",
    re.IGNORECASE,
)
"""What names an image and no version of it."""
_BRANCH = regex(r"branch|remote|origin|upstream", re.IGNORECASE)
_GIVEN = regex(r"\$\{?(\w+|[@*])|\$\{\{\s*([^}]+)\}\}")


def keeps(run: Run) -> str:
    """How a run keeps an earlier version or goes back to one; '' for not."""
    text = " ".join(word.raw for word in run.words)
    words = run.arguments
    name = run.name.rpartition("/")[2]
    if name == "bundle" and "cap" in words:
        name = "cap"
    if name in _KEEPERS:
        return f"{_KEEPERS[name]} keeps releases"
    if run.name == "pm2" and words[:1] == ("deploy",):
        return "pm2 deploy keeps releases"
    if run.name == "docker" and words[:1] and words[0] in ("service", "stack"):
        return "swarm keeps the previous specification"
    if "snapshot" in words and run.name not in ("echo", "printf"):
        return "a snapshot is taken"
    if _ROLLBACK.search(text) and run.name not in ("echo", "printf", ""):
        return "it has a way back"
    if run.name in ("echo", "printf"):
        return "it pins a version" if _pins(text) and ("$" in text or "%s" in text) else ""
    if _COLOURS.search(text):
        return "two versions stand side by side"
    return _in_files(run, text) or _in_versions(run, text)


def _in_files(run: Run, text: str) -> str:
    """Release directories, a switched link, a copy of what was there before."""
    if run.name in ("curl", "wget", "gh"):
        return ""
    if _RELEASES.search(text):
        return "releases stand side by side"
    if run.name in ("rsync", "scp") and run.words and _STAMPED.search(run.words[-1].raw):
        return "each release has a folder of its own"
    operands = [word.raw for word in run.words[1:] if not word.raw.startswith("-")]
    if run.name == "ln":
        system = any(
            "/etc/" in word or "node_modules" in word or ".env" in word for word in operands
        )
        return "a link is switched" if not system and _SWITCH.search(text) else ""
    if run.name in ("mv", "cp", "rsync", "tar", "zip") and len(operands) > 1:
        packed = (
            [word for word in operands if _ARCHIVE.search(word)]
            if run.name in ("tar", "zip")
            else operands[-1:]
        )
        sources = [word for word in operands if word not in packed and not _BUNDLED.fullmatch(word)]
        kept = any(_COPY.search(word) for word in packed) or _BACK.search(operands[0])
        settings = bool(sources) and all(_SETTINGS.search(word) for word in sources)
        told = run.name in ("tar", "zip") and any(map(_TOLD.search, packed))
        return "an earlier build is kept" if kept and not settings and not told else ""
    return ""


def _in_versions(run: Run, text: str) -> str:
    """Images by version, commits that are gone back to or given."""
    if run.name in ("docker", "podman", "docker-compose", "buildah", "skopeo", "nerdctl"):
        pinned = _PINNED.search(text) or any(_PIN.match(f"{name}=") for name, _ in run.environment)
        aside = {"tag", "rename", "commit", "save"} & set(run.arguments[:1]) and _ASIDE.search(text)
        return (
            "images carry their version" if pinned else "the image before is kept" if aside else ""
        )
    if run.name == "sed" and _PIN.search(text) and "$" in text:
        return "it pins a version"
    if run.name == "git" and {"reset", "checkout", "switch", "worktree", "archive"} & set(
        run.arguments[:3]
    ):
        given = [hit for word in run.words[2:] for hit in _GIVEN.findall(word.raw)]
        if any(not _BRANCH.search("".join(names)) for names in given):
            return "it can be given an earlier version"
    return ""


def _pins(text: str) -> bool:
    """Whether a text gives a version a value, and not only an image its name."""
    return _PIN.search(text) is not None and _IS_NAME.search(text) is None


def named(project: Project) -> Location | None:
    """A script, a workflow, a job, a step or a function that is there to go back."""
    for act in project.acts:
        if act.purpose == "production" and (place := _named_act(act)):
            return place
    for workflow in project.workflows:
        place = _named_in(workflow, project)
        if place is not None:
            return place
    return None


def _named_in(workflow: Workflow, project: Project) -> Location | None:
    """The workflow, the job or the step that is called so, and does more than to start the same again."""
    every = tuple(step for job in workflow.jobs for step in job.steps)
    if _ROLLBACK.search(workflow.path.rpartition("/")[2]) or _ROLLBACK.search(workflow.name):
        if not _starts_again(every, workflow, project):
            return Location(workflow.path, workflow.span)
        return None
    for job in workflow.jobs:
        called = _ROLLBACK.search(job.id) or (job.name and _ROLLBACK.search(job.name.raw))
        if called:
            if job.uses is not None or not _starts_again(job.steps, workflow, project):
                return Location(workflow.path, job.span)
            continue
        for step in job.steps:
            returns = step.name is not None and _ROLLBACK.search(step.name.raw)
            if step.name and returns and not _starts_again((step,), workflow, project):
                return Location(workflow.path, step.name.span)
    return None


def _starts_again(steps: tuple[Step, ...], workflow: Workflow, project: Project) -> bool:
    """Whether steps surely do no more than to start again what is there, by whatever name."""
    given = [*workflow.environment, *(e for j in workflow.jobs for e in j.environment)]
    given += [entry for step in steps for entry in step.environment]
    if any(_pins(f"{e.name}={e.value.raw if e.value else ''}") for e in given):
        return False
    runs: list[Run] = []
    for step in steps:
        acts = [
            act
            for act in project.acts
            if act.trail and act.trail[0].location == Location(workflow.path, step.span)
        ]
        if not acts and (step.uses is None or not _PREPARES.match(step.uses.raw)):
            return False
        runs += [run for act in acts for run in act.behaviour.runs]
    return any(map(_starts, runs)) and all(_changes_nothing(run, runs) for run in runs)


_PREPARES = regex(
    r"actions/checkout@|docker/login-action@|webfactory/ssh-agent@|shimataro/ssh-key-action@"
)
"""Actions that make ready for what comes."""
_SAYING = frozenset({
    "echo", "printf", "cd", "sleep", "curl", "set", "exit", "true", ":", "[", "test", "mkdir", "chmod", "ssh-keyscan", "cat",
})  # fmt: skip
_VERBS = frozenset(
    {"up", "down", "ps", "logs", "restart", "stop", "start", "pull", "login", "prune"}
)


def _starts(run: Run) -> bool:
    return run.name in ("docker", "docker-compose") and "up" in run.arguments


def _changes_nothing(run: Run, runs: list[Run]) -> bool:
    """Whether a run leaves the version what it is; `runs` are all, also what an ssh hands over."""
    if run.name == "ssh":
        return any(other.remote is not None for other in runs)
    if run.name in ("docker", "docker-compose"):
        text = " ".join(word.raw for word in run.words)
        pinned = _PINNED.search(text) or any(_PIN.match(f"{name}=") for name, _ in run.environment)
        return not pinned and not _VERBS.isdisjoint(plain(run)[1:3])
    return run.name in _SAYING


def _named_act(act: Act) -> Location | None:
    if act.script.origin == "file" and _ROLLBACK.search(act.script.path.rpartition("/")[2]):
        return Location(act.script.path, act.script.span)
    if (
        act.script.origin == "npm"
        and _ROLLBACK.search(act.script.name)
        and "migrat" not in act.script.name
    ):
        return Location(act.script.path, act.script.span)
    return None


def named_inside(act: Act) -> Location | None:
    """A function of a script that goes back and that the script calls."""
    for routine in act.behaviour.functions:
        if routine.called and _RETURNING.search(routine.name):
            return Location(act.script.path, routine.span)
    return None
