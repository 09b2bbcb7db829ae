"""Read what matters of a repository: every relevant file becomes a document, or says why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import ModuleType
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ..model import START, Location, Problem, Skipped
from ..source.allow import MARK, Allow, allows
from ..source.halves import begin
from ..source.text import Text
from ..source.walk import LARGEST, UNREADABLE, Tree, head, kept_plain, tracked
from ..source.walk import read as read_bytes
from .classify import classify, sniffed
from .facts import Data, Document, Module, Other, PythonModule
from .inside import MARKS, inside
from .shell.syntax import Script

_D = TypeVar("_D")

_SNIFFED = 256
_DETAILED = frozenset({
    "nginx", "caddy", "fly", "render", "railway", "replit", "vercel", "heroku", "procfile", "kubernetes", "supervisor",
    "terraform",
})  # fmt: skip
"""Kinds of other files of which more is read than some words."""

_SOURCES = frozenset({"module", "python"})
"""Kinds of source files: a second process may read them."""

LARGEST_WRITTEN = 512 * 1024
"""Bytes beyond which no one has written a file by hand. Only scripts are read at any size.

Their cost is held in proportion to their length; of the other kinds nobody has looked.
"""

_WRITTEN = frozenset(
    {
        *("action", "compose", "dockerfile", "dotenv", "manifest"),
        *("package", "pipeline", "pm2", "unit", "workflow"),
    }
)


class Documents(Struct, frozen=True):
    """What was read, sorted by path, and what could not be."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    skipped: tuple[Skipped, ...]
    allows: tuple[Allow, ...] = ()


_FEWEST = 400
"""So many source files make a second process worth its while."""


def read(
    tree: Tree,
    progress: Callable[[int, int], None] | None = None,
    ahead: Callable[[tuple[Document, ...]], None] | None = None,
) -> Documents:
    """Read and parse the relevant files of `tree`. `progress` hears how many of how many are done.

    Where a second process reads source files, `ahead` is called with all other documents: what it
    does here is done at the same time.
    """
    modules: list[tuple[str, str]] = []
    candidates: list[tuple[str, str]] = []
    for path in tree.files:
        kind = classify(path)
        if kind in _SOURCES:
            modules.append((path, kind))
        elif kind:
            candidates.append((path, kind))
    few, many = len(candidates), len(modules)
    hear = progress or (lambda *_: None)
    halves = begin(
        many, lambda nth: _file(tree, *modules[nth]), _Given[Module | PythonModule], _FEWEST
    )
    given: dict[str, _Given[Document] | None] = {}
    for nth, (path, kind) in enumerate(candidates):
        if not nth % 32:
            hear(nth, few + many)
        given[path] = _file(tree, path, kind)
    if halves.process and ahead:
        ahead(tuple(document for one in given.values() if one for document in one.documents))
    done = halves.finish(lambda nth: hear(few + nth, few + many))
    given.update(zip((path for path, _ in modules), done, strict=True))
    hear(few + many, few + many)
    _forget(given.values())
    found = _gathered([(path, one) for path in tree.files if (one := given.get(path))])
    return _tracked(tree.root, _as_kept(tree.root, found))


def _forget(given: Iterable[_Given[Document] | None]) -> None:
    """Drop the words that scripts had in common: they hold one value for all that are written alike."""
    if any(isinstance(d, Script) for one in given if one for d in one.documents):
        from .shell.words import told

        told.cache_clear()


class _Given(Struct, Generic[_D], frozen=True):
    """What one file gives."""

    documents: tuple[_D, ...] = ()
    problems: tuple[Problem, ...] = ()
    allows: tuple[Allow, ...] = ()
    left: str = ""
    """Why it is left out."""


def _gathered(given: list[tuple[str, _Given[Document]]]) -> Documents:
    left: dict[str, list[str]] = {}
    for path, one in given:
        if one.left:
            left.setdefault(one.left, []).append(path)
    documents = tuple(document for _, one in given for document in one.documents)
    problems = {problem for _, one in given for problem in one.problems}
    problems.update(problem for document in documents for problem in document.problems)
    return Documents(
        documents=documents,
        problems=tuple(sorted(problems, key=_place)),
        skipped=_skipped(left),
        allows=tuple(allow for _, one in given for allow in one.allows),
    )


def _file(tree: Tree, path: str, kind: str) -> _Given[Document] | None:
    """What a file gives, None for nothing."""
    if kind == "data":
        return _data(tree.root, path)
    if kind in _SOURCES and _selection(kind).is_unused(path):
        return None
    data = read_bytes(tree.root, path)
    if isinstance(data, str):
        if data.startswith(UNREADABLE):
            return _Given(problems=(Problem(Location(path, START), data),))
        return None if kind == "sniff" else _Given(left=data)
    if len(data) > LARGEST_WRITTEN and _kind(kind, data) in _WRITTEN:
        return _Given(left=f"larger than {LARGEST_WRITTEN // 1024} KiB")
    allowed = allows(Text.decode(path, data)[0]) if MARK in data else ()
    if kind in _SOURCES and not _selection(kind).relevant(path, data):
        return _Given(allows=allowed) if allowed else None
    problems: list[Problem] = []
    documents = tuple(_parsed(tree, path, kind, data, problems))
    return _Given(documents, tuple(problems), allowed)


def _data(root: str, path: str) -> _Given[Document] | None:
    """What a database or a dump is, from its first bytes: most files of such names are neither."""
    from .data import SNIFFED, is_data
    from .data import parse as data

    first = head(root, path, SNIFFED)
    more = head(root, path, LARGEST) if first is not None and is_data(first[0]) else None
    document = data(path, *more) if more is not None else None
    if more is None or document is None:
        return None
    allowed = allows(Text.decode(path, more[0])[0]) if MARK in more[0] else ()
    return _Given((document,), (), allowed)


def _parsed(
    tree: Tree, path: str, kind: str, data: bytes, problems: list[Problem]
) -> Iterator[Document]:
    """The document that a file is, and those inside it."""
    found = _kind(kind, data)
    if found is None:
        return
    kind = found
    if b"\0" in data[:8192]:
        if kind == "other":
            return
        problems.append(Problem(Location(path, START), f"is binary, not {_ARTICLES[kind]}"))
        return
    text, fault = Text.decode(path, data)
    if fault and kind != "other":
        problems.append(Problem(Location(path, START), fault))
    if kind == "pipeline":
        from .gitlab import parse as gitlab

        yield from gitlab(text, lambda named: _written(tree, named))
        return
    document = _parsers(kind)(text)
    yield document
    if isinstance(document, Script) and any(mark in data for mark in MARKS):
        yield from inside(document, text)
    elif isinstance(document, Other) and document.kind in _DETAILED:
        from .details import details

        yield from details(document.kind, text)


def _written(tree: Tree, paths: Callable[[str], bool]) -> Iterator[Text]:
    """The texts of the files whose paths are asked for; those that nobody has written are left out."""
    for path in tree.files:
        data = read_bytes(tree.root, path) if paths(path) else ""
        if isinstance(data, bytes) and len(data) <= LARGEST_WRITTEN:
            yield Text.decode(path, data)[0]


def _as_kept(root: str, found: Documents) -> Documents:
    """What was read; carriage returns that git puts only into this working tree are none of it."""
    returned = [d.path for d in found.documents if isinstance(d, Script) and d.carriage_returns]
    plain = kept_plain(root, returned) if returned else frozenset()
    if not plain:
        return found
    kept = [
        replace(d, carriage_returns=False, mixed=False)
        if isinstance(d, Script) and d.path in plain
        else d
        for d in found.documents
    ]
    return replace(found, documents=tuple(kept))


def _tracked(root: str, found: Documents) -> Documents:
    """What was read, without the data that only lies in the folder."""
    data = [d.path for d in found.documents if isinstance(d, Data)]
    kept = tracked(root, data) if data else frozenset()
    if len(kept) == len(data):
        return found
    rest = [d for d in found.documents if not isinstance(d, Data) or d.path in kept]
    return replace(found, documents=tuple(rest))


@cache
def _selection(kind: str) -> ModuleType:
    """What tells which source files are worth reading, imported when the first is met."""
    if kind == "python":
        from .python import selection as python

        return python
    from .typescript import selection

    return selection


def _kind(kind: str, data: bytes) -> str | None:
    return sniffed(data[:_SNIFFED]) if kind == "sniff" else kind


_ARTICLES = {
    "shell": "a shell script",
    "compose": "a compose file",
    "workflow": "a workflow",
    "pipeline": "a pipeline",
    "action": "an action",
    "dockerfile": "a Dockerfile",
    "package": "a package manifest",
    "manifest": "a dependency manifest",
    "prisma": "a Prisma schema",
    "dotenv": "an environment file",
    "unit": "a systemd unit",
    "pm2": "a pm2 ecosystem file",
    "module": "source code",
    "python": "source code",
    "other": "a configuration file",
}


def _parsers(kind: str) -> Callable[[Text], Document]:
    """The parser of a kind of document, imported when the first such file is met."""
    match kind:
        case "shell":
            from .shell.script import parse as shell

            return lambda text: shell(text, "file")
        case "compose":
            from .compose import parse as compose

            return compose
        case "workflow":
            from .workflow import parse as workflow

            return workflow
        case "action":
            from .action import parse as action

            return action
        case "dockerfile":
            from .dockerfile import parse as dockerfile

            return dockerfile
        case "package":
            from .package_json import parse as package

            return package
        case "manifest":
            from .manifest import parse as manifest

            return manifest
        case "prisma":
            from .prisma import parse as prisma

            return prisma
        case "dotenv":
            from .dotenv import parse as dotenv

            return dotenv
        case "unit":
            from .systemd import parse as systemd

            return systemd
        case "pm2":
            from .pm2 import parse as pm2

            return pm2
        case "module":
            from .typescript import parse as typescript

            return typescript
        case "python":
            from .python import parse as python

            return python
        case _:
            from .other import parse as other

            return other


def _skipped(left: dict[str, list[str]]) -> tuple[Skipped, ...]:
    return tuple(Skipped(why, len(paths), tuple(paths[:3])) for why, paths in sorted(left.items()))


def _place(problem: Problem) -> tuple[Location, str]:
    return problem.location, problem.message
