"""Which package.json holds where a command runs."""

from __future__ import annotations

from ..documents.facts import Package, PackageScript
from ..flow.behaviour import Run
from .apps import folder_of
from .types import Act, Project


def package_at(run: Run, act: Act, project: Project) -> Package | None:
    """The package of the folder that a run stands in; None where that is not known.

    On a server the checkout lies elsewhere: an absolute folder can only be that of the one package.
    """
    by_folder = {folder_of(p.path): p for p in project.packages}
    here = run.directory
    if here is None and act.script.origin in {"file", "heredoc", "argument"}:
        here = folder_of(act.script.path)
        if here not in by_folder:
            here = ""
    if here is None:
        return None
    if here.startswith("/"):
        return by_folder.get("") if list(by_folder) == [""] else None
    return by_folder.get(here)


def script_of(package: Package | None, name: str) -> PackageScript | None:
    """The script of that name."""
    scripts = package.scripts if package is not None else ()
    return next((script for script in scripts if script.name == name), None)
