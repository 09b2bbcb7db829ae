"""Files of the repository that scripts lay where they are used, often under another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import basename, join, normpath

from ..flow.behaviour import Run
from ..source.regex import regex
from .spots import spots
from .types import Act

_COPIES = frozenset({"scp", "rsync", "cp", "mv", "install"})
_VALUED = frozenset({
    "-i", "-P", "-o", "-F", "-J", "-c", "-l", "-S", "-e", "--rsh", "-m", "-g", "--mode", "--owner", "--group",
})  # fmt: skip
"""Options of these commands that take the next word."""
_ASKS = frozenset({"test", "case", "arithmetic", "command -v", "grep", "diff", "cmp"})
_HOST = regex(r"(?:\$\{\{.*?\}\}|\$\{[^}]*\}|[^/\s:])+:(?!//)")
"""What stands before a path on another machine."""

Laid = dict[str, dict[str, str]]
"""By a place, as `place` tells it: the file of the repository there, by the path of what copies it."""


def laid(acts: Iterable[Act], paths: Iterable[str]) -> Laid:
    """Where scripts copy some of the `paths` of the repository; what a condition decides on tells nothing."""
    known = frozenset(paths)
    found: Laid = {}
    for act in acts:
        runs = act.behaviour.runs
        if any(run.name in _COPIES for run in runs):
            for run, spot in zip(runs, spots(runs, act.script), strict=True):
                if run.name in _COPIES and run.reach == "reached" and not _is_doubtful(run):
                    for told, path in _of(run, spot, act, known):
                        found.setdefault(told, {})[act.script.path] = path
    return found


def lying(copies: Laid, told: str, act: Act) -> str | None:
    """The file at a place for a script: as its own file copies it, else as all do that copy one there."""
    known = copies.get(told, {})
    found = {known[act.script.path]} if act.script.path in known else {*known.values()}
    return found.pop() if len(found) == 1 else None


def place(path: str, folder: str | None, remote: bool, act: Act) -> str | None:
    """How a path is told that a run names in `folder`; None where that is not known.

    It is absolute or led by `~/` or a variable, or begins with the script that alone means it.
    """
    whole = path if path[:1] in "/~$" else None if folder is None else join(folder, path)
    if whole is None or "{{" in whole:
        return None
    whole = normpath(whole.replace("${HOME}/", "~/").replace("$HOME/", "~/"))
    if whole[:1] in "/~$":
        return whole
    return f"~/{whole}" if remote else f"{act.script.path}:{whole}"


def _is_doubtful(run: Run) -> bool:
    """Whether more decides than that the commands before it worked: `cd /srv/shop && cp …`."""
    if not run.guards:
        return run.conditional
    return any(guard.negated or guard.kind in _ASKS for guard in run.guards)


def _of(run: Run, spot: str | None, act: Act, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    words = [word.raw.strip("\"'") for word in run.words[1:]]
    after = [False, *(word in _VALUED for word in words)]
    operands = [
        run.arguments[n] or word if len(words) == len(run.arguments) else word
        for n, word in enumerate(words)
        if not word.startswith("-") and not after[n]
    ]
    if len(operands) < 2:
        return
    *sources, last = operands
    host = _HOST.match(last)
    to = last[host.end() :] if host else last
    folder = to.endswith("/") or len(sources) > 1
    for source in sources:
        path = _ours(source, spot, known)
        target = join(to, basename(source)) if folder else to
        if path is None or (not folder and "." not in basename(to)):
            continue
        told = place(target, "" if host else spot, bool(host) or run.remote is not None, act)
        if told is not None:
            yield told, path


def _ours(source: str, spot: str | None, known: frozenset[str]) -> str | None:
    """The path of the repository that a copy takes, also where a server holds it."""
    bare = normpath(source)
    relative = normpath(join(spot, bare)) if spot and spot[:1] not in "/~$" else bare
    if relative in known:
        return relative
    ends = [path for path in known if f"/{bare}".endswith(f"/{path}")]
    return max(ends, key=len, default=None)
