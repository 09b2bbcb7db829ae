"""Migrations that nothing on the way to production runs."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname
from typing import Any

from ..flow import effects
from ..flow.behaviour import Run
from ..flow.verbs import asked, exists
from ..model import START, Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.destruction import destroys, inner
from ..project.entrances import TRIAL
from ..project.leads import led, shown
from ..project.phases import shown as shown_run
from ..project.purpose import purpose
from ..project.starts import started
from ..project.types import Act, Deployable, Project, Store
from ..source.regex import regex

_APPLIES = regex(r"(?:^|/)migrations/[^/]+/migration\.sql$")
_SCRIPTED = frozenset({"build", "deploy", "release", "vercel-build", "heroku-postbuild", "postinstall", "prestart", "start",
                       "start:prod", "poststart"})  # fmt: skip
"""Package scripts that a deployment runs though nothing here calls them."""
_UNREAD = regex(
    r"^(?:[\w.-]+/){0,3}?(?:(?:scripts?|bin|docker|deploy\w*|database|db|prisma|tools?|ops|src)/)?"
    r"[\w.-]*(?:migrat|entry-?point|boot|start|init|set-?up|deploy|release)[\w.-]*\.(?:[cm]?[jt]s|py|rb|go|ps1|php)$"
)
"""Programs that a start or a release may lead to, by their names."""
_SPAWNS = frozenset({"child_process", "node:child_process", "execa", "zx", "cross-spawn"})
_ELSEWHERE = frozenset(
    {
        "render",
        "railway",
        "heroku",
        "fly",
        "kamal",
        "caprover",
        "codedeploy",
        "helm",
        "ansible",
        "nixos",
    }
)
"""Files of tools that have commands of their own for a release."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each leading deployable whose schema has migrations."""
    for leader, group in led(project):
        folders = {d.folder for d in group}
        stores = [
            s
            for s in project.stores
            if s.source == "prisma" and s.purpose == "production" and folders & set(s.users)
        ]
        found = [(s, names) for s in stores if (names := _migrations(s, project))]
        if found:
            yield _judged(leader, *found[0], project)


def _migrations(store: Store, project: Project) -> list[str]:
    """The migrations beside a schema, or beside the folder that it lies in."""
    own = dirname(store.location.path)
    homes = {own, dirname(own)} if own else {own}
    return sorted(
        path
        for path in project.files
        if path.endswith("/migration.sql")
        and _APPLIES.search(path)
        and dirname(dirname(dirname(path))) in homes
    )


def _judged(leader: Deployable, store: Store, names: list[str], project: Project) -> Outcome:
    if not leader.self_hosted:
        where = leader.evidence[0].location if leader.evidence else store.location
        if leader.kind in ("platform", "kubernetes"):
            return _running(project) or Undecided(where, "what its release runs is set elsewhere")
        return Inapplicable(f"{leader.name} is deployed as {leader.kind}")
    running = _running(project)
    if running is not None:
        return running
    doubt = _doubt(project)
    if doubt is not None:
        return Undecided(*doubt)
    start = started(leader, project)
    where = start.location
    return Match(
        location=where,
        values={
            "name": shown(leader),
            "count": "a migration" if len(names) == 1 else f"{len(names)} migrations",
            "them": "it" if len(names) == 1 else "them",
            "folder": dirname(dirname(names[0])),
        },
        evidence=(Evidence(store.location, "the schema that they belong to"),),
        deployable=leader.folder,
    )


def _running(project: Project) -> Satisfied | None:
    """What brings a database up to date, on whatever occasion in production."""
    for act in project.acts:
        if act.purpose in ("production", "template") and _counts(act, project):
            for run in act.behaviour.runs:
                if run.reach == "reached" and _migrates(run):
                    return Satisfied(Location(run.path, run.span), f"`{shown_run(run)}`")
    for compose in project.composes:
        for service in compose.services:
            if "migrat" in service.name.lower():
                return Satisfied(
                    Location(compose.path, service.span), f"the service `{service.name}`"
                )
    for other in project.others:
        for word in other.words:
            if word.value is not None and "migrat" in word.value.raw:
                return Satisfied(Location(other.path, word.span), f"`{word.value.raw}`")
    return None


def _migrates(run: Run) -> bool:
    """Whether a run brings a database up to date; a verb that its tool does not have does nothing."""
    verb = asked(run)
    if verb is not None and not exists(verb):
        return False
    words = " ".join(word or "" for word in run.arguments)
    if "migrate deploy" in words or "db push" in words or "db execute" in words:
        return run.name not in ("echo", "printf")
    return bool(effects.migrates(run) or effects.migrates(inner(run)) or destroys(run))


def _counts(act: Act, project: Project) -> bool:
    """Whether an act is on the way to production, or may be."""
    if act.role in ("test", "development"):
        return False
    if act.script.origin == "npm":
        return bool(act.reached_by) or act.script.name in _SCRIPTED
    if act.script.origin == "step" and set(act.reached_by) <= {"ci-job"}:
        return not _is_for_tests(act, project)
    return True


def _is_for_tests(act: Act, project: Project) -> bool:
    """Whether a step belongs to a job that has a database of its own, or is for tests by its name."""
    for workflow in project.workflows:
        for job in workflow.jobs if workflow.path == act.script.path else ():
            for step in job.steps:
                if step.run is act.script:
                    return bool(
                        job.services
                        or TRIAL.search(job.id)
                        or TRIAL.search(step.name.raw if step.name else "")
                    )
    return False


def _doubt(project: Project) -> tuple[Location, str] | None:
    """What may run them though it is not read."""
    for act in project.acts:
        for run in act.behaviour.runs if act.role in ("deploy", "bootstrap", "entrypoint") else ():
            if run.name in ("make", "just", "task", "rake"):
                return Location(run.path, run.span), f"what `{run.name}` does is not read in full"
    for other in project.others:
        if (
            other.kind in _ELSEWHERE
            and project.purposes.get(other.path, "production") == "production"
        ):
            return Location(other.path, other.span), f"what {other.path} runs is not read in full"
    for module in project.modules:
        if project.purposes.get(module.path) == "production" and any(
            i.specifier in _SPAWNS for i in module.imports
        ):
            return Location(module.path, START), f"what {module.path} starts is not read"
    for path in sorted(p for p in project.files if _UNREAD.search(p)):
        if (
            project.purposes.get(path, "production") == "production"
            and purpose(path) == "production"
        ):
            return Location(path, START), f"{path} may run them"
    return None
