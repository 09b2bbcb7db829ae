"""Variables of a compose file that stand in an env file from which compose fills in nothing."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename
from typing import Any

from ..documents.facts import Dotenv, Service, Value
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.apps import folder_of
from ..project.composed import Placed, placed
from ..project.images import resolved
from ..project.provided import spoken
from ..project.runners import has_settings
from ..project.types import Project
from ..source.regex import regex

_READ = ".env"
"""The only file that compose reads by itself, beside the compose file."""
_SET = frozenset({"HOME", "USER", "PWD", "UID", "GID", "HOSTNAME", "PATH", "SHELL", "LANG", "TZ"})
"""What shells have."""
_UNREAD = frozenset({"makefile", "ansible", "kamal", "nix", "cloud-init", "ci"})
"""Files that may start compose and are not read."""
_MANUAL = regex(r"(?i)[^/]*(?:docker|compose|deploy|env)[^/]*\.(?:md|mdx|rst|adoc|txt)")
"""Texts that may tell how to start it."""
_WORD = regex(r"[a-z0-9]+")
_SAMPLE = frozenset({"example", "sample", "template", "tmpl", "default", "dist"})
_MOST = 3


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each variable of each compose file."""
    given: frozenset[str] | None = None
    found: dict[tuple[str, str], list[tuple[Placed, Location, Value]]] = {}
    for one in placed(project):
        file = _own(one, project)
        for entry in one.service.bare if file is not None else ():
            if file is not None and entry.name not in _SET:
                where = Location(one.compose.path, entry.span)
                found.setdefault((where.path, entry.name), []).append((one, where, file))
    for (path, name), uses in found.items():
        given = _given(project) if given is None else given
        one, where, file = uses[0]
        shown = _expected(name, file, path, project)
        if name in given or shown is None:
            continue
        doubt = one.doubt or _doubt(file, path, project)
        if doubt:
            yield Undecided(where, doubt)
            continue
        others = dict.fromkeys(place for _, place, _ in uses if place != where)
        yield Match(
            location=where,
            values={"variable": f"${{{name}}}", "file": file.literal or "", "read": _READ},
            evidence=(
                Evidence(Location(path, file.span), "only the container is given what it holds"),
                shown,
                *(Evidence(place, "here too") for place in list(others)[:_MOST]),
                *one.standing.evidence,
            ),
            trail=one.standing.trail,
        )


def _own(one: Placed, project: Project) -> Value | None:
    """The env file that a service is given, or else another of its file; None where compose may read one."""
    if one.compose.for_swarm or one.compose.names_env_file or one.whole.open:
        return None
    beside = [
        part.service
        for part in (*one.whole.parts, *one.whole.beside)
        if project.purposes.get(part.path) == "production"
    ]
    files = [
        v for service in (one.service, *beside, *one.compose.services) for v in _files(service)
    ]
    if any(v.literal is None or basename(v.literal) == _READ for v in files):
        return None
    own = (v for service in (one.service, *one.compose.services) for v in _files(service))
    return next(own, None)


def _files(service: Service) -> tuple[Value, ...]:
    return (*service.env_files, *service.optional_env_files)


def _given(project: Project) -> frozenset[str]:
    """The names that a script or a workflow speaks of, which the shell that starts compose may have."""
    inside = {c.path for c in project.composes} | {d.path for d in project.dockerfiles}
    found = {
        name for act in project.acts if act.script.path not in inside for name in spoken(act.script)
    }
    for workflow in project.workflows:
        entries = [*workflow.environment]
        for job in workflow.jobs:
            entries += (*job.environment, *(e for step in job.steps for e in step.environment))
        found |= {entry.name for entry in entries}
    return frozenset(found)


def _expected(name: str, file: Value, path: str, project: Project) -> Evidence | None:
    """Where the variable stands in the env file or a sample of it; None where `.env` may have it too."""
    home = folder_of(path)
    target = resolved(home, file.literal or "")
    shown: Evidence | None = None
    for dotenv in project.dotenvs:
        entry = next((e for e in dotenv.entries if e.name == name), None)
        if entry is None or folder_of(dotenv.path) not in {home, folder_of(target or "")}:
            continue
        if dotenv.path == target or _is_sample(dotenv, file.literal or ""):
            shown = Evidence(Location(dotenv.path, entry.span), "where its value is expected")
        elif basename(dotenv.path).startswith((".env", "env")):
            return None
    return shown


def _is_sample(dotenv: Dotenv, file: str) -> bool:
    """Whether people make an env file from another: `prod.env.example`, or `example.env` for any."""
    words = {*_WORD.findall(basename(dotenv.path).lower())}
    if not words & _SAMPLE:
        return False
    rest = words - _SAMPLE
    bare = rest == {"env"} and not basename(dotenv.path).startswith((".env", "env"))
    return bare or rest == {*_WORD.findall(basename(file).lower())}


def _doubt(file: Value, path: str, project: Project) -> str:
    """What may give the shell the variables of the file all the same; '' where nothing may."""
    name = basename(file.literal or "")
    for act in project.acts:
        for run in act.behaviour.runs:
            if any(name in word.raw or "--env-file" in word.raw for word in run.words):
                return f"{run.path} works with `{name}` itself"
    if has_settings(project):
        return "settings of GitLab may give a job the variables"
    for other in project.others:
        if other.kind in _UNREAD and folder_of(other.path) in (folder_of(path), ""):
            return f"{other.path} may start it, and is not read"
        if other.kind == "prose" and any(word.name.lower() == "env-file" for word in other.words):
            return f"{other.path} speaks of `--env-file`"
    read = {other.path for other in project.others} | {d.path for d in project.dotenvs}
    manuals = (p for p in project.files - read if _MANUAL.fullmatch(basename(p)))
    unread = min(manuals, default="")
    return f"{unread} may tell how to start it, and is not read" if unread else ""
