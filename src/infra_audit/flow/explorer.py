"""What an exploration of every path through a script carries along, and what it finds.

Signals from outside are not considered. The state is one mutable struct: it is made for one script
and dropped when its findings are read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from ..documents.shell.syntax import Command, Function, Script, Statement, Word
from .conditions import Verdict
from .facts import Survey
from .standing import CROWD, Standing, Standings, forgotten


class Frame(Struct):
    """Where what leaves a list goes."""

    exits: Standings
    returns: Standings | None = None
    """None where `return` is a mistake: at the top of a script that is not sourced."""
    loops: list[tuple[Standings, Standings]] = []
    """For each loop around, from outside: where `break` and `continue` go."""
    function: bool = False
    saved: int | None = None
    """Inside a trap's action: the status before it, which a bare `exit` reports."""
    calls: int = 0
    """How many functions are being followed into each other."""
    apart: bool = False
    """Whether it runs in a subshell."""


class Exhausted(Exception):  # noqa: N818 (nothing is wrong with the script: it is too much)
    """Following the script takes more steps than are granted."""


Kind = TypeVar("Kind")
Way = Callable[["Explorer", Kind, Standings, Frame, bool], Standings]
"""Leads standings through a statement; the truth is whether errexit is ignored there."""


class Explorer(Struct):
    """One exploration of one script, and what it has found."""

    survey: Survey
    failing: bool
    """Whether commands from outside may fail."""
    simple: Way[Command]
    """Leads standings through a simple command."""
    compound: dict[type, Way[Any]]
    """Leads standings through a statement of each other kind."""
    numbers: dict[int, int]
    """The number of each function definition, by its identity."""
    named: dict[str, list[Function]]
    """The definitions of each function."""
    variables: dict[str, int]
    """The variables whose values are kept, and where in `Standing`."""
    bound: set[str]
    """The functions for which these values matter."""
    dispatching: set[str]
    """The functions that may run what they are given (`"$@"`), for which parameters are kept."""
    special: frozenset[str]
    """The names of commands that are more than a command from outside: builtins, functions."""
    busy: set[int]
    """The identities of commands whose words do something of their own."""
    fragile: set[int]
    """The identities of commands in which an expansion may end the shell."""
    inherits: bool
    """Whether command substitutions inherit errexit in any case, as in sh."""
    loose: bool
    """Whether the trap of a signal may leave any loop or function."""
    budget: int
    inlined: int
    """How deep calls of functions are followed into each other; deeper ones may do anything."""
    """How many more steps it may take."""

    visited: set[int] = set()
    """The identities of statements that some path reaches."""
    completed: set[int] = set()
    """The identities of those that some path gets past."""
    returned: set[int] = set()
    """The identities of functions of which some call comes back."""
    left: set[int] = set()
    """The identities of loops that some path leaves."""
    trips: set[int] = set()
    """The identities of arithmetic commands that end the shell because their value is known to be 0."""
    fatal: set[int] = set()
    """The identities of assignments of which a failing substitution surely ends the shell."""
    gone: set[int] = set()
    """The identities of commands that some path leaves otherwise than by failing: `exit`, calls."""
    decided: set[int] = set()
    """The identities of conditions that came out as they did for a variable's value alone."""
    deep: set[int] = set()
    """The identities of functions that were called where their call was not followed."""
    undispatched: bool = False
    """Whether some `"$@"` runs where its list is unknown: any function may be called there."""
    lost: bool = False
    """Whether unknown code may end the script with any status."""
    killed: set[int] = set()
    """Statuses of the script where a subshell sends it a signal."""
    children: set[int] = set()
    """Statuses of background jobs."""
    signalled: set[int] = set()
    """Numbers of the actions of traps for signals."""
    frozen: set[str] = set()
    """Variables that were made readonly."""

    masks: list[int] = []
    """The sets of bits that the numbers in standings are for."""
    mask_numbers: dict[int, int] = {}
    actions: list[tuple[Statement, ...] | None] = []
    """What traps run; None where that is unknown."""
    action_numbers: dict[int, int] = {}
    """The number of a trap's action, by the identity of the word that it is."""
    parsed: dict[int, tuple[Statement, ...] | None] = {}
    """Texts that the shell reads as it runs (actions, `eval`), by the identity of their word."""
    texts: list[Script] = []
    """What was parsed of them, so that identities stay theirs."""
    lists: list[tuple[Word | None, ...]] = []
    """Lists of positional parameters; None where it is unknown what they are from there on."""
    list_numbers: dict[tuple[int | None, ...], int] = {}
    """The number of a list, by the identities of its words."""
    dispatched: dict[tuple[int, int], Command] = {}
    """What a `"$@"` comes to, by its command and the number of the list."""
    verdicts: dict[int, Verdict] = {}
    """What tests come to whatever the standing, by the identity of their command."""
    asking: dict[int, bool] = {}
    """Whether the status before a list may matter to it, by the identity of its first statement."""
    memory: dict[
        tuple[int, Standing, bool, int | None], tuple[frozenset[Standing], frozenset[Standing]]
    ] = {}
    """Where calls of functions led: what came back, and what ended the script."""
    looped: dict[tuple[object, ...], tuple[frozenset[Standing], Frame]] = {}
    """The same of loops."""
    following: set[int] = set()
    """The identities of functions that are being followed."""

    def functions(self, standing: Standing) -> int:
        """The bits that say which definitions are in force, and of which that is in doubt."""
        return self.masks[standing[2]]

    def numbered(self, mask: int) -> int:
        """The number of a set of such bits."""
        number = self.mask_numbers.get(mask)
        if number is None:
            number = self.mask_numbers[mask] = len(self.masks)
            self.masks.append(mask)
        return number

    def redefined(self, at: Standings, less: int, more: int = 0) -> Standings:
        """The same shells without some of the bits, and with more."""
        known: dict[int, int] = {}
        for standing in at:
            if standing[2] not in known:
                known[standing[2]] = self.numbered(self.functions(standing) & ~less | more)
        return {(*s[:2], known[s[2]], *s[3:]) for s in at}

    def thinned(self, standings: Standings) -> Standings:
        """The standings, told apart by less where there are too many of them.

        First the values of variables go, then which of a name's definitions are in force: all that
        may be are, and there is doubt about them.
        """
        if len(standings) > CROWD:
            standings = forgotten(standings)
        if len(standings) <= CROWD:
            return standings
        some, every = 0, -1
        for standing in standings:
            some |= self.functions(standing)
            every &= self.functions(standing)
        definitions = len(self.numbers)
        differing = (some ^ every) & ((1 << definitions) - 1)
        number = self.numbered(some | differing << definitions)
        return {(*s[:2], number, *s[3:]) for s in standings}


class Call(Struct, frozen=True, gc=False):
    """One simple command that is being run: a builtin takes it and says where the shell may stand."""

    found: Explorer
    command: Command
    words: tuple[Word, ...]
    """Its name and arguments, without `command` and `builtin`."""
    at: Standings
    """How the shell may stand before it."""
    frame: Frame
    quiet: bool
    """Whether errexit is ignored."""
