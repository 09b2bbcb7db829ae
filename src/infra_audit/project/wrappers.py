"""Functions of libraries that scripts install packages by: `apt_install nginx`."""

from __future__ import annotations

from msgspec.structs import replace

from ..flow import effects
from ..flow.behaviour import Run
from ..flow.effective import effective
from .types import Act


def wrappers(acts: tuple[Act, ...]) -> frozenset[tuple[str, str]]:
    """The functions that install the packages whose names they are given: path and name."""
    return frozenset(
        (act.script.path, run.function)
        for act in acts
        if act.script.origin == "file"
        for own in (_own(act),)
        for run in act.behaviour.runs
        if run.function in own
        and any(word.raw in _HANDED_ON for word in run.words)
        and effects.mutates_server(_behind(run, own)) == INSTALLS
    )


def installers(act: Act, found: frozenset[tuple[str, str]]) -> frozenset[str]:
    """The names by which a script calls such functions: its own, else those of other files."""
    own = _own(act)
    return frozenset(name for path, name in found if name not in own or path == act.script.path)


INSTALLS = "installs packages"
_HANDED_ON = frozenset({'"$@"', "$@", "$*", '"${@}"'})


def _own(act: Act) -> frozenset[str]:
    return frozenset(routine.name for routine in act.behaviour.functions)


def _behind(run: Run, own: frozenset[str]) -> Run:
    """The command that a function of the same file is given."""
    for nth, word in enumerate(run.arguments if run.name in own else ()):
        if word and not word.isdecimal():
            at, _, name = effective(list(run.arguments[nth:]))
            after = nth + at + 1
            return replace(run, name=name, arguments=run.arguments[after:], paths=run.paths[after:])
    return run
