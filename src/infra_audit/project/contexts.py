"""What lies in a build's context beside the repository's own files, and what `.dockerignore` leaves out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from posixpath import basename, dirname, join, normpath

from msgspec import Struct

from ..flow.behaviour import Run
from ..model import Evidence, Location
from .composed import Placed
from .images import built_file
from .present import LINES, spec
from .types import Act, Image, Project

_FILTERS = ("--exclude-from", "--include", "--filter", "--files-from", "-F", "-f", "-C")
"""Options of rsync that may leave out anything."""


class Kept(Struct, frozen=True):
    """A file that lies where an image is built, as something there cannot do without it."""

    path: str
    shown: Evidence
    trail: tuple[Evidence, ...]
    sure: bool
    """Whether production builds the image there."""


def kept_in(image: Image, built: list[Placed], project: Project) -> Iterator[Kept]:
    """The environment files that lie where an image is built: compose reads them, or a script demands them."""
    builds = [one for one in built if _builds(one, image)]
    for one in builds:
        for service in one.compose.services:
            for file in service.env_files if service is one.service or not service.profiles else ():
                shown = Evidence(Location(one.compose.path, file.span), _LIES)
                path = normpath(join(dirname(one.compose.path), file.literal or ""))
                if file.literal:
                    yield Kept(path, shown, one.standing.trail, not one.doubt)
    if any(dirname(one.compose.path) == "" for one in builds):
        for act in project.acts:
            if act.purpose == "production" and act.script.origin == "file":
                yield from _demanded(act)


_LIES = "so it lies where the image is built"


def _builds(one: Placed, image: Image) -> bool:
    build = one.service.build
    return build is not None and built_file(one.compose.path, build) == image.dockerfile.path


def _demanded(act: Act) -> Iterator[Kept]:
    """The files of the root without which a script does not let compose build, there or where it sends the root."""
    runs = act.behaviour.runs
    for nth, run in enumerate(runs):
        if run.name in ("cd", "pushd") and run.remote is None:
            return
        if run.reach != "reached" or not _composes(run):
            continue
        for guard in run.guards:
            if guard.kind == "test" and not guard.negated and guard.words[:1] in _THERE:
                path = normpath(guard.words[-1] or "..")
                here = run.remote is None or any(_sends(path, sent) for sent in runs[:nth])
                if (
                    len(guard.words) == len(("-f", "file"))
                    and here
                    and not path.startswith(("..", "/", "~"))
                ):
                    yield Kept(
                        path, Evidence(Location(run.path, guard.span), _LIES), act.trail, sure=True
                    )


_THERE = (("-f",), ("-e",), ("-s",), ("-r",))


def _composes(run: Run) -> bool:
    """Whether compose builds its images: `docker compose build`, `up --build`."""
    given = set(run.arguments)
    compose = run.name == "docker-compose" or (run.name == "docker" and "compose" in given)
    return compose and ("build" in given or {"up", "--build"} <= given)


def _sends(path: str, run: Run) -> bool:
    """Whether a run copies the folder that it is in to another host, with a file of it."""
    given = [argument or "" for argument in run.arguments]
    if run.name != "rsync" or run.reach != "reached" or not {".", "./"}.intersection(given):
        return False
    if any(argument.startswith(_FILTERS) for argument in given):
        return False
    return not any(fnmatchcase(basename(path), name) for name in _excluded(given))


def _excluded(given: Iterable[str]) -> Iterator[str]:
    """The last parts of the patterns that an rsync leaves out."""
    before = ""
    for argument in given:
        option, _, value = argument.partition("=")
        if option == "--exclude":
            yield basename(value.rstrip("/"))
        elif before == "--exclude":
            yield basename(argument.rstrip("/"))
        before = argument


def lets_in(path: str, image: Image, project: Project) -> str | None:
    """What lets a file into the build of an image: the `.dockerignore` that does not leave it out, '' for none.

    None where the file is left out or lies beyond the context, and where that cannot be told.
    """
    context = image.context
    if context is None or (context and not path.startswith(f"{context}/")):
        return None
    own = f"{image.dockerfile.path}.dockerignore"
    file = own if own in project.files else normpath(join(context, ".dockerignore"))
    if file not in project.files:
        return ""
    read = next((other for other in project.others if other.path == file), None)
    if read is None or len(read.words) >= LINES:
        return None
    lines = tuple(_anchored(word.name) for word in read.words)
    inside = path.removeprefix(f"{context}/") if context else path
    return None if spec(lines).check_file(inside).include else file


def leaves_out(path: str, image: Image, project: Project) -> bool:
    """Whether the `.dockerignore` of an image's build surely leaves a file out of it."""
    context = image.context
    if context is None:
        return False
    if context and not path.startswith(f"{context}/"):
        return True
    own = f"{image.dockerfile.path}.dockerignore"
    file = own if own in project.files else normpath(join(context, ".dockerignore"))
    read = next((other for other in project.others if other.path == file), None)
    if read is None or len(read.words) >= LINES:
        return False
    lines = tuple(_anchored(word.name) for word in read.words)
    inside = path.removeprefix(f"{context}/") if context else path
    return spec(lines).check_file(inside).include is True


def _anchored(line: str) -> str:
    """A line of a `.dockerignore`, all of which begin at the context, in the manner of git."""
    negated = "!" if line.startswith("!") else ""
    return f"{negated}/{normpath(line.removeprefix('!').strip()).strip('/')}"
