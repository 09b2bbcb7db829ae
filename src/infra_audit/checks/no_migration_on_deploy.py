"""Migrations that nothing on the way to production runs, or that git does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import basename, dirname
from typing import Any

from msgspec.structs import replace

from ..documents.facts import Other
from ..flow import effects
from ..flow.behaviour import Run
from ..flow.verbs import asked, exists
from ..model import START, Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Undecided
from ..project.destruction import destroys, inner
from ..project.entrances import TRIAL
from ..project.layers import last
from ..project.leads import led, shown
from ..project.phases import shown as shown_run
from ..project.present import Paths, paths
from ..project.purpose import purpose
from ..project.starts import started
from ..project.tree import by_name
from ..project.types import Act, Deployable, Project, Store
from ..source.regex import regex

_APPLIES = regex(r"(?:^|/)migrations/[^/]+/migration\.sql$")
_SCRIPTED = frozenset({"build", "deploy", "release", "vercel-build", "heroku-postbuild", "postinstall", "prestart", "start",
                       "start:prod", "poststart"})  # fmt: skip
"""Package scripts that a deployment runs though nothing here calls them."""
_UNREAD = regex(
    r"^(?!(?:.*/)?(?:public|static|assets)/)(?:[\w.-]+/){0,3}?(?:(?:scripts?|bin|docker|deploy\w*|database|db|prisma|tools?|ops|src)/)?"
    r"(?!(?:jest|vitest|mocha|playwright|cypress)[._-])[\w.-]*(?:migrat|entry-?point|boot|start|init|set-?up|deploy|release)[\w.-]*\.(?:[cm]?[jt]s|py|rb|go|ps1|php)$"
)
"""Programs that a start or a release may lead to, by their names; what browsers are given is none."""
_SPEAKS = frozenset({"migrations", "migration.sql"})
"""What a line of a `.gitignore` names that is about migrations."""
_SHELL = regex(r"([\w.-]+\.sh)\b")
_SPAWNS = frozenset({
    "child_process", "node:child_process", "execa", "zx", "cross-spawn", "shelljs", "bun", "@prisma/internals",
    "@prisma/migrate",
})  # fmt: skip
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
    """One outcome for each leading deployable whose schema has migrations, and for those that git ignores."""
    yield from _unkept(project)
    for leader, group in led(project):
        folders = {d.folder for d in group}
        stores = [
            s
            for s in project.stores
            if s.source == "prisma" and s.purpose == "production" and folders & set(s.users)
        ]
        found = [(s, names) for s in stores if (names := _migrations(s, project))]
        if found:
            usual = (one for one in found if basename(one[0].location.path) == "schema.prisma")
            yield _judged(leader, *next(usual, found[0]), project)


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
        if leader.kind == "platform":
            return _released(leader, store, names, project)
        if leader.kind == "kubernetes":
            return _running(project) or Undecided(where, "what its release runs is set elsewhere")
        return Inapplicable(f"{leader.name} is deployed as {leader.kind}")
    running = _running(project)
    pushed = _pushed(project) if running is not None else None
    if running is not None and pushed is None:
        return running
    doubt = _doubt(project) or _beyond(project)
    if doubt is not None:
        return running or Undecided(*doubt)
    if pushed is None:
        return _match(leader, store, names, started(leader, project).location)
    them = "it" if len(names) == 1 else "them"
    instead = f"the release runs `{shown_run(pushed)}`, which does not apply {them}"
    found = _match(leader, store, names, Location(pushed.path, pushed.span), why=instead)
    return replace(found, deployable=None)


def _match(
    leader: Deployable,
    store: Store,
    names: list[str],
    where: Location,
    *more: Evidence,
    why: str = "",
) -> Match:
    count = "a migration" if len(names) == 1 else f"{len(names)} migrations"
    them = "it" if len(names) == 1 else "them"
    return Match(
        location=where,
        values={
            "what": f"{shown(leader)} has {count} in `{dirname(dirname(names[0]))}`",
            "why": why or f"nothing on the way to production runs {them}",
        },
        evidence=(Evidence(store.location, "the schema that they belong to"), *more),
        deployable=leader.folder,
    )


def _unkept(project: Project) -> Iterator[Match]:
    """One match for each schema whose migrations git ignores though a release runs them."""
    homes = [
        store
        for store in project.stores
        if store.source == "prisma" and store.purpose == "production" and store.users
    ]
    ignoring = [
        o for o in project.others if o.kind == "ignores" and _SPEAKS.intersection(_parts(o))
    ]
    if not homes or not ignoring or not _by_git(project):
        return
    if any(basename(path).startswith("prisma.config.") for path in project.files):
        return
    if any(_migrations(store, project) for store in homes):
        return
    for store in homes:
        line = _ignoring(store, ignoring, project)
        run = _deploying(project) if line is not None else None
        if line is not None and run is not None:
            yield Match(
                location=line,
                values={
                    "what": f"git ignores the migrations of `{store.location.path}`",
                    "why": f"a checkout has none for `{shown_run(run)}` to apply",
                },
                evidence=(Evidence(Location(run.path, run.span), "what a release runs"),),
            )


def _parts(other: Other) -> Iterator[str]:
    return (part for word in other.words for part in word.name.strip().split("/"))


def _ignoring(store: Store, ignoring: list[Other], project: Project) -> Location | None:
    """The line of a `.gitignore` that leaves out all migrations beside a schema."""
    folder = dirname(store.location.path)
    made = f"{folder}/migrations/20250101000000_x/migration.sql".lstrip("/")
    if paths(project).of(made) != "ignored":
        return None
    for other in ignoring:
        for word in other.words:
            alone = ((dirname(other.path), (word.name,)),)
            if Paths(frozenset(), frozenset(), alone, ()).of(made) == "ignored":
                return Location(other.path, word.span)
    return None


def _by_git(project: Project) -> bool:
    """Whether a script brings the code to a server with git."""
    return any(
        run.name == "git"
        and run.reach == "reached"
        and {"pull", "clone", "fetch"} & {*run.arguments[:3]}
        for act in project.acts
        if act.role in ("deploy", "bootstrap") and act.purpose == "production"
        for run in act.behaviour.runs
    )


def _deploying(project: Project) -> Run | None:
    """The run of a release that applies the migrations of Prisma to its usual schema."""
    for act in project.acts:
        if act.role == "deploy" and act.purpose == "production":
            for run in act.behaviour.runs:
                words = [word or "" for word in run.arguments]
                named = run.name == "prisma" or "prisma" in words
                if named and run.reach == "reached" and " ".join(words).endswith("migrate deploy"):
                    return run
    return None


def _released(leader: Deployable, store: Store, names: list[str], project: Project) -> Outcome:
    """The outcome on a platform: only files of Fly.io and Vercel may tell all that a release runs."""
    running = _running(project, _is_for_people)
    if running is not None:
        return running
    where = leader.evidence[0].location if leader.evidence else store.location
    built = _on_vercel(leader, project)
    if built is not None:
        doubt = _doubt(project) or _unread_build(project)
        if doubt is not None:
            return Undecided(*doubt)
        return _match(leader, store, names, started(leader, project).location, built)
    app = _on_fly(leader, project)
    image = next((i for i in project.images if i.deployable == leader.folder), None)
    start = last(image, "CMD", "ENTRYPOINT") if image is not None else None
    if app is None or image is None or start is None or not _is_read(start.argument, project):
        return Undecided(where, "what its release runs is set elsewhere")
    doubt = _doubt(project, _ELSEWHERE - {"fly"})
    if doubt is not None:
        return Undecided(*doubt)
    starts = Evidence(Location(image.dockerfile.path, start.span), "all that the image starts")
    return _match(leader, store, names, app, starts)


def _is_read(start: str, project: Project) -> bool:
    """Whether what an image starts is told by its words and by scripts of the repository."""
    named = _SHELL.findall(start)
    return "$" not in start and all(name in by_name(project.files) for name in named)


def _on_fly(leader: Deployable, project: Project) -> Location | None:
    """Where a fly.toml tells of an application that has no command for its release."""
    shown_by = {e.location.path for e in leader.evidence}
    apps = [h for h in project.hostings if h.provider == "fly"]
    own = next((h for h in apps if h.path in shown_by and dirname(h.path) == leader.folder), None)
    commands = [c for h in apps for service in h.services for c in service.commands]
    if own is None or not own.services or own.problems or _calls_others(project):
        return None
    if any(command.kind == "release" for command in commands):
        return None
    return Location(own.path, own.services[0].span)


def _on_vercel(leader: Deployable, project: Project) -> Evidence | None:
    """Where a vercel.json tells what is built: with `builds` or a `buildCommand` nobody else does.

    What the workflows of others do is not seen.
    """
    if {platform.name for platform in project.platforms} != {"Vercel"} or _calls_others(project):
        return None
    path = f"{leader.folder}/vercel.json" if leader.folder else "vercel.json"
    for other in project.others:
        for word in other.words if other.path == path else ():
            given = word.value.raw if word.value is not None else ""
            if word.name == "builds" or (word.name == "buildCommand" and given.strip('"')):
                return Evidence(Location(path, word.span), "all that the platform builds")
    return None


def _unread_build(project: Project) -> tuple[Location, str] | None:
    """A program that a build starts and that is not read."""
    for act in project.acts:
        scripted = act.script.origin == "npm" and act.script.name in _BUILDS
        if scripted or "platform-build" in act.reached_by:
            for run in act.behaviour.runs:
                if run.name in _PROGRAMS or "/" in run.name:
                    return Location(run.path, run.span), f"what `{run.name}` does is not read"
    return None


_BUILDS = frozenset({"prebuild", "build", "postbuild", "vercel-build", "preinstall", "install", "postinstall", "prepare"})  # fmt: skip
_PROGRAMS = frozenset({"node", "tsx", "ts-node", "bun", "deno", "python", "python3", "make", "just", "task", "rake", "nx", "lerna", "turbo"})  # fmt: skip


def _beyond(project: Project) -> tuple[Location, str] | None:
    """A pipeline of GitLab of which a part is not read."""
    for workflow in project.workflows:
        if workflow.unread is not None:
            where = Location(workflow.path, workflow.unread.span)
            return where, "what else the pipeline does is not read"
        for job in workflow.jobs if workflow.system == "gitlab" else ():
            if job.uses is not None:
                return Location(workflow.path, job.uses.span), "what the job runs is not read"
    return None


def _calls_others(project: Project) -> bool:
    """Whether a job is a workflow of another repository, or a part of a pipeline that is not read."""
    return any(
        job.uses is not None and not (job.uses.literal or "").startswith("./")
        for workflow in project.workflows
        for job in workflow.jobs
    ) or any(workflow.unread is not None for workflow in project.workflows)


def _is_for_people(act: Act) -> bool:
    """Whether nothing calls a script that changes a database otherwise than by its migrations."""
    if act.reached_by or act.script.origin != "file" or act.role in ("deploy", "bootstrap"):
        return False
    return not any(
        "migrate deploy" in " ".join(word or "" for word in run.arguments)
        for run in act.behaviour.runs
        if run.reach == "reached"
    )


def _running(project: Project, aside: Callable[[Act], bool] = lambda _: False) -> Satisfied | None:
    """What brings a database up to date, on whatever occasion in production that is not set aside."""
    for act, run in _migrating(project):
        if not aside(act):
            return Satisfied(Location(run.path, run.span), f"`{shown_run(run)}`")
    return _arranged(project)


def _migrating(project: Project) -> Iterator[tuple[Act, Run]]:
    for act in project.acts:
        if act.purpose in ("production", "template") and _counts(act, project):
            for run in act.behaviour.runs:
                if run.reach == "reached" and _migrates(run):
                    yield act, run


def _pushed(project: Project) -> Run | None:
    """The `prisma db push` of a release, where nothing brings a database up to date in another way."""
    found = list(_migrating(project))
    if _arranged(project) is not None or not all(_pushes(run) for _, run in found):
        return None
    return next((run for act, run in found if act.role == "deploy"), None)


def _pushes(run: Run) -> bool:
    """Whether a run brings the usual schema into a database, whatever migrations say."""
    words = [word or "" for word in run.arguments]
    return "db push" in " ".join(words) and not any(w.startswith("--schema") for w in words)


def _arranged(project: Project) -> Satisfied | None:
    """What brings a database up to date though no script does."""
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


def _doubt(project: Project, elsewhere: frozenset[str] = _ELSEWHERE) -> tuple[Location, str] | None:
    """What may run them though it is not read."""
    for act in project.acts:
        for run in act.behaviour.runs if act.role in ("deploy", "bootstrap", "entrypoint") else ():
            if run.name in ("make", "just", "task", "rake"):
                return Location(run.path, run.span), f"what `{run.name}` does is not read in full"
    for other in project.others:
        if (
            other.kind in elsewhere
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
