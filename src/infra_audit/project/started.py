"""The runs that start compose files: which files, which services, and for what."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Location
from ..source.regex import regex
from .named_files import FILE_OPTIONS, known_files, named_files
from .runners import is_own
from .types import Act, Project

_DEPLOYS = frozenset({"deploy", "bootstrap"})
_LASTING = frozenset({"unit", "timer", "cron"})
_ASIDE = regex(
    r"(?:^|[:_.-])(?:dev|develop|development|local|test|tests|e2e|db|database|infra|services|docker|stores?)(?:[:_.-]|$)"
)
_RUNTIMES = frozenset({"node", "bun", "tsx", "bash", "sh"})
_WRAPPER = regex(r"(?:^|/)(?:docker|compose|docker-compose)\.\w+$")
_VALUED = frozenset({
    "-p", "--project-name", "--env-file", "--project-directory", "--ansi", "--progress", "--parallel", "--timeout", "-t",
    "--wait-timeout", "--pull", "--scale", "--exit-code-from", "--attach", "--no-attach",
})  # fmt: skip
"""Options that take the next word."""


class Start(Struct, frozen=True, kw_only=True):
    """One run that starts a compose file, alone or with those that add to it."""

    paths: tuple[str, ...]
    included: frozenset[str]
    """Those of the paths that others of them include."""
    services: tuple[str, ...]
    """Those that it names; none means all."""
    profiles: tuple[str, ...]
    shown: Evidence
    trail: tuple[Evidence, ...]
    production: bool
    develops: bool
    """Whether it is a developer's."""
    supervised: bool = False
    """Whether a unit keeps it running, or a swarm does."""


def starts(project: Project) -> Iterator[Start]:
    """Every run that starts a compose file of the repository, once for each round of a loop."""
    if not project.composes:
        return
    known = known_files(project)
    for act in project.acts:
        for run in act.behaviour.runs:
            if run.reach == "reached" and not run.captured:
                asked = _asked(run)
                if asked is not None and asked.verb in ("up", "deploy"):
                    for found in named_files(run, act, asked.files, known):
                        yield _start(run, act, asked, known.with_included(found), project)


def _start(
    run: Run,
    act: Act,
    asked: _Asked,
    files: tuple[tuple[str, ...], frozenset[str]],
    project: Project,
) -> Start:
    paths, included = files
    named = () if asked.verb == "deploy" or "" in asked.services else asked.services
    watched = asked.verb == "up" and _is_watched(run, act)
    return Start(
        paths=paths,
        included=included,
        services=named,
        profiles=asked.profiles,
        shown=Evidence(Location(run.path, run.span), "what starts it"),
        trail=act.trail,
        production=not watched and _is_production(run, act, project),
        develops=watched or _is_aside(act),
        supervised=asked.verb == "deploy" or "unit" in act.reached_by,
    )


class _Asked(Struct, frozen=True):
    """What compose is told: files with the places that they name, profiles, verb, services."""

    files: tuple[tuple[str | None, str | None], ...]
    profiles: tuple[str, ...]
    verb: str
    services: tuple[str, ...]


def _asked(run: Run) -> _Asked | None:
    at = _behind_compose(run)
    if at is None:
        return None
    arguments = run.arguments
    places = dict(enumerate(run.paths))
    files: list[tuple[str | None, str | None]] = []
    profiles = [v or "*" for n, v in run.environment if n == "COMPOSE_PROFILES"]
    words: list[str] = []
    while at < len(arguments):
        word = arguments[at] or ""
        name, equals, value = word.partition("=")
        following = arguments[at + 1] if at + 1 < len(arguments) else None
        taken = 2
        if name in FILE_OPTIONS and not (words and name == "-f"):
            files.append((value, None) if equals else (following, places.get(at + 1)))
        elif name == "--profile":
            profiles.append(value if equals else following or "*")
        elif word not in _VALUED:
            taken = 1
            if not word.startswith("-"):
                words.append(word)
        at += 1 if equals else taken
    named = next((v for n, v in run.environment if n == "COMPOSE_FILE" and v), None)
    if named and not files:
        files = [(file, None) for file in named.split(":")]
    verb = words[0] if words else ""
    return _Asked(tuple(files), tuple(profiles), verb, tuple(words[1:]))


def _behind_compose(run: Run) -> int | None:
    """Where the words behind `docker compose`, `docker-compose` or `docker stack` begin.

    A script called after docker that is told a file is taken for one that hands its words on.
    """
    if run.name in ("docker-compose", "podman-compose"):
        return 0
    if run.name in _RUNTIMES and FILE_OPTIONS.intersection(run.arguments):
        return 1 if _WRAPPER.search(run.arguments[0] or "") else None
    if run.name not in ("docker", "podman"):
        return None
    plain = effects.plain(run)
    if plain[1:2] not in (("compose",), ("stack",)):
        return None
    return next(n for n, a in enumerate(run.arguments) if a == plain[1]) + 1


def _is_production(run: Run, act: Act, project: Project) -> bool:
    """Whether a deployment starts it: on another host, or by a script that is for that."""
    if act.purpose != "production":
        return False
    if _LASTING.intersection(act.reached_by):
        return True
    shipped = "deploy-job" in act.reached_by
    match act.script.origin:
        case "file":
            made = act.role in _DEPLOYS and act.reached_by != ("ci-job",)
            return made or (shipped and run.remote is not None)
        case "argument" | "heredoc":
            return shipped
        case _:
            return shipped and (run.remote is not None or _on_the_host(act, project))


def _on_the_host(act: Act, project: Project) -> bool:
    """Whether a job's step runs on a runner of its own, which is then the server."""
    return any(
        step.run is act.script and is_own(job)
        for workflow in project.workflows
        for job in workflow.jobs
        for step in job.steps
    )


def _is_watched(run: Run, act: Act) -> bool:
    """Whether a person's script keeps it in the foreground of a terminal, with which it ends."""
    called = act.script.origin != "file" or act.reached_by or _DEPLOYED.search(act.script.path)
    left = run.background or run.remote is not None or "nohup" in run.prefixes
    return not called and not left and not any(_DETACHED.match(a or "") for a in run.arguments)


_DEPLOYED = regex(r"(?i)deploy|release|prod|server|vps|bootstrap|provision|install|update|upgrade")
"""What scripts are called that people run on a server."""
_DETACHED = regex(r"$|-[A-Zwy]*d|--detach|--wait")
"""What leaves containers running behind `up`; an unknown word may."""


def _is_aside(act: Act) -> bool:
    """Whether it is for developing; a test may well start what production does."""
    if act.purpose == "development" or act.role == "development":
        return True
    if act.script.origin == "npm" and not act.reached_by:
        return _ASIDE.search(act.script.name) is not None
    return False
