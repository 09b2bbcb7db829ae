"""What a deployable of Python serves: its route table, or what hides a part of it."""

from __future__ import annotations

from ..documents.facts import PythonModule
from ..model import Location
from .django_routes import django_table
from .facts import Facts
from .python_names import Python, is_root, python
from .python_routes import code_table
from .route_files import Table, merged
from .types import Deployable, Routes

_FRAMEWORKS = ("django", "fastapi", "flask", "starlette")
_UNREAD = ("sanic", "tornado", "litestar")


def python_routes(deployable: Deployable, facts: Facts, shown: Location) -> Routes:
    """The route table of a deployable of Python; `shown` is where its manifest names the framework."""
    modules = own_modules(deployable.folder, facts)
    known = python(facts.files, tuple(m for m in facts.python if facts.is_production(m.path)))
    framework = next((f for f in _FRAMEWORKS if f in deployable.frameworks), "")
    table, where = _table(deployable, known, modules)
    return Routes(
        deployable=deployable.folder,
        framework=framework,
        known=not table.hidden,
        reason=(*table.hidden, *table.aliased, "")[0],
        table=table.routes,
        location=where or shown,
    )


def own_modules(folder: str, facts: Facts) -> tuple[PythonModule, ...]:
    """The files of production below a folder, those aside that another manifest is nearer to."""
    lead = f"{folder}/" if folder else ""
    others = {m.path.rpartition("/")[0] for m in facts.manifests if m.runtime == "python"} - {
        folder
    }
    inner = tuple(f"{other}/" for other in others if other.startswith(lead) and other)
    return tuple(
        m
        for m in facts.python
        if m.path.startswith(lead) and not m.path.startswith(inner) and facts.is_production(m.path)
    )


def _table(
    deployable: Deployable, known: Python, modules: tuple[PythonModule, ...]
) -> tuple[Table, Location | None]:
    names = deployable.frameworks
    unread = next((name for name in _UNREAD if name in names), "")
    if unread:
        return Table(hidden=(f"routes of {unread} are not read",)), None
    found: list[tuple[Table, Location | None]] = []
    if "django" in names:
        found.append(django_table(known, modules))
    if "django" not in names or any(is_root(a) for m in modules for a in m.applications):
        found.append(code_table(known, modules))
    broken = [m.path for m in modules if m.broken and (m.additions or m.applications)]
    hidden = Table(hidden=tuple(f"{path} is no valid Python" for path in broken))
    table = merged(*(one for one, _ in found), hidden)
    if not table.routes and not table.hidden:
        table = Table(hidden=("no routes were found",))
    return table, next((where for _, where in found if where is not None), None)
