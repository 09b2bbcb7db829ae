"""What to do about releases: the pipeline in place of what people type."""

from __future__ import annotations

from collections.abc import Iterator

from ..flow.behaviour import Run
from ..flow.effects import effects, plain
from ..model import Finding
from ..project.phases import phase
from ..project.types import Act, Delivery, Project
from ..source.regex import regex
from .surroundings import acts, asking, at, concerned, manager, on, package_script

_SILENT = frozenset({
    "", ".", ":", "[", "[[", "break", "cat", "cd", "clear", "continue", "date", "declare", "echo", "exit", "export", "local",
    "printf", "pwd", "read", "readonly", "return", "set", "shift", "sleep", "source", "test",
    "tput", "trap", "true", "umask",
})  # fmt: skip
"""Commands that change nothing that a pipeline would have to do."""

_ASKS = (
    ("git", "status"), ("git", "log"), ("git", "diff"), ("git", "show"), ("git", "rev-parse"), ("docker", "ps"),
    ("docker", "logs"), ("docker", "images"), ("docker", "compose", "ps"), ("docker", "compose", "logs"),
    ("docker-compose", "ps"), ("docker-compose", "logs"), ("systemctl", "status"), ("pm2", "list"), ("pm2", "logs"),
)  # fmt: skip
"""What only shows how things stand."""
_PRINTS = regex(
    r"(?:log|print|say|msg|message|echo|info|warn(?:ing)?|error|success|debug|notice)(?:_\w+)?|step|header|banner"
)
"""Names of functions that print."""
_ASIDE = regex(
    r"(?i)restor|rotat|provision|bootstrap|set[-_]?up|hot-?fix|roll-?back|back-?up|clean-?up|prune"
)
"""What is no release by its name: it brings data or a version back, sets a machine up, renews secrets, tidies up."""
_BESIDE = regex(r"(?i)(?<!-)\bprune\b|roll-?back|\brestor|back-?up")
"""The same of a command or of the function that it stands in."""
_MACHINES = (
    ("az", "vm", "create"), ("aws", "ec2", "run-instances"), ("gcloud", "compute", "instances", "create"),
    ("doctl", "compute", "droplet", "create"), ("hcloud", "server", "create"), ("linode-cli", "linodes", "create"),
)  # fmt: skip
"""What makes a machine."""
_RENEWS = regex(r"\b(?:up|pull|restart|reload|apply|upgrade|deploy|rollout)\b")
"""Words of the command that brings the new version, among those that prepare it."""
_OF_THE_WHOLE = (
    "manual-deploy",
    "missing-pipeline",
    "no-health-gate",
    "no-rollback",
    "no-migration-on-deploy",
)
"""Rules that are about the release, not about the line that they show it by."""

_COMMANDS = 10
_WORDS = 4
_MOST = 60


def pipeline(
    findings: tuple[Finding, ...], project: Project, every: tuple[Finding, ...]
) -> Iterator[str]:
    """Build, test, push, deploy, and back again; lines that `every` finding is about are not taken over."""
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
    yield from _kept(findings, project)
    whole = asking(every, *_OF_THE_WHOLE)
    found = {(f.location.path, f.location.span.line) for f in every if f not in whole}
    for act in acts(project, "deploy"):
        if not _is_aside(act):
            yield from _moved(act, found)
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


def _kept(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    """The jobs that deploy already, each once, with what the findings miss in them."""
    jobs: dict[tuple[str, str], list[Delivery]] = {}
    for delivery in project.deliveries:
        if delivery.kind == "deploy" and not delivery.preview and not _BESIDE.search(delivery.what):
            jobs.setdefault((delivery.workflow, delivery.job), []).append(delivery)
    of_gitlab = {w.path for w in project.workflows if w.system == "gitlab"}
    after_failure = {
        (workflow.path, job.id)
        for workflow in project.workflows
        for job in workflow.jobs
        if job.condition and "failure()" in job.condition.raw
    }
    for (path, job), found in jobs.items():
        if _ASIDE.search(f"{path.rpartition('/')[2]} {job}") or (path, job) in after_failure:
            continue
        shown = next((d for d in found if _RENEWS.search(d.what)), found[0])
        here = tuple(f for f in findings if f.location.path == path)
        apart = "`resource_group`" if path in of_gitlab else "`concurrency`"
        lacks = [apart] if asking(here, "deploy-races") else []
        lacks += ["`needs` on the tests"] if asking(here, "deploy-without-tests") else []
        told = f", with {' and '.join(lacks)}" if lacks else ""
        yield (
            f"Keep `{job}` as the deploy job ({at(shown.location)}, `{_cut(shown.what)}`){told}."
        )


def _is_aside(act: Act) -> bool:
    """Whether a script is no release: it restores, rotates secrets or sets a machine up."""
    runs = act.behaviour.runs
    if _ASIDE.search(act.script.path.rpartition("/")[2]):
        return True
    if any(_starts(run, _MACHINES) for run in runs):
        return True
    return any(_restores(run) for run in runs) and not any(phase(run) == "fetch" for run in runs)


def _restores(run: Run) -> bool:
    return any(effect.kind == "restore" for effect in effects(run))


def _starts(run: Run, known: tuple[tuple[str, ...], ...]) -> bool:
    words = plain(run)
    return any(words[: len(first)] == first for first in known)


def _moved(act: Act, found: set[tuple[str, int]]) -> Iterator[str]:
    """What the script does today, as far as it is known and nothing is found in it."""
    own = {routine.name for routine in act.behaviour.functions}
    every = [run for run in act.behaviour.runs if _matters(run) and run.name not in own]
    runs = [run for run in every if (run.path, run.span.line) not in found]
    named = ", ".join(f"`{_command(run)}` ({run.span.line})" for run in runs[:_COMMANDS])
    more = len(runs) - _COMMANDS
    rest = f" and {more} more" if more > 0 else ""
    path = act.script.path
    if named:
        yield (
            f"Move what `{path}` does into the deploy job: {named}{rest}; what builds goes "
            "into the image."
        )
    elif not every:
        yield f"Move what `{path}` does into the deploy job."


def _matters(run: Run) -> bool:
    """Whether a run does something, and does not only say or ask something."""
    if not run.name or run.name in _SILENT or run.reach != "reached" or run.captured:
        return False
    if _PRINTS.fullmatch(run.name) or _starts(run, _ASKS) or _restores(run):
        return False
    if _BESIDE.search(" ".join((run.function, *(word.raw for word in run.words)))):
        return False
    return run.outcome != "tested" or bool(phase(run))


def _command(run: Run) -> str:
    shown = " ".join(word.raw for word in run.words[:_WORDS])
    return _cut(f"{shown} …" if len(run.words) > _WORDS else shown)


def _cut(text: str) -> str:
    """A command on one line, as it may stand in code."""
    line = " ".join(text.split()).replace("`", "'")
    return line if len(line) <= _MOST else f"{line[: _MOST - 1].rstrip()}…"


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
