"""What a name of a Python file stands for, where another file of the repository gives it."""

from __future__ import annotations

from posixpath import dirname, join

from msgspec import Struct
from msgspec.structs import replace

from ..documents.facts import Expression, PythonImport, PythonModule

_DEEPEST = 4


class Code(Struct, frozen=True):
    """The Python files of a repository: all paths, and those that were read."""

    files: frozenset[str]
    modules: dict[str, PythonModule]

    def file(self, importer: str, module: str) -> str | None:
        """The file that a module means in another file; None where it is not there, or several may be meant."""
        inner = module.lstrip(".")
        folder = dirname(importer)
        dots = len(module) - len(inner)
        for _ in range(dots - 1):
            folder = dirname(folder)
        folders = [folder] if dots else [*_above(folder)]
        found = {one for place in folders for one in self._at(place, inner.replace(".", "/"))}
        return found.pop() if len(found) == 1 else None

    def named(self, path: str, name: str) -> tuple[Expression, str] | None:
        """What a dotted name gives in a file, and the file that says so; None where that is not seen."""
        return self._named(path, name, 0)

    def _at(self, folder: str, path: str) -> list[str]:
        places = [join(folder, f"{path}.py"), join(folder, path, "__init__.py")] if path else []
        return [place for place in (places or [join(folder, "__init__.py")]) if place in self.files]

    def _named(self, path: str, name: str, depth: int) -> tuple[Expression, str] | None:
        module = self.modules.get(path)
        if module is None or depth > _DEEPEST:
            return None
        own = [one.expression for one in module.named if one.name == name]
        if len(own) == 1:
            return self._followed(own[0], path, depth)
        first, _, rest = name.partition(".")
        inside = [one.expression for one in module.named if rest and _is_field(one.name, rest)]
        bound = [one for one in module.imports if one.name == first and not one.scope]
        if not bound:
            return self._followed(inside[0], path, depth) if len(inside) == 1 else None
        return self._imported(bound, path, rest, depth) if len(bound) == 1 else None

    def _imported(
        self, bound: list[PythonImport], path: str, rest: str, depth: int
    ) -> tuple[Expression, str] | None:
        one = bound[0]
        below = (
            self.file(path, f"{one.module}{'' if one.module.endswith('.') else '.'}{one.origin}")
            if one.origin
            else None
        )
        target = below or self.file(path, one.module)
        if target is None:
            return None
        if below is not None or not one.origin:
            return self._named(target, rest, depth + 1) if rest else None
        return self._named(target, f"{one.origin}.{rest}" if rest else one.origin, depth + 1)

    def _followed(self, told: Expression, path: str, depth: int) -> tuple[Expression, str] | None:
        if not told.name:
            return told, path
        found = self._named(path, told.name, depth + 1)
        return (behind(told.before, found[0]), found[1]) if found is not None else None


def code(files: frozenset[str], modules: tuple[PythonModule, ...]) -> Code:
    """The Python files of a repository."""
    return Code(files, {module.path: module for module in modules})


def behind(text: str, told: Expression) -> Expression:
    """What an expression gives behind a text."""
    if not text:
        return told
    literal = f"{text}{told.literal}" if told.literal is not None else None
    before = f"{text}{told.before}" if told.variable else ""
    return replace(told, literal=literal, before=before)


def _is_field(name: str, wanted: str) -> bool:
    """Whether a name is that of a class's field: `settings.url` is read of an object of some class."""
    outer, _, last = name.rpartition(".")
    return bool(outer) and last == wanted


def _above(folder: str) -> list[str]:
    """A folder and all above it, each with its `src`."""
    found = [folder, join(folder, "src")]
    while folder:
        folder = dirname(folder)
        found += [folder, join(folder, "src")]
    return found
