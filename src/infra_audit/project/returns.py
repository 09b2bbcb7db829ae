"""What makes a release one that can be undone: an earlier artefact that is kept, or a way back to it."""

from __future__ import annotations

import re

from ..flow.behaviour import Run
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
        return "it pins a version" if _PIN.search(text) and ("$" in text or "%s" in text) else ""
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


def named(project: Project) -> Location | None:
    """A script, a workflow, a job, a step or a function that is there to go back."""
    for act in project.acts:
        if act.purpose == "production" and (place := _named_act(act)):
            return place
    for workflow in project.workflows:
        if _ROLLBACK.search(workflow.path.rpartition("/")[2]) or _ROLLBACK.search(workflow.name):
            return Location(workflow.path, workflow.span)
        for job in workflow.jobs:
            if _ROLLBACK.search(job.id) or (job.name and _ROLLBACK.search(job.name.raw)):
                return Location(workflow.path, job.span)
            for step in job.steps:
                if step.name and _ROLLBACK.search(step.name.raw):
                    return Location(workflow.path, step.name.span)
    return None


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
