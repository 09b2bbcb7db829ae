"""The facts of a Python file that is read with its syntax tree."""

from __future__ import annotations

from ...model import Location, Problem
from ...source.text import Text
from ..facts import PythonModule
from .additions import additions, applications
from .answers import functions
from .assignments import assignments
from .databases import databases
from .environment import read
from .expressions import reader
from .imports import imports
from .names import named, settings_module
from .sentry import inits
from .serves import called, serves
from .tree import grow


def module(text: Text, data: bytes) -> PythonModule:
    """The facts of a file; a problem only where an error left nothing to read."""
    tree = grow(text, data)
    made = applications(tree)
    extent = text.span(0, len(text.content))
    imported = imports(tree)
    expressions = reader(tree)
    environment = read(expressions)
    found = PythonModule(
        path=text.path,
        span=extent,
        imports=imported,
        assignments=assignments(tree),
        applications=made,
        additions=additions(tree, made),
        functions=functions(tree),
        serves=serves(tree),
        called=called(tree),
        environment=environment.uses,
        demands=environment.demands,
        assigned=environment.assigned,
        named=named(expressions),
        databases=databases(expressions),
        sentry=inits(tree, imported),
        settings_module=settings_module(tree),
        broken=tree.root.has_error,
    )
    if not found.broken or _says(found):
        return found
    problem = Problem(Location(text.path, extent), "This is no valid Python.")
    return PythonModule(path=text.path, span=extent, problems=(problem,), broken=True)


def _says(found: PythonModule) -> bool:
    return any((found.imports, found.assignments, found.additions, found.functions, found.serves))
