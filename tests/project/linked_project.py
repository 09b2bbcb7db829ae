"""The whole model of a few files."""

from __future__ import annotations

from pathlib import Path

from infra_audit.documents.read import read
from infra_audit.project.facts import Facts, sort
from infra_audit.project.link import link
from infra_audit.project.types import Project
from infra_audit.source.walk import walk
from tests.files import write


def project(folder: Path, files: dict[str, str]) -> Project:
    """The model that linking makes of `files`."""
    write(folder, files)
    tree = walk(str(folder))
    return link(tree, read(tree).documents, ())


def facts(folder: Path, files: dict[str, str]) -> Facts:
    """The documents of `files`, sorted, with their purposes."""
    write(folder, files)
    tree = walk(str(folder))
    return sort(tree.present, read(tree).documents)


def workflow(steps: str, *, on: str = "push", job: str = "build", more: str = "") -> str:
    """A workflow of one job; `steps` are the items of its list, `more` further keys of the job."""
    indented = "".join(f"      {line}\n" for line in steps.splitlines())
    extra = "".join(f"    {line}\n" for line in more.splitlines())
    return f"on: {on}\njobs:\n  {job}:\n    runs-on: ubuntu-latest\n{extra}    steps:\n{indented}"
