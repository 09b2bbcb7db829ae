"""Backups that never leave the machine that they are of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome, Satisfied, Undecided
from ..project.copies import (
    LASTING,
    NAMED,
    called_backup,
    packs_in_container,
    suggested_by_code,
    unread_clock,
)
from ..project.inside import contains
from ..project.off_host import sends, taken_away
from ..project.types import Act, Project, Store
from ..project.unset import unset
from ..project.written_to import Paths, outputs
from ..source.regex import regex

_HOSTED = frozenset({"server", "containers"})
_CLOCKS = frozenset({"cron", "timer"})
_ELSEWHERE = frozenset({"schedule", "deploy-job", "ci-job", "compose", "image"})
"""Hosts that are another machine, or a container whose folders are mounted from somewhere."""
_MOUNTED = regex(
    r"^/(?:mnt|media|volumes?|nfs|net|shares?|backups?|data|storage|nas|run|dev|[a-z]:)(?:/|$)"
    r"|(?:^|[/_.-])(?:nas|nfs|smb|cifs|s3|cloud|remote|off-?site|dropbox|g-?drive|google-?drive|onedrive|nextcloud|sync\w*|mnt|mount\w*"
    r"|external|usb|volume\d*|hdd\d*|storage-?box)(?:[/_.-]|$)",
    re.IGNORECASE,
)
"""Folders that may be those of another disk or machine."""
_CALM = frozenset((
    "", ":", "[", "[[", "test", "true", "false", "echo", "printf", "date", "mkdir", "cd", "pwd", "dirname", "basename", "find", "rm", "ls", "sort",
    "head", "tail", "wc", "grep", "awk", "sed", "cut", "tr", "xargs", "gzip", "pigz", "zstd", "xz", "bzip2", "gunzip", "tee", "cat", "mv", "cp",
    "chmod", "chown", "ln", "touch", "du", "df", "stat", "sleep", "exit", "return", "set", "export", "local", "readonly", "declare", "source", ".",
    "trap", "shift", "read", "exec", "command", "flock", "docker", "docker-compose", "podman", "pg_dump", "pg_dumpall", "pg_restore",
    "pg_isready", "psql", "mysqldump", "mariadb-dump", "mysql", "mongodump", "sqlite3", "gpg", "openssl", "age", "sha256sum", "md5sum", "tar",
    "logger", "umask", "unset", "which", "type", "hostname", "whoami", "id", "seq", "expr", "let", "test", "mktemp", "curl", "wget", "nice", "ionice",
    "hash", "break", "continue", "wait", "zcat", "uniq", "realpath", "readlink", "sudo", "su", "install", "truncate", "split", "systemctl",
))  # fmt: skip
"""Commands that take nothing to another machine, `curl` where it uploads nothing."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "/var/run/postgresql", "/run/postgresql"})
_HOST = frozenset({"-h", "--host", "--uri", "-H", "--context"})
_WAY_BACK = regex(
    r"(?:^|[-_.])(?:pre|before|rollback|release|deploy|upgrade|update)", re.IGNORECASE
)
"""In the name of a script that keeps what a release may have to go back to."""
_OTHER_USE = regex(
    r"restor|import|seed|clone|pull|migrat|export|dev|local|test|staging|fixture|schema",
    re.IGNORECASE,
)


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each script that makes backups, by the clock of the server or by hand."""
    found = [act for act in project.acts if _backs_up(act)]
    if not found or not _is_hosted(project):
        return
    declared = next((d for d in project.declarations if d.topic == "backup"), None)
    for act in found:
        if declared is not None:
            yield Satisfied(declared.location, f"declared: {declared.value}")
        else:
            yield from _judged(act, project)


def _is_hosted(project: Project) -> bool:
    return project.kind.name in _HOSTED or any(d.self_hosted for d in project.deployables)


def _backs_up(act: Act) -> bool:
    name = act.script.path.rpartition("/")[2]
    if act.purpose != "production" or act.script.origin != "file" or _OTHER_USE.search(name):
        return False
    if _ELSEWHERE.intersection(act.reached_by):
        return False
    return called_backup(act) if _is_clocked(act) else _is_by_hand(act, name)


def _is_clocked(act: Act) -> bool:
    return bool(act.trail) and bool(_CLOCKS.intersection(act.reached_by))


def _is_by_hand(act: Act, name: str) -> bool:
    """Whether people, or other scripts, make a backup with a script; a release's way back is none."""
    meant = NAMED.search(name) is not None and not _WAY_BACK.search(name)
    return meant and act.role in ("backup", "unknown")


def _judged(act: Act, project: Project) -> Iterator[Outcome]:
    clocked = _is_clocked(act)
    paths = Paths(act, None if clocked else unset(act, project))
    functions = {routine.name for routine in act.behaviour.functions}
    for nth, run in enumerate(act.behaviour.runs):
        store = _store(run, project)
        if run.reach != "reached" or store is None:
            continue
        where = Location(run.path, run.span)
        folders = {folder for _, folder in outputs(nth, act, paths)}
        folder = next(iter(folders), None)
        if len(folders) != 1 or folder is None or _MOUNTED.search(folder):
            yield Undecided(where, "whether it is written to this machine is not shown")
            return
        sent = next((r for r in act.behaviour.runs if r.reach == "reached" and sends(r)), None)
        if sent is not None:
            yield Satisfied(Location(sent.path, sent.span), f"`{sent.name}` takes it elsewhere")
            return
        doubt = _doubt(run, act, functions)
        if doubt is None:
            away = taken_away(folder, project) or suggested_by_code(project)
            away = away or (None if clocked else unread_clock(project))
            doubt = None if away is None else f"{away[1]} ({away[0].path})"
        if doubt is not None:
            yield Undecided(where, doubt)
            return
        yield _match(run, act, folder, store)
        return


def _store(run: Run, project: Project) -> Store | None:
    """The store of this machine that a run copies: the service that it names, else the first of its engine."""
    engine = effects.dumps(run)
    if engine:
        found = [s for s in project.stores if s.engine == engine and _is_here(s)]
    else:
        found = [s for s in project.stores if _is_here(s)] if packs_in_container(run) else []
    if len(found) > 1:
        named = {
            Location(compose.path, service.span)
            for compose in project.composes
            for service in compose.services
            if service.name in run.arguments
        }
        found.sort(key=lambda store: store.location not in named)
    return found[0] if found else None


def _is_here(store: Store) -> bool:
    return store.engine in LASTING and store.hosted and not store.managed and not store.replicated


def _doubt(run: Run, act: Act, functions: set[str]) -> str | None:
    """Why the script may read another machine's data, or take what it has made away."""
    if run.remote is not None or any(_is_far(run, nth) for nth in range(len(run.words) - 1)):
        return "the database may be another machine's"
    if any(run.span != r.span and contains(r.span, run.span) for r in act.behaviour.runs):
        return "another shell, perhaps a container's, writes it"
    if {"PGHOST", "MYSQL_HOST", "DOCKER_HOST"} & {
        *act.behaviour.variables,
        *act.behaviour.defaults,
        *(name for name, _ in run.environment),
    }:
        return "the database may be another machine's"
    for other in act.behaviour.runs:
        if other.reach != "unreachable" and (
            other.name not in _CALM | functions or other.remote is not None
        ):
            return f"what `{other.name or 'a command'}` does with it is not shown"
    return None


def _is_far(run: Run, nth: int) -> bool:
    """Whether a word of a dump may name the server that it asks."""
    word, after = run.words[nth + 1].raw.strip("\"'"), run.words[nth].raw
    if "://" in word:
        return not any(f"@{host}" in word or f"//{host}" in word for host in _LOCAL)
    if after in _HOST or word.startswith(("--host=", "--uri=", "tcp:", "ssh:")):
        return word.rpartition("=")[2] not in _LOCAL
    return _ADDRESS.search(word) is not None


_ADDRESS = regex(r"\$\{?\w*(?:URL|URI|DSN|CONN|HOST)|\bhost=")


def _match(run: Run, act: Act, folder: str, store: Store) -> Match:
    return Match(
        location=Location(run.path, run.span),
        values={
            "path": act.script.path,
            "folder": folder if folder != "." else "the working directory",
        },
        evidence=(
            Evidence(store.location, "the data, on the same machine"),
            *(
                e
                for e in act.trail[:1]
                if e.location.path != run.path or e.location.span != run.span
            ),
        ),
    )
