"""How a shell stands at one point of one path: its last status, options, functions, traps, values.

A standing is a plain tuple, made and compared by the hundred thousand:
`(status, options, functions, exit trap, error trap, parameters, values)`. A status is 0 to 255,
`FAILED` for whatever else than 0 a command from outside ended with, or `UNKNOWN` for any other
than 0. `functions` is the number of a set of bits (`Explorer.functions`), of which bit n is set where
definition n is in force, and bit n of the upper half where unknown code may have replaced it: the bits
themselves would be hashed again and again. Traps are numbers of the script's trap actions, `NO_TRAP` for
none. `parameters` is the number of the list of positional parameters, `NO_LIST` where it is
unknown. `values` holds those of the variables that decide something, None where unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from .behaviour import Exits

Value = str | None
Standing = tuple[int, int, int, int, int, int, tuple[Value, ...]]
Standings = set[Standing]

FAILED = 256
UNKNOWN = 257
EXIT_TRAP, ERROR_TRAP = 3, 4
"""Where the traps are in a standing."""

NO_TRAP = -1
NO_LIST = -1

ERREXIT, PIPEFAIL, ERRTRACE, NOUNSET, INHERIT, LASTPIPE, EXECFAIL = (1 << n for n in range(7))

MAYBE_ERREXIT, MAYBE_PIPEFAIL = 1 << 7, 1 << 8
"""Unknown code ran, and may have switched these on or off."""
MAYBE = MAYBE_ERREXIT | MAYBE_PIPEFAIL

SETTINGS = {
    "errexit": ERREXIT,
    "pipefail": PIPEFAIL,
    "errtrace": ERRTRACE,
    "nounset": NOUNSET,
    "inherit_errexit": INHERIT,
    "lastpipe": LASTPIPE,
    "execfail": EXECFAIL,
}
LETTERS = {"e": ERREXIT, "E": ERRTRACE, "u": NOUNSET}

NONZERO = "\0nonzero"
"""The value of a variable that holds the status of a command that failed."""

CROWD = 12
"""More standings than these at one point are told apart no longer by the values of variables."""


def ended(standings: Iterable[Standing], status: int) -> Standings:
    """The same shells after a command that ended with `status`."""
    return {(status, *s[1:]) for s in standings}


def split(standings: Standings) -> tuple[Standings, Standings]:
    """Those whose last command worked, and the others."""
    good = {s for s in standings if s[0] == 0}
    return good, standings - good


def grouped(standings: Standings, nth: int) -> dict[int, Standings]:
    """The standings by their status (0) or options (1)."""
    groups: dict[int, Standings] = {}
    for standing in standings:
        groups.setdefault(standing[nth], set()).add(standing)  # type: ignore[arg-type]
    return groups


def forgotten(standings: Iterable[Standing]) -> Standings:
    """The same shells when no variable's value is known any more."""
    return {(*s[:6], (None,) * len(s[6])) for s in standings}


def switched(standings: Iterable[Standing], on: int, off: int) -> Standings:
    """The shells after options were switched; what is switched is unknown no longer."""
    off |= (on | off) * MAYBE_ERREXIT & MAYBE
    return {(0, (s[1] & ~off) | on, *s[2:]) for s in standings}


def with_value(standing: Standing, nth: int, value: Value) -> Standing:
    """The shell after a variable was given a value."""
    values = standing[6]
    return (*standing[:6], (*values[:nth], value, *values[nth + 1 :]))


def exits(statuses: Iterable[int], *, unknown: bool, endless: bool) -> Exits:
    """Statuses as others see them."""
    found = set(statuses)
    codes = tuple(sorted(s for s in found if s < FAILED))
    return _exits(codes, FAILED in found, unknown or UNKNOWN in found, endless)


_exits = lru_cache(64)(Exits)
"""One value for all that end alike: most do."""
