"""What supervisord starts in an image, where no configuration gives it another user than root."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import basename, dirname, join, normpath

from ..documents.facts import Hosted, Hosting
from ..flow.behaviour import Run, analyse
from ..model import Evidence, Location
from .layers import lineage
from .types import Image, Project

ROOT = frozenset({"root", "0", "0:0", "root:root", "root:0", "0:root"})
_RUNTIMES = frozenset({
    "node", "npx", "npm", "pnpm", "yarn", "bun", "python", "python3", "gunicorn", "uvicorn", "celery", "java", "ruby", "bundle",
})  # fmt: skip
"""What runs an application as the user that it is started as."""
_FILE = frozenset({"-c", "--configuration"})


def program_of_root(image: Image, runs: Iterable[Run], project: Project) -> Evidence | None:
    """A program of an application that supervisord starts as root in an image; None where another user may."""
    for run in runs:
        if run.name.rpartition("/")[2] == "supervisord":
            for hosting in _read(image, run, project):
                return _program(hosting)
    return None


def _read(image: Image, run: Run, project: Project) -> Iterator[Hosting]:
    """The file of the repository that the image has where supervisord is told to read its settings."""
    told = [
        value
        for flag, value in zip(run.arguments, run.arguments[1:], strict=False)
        if flag in _FILE
    ]
    known = {h.path: h for h in project.hostings if h.provider == "supervisor"}
    for stage in lineage(image.dockerfile, image.stage) if told and known else ():
        for copy in (i.copy for i in stage.instructions if i.copy is not None):
            target = copy.target.literal if copy.target is not None else None
            for source in copy.sources if target and not copy.origin else ():
                written = source.literal or ""
                inside = f"{target}{basename(written)}" if str(target).endswith("/") else target
                for folder in (image.context, dirname(image.dockerfile.path)):
                    path = normpath(join(folder, written)) if folder is not None else ""
                    if path in known and inside == told[0]:
                        yield known[path]


def _program(hosting: Hosting) -> Evidence | None:
    settings = {entry.name: entry.value for entry in hosting.options}
    own = settings.get("supervisord.user")
    users = [own, *(program.user for program in hosting.services)]
    if any(user is not None and user.literal not in ROOT for user in users):
        return None
    if any(name.startswith("include.") for name in settings):
        return None
    program = next(filter(_runs_application, hosting.services), None)
    if program is None:
        return None
    return Evidence(Location(hosting.path, program.span), "supervisord gives it no other user")


def _runs_application(program: Hosted) -> bool:
    return any(
        run.name.rpartition("/")[2] in _RUNTIMES and not run.prefixes
        for command in program.commands
        for run in analyse(command.script).runs
    )
