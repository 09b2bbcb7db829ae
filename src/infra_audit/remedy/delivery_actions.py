"""What to do about releases: the pipeline in place of what people type."""

from __future__ import annotations

from collections.abc import Iterator

from ..flow.behaviour import Run
from ..model import Finding
from ..project.phases import phase
from ..project.types import Act, Project
from .surroundings import acts, at, concerned, manager, on, package_script

_SILENT = frozenset({
    "", ".", ":", "[", "[[", "cd", "clear", "date", "declare", "echo", "exit", "export", "local",
    "printf", "pwd", "read", "readonly", "return", "set", "shift", "sleep", "source", "test",
    "tput", "trap", "true", "umask",
})  # fmt: skip
"""Commands that change nothing that a pipeline would have to do."""

_COMMANDS = 10
_WORDS = 4


def pipeline(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    """Build, test, push, deploy, and back again."""
    paths = dict.fromkeys(m.location.path for m in project.pipelines)
    if paths:
        shown = ", ".join(f"`{path}`" for path in list(paths)[:3])
        yield (
            f"Extend what is there ({shown}) by jobs that need one another: build → test → "
            "push → deploy."
        )
    else:
        yield (
            "Write `.github/workflows/deploy.yml` with jobs that need one another: build → "
            "test → push → deploy."
        )
    yield from _tests(findings, project)
    yield "Push one image for each commit, tagged with its id, to a registry; deploy that tag."
    of_gitlab = {w.path for w in project.workflows if w.system == "gitlab"}
    for delivery in project.deliveries:
        if delivery.kind == "deploy" and not delivery.preview:
            apart = "resource_group" if delivery.workflow in of_gitlab else "concurrency"
            yield (
                f"Keep {at(delivery.location)} (`{delivery.what}`) as the deploy job, with "
                f"`{apart}` and `needs` on the tests."
            )
    for act in acts(project, "deploy"):
        yield from _moved(act)
    if any(schema.datasources for schema in project.schemas):
        yield (
            "Run `prisma migrate deploy` as a step of its own before the new version takes "
            "requests."
        )
    yield from _gate(project)


def _tests(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    for deployable in concerned(findings, project)[:3]:
        test = package_script(deployable.package, "test", "test:ci", "test:unit")
        path = deployable.package.path if deployable.package else ""
        tool = manager(deployable, project)[0] or "npm"
        if test:
            yield f"Test with `{tool} run {test.name}` (`{test.command}`, {on(path, test.span)})."
        elif deployable.package:
            yield (
                f"`{path}` has no `test` script: at least build it and start it once against an "
                "empty database."
            )


def _moved(act: Act) -> Iterator[str]:
    """What the script does today, as far as it is known."""
    own = {routine.name for routine in act.behaviour.functions}
    runs = [run for run in act.behaviour.runs if _matters(run) and run.name not in own]
    named = ", ".join(f"`{_command(run)}` ({run.span.line})" for run in runs[:_COMMANDS])
    more = len(runs) - _COMMANDS
    rest = f" and {more} more" if more > 0 else ""
    path = act.script.path
    if named:
        yield (
            f"Move what `{path}` does into the deploy job: {named}{rest}; what builds goes "
            "into the image."
        )
    else:
        yield f"Move what `{path}` does into the deploy job."


def _matters(run: Run) -> bool:
    """Whether a run does something, and does not only say or ask something."""
    if not run.name or run.name in _SILENT or run.reach != "reached" or run.captured:
        return False
    return run.outcome != "tested" or bool(phase(run))


def _command(run: Run) -> str:
    words = [word.raw for word in run.words[:_WORDS]]
    shown = " ".join(" ".join(words).split()).replace("`", "'")
    return f"{shown} …" if len(run.words) > _WORDS else shown


def _gate(project: Project) -> Iterator[str]:
    health = [
        route.path
        for routes in project.routes
        for route in routes.table
        if "health" in route.path or "ready" in route.path
    ]
    probe = f"`{health[0]}`" if health else "a health route (there is none that could be seen)"
    yield (
        f"End the deploy by asking {probe} until it answers or a minute is over; on failure "
        "start the previous tag again."
    )
