"""The pipeline in a sentence: walk, read, link, check, triage, plan.

What comes after reading is imported then: a second process reads meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from .config import Config
from .documents.read import Documents, read
from .model import Finding, Picture, PlanStep, Problem, Report, Ruled, Undecided
from .source.text import Text
from .source.walk import UNREADABLE, Tree, walk
from .source.walk import read as read_bytes

if TYPE_CHECKING:
    from subprocess import Popen

    from .documents.facts import Document
    from .project.trails import Analysed
    from .project.types import Project
    from .ruleset.rule import RuleSet

Progress = Callable[[int, int], None]


class Model(Struct, frozen=True):
    """A repository read and linked."""

    tree: Tree
    documents: Documents
    project: Project


def model(
    root: str,
    config: Config,
    progress: Progress | None = None,
    listing: Popen[bytes] | None = None,
    rules: RuleSet | None = None,
) -> Model:
    """Read the repository at `root` and link what its documents say.

    Where there is time to spare, what the `rules` need is imported.
    """
    tree = walk(root, config.exclude, listing)
    known: Analysed = {}

    def meanwhile(documents: tuple[Document, ...]) -> None:
        from .engine import load
        from .project.link import ahead

        known.update(ahead(tree, documents))
        if rules:
            load(rules)

    documents = read(tree, progress, meanwhile)
    from .project.link import link

    return Model(tree, documents, link(tree, documents.documents, config.declarations, known))


def audit(
    root: str,
    config: Config,
    rules: RuleSet,
    within: tuple[str, ...] = (),
    progress: Progress | None = None,
    listing: Popen[bytes] | None = None,
    *,
    planned: bool = True,
    pictured: bool = False,
) -> Report:
    """Audit the repository at `root`; report what lies `within` the given paths, or all of it.

    The report has a plan where it is `planned`, a picture of the deployment where `pictured`.
    """
    seen = model(root, config, progress, listing, rules)
    from .engine import check
    from .project.bounds import unfollowed
    from .triage.triage import triage

    source = sources(seen.tree.root)
    findings, ruled = check(rules, seen.project)
    problems = (*seen.documents.problems, *unfollowed(seen.project))
    triaged = triage(findings, rules, config, seen.documents.allows, source)
    reported = tuple(f for f in triaged.findings if _lies(f.location.path, within))
    return Report(
        root=root,
        prefix=seen.tree.prefix,
        kind=seen.project.kind,
        findings=reported,
        allowed=tuple(a for a in triaged.allowed if _lies(a.finding.location.path, within)),
        problems=tuple(p for p in problems if _lies(p.location.path, within)),
        skipped=(*seen.tree.skipped, *seen.documents.skipped, *seen.project.left_out),
        ruled=tuple(doubted(said, seen.documents.problems) for said in ruled),
        declarations=config.declarations,
        plan=_plan(reported, seen.project) if planned else (),
        picture=_picture(seen.project, reported) if pictured else None,
        files=len(seen.documents.documents),
    )


def _plan(findings: tuple[Finding, ...], project: Project) -> tuple[PlanStep, ...]:
    from .remedy.plan import plan

    return plan(findings, project)


def _picture(project: Project, findings: tuple[Finding, ...]) -> Picture:
    from .picture import draw

    return draw(project, findings)


def doubted(said: Ruled, problems: tuple[Problem, ...]) -> Ruled:
    """What a rule said; where a file could not be read, what seemed not to apply is undecided."""
    unread = next((p for p in problems if p.message.startswith(UNREADABLE)), None)
    if unread is None or not said.inapplicable:
        return said
    reasons = (
        f"{i.reason}; but {unread.location.path} {unread.message}" for i in said.inapplicable
    )
    more = tuple(Undecided(unread.location, reason) for reason in reasons)
    return replace(said, undecided=(*said.undecided, *more), inapplicable=())


def sources(root: str) -> Callable[[str], str | None]:
    """The texts of the repository at `root` by path, None where there is none.

    Findings come file by file, so that a few texts at hand are as good as all.
    """

    @lru_cache(16)
    def source(path: str) -> str | None:
        data = read_bytes(root, path) if path else ""
        return None if isinstance(data, str) else Text.decode(path, data)[0].content

    return source


def _lies(path: str, within: tuple[str, ...]) -> bool:
    return not within or any(w in ("", path) or path.startswith(w + "/") for w in within)
