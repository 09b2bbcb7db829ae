"""What a file of a GitLab pipeline says of each job, once what that takes over is followed.

Source: `extends`, `default` and `!reference` in "CI/CD YAML syntax reference" of GitLab's
documentation.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from . import yaml
from .yaml import Mapping, Node, Scalar, Sequence

GLOBALS = frozenset({"image", "services", "before_script", "after_script", "cache"})
"""What stands at the top for all jobs, besides `default`."""
_KEYWORDS = GLOBALS | {"default", "include", "stages", "types", "variables", "workflow", "spec"}
_DEEPEST = 10
"""How deep lists and references may be nested, as GitLab allows."""
_MOST = 100_000
"""How many keys and items a file may amount to."""


class Written(Struct, frozen=True):
    """A job as written: `given` also has what it takes over from others, `whole` where all of that is here."""

    key: Scalar
    body: Node
    given: dict[str, Node]
    whole: bool


class Reader:
    """The jobs of a file; `faults` tells for which GitLab refuses it, and where."""

    def __init__(self, root: Node | None) -> None:
        self.root = yaml.fields(root)
        self.faults: list[tuple[Node, str]] = []
        self._keys = {key.value: key for key, _ in yaml.pairs(root)}
        self._known: dict[str, tuple[dict[str, Node], bool]] = {}
        self._open: list[str] = []
        self._left = _MOST

    def jobs(self) -> Iterator[Written]:
        """The jobs that run; those whose names begin with a dot are there to be taken over."""
        for name, key in self._keys.items():
            body = self.root[name]
            if name in _KEYWORDS or name.startswith(".") or not isinstance(body, Mapping):
                continue
            given, whole = self._job(name)
            taken = inherited(given.get("inherit"), "default")
            yield Written(key, body, {**self._defaults(taken), **given}, whole)

    def items(self, node: Node | None, depth: int = 0) -> Iterator[Node | None]:
        """The items of a list, those of lists and references in it among them; None for what is not here."""
        if isinstance(node, Sequence) and node.tag == "!reference":
            found = self._referred(yaml.strings(node))
            if found is None or depth > _DEEPEST:
                yield None
            else:
                yield from self.items(found, depth + 1)
            return
        for item in yaml.items(node):
            self._left -= 1
            if self._left < 0 or depth > _DEEPEST:
                yield None
                return
            if isinstance(item, Sequence):
                yield from self.items(item, depth + 1)
            else:
                yield item

    def value(self, node: Node | None) -> Node | None:
        """A value, where it is a reference what it refers to."""
        for _ in range(_DEEPEST):
            if not (isinstance(node, Sequence) and node.tag == "!reference"):
                return node
            node = self._referred(yaml.strings(node))
        return None

    @property
    def exhausted(self) -> bool:
        """Whether the file amounts to more than is read."""
        return self._left < 0

    def _referred(self, path: tuple[str, ...]) -> Node | None:
        name, *keys = path or ("",)
        return yaml.get(self.root.get(name), *keys)

    def _defaults(self, taken: frozenset[str] | None) -> dict[str, Node]:
        found = {key: self.root[key] for key in GLOBALS if key in self.root}
        found |= yaml.fields(self.root.get("default"))
        return {k: v for k, v in found.items() if taken is None or k in taken}

    def _job(self, name: str) -> tuple[dict[str, Node], bool]:
        """The keys of a job with those of what it extends, and whether all of that is here."""
        known = self._known.get(name)
        if known is not None:
            return known
        own = yaml.fields(self.root[name])
        whole, given = True, dict[str, Node]()
        self._open.append(name)
        for base in yaml.scalars(own.get("extends")):
            if base.value in self._open:
                self.faults.append((base, f"`{name}` extends itself, so GitLab refuses the file"))
                whole = False
            elif len(self._open) > _DEEPEST:
                whole = False
            elif isinstance(self.root.get(base.value), Mapping):
                inner, inside = self._job(base.value)
                given, whole = self._merged(given, inner), whole and inside
            else:
                whole = False
        self._open.pop()
        found = self._merged(given, own), whole
        self._known[name] = found
        return found

    def _merged(self, base: dict[str, Node], over: dict[str, Node]) -> dict[str, Node]:
        """Two jobs in one: mappings are merged, of all else the latter counts."""
        self._left -= len(base)
        if self._left < 0 or not base:
            return over
        found = dict(base)
        for key, node in over.items():
            before = found.get(key)
            if isinstance(before, Mapping) and isinstance(node, Mapping):
                self._left -= len(before.entries)
                found[key] = Mapping((*before.entries, *node.entries), node.start, node.end)
            else:
                found[key] = node
        return found


def inherited(node: Node | None, what: str) -> frozenset[str] | None:
    """The names that a job's `inherit` lets it take over of `default` or `variables`; None for all."""
    told = yaml.get(node, what)
    if isinstance(told, Sequence):
        return frozenset(yaml.strings(told))
    return frozenset() if yaml.string(told) == "false" else None
