"""What a name of a Python file is given, where another file of the repository says so."""

from __future__ import annotations

from msgspec.structs import replace

from ..documents.facts import Expression, PythonImport
from .apps import folder_of
from .python_names import Python, module_file

_DEEPEST = 4


def file_of(known: Python, importer: str, module: str) -> str | None:
    """The file that a module means in another file; None where it is none of the repository."""
    found = module_file(known, importer, module)
    return found if found and not found.endswith("/") else None


def imported(known: Python, path: str, one: PythonImport) -> list[str]:
    """The files that an import loads: the module, what it is inside of, and what is taken from it."""
    target = file_of(known, path, one.module)
    dot = "" if one.module.endswith(".") else "."
    below = file_of(known, path, f"{one.module}{dot}{one.origin}") if one.origin else None
    found = [place for place in (target, below) if place is not None]
    for place in tuple(found):
        folder = folder_of(place)
        while folder:
            package = f"{folder}/__init__.py"
            if package not in known.files:
                break
            found.append(package)
            folder = folder_of(folder)
    return [place for place in found if place != path]


def given(known: Python, path: str, name: str) -> Expression | None:
    """What a dotted name is given in a file; None where that is not seen."""
    return _given(known, path, name, 0)


def behind(text: str, told: Expression) -> Expression:
    """What an expression gives behind a text."""
    if not text:
        return told
    literal = f"{text}{told.literal}" if told.literal is not None else None
    before = f"{text}{told.before}" if told.variable else ""
    return replace(told, literal=literal, before=before)


def _given(known: Python, path: str, name: str, depth: int) -> Expression | None:
    module = known.modules.get(path)
    if module is None or depth > _DEEPEST:
        return None
    own = [one.expression for one in module.named if one.name == name]
    if len(own) == 1:
        return _followed(known, own[0], path, depth)
    first, _, rest = name.partition(".")
    bound = [one for one in module.imports if one.name == first and not one.scope]
    if bound:
        return _imported(known, bound[0], path, rest, depth) if len(bound) == 1 else None
    inside = [one.expression for one in module.named if rest and _is_field(one.name, rest)]
    return _followed(known, inside[0], path, depth) if len(inside) == 1 else None


def _imported(
    known: Python, one: PythonImport, path: str, rest: str, depth: int
) -> Expression | None:
    dot = "" if one.module.endswith(".") else "."
    below = file_of(known, path, f"{one.module}{dot}{one.origin}") if one.origin else None
    if below is not None:
        return _given(known, below, rest, depth + 1) if rest else None
    target = file_of(known, path, one.module)
    inner = ".".join(part for part in (one.origin, rest) if part)
    return _given(known, target, inner, depth + 1) if target is not None and inner else None


def _followed(known: Python, told: Expression, path: str, depth: int) -> Expression | None:
    if not told.name:
        return told
    found = _given(known, path, told.name, depth + 1)
    return behind(told.before, found) if found is not None else None


def _is_field(name: str, wanted: str) -> bool:
    """Whether a name is that of a class's field: `settings.url` is read of an object of some class."""
    outer, _, last = name.rpartition(".")
    return bool(outer) and last == wanted
