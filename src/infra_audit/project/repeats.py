"""What happens when a command that has worked once is run again on the same machine.

After the manual pages of shadow-utils 4.13, coreutils 9, git 2.39, Docker 27, PostgreSQL 16 and
MySQL 8. What is not listed is unknown, and unknown is silent.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from msgspec import Struct

from ..flow.behaviour import Run
from ..source.regex import regex


class Repeat(Struct, frozen=True):
    """What a second run meets: `objects` name it, as guards and removals would."""

    objects: tuple[str, ...]
    fails: bool
    """Whether the command fails then; otherwise it adds the same once more."""
    why: str


def repeat(run: Run) -> Repeat | None:
    """What the second run of a command leads to, None where it is harmless or not known."""
    told = _COMMANDS.get(run.name)
    found = told(run) if told is not None else None
    return found or _appended(run)


def _split(run: Run, valued: str = "") -> tuple[list[str], list[int]]:
    """The options of a run, and where its operands stand among its arguments."""
    takes = frozenset(valued.split())
    options: list[str] = []
    operands: list[int] = []
    at = 0
    while at < len(run.arguments):
        word = run.arguments[at]
        if word == "--":
            operands += range(at + 1, len(run.arguments))
            break
        if word is not None and word.startswith("-") and len(word) > 1:
            options.append(word)
            at += word in takes
        else:
            operands.append(at)
        at += 1
    return options, operands


def _has(options: list[str], letter: str, *names: str) -> bool:
    return any(o in names or (letter in o[1:] and not o.startswith("--")) for o in options if o)


# ── users, files, checkouts ──────────────────────────────────────────────────────────────────────

_USER_VALUES = (
    "-b -c -d -e -f -g -G -k -K -p -P -R -s -u -Z --base-dir --comment --home-dir --home --expiredate --inactive"
    " --gid --groups --skel --key --password --prefix --root --shell --uid --ingroup --gecos --conf --firstuid"
)


def _user(run: Run) -> Repeat | None:
    options, operands = _split(run, _USER_VALUES)
    if len(operands) != 1 or {"-D", "--defaults", "--help"} & set(options):
        return None
    if run.name in ("adduser", "addgroup") and "--system" in options:
        return None
    group = "group" in run.name
    if run.name == "groupadd" and _has(options, "f", "--force"):
        return None
    name = run.arguments[operands[0]]
    if name is None:
        return None
    return Repeat((name,), True, f"the {'group' if group else 'user'} `{name}` exists then")


def _mkdir(run: Run) -> Repeat | None:
    options, operands = _split(run, "-m --mode")
    if _has([o for o in options if o != "-m"], "p", "--parents"):
        return None
    paths = [run.paths[at] for at in operands]
    if not paths or any(path is None or _fresh(path) for path in paths):
        return None
    known = tuple(path for path in paths if path is not None)
    return Repeat(known, True, f"`{known[0]}` exists then")


def _link(run: Run) -> Repeat | None:
    options, operands = _split(run, "-S --suffix -t --target-directory")
    if not _has(options, "s", "--symbolic") or _has(options, "f", "--force") or len(operands) != 2:
        return None
    if _has(options, "t", "--target-directory") or _has(options, "b", "--backup"):
        return None
    target, source = run.paths[operands[1]], run.arguments[operands[0]]
    if target is None or _fresh(target):
        return None
    objects = [target]
    if source is not None:
        objects.append(posixpath.join(target, posixpath.basename(source)))
    return Repeat(tuple(objects), True, f"the link `{target}` exists then")


def _git(run: Run) -> Repeat | None:
    options, operands = _split(
        run,
        "-b --branch --depth -o --origin -c --config --reference -j --jobs --filter --template -C",
    )
    words = [run.arguments[at] for at in operands]
    if not words or words[0] != "clone" or "-C" in options or "--help" in options:
        return None
    if len(words) == 3:
        path = run.paths[operands[2]]
    elif len(words) == 2 and words[1] and run.directory is not None:
        name = posixpath.basename(words[1].rstrip("/")).removesuffix(".git")
        path = posixpath.join(run.directory, name) if name else None
    else:
        path = None
    if path is None or _fresh(path):
        return None
    return Repeat((path,), True, f"`{path}` exists then and is not empty")


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


def _appended(run: Run) -> Repeat | None:
    paths = [
        target
        for (operator, _), target in zip(run.redirects, run.targets, strict=True)
        if operator in (">>", "1>>", "&>>") and target is not None
    ]
    if run.name == "tee":
        options, operands = _split(run)
        if _has(options, "a", "--append"):
            paths += [path for at in operands if (path := run.paths[at]) is not None]
    for path in paths:
        if is_configuration(path):
            return Repeat((path,), False, f"`{path}` gets the same text once more")
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
    return Repeat(("crontab",), False, "the crontab gets the same line once more")


# ── databases and containers ─────────────────────────────────────────────────────────────────────

_CREATE = regex(r"\bCREATE\s+(DATABASE|USER|ROLE)\s+(?!IF\b)[\"'`\\]*([\w${}.-]+)", re.IGNORECASE)
_ASKS_FIRST = regex(r"\\gexec|NOT\s+EXISTS|\bDO\s+\$|pg_roles|pg_database|EXCEPTION", re.IGNORECASE)


def created(text: str) -> Repeat | None:
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
            return Repeat((name,), True, f"the {kind} `{name}` exists then")
    return None


def _sql(run: Run) -> Repeat | None:
    texts = [word or "" for word in run.arguments]
    if run.name == "psql":
        texts = [text for text in texts if not _fails_at_once(text)]
    return created(" ".join(texts))


_QUOTED = regex(r"'[^']*'|\"[^\"]*\"")
_IN_ITSELF = regex(r"\bCREATE\s+DATABASE\b", re.IGNORECASE)


def _fails_at_once(text: str) -> bool:
    """Whether psql runs `CREATE DATABASE` with more in one transaction, which PostgreSQL refuses."""
    statements = [each for each in _QUOTED.sub("", text).split(";") if each.strip()]
    return len(statements) > 1 and _IN_ITSELF.search(text) is not None


def _createdb(run: Run) -> Repeat | None:
    _, operands = _split(
        run,
        "-h -p -U -O -E -l -T -D --host --port --username --owner --encoding --template -c -g -m",
    )
    name = run.arguments[operands[0]] if operands else None
    kind = "database" if run.name == "createdb" else "user"
    return None if name is None else Repeat((name,), True, f"the {kind} `{name}` exists then")


def _docker(run: Run) -> Repeat | None:
    words = [word or "" for word in run.arguments]
    if words[:2] == ["network", "create"] and words[-1] and not words[-1].startswith("-"):
        return Repeat((words[-1],), True, f"the network `{words[-1]}` exists then")
    if words[:1] != ["run"] or "--rm" in words:
        return None
    name = next((w[7:] for w in words if w.startswith("--name=")), "")
    if not name and "--name" in words[:-1]:
        name = words[words.index("--name") + 1]
    return Repeat((name,), True, f"a container `{name}` exists then") if name else None


_COMMANDS: dict[str, Callable[[Run], Repeat | None]] = {
    "useradd": _user,
    "adduser": _user,
    "groupadd": _user,
    "addgroup": _user,
    "mkdir": _mkdir,
    "ln": _link,
    "git": _git,
    "crontab": _crontab,
    "psql": _sql,
    "mysql": _sql,
    "mariadb": _sql,
    "createdb": _createdb,
    "createuser": _createdb,
    "docker": _docker,
    "podman": _docker,
}
