"""What commands delete: paths of `rm -r`, `rimraf` and their like, also inside package scripts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from ..flow.behaviour import Run
from ..model import Evidence, Location
from ..source.regex import regex
from .live import package_of
from .trails import script_name
from .types import Act, Project

_GLOB = regex(r"[\"']?([\w.@-]+(?:/[\w.@-]+)*)/\*{1,2}[\"']?")
_RUNNERS = frozenset({"npx", "bunx", "pnpx"})
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})


class Removal(Struct, frozen=True):
    """A deleted path; `known` when it is absolute or surely relative to the root."""

    path: str
    known: bool
    evidence: tuple[Evidence, ...] = ()
    rest: bool = False
    """Whether the command goes on with something that may fail, as `rimraf dist && tsc` does."""


def removals(
    run: Run, folder: str | None, project: Project, acts: dict[int, Act], depth: int = 0
) -> Iterator[Removal]:
    """What a command deletes, in the package scripts that it runs as well.

    `folder` is where it runs, as `live.spot` tells it.
    """
    for path, known in _deleted(run):
        if known or folder is not None:
            yield Removal(
                path if known else posixpath.normpath(posixpath.join(folder or "", path)), known
            )
    if run.name not in _MANAGERS or depth > 2:
        return
    name = script_name(run)
    package = package_of(run.directory, project) if name else None
    home = posixpath.dirname(package.path) if package else ""
    for script in package.scripts if package else ():
        act = acts.get(id(script.script))
        if script.name not in (name, f"pre{name}", f"post{name}") or act is None:
            continue
        for inner in act.behaviour.runs:
            for removal in (
                removals(inner, inner.directory, project, acts, depth + 1)
                if inner.reach == "reached"
                else ()
            ):
                where = Evidence(
                    Location(inner.path, inner.span), f"`{name}` deletes `{removal.path}`"
                )
                yield Removal(
                    _moved(removal.path, home, run.directory),
                    known=run.directory is not None,
                    evidence=removal.evidence or (where,),
                    rest=True,
                )


def _moved(path: str, home: str, directory: str | None) -> str:
    """A path of the checkout, seen from the directory that the checkout is installed in."""
    if directory is None or not directory.startswith("/") or path.startswith("/"):
        return path
    return posixpath.normpath(posixpath.join(directory, posixpath.relpath(path, home or ".")))


def _deleted(run: Run) -> Iterator[tuple[str, bool]]:
    words = list(run.arguments)
    name = run.name
    at = 0
    if name in _RUNNERS or (name in _MANAGERS and words[:1] in (["exec"], ["dlx"], ["rimraf"])):
        at = next(
            (
                n
                for n, w in enumerate(words)
                if w is not None and not w.startswith("-") and w not in ("exec", "dlx")
            ),
            0,
        )
        name = words[at] or "" if words else ""
        at += 1
    if name == "shx" and words[at : at + 1] == ["rm"]:
        name, at = "rm", at + 1
    given = range(at, len(words))
    if name == "rm":
        options = [w for n in given if (w := words[n]) is not None and w.startswith("-")]
        if not any(
            o == "--recursive" or (o[1:2] != "-" and set(o[1:]) & set("rR")) for o in options
        ):
            return
    elif name not in ("rimraf", "del-cli", "del"):
        return
    for nth in given:
        word = words[nth]
        if word is not None and word.startswith("-"):
            continue
        path = run.paths[nth]
        if word is None:
            bare = _GLOB.fullmatch(run.words[nth + 1].raw) if nth + 1 < len(run.words) else None
            if bare is None:
                continue
            word = bare[1]
            path = (
                None
                if run.directory is None
                else posixpath.normpath(posixpath.join(run.directory, word))
            )
        elif word.endswith(("/*", "/**")):
            word, path = word.rpartition("/")[0], path and path.rpartition("/")[0]
        if path:
            yield path, True
        elif word and not word.startswith(("/", "~", "$")):
            yield posixpath.normpath(word), False
