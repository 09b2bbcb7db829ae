"""Releases: what people or jobs run to put a new version live, and whether it is their own software."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from posixpath import join, normpath

from msgspec.structs import replace

from ..documents.shell.syntax import Command
from ..flow import effects
from ..flow.behaviour import Guard, Run
from ..source.regex import regex
from .inside import statements
from .types import Act, Deployable, Project

_AUTOMATIC = frozenset({
    "deploy-job", "ci-job", "schedule", "image", "image-build", "unit", "timer", "compose", "cron", "pm2",
})  # fmt: skip
_FOUNDATIONS = regex(
    r"(?:nginx|apache2?|httpd|caddy|haproxy|traefik|postgres\S*|mysql\S*|mariadb\S*|redis\S*|mongo\S*|docker|ssh\S*|cron\S*"
    r"|fail2ban|ufw|firewalld|php\S*-fpm|networking|network\S*|systemd-\S+|rsyslog|snapd?\S*|containerd|supervisord?)"
)
"""Services below an application, whose restart releases nothing."""

_ELSEWHERE = regex(r"@|[\w}\"']:(?!//)|rsync://")
_NAMED = regex(r"deploy|release|rollout|update|upgrade|publish|ship|prod", re.IGNORECASE)
_DEVELOPS = regex(r":dev(?:elopment)?$|^--target=?dev(?:elopment)?$|[./-]dev\.ya?ml$")


def software(deployable: Deployable, project: Project) -> bool:
    """Whether it is software of this repository's own, and not an installer of what others make."""
    if deployable.package is not None or deployable.manifest is not None:
        return True
    places = {evidence.location for evidence in deployable.evidence}
    if any(
        u.source == "pm2" and u.purpose == "production" and u.location in places
        for u in project.units
    ):
        return True
    return any(_ships_own(run) for act in by_hand(project) for run in act.behaviour.runs)


def _ships_own(run: Run) -> bool:
    return sends(run) or pulls(run)


def by_hand(project: Project) -> tuple[Act, ...]:
    """The scripts that release to a server and that nothing but a person starts."""
    found = [
        act
        for act in project.acts
        if act.purpose == "production"
        and act.role in ("deploy", "bootstrap")
        and act.script.origin in ("file", "npm")
        and not _AUTOMATIC.intersection(act.reached_by)
        and _is_release(act, project)
        and not installs_afresh(act)
    ]
    return tuple(sorted(found, key=lambda act: act.role != "deploy"))


def installs_afresh(act: Act) -> bool:
    """Whether a script asks people what they want and then fetches the compose file that it starts.

    It sets the application up where none is: no version runs there before.
    """
    runs = act.behaviour.runs
    asks = any(run.name == "read" for run in runs)
    return (
        asks
        and any(
            run.name in ("curl", "wget")
            and any(map(_COMPOSE.search, filter(None, run.arguments[1:])))
            for run in runs
        )
        and _INSTALLS.search(act.script.path.rpartition("/")[2]) is not None
    )


_COMPOSE = regex(r"^[\w./-]*compose\.ya?ml$")
_INSTALLS = regex(r"(?i)^install")


def _is_release(act: Act, project: Project) -> bool:
    """Whether a script fetches or sends a version, or is called a release, and is not for development."""
    runs = list(act.behaviour.runs)
    if not any(True for _ in live(act, project)) or any(
        _DEVELOPS.search(word.raw) for run in runs for word in run.words
    ):
        return False
    if act.role == "bootstrap":
        return any(run.reach == "reached" and pulls(run) for run in runs)
    renewed = any(
        pulls(run) or sends(run) or run.remote is not None or _fetches_image(run) for run in runs
    )
    return renewed or bool(_NAMED.search(act.script.name or act.script.path.rpartition("/")[2]))


def _fetches_image(run: Run) -> bool:
    return run.name in ("docker", "docker-compose", "podman") and "pull" in run.arguments


def switch(act: Act, project: Project) -> Run:
    """The run of a release script that puts the version live: its last restart, else what it sends."""
    runs = list(live(act, project))
    starting = foremost([run for run in runs if restarts(run)], list(taken(act, project)))
    return starting[-1] if starting else runs[0]


def foremost(starting: list[Run], runs: list[Run]) -> list[Run]:
    """Of what starts the application, that beside which something is renewed.

    A script with functions for many tasks has some that only start what is there; and where compose
    starts all, what then restarts one container puts nothing live.
    """
    starting = [run for run in starting if not is_one_container(run, starting)]
    renewing = {
        run.function
        for run in runs
        if pulls(run) or sends(run) or effects.builds(run) or effects.installs_dependencies(run)
    }
    return [run for run in starting if run.function in renewing] or starting


def is_one_container(run: Run, starting: list[Run]) -> bool:
    """Whether a run restarts a container, of those that compose has started."""
    return effects.plain(run)[:2] == ("docker", "restart") and any(
        "up" in effects.plain(other)[1:3] for other in starting
    )


def live(act: Act, project: Project) -> Iterator[Run]:
    """What of a script puts a version live on a server: restarts, and files sent to another machine."""
    reached = [run for run in taken(act, project) if not _is_any_copy(run, act)]
    carried = [
        run for run in reached if run.name == "ssh" and any(is_carried(r, run) for r in reached)
    ]
    found = [
        run
        for run in reached
        if restarts(run)
        or run in carried
        or (sends(run) and not any(is_carried(run, c) for c in carried))
    ]
    if not found and act.role == "deploy":
        found = [run for run in reached if pulls(run)]
    yield from found


def _is_any_copy(run: Run, act: Act) -> bool:
    """Whether a run copies whatever its caller names to wherever its caller says: a tool, no release."""
    if not sends(run) or act.reached_by:
        return False
    derived = _from_arguments(act)
    operands = [word.raw for word in run.words[1:] if not word.raw.startswith("-")]
    return len(operands) > 1 and all(
        _is_derived(raw, derived) and not _LITERAL.search(_VARIABLES.sub("", raw))
        for raw in operands
    )


def _from_arguments(act: Act) -> set[str]:
    """The variables of a script that hold nothing but what its arguments say."""
    found: dict[str, list[str]] = {}
    for statement in statements(act.script):
        for assignment in statement.assignments if isinstance(statement, Command) else ():
            raw = assignment.value.raw if assignment.value is not None else ""
            found.setdefault(assignment.name, []).append(raw)
    derived: set[str] = set()
    for name, values in found.items():
        if all(_is_derived(raw, derived) for raw in values):
            derived.add(name)
    return derived


def _is_derived(raw: str, derived: set[str]) -> bool:
    names = _VARIABLES.findall(raw)
    return (
        bool(names) and not _FALLS.search(raw) and all(n.isdigit() or n in derived for n in names)
    )


_VARIABLES = regex(r"\$\{?(\w+)")
_LITERAL = regex(r"\w")
_FALLS = regex(r"\$\{\w+:?[-=]")


def is_carried(sent: Run, called: Run) -> bool:
    """Whether a run sends a script which another then starts over there."""
    if sent.name != "scp":
        return False
    names = [(word or "").rpartition("/")[2] for word in sent.arguments[:-1]]
    text = " ".join(word or "" for word in called.arguments)
    return any(name.endswith((".sh", ".bash")) and name in text for name in names)


def taken(act: Act, project: Project) -> Iterator[Run]:
    """The runs of a script without those that only another's failure, or a file that is there, leads past."""
    reached = [wrapped(run, act) for run in act.behaviour.runs if run.reach == "reached"]
    puts = [run for run in reached if _puts(run)]
    for run in reached:
        if is_ruled_out(run, act, project):
            continue
        if _puts(run) and any(_falls_back(run, other) for other in puts):
            continue
        yield run


def _puts(run: Run) -> bool:
    return restarts(run) or bool(effects.installs_dependencies(run) or effects.builds(run))


def _falls_back(run: Run, other: Run) -> bool:
    """Whether a run stands in for another of its kind that has failed."""
    if not any(guard.negated and _asks(guard, other) for guard in run.guards):
        return False
    alike = (
        (restarts(run) and restarts(other))
        or (effects.installs_dependencies(run) and effects.installs_dependencies(other))
        or (effects.builds(run) and effects.builds(other))
    )
    return bool(alike)


def _asks(guard: Guard, run: Run) -> bool:
    """Whether a condition is that a run succeeds, also when a function is given it to run."""
    if guard.kind == run.name:
        return guard.words == run.arguments
    whole = (run.name, *run.arguments)
    return guard.words[-len(whole) :] == whole


def is_ruled_out(run: Run, act: Act, project: Project) -> bool:
    """Whether a run stands in a branch that the repository's own files never let it reach."""
    return any(_is_false(guard, run, act, project) for guard in run.guards)


def _is_false(guard: Guard, run: Run, act: Act, project: Project) -> bool:
    """Whether a condition asks that a file be missing which the repository has."""
    if (
        guard.kind != "test"
        or not guard.negated
        or len(guard.words) != 2
        or guard.words[0] not in ("-f", "-e", "-s")
    ):
        return False
    name = guard.words[1]
    if not name or name.startswith(("/", "~", "..")):
        return False
    inside = (
        run.directory if run.directory is not None and not run.directory.startswith("/") else None
    )
    places = [inside] if inside is not None else ["", act.script.path.rpartition("/")[0]]
    return any(normpath(join(place, name)) in project.files for place in places)


_REPEATS = regex(r"retry|retries|attempt|repeat")
_WRAPPED = frozenset({"npm", "pnpm", "yarn", "bun", "pm2", "systemctl", "docker", "git"})


def wrapped(run: Run, act: Act) -> Run:
    """What a function of the script runs that is given a command as its arguments: `retry 3 npm ci`."""
    own = any(run.name == routine.name for routine in act.behaviour.functions)
    if not own and not _REPEATS.search(run.name):
        return run
    nth = next((n for n, word in enumerate(run.arguments) if word in _WRAPPED), None)
    if nth is None or len(run.words) != len(run.arguments) + 1:
        return run
    return replace(
        run,
        name=run.arguments[nth] or "",
        arguments=run.arguments[nth + 1 :],
        words=run.words[nth + 1 :],
        paths=(),
    )


def pulls(run: Run) -> bool:
    """Whether a run brings a checkout to a newer version."""
    verbs = [word for word in run.arguments if word and not word.startswith("-")]
    if run.name != "git" or not verbs:
        return False
    if "pull" in verbs[:2] or "merge" in verbs[:1]:
        return True
    return "reset" in verbs[:2] and "--hard" in run.arguments and _is_moved(run.arguments)


def _is_moved(arguments: Iterable[str | None]) -> bool:
    """Whether a reset names a version: without one it only drops what was changed by hand."""
    words = list(arguments)
    given = [
        word
        for word in words[words.index("reset") + 1 :]
        if word is None or not word.startswith("-")
    ]
    return bool(given) and given[0] not in ("HEAD", "@")


def restarts(run: Run) -> bool:
    """Whether a run starts the application anew, and not only what is below it."""
    return any(not _FOUNDATIONS.fullmatch(name) for name in effects.restarts(run))


def sends(run: Run) -> bool:
    """Whether a run copies files to another machine."""
    if run.name in ("sftp", "lftp"):
        return True
    operands = [word.raw for word in run.words[1:] if not word.raw.startswith("-")]
    return run.name in ("rsync", "scp") and any(_ELSEWHERE.search(word) for word in operands[-1:])


def shown(run: Run, most: int = 60) -> str:
    """A run as a person would type it, cut where it is long.

    A variable that holds only the command's name gives way to that name.
    """
    words = [word.raw for word in run.words]
    alone = len(run.arguments) == len(words) - 1
    if run.name and alone and "$" in words[0] and words[0].rpartition("/")[2] != run.name:
        words[0] = run.name
    text = " ".join(" ".join(words).split())
    if len(text) <= most:
        return text
    whole = text[:most].rpartition(" ")[0].rstrip()
    return f"{whole} …" if len(whole) * 2 > most else f"{text[: most - 1]}…"
