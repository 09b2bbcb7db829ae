"""Variables that a deployment declares to need and that nothing in the repository gives it."""

from __future__ import annotations

from collections.abc import Iterator
from re import IGNORECASE
from typing import Any

from ..documents.facts import Compose, Dotenv, Entry, Job, Step, Workflow
from ..documents.shell.syntax import Command, Loop, Parameter, Word
from ..flow.constructs import name_of, parts, words
from ..model import Evidence, Location, Match, Outcome, Span, Undecided
from ..project.apps import folder_of
from ..project.inside import statements
from ..project.provided import spoken
from ..project.runners import has_settings
from ..project.types import Act, Project
from ..source.regex import regex

_OPERATORS = frozenset({":?", "?"})
_GIVEN_ELSEWHERE = regex(
    r"(?:SERVICE|GITHUB|RUNNER|AWS|GOOGLE|GCP|CLOUDSDK|AZURE|ARM|INPUT|CI|DOCKER|BUILDKIT|COMPOSE|NPM|NODE|LC|XDG|SSH)_.*"
    r"|CI|HOME|PWD|USER|UID|GID|EUID|HOSTNAME|SHELL|PATH|LANG|TERM|TMPDIR|OLDPWD|LOGNAME|PORT|NODE_ENV|FUNCNAME"
)
"""What shells, runners, cloud logins and platforms set by themselves; Coolify makes all of `SERVICE_…`."""
_UNREAD = frozenset({"makefile", "ansible", "kamal", "nix", "cloud-init"})
_SOURCES = frozenset(
    {
        "source",
        ".",
        "eval",
        "dotenv",
        "doppler",
        "infisical",
        "op",
        "vault",
        "sops",
        "direnv",
        "chamber",
    }
)
_MOST = 3
_NOWHERE = "which nothing here sets or lists"


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each variable of a compose file, or of a script that a workflow's step runs."""
    named: frozenset[str] | None = None
    for compose in project.composes:
        if project.purposes.get(compose.path) != "production":
            continue
        wanted = _wanted(compose)
        if wanted and named is None:
            named = _named(project)
        for name, entries in wanted.items():
            if name not in (named or ()) and not _GIVEN_ELSEWHERE.fullmatch(name):
                yield _of_compose(name, entries, compose, project)
    for act in project.acts:
        if act.purpose == "production" and act.script.origin == "file" and act.trail:
            yield from _of_script(act, project)
    if any(step.remote is not None for w in project.workflows for j in w.jobs for step in j.steps):
        yield from _of_passed(project)
    yield from _of_code(project)


def _of_passed(project: Project) -> Iterator[Outcome]:
    """What a step passes on to a server without having it."""
    from ..project.passed_on import passed_on

    for each in passed_on(project):
        names = [name for name in each.names if not _GIVEN_ELSEWHERE.fullmatch(name)]
        if not names:
            continue
        it = "it is" if len(names) == 1 else "they are"
        yield Match(
            location=each.location,
            values={
                "name": "` and `".join(names),
                "who": f"job `{each.job}`",
                "does": "passes on",
                "gap": "which no `env:` of the step, the job or the workflow sets",
                "effect": f"on the server {it} empty",
            },
        )


def _of_code(project: Project) -> Iterator[Outcome]:
    """What code demands as soon as it is loaded, of an environment that is all known."""
    if not (any(m.demands for m in project.modules) or any(m.demands for m in project.python)):
        return
    from ..project.demanded import unmet

    said: set[str] = set()
    for act in project.acts:
        if act.purpose == "production" and set(act.reached_by) != {"ci-job"}:
            said |= spoken(act.script)
    for one in unmet(project):
        if said.isdisjoint(one.demand.names):
            yield Match(
                location=Location(one.path, one.demand.span),
                values={
                    "name": "` or `".join(one.demand.names),
                    "who": f"`{one.path}`",
                    "does": "demands",
                    "gap": f"which {one.name} is not given",
                    "effect": "it ends as soon as it starts",
                },
                evidence=one.environment.shown[:_MOST],
            )


def _wanted(compose: Compose) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for service in compose.services:
        for entry in service.required if not service.profiles else ():
            found.setdefault(entry.name, []).append(entry)
    return found


def _named(project: Project) -> frozenset[str]:
    """Every name that something in the repository gives a value or tells people to."""
    copied = frozenset(_copied(project)) if project.dotenvs else frozenset()
    found = {
        e.name for d in project.dotenvs for e in d.entries if not _is_copied_empty(d, e, copied)
    }
    found |= {w.name for o in project.others if o.kind == "prose" for w in o.words}
    for workflow in project.workflows:
        found |= {e.name for e in _environment(workflow)}
    for act in project.acts:
        found |= spoken(act.script)
    return frozenset(found)


def _copied(project: Project) -> Iterator[str]:
    """The names of the files that scripts copy."""
    for act in project.acts:
        if act.purpose == "production":
            for run in act.behaviour.runs:
                if run.name == "cp":
                    yield from ((a or "").rpartition("/")[2] for a in run.arguments[:-1])


def _is_copied_empty(dotenv: Dotenv, entry: Entry, copied: frozenset[str]) -> bool:
    """Whether an installer copies a sample as it is, in which the variable has no value."""
    if entry.value is not None and entry.value.raw.strip("\"' "):
        return False
    return dotenv.path.rpartition("/")[2] in copied


def _environment(workflow: Workflow) -> Iterator[Entry]:
    yield from workflow.environment
    for job in workflow.jobs:
        yield from job.environment
        for step in job.steps:
            yield from step.environment


def _of_compose(name: str, entries: list[Entry], compose: Compose, project: Project) -> Outcome:
    places = [Location(compose.path, entry.span) for entry in entries]
    home = folder_of(compose.path)
    unread = next(
        (o for o in project.others if o.kind in _UNREAD and folder_of(o.path) in (home, "")), None
    )
    given = unread is not None or has_settings(project)
    if project.provisioning or given or _is_told_elsewhere(project):
        return Undecided(places[0], f"what fills in `{name}` may stand in a file that is not read")
    bare = all(entry.value is not None and entry.value.raw == "" for entry in entries)
    effect = (
        "its port is empty, and compose refuses the file" if bare else "compose refuses to start it"
    )
    return Match(
        location=places[0],
        values={
            "name": name,
            "who": f"`{compose.path}`",
            "does": "demands",
            "gap": _NOWHERE,
            "effect": effect,
        },
        evidence=tuple(
            Evidence(p, "needed here too") for p in dict.fromkeys(places[1:]) if p != places[0]
        )[:_MOST],
    )


def _is_told_elsewhere(project: Project) -> bool:
    """Whether a manual stands in the repository that is not read."""
    read = {other.path for other in project.others}
    written = (path for path in project.files if path.lower().endswith(_WRITTEN))
    return any(_MANUAL.search(path) for path in written if path not in read)


_WRITTEN = (".md", ".mdx", ".rst", ".adoc")
_MANUAL = regex(
    r"(?:docker|compose|deploy|install|host|environment|config|variables|getting-?started|quick-?start)[^/]*$",
    IGNORECASE,
)


def _of_script(act: Act, project: Project) -> Iterator[Outcome]:
    """The `${X:?}` of a script, against the environment of the step that leads to it."""
    found = _step_of(act.trail[0].location, project)
    if found is None or any(run.name in _SOURCES for run in act.behaviour.runs):
        return
    workflow, job, step = found
    if workflow.system == "gitlab":
        return  # whose settings give each job variables
    given = {e.name for e in (*workflow.environment, *job.environment, *step.environment)}
    mentioned = _mentioned(workflow, act, project)
    if mentioned is None:
        return
    seen: set[str] = set()
    for name, span in _demanded(act):
        if name in given | mentioned | seen or _GIVEN_ELSEWHERE.fullmatch(name):
            continue
        seen.add(name)
        yield Match(
            location=Location(act.script.path, span),
            values={
                "name": name,
                "who": f"`{act.script.path}`",
                "does": "demands",
                "gap": _NOWHERE,
                "effect": f"job `{job.id}` of {workflow.path} ends there",
            },
            trail=act.trail,
        )


def _step_of(place: Location, project: Project) -> tuple[Workflow, Job, Step] | None:
    for workflow in project.workflows:
        for job in workflow.jobs if workflow.path == place.path else ():
            for step in job.steps:
                if step.span == place.span:
                    return workflow, job, step
    return None


def _mentioned(workflow: Workflow, act: Act, project: Project) -> frozenset[str] | None:
    """The names that the workflow's own commands and the scripts on the way speak of; None where one hides them."""
    on_the_way = {e.location.path for e in act.trail} | {workflow.path}
    found: set[str] = set()
    for other in project.acts:
        if other.script.path in on_the_way and other is not act:
            if any(run.name in _SOURCES for run in other.behaviour.runs):
                return None
            found |= spoken(other.script)
    return frozenset(found)


def _demanded(act: Act) -> Iterator[tuple[str, Span]]:
    """The variables that a script demands and does not give itself."""
    own: set[str] = set()
    demanded: list[tuple[str, Span]] = []
    for statement in statements(act.script):
        if isinstance(statement, Command):
            own |= {a.name for a in statement.assignments if not _demands(a.value, a.name)}
            if name_of(statement) == "read":
                own |= {word.literal or "" for word in statement.words[1:]}
        elif isinstance(statement, Loop):
            own.add(statement.variable)
        for word in words(statement):
            demanded += [
                (part.name, word.span)
                for part in (parts(word) if word.literal is None else ())
                if isinstance(part, Parameter) and part.operator in _OPERATORS
            ]
    for name, span in demanded:
        if name.isidentifier() and name not in own:
            yield name, span


def _demands(value: Word | None, name: str) -> bool:
    """`X="${X:?}"`: an assignment that only passes on what it demands."""
    return value is not None and any(
        isinstance(p, Parameter) and p.operator in _OPERATORS and p.name == name
        for p in parts(value)
    )
