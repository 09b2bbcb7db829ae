"""What a run does to the world, as far as its name, its words and their options tell.

The facts stand in `tables`; what they do not list is unknown, and unknown does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal as Choice
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from ..source.regex import regex
from .behaviour import Run
from .fitting import Said, asks, line, manual, rows, said, seen
from .tables import TABLE
from .tables.actions import ACTIONS, RESTARTS
from .tables.containers import INSIDE
from .tables.dependencies import DIRECT, PROGRAMS, RUNNERS
from .tables.row import Again, Kind, Row


class Effect(Struct, frozen=True, gc=False):
    """One thing that a run does: `create` a `user`, `restart` a `unit`."""

    kind: Kind
    thing: str
    target: str | None
    """The name or path that it does it to: absolute or relative to the root; None is unknown."""
    again: Again
    """What the second run does where the first one worked."""
    tool: str
    source: str
    """The manual that says so."""
    why: str = ""
    """What the second run meets."""
    guard: str = ""
    """What would have made it safe."""

    @property
    def repeats(self) -> Choice["yes", "no", "unknown"]:
        """Whether a second run does no harm."""
        return "unknown" if self.again == "unknown" else "yes" if self.again == "same" else "no"


def effects(run: Run) -> tuple[Effect, ...]:
    """All that a run is known to do, its redirects first."""
    return (*_redirected(run), *_done(run))


def _redirected(run: Run) -> Iterator[Effect]:
    for (operator, _), target in zip(run.redirects, run.targets, strict=True):
        if ">" in operator and target is not None and not target.startswith("/dev/"):
            appends = ">>" in operator
            yield Effect(
                "append" if appends else "write",
                "file",
                target,
                "adds" if appends else "same",
                "",
                "bash(1): Redirection",
            )


def _done(run: Run) -> tuple[Effect, ...]:
    return _told(said(run)) if run.name in _KNOWN else ()


@lru_cache(maxsize=2048)
def _told(run: Said) -> tuple[Effect, ...]:
    """What a command line does: it is asked for many things, and many a line stands twice."""
    inner = _behind(run)
    if inner is not None:
        inside, contained = inner
        if not contained:
            return _told(inside)
        return tuple(
            [replace(each, target=None) for each in _told(inside) if each.kind in _CONTAINED]
        )
    by, read = manual(run)
    if by is None or asks(by, read):
        return ()
    return tuple(
        [
            effect
            for row, targets in rows(run, by, read)
            for effect in _effects(row, targets, row.tool or by.tool or run.name, by.source)
        ]
    )


def _effects(row: Row, targets: tuple[str | None, ...], tool: str, source: str) -> Iterator[Effect]:
    for each in row.does.split(", "):
        kind, _, thing = each.partition(" ")
        for target in targets:
            why = row.why.replace("{}", target or "")
            guard = row.guard.replace("{}", target or "")
            yield Effect(cast("Kind", kind), thing, target, row.again, tool, source, why, guard)


_CONTAINED = frozenset({"dump", "migrate", "restore", "send"})
"""What a command in a container does to more than the container."""


def _behind(run: Said) -> tuple[Said, bool] | None:
    """The command that a package runner or a container's shell is given, and which of the two."""
    if run.name not in _CARRIERS:
        return None
    key = run.name
    operands = line(run, TABLE.get(key)).operands
    while operands and key not in _RUNNERS and key not in _INSIDE:
        word = run.arguments[operands[0]] or ""
        if key in _DIRECT and word in _PROGRAMS:
            return _from(run, operands[0]), False
        key = f"{key} {word}"
        below = TABLE.get(key)
        if below is None:
            return None
        operands = line(run, below, operands[0] + 1).operands
    if key in _INSIDE:
        return (_from(run, operands[1]), True) if len(operands) > 1 else None
    return (_from(run, operands[0]), False) if operands and key in _RUNNERS else None


_RUNNERS = frozenset(RUNNERS.split("|"))
_INSIDE = frozenset(INSIDE.split("|"))
_DIRECT = frozenset(DIRECT.split("|"))
_PROGRAMS = frozenset(PROGRAMS.split("|"))
_CARRIERS = frozenset(phrase.split()[0] for phrase in (*_RUNNERS, *_INSIDE, *_DIRECT))
_KNOWN = frozenset(key.partition(" ")[0] for key in TABLE) | _CARRIERS


def _from(run: Said, at: int) -> Said:
    name = seen(run, at)
    return Said(
        name.partition("@")[0] or name,
        run.arguments[at + 1 :],
        run.paths[at + 1 :],
        run.raws[at + 1 :],
        run.directory,
        run.environment,
    )


@cache
def _by_name() -> dict[str, frozenset[str]]:
    """What each command can do at all, its subcommands with it, as the tables say it."""
    found: dict[str, set[str]] = {}
    for key, by in TABLE.items():
        words = key.split(" ")
        for end in range(1, len(words) + 1):
            does = found.setdefault(" ".join(words[:end]), set())
            does.update(each for row in by.rows for each in row.does.split(", "))
    return {name: frozenset(does) for name, does in found.items()}


_NONE: frozenset[str] = frozenset()
"""One for all: another empty set takes 216 bytes."""


@cache
def _kinds(name: str) -> frozenset[str]:
    """The kinds of effects that a command can have at all: most runs have none of those asked for."""
    found = {each.partition(" ")[0] for each in _by_name().get(name, ())}
    if not found and name not in _CARRIERS:
        return _NONE
    return frozenset(found | {"build", "install"} | _CONTAINED if name in _CARRIERS else found)


def is_known(run: Run) -> bool:
    """Whether a run's command does anything that the tables list, its redirects left aside."""
    return bool(_kinds(run.name))


def may(name: str, *kinds: str) -> bool:
    """Whether a command of this name can have an effect of one of the kinds at all."""
    return not _kinds(name).isdisjoint(kinds)


def _of(run: Run, *kinds: str) -> list[Effect]:
    if _kinds(run.name).isdisjoint(kinds):
        return []
    return [effect for effect in _done(run) if effect.kind in kinds]


def plain(run: Run) -> tuple[str, ...]:
    """The name and the operands of a run, without its options; unknown words are ''."""
    by = TABLE.get(run.name)
    told = said(run)
    operands = line(told, by).operands
    words = [run.name]
    if run.name == "docker" and operands and run.arguments[operands[0]] == "compose":
        words.append("compose")
        operands = line(told, TABLE["docker compose"], operands[0] + 1).operands
    elif by is not None and by.ends:
        # The options of the command that is run are options too.
        operands = tuple(at for at in operands if not seen(told, at).startswith("-"))
    return (*words, *(run.arguments[at] or "" for at in operands))


def flags(run: Run) -> frozenset[str]:
    """The options of a run, as written."""
    return frozenset(word for word in run.arguments if word and word.startswith("-"))


# ── servers ──────────────────────────────────────────────────────────────────────────────────────

PACKAGES = frozenset(
    {"installs packages", "removes packages", "changes package sources", "configures packages"}
)
"""The changes that concern packages, as `mutates_server` calls them."""

_CHANGES: dict[str, str] = {
    "install package": "installs packages",
    "remove package": "removes packages",
    "configure package-source": "changes package sources",
    "configure package": "configures packages",
    "user": "changes users",
    "group": "changes users",
    "unit": "changes services",
    "manager": "changes services",
    "firewall": "changes the firewall",
    "system": "changes the system",
    "certificate": "changes the system",
}
"""What a change of a server is called, by what is done to what, or by what it is done to."""

_SYSTEM = regex(r"/(?:etc|usr|var(?!/tmp)|opt|lib|srv|boot)(?:/|$)")
_CRON = regex(
    r"/etc/cron(?:tab$|\.(?:d|daily|hourly|weekly|monthly)(?:/|$))|/var/spool/cron(?:/|$)"
)


_KEPT = regex(
    r"[._-]?(?:bak|back-?up|bkp|orig|old|save|saved|prev|dist|~).*|[._-]\d{6,}.*", re.IGNORECASE
)


_WRITING = ("append", "create", "own", "permit", "remove", "write")
_SCHEDULING = frozenset({"schedule", "enable", "start", *_WRITING})
_ON_DISK = frozenset({"file", "folder", "link", "archive"})


def mutates_server(run: Run) -> str:
    """What of the server that it runs on a run changes; '' for none or unknown."""
    if not run.redirects and not _mutates(run.name):
        return ""
    for effect in _done(run) if _mutates(run.name) else ():
        what = _CHANGES.get(f"{effect.kind} {effect.thing}") or _CHANGES.get(effect.thing)
        if what is not None:
            return what
    if schedules(run):
        return "schedules a job"
    paths = () if run.name in _PERMITTING and not run.redirects else written(run)
    path = next((path for path in paths if _SYSTEM.match(path)), None)
    if path is None or _keeps_a_copy(run):
        return ""
    return f"{'removes' if run.name in _REMOVERS else 'writes'} {path}"


@cache
def _mutates(name: str) -> bool:
    """Whether a command can change a server at all."""
    return any(
        each in _CHANGES or thing in _CHANGES or thing in _ON_DISK or kind == "schedule"
        for each in _by_name().get(name, ())
        for kind, _, thing in (each.partition(" "),)
    )


_PERMITTING = frozenset({"chmod", "setfacl"})
"""What only says who may do what with a file, and sets nothing up."""
_REMOVERS = frozenset({"rm", "rmdir", "unlink"})


def _keeps_a_copy(run: Run) -> bool:
    """Whether a run only copies a file to a name beside it, before it is changed."""
    operands = [
        path
        for word, path in zip(run.arguments, run.paths, strict=True)
        if word is not None and not word.startswith("-") and path is not None
    ]
    if run.name != "cp":
        return False
    if len(operands) == 2:
        source, target = operands
        return target.startswith(source) and _KEPT.fullmatch(target[len(source) :]) is not None
    raw = [word.raw.strip("\"'") for word in run.words[1:] if not word.raw.startswith("-")]
    if len(raw) == 2 and len(operands) == 1:
        return raw[1].startswith(raw[0]) and _KEPT.fullmatch(raw[1][len(raw[0]) :]) is not None
    return False


def written(run: Run) -> tuple[str, ...]:
    """The known paths that a run writes, removes or changes."""
    found: list[str | None] = (
        [effect.target for effect in _redirected(run)] if run.redirects else []
    )
    found += [effect.target for effect in _of(run, *_WRITING) if effect.thing in _ON_DISK]
    return tuple(path for path in found if path is not None and not path.startswith("/dev/"))


_SUPERVISED = frozenset({"app", "container", "proxy", "service", "unit"})


def restarts(run: Run) -> tuple[str, ...]:
    """The units or apps that a run starts anew: `shop` of `systemctl restart shop.service`.

    `*` where it starts all or the words are not known; () where it restarts nothing.
    """
    return _supervised(run, "restart", "reload", "start")


def stops(run: Run) -> tuple[str, ...]:
    """The units or apps that a run takes down, as `restarts` names them."""
    return _supervised(run, "stop")


def _supervised(run: Run, *kinds: str) -> tuple[str, ...]:
    return tuple(
        (effect.target or "").removesuffix(".service") or "*"
        for effect in _of(run, *kinds)
        if effect.thing in _SUPERVISED
    )


def boots(run: Run) -> tuple[str, ...]:
    """The units whose start at boot a run decides, without `.service`; '' for one that is unknown."""
    found = [each for each in _of(run, "enable", "change") if each.thing == "unit"]
    return tuple(
        [(each.target or "").removesuffix(".service").rpartition("/")[2] for each in found]
    )


# ── applications and their data ──────────────────────────────────────────────────────────────────


def installs_dependencies(run: Run) -> str:
    """The package manager with which a run installs an application's dependencies; '' for none."""
    return next((e.tool for e in _of(run, "install") if e.thing == "dependencies"), "")


def builds(run: Run) -> str:
    """The tool with which a run builds an application or image; '' for none."""
    return next((effect.tool for effect in _of(run, "build")), "")


def migrates(run: Run) -> str:
    """The tool with which a run changes a database's schema; '' for none."""
    return next((effect.tool for effect in _of(run, "migrate")), "")


def dumps(run: Run) -> str:
    """The engine that a run takes a copy of: `postgresql`, `sqlite`, `files` …; '' for none."""
    return next((effect.thing for effect in _of(run, "dump")), "")


def copies_off_host(run: Run) -> str:
    """Where a run takes data to another machine; '' for nowhere or unknown."""
    sent = (e for e in _of(run, "send") if e.thing in ("files", "sqlite"))
    return next((effect.target or effect.tool for effect in sent), "")


def schedules(run: Run) -> str:
    """How a run makes something run by itself: `cron` or `timer`; '' for not at all."""
    if not run.redirects and _kinds(run.name).isdisjoint(_SCHEDULING):
        return ""
    if _of(run, "schedule"):
        return "cron"
    if any(_CRON.match(path) for path in written(run)):
        return "cron"
    timed = any((e.target or "").endswith(".timer") for e in _of(run, "enable", "start"))
    return "timer" if timed else ""


# ── conditions ───────────────────────────────────────────────────────────────────────────────────


def is_action(name: str, given: list[str | None]) -> bool:
    """Whether a command in a condition is there for what it does, and not to ask a question."""
    verbs = ACTIONS.get(name)
    if verbs is None:
        return False
    rest = [word or "" for word in given]
    if {"--dry-run", "--version", "--help", "status", "is-active"} & set(rest):
        return False
    if name == "service":
        return bool(RESTARTS & set(rest))
    verb = next((word for word in rest if not word.startswith("-")), "")
    return not verbs or verb in verbs
