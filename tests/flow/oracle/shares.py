"""How much of what bash did the analysis foretells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .judge import Verdict


class Shares(NamedTuple):
    """Counts over many scripts."""

    scripts: int
    runs: int
    wrong: int
    compared: int
    """Scripts whose statuses are all recorded, and of them those that are computed exactly."""
    exact: int
    never: int
    """Statements that never ran, and of them those that are called so."""
    named: int

    def __str__(self) -> str:
        return (
            f"{self.scripts} scripts, {self.runs} runs, {self.wrong} wrong; "
            f"statuses exact in {self.exact} of {self.compared}{_share(self.exact, self.compared)}; "
            f"{self.named} of {self.never} that never ran{_share(self.named, self.never)}"
        )


def _share(part: int, whole: int) -> str:
    return f" ({part / whole:.1%})" if whole else ""


def shares(verdicts: Sequence[Verdict]) -> Shares:
    """The sums; what is not exact by nature counts only for what is wrong."""
    exact = [v for v in verdicts if v.record.sample.exact]
    compared = [v.statuses for v in exact if v.statuses is not None]
    return Shares(
        len(verdicts),
        sum(len(v.record.traces) for v in verdicts),
        sum(bool(v.wrong) for v in verdicts),
        len(compared),
        sum(computed == recorded for computed, recorded in compared),
        sum(v.never for v in exact),
        sum(v.named for v in exact),
    )
