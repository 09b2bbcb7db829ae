"""Files of SQLite that are copied while the application writes to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..flow import effects
from ..flow.behaviour import Guard, Run
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.copies import NAMED, is_backup
from ..project.phases import shown
from ..project.sqlite_files import sqlite_files, told_at
from ..project.types import Act, Project
from ..project.ways import Ways
from ..source.regex import regex

_COPIES = frozenset({"cp", "rsync", "scp", "install"})
_DATABASE = regex(r"\.(?:db3?|sqlite3?)\b", re.IGNORECASE)
_ASIDE = frozenset({"test", "ci", "development", "build", "entrypoint"})
_BEFORE = frozenset(
    {"image", "image-build", "compose", "package-start", "package-build", "platform", "pm2", "procfile", "release"}
)  # fmt: skip
"""What runs a script before the application is there, or in its place."""
_RESTORES = regex(r"restor|rollback|revert|import|seed|reset|clone", re.IGNORECASE)
_SAFE = regex(
    r"wal_checkpoint|begin\s+(?:immediate|exclusive)|-wal\b|\.backup\b|vacuum\s+into|\.dump\b|locking_mode",
    re.IGNORECASE,
)
"""What keeps others from writing, copies with SQLite itself, or takes the journal along."""
_STOPS = regex(
    r"stop|shut_?down|halt|quiesce|freeze|maintenance|pause|lock|kill|drain", re.IGNORECASE
)
_SNAPSHOT = regex(r"snapshot|\.snap\b|^/tmp/|bak(?:[./_-]|$)|\.old\b", re.IGNORECASE)
_INSTALLS = frozenset({"install", "add", "-S", "-Sy", "reinstall"})
_KEPT = regex(r"\.bak\b|\bbak\b|\.old\b|\$\(date|%[FYs]", re.IGNORECASE)
"""How a copy is called that is to be kept."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each copy of the file that an application opens."""
    stores = [s for s in project.stores if s.engine == "sqlite" and s.hosted and not s.replicated]
    if not stores:
        return
    files: dict[str, Location] = {}
    for store in stores:
        files |= sqlite_files(store, project)
    ways: Ways | None = None
    for act in project.acts:
        if act.purpose != "production" or act.role in _ASIDE:
            continue
        for nth, run in enumerate(act.behaviour.runs):
            source = _source(run)
            told = told_at(source, files) if source else None
            if told is None or not _keeps(run, source, act):
                continue
            ways = ways or Ways(project)
            lacking = _lacks(run)
            doubt = _doubt(nth, act, ways) or (_tool_comes(project) if lacking else "")
            if doubt:
                yield Undecided(Location(run.path, run.span), doubt)
            else:
                yield _match(run, source, told, act, lacking=lacking)


def _source(run: Run) -> str:
    """The database that a run copies as a file; '' for none."""
    if run.reach != "reached" or run.captured or run.piped_from:
        return ""
    if run.name in _COPIES and effects.dumps(run) == "sqlite":
        return next((w for w in run.arguments if w and _DATABASE.search(w)), "")
    words = effects.plain(run)
    if words[:2] == ("docker", "cp") or words[:3] == ("docker", "compose", "cp"):
        given = words[2 if words[1] == "cp" else 3 :]
        return given[0] if given and ":" in given[0] and _DATABASE.search(given[0]) else ""
    return ""


def _keeps(run: Run, source: str, act: Act) -> bool:
    """Whether a copy is meant to be kept, and not what is put back or tried out."""
    target = run.words[-1].raw
    if _SNAPSHOT.search(source) or NAMED.search(source) or _RESTORES.search(run.function):
        return False
    name = act.script.path.rpartition("/")[2] if act.script.origin == "file" else act.script.name
    if _RESTORES.search(name) or any("reflink" in (word or "") for word in run.arguments):
        return False
    if any(NAMED.search(word.raw) for word in run.words[1:-1]):
        return False
    return is_backup(run, act) or _KEPT.search(target) is not None


def _doubt(nth: int, act: Act, ways: Ways) -> str:
    """Why nothing may write to the file meanwhile, '' where nothing speaks for it."""
    run = act.behaviour.runs[nth]
    if _BEFORE.intersection(act.reached_by):
        return "it may run before the application starts"
    if "unit" in act.reached_by and not {"timer", "cron"}.intersection(act.reached_by):
        return "it may run before the application starts"
    if any(_STOPS.search(" ".join(word or "" for word in g.words)) for g in run.guards):
        return "a condition may hold only while nothing writes"
    for other in act.behaviour.runs:
        own = other.function == run.function or not run.function
        if (
            own
            and not _is_instead(run, other)
            and any(_SAFE.search(word.raw) for word in other.words)
        ):
            return "SQLite itself copies it here, or is told to hold still"
    if any(_halts(other) for other in act.behaviour.runs[:nth]):
        return "what writes to it is stopped before"
    for way in ways.to(act):
        if any(_halts(other) for hop in way.hops for other in hop.act.behaviour.runs):
            return "what calls the script may have stopped the application"
    return ""


def _lacks(run: Run) -> bool:
    """Whether a run happens only where SQLite's own tool is missing."""
    return any(_asks_for_tool(guard) and guard.negated for guard in run.guards)


def _asks_for_tool(guard: Guard) -> bool:
    return guard.kind not in ("test", "case", "sqlite3") and guard.words[-1:] == ("sqlite3",)


def _is_instead(run: Run, other: Run) -> bool:
    """Whether the other one happens only where the tool is there that the first one does without."""
    return any(
        _asks_for_tool(one) and one.span == two.span and one.negated and not two.negated
        for one in run.guards
        for two in other.guards
    )


def _tool_comes(project: Project) -> str:
    """Why the tool may be there in any case; '' where nothing here installs anything of its name."""
    for act in project.acts:
        for run in act.behaviour.runs:
            installs = "install" in run.name or _INSTALLS.intersection(run.arguments[:4])
            if installs and any(word and word.startswith("sqlite") for word in run.arguments):
                return f"`{run.name}` installs the tool without which it happens"
    return "what sets the server up is not read in full" if project.provisioning else ""


def _halts(run: Run) -> bool:
    """Whether a run may take down what writes, by whatever means."""
    if run.reach == "unreachable":
        return False
    words = [word or "" for word in run.arguments[:4]]
    return (
        bool(effects.stops(run))
        or _STOPS.search(run.name) is not None
        or any(word in ("stop", "down", "kill", "pause", "delete") for word in words)
    )


def _match(run: Run, source: str, told: Location, act: Act, *, lacking: bool) -> Match:
    return Match(
        location=Location(run.path, run.span),
        values={
            "where": "where `sqlite3` is missing, " if lacking else "",
            "command": shown(run),
            "file": source.rpartition("/")[2],
        },
        evidence=(Evidence(told, "the application keeps this file open"),),
        trail=act.trail,
    )
