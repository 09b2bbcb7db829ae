"""What happens when a command that has worked once is run again on the same machine.

The tables of effects say what a second run does; here it is told which of it matters: what is
not known, what is gone by then and what is no configuration is silent.
"""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from ..flow.behaviour import Run
from ..flow.effects import Effect, effects, plain
from ..source.regex import regex


class Repeat(Struct, frozen=True):
    """What a second run meets: `objects` name it, as guards and removals would."""

    objects: tuple[str, ...]
    fails: bool
    """Whether the command fails then; otherwise it adds the same once more."""
    why: str
    guard: str
    """What would have made it safe."""


def repeat(run: Run) -> Repeat | None:
    """What the second run of a command leads to, None where it is harmless or not known."""
    if run.name == "crontab":
        return _crontab(run)
    if run.name in _CLIENTS:
        found = _sql(run)
        if found is not None:
            return found
    told = [effect for effect in effects(run) if effect.repeats == "no"]
    return _created(run, told) or _appended(told)


def _created(run: Run, told: list[Effect]) -> Repeat | None:
    """What is there already when it is created again: every one of the targets, and for good."""
    made = [effect for effect in told if (effect.kind, effect.thing) in _LASTING]
    targets = tuple(effect.target for effect in made if effect.target is not None)
    if not made or len(targets) < len(made) or any(_fresh(target) for target in targets):
        return None
    first = made[0]
    if first.thing == "link":
        return _linked(run, first, targets[0])
    return Repeat(targets, first.again == "fails", first.why, first.guard)


_FOLDER = regex(r"/(?:s?bin|lib(?:64)?|etc|system|conf\.d|[\w-]+\.d|[\w-]+-(?:enabled|available))$")
"""What is a folder on every server, so that a link to it is put inside."""


def _linked(run: Run, effect: Effect, target: str) -> Repeat | None:
    source, given = plain(run)[1:3]
    inside = posixpath.join(target, posixpath.basename(source)) if source else None
    if given.endswith("/") or _FOLDER.search(target):
        if inside is None:
            return None
        why = effect.why.replace(target, inside)
        return Repeat((inside,), effect.again == "fails", why, effect.guard)
    objects = (target, inside) if inside else (target,)
    return Repeat(objects, effect.again == "fails", effect.why, effect.guard)


_LASTING = frozenset(
    {
        ("append", "firewall"), ("create", "checkout"), ("create", "config"), ("create", "container"),
        ("create", "context"), ("create", "database"), ("create", "database-user"), ("create", "folder"),
        ("create", "group"), ("create", "link"), ("create", "network"), ("create", "secret"),
        ("create", "swarm"), ("create", "user"), ("fetch", "checkout"), ("start", "app"),
    }
)  # fmt: skip
"""What is still there when a script runs again, unless the script itself takes it away."""

_FRESH = regex(r"^(?:/tmp|/var/tmp|/dev/shm|/run)(?:/|$)")


def _fresh(path: str) -> bool:
    """Whether a path is gone after a while anyway."""
    return _FRESH.match(path) is not None


# ── what is appended ─────────────────────────────────────────────────────────────────────────────

_STARTERS = frozenset({
    ".bashrc", ".bash_profile", ".bash_aliases", ".profile", ".zshrc", ".zprofile", ".zshenv", ".pgpass", ".npmrc",
    "authorized_keys",
})  # fmt: skip
_CONFIGURATION = regex(
    r"\.(?:conf|cnf|ini|cfg|env|service|rules|list)$|(?:^|/)\.env(?:\.[\w.-]+)?$|(?:^|/)crontab$"
)


def _appended(told: list[Effect]) -> Repeat | None:
    for effect in told:
        path = effect.target
        if effect.kind == "append" and path is not None and is_configuration(path):
            guard = effect.guard or f"`grep -qxF … {path} || …` before it"
            return Repeat((path,), False, f"`{path}` gets the same text once more", guard)
    return None


def is_configuration(path: str) -> bool:
    """Whether a file is read as configuration, so that what stands in it twice counts twice."""
    if _fresh(path) or path.startswith("/var/log/") or path.endswith(".log"):
        return False
    name = posixpath.basename(path)
    return path.startswith("/etc/") or name in _STARTERS or _CONFIGURATION.search(path) is not None


def _crontab(run: Run) -> Repeat | None:
    if run.arguments[-1:] != ("-",) and run.arguments:
        return None
    if "crontab" not in run.piped_from or {"grep", "sed", "awk", "sort", "uniq"} & set(
        run.piped_from
    ):
        return None
    return Repeat(
        ("crontab",),
        False,
        "the crontab gets the same line once more",
        "`crontab -l | grep -v …` in front, or a file in `/etc/cron.d`",
    )


# ── databases ────────────────────────────────────────────────────────────────────────────────────

_CLIENTS = frozenset({"psql", "mysql", "mariadb"})
_CREATE = regex(r"\bCREATE\s+(DATABASE|USER|ROLE)\s+(?!IF\b)[\"'`\\]*([\w${}.-]+)", re.IGNORECASE)
_ASKS_FIRST = regex(r"\\gexec|NOT\s+EXISTS|\bDO\s+\$|pg_roles|pg_database|EXCEPTION", re.IGNORECASE)


def created(text: str, client: str) -> Repeat | None:
    """What a text of SQL creates without asking whether it is there."""
    if _ASKS_FIRST.search(text):
        return None
    for found in _CREATE.finditer(text):
        before = text[: found.start()]
        kind, name = found[1].lower(), found[2]
        if not re.search(
            rf"\bDROP\s+\w+\s+(?:IF\s+EXISTS\s+)?[\"'`\\]*{re.escape(name)}\b",
            before,
            re.IGNORECASE,
        ):
            return Repeat((name,), True, f"the {kind} `{name}` exists then", _asked(client, kind))
    return None


def _asked(client: str, kind: str) -> str:
    if client != "psql":
        return "`IF NOT EXISTS`"
    catalogue = "pg_database" if kind == "database" else "pg_roles"
    return f"a look into `{catalogue}` before it"


def _sql(run: Run) -> Repeat | None:
    texts = [word or "" for word in run.arguments]
    if run.name == "psql":
        texts = [text for text in texts if not _fails_at_once(text)]
    return created(" ".join(texts), run.name)


_QUOTED = regex(r"'[^']*'|\"[^\"]*\"")
_IN_ITSELF = regex(r"\bCREATE\s+DATABASE\b", re.IGNORECASE)


def _fails_at_once(text: str) -> bool:
    """Whether psql runs `CREATE DATABASE` with more in one transaction, which PostgreSQL refuses."""
    statements = [each for each in _QUOTED.sub("", text).split(";") if each.strip()]
    return len(statements) > 1 and _IN_ITSELF.search(text) is not None
