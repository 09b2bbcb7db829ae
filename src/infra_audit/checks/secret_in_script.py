"""Credentials that stand in scripts, package scripts, units, process managers and code as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..flow.behaviour import Run
from ..model import Location, Match, Outcome, Span
from ..project.credentials import asks, is_for_build, is_own, masked, sort, token
from ..project.engines import engine_of_image
from ..project.given import SQL_CLIENTS, Given, given_by, given_by_units, password_in_sql
from ..project.launches import launches
from ..project.runners import is_anew
from ..project.types import Act, Project
from ..project.uses import readings
from ..source.regex import regex

_ASIDE = frozenset({"test", "development"})
_PRODUCTION = frozenset({"deploy", "bootstrap", "backup", "maintenance", "entrypoint"})
_HOSTS = frozenset(
    {"unit", "timer", "compose", "image", "package-start", "deploy-job", "pm2", "cron", "procfile"}
)
_STARTS = regex(r"start(?:[:_-]prod(?:uction)?)?|serve|prod(?:uction)?")
_BUILDS = regex(r"(?:pre|post)?build(?:[:_-]prod(?:uction)?)?")
_VAULTS = frozenset(
    {"kubectl", "vault", "op", "gcloud", "aws", "az", "doppler", "infisical", "sops", "helm", "gh"}
)
"""Tools that are given the names of secrets."""
_URL_PASSWORD = regex(
    r"https?://[^/\s:@$]*:([^/\s@${}<>]+)@(?!localhost|127\.|example|host)[\w.-]+\.[a-z]{2,}"
)
_BY_OPTION: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mysql": (("-p",), ("--password",)),
    "mysqldump": (("-p",), ("--password",)),
    "mysqladmin": (("-p",), ("--password",)),
    "mariadb": (("-p",), ("--password",)),
    "mariadb-dump": (("-p",), ("--password",)),
    "mongosh": ((), ("--password",)),
    "mongodump": ((), ("--password",)),
    "mongorestore": ((), ("--password",)),
    "sqlcmd": (("-P",), ()),
    "docker": ((), ("--password",)),
    "npm": ((), ("--otp",)),
}
"""How a password is given on the command line: glued to a short option, or with a long one."""
_NEXT: dict[str, tuple[str, ...]] = {
    "mongosh": ("-p", "--password"),
    "mongodump": ("-p", "--password"),
    "mongorestore": ("-p", "--password"),
    "redis-cli": ("-a", "--pass"),
    "sqlcmd": ("-P",),
    "mysql": ("--password",),
}
"""Options whose password is the next word."""
_TAKING = SQL_CLIENTS | _BY_OPTION.keys() | _NEXT.keys()
"""Commands that are given passwords of any length."""
_SHORTEST = len("http://:p@a.io")
"""Below it no word of another command is a token, or a URL with a password."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such value, at its name."""
    seen: set[tuple[str, int, str]] = set()
    for match in _matches(project):
        where = match.location
        key = (where.path, where.span.line, match.values["name"])
        if key not in seen:
            seen.add(key)
            yield match


def _matches(project: Project) -> Iterator[Match]:
    passing = _steps_of_runners(project)
    for act in project.acts:
        if act.purpose == "production" and act.role not in _ASIDE:
            yield from _of_act(act, passing=id(act.script) in passing)
    for given in given_by_units(project):
        told = sort(given.name, given.value)
        if told is not None and (told != "placeholder" or is_own(given.name, given.value)):
            yield _match(given, told, _WHERE[given.how])
    if project.kind.name != "template":
        yield from _of_modules(project)
        if project.python and project.kind.name != "library":
            yield from _of_python(project)


def _of_python(project: Project) -> Iterator[Match]:
    """The keys with which applications of Python sign sessions and tokens."""
    from ..project.python_secrets import keys

    for key in keys(project):
        given = Given(key.name, key.value, "set", key.location)
        yield _match(given, "chosen", "in the code")


def _of_modules(project: Project) -> Iterator[Match]:
    """What code falls back on and somebody else has issued; an application's own secrets are another rule's."""
    for one in readings(project):
        for use in one.uses:
            value = use.fallback.literal if use.fallback is not None else None
            if value is None or use.fallback is None or _TRIAL.search(value):
                continue
            told = sort(use.name, value)
            issued = _ISSUED.fullmatch(use.name) is not None and not is_own(use.name, value)
            if told == "token" or (told == "random" and issued):
                where = Location(one.path, use.fallback.span)
                given = Given(use.name, value, "set", where)
                yield _match(given, told, "as its default in the code")


_ISSUED = regex(r".*(?:SECRET|PASSWORD|PASSWD|PRIVATE_?KEY|TOKEN|SECRET_?KEY)", re.IGNORECASE)
"""Not keys of an API: many of them are meant for browsers."""
_TRIAL = regex(
    r"(?:^|[_-])(?:test|demo|sandbox)[_-]|^[a-z]{3,}[_-][a-z]{3,}(?:[_-]|$)", re.IGNORECASE
)
"""What an issuer calls a credential that reaches nothing live, and words that nobody has issued."""


_WHERE = {
    "unit": "in the unit",
    "process": "in what pm2 starts",
    "prefix": "on the command line",
    "argument": "on the command line",
    "set": "in the script",
    "assigned": "in the script",
    "exported": "in the script",
    "written": "in what the script writes",
}


def _steps_of_runners(project: Project) -> set[int]:
    """Steps on machines that are made for one job: what they start there ends with it."""
    return {
        id(step.run)
        for workflow in project.workflows
        for job in workflow.jobs
        if is_anew(job)
        for step in job.steps
        if step.run is not None
    }


def _of_act(act: Act, *, passing: bool) -> Iterator[Match]:
    named = set(_names_of_secrets(act))
    every = tuple(given_by(act))
    aside = _develops(act)
    for given in every:
        told = sort(given.name, given.value)
        if told is None or given.name in named or _is_local(given, every, act):
            continue
        if aside and given.how in ("argument", "prefix") and told != "token":
            continue
        if _counts(told, given, act, passing=passing):
            where = _WHERE[given.how]
            if given.how == "written" and given.target:
                where = f"in what the script writes to `{given.target}`"
            yield _match(given, told, where, act)
    for run in act.behaviour.runs:
        yield from _of_run(run, act)


def _is_local(given: Given, every: tuple[Given, ...], act: Act) -> bool:
    """Whether what is given stands beside the address of an application on the developer's own machine.

    On a command line all names of the command tell, else those that are exported beside it.
    """
    if (_HOSTS - {"package-start"}).intersection(act.reached_by):
        return False
    if given.how in ("prefix", "argument"):
        near = [g for g in every if g.command == given.command]
        return any(_PUBLIC.search(g.name) and _LOCAL.match(g.value) for g in near)
    exported = [g for g in every if g.how == given.how == "exported"]
    return any(_PUBLIC.search(g.name) and _LAN.match(g.value) for g in exported)


_PUBLIC = regex(r"(?:^|_)(?:URL|ORIGIN)$")
_LOCAL = regex(r"https?://(?:localhost|127\.0\.0\.1|[\w.-]+\.local)(?::\d+)?(?:/|$)")
_LAN = regex(r"https?://[\w.-]+\.local(?::\d+)?(?:/|$)")


def _develops(act: Act) -> bool:
    """Whether a script starts several stores by `docker run`, none of them again: a developer's.

    So does one that fills a database with what development needs.
    """
    if act.script.origin == "npm" and not act.reached_by and _SEEDS.match(act.script.name):
        return True
    starting = [
        run
        for run in act.behaviour.runs
        if run.name == "docker" and run.arguments[:1] == ("run",) and run.reach == "reached"
    ]
    if any((a or "").startswith("--restart") for run in starting for a in run.arguments):
        return False
    engines = {engine_of_image(a) for run in starting for a in run.arguments if a}
    return len(engines - {None}) >= _SEVERAL


_SEEDS = regex(r"(?:db[:_-])?seed")
_SEVERAL = 2


def _names_of_secrets(act: Act) -> Iterator[str]:
    """The variables that are given to tools which want the name of a secret, not the secret."""
    for run in act.behaviour.runs:
        if run.name in _VAULTS:
            for word in run.words:
                yield from _VARIABLE.findall(word.raw)


_VARIABLE = regex(r"\$\{?(\w+)")


def _counts(told: str, given: Given, act: Act, *, passing: bool) -> bool:
    """Whether a value of this sort is a live one where it stands."""
    if told == "token":
        return True
    live = act.role in _PRODUCTION or bool(_HOSTS.intersection(act.reached_by))
    starts = _is_script(act, _STARTS) or "package-start" in act.reached_by
    builds = _is_script(act, _BUILDS) or act.role == "build"
    match told:
        case "random":
            return act.role != "ci" and (live or starts or builds or act.role == "unknown")
        case "placeholder" if given.how == "set":
            return live and not asks(given.value)
        case "chosen":
            return live or starts or (builds and not is_for_build(given.value))
        case _ if not is_own(given.name, given.value):
            return False
        case _:
            if starts:
                return True
            if builds:
                kept = given.how in ("exported", "prefix") and not is_for_build(given.value)
                return given.how == "written" or kept
            return live and _is_used(given, act, passing=passing)


def _is_script(act: Act, name: Any) -> bool:
    return act.script.origin == "npm" and name.fullmatch(act.script.name) is not None


def _is_used(given: Given, act: Act, *, passing: bool) -> bool:
    """Whether the script starts the application with a value that was to be replaced.

    What is `passing` ends with its job, so that only what is started on another machine counts.
    """
    if given.how not in ("written", "exported", "prefix", "argument"):
        return False
    for run in act.behaviour.runs:
        if run.reach != "reached" or given.command is None or (passing and run.remote is None):
            continue
        starts = launches(run)
        if given.how in ("prefix", "argument"):
            if starts and run.span == given.command:
                return True
        elif starts and run.span > given.command:
            return True
    return False


# ── what commands are given ──────────────────────────────────────────────────────────────────────


def _of_run(run: Run, act: Act) -> Iterator[Match]:
    live = act.role in _PRODUCTION or bool(_HOSTS.intersection(act.reached_by))
    for place, what, value, sure in _passwords(run):
        if sure or live:
            given = Given(what, value, "argument", Location(run.path, place))
            yield _match(given, "token" if sure else "chosen", "on the command line", act)
    if live and run.name in SQL_CLIENTS:
        for word in run.words[1:]:
            value = password_in_sql(word.literal or "")
            if value and not asks(value) and sort("PASSWORD", value):
                given = Given("PASSWORD", value, "set", Location(run.path, word.span))
                yield _match(given, "chosen", "on the command line", act)


def _passwords(run: Run) -> Iterator[tuple[Span, str, str, bool]]:
    """Places, what is given, values, and whether they are sure to be a credential."""
    words = run.words[1:]
    takes = run.name in _TAKING
    glued, long = _BY_OPTION.get(run.name, ((), ()))
    following = _NEXT.get(run.name, ())
    for nth, word in enumerate(words):
        text = word.literal
        if text is None or not (takes or len(text) >= _SHORTEST):
            continue
        found = token(text)
        if found:
            yield word.span, "a token", found, True
            continue
        url = _URL_PASSWORD.search(text) if "://" in text and "@" in text else None
        if url is not None and sort("PASSWORD", url[1]) in ("random", "chosen"):
            yield word.span, "the password of a URL", url[1], False
            continue
        value = next(
            (text[len(o) :] for o in glued if text.startswith(o) and len(text) > len(o)), ""
        )
        value = value or next((text[len(o) + 1 :] for o in long if text.startswith(f"{o}=")), "")
        if not value and nth and words[nth - 1].literal in following:
            value = text
        if value and sort("PASSWORD", value) in ("random", "chosen"):
            yield word.span, "a password", value, False


def _match(given: Given, told: str, where: str, act: Act | None = None) -> Match:
    """A match whose message shows the value only to who knows it already."""
    name = "a password" if given.name == "PASSWORD" else given.name
    replaced = told == "placeholder" and given.how != "set"
    shown = masked(token(given.value) or given.value)
    return Match(
        location=given.location,
        values={
            "name": name if " " in name else f"`{name}`",
            "shown": f" (`{shown}`)" if shown != "…" else "",
            "where": where,
            "what": "a value that was meant to be replaced" if replaced else "a fixed value",
        },
        trail=act.trail if act is not None else (),
    )
