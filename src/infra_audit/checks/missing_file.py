"""Paths of the repository that something on the way to production names and that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from posixpath import basename
from typing import Any

from ..model import START, Evidence, Location, Match, Outcome
from ..project.document_files import files_of_documents
from ..project.made import made
from ..project.present import Paths, paths
from ..project.references import Reference
from ..project.run_files import files_of_runs
from ..project.standalone import unmade
from ..project.tree import by_folder, by_name
from ..project.types import Project
from ..source.regex import regex

_SAMPLE = regex(r"example|sample|template|tmpl|default|dist")
_ENVIRONMENT = regex(r"(?:.*[./])?\.?env(?:\.[\w.-]+)?|.*\.env")


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such path, where the repository shows that nothing makes it."""
    known = paths(project)
    names: frozenset[str] | None = None
    for reference in _references(project):
        said = {known.of(place) for place in reference.places}
        if "there" in said:
            continue
        certain = reference.mounted or reference.fresh
        if said - {"missing", "ignored"} or ("ignored" in said and not certain):
            continue
        if any(map(known.may_be_compiled, reference.places)):
            continue
        names = made(project.acts) if names is None else names
        name = basename(reference.shown)
        if name in names or (reference.anywhere and _stands(name, known)):
            continue
        found = _match(reference, "ignored" in said, known)
        if found is not None:
            yield found
    yield from _unmade(project)
    if not project.images:
        return
    from ..project.public_folder import lacking

    for each in lacking(project):
        if known.of(each.path) == "missing":
            yield Match(
                location=each.location,
                values={
                    "needs": "`COPY` takes",
                    "path": each.written,
                    "reason": f"is `{each.path}`, which the repository does not have",
                    "effect": ": the image cannot be built",
                },
                evidence=(Evidence(each.brought, "what the stage has of the repository"),),
            )


def _references(project: Project) -> Iterator[Reference]:
    yield from chain(files_of_documents(project), files_of_runs(project))
    if project.python:
        from ..project.python_references import files_of_python

        yield from files_of_python(project)


def _unmade(project: Project) -> Iterator[Match]:
    for each in unmade(project):
        module = each.module
        options = module.config[0].span if module.config else START
        yield Match(
            location=each.location,
            values={
                "needs": each.needs,
                "path": each.path,
                "reason": "`next build` makes only with `output: 'standalone'`",
                "effect": f"; {module.path} does not ask for it",
            },
            evidence=(Evidence(Location(module.path, options), "its options begin here"),),
        )


def _stands(name: str, known: Paths) -> bool:
    return name in by_name(known.files)


def _match(reference: Reference, ignored: bool, known: Paths) -> Match | None:
    """The match; none where people are given a sample to make the file from."""
    sampled = _sampled(reference.places, known)
    if sampled and not reference.mounted and _ENVIRONMENT.fullmatch(reference.shown):
        return None
    elsewhere = _elsewhere(reference, known)
    effect = "; in its place a fresh clone gets an empty folder" if reference.mounted else ""
    return Match(
        location=reference.location,
        values={
            "needs": reference.needs[:1].upper() + reference.needs[1:],
            "path": reference.shown,
            "reason": "git is told to ignore" if ignored else "the repository does not have",
            "effect": effect + elsewhere,
        },
        evidence=reference.evidence,
        severity="warning" if (ignored and not reference.fresh) or sampled else reference.severity,
        trail=reference.trail,
    )


def _sampled(places: tuple[str, ...], known: Paths) -> bool:
    """Whether a sample of the file stands beside it, or below the root where it is an environment."""
    for place in places:
        folder, _, name = place.rpartition("/")
        stem = name.lstrip(".").partition(".")[0]
        names = by_folder(known.files).get(folder, ())
        if stem and any(stem in other and _SAMPLE.search(other) for other in names):
            return True
    return False


def _elsewhere(reference: Reference, known: Paths) -> str:
    """Where the only file of that name stands, for whoever moved it."""
    name = basename(reference.shown)
    found = by_name(known.files).get(name, ())
    return f"; there is `{found[0]}`" if len(found) == 1 and len(name) > 4 else ""
