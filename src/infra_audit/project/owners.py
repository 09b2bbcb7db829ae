"""Which deployables a file belongs to."""

from __future__ import annotations

from .facts import Facts
from .types import Deployable


def users_of(path: str, facts: Facts, deployables: tuple[Deployable, ...]) -> tuple[str, ...]:
    """The deployables to which a file belongs, also through a package that they depend on."""
    folder = path.rpartition("/")[0]
    while folder and f"{folder}/package.json" not in facts.files:
        folder = folder.rpartition("/")[0]
    if any(d.folder == folder for d in deployables):
        return (folder,)
    name = next(
        (p.name for p in facts.packages if p.path == f"{folder}/package.json".lstrip("/")), ""
    )
    users = tuple(d.folder for d in deployables if name and name in d.dependencies)
    if users:
        return users
    if len(deployables) == 1:
        return (deployables[0].folder,)
    own = enclosing(path.rpartition("/")[0], deployables)
    if own:
        return (own,)
    client = tuple(d.folder for d in deployables if d.dependencies & {"prisma", "@prisma/client"})
    return client or ((own,) if own is not None else ())


def enclosing(folder: str, deployables: tuple[Deployable, ...]) -> str | None:
    """The innermost deployable at or above a folder."""
    folder = "" if folder == "." else folder
    above = [
        d.folder for d in deployables if not d.folder or f"{folder}/".startswith(f"{d.folder}/")
    ]
    return max(above, key=len, default=None)
