"""A script to ask bash about, and what the ways to start it are."""

from __future__ import annotations

from typing import NamedTuple

_PLAIN = frozenset({"#!/bin/bash", "#!/usr/bin/env bash"})


class Sample(NamedTuple):
    """A script over stub commands.

    `s1`, `s2`, … are commands that succeed or fail with 41 and print 1, where their last argument
    is `out` and they succeed; `echo m1`, `echo m2`, … are marks. Each stands in one place only.
    """

    name: str
    text: str
    quoted: frozenset[str] = frozenset()
    """Stubs and marks that are no statement of the script: words of a trap, of `"$@"`."""
    arguments: tuple[str, ...] = ("",)
    """What the script may be given as its first argument; '' is none."""
    sourced: bool = False
    exact: bool = True
    """Whether only the stubs and the argument decide what it does, so that all of it is seen."""

    @property
    def direct(self) -> bool:
        """Whether only a bash of its own runs it as it would run."""
        first = self.text.partition("\n")[0]
        return not self.exact or "$$" in self.text or first not in _PLAIN
