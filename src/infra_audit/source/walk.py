"""Which files belong to a repository: what git knows or, without git, what `.gitignore` leaves."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from msgspec import Struct

from ..model import Skipped, UsageError

if TYPE_CHECKING:
    from subprocess import Popen

LARGEST = 2 * 1024 * 1024
"""Bytes beyond which a file is data, not source: the longest script of 46 repositories has 0.3 MB."""

LEFT_OUT = {
    "node_modules": "installed dependencies",
    "bower_components": "installed dependencies",
    "site-packages": "installed dependencies",
    ".venv": "installed dependencies",
    "venv": "installed dependencies",
    "Pods": "installed dependencies",
    ".yarn": "installed dependencies",
    ".pnpm-store": "installed dependencies",
    "vendor": "vendored code",
    "third_party": "vendored code",
    "third-party": "vendored code",
    ".next": "generated files",
    ".nuxt": "generated files",
    ".output": "generated files",
    ".svelte-kit": "generated files",
    ".turbo": "generated files",
    ".vercel": "generated files",
    "dist": "generated files",
    "coverage": "generated files",
    "__pycache__": "generated files",
    ".terraform": "generated files",
}
"""Names of folders that no one of this repository writes by hand, and what is in them."""

UNREADABLE = "cannot be read"
"""How the reason begins why a file that should be read is not."""

_EXAMPLES = 3

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_PATIENCE = 10
"""Seconds after which git is given up."""


class Tree(Struct, frozen=True):
    """The paths of a repository, relative to its root, `/`-separated and sorted."""

    root: str
    """Absolute, links resolved."""
    prefix: str
    """The root relative to the git root, '' or ending in `/`."""
    files: tuple[str, ...]
    """What may be read."""
    present: frozenset[str]
    """All that is there, also what was left out."""
    skipped: tuple[Skipped, ...]


def walk(root: str, exclude: tuple[str, ...] = (), listing: Popen[bytes] | None = None) -> Tree:
    """The files of the repository at the folder `root`.

    Inside git, those that are tracked or untracked but not ignored; elsewhere, or where git does
    not answer, those that the `.gitignore` files leave. `exclude` holds patterns in the manner of
    `.gitignore`. `listing` is what `begin` gave for this root, where it was called before. Raises
    UsageError for a pattern that is none.
    """
    root = os.path.realpath(root)
    top = git_root(root)
    paths = _listed_by_git(listing or begin(root))
    if paths is None:
        from .ignore import listed

        paths = listed(root)
    prefix = (
        "" if top is None or top == root else os.path.relpath(root, top).replace(os.sep, "/") + "/"
    )
    return _sorted_out(root, prefix, paths, _excluded(paths, exclude))


def git_root(folder: str) -> str | None:
    """The nearest folder from `folder` upwards that holds a `.git`, None outside of git."""
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def read(root: str, path: str) -> bytes | str:
    """The bytes of a file, or why it is not read: only regular files, never through a link."""
    full = f"{root}/{path}"
    if not _NO_FOLLOW and os.path.islink(full):
        return "symbolic link"
    try:
        handle = os.open(full, _FLAGS)
    except OSError as error:
        if os.path.islink(full):
            return "symbolic link"
        return f"{UNREADABLE}: {(error.strerror or 'unknown error').lower()}"
    try:
        about = os.fstat(handle)
        mode, size = about.st_mode, about.st_size
        if not stat.S_ISREG(mode):
            return "submodule" if stat.S_ISDIR(mode) else "not a regular file"
        if size > LARGEST:
            return f"larger than {LARGEST // 1024 // 1024} MiB"
        return os.read(handle, size + 1)
    except OSError as error:
        return f"{UNREADABLE}: {(error.strerror or 'unknown error').lower()}"
    finally:
        os.close(handle)


def head(root: str, path: str, most: int) -> tuple[bytes, int] | None:
    """The first `most` bytes of a file and its size; None where `read` would not read it either.

    It may be larger than what is read as a whole.
    """
    try:
        handle = os.open(f"{root}/{path}", _FLAGS)
    except OSError:
        return None
    try:
        about = os.fstat(handle)
        regular = stat.S_ISREG(about.st_mode) and (
            _NO_FOLLOW or not os.path.islink(f"{root}/{path}")
        )
        return (os.read(handle, most), about.st_size) if regular else None
    except OSError:
        return None
    finally:
        os.close(handle)


def begin(root: str) -> Popen[bytes] | None:
    """Let git begin to list the repository at `root`, while others do what they have to do.

    None outside of git, or where git is not there.
    """
    return _ask(root, "--cached", "--others", "--exclude-standard")


def kept_plain(root: str, paths: list[str]) -> frozenset[str]:
    """Those of the paths that git keeps, and hands out on Linux, without carriage returns.

    Where it says nothing, none: then a file is what the folder holds.
    """
    listed = _listed_by_git(_ask(root, "--cached", "--eol", "--", *paths)) or []
    found = [line.partition("\t") for line in listed]
    return frozenset(
        path
        for about, _, path in found
        if about.startswith(("i/lf", "i/none")) and "eol=crlf" not in about
    )


def tracked(root: str, paths: list[str]) -> frozenset[str]:
    """Those of the paths that git keeps; all of them where it is not there."""
    listed = _listed_by_git(_ask(root, "--cached", "--", *paths))
    return frozenset(paths if listed is None else listed)


def _ask(root: str, *options: str) -> Popen[bytes] | None:
    """Start `git ls-files`; nothing that its configuration names is run or fetched.

    What one person's machine ignores does not count.
    """
    root = os.path.realpath(root)
    top = git_root(root)
    if top is None:
        return None
    import subprocess

    command = [
        "git",
        "-c", "core.fsmonitor=false",
        "-c", "core.excludesFile=/dev/null",
        "-c", "protocol.allow=never",
        "-c", "core.hooksPath=/dev/null",
        "-c", "core.quotePath=false",
        f"--git-dir={os.path.join(top, '.git')}",
        f"--work-tree={top}",
        "ls-files", "-z", *options,
    ]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    environment |= {"GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}
    environment |= {"GIT_LITERAL_PATHSPECS": "1"}
    try:
        return subprocess.Popen(  # noqa: S603 - git, with words of ours
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None


def _listed_by_git(listing: Popen[bytes] | None) -> list[str] | None:
    """Paths from git, None where it is not there or refuses.

    A pipe in place of a file of git's own would keep it waiting for ever: it is given up then.
    """
    if listing is None:
        return None
    from subprocess import TimeoutExpired

    with listing:
        try:
            answer, _ = listing.communicate(timeout=_PATIENCE)
        except TimeoutExpired:
            listing.kill()
            return None
    if listing.returncode:
        return None
    return [os.fsdecode(path) for path in answer.split(b"\0") if path]


def _excluded(paths: list[str], exclude: tuple[str, ...]) -> frozenset[str]:
    if not exclude:
        return frozenset()
    from .patterns import patterns

    for pattern in exclude:
        try:
            patterns([pattern])
        except ValueError as error:
            raise UsageError(
                f"exclude: `{pattern}` is no pattern: write it as in .gitignore"
            ) from error
    return frozenset(patterns(exclude).match_files(paths))


def _sorted_out(root: str, prefix: str, paths: list[str], excluded: frozenset[str]) -> Tree:
    files: list[str] = []
    present: set[str] = set()
    left: dict[str, list[str]] = {}
    modules = _submodules(root)
    away = _away(root, paths)
    reasons: dict[str, str | None] = {}
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder not in reasons:
            reasons[folder] = _left_out(folder)
        if not path.isascii():
            clean = path.encode(errors="surrogateescape").decode(errors="replace")
            if clean != path:
                left.setdefault("names that are not UTF-8", []).append(clean)
                continue
        if folder in away or path.startswith("/"):
            left.setdefault("outside of the repository, or behind a symbolic link", []).append(path)
            continue
        present.add(path.rstrip("/"))
        reason = reasons[folder]
        if path.endswith("/") or (modules and f"{path}/".startswith(modules)):
            reason = "submodules and nested repositories"
        if path in excluded:
            reason = "excluded by the configuration"
        if reason:
            left.setdefault(reason, []).append(path)
        else:
            files.append(path)
    skipped = tuple(
        Skipped(reason, len(found), tuple(sorted(found)[:_EXAMPLES]))
        for reason, found in sorted(left.items())
    )
    return Tree(root, prefix, tuple(sorted(set(files))), frozenset(present), skipped)


def _away(root: str, paths: list[str]) -> frozenset[str]:
    """The folders of `paths` that lead elsewhere: git's index can name what no folder here holds."""
    away: dict[str, bool] = {"": False}
    for path in paths:
        if path.rpartition("/")[0] in away:
            continue
        at = path.find("/")
        above = ""
        while at >= 0:
            folder = path[:at]
            if folder not in away:
                odd = folder.rpartition("/")[2] in ("", ".", "..")
                away[folder] = odd or away[above] or os.path.islink(os.path.join(root, folder))
            above = folder
            at = path.find("/", at + 1)
    return frozenset(folder for folder, leads_away in away.items() if leads_away)


def _left_out(folder: str) -> str | None:
    return next((LEFT_OUT[name] for name in folder.split("/") if name in LEFT_OUT), None)


def _submodules(root: str) -> tuple[str, ...]:
    """The folders of submodules, each with a `/` behind it."""
    content = read(root, ".gitmodules")
    if isinstance(content, str):
        return ()
    found = []
    for line in content.decode(errors="replace").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "path":
            found.append(value.strip().strip('"') + "/")
    return tuple(found)
