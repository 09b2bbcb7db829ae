"""Lockfiles: which a package has, and which manager's install a command is."""

from __future__ import annotations

from msgspec import Struct

from ..documents.facts import Package
from ..flow.behaviour import Run
from .apps import folder_of
from .types import Project

LOCKS = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "yarn.lock": "yarn",
    "pnpm-lock.yaml": "pnpm",
    "bun.lockb": "bun",
    "bun.lock": "bun",
}
"""Lockfiles by the manager that writes them."""

_VERBS = {
    "npm": frozenset({"install", "i", "ci", "clean-install", "install-clean"}),
    "pnpm": frozenset({"install", "i"}),
    "yarn": frozenset({"install"}),
    "bun": frozenset({"install", "i"}),
}
_FROZEN = frozenset({"ci", "clean-install", "install-clean"})
_VALUED = frozenset({"--prefix", "-C", "--dir", "--cwd", "--registry", "--omit", "--include", "--loglevel", "--cache",
                     "--network-timeout", "--cache-folder", "--mutex", "--store-dir", "--only", "--fetch-timeout"})  # fmt: skip
_OTHERS = frozenset({"-g", "--global", "--lockfile-only", "--package-lock-only", "--no-lockfile", "--no-package-lock",
                     "--fix-lockfile", "--no-save"})  # fmt: skip
"""With which an install is of something else, or says itself that it wants no lockfile."""


class Install(Struct, frozen=True):
    """An install of all that a package depends on; `frozen` where it fails without a lockfile."""

    manager: str
    frozen: bool


def install(run: Run) -> Install | None:
    """The install that a run is; None for any other, also of single packages."""
    verbs = _VERBS.get(run.name)
    if verbs is None or None in run.arguments:
        return None
    given = [a or "" for a in run.arguments]
    operands: list[str] = []
    rest = list(given)
    while rest:
        word = rest.pop(0)
        if word in _VALUED:
            rest[:1] = []
        elif not word.startswith("-"):
            operands.append(word)
    if _OTHERS.intersection(given) or any(w.startswith(("--filter", "-F")) for w in given):
        return None
    if (
        run.name == "yarn"
        and not operands
        and not {"--version", "-v", "--help"}.intersection(given)
    ):
        return Install("yarn", False)
    if len(operands) != 1 or operands[0] not in verbs:
        return None
    return Install(
        run.name, operands[0] in _FROZEN or (run.name == "pnpm" and "--frozen-lockfile" in given)
    )


def locks(package: Package, project: Project) -> tuple[str, ...]:
    """The lockfiles beside a package or, for one of a workspace, beside those above it; nearest first."""
    found = []
    folder = folder_of(package.path)
    while True:
        found += [
            p for name in LOCKS if (p := f"{folder}/{name}" if folder else name) in project.files
        ]
        if not folder:
            return tuple(found)
        folder = folder_of(folder)


def manager_of(lock: str) -> str:
    """The manager that writes a lockfile."""
    return LOCKS[lock.rpartition("/")[2]]
