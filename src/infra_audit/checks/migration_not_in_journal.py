"""Migrations of Drizzle that its journal does not list, so that nothing applies them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from posixpath import basename, dirname
from typing import Any

from ..documents.facts import Other
from ..flow.behaviour import Run
from ..model import START, Evidence, Location, Match, Outcome
from ..project.tree import by_folder
from ..project.types import Project
from ..source.regex import regex

_MIGRATION = regex(r"(?P<number>\d{4,})_[\w-]+\.sql")
"""What drizzle-kit calls a migration: its number, or when it was made, and a name."""
_ASIDE = regex(
    r"(?:[_.-]|^)(?:down|rollback|roll_back|undo|revert|dry_?run|backups?|seeds?|tests?|manual|old|bak|draft|wip|check|verify)(?:[_.-]|$)"
)
"""Words in the name of a file that people run by hand, or not at all."""
_MIGRATES = regex(r"drizzle-kit(?:@[\w.-]+)? (?:migrate|up)\b|\bmigrat\w*\.[cm]?[jt]s\b")
_MODULE = regex(r"(?:.*[._-])?migrat(?:e|or|ions?)\.[cm]?[jt]s")
_LIMIT = 200
"""How many words of a file are kept: a longer journal is not known whole."""
_MOST = 4


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each journal beside which other migrations lie."""
    for journal in project.others:
        if journal.kind != "journal" or project.purposes.get(journal.path) != "production":
            continue
        tags = [word.value for word in journal.words if word.value is not None]
        if not tags or len(journal.words) >= _LIMIT or not _is_applied(journal, project):
            continue
        folder = dirname(dirname(journal.path))
        listed = {tag.raw.strip("\"'") for tag in tags}
        left = _left_out(folder, listed, project)
        if left:
            first, *more = left
            yield Match(
                location=Location(journal.path, tags[-1].span),
                values={
                    "file": basename(first),
                    "more": f" and {len(more)} more" if more else "",
                    "are": "are" if more else "is",
                },
                evidence=tuple(
                    Evidence(Location(path, START), "nothing applies it") for path in left[:_MOST]
                ),
            )


def _left_out(folder: str, listed: set[str], project: Project) -> list[str]:
    """The migrations of a folder whose number no listed one has; those of a number may be given up."""
    numbers = {tag.partition("_")[0] for tag in listed}
    written = _written(project)
    found = []
    for name in by_folder(project.files).get(folder, ()):
        migration = _MIGRATION.fullmatch(name)
        if (
            migration is not None
            and migration["number"] not in numbers
            and not _ASIDE.search(name)
            and name not in written
        ):
            found.append(f"{folder}/{name}".lstrip("/"))
    return sorted(found)


def _written(project: Project) -> str:
    """The words of all commands: what one of them names is applied by it."""
    return "\n".join(
        word.raw for act in project.acts for run in act.behaviour.runs for word in run.words
    )


def _feeds(run: Run) -> bool:
    """Whether a run hands files to the database of which it is not known which: all of a folder, perhaps."""
    if not _CLIENTS.intersection((run.name, *run.arguments)):
        return False
    files = [after for word, after in pairwise(run.arguments) if word in ("-f", "--file")]
    return None in (*files, *(target for operator, target in run.redirects if operator == "<"))


_CLIENTS = frozenset({"psql", "mysql", "mariadb", "sqlite3"})


def _is_applied(journal: Other, project: Project) -> bool:
    """Whether Drizzle's migrator is what migrates, and not `push` or a loop over all files."""
    if any(_feeds(run) for act in project.acts for run in act.behaviour.runs):
        return False
    used = any(
        dependency.name in ("drizzle-orm", "drizzle-kit")
        for package in project.packages
        for dependency in package.dependencies
    )
    top = journal.path.partition("/")[0] if journal.path.count("/") > 2 else ""
    typed = any(_MIGRATES.search(s.command) for p in project.packages for s in p.scripts)
    module = any(
        _MODULE.fullmatch(basename(path)) and path.startswith(top) for path in project.files
    )
    return used and (typed or module)
