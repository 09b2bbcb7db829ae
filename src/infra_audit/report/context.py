"""What a report needs beside the report: the rules' words, excerpts and the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from ..model import RuleId
from ..ruleset.rule import Prose, Rule


class Context(Struct, frozen=True, kw_only=True):
    """Where a report looks things up."""

    rules: Mapping[RuleId, Rule]
    """The rules that ran."""
    prose: Callable[[RuleId], Prose]
    """The rule's reason and references, loaded when first asked for."""
    source: Callable[[str], str | None]
    """The text of a path of the repository, None where it cannot be read."""
    version: str
    color: bool = False
    all: bool = False
    """Unfold what repeats."""
    width: int = 100
    date: str = ""
    """ISO date for the review; '' leaves it out, so that a report can be compared."""
