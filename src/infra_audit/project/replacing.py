"""What a release overwrites of the version that runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..documents.facts import Job
from ..flow import effects
from ..flow.behaviour import Run
from ..source.regex import regex
from .composing import is_application
from .named_files import DEFAULTS
from .releases import pulls, sends
from .runners import is_own
from .types import Act, Project

FETCHES = "brings the only checkout to the new version"


def is_remote(act: Act, project: Project, *, grouped: bool = False) -> bool:
    """Whether a script runs on the server: by an ssh action, on a runner of its own, or by hand.

    `grouped` takes a group of runners for machines of its people's own too, which it mostly is.
    """
    return not act.reached_by or any(
        step.remote is act.script
        or (step.run is act.script and _is_own_runner(job, grouped=grouped))
        for workflow in project.workflows
        for job in workflow.jobs
        for step in job.steps
    )


def _is_own_runner(job: Job, *, grouped: bool) -> bool:
    if is_own(job):
        return True
    return grouped and not job.runs_on and job.uses is None


def swapped(runs: list[Run]) -> Iterator[Run]:
    """The removal of a folder outside of the checkout and the copy that takes its place."""
    for removal in runs:
        gone = {w.raw for w in removal.words[1:] if w.raw.startswith(("/", "~/", "$HOME/"))}
        if removal.name != "rm" or not gone or not _recursive(removal):
            continue
        folders = {word.rstrip("/") for word in gone}
        for copy in runs[runs.index(removal) + 1 :]:
            if (
                copy.name in ("cp", "rsync")
                and _recursive(copy)
                and copy.words[-1].raw.rstrip("/") in folders
            ):
                yield removal
                yield copy
                return


def _recursive(run: Run) -> bool:
    return any(a and a.startswith("-") and set("rRa") & set(a) for a in run.arguments)


def pulls_latest(run: Run, project: Project) -> bool:
    """Whether a run fetches an image by `latest`, of which a registry keeps but one."""
    if run.name in ("docker", "podman") and run.arguments[:1] == ("pull",):
        image = (run.arguments[-1] or "").rpartition("/")[2]
        own = any(d.kind == "image" for d in project.deliveries)
        return own and bool(image) and (":" not in image or image.endswith(":latest"))
    if (
        run.name in ("docker", "docker-compose")
        and "pull" in run.arguments
        and any(d.kind == "image" for d in project.deliveries)
    ):
        return any(
            service.image is not None
            and service.image.raw.endswith(":latest")
            and is_application(service)
            for compose in project.composes
            if project.purposes.get(compose.path) == "production"
            for service in compose.services
        )
    return False


def overwrites(run: Run, project: Project, *, there: bool) -> str:
    """What of the version that runs a run overwrites, `there` when it runs on the server; '' for none."""
    if sends(run):
        return "copies over what runs"
    if not there:
        return ""
    if pulls(run):
        return FETCHES
    if run.name in ("docker", "docker-compose") and effects.builds(run):
        return "builds over the image that runs" if has_build(run, project) else ""
    if effects.builds(run):
        return "" if _is_put_beside(run) else "builds over what runs"
    if effects.installs_dependencies(run) and not {"-g", "--global"} & set(run.arguments):
        return "replaces the dependencies"
    return ""


_OUTPUT = regex(r"(?:BUILD|DIST|OUT|OUTPUT)_?(?:PATH|DIR|FOLDER)")


def _is_put_beside(run: Run) -> bool:
    """Whether a build is given a folder of its own for what it makes: `BUILD_PATH=build_new npm run build`."""
    return any(_OUTPUT.fullmatch(name) for name, _ in run.environment)


def has_build(run: Run, project: Project) -> bool:
    """Whether what compose is told to build is built: a service of its file says how, or the file is not here."""
    if effects.builds(run) != "compose":
        return True
    given = [
        (after or "").rpartition("/")[2]
        for word, after in pairwise(run.arguments)
        if word in ("-f", "--file")
    ]
    names = given or DEFAULTS
    asked = [c for c in project.composes if c.path.rpartition("/")[2] in names]
    return not asked or any(service.build is not None for c in asked for service in c.services)
