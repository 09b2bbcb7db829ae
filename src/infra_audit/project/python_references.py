"""The files of Python from which servers take their application."""

from __future__ import annotations

from collections.abc import Iterator

from ..flow.behaviour import analyse
from ..model import Location
from .apps import folder_of
from .python_commands import started
from .python_names import Python, python
from .references import Reference
from .types import Project, Unit

_SERVERS = frozenset({"daphne", "gunicorn", "hypercorn", "uvicorn"})
_ELSEWHERE = ("--app-dir", "--chdir", "--pythonpath", "--paste", "--config", "-c")
"""Options by which a server may find its application at another place."""


def files_of_python(project: Project) -> Iterator[Reference]:
    """The files of packages that are here from which the servers of units take their application."""
    known = python(project.files, project.python)
    for unit in project.units:
        if unit.purpose != "production" or unit.start is None or unit.deployable is None:
            continue
        for run in analyse(unit.start).runs:
            found = started((run.name, *run.arguments))
            told = any((word or "").startswith(_ELSEWHERE) for word in run.arguments)
            if found is None or told or found.server not in _SERVERS or not found.module:
                continue
            places = _places(found.module, unit, known)
            if places:
                yield Reference(
                    shown=f"{found.module.replace('.', '/')}.py",
                    places=places,
                    needs=f"`{found.server}` loads",
                    location=Location(run.path, run.span),
                    anywhere=True,
                )


def _places(module: str, unit: Unit, known: Python) -> tuple[str, ...]:
    """Where a module may lie in the one package of the unit's folder that has its name; () where that is not one."""
    package, _, name = module.rpartition(".")
    inner = package.replace(".", "/")
    lead = f"{unit.deployable}/" if unit.deployable else ""
    own = [f for f in known.folders if f.startswith(lead) and f"/{f}".endswith(f"/{inner}")]
    if not inner or len(own) != 1 or f"{own[0]}/__init__.py" not in known.files:
        return ()
    place = f"{own[0]}/{name}"
    compiled = (
        path for path in known.files if folder_of(path) == own[0] and path.startswith(f"{place}.")
    )
    if any(compiled):
        return ()
    return (f"{place}.py", place)
