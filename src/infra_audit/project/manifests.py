"""Which package.json holds where a command runs."""

from __future__ import annotations

from collections.abc import Mapping

from ..documents.facts import Package, PackageScript
from ..flow.behaviour import Run
from .apps import folder_of
from .types import Act, Project


def by_folder(project: Project) -> dict[str, Package]:
    """The packages of a project by their folders."""
    return {folder_of(package.path): package for package in project.packages}


def package_at(run: Run, act: Act, packages: Mapping[str, Package]) -> Package | None:
    """The package of the folder that a run stands in; None where that is not known.

    On a server the checkout lies elsewhere: an absolute folder can only be that of the one package.
    """
    here = run.directory
    if here is None and act.script.origin in {"file", "heredoc", "argument"}:
        here = folder_of(act.script.path)
        if here not in packages:
            here = ""
    if here is None:
        return None
    if here.startswith("/"):
        return packages.get("") if list(packages) == [""] else None
    return packages.get(here)


def script_of(package: Package | None, name: str) -> PackageScript | None:
    """The script of that name."""
    scripts = package.scripts if package is not None else ()
    return next((script for script in scripts if script.name == name), None)
