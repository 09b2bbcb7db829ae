"""Commands that ask a tool for a verb that it does not have, so that the step cannot do its work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.shell.syntax import If, Loop, Pipeline
from ..flow.behaviour import Run
from ..flow.verbs import TOOLS, Asked, asked, exists
from ..model import Evidence, Location, Match, Outcome, Severity
from ..project.inside import contains, statements
from ..project.manifests import by_folder, package_at, script_of
from ..project.node_versions import admits
from ..project.tree import folders
from ..project.types import Act, Project
from ..source.regex import regex

_ASIDE = frozenset({"test", "development", "library"})
_BINARIES = frozenset({
    "prisma", "tsc", "tsx", "ts-node", "next", "vite", "nest", "knex", "typeorm", "sequelize", "drizzle-kit", "nodemon",
    "pm2", "eslint", "jest", "vitest", "webpack", "rimraf", "nuxt", "astro", "turbo", "nx", "strapi",
})  # fmt: skip
"""What people know as commands that npx runs."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such command that is reached."""
    own = {r.name for act in project.acts for r in act.behaviour.functions}
    own |= {name for act in project.acts for run in act.behaviour.runs for name in _aliased(run)}
    for act in project.acts:
        if act.purpose != "production" or act.role in _ASIDE:
            continue
        for run in act.behaviour.runs:
            if run.name not in own:
                said = tuple(_said(run, act, project))
                if said and _is_meant(run, act):
                    yield from said


def _said(run: Run, act: Act, project: Project) -> Iterator[Outcome]:
    found = asked(run)
    if found is not None and not exists(found):
        yield _match(run, found, act, project)
    elif _is_next_lint(run):
        yield from _of_next(run, act, project)
    elif _LEFT_OVER.fullmatch(run.name):
        yield _of_diff(run, act)


def _aliased(run: Run) -> Iterator[str]:
    if run.name == "alias":
        yield from (word.partition("=")[0] for word in run.arguments if word and "=" in word)


def _is_meant(run: Run, act: Act) -> bool:
    """Whether a run is there for what it does, and not to ask whether the tool can do it."""
    if run.reach != "reached" or run.outcome == "handled":
        return False
    return run.outcome != "tested" or not _is_asked(run, act)


def _is_asked(run: Run, act: Act) -> bool:
    """Whether a run stands in the condition of an `if` or a loop, and not before a mere `&&`."""
    for statement in statements(act.script):
        match statement:
            case If():
                conditions = [branch.condition for branch in statement.branches]
            case Loop():
                conditions = [statement.condition]
            case Pipeline() if statement.negated:
                conditions = [(statement,)]
            case _:
                continue
        for condition in conditions:
            if condition and contains(condition[-1].span, run.span):
                return True
    return False


def _match(run: Run, found: Asked, act: Act, project: Project) -> Match:
    advice, evidence = _advice(run, found, act, project)
    return Match(
        location=Location(run.path, run.span),
        values={
            "verb": found.verb,
            "tool": found.tool,
            "effect": _effect(run),
            "advice": f"; {advice}" if advice else "",
        },
        evidence=evidence,
        severity=_severity(act),
        trail=act.trail,
    )


_LEFT_OVER = regex(
    r"\+(?:set|cd|export|source|echo|exit|docker|npm|npx|git|sudo|mkdir|rm|cp|mv|systemctl)"
)
"""A command behind the sign that a diff sets before a line."""


def _of_diff(run: Run, act: Act) -> Match:
    """A line of a diff that was copied with its sign."""
    return Match(
        location=Location(run.path, run.span),
        values={
            "verb": run.name,
            "tool": "bash",
            "effect": _effect(run),
            "advice": f"; the `+` of a diff was left before `{run.name[1:]}`",
        },
        severity=_severity(act),
        trail=act.trail,
    )


def _is_next_lint(run: Run) -> bool:
    given = run.arguments[1:] if run.name in _RUNNERS else run.arguments
    own = run.name == "next" or (run.name in _RUNNERS and run.arguments[:1] == ("next",))
    return own and given[:1] == ("lint",) and "--help" not in given


_RUNNERS = frozenset({"npx", "bunx", "pnpx", "pnpm", "yarn"})


def _of_next(run: Run, act: Act, project: Project) -> Iterator[Match]:
    """Next.js 16 took its linter away: it serves the folder that it is told, and there is none."""
    package = package_at(run, act, by_folder(project))
    if package is None:
        return
    folder = f"{run.directory}/lint" if run.directory else "lint"
    if folder in folders(project.files):
        return
    for dependency in package.dependencies:
        if dependency.name == "next" and _from_16(dependency.version):
            evidence = Evidence(Location(package.path, dependency.span), "the version that is used")
            yield Match(
                location=Location(run.path, run.span),
                values={
                    "verb": "lint",
                    "tool": "next",
                    "effect": _effect(run),
                    "advice": "; Next.js 16 took it away, `eslint .` asks the linter itself",
                },
                evidence=(evidence,),
                severity=_severity(act),
                trail=act.trail,
            )


def _from_16(version: str) -> bool:
    """Whether a range of npm admits no version of Next.js that has a linter."""
    return all(admits(version, major) is False for major in range(16))


def _severity(act: Act) -> Severity | None:
    """A script that nothing here starts may still be one that nobody uses."""
    return None if act.reached_by or act.role in ("deploy", "bootstrap", "backup") else "warning"


def _effect(run: Run) -> str:
    match run.outcome:
        case "aborts":
            return "the script ends here"
        case "tested":
            return "what follows behind `&&` never runs"
        case "ignored":
            return "and its failure is ignored: the step does nothing"
        case _:
            return "the step does nothing but fail"


def _advice(run: Run, found: Asked, act: Act, project: Project) -> tuple[str, tuple[Evidence, ...]]:
    """What was probably meant."""
    if found.tool == "npm":
        package = package_at(run, act, by_folder(project))
        script = script_of(package, found.verb)
        if package is not None and script is not None:
            place = Location(package.path, script.span)
            return f"`npm run {found.verb}` runs the script", (Evidence(place, "the script"),)
        known = {d.name for d in package.dependencies} if package is not None else set()
        if found.verb in _BINARIES | known:
            return f"`npx {found.verb}` runs the binary", ()
    verbs = TOOLS[found.tool].verbs
    if found.tool == "systemctl" and verbs.intersection(found.rest[:1]):
        return f"the verb comes first: `systemctl {found.rest[0]} {found.verb}`", ()
    from difflib import get_close_matches

    near = get_close_matches(found.verb, sorted(verbs), 1, 0.75)
    return (f"`{found.tool} {near[0]}` is near", ()) if near else ("", ())
