"""Calls of package scripts that the package.json which they ask does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Package
from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome, Severity
from ..project.package_calls import Asked, PackageCall, Places, contained, package_call
from ..project.questions import questions
from ..project.types import Act, Project
from ..source.regex import regex

_ASIDE = frozenset({"test", "development", "library"})
_USUAL = frozenset(
    {
        "build",
        "start",
        "dev",
        "lint",
        "test",
        "typecheck",
        "type-check",
        "preview",
        "migrate",
        "seed",
    }
)
"""What no binary of node_modules/.bin is called unless a dependency is."""
_MIGRATES = regex(r"(?:^|:)migrat")
"""What nobody may do without, though the script goes on when it fails."""
_DEFAULTED = frozenset({"env", "restart", "stop", "install", "prepare"})
"""What managers do by themselves where there is no script."""
_ASKING = frozenset({"grep", "jq", "node", "npm", "pnpm", "yarn", "has_script", "rg"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each call whose package is known and lacks the script."""
    if not project.packages or any(
        _adds(run) for act in project.acts for run in act.behaviour.runs
    ):
        return
    own = {r.name for act in project.acts for r in act.behaviour.functions}
    places = Places(project)
    for act in project.acts:
        if act.purpose != "production" or act.role in _ASIDE:
            continue
        asked = questions(act.script)
        for outer, seen in places.of(act):
            within = contained(outer)
            run, found = (within[1], places.inside(within[0])) if within else (outer, seen)
            call = package_call(run) if run.name not in own else None
            if call is None or run.reach != "reached" or call.script in _DEFAULTED:
                continue
            hidden = run.outcome in ("ignored", "handled") and not _MIGRATES.search(call.script)
            if hidden or (run.outcome == "tested" and asked(run.span)):
                continue
            if any(guard.kind in _ASKING for guard in run.guards):
                continue
            chosen = places.selected(found, call)
            if chosen is not None and all(_lacks(p, call, run, project) for p in chosen.packages):
                yield _match(run, call, chosen, act)


def _adds(run: Run) -> bool:
    """Whether a run gives a package.json scripts that it does not have here."""
    if run.name == "npm" and run.arguments[:1] == ("set-script",):
        return True
    return (
        run.name == "npm"
        and run.arguments[:2] == ("pkg", "set")
        and any((a or "scripts").startswith("scripts") for a in run.arguments[2:])
    )


def _lacks(package: Package, call: PackageCall, run: Run, project: Project) -> bool:
    if package.problems:
        return False
    if any(script.name == call.script for script in package.scripts):
        return False
    if run.name == "npm":
        folder = package.path.rpartition("/")[0]
        server = f"{folder}/server.js" if folder else "server.js"
        return call.script != "start" or server not in project.files
    if run.name == "bun" and call.direct:
        return False
    if run.name == "pnpm" and not call.direct:
        return True
    names = {d.name.rpartition("/")[2] for p in project.packages for d in p.dependencies}
    return ":" in call.script or (call.script in _USUAL and call.script not in names)


def _match(run: Run, call: PackageCall, asked: Asked, act: Act) -> Match:
    from difflib import get_close_matches

    package = asked.packages[0]
    known = sorted({script.name for p in asked.packages for script in p.scripts})
    near = get_close_matches(call.script, known, 1, 0.6)
    evidence = list(asked.evidence)
    for each in asked.packages:
        for script in each.scripts:
            if script.name in near and len(evidence) < 3:
                evidence.append(Evidence(Location(each.path, script.span), "what it has"))
    return Match(
        location=Location(run.path, run.span),
        values={
            "command": " ".join((run.name, *(w.raw for w in run.words[1:4]))),
            "script": call.script,
            "path": package.path if len(asked.packages) == 1 else "no package.json",
            "lacks": "does not have" if len(asked.packages) == 1 else "of the repository has",
            "advice": f"; `{near[0]}` is near" if near else "",
        },
        evidence=tuple(evidence),
        severity=_severity(act, run),
        trail=act.trail,
    )


def _severity(act: Act, run: Run) -> Severity | None:
    """What is sure to be reached on the way to production is an error."""
    if run.conditional or run.function or run.assumed or run.outcome in ("ignored", "handled"):
        return "warning"
    hosts = set(act.reached_by) - {"prose", "ci-job"}
    return None if hosts or act.role in ("deploy", "bootstrap", "backup") else "warning"
