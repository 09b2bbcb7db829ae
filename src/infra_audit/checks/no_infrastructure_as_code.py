"""Servers that only shell scripts set up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied
from ..project.releases import shown, software
from ..project.types import Act, Deployable, Project
from ..project.wrappers import INSTALLS, installers, wrappers

_ROLES = ("bootstrap", "maintenance", "deploy")
_BASE = frozenset(
    {"changes users", "changes the firewall", "changes the system"}
    | effects.PACKAGES - {"removes packages"}
)
_CONTAINED = frozenset({"image", "image-build", "compose", "ci-job", "deploy-job", "schedule"})
_CONFIGURATION = ("writes /etc/", "writes /lib/systemd/", "writes /usr/lib/systemd/")
_MOST = 5


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for the repository, at the first command that changes the server."""
    declared = next((d for d in project.declarations if d.topic == "infrastructure"), None)
    deployed = [
        d
        for d in project.deployables
        if (d.kind == "server" or _is_contained(d, project)) and software(d, project)
    ]
    if declared is not None:
        yield Satisfied(declared.location, f"declared: {declared.value}")
    elif project.provisioning:
        yield Satisfied(project.provisioning[0].location, project.provisioning[0].name)
    elif not deployed:
        yield Inapplicable("nothing is deployed from here to a server of its own")
    else:
        found = wrappers(project.acts)
        acts = _scripts(project)
        scripts = [changes for a in acts if (changes := _changes(a, installers(a, found)))]
        yield (
            _match(scripts, deployed[0].folder)
            if scripts
            else Inapplicable("no script here sets up a server")
        )


def _is_contained(deployable: Deployable, project: Project) -> bool:
    """Whether containers run it on a server that a script here sets up."""
    shown_by = {evidence.location.path for evidence in deployable.evidence}
    return deployable.kind == "containers" and any(
        act.role == "bootstrap"
        and act.script.path in shown_by
        and not any(map(_fetches_compose, act.behaviour.runs))
        for act in _scripts(project)
    )


def _fetches_compose(run: Run) -> bool:
    """Whether a run fetches the compose file: an installer for the servers of others does."""
    return run.name in ("curl", "wget") and any("compose" in (a or "") for a in run.arguments)


def _scripts(project: Project) -> list[Act]:
    """The scripts that may set up a server, those that are there for it first."""
    found = [
        act
        for act in project.acts
        if act.purpose == "production"
        and act.role in _ROLES
        and act.script.origin == "file"
        and not _CONTAINED.intersection(act.reached_by)
    ]
    return sorted(found, key=lambda act: (_ROLES.index(act.role), act.script.path))


def _changes(act: Act, functions: frozenset[str]) -> list[tuple[Run, str]]:
    """What a script changes of a server's set-up; nothing where it only installs packages."""
    found = [
        (run, what)
        for run in act.behaviour.runs
        if run.reach != "unreachable" and not run.captured and run.function not in functions
        if (what := INSTALLS if run.name in functions else effects.mutates_server(run))
    ]
    based = [(run, what) for run, what in found if what in _BASE or what.startswith(_CONFIGURATION)]
    kinds = {what for _, what in found}
    if len(based) < 2 or kinds <= effects.PACKAGES:
        return []
    return based


def _match(scripts: list[list[tuple[Run, str]]], folder: str) -> Match:
    first, what = scripts[0][0]
    kinds: dict[str, list[Run]] = {}
    for run, other in scripts[0]:
        kinds.setdefault(_kind(other), []).append(run)
    kinds.pop(_kind(what))
    evidence = [
        Evidence(Location(runs[0].path, runs[0].span), f"{kind}{_times(len(runs))}")
        for kind, runs in kinds.items()
    ]
    evidence += [
        Evidence(Location(run.path, run.span), "one more script") for (run, _), *_ in scripts[1:]
    ]
    return Match(
        location=Location(first.path, first.span),
        values={
            "script": first.path,
            "shown": shown(first),
            "count": str(sum(map(len, scripts))),
        },
        evidence=tuple(evidence[:_MOST]),
        deployable=folder,
    )


def _times(count: int) -> str:
    return "" if count == 1 else f" ({count} commands)"


def _kind(what: str) -> str:
    return "writes configuration" if what.startswith("writes ") else what
