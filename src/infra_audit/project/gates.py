"""What of a release looks whether the new version answers, and whether that can stop the release."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal as Choice

from msgspec import Struct

from ..documents.shell.syntax import Command, Loop, Pipeline
from ..flow.behaviour import Run
from ..flow.effects import plain
from ..source.regex import regex
from .errexit import within
from .inside import statements
from .types import Act, Project

_CLIENTS = frozenset({"curl", "wget", "http", "https", "xh", "curlie"})
_PORTS = frozenset({"nc", "ncat", "wait-on", "dockerize", "wait4x", "goss", "k6", "hurl"})
_NAMED = regex(
    r"health|smoke|verif|probe|ready|readiness|wait[-_]?(?:for|until|on)|check[-_]?(?:it|app|site|deploy|url|api|alive|service)"
    r"|is[-_]?alive|ping|sanity|e2e|playwright|cypress|newman|post[-_]?deploy",
    re.IGNORECASE,
)
_SAFE = regex(
    r"setup|nodesource|get\.|install|raw\.githubusercontent|github\.com|download|\.tar|\.tgz|\.gz|\.zip|\.sh\b|\.gpg|\.asc"
)
"""What is fetched, not asked."""
_TELLS = regex(
    r"slack|discord|telegram|teams|mattermost|hooks?\b|webhook|ntfy|pushover|hc-ping|healthchecks\.io|sentry|notif|ifconfig"
    r"|ipify|icanhazip|169\.254|cloudflare\.com/client|api\.github",
    re.IGNORECASE,
)
_SENDS = frozenset(
    {"-T", "--upload-file", "-F", "--form", "-O", "--remote-name", "-OL", "-LO", "-fsSLO", "-sLO"}
)
_NONE = ("", "0")

Strength = Choice["answers", "runs", "unknown"]
"""Whether a look asks the application itself, only its process, or something that is not read."""


class Gate(Struct, frozen=True):
    """A run that looks at the new version; `stops` when its failure may fail the release."""

    run: Run
    strength: Strength
    stops: bool


def gates(acts: Iterable[Act], after: Run) -> Iterator[Gate]:
    """The looks that the scripts of a release take after the restart."""
    for act in acts:
        runs = act.behaviour.runs
        for nth, run in enumerate(runs):
            if run.reach != "reached" or not _is_later(run, after):
                continue
            strength = _strength(run, act)
            if strength is not None:
                yield Gate(run, strength, _stops(run, nth, act))


def looks(run: Run, act: Act) -> bool:
    """Whether a run asks something that was started whether it is there."""
    return _strength(run, act) is not None


def waits(run: Run) -> bool:
    """Whether a start itself waits until the application says that it is ready."""
    words = plain(run)
    given = set(run.arguments)
    if run.name in ("docker", "docker-compose", "podman"):
        if {"--wait", "--wait-timeout"} & given:
            return True
        return words[1:2] in (("stack",), ("service",)) and "--detach" not in given
    if run.name in ("kubectl", "oc"):
        return words[1:2] in (("rollout",), ("wait",))
    return run.name in ("helm", "nomad", "kamal", "docker-rollout")


def announced(run: Run, project: Project) -> bool:
    """Whether what a run starts tells its supervisor when it is ready.

    A notifying unit, pm2's `wait_ready`, an application for whose health compose lets others wait.
    """
    if plain(run)[:3] == ("docker", "compose", "up") or plain(run)[:2] == ("docker-compose", "up"):
        return _is_waited_for(project)
    if run.name == "systemctl":
        names = {(word or "").removesuffix(".service") for word in run.arguments}
        return any(
            file.name.removesuffix(".service") in names
            and any(s.key == "Type" and s.value.raw.startswith("notify") for s in file.settings)
            for file in project.unit_files
        )
    return run.name == "pm2" and any(
        option.name == "wait_ready" and option.value and option.value.raw == "true"
        for ecosystem in project.ecosystems
        for process in ecosystem.processes
        for option in process.options
    )


def _is_waited_for(project: Project) -> bool:
    """Whether compose starts some service only once the application, built here, is healthy.

    `up` ends with an error then where it never is.
    """
    for compose in project.composes:
        if project.purposes[compose.path] == "production":
            built = {s.name for s in compose.services if s.build is not None}
            needs = [d for s in compose.services if not s.profiles for d in s.depends_on]
            if any(d.condition == "service_healthy" and d.service in built for d in needs):
                return True
    return False


def _is_later(run: Run, after: Run) -> bool:
    if run.path != after.path or run.function or after.function:
        return True
    return run.span > after.span


def _strength(run: Run, act: Act) -> Strength | None:
    text = " ".join(word.raw for word in run.words)
    if waits(run):
        return "answers"
    if run.name in _CLIENTS:
        return "answers" if _asks(run, text) else None
    if run.name in _PORTS or "/dev/tcp/" in text:
        return "answers"
    words = plain(run)
    if words[:2] in (
        ("systemctl", "is-active"),
        ("systemctl", "is-failed"),
        ("systemctl", "status"),
    ):
        return "runs"
    if run.name in ("docker", "podman", "docker-compose") and (
        {"inspect", "healthcheck"} & set(words[:4])
        or ({"ps", "exec", "run"} & set(words[:3]) and bool(run.piped_into or _NAMED.search(text)))
    ):
        return "unknown" if "exec" in words or "run" in words else "runs"
    if (
        words[:1] == ("pm2",)
        and words[1:2]
        and words[1] in ("describe", "pid", "jlist", "list", "show")
    ):
        return "runs" if run.piped_into or run.captured else None
    own = any(run.name == routine.name for routine in act.behaviour.functions)
    if run.name in (
        "echo",
        "printf",
        "sleep",
        "chmod",
        "cp",
        "rm",
        "mkdir",
        "cd",
        "git",
        "",
        "[",
        "[[",
        "test",
    ):
        return None
    return "unknown" if not own and _NAMED.search(_called(run)) else None


def _called(run: Run) -> str:
    """What a run calls: its name, or the script that an interpreter, make or npm is given."""
    given = [word for word in run.arguments[:4] if word and not word.startswith("-")]
    return " ".join((run.name, *given[:3]))


def _asks(run: Run, text: str) -> bool:
    """Whether a client asks an address for its answer, and fetches or tells nothing."""
    if any("sh" in name.rpartition("/")[2][-4:] for name in run.piped_into) or _TELLS.search(text):
        return False
    given = {word for word in run.arguments if word}
    if _SENDS & given:
        return False
    written = (
        any(word.startswith(("-o", "--output")) for word in given)
        and not {"/dev/null", "-o/dev/null", "--output=/dev/null", "NUL"} & given
    )
    return not written and not (
        _SAFE.search(text) and "localhost" not in text and "127.0.0.1" not in text
    )


def _stops(run: Run, nth: int, act: Act) -> bool:
    """Whether the release can fail, or go back, when the look fails."""
    runs = act.behaviour.runs
    later = [r for r in runs[nth + 1 :] if r.reach == "reached"]
    if run.loop and _is_awaited(run, act):
        return True
    if takes_any_answer(run):
        asked = any(r.name in _ASKS and r.outcome == "aborts" for r in later)
        return asked or any(_ends(r) or _returns(r) for r in later)
    if run.outcome == "aborts" or _ends_what_aborts(run, runs):
        return True
    if run.outcome in ("unchecked", "tested") and not later:
        return run.outcome == "unchecked"
    return any(_ends(r) or _returns(r) for r in later)


def _is_awaited(run: Run, act: Act) -> bool:
    """Whether a loop goes on for as long as the look fails, so that the release ends only when it worked."""
    for loop in statements(act.script):
        if not isinstance(loop, Loop) or not any(within(run.span, s.span) for s in loop.condition):
            continue
        negated = any(
            (isinstance(s, Pipeline) and s.negated)
            or (isinstance(s, Command) and any(word.raw == "!=" for word in s.words))
            for s in loop.condition
        )
        left = any(
            other.name in ("break", "exit", "return") and within(other.span, loop.span)
            for other in act.behaviour.runs
        )
        return not left and (loop.kind == "until" or (loop.kind == "while" and negated))
    return False


def takes_any_answer(run: Run) -> bool:
    """Whether a client works whatever it is answered, and only writes down with which status."""
    if run.name != "curl" or not run.captured:
        return False
    given = [word or "" for word in run.arguments]
    fails = any(_FAILS.fullmatch(word) for word in given)
    return not fails and any("%{http_code}" in word or "%{response_code}" in word for word in given)


_FAILS = regex(r"--fail(?:-with-body)?|-[a-zA-Z]*f[a-zA-Z]*")
_ASKS = frozenset({"[", "[[", "test", "grep"})


def _ends_what_aborts(run: Run, runs: tuple[Run, ...]) -> bool:
    """Whether a run is the last of what another shell is handed by a command that may end the script."""
    if run.outcome != "unchecked":
        return False
    around = [r for r in runs if r.outcome == "aborts" and within(run.span, r.span)]
    return any(not any(r.span > run.span and within(r.span, o.span) for r in runs) for o in around)


def _ends(run: Run) -> bool:
    """Whether a run reports failure."""
    if run.name in ("exit", "return"):
        return run.arguments[:1] != () and run.arguments[0] not in _NONE
    return run.name in (
        "false",
        "kill",
        "die",
        "fail",
        "error",
        "fatal",
        "abort",
        "err",
        "core.setFailed",
    )


_BACK = regex(r"roll[-_ ]?back|revert|previous|restore|\bold\b|undo", re.IGNORECASE)


def _returns(run: Run) -> bool:
    """Whether a run goes back to the version before."""
    if run.name in ("echo", "printf"):
        return False
    return bool(_BACK.search(" ".join(word.raw for word in run.words)))
