"""What a name of Python means: a module, a function or an application of the repository, or a package's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from ..documents.facts import Application, Assignment, Handler, PythonImport, PythonModule
from ..source.regex import regex
from .apps import folder_of
from .tree import folders

PACKAGE = ""
"""What an import of something outside of the repository leads to."""

_ALIAS = regex(r"[A-Za-z_][\w.]*(?:\(.*\))?", re.DOTALL)
_DEEPEST = 12


class Meant(Struct, frozen=True):
    """What a name means; `path` is PACKAGE for what a package supplies."""

    path: str
    application: Application | None = None
    function: str = ""
    """The dotted name of a function, or of a class."""
    package: str = ""
    """The name in its package: `flask_cors.CORS`."""
    assigned: Assignment | None = None


class Python(Struct, frozen=True):
    """What resolving a name needs to know of a repository."""

    files: frozenset[str]
    folders: frozenset[str]
    modules: dict[str, PythonModule]
    found: dict[tuple[str, str, str], Meant | None]
    """What was asked for before: the path, the scope and the name."""


def python(files: frozenset[str], modules: tuple[PythonModule, ...]) -> Python:
    """What resolving a name needs to know of a repository."""
    return Python(files, _folders(files), {m.path: m for m in modules}, {})


@lru_cache(maxsize=4)
def _folders(files: frozenset[str]) -> frozenset[str]:
    """The folders that hold Python, themselves or further below."""
    return folders(frozenset(path for path in files if path.endswith(".py")))


def module_file(known: Python, importer: str, name: str) -> str | None:
    """The file of a module: PACKAGE for one of a package, None for one that should be here and is not.

    The module may also be a folder without a file of its own; that is told with a `/` at its end.
    """
    plain = name.lstrip(".")
    dots = len(name) - len(plain)
    rest = plain.replace(".", "/")
    if dots:
        folder = folder_of(importer)
        for _ in range(dots - 1):
            folder = folder_of(folder)
        return _file(known, _below(folder, rest))
    folder = folder_of(importer)
    while True:
        for root in (folder, _below(folder, "src")):
            found = _file(known, _below(root, rest))
            if found is not None:
                return found
        if not folder:
            break
        folder = folder_of(folder)
    return None if _is_own(known, importer, plain.partition(".")[0]) else PACKAGE


def meant(known: Python, path: str, scope: str, name: str, depth: int = 0) -> Meant | None:
    """What a dotted name means in a scope of a file; None where it is not known."""
    module = known.modules.get(path)
    if module is None or not name or depth > _DEEPEST:
        return None
    key = (path, scope, name)
    if key not in known.found:
        known.found[key] = None  # what leads to itself means nothing
        known.found[key] = _meant(known, module, scope, name, depth)
    return known.found[key]


def _meant(known: Python, module: PythonModule, scope: str, name: str, depth: int) -> Meant | None:
    for inner in _scopes(scope):
        found = _in_scope(known, module, inner, name, depth)
        if found is not None:
            return found
    for one in module.imports:
        if one.origin == "*":
            target = module_file(known, module.path, one.module)
            found = meant(known, target, "", name, depth + 1) if target else None
            if found is not None:
                return found
    head, _, rest = name.partition(".")
    if module.path.endswith("__init__.py"):
        return _submodule(known, _below(folder_of(module.path), head), rest, depth)
    return None


def handler_of(known: Python, found: Meant) -> Handler | None:
    """What a function does, where it was read."""
    module = known.modules.get(found.path)
    exports = module.functions if module is not None else ()
    return next((e.handler for e in exports if e.name == found.function), None)


def literal(known: Python, path: str, scope: str, name: str) -> str | None:
    """The value of a constant of the repository; None where it is none, or is set under a condition."""
    found = meant(known, path, scope, name)
    one = found.assigned if found is not None else None
    module = known.modules.get(found.path) if found is not None else None
    if one is None or module is None:
        return None
    given = [a for a in module.assignments if a.name in (one.name, f"{one.name}.*")]
    return one.value.literal if len(given) == 1 and not one.branch else None


def _in_scope(
    known: Python, module: PythonModule, scope: str, name: str, depth: int
) -> Meant | None:
    for made in module.applications:
        own = made.scope == scope or (
            made.name.startswith("self.")
            and made.scope.rpartition(".")[0] == scope.rpartition(".")[0]
        )
        if made.name == name and own:
            return Meant(module.path, application=made)
    imported = _binding(module, scope, name)
    if imported is not None:
        return _imported(known, module.path, imported, name, depth)
    plain = name.replace("()", "")
    inner = f"{scope}.{plain}" if scope else plain
    if any(f.name == inner or f.name.startswith(f"{inner}.") for f in module.functions):
        if not name.endswith("()"):
            return Meant(module.path, function=inner)
        return _made_by(module, inner)
    if scope:
        return None
    given = [a for a in module.assignments if a.name == name]
    if len(given) == 1 and _ALIAS.fullmatch(given[0].value.raw):
        behind, _, called = given[0].value.raw.partition("(")
        alias = f"{behind}()" if called else behind
        found = meant(known, module.path, "", alias, depth + 1) if alias != name else None
        if found is not None:
            return found
    return Meant(module.path, assigned=given[0]) if given else None


def _made_by(module: PythonModule, function: str) -> Meant | None:
    """The one application that a function makes."""
    made = [a for a in module.applications if a.scope == function]
    apps = [a for a in made if is_root(a)] or made
    return Meant(module.path, application=apps[0]) if len(apps) == 1 else None


def is_root(made: Application) -> bool:
    """Whether an application is one that a server serves, and no router of another."""
    return made.made.rpartition(".")[2] in ("FastAPI", "Flask", "Quart", "Starlette")


def _binding(module: PythonModule, scope: str, name: str) -> PythonImport | None:
    """The import that binds the longest beginning of a dotted name."""
    found = [
        one
        for one in module.imports
        if one.scope == scope
        and one.name != "*"
        and f"{name.replace('()', '')}.".startswith(f"{one.name}.")
    ]
    return max(found, key=lambda one: len(one.name), default=None)


def _imported(
    known: Python, importer: str, one: PythonImport, name: str, depth: int
) -> Meant | None:
    rest = name[len(one.name) :]
    called = "()" if rest.startswith("()") else ""
    rest = rest.removeprefix("()").lstrip(".")
    target = module_file(known, importer, one.module)
    if target == PACKAGE:
        whole = ".".join(part for part in (one.module, one.origin + called, rest) if part)
        return Meant(PACKAGE, package=whole)
    if target is None:
        return None
    if not one.origin:
        return meant(known, target, "", rest, depth + 1) if rest else Meant(target)
    inner = f"{one.origin}{called}"
    if target != importer:
        found = meant(known, target, "", f"{inner}.{rest}" if rest else inner, depth + 1)
        if found is not None:
            return found
    folder = target.removesuffix("/") if target.endswith("/") else folder_of(target)
    if not target.endswith(("/", "__init__.py")):
        return None
    return _submodule(known, _below(folder, one.origin), rest, depth)


def _submodule(known: Python, place: str, rest: str, depth: int) -> Meant | None:
    path = _file(known, place)
    if path is None:
        return None
    if path.endswith("/"):
        head, _, last = rest.partition(".")
        return _submodule(known, f"{path}{head}", last, depth) if head else Meant(path)
    return meant(known, path, "", rest, depth + 1) if rest else Meant(path)


def _scopes(scope: str) -> Iterator[str]:
    """A scope and those around it, the file's own last."""
    while scope:
        yield scope
        scope = scope.rpartition(".")[0]
    yield ""


def _is_own(known: Python, importer: str, head: str) -> bool:
    """Whether a package's first name is that of a folder of the repository beside or above a file."""
    folder = folder_of(importer)
    while True:
        if _below(folder, head) in known.folders:
            return True
        if not folder:
            return False
        folder = folder_of(folder)


def _file(known: Python, place: str) -> str | None:
    for path in (f"{place}.py", f"{place}/__init__.py" if place else "__init__.py"):
        if path in known.files:
            return path
    return f"{place}/" if place in known.folders else None


def _below(folder: str, rest: str) -> str:
    return "/".join(part for part in (folder, rest) if part)
