"""The compose files of the repository that a run comes to, wherever a server holds them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from posixpath import basename, dirname, join, normpath

from msgspec import Struct

from ..flow.behaviour import Run
from ..source.regex import regex
from .laid import Laid, laid, lying, place
from .levels import within
from .rounds import Round, around, rounds
from .spots import spots
from .types import Act, Project

DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""What compose looks for where no file is named, the first that is there."""
FILE_OPTIONS = frozenset({"-f", "--file", "-c", "--compose-file"})
"""Options of compose that name a file."""
_INCLUDES = regex(r"-\s+(?:path:\s*)?(\S+?\.ya?ml)\b")
"""An item of `include:` as a script writes it."""

Named = tuple[tuple[str | None, str | None], ...]
"""Files as they are written, with the places that they name, where these are known."""


class Known(Struct, frozen=True):
    """What tells which files of the repository a run comes to."""

    paths: frozenset[str]
    included: dict[str, tuple[str, ...]]
    """By the path of a compose file all that it includes, and that they include."""
    copied: Laid
    listed: dict[str, tuple[str, ...]]
    """By the place of a compose file that a script writes, the files that it makes it include."""

    def with_included(self, files: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
        """Files with all that they include, and which of them that is."""
        more = [p for path in files for p in self.included.get(path, ()) if p not in files]
        return (*files, *dict.fromkeys(more)), frozenset(more)


def known_files(project: Project) -> Known:
    """What tells which compose files of the repository runs come to."""
    paths = frozenset(compose.path for compose in project.composes)
    return Known(paths, _included(project), laid(project.acts, paths), _listed(project.acts, paths))


def named_files(run: Run, act: Act, files: Named, known: Known) -> Iterator[tuple[str, ...]]:
    """The compose files that a run takes together, once for each round of a loop."""
    elsewhere = _elsewhere(run, act, files, known) if known.copied or known.listed else ()
    if elsewhere:
        yield elsewhere
        return
    turns = [_in(turn, run, act, known.paths) for turn in rounds(run, act, known.paths)]
    if any(turns):
        yield from filter(None, turns)
        return
    found = _files(files, known.paths) if files else _default(run, known.paths)
    if found:
        yield found


def _included(project: Project) -> dict[str, tuple[str, ...]]:
    own = {
        compose.path: [
            normpath(join(dirname(compose.path), value.literal))
            for value in compose.includes
            if value.literal
        ]
        for compose in project.composes
        if compose.includes
    }
    found: dict[str, tuple[str, ...]] = {}
    for path, given in own.items():
        queue, every = list(given), dict.fromkeys(given)
        while queue:
            more = [p for p in own.get(queue.pop(), ()) if p not in every]
            every.update(dict.fromkeys(more))
            queue += more
        found[path] = tuple(every)
    return found


def _elsewhere(run: Run, act: Act, files: Named, known: Known) -> tuple[str, ...]:
    """The files of the repository behind those that scripts have put where compose reads them, if all are."""
    at = _spot(run, act)

    def sources(name: str) -> tuple[str, ...]:
        told = place(name, at, run.remote is not None, act) or ""
        path = lying(known.copied, told, act)
        return (path,) if path else known.listed.get(told, ())

    if not files:
        return next((found for name in DEFAULTS if (found := sources(name))), ())
    every = [sources(written or "") for written, _ in files]
    return tuple(path for each in every for path in each) if all(every) else ()


def _spot(run: Run, act: Act) -> str | None:
    runs = act.behaviour.runs
    return spots(runs, act.script)[next(n for n, each in enumerate(runs) if each is run)]


def _in(turn: Round, run: Run, act: Act, paths: frozenset[str]) -> tuple[str, ...]:
    """The files that are started in one round of a loop, where its words name any."""
    named = [after for word, after in pairwise(run.written) if word in FILE_OPTIONS]
    if named:
        found = [next((p for p in turn.ends(raw) if p in paths), "") for raw in named]
        return tuple(found) if all(found) else ()
    loop = around(run, act.script)
    moves = [
        other.words[-1].raw
        for other in act.behaviour.runs
        if other.name in ("cd", "pushd")
        and loop is not None
        and within(other.span, loop.span)
        and other.span <= run.span
    ]
    if not moves or turn.variable not in moves[-1]:
        return ()
    ends = (f"{folder}/{name}" for folder in turn.ends(moves[-1]) for name in DEFAULTS)
    return next(((path,) for path in ends if path in paths), ())


def _listed(acts: tuple[Act, ...], paths: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """By the place of a compose file that a script writes, the files that it makes it include."""
    found: dict[str, list[str]] = {}
    for act in acts:
        for run in act.behaviour.runs:
            to = run.redirects[0][1] if run.redirects and run.name in ("echo", "printf") else None
            if to is None or not run.loop or basename(to) not in DEFAULTS:
                continue
            told = place(to, _spot(run, act), run.remote is not None, act)
            item = _INCLUDES.search(run.words[-1].raw)
            if told is None or item is None:
                continue
            for turn in rounds(run, act, paths):
                ends = (path for path in turn.ends(item[1]) if path in paths)
                found.setdefault(told, []).extend(list(ends)[:1])
    return {told: tuple(dict.fromkeys(each)) for told, each in found.items()}


def _files(files: Named, paths: frozenset[str]) -> tuple[str, ...]:
    """The files of the repository that are named, told by the end of their paths."""
    found: list[str] = []
    for written, told in files:
        if told is not None and told in paths:
            found.append(told)
        elif written is not None:
            bare = written.removeprefix("./")
            ends = [p for p in sorted(paths) if bare == p or bare.endswith(f"/{p}")]
            ends = ends or [p for p in sorted(paths) if basename(p) == basename(bare)]
            if ends:
                found.append(max(ends, key=len) if bare in ends else min(ends, key=len))
    return tuple(dict.fromkeys(found))


def _default(run: Run, paths: frozenset[str]) -> tuple[str, ...]:
    """The file that compose finds by itself: in the working directory, or on a server in the root."""
    folder = run.directory
    if folder is None or folder.startswith("/"):
        last = basename(folder or "")
        inner = [p for p in sorted(paths) if last and basename(dirname(p)) == last]
        for name in DEFAULTS:
            found = [p for p in inner if basename(p) == name]
            if found:
                return (min(found, key=len),)
        folder = ""
    here = "" if folder in ("", ".") else f"{folder}/"
    return next(((f"{here}{name}",) for name in DEFAULTS if f"{here}{name}" in paths), ())
