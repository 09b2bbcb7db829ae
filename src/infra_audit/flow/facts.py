"""The facts of one script that hold before any path through it is followed."""

from __future__ import annotations

from bisect import bisect_right

from msgspec import Struct

from ..documents.shell.syntax import Function, Substitution, Word
from ..model import START, Span
from ..source.regex import regex

DEPTH = 100
"""How deep a script may nest before nothing is said of it."""

MAIN = ""
"""The context of statements outside of all functions."""

TOKENS = regex(r"[^\s;&|(){}<>\"'`$=,]+")
"""What may be the name of a function in a text."""

Told = tuple[Span, str, str, str | None]
"""The place, context and text of a word, and the command that is told it.

That is '' where something may keep the text and call it later, None where nothing does.
"""


class Definition(Struct, frozen=True, gc=False):
    """A function's definition; `certain` when no path past it avoids it."""

    function: Function
    certain: bool


class Place(Struct, frozen=True, gc=False):
    """Where a statement stands."""

    context: str
    certain: bool
    shared: bool
    """Whether it runs in the shell of its context, not in a subshell."""
    looped: bool
    help: bool
    depth: int


class Exit(Struct, frozen=True, gc=False):
    """An `exit` or `exec`: whether it may report success, other than after printing help."""

    context: str
    span: Span
    may_succeed: bool
    help: bool
    status: int | None = None


class Survey(Struct):
    """The facts of one script, gathered in one pass over it."""

    definitions: dict[str, list[Definition]] = {}
    mentions: list[tuple[Span, str, str]] = []
    """Place, context and name of each word that may be a function's name."""
    indirect: set[str] = set()
    """The functions whose name is kept where something unseen may call them: in a trap, a variable."""
    decisive: set[str] = set()
    """The variables that a test, a pattern or an ending looks at."""
    looks: dict[str, set[str]] = {}
    """Those that each function looks at."""
    dynamic: list[tuple[Span, str]] = []
    """Where anything may be called, and in which context."""
    unseen: bool = False
    """Whether that is so otherwise than by `"$@"`."""
    dispatches: set[str] = set()
    """The contexts in which `"$@"` or `"$1"` is a command."""
    positional: set[str] = set()
    """The contexts that look at positional parameters."""
    evals: list[str] = []
    """The contexts of an `eval` whose text says all that it runs."""
    doubts: list[tuple[Span, str]] = []
    """Where unknown code runs in this shell that might define functions."""
    doubted: list[Span] = []
    """When that may first happen, in order."""
    assigned: dict[str, int] = {}
    """How many places assign a variable."""
    written: dict[str, set[str]] = {}
    """The variables that each function writes and that are not its own."""
    own: dict[str, set[str]] = {}
    """The variables that each function declares local."""
    restless: set[str] = set()
    """Functions that change directory, options, or what nobody knows."""
    renamed: set[str] = set()
    """Names that no longer mean the command of that name: aliases, builtins redefined."""
    exits: dict[Span, Exit] = {}
    told: dict[str, set[str | None]] = {}
    """The literal values that a variable is given, None for any other."""
    lifting: dict[str, bool] = {}
    """As in `State`."""
    composing: frozenset[str] = frozenset()
    """As in `State`."""
    passing: dict[str, tuple[Word, ...] | None] = {}
    """The words behind which a function runs what it is given, as far as somebody has asked."""
    trapped: list[str] = []
    """What traps other than for EXIT run, at any time."""
    haunted: set[str] = set()
    """Variables that such a trap may give a value at any time."""
    breaks_by_trap: bool = False
    """Whether the action of a signal's trap leaves loops or functions."""
    size: int = 0
    """How many statements it has, substitutions included."""
    sets: bool = False
    """Whether it changes the shell's options."""
    loops: set[int] = set()
    """The identities of its loops."""
    fragile: set[int] = set()
    """The identities of commands in which an expansion may end the shell (`${x:?}`)."""
    plain: list[tuple[int, str, Span, str]] = []
    """The variables that statements expand without a default: the statement's identity, the name,
    the statement's place and its context."""
    here: Span = START
    """Of the statement that is being read."""
    first: dict[str, dict[str, Span]] = {}
    """Where each context first gives a variable a value."""
    defaulted: list[tuple[int, str]] = []
    """The variables that statements give a value where they have none (`${x:=y}`)."""
    clashing: set[int] = set()
    """The identities of statements in which such a variable may be readonly."""
    bare: set[int] = set()
    """The identities of statements that expand what nothing here sets: fatal under nounset."""
    reads_itself: bool = False
    """Whether it reads its own file, so that what stands behind its end may be data."""
    odd: set[str] = set()
    """Variables that are not what they are given (`declare -i`), or hold on to what they have."""
    integers: set[str] = set()
    """Those of them that take numbers only (`declare -i`)."""
    kept: set[str] = set()
    """Variables that are made readonly."""
    prefixed: list[tuple[str, str]] = []
    """Commands, and the variables that are set for them alone."""
    reckons: bool = False
    """Whether it has arithmetic, in which the values of variables are expressions."""
    searching: bool = False
    """Whether `cd` may look for a directory elsewhere (CDPATH)."""
    unread: bool = False
    """Whether a stretch could not be read, which may define and change anything."""
    lastpipe: bool = False
    """Whether the last command of a pipeline may run in the script's own shell."""
    doubtful: set[str] = set()
    """Functions that may run code that is not seen, in the caller's shell."""
    namerefs: bool = False
    """Whether a variable may be another's name, so that no value is certain."""
    depth: int = 0
    """How deep its statements nest."""
    earliest: dict[str, Span] = {}
    """For each function that may be called: the first place outside of functions that may do so."""
    body_calls: dict[str, list[str]] = {}
    impure: set[str] = set()
    """Functions whose call may change a variable, the directory or an option of the caller."""
    substitutions: dict[int, list[Substitution]] = {}
    """What a statement has of them in its own words, by its identity."""
    expanding: set[int] = set()
    """The identities of statements of which some word assigns (`${x:=y}`, `$((x++))`)."""
    asking: set[int] = set()
    """The identities of statements of which some word asks for `$?`."""
    succeeding: set[str] = set()
    """Functions from which the script may end with success."""


def sure(found: Survey, name: str, at: Span, context: str) -> Function | None:
    """The one definition that a call at a place of a context surely finds."""
    known = found.definitions.get(name, ())
    if len(known) != 1 or not known[0].certain or name in found.renamed:
        return None
    function = known[0].function
    if context != MAIN:
        at = max(at, found.earliest.get(context, at))
    if function.span >= at:
        return None
    nth = bisect_right(found.doubted, function.span)
    doubted = nth < len(found.doubted) and (context != MAIN or found.doubted[nth] <= at)
    return None if doubted else function
