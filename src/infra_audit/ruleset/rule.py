"""What a rule is: a page of data bound to a check."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from ..model import Precision, RuleId, Severity


class Rule(Struct, frozen=True, kw_only=True):
    """What a run needs of a rule."""

    id: RuleId
    title: str
    severity: Severity
    precision: Precision
    step: str
    """The remediation step that it belongs to; '' for none."""
    message: str
    """With the names of the match's values in braces."""
    fix: str
    check: str
    """A key of `CHECKS`, or `triage` for what only triage can find."""
    parameters: dict[str, Any] = {}
    covered_by: tuple[RuleId, ...] = ()
    formerly: tuple[RuleId, ...] = ()

    @property
    def topic(self) -> str:
        """The folder that the rule stands in."""
        return self.id.partition("/")[0]


class Prose(Struct, frozen=True, kw_only=True):
    """What people read about a rule."""

    why: str
    references: tuple[str, ...] = ()
    flag: dict[str, Example] = {}
    allow: dict[str, Example] = {}


class Example(Struct, frozen=True):
    """A small repository: paths and texts, marked with « » for a finding and ‹ › for its evidence."""

    files: dict[str, str]
    also: tuple[str, ...] = ()
    """Further forms in which it must hold: `step`, `allow`."""


class RuleSet(Struct, frozen=True):
    """The rules of a run, by id."""

    rules: dict[RuleId, Rule]
    known: frozenset[str] = frozenset()
    """The names of all rules, also of those that do not run: what is not there is a mistake."""
