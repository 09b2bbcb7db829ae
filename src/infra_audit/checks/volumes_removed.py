"""Volumes of databases that a script of production deletes with the containers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from msgspec import Struct

from ..documents.facts import Compose, Entry, Mount, Service
from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.asked import is_asked_for, undoes
from ..project.engines import engine_of_image
from ..project.inside import lifted
from ..project.replacing import is_remote
from ..project.types import Act, Project
from ..source.regex import regex

_TOOLS = frozenset({"docker", "docker-compose", "podman"})
_MOST = 50
"""How many removals of one script are looked at."""
_ROLES = frozenset({"bootstrap", "deploy"})
_SHORT_LIVED = frozenset({"redis", "memcached"})
"""Engines that mostly hold what can be computed again."""
_DEFAULTS = regex(r"(?:docker-)?compose\.ya?ml")
_DATA = regex(r"/(?:var/lib|data|bitnami|usr/share|opt)(?:/|$)")
"""Where images of stores keep their data, not their configuration or logs."""
_VERBS = frozenset({"up", "start", "run", "restart", "create"})
_SHORT = regex(r"-[a-zA-Z]*v[a-zA-Z]*")


class _Kept(Struct, frozen=True):
    """A store's volume that compose manages: `name` is '' for an anonymous one."""

    engine: str
    name: str
    service: str
    location: Location


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each command that deletes such a volume whenever its script runs."""
    composes = [c for c in project.composes if project.purposes[c.path] == "production"]
    if not any(any(map(_kept, c.services)) for c in composes):
        return
    for act in project.acts:
        elsewhere = undoes(act.script.path) or undoes(act.script.name)
        if act.purpose == "production" and act.role in _ROLES and not elsewhere:
            own = "deploy-job" in act.reached_by and is_remote(act, project)
            yield from _outcomes(act, composes, own=own)


def _outcomes(act: Act, composes: list[Compose], *, own: bool) -> Iterator[Outcome]:
    """`own` is whether a step deploys on the machine that it runs on."""
    runs = [lifted(run) for run in act.behaviour.runs]
    left = _MOST
    for nth, run in enumerate(runs):
        on_runner = act.script.origin == "step" and run.remote is None and not own
        if run.name not in _TOOLS or run.reach != "reached" or run.captured or on_runner:
            continue
        volumes = list(_deleted(runs, nth, composes))
        left -= bool(volumes)
        question = _narrower(runs, nth)
        if not volumes or left < 0 or (question is None and is_asked_for(act, run)):
            continue
        where = Location(run.path, run.span)
        reason = _saved(runs, nth, volumes) or _doubt(act, runs, nth)
        if reason:
            yield Undecided(where, reason)
            continue
        first = volumes[0]
        again = _started(runs, nth)
        evidence = [Evidence(v.location, f"{v.engine} keeps its data there") for v in volumes]
        if question is not None:
            place = Location(question.path, question.span)
            evidence.insert(0, Evidence(place, "asks for the containers only"))
        if again is not None:
            evidence.append(Evidence(Location(again.path, again.span), "starts it again, empty"))
        yield Match(
            location=where,
            values={
                "command": " ".join((run.name, *(word.raw for word in run.words[1:]))),
                "volume": f"volume `{first.name}`" if first.name else "anonymous volume",
                "store": f"`{first.service}` ({first.engine})",
            },
            evidence=tuple(evidence),
            severity="warning" if act.role == "bootstrap" or question is not None else None,
            trail=act.trail,
        )


# ── what is deleted ──────────────────────────────────────────────────────────────────────────────


def _deleted(runs: list[Run], nth: int, composes: list[Compose]) -> Iterator[_Kept]:
    run = runs[nth]
    match effects.plain(run):
        case ("docker", "compose", "down") | ("docker-compose", "down"):
            if _takes_volumes(run):
                for compose in _meant(run, composes):
                    yield from _of(compose)
        case ("docker" | "podman", "volume", "rm" | "remove", *names):
            for volume in (v for compose in composes for v in _of(compose)):
                if any(_is_named(name, volume.name) for name in names):
                    yield volume
        case ("docker" | "podman", "volume", "prune", *_):
            down = next((r for r in reversed(runs[:nth]) if _takes_down(r)), None)
            filtered = any((word or "").startswith("--filter") for word in run.arguments)
            if down is not None and not filtered and _takes_named(run):
                for compose in _meant(down, composes):
                    yield from _of(compose)
        case _:
            pass


def _takes_volumes(run: Run) -> bool:
    """Whether the options behind `down` ask for the volumes too."""
    words = [word or "" for word in run.arguments]
    options = words[words.index("down") + 1 :] if "down" in words else []
    return any(o in ("--volumes", "--volumes=true") or _SHORT.fullmatch(o) for o in options)


def _takes_named(run: Run) -> bool:
    """Whether a prune takes volumes with a name: without `--all` it leaves them since Docker 23."""
    words = [word or "" for word in run.arguments]
    return any(w == "--all" or (w[:1] == "-" and w[1:2] != "-" and "a" in w) for w in words)


def _takes_down(run: Run) -> bool:
    return effects.plain(run) in {("docker", "compose", "down"), ("docker-compose", "down")}


def _is_named(name: str, volume: str) -> bool:
    """Whether it is the volume's name, as compose makes it from the project's and its own."""
    return bool(volume) and (name == volume or name.endswith((f"_{volume}", f"-{volume}")))


def _meant(run: Run, composes: list[Compose]) -> list[Compose]:
    """The compose files that a command works on, as far as they are told."""
    words = list(run.arguments)
    given = [after for option, after in pairwise(words) if option in ("-f", "--file")]
    given += [w.partition("=")[2] for w in words if w and w.startswith("--file=")]
    if {"-p", "--project-name", "--project-directory"}.intersection(words):
        return []
    if given:
        names = [posixpath.basename(g) for g in given if g]
        named = [c for c in composes if posixpath.basename(c.path) in names]
        return named if len(named) <= len(names) else []
    beside = [c for c in composes if _DEFAULTS.fullmatch(posixpath.basename(c.path))]
    if run.directory is not None and not run.directory.startswith("/"):
        return [c for c in beside if posixpath.dirname(c.path) == run.directory]
    return beside if len(beside) == 1 else []


def _of(compose: Compose) -> Iterator[_Kept]:
    for service in compose.services:
        engine, mount = _kept(service) or ("", None)
        if mount is not None:
            name = mount.source or ""
            if not name or (name in compose.volumes and name not in compose.lasting):
                where = Location(compose.path, mount.span)
                yield _Kept(engine, name, service.name, where)


def _kept(service: Service) -> tuple[str, Mount] | None:
    """The engine of a store and the volume that it keeps its data on; None for any other service."""
    image = service.image
    text = image.literal or image.default or image.raw if image is not None else ""
    engine = engine_of_image(text)
    if service.profiles or engine in _SHORT_LIVED:
        return None
    for mount in service.mounts:
        if mount.kind != "volume" or mount.read_only or not mount.target:
            continue
        if engine is not None and _DATA.search(mount.target):
            return engine, mount
        if engine is None and any(_lies(entry, mount.target) for entry in service.environment):
            return "sqlite", mount
    return None


def _lies(entry: Entry, folder: str) -> bool:
    """Whether a variable's URL names an SQLite file in the folder."""
    url = entry.value.literal if entry.value is not None else None
    found = _FILE.fullmatch(url or "")
    return found is not None and f"/{found[1]}".startswith(f"{folder.rstrip('/')}/")


_FILE = regex(r"(?:file:(?://)?|sqlite(?:\+\w+)?:///)/([^?]+)(?:\?.*)?")


# ── whose data it is ─────────────────────────────────────────────────────────────────────────────


def _doubt(act: Act, runs: list[Run], nth: int) -> str:
    """Why it may be a developer's own machine: nothing says that a server is meant; '' where one is."""
    run = runs[nth]
    if run.remote is not None or _HOSTS.intersection(act.reached_by):
        return ""
    named = (
        act.script.path.rpartition("/")[2] + act.script.name + " ".join(w.raw for w in run.words)
    )
    if _SERVER.search(named) or (run.directory or "").startswith("/"):
        return ""
    pulled = any(r.name == "git" and _PULLS.intersection(r.arguments[:3]) for r in runs)
    return "" if pulled else "nothing shows that it is run on a server"


_HOSTS = frozenset({"deploy-job", "unit", "timer", "cron"})
_PULLS = frozenset({"pull", "fetch", "reset", "clone"})
_SERVER = regex(r"(?i)deploy|release|rollout|prod|update|upgrade|server|vps|bootstrap|provision")


def _narrower(runs: list[Run], nth: int) -> Run | None:
    """The question that alone decides of a removal, where nobody who answers it is told of the data."""
    at = next((n for n in reversed(range(nth)) if runs[n].name == "read"), None)
    decided = [guard for guard in runs[nth].guards if guard.kind in ("test", "case")]
    if at is None or len(decided) != 1 or decided[0].span < runs[at].span or runs[nth].function:
        return None
    said = [run for run in runs[max(0, at - _NEAR) : nth] if run.name in ("read", "echo", "printf")]
    text = " ".join(word.raw for run in said for word in run.words[1:])
    told = _CONTAINERS.search(" ".join(word.raw for word in runs[at].words[1:]))
    return runs[at] if told and not _TELLS.search(text) else None


_NEAR = 6
"""How many commands before a question may explain it."""
_CONTAINERS = regex(r"(?i)\b(?:containers?|services)\b")
_TELLS = regex(
    r"(?i)\bvolumes?|\bdata|database|\bdb\b|everything|\ball\b|reset|wipe|fresh|scratch|\blos[et]|destroy|permanent|-v\b"
)
"""What tells whoever answers that more than containers goes."""


# ── what comes before and after ──────────────────────────────────────────────────────────────────


def _saved(runs: list[Run], nth: int, volumes: list[_Kept]) -> str:
    """Why the data may be safe: it was dumped, or copied elsewhere, before."""
    names = [volume.name for volume in volumes if volume.name]
    for run in runs[:nth]:
        if effects.dumps(run):
            return "the script dumps a database before, and may restore it"
        mounted = any(name in word.raw for word in run.words[1:] for name in names)
        if mounted and "run" in run.arguments[:2]:
            return "the script copies the volume before"
    return ""


def _started(runs: list[Run], nth: int) -> Run | None:
    for run in runs[nth + 1 :]:
        words = effects.plain(run)
        composed = words[:2] == ("docker", "compose") or words[:1] == ("docker-compose",)
        if composed and _VERBS & set(words[1:4]) and run.remote == runs[nth].remote:
            return run
    return None
