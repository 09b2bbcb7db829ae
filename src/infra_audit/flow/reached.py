"""What of a script is reached: the findings of an exploration, as the walk asks for them."""

from __future__ import annotations

from msgspec import Struct

from .behaviour import Cause, Exits, Region
from .facts import Survey


class Reach(Struct):
    """What is found of a script's paths."""

    survey: Survey
    regions: list[Region] = []
    dead: set[int] = set()
    """The identities of the first statements in no-man's-land: all inside is unreachable too."""
    stops: set[int] = set()
    """The identities of statements that some path reaches and none gets past."""
    causes: dict[int, Cause] = {}
    """Why, where it can be told."""
    called: set[int] = set()
    """The identities of functions that something calls, or may call."""
    returning: set[int] = set()
    """The identities of functions of which some call comes back."""
    statuses: dict[str, Exits] = {}
    """With which statuses calls of each function come back."""
    trips: set[int] = set()
    """The identities of arithmetic commands that end the script because they come to 0."""
    fatal: set[int] = set()
    """The identities of assignments that end the script when their substitution fails."""
    exits: Exits = Exits()
    bounded: bool = False
    """Whether following every path took too many steps, so that nothing is said."""


def is_called(found: Reach, name: str) -> bool:
    """Whether something calls the function, or may call it."""
    definitions = found.survey.definitions[name]
    return found.bounded or any(id(d.function) in found.called for d in definitions)


def never_returns(found: Reach, name: str) -> bool:
    """Whether no call of the function comes back."""
    definitions = found.survey.definitions[name]
    return not found.bounded and all(id(d.function) not in found.returning for d in definitions)
