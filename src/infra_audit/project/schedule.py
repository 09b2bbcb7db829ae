"""Which scripts a clock runs: cron lines wherever they stand, units of timers that scripts install."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..documents.crontab import CRON_LINE, may_schedule
from ..documents.facts import UnitFile
from ..documents.shell.syntax import Command, Handing, Heredoc, Redirected, Script, Statement, Word
from ..flow.constructs import lists, words
from ..model import Evidence, Location
from ..source.regex import regex
from .facts import Facts
from .types import Clock

_CRON = regex(rf"(?:^|[\s\"'(\\]){CRON_LINE}", re.IGNORECASE)
_TIMED = regex(r"^[ \t]*(?:OnCalendar|OnUnitActiveSec|OnBootSec)[ \t]*=", re.MULTILINE)
_EXECUTES = regex(r"^[ \t]*ExecStart[ \t]*=", re.MULTILINE)


_SHORTEST = len("@daily x")
"""No text below it has a clock run anything."""


def clocks(facts: Facts) -> tuple[Clock, ...]:
    """Every cron line and every timer that a script installs."""
    found = list(_of_others(facts))
    for script in facts.scripts:
        found += _of_script(script)
    return tuple(found)


def timed(unit_files: tuple[UnitFile, ...]) -> frozenset[str]:
    """The names, without their suffix, of the services that timers start."""
    names = set()
    for timer in unit_files:
        if timer.kind == "timer":
            given = [s.value.literal for s in timer.settings if (s.section, s.key) == _STARTED]
            name = given[-1] if given and given[-1] else timer.name
            names.add(name.removesuffix(".service").removesuffix(".timer"))
    return frozenset(names)


_STARTED = ("Timer", "Unit")


def scheduled(path: str, found: tuple[Clock, ...]) -> Clock | None:
    """The clock that names the file at `path`, the surest first."""
    file = path.rpartition("/")[2]
    before = "(?<![\\w.-])" if "." in file or "-" in file or "_" in file else "/"
    name = re.compile(rf"{before}{re.escape(file)}(?![\w-])")
    named = [clock for clock in found if name.search(clock.text)]
    return next((c for c in named if c.kind != "prose"), named[0] if named else None)


def _of_others(facts: Facts) -> Iterator[Clock]:
    for other in facts.others:
        for word in other.words:
            raw = word.value.raw if word.value is not None else ""
            if word.value is not None and may_schedule(raw) and _CRON.search(f" {raw}"):
                kind = "prose" if other.kind == "prose" else "cron"
                where = Location(other.path, word.value.span)
                yield Clock(kind, raw, Evidence(where, "the cron line"))


def _of_script(script: Script) -> Iterator[Clock]:
    written = [each for each in texts(script.statements) if len(each[0]) >= _SHORTEST]
    timed = any("On" in text and _TIMED.search(text) for text, _ in written)
    for text, place in written:
        scheduling = may_schedule(text)
        for line in text.split("\n") if scheduling or timed else ():
            if scheduling and _CRON.search(line):
                where = Location(script.path, place.span)
                yield Clock("cron", line, Evidence(where, "the cron line"))
            elif timed and _EXECUTES.search(line):
                where = Location(script.path, place.span)
                yield Clock("timer", line, Evidence(where, "the timer's unit"))


def texts(statements: tuple[Statement, ...]) -> Iterator[tuple[str, Word | Heredoc]]:
    """Every word and heredoc of a script with its text: the value where it is literal, else as written."""
    stack = list(reversed(statements))
    while stack:
        statement = stack.pop()
        for word in words(statement):
            literal = word.literal
            yield literal if literal is not None else word.raw, word
        if isinstance(statement, (Command, Redirected)):
            for redirect in statement.redirects:
                if redirect.heredoc is not None:
                    yield redirect.heredoc.content, redirect.heredoc
        if type(statement) is Handing:
            for inner in statement.scripts:
                stack.extend(reversed(inner.statements))
        for body, _ in lists(statement):
            stack.extend(reversed(body))
