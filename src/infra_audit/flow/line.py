"""A command's words as the shell would pass them on, and the command that they really run."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from ..documents.shell.handed import may_hold_ssh, may_hold_sudo
from ..documents.shell.syntax import Parameter, Word
from .effective import effective, tail
from .state import ROOT, State, Value, expanded, shown

PERHAPS = "sudo?"
"""The prefix of a command behind a variable that holds `sudo` or nothing."""


class Line(Struct, gc=False):
    """What a command line comes to: its values, and among them the command behind its wrappers."""

    values: list[Value | None]
    given: list[str | None]
    """The values as others see them."""
    origins: list[int]
    """The number of the word that each value comes from."""
    at: int
    """Where the real command begins."""
    prefixes: tuple[str, ...]
    name: str
    assumed: bool
    """Whether some value is only likely."""


def line(state: State, words: tuple[Word, ...]) -> Line:
    """What the words of a command come to."""
    values: list[Value | None] = []
    origins: list[int] = []
    assumed = False
    for nth, word in enumerate(words):
        if word.literal is not None:
            values.append(Value(word.literal))
            origins.append(nth)
            continue
        for found in expanded(state, word):
            values.append(found)
            origins.append(nth)
            assumed = assumed or (found is not None and found.assumed)
    given = [None if v is None else v.text if ROOT not in v.text else shown(v.text) for v in values]
    if len(given) > 1 and given[0] is None and _lifts(state, words[origins[0]]):
        at, prefixes, name = effective(["sudo", *given[1:]])
        if prefixes:
            return Line(values, given, origins, at, (PERHAPS, *prefixes[1:]), name, assumed)
    if given and given[0] is None and _composes(state, words[origins[0]]):
        given[0] = "docker-compose"
    at, prefixes, name = effective(given)
    if not name and at < len(given):
        word = words[origins[at]]
        name = "ssh" if may_hold_ssh(word) else tail(word.raw)
    return Line(values, given, origins, at, prefixes, name, assumed)


def _composes(state: State, word: Word) -> bool:
    """Whether a word is a variable that holds the name of compose, old or new."""
    part = word.parts[0] if len(word.parts) == 1 else None
    return isinstance(part, Parameter) and not word.quoted and part.name in state.composing


def _lifts(state: State, word: Word) -> bool:
    """Whether a word is a variable that holds `sudo` or nothing, by all that it is given or its name."""
    part = word.parts[0] if len(word.parts) == 1 else None
    if not isinstance(part, Parameter):
        return False
    lone = not word.quoted and part.operator == ""
    told = state.lifting.get(part.name) if lone or part.operator == "[@]" else None
    return may_hold_sudo(word) if told is None else told


@lru_cache(1 << 11)
def shared(values: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """One tuple for all runs and guards that are given the same: many are."""
    return values
