"""Session and signing secrets that a script which is run again and again makes anew each time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.shell.syntax import Command
from ..flow import effects
from ..flow.behaviour import Guard, Run
from ..model import Evidence, Location, Match, Outcome, Span
from ..project.claims import claimed
from ..project.given import Given, given_by
from ..project.inside import contains, statements
from ..project.launches import launches
from ..project.types import Act, Project
from ..source.regex import regex

_NAMED = regex(
    r"(?:.*(?:JWT|SESSION|AUTH|COOKIE|CSRF|SIGNING|REFRESH|ENCRYPTION|PAYLOAD|TOKEN)_?(?:\w*_)?(?:SECRETS?|KEYS?|SALT)"
    r"|(?:\w+_)?SECRET_KEY(?:_BASE)?|APP_(?:KEYS?|SECRET)|SECRET|JWT|NEXTAUTH_SECRET)",
    re.IGNORECASE,
)
_OTHERS = regex(
    r"WEBHOOK|CRON|PUBLIC|API_?KEY|_KEY_ID|ACCESS_KEY|AUTHORIZED|METRICS|SSH|VPN|DEPLOY",
    re.IGNORECASE,
)
"""What no session depends on, though its name says so."""
_KEEPS = regex(r"ENCRYPTION|APP_KEY", re.IGNORECASE)
_RANDOM = regex(
    r"openssl\s+rand|/dev/u?random|\buuidgen\b|\bpwgen\b|random/uuid|randomBytes|randomUUID|secrets\.token|\buuid4\b|get_random_secret_key"
    r"|--gen-random|\bauth\s+secret\b"
)
"""What makes a random value."""
_SUBSTITUTED = regex(r"\$\(|`")
_VARIABLE = regex(r"\$\{?(\w+)\}?")
_SED = regex(r"s(?P<d>[|/#,@~])(?P<old>(?:(?!(?P=d)).)*)(?P=d)(?P<new>.*)(?P=d)[gI\d]*$", re.DOTALL)
_OPEN = regex(r"(?P<name>[A-Za-z]\w*)[\"']?\s*[=:]\s*[\"']?(?:\.[*+]|\[\^[^\]]*\][*+])")
"""What replaces any value of a name, also one that was made before."""
_RELEASE = regex(
    r"(?:^|[-_./])(?:re-?)?(?:deploy|release|rollout|update|upgrade)[^/]*$", re.IGNORECASE
)
_ONCE = regex(
    r"(?:^|[-_./])(?:install|setup|set-up|init|bootstrap|provision|create|first)[^/]*$",
    re.IGNORECASE,
)
_FRESH = regex(r"/(?:var/)?tmp/|/dev/shm/")
_BUILDS = regex(r"(?:pre|post)?build(?:[:_-].*)?")
_HARMLESS = frozenset(
    {"command -v", "cd", "git", "npm", "pnpm", "yarn", "apt-get", "docker", "mkdir", "true"}
)
"""Conditions that say nothing of whether there is a secret already."""
_THERE = frozenset({"-d", "-e", "-f", "-r", "-s", "-x"})
"""Tests of something that must be there: it is there at the next run too."""
_SETTERS = frozenset(
    {"docker", "podman", "heroku", "fly", "flyctl", "gh", "railway", "az", "gcloud", "vercel"}
)


class _Made(Struct, frozen=True):
    """A variable that holds a new random value, and where it was made."""

    span: Span


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each secret of a script that is made anew whenever it runs."""
    for act in project.acts:
        if act.purpose == "production" and act.role not in ("test", "development", "ci", "library"):
            when, evidence = _repeated(act)
            if when:
                yield from _matches(act, when, evidence)


def _repeated(act: Act) -> tuple[str, tuple[Evidence, ...]]:
    """When a script runs again, and what says so; '' where it may run only once."""
    if act.script.origin == "run":
        return "each build of the image", ()
    if act.role == "build" or (act.script.origin == "npm" and _BUILDS.fullmatch(act.script.name)):
        return "each build", ()
    if {"image", "package-start", "unit", "compose"}.intersection(act.reached_by):
        return "each start", ()
    once = _ONCE.search(act.script.path) and not _RELEASE.search(act.script.path)
    if (act.role == "deploy" and not once) or "deploy-job" in act.reached_by:
        return "each deployment", ()
    claim, evidence = claimed(act)
    if claim:
        return "each run", evidence
    fresh = any(effects.builds(r) or effects.installs_dependencies(r) for r in act.behaviour.runs)
    if fresh and act.role in ("bootstrap", "maintenance") and _RELEASE.search(act.script.path):
        return "each deployment", ()
    return "", ()


def _matches(act: Act, when: str, evidence: tuple[Evidence, ...]) -> Iterator[Match]:
    course = _Course(act)
    seen: set[str] = set()
    for name, place, made in course.renewed():
        if name in seen:
            continue
        seen.add(name)
        source = (
            (Evidence(Location(act.script.path, made), "made here"),)
            if made is not None and not contains(made, place.span) and made != place.span
            else ()
        )
        yield Match(
            location=place,
            values={
                "name": name,
                "when": when,
                "effect": "what was encrypted before cannot be read any more"
                if _KEEPS.search(name)
                else "everybody who was logged in is logged out",
            },
            evidence=(*source, *evidence),
            trail=act.trail,
        )


class _Course:
    """The random values of one script, and where they go."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.runs = {run.span: run for run in act.behaviour.runs}
        self.commands = [s for s in statements(act.script) if isinstance(s, Command)]
        self.makers = {
            run.function
            for run in act.behaviour.runs
            if run.function and _RANDOM.search(" ".join(w.raw for w in run.words))
        }
        self.made = self._variables()

    def renewed(self) -> Iterator[tuple[str, Location, Span | None]]:
        """Each secret that is given a new value, where, and where the value was made."""
        for given in given_by(self.act):
            if not _is_secret(given.name) or given.command is None:
                continue
            fresh, made = self._fresh(given.value)
            if fresh and self._lasts(given) and self._always(given.command, given.target):
                yield given.name, given.location, made
        for run in self.act.behaviour.runs:
            yield from self._edited(run)
            words = effects.plain(run)
            forced = words[:3] == ("php", "artisan", "key:generate") and "--force" in run.arguments
            if forced and self._always(run.span, ""):
                yield "APP_KEY", Location(run.path, run.span), None

    def _edited(self, run: Run) -> Iterator[tuple[str, Location, Span | None]]:
        """What `sed -i` puts into the place of any value."""
        if run.name != "sed" or not any((a or "").startswith("-i") for a in run.arguments):
            return
        for word in run.words[1:]:
            found = _SED.search(word.raw.strip("\"'"))
            told = _OPEN.search(found["old"]) if found is not None else None
            if found is None or told is None or not _is_secret(told["name"]):
                continue
            fresh, made = self._fresh(found["new"])
            if fresh and self._always(run.span, ""):
                yield told["name"], Location(run.path, run.span), made

    def _variables(self) -> dict[str, _Made]:
        """The variables that are only ever given new random values, and always are."""
        found: dict[str, _Made] = {}
        spoilt: set[str] = set()
        for command in self.commands:
            for assignment in command.assignments:
                raw = assignment.value.raw if assignment.value is not None else ""
                if not self._generates(raw) or not self._unasked(assignment.span):
                    if raw.strip("\"'"):
                        spoilt.add(assignment.name)
                    continue
                found.setdefault(assignment.name, _Made(assignment.span))
            if command.words and command.words[0].literal in ("read", "mapfile", "source", "."):
                spoilt.update(word.literal or "" for word in command.words[1:])
        return {name: made for name, made in found.items() if name not in spoilt}

    def _fresh(self, value: str) -> tuple[bool, Span | None]:
        """Whether a value as written is a new random one, and where it was made."""
        if self._generates(value):
            return True, None
        for name in _VARIABLE.findall(value):
            if name in self.made and ":-" not in value:
                return True, self.made[name].span
        return False, None

    def _generates(self, raw: str) -> bool:
        if not _SUBSTITUTED.search(raw) or "||" in raw or ":-" in raw:
            return False
        if _RANDOM.search(raw):
            return True
        return any(re.search(rf"(?:\$\(|`)\s*{re.escape(maker)}\b", raw) for maker in self.makers)

    def _lasts(self, given: Given) -> bool:
        """Whether the application is given the value: by a file, its environment or a setting."""
        if given.how == "written":
            return bool(given.target) and not _FRESH.match(given.target)
        run = self.runs.get(given.command) if given.command is not None else None
        if given.how == "argument":
            return run is not None and run.name in _SETTERS
        if given.how == "prefix":
            return run is not None and (launches(run) or bool(effects.builds(run)))
        if given.how == "exported" and given.command is not None:
            return any(
                run.span > given.command and run.reach == "reached" and launches(run)
                for run in self.act.behaviour.runs
            )
        return False

    def _unasked(self, span: Span) -> bool:
        """Whether what stands in a span runs, and nothing asks first whether there is a value."""
        inner = [run for run in self.act.behaviour.runs if contains(span, run.span)]
        return bool(inner) and all(self._runs(run) for run in inner)

    def _always(self, span: Span, target: str) -> bool:
        run = self.runs.get(span)
        if run is None:
            return self._unasked(span)
        return self._runs(run) and not self._reads(run, target)

    def _runs(self, run: Run) -> bool:
        reached = run.reach == "reached"
        return reached and all(self._is_harmless(guard) for guard in run.guards)

    def _is_harmless(self, guard: Guard) -> bool:
        if any(contains(span, guard.span) for span in self.act.behaviour.demands_root):
            return True
        if guard.kind == "test":
            return not guard.negated and guard.words[0] in _THERE and not self._takes(guard)
        return guard.kind in _HARMLESS

    def _takes(self, guard: Guard) -> bool:
        """Whether the script takes away the file whose presence it asks for, so that it holds once."""
        names = [word for word in guard.words[1:] if word]
        return any(
            run.name in ("rm", "mv", "unlink") and any(name in run.paths for name in names)
            for run in self.act.behaviour.runs
        )

    def _reads(self, run: Run, target: str) -> bool:
        """Whether the script looks into the file before it writes it, and may keep what it finds."""
        name = target.rpartition("/")[2]
        if not name:
            return False
        for other in self.act.behaviour.runs:
            if other.span >= run.span:
                continue
            named = any(name in word.raw for word in other.words)
            if named and (other.captured or other.name in ("source", ".", "grep")):
                return True
        return False


def _is_secret(name: str) -> bool:
    return _NAMED.fullmatch(name) is not None and _OTHERS.search(name) is None
