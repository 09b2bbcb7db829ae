"""Variables of a script that nothing in the repository gives a value, so that their defaults hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from .given import given_by, given_by_units
from .types import Act, Project

_TAKING = frozenset({"shift", "getopts", "set"})
"""What gives a script other arguments than those that it was called with."""


def unset(act: Act, project: Project) -> Callable[[str], bool]:
    """Tells whether nothing gives a script a variable of the environment, or an argument of a number."""
    names = cache(lambda: _names(act, project))
    most = cache(lambda: max(_counts(act, project), default=0))

    def is_unset(name: str) -> bool:
        if name.isdigit():
            return not _takes(act) and most() < int(name)
        return name.isidentifier() and name not in names()

    return is_unset


def _takes(act: Act) -> bool:
    """Whether a number may mean another argument than one of the script's own."""
    return bool(act.behaviour.functions) or any(
        run.name in _TAKING and not (run.arguments and (run.arguments[0] or "").startswith("-"))
        for run in act.behaviour.runs
    )


def _counts(act: Act, project: Project) -> Iterator[int]:
    """How many arguments each call of a script gives it, as far as calls can be seen."""
    file = act.script.path.rpartition("/")[2]
    for other in project.acts:
        for run in other.behaviour.runs if other is not act else ():
            for at, word in enumerate(run.words):
                if word.raw.strip("\"'").rpartition("/")[2] == file:
                    yield len(run.words) - at - 1
    called = re.compile(rf"(?<![\w.-]){re.escape(file)}(?P<given>(?:[ \t]+[^\s|&;<>#`]+)*)")
    texts = [clock.text for clock in project.clocks]
    texts += [script.command for package in project.packages for script in package.scripts]
    for text in texts:
        yield from (len(hit["given"].split()) for hit in called.finditer(text))


def _names(act: Act, project: Project) -> set[str]:
    """The variables that anything but the script itself gives a value, or speaks of."""
    found = {entry.name for dotenv in project.dotenvs for entry in dotenv.entries}
    found |= {given.name for given in given_by_units(project)}
    found |= {word.name for other in project.others for word in other.words}
    for other in project.acts:
        if other.script.path != act.script.path:
            found |= {given.name for given in given_by(other)}
    return found
