"""Where a server holds a checkout of this repository: where scripts renew it with git and use what is here."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

from msgspec import Struct

from ..flow.behaviour import Run
from ..model import Evidence, Location
from .spots import as_written, spots
from .types import Act, Project

_RENEWS = frozenset({"pull", "fetch", "reset", "clone", "merge"})
_NODE = frozenset({"npm", "pnpm", "yarn", "bun", "npx", "node", "pm2"})
_PYTHON = frozenset({"pip", "pip3", "python", "python3", "poetry", "uv"})
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")


class Checkout(Struct, frozen=True):
    """A folder as a script names it, of one shell, with the place that renews it."""

    folder: str
    remote: str | None
    evidence: Evidence

    def inside(self, path: str) -> str | None:
        """A path relative to the checkout, None where it lies outside."""
        if path == self.folder:
            return ""
        return path[len(self.folder) + 1 :] if path.startswith(f"{self.folder}/") else None


def checkout(act: Act, project: Project) -> Checkout | None:
    """The one checkout that a script renews; None where there are several, or it may be of another repository."""
    runs = act.behaviour.runs
    if not any(run.name == "git" for run in runs):
        return None
    at = spots(runs, act.script)
    found: dict[str, Checkout] = {}
    for run, spot in zip(runs, at, strict=True):
        folder = _renewed(run, spot)
        if folder:
            where = Location(run.path, run.span)
            found.setdefault(
                folder,
                Checkout(folder, run.remote, Evidence(where, "the checkout is renewed here")),
            )
    if len(found) != 1:
        return None
    (one,) = found.values()
    return (
        one
        if any(_is_ours(run, spot, one, project) for run, spot in zip(runs, at, strict=True))
        else None
    )


def checkouts(project: Project) -> Iterator[Checkout]:
    """All checkouts that scripts of production renew at a known place of a server."""
    for act in project.acts:
        if act.purpose == "production" and act.role not in ("test", "development", "ci"):
            one = checkout(act, project)
            if one is not None and one.folder.startswith("/"):
                yield one


def _renewed(run: Run, spot: str | None) -> str | None:
    """The folder that a git command renews."""
    if run.name != "git" or run.reach == "unreachable":
        return None
    given = list(run.arguments)
    folder = spot
    if given[:1] == ["-C"] and len(given) > 1:
        folder = given[1] or as_written(run.words[2].raw if len(run.words) > 2 else "")
        given = given[2:]
    if not given or given[0] not in _RENEWS:
        return None
    if given[0] == "clone":
        operands = [
            (n, v) for n, v in enumerate(run.arguments) if v is None or not v.startswith("-")
        ]
        last = operands[-1][1] if len(operands) > 2 else None
        folder = last if last and last.startswith("/") else None
    return folder.rstrip("/") if folder and folder[:1] in "/~$" and folder != "/" else None


def _is_ours(run: Run, spot: str | None, one: Checkout, project: Project) -> bool:
    """Whether a run in the checkout uses what this repository has at that place."""
    inside = one.inside(spot) if spot else None
    if inside is None or run.remote != one.remote:
        return False
    if run.name in _NODE:
        return _has(inside, "package.json", project)
    if run.name in _PYTHON:
        return any(_has(inside, n, project) for n in ("requirements.txt", "pyproject.toml"))
    if run.name == "docker-compose" or (run.name == "docker" and run.arguments[:1] == ("compose",)):
        return any(_has(inside, n, project) for n in _COMPOSE) or any(
            _has(inside, a or "?", project) for a in run.arguments
        )
    tried = [a for a in (run.name, *run.arguments) if a and "/" in a and not a.startswith("/")]
    return any(_has(inside, a, project) for a in tried)


def _has(folder: str, name: str, project: Project) -> bool:
    return normpath(join(folder, name)) in project.files
