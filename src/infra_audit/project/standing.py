"""Whether a script finds a version in place that runs while it renews it."""

from __future__ import annotations

from collections.abc import Sequence

from ..flow.behaviour import Run
from ..source.regex import regex
from .types import Act, Project

_FRESH = regex(r"(?i)first|fresh|initial|bootstrap|not.?installed|new.?install")
_ASKS = frozenset(
    {"is-active", "is-enabled", "status", "describe", "show", "pid", "id", "list", "jlist"}
)
_FILLS = frozenset({"clone", "worktree"})
_KEEPS = frozenset({"prune", "remove", "list"})
_COPIES = frozenset({"cp", "tar", "rsync", "unzip", "mv"})
_PULLS = frozenset({"pull", "fetch", "reset", "checkout", "switch", "merge"})
_KILLS = frozenset({"kill", "killall", "pkill", "fuser"})


def is_first(run: Run) -> bool:
    """Whether a run happens only where nothing is installed or runs yet."""
    for guard in run.guards:
        words = [word or "" for word in guard.words]
        if guard.kind == "test" and guard.negated and {"-d", "-e", "-L"}.intersection(words):
            return True
        if (
            guard.kind in ("systemctl", "pm2", "service", "pgrep")
            and guard.negated
            and _ASKS.intersection(words)
        ):
            return True
        if guard.kind in ("test", "case") and _FRESH.search(" ".join(words)):
            return True
    return False


def is_filled(runs: Sequence[Run], nth: int, folder: str) -> bool:
    """Whether the script itself brings the folder: a clone, a worktree or a copy for each release."""
    own = _bare(folder.partition("/")[0]) if folder.startswith("$") else ""
    for run in runs[:nth]:
        if run.conditional or run.remote != runs[nth].remote:
            continue
        if run.name == "git" and _FILLS.intersection(run.arguments[:3]):
            if not _KEEPS.intersection(run.arguments):
                return True
        elif own and run.name in _COPIES:
            words = run.words[1:] if run.name in ("tar", "unzip") else run.words[-1:]
            if any(_bare(word.raw) == own for word in words):
                return True
    return False


def _bare(raw: str) -> str:
    """A variable's word without what may stand around the name: `$APP` of `"${APP}/"`."""
    return "$" + raw.strip("\"'/.").lstrip("$").strip("{}")


def is_pulled(runs: Sequence[Run], nth: int, where: Sequence[str | None] | None = None) -> bool:
    """Whether the script brings a checkout that stands there to the new version.

    With `where` each run happens, only in the very folder of the run.
    """
    return any(
        run.name == "git"
        and run.reach == "reached"
        and _PULLS.intersection(run.arguments[:3])
        and run.remote == runs[nth].remote
        and (where is None or where[before] == where[nth])
        for before, run in enumerate(runs[:nth])
    )


def is_killed(runs: Sequence[Run], nth: int) -> bool:
    """Whether the script ends processes by other means than their manager's before the run."""
    return any(run.name in _KILLS and run.remote == runs[nth].remote for run in runs[:nth])


def is_swapped(between: Sequence[Run], base: str) -> bool:
    """Whether what was built is moved or copied to where it runs from afterwards."""
    for run in between:
        if run.name not in ("mv", "ln", "cp", "rsync", "rename", "install"):
            continue
        last = run.words[-1].raw.strip("\"'").rstrip("/") if run.words else ""
        *above, name = last.split("/")
        if name in (base, "current", "live") and base not in above:
            return True
    return False


def callers(act: Act, project: Project) -> tuple[Run, ...]:
    """What the scripts on the way to a script run before they call it."""
    lines = {step.location.path: step.location.span.line for step in act.trail}
    return tuple(
        run
        for other in project.acts
        if other is not act and other.script.path in lines and other.script.origin == "file"
        for run in other.behaviour.runs
        if run.span.line < lines[other.script.path]
    )
