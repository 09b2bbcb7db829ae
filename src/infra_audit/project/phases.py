"""What a step does for a deployment: it fetches, installs, builds, migrates, ships or starts."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Literal as Choice

from msgspec.structs import replace

from ..flow import effects
from ..flow.behaviour import Run
from ..source.regex import regex
from .callees import script_name
from .course import OTHERS
from .shipping import ships

Phase = Choice["", "fetch", "install", "build", "migrate", "ship", "start"]

PAIRS: dict[tuple[Phase, Phase], str] = {
    ("build", "start"): "starts what an earlier build left, or half of this one",
    ("build", "ship"): "ships what an earlier build left, or half of this one",
    ("migrate", "start"): "starts the new code on the old schema",
    ("install", "start"): "starts the new code without its packages",
    ("install", "build"): "builds with whatever packages are there",
    ("fetch", "build"): "builds the old version again, as if it were the new one",
    ("fetch", "start"): "starts the old version again, as if it were the new one",
    ("fetch", "ship"): "ships the old version again, as if it were the new one",
    ("ship", "start"): "starts the old version again, as if it were the new one",
}
"""What it means that a later step runs though an earlier one failed, the most telling first."""

_FETCHERS = frozenset({"git", "docker", "docker-compose"})
_FETCHES = frozenset({"pull", "fetch", "merge"})
_CONTAINERS = frozenset({"docker", "docker-compose", "podman", "kubectl"})
_INNER = frozenset(
    (
        *("alembic", "bin/rails", "bundle", "flask", "knex", "npm", "npx", "php", "pnpm", "prisma"),
        *("python", "python3", "rails", "rake", "yarn"),
    )
)
"""What migrates inside a container that `docker exec` and its like name."""
_DEPLOYS = regex(r"(?:deploy|release)(?::(?!dry|check|status|logs)[\w:-]+)?")
"""Names of package scripts that ship."""
_DEPLOYING = ("deploy", "release")
_BESIDE = regex(
    r"(?i)back-?up|dump|\bbak\b|\.sql|\.db\b|sqlite|\blogs?\b|\.env|nginx|\.conf\b|\.service|certs?\b"
)
"""What is copied to a server and is not the application."""
_NEVER = frozenset(
    (
        *(
            "",
            ".",
            ":",
            "[",
            "[[",
            "awk",
            "basename",
            "cat",
            "cd",
            "chmod",
            "chown",
            "command",
            "cp",
        ),
        *("cut", "date", "declare", "dirname", "echo", "exit", "export", "grep", "head", "local"),
        *("ls", "mkdir", "printf", "read", "return", "rm", "sed", "set", "shift", "sleep", "sort"),
        *("source", "tail", "tee", "test", "touch", "tr", "trap", "true", "wc"),
    )
)
"""What most lines of a script are, none of a phase."""
_ASKS = frozenset({"--dry-run", "--help", "--version", "-h"})


def phase(run: Run) -> Phase:
    """The phase that a run is of; '' for none."""
    if run.name in _NEVER or _ASKS.intersection(run.arguments):
        return ""
    if _may_work(run.name):
        worked = _works(run)
        if worked is not None:
            return worked
    if _may_deploy(run) and _DEPLOYS.fullmatch(script_name(run) or ""):
        return "ship"
    if run.name == "ssh" or (run.name in ("rsync", "scp") and _BESIDE.search(_operands(run))):
        return ""
    shipped = ships(run)
    return "ship" if shipped is not None and shipped[0] in ("deploy", "image") else ""


@cache
def _may_work(name: str) -> bool:
    """Whether a command of this name can do any work of a phase itself: most cannot."""
    kinds = ("migrate", "restart", "reload", "start", "build", "install")
    return name in _FETCHERS or name in _CONTAINERS or effects.may(name, *kinds)


def _works(run: Run) -> Phase | None:
    """The phase of a run that migrates, starts, builds, installs or fetches; None for no such run."""
    contained = _contained(run)
    if effects.migrates(run) or (contained is not run and effects.migrates(contained)):
        return "migrate"
    told = effects.restarts(run)
    if told:
        return "" if all(OTHERS.search(name) for name in told) else "start"
    if effects.builds(run):
        return "build"
    if effects.installs_dependencies(run):
        return "install"
    return "fetch" if _fetches(run) else None


def _may_deploy(run: Run) -> bool:
    """Whether a run may name a package script that ships."""
    return any(word is not None and word.startswith(_DEPLOYING) for word in run.arguments)


def _operands(run: Run) -> str:
    """What a copy names, without its options and their values."""
    raws = [word.raw for word in run.words]
    return " ".join(
        raw for before, raw in pairwise(raws) if not raw.startswith("-") and before not in _OPTIONS
    )


_OPTIONS = frozenset(
    (
        *("-e", "-f", "-i", "-o", "-F", "-P", "--rsh", "--filter", "--exclude", "--include"),
        *("--exclude-from", "--include-from", "--files-from", "--rsync-path", "--log-file"),
    )
)
"""Options of rsync and scp that take the next word."""


def _contained(run: Run) -> Run:
    """The command that a container is told to run; the run itself where it is none of those."""
    words = run.arguments
    if run.name not in _CONTAINERS or not {"exec", "run"}.intersection(words[:12]):
        return run
    for nth, word in enumerate(words):
        if word in _INNER:
            return replace(run, name=word or "", arguments=words[nth + 1 :])
    return run


def _fetches(run: Run) -> bool:
    """Whether a run brings the new version: from git or from a registry of images."""
    if run.name not in _FETCHERS:
        return False
    words = effects.plain(run)
    if words[0] == "git":
        quiet = {"--", "--tags"}.intersection(run.arguments)
        return words[1:2] != () and words[1] in _FETCHES and not quiet
    return words[:2] in {("docker", "pull"), ("docker-compose", "pull")} or words[:3] == (
        "docker",
        "compose",
        "pull",
    )


def shown(run: Run, most: int = 50) -> str:
    """A run as written, cut where it grows long."""
    text = " ".join(" ".join(run.written).split())
    return text if len(text) <= most else text[: most - 1] + "…"
