"""The command that a command line really runs, behind `sudo`, `env`, `timeout` and their like."""

from __future__ import annotations

import posixpath

from ..source.regex import regex

_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")

WRAPPERS: dict[str, tuple[str, int]] = {
    "sudo": ("-u -g -h -p -C -r -t -T -U -D -R --user --group --chdir --host --prompt", 0),
    "doas": ("-u -C", 0),
    "env": ("-u -C --unset --chdir", 0),
    "nohup": ("", 0),
    "nice": ("-n --adjustment", 0),
    "ionice": ("-c -n -p --class --classdata", 0),
    "timeout": ("-k -s --kill-after --signal", 1),
    "time": ("-o -f", 0),
    "exec": ("-a", 0),
    "command": ("", 0),
    "builtin": ("", 0),
    "xargs": ("-n -P -I -L -d -a -s -E --max-args --max-procs --replace --delimiter --arg-file", 0),
    "stdbuf": ("-i -o -e", 0),
    "setsid": ("", 0),
    "chroot": ("", 1),
    "runuser": ("-u -g --user --group", 0),
    "flock": ("-w -E --timeout --conflict-exit-code", 1),
    "chronic": ("", 0),
    "unbuffer": ("", 0),
    "eatmydata": ("", 0),
    "sshpass": ("-p -f -d -P", 0),
    "tini": ("", 0),
    "dumb-init": ("", 0),
    "gosu": ("", 1),
    "su-exec": ("", 1),
    "as_root": ("", 0),
    "run_as_root": ("", 0),
    "maybe_sudo": ("", 0),
}
"""Commands that run another one: options that take a value, and operands before that command.

From their manual pages (sudo 1.9, coreutils 9, findutils 4.9, util-linux 2.38, moreutils). The last
three are what scripts call their own function around sudo.
"""

_BINARIES = regex(
    r"/(?:usr/)?(?:local/)?s?bin/[^/]+"
    r"|.*/(?:bin|\.bin)/(?:python3?|pip3?|uv|poetry|pipenv|alembic|flask|django-admin|celery|gunicorn|uvicorn|hypercorn"
    r"|daphne|waitress-serve|node|npm|npx|pnpm|yarn|pm2|prisma|next|tsc|vite)"
)
"""The programs of a machine, and what is only called by these names wherever it is installed."""
_QUERIES = frozenset({("command", "-v"), ("command", "-V"), ("sudo", "-v"), ("sudo", "-l")})


def effective(given: list[str | None]) -> tuple[int, tuple[str, ...], str]:
    """Where the real command begins among the words, the wrappers before it, and its name.

    The name is '' where it is unknown, and the wrapper's own where nothing follows it.
    """
    prefixes: list[str] = []
    at = 0
    while at < len(given):
        name = _plain(given[at])
        wrapper = WRAPPERS.get(name)
        if wrapper is None:
            return at, tuple(prefixes), name
        following = _behind(given, at, name, *wrapper)
        if following is None or following >= len(given):
            return at, tuple(prefixes), name
        prefixes.append(name)
        at = following
    return at, tuple(prefixes), ""


def tail(raw: str) -> str:
    """The name of a program in a folder of unknown value, as written: `"$VENV/bin/pip"`; '' for another."""
    path = raw.strip('"')
    return posixpath.basename(path) if _BINARIES.fullmatch(path) else ""


def _plain(word: str | None) -> str:
    if word is None:
        return ""
    if "/" not in word:
        return word
    return posixpath.basename(word) if _BINARIES.fullmatch(word) else word


def _behind(given: list[str | None], at: int, name: str, valued: str, operands: int) -> int | None:
    """Where the wrapped command begins; None where this is no wrapper after all."""
    takes = frozenset(valued.split())
    at += 1
    while at < len(given):
        word = given[at]
        if word is None:
            return at if operands == 0 else at + 1
        if (name, word) in _QUERIES:
            return None
        if word == "--":
            at += 1
            break
        if word in takes or _ends_in(word, takes):
            at += 2
        elif (word.startswith("-") and len(word) > 1) or (
            name in {"sudo", "env", "doas"} and _ASSIGNMENT.match(word)
        ):
            at += 1
        else:
            break
    return at + operands


def _ends_in(word: str, takes: frozenset[str]) -> bool:
    """Whether the last of several short options in one word takes the next word (`-iu app`)."""
    return (
        len(word) > 2
        and word[0] == "-"
        and word[1:].isalpha()
        and word[:2] not in takes
        and f"-{word[-1]}" in takes
    )
