"""The Python files that a program surely loads before it does anything else."""

from __future__ import annotations

from ..documents.facts import PythonModule
from .django import settings
from .program import Program
from .python_names import python
from .python_programs import entry
from .python_values import imported
from .types import Deployable, Project

_MOST = 300
_BRINGS = ("--env", "-e")
"""Options of servers that bring in variables."""
_PLAIN = frozenset({"dumb-init", "exec", "nice", "nohup", "tini"})
"""What runs a program with the variables that it has itself."""


def loaded(found: Program, app: Deployable, project: Project) -> tuple[PythonModule, ...]:
    """The files that a program surely loads; none where that is open."""
    run = found.run
    if found.python is None or not _PLAIN.issuperset(run.prefixes):
        return ()
    if any((argument or "").startswith(_BRINGS) for argument in run.arguments):
        return ()
    known = python(project.files, project.python)
    first = entry(found.python, known, app.folder)
    waiting = [first] if first is not None else []
    module = known.modules.get(first) if first is not None else None
    if module is not None and module.settings_module:
        waiting += settings(app.folder, project, known)
    read: dict[str, PythonModule] = {}
    while waiting and len(read) < _MOST:
        path = waiting.pop(0)
        module = known.modules.get(path)
        if module is not None and path not in read:
            read[path] = module
            for one in module.imports if not module.broken else ():
                waiting += imported(known, path, one) if one.loads else ()
    return tuple(read.values())
