"""Every path through a script, as far as its structure tells: where each leads, how each ends.

A set of standings goes in at the top and is led through each statement. What comes out is where the
shell may stand behind it; `exit`, `return`, `break` and `continue` leave through the frame. Whatever
is unknown goes both ways, so that nothing that can happen is missed. The rules are those of bash 5.2
(bash(1); what it leaves open was tried). Signals from outside are not considered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Background,
    Case,
    Command,
    Function,
    Group,
    If,
    Loop,
    Opaque,
    Parameter,
    Pipeline,
    Redirected,
    Script,
    Statement,
    Subshell,
    Unknown,
    Word,
)
from .conditions import Verdict
from .constructs import always_words, chain, parts, redirects_hold, words
from .standing import (
    CROWD,
    ERREXIT,
    ERRTRACE,
    FAILED,
    INHERIT,
    LASTPIPE,
    MAYBE,
    MAYBE_ERREXIT,
    MAYBE_PIPEFAIL,
    NO_LIST,
    NO_TRAP,
    PIPEFAIL,
    UNKNOWN,
    Standing,
    Standings,
    ended,
    forgotten,
    split,
    thinned,
    with_value,
)
from .survey import Survey
from .writes import reckoned

INLINED = 12
"""How deep calls of functions are followed into each other; deeper ones may do anything."""

UNROLLED = 3
"""Loops over so many known words are followed word by word."""


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


class Explorer(Struct):
    """One exploration of one script, and what it has found."""

    survey: Survey
    failing: bool
    """Whether commands from outside may fail."""
    simple: Callable[[Explorer, Command, Standings, Frame, bool], Standings]
    """Leads standings through a simple command."""
    numbers: dict[int, int]
    """The number of each function definition, by its identity."""
    named: dict[str, list[Function]]
    variables: dict[str, int]
    """The variables whose values are kept, and where in `Standing`."""
    budget: int
    bound: set[str] = set()
    """The functions for which these values matter."""
    special: frozenset[str] = frozenset()
    """The names of commands that are more than a command from outside: builtins, functions."""
    busy: set[int] = set()
    """The identities of commands whose words do something of their own."""
    verdicts: dict[int, Verdict] = {}
    """What tests come to whatever the standing, by the identity of their command."""
    inherits: bool = False
    """Whether command substitutions inherit errexit in any case, as in sh."""
    visited: set[int] = set()
    """The identities of statements that some path reaches."""
    completed: set[int] = set()
    """The identities of those that some path gets past."""
    returned: set[int] = set()
    """The identities of functions of which some call comes back."""
    decided: set[int] = set()
    """The identities of conditions that came out as they did for a variable's value alone."""
    left: set[int] = set()
    """The identities of loops that some path leaves."""
    deep: set[int] = set()
    """The identities of functions that were called where their call was not followed."""
    lost: bool = False
    """Whether unknown code may end the script with any status."""
    actions: list[tuple[Statement, ...] | None] = []
    """What traps run; None where that is unknown."""
    action_numbers: dict[int, int] = {}
    """The number of a trap's action, by the identity of the word that it is."""
    parsed: dict[int, tuple[Statement, ...] | None] = {}
    """Texts that the shell reads as it runs (actions, `eval`), by the identity of their word."""
    texts: list[Script] = []
    """What was parsed of them, so that identities stay theirs."""
    fragile: set[int] = set()
    """The identities of commands in which an expansion may end the shell."""
    signalled: set[int] = set()
    """Numbers of the actions of traps for signals."""
    lists: list[tuple[Word | None, ...]] = []
    """Lists of positional parameters; None where it is unknown what they are from there on."""
    list_numbers: dict[tuple[int | None, ...], int] = {}
    dispatching: set[str] = set()
    """The functions that may run what they are given (`"$@"`), for which these lists are kept."""
    dispatched: dict[tuple[int, int], Command] = {}
    """The commands that this comes to, by that of the script and the number of the list."""
    undispatched: bool = False
    """Whether it is also done where the list is unknown: any function may be called there."""
    killed: set[int] = set()
    """Statuses of the script where a subshell sends it a signal."""
    children: set[int] = set()
    """Statuses of background jobs."""
    loose: bool = False
    """Whether the trap of a signal may leave any loop or function."""
    frozen: set[str] = set()
    """Variables that were made readonly."""
    memory: dict[
        tuple[int, Standing, bool, int | None], tuple[frozenset[Standing], frozenset[Standing]]
    ] = {}
    following: set[int] = set()
    asking: dict[int, bool] = {}
    """Whether the status before a list may matter to it, by the identity of its first statement."""


# ── lists ────────────────────────────────────────────────────────────────────────────────────────


def sequence(
    found: Explorer, body: tuple[Statement, ...], at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """Where the shell may stand behind a list; `quiet` where errexit is ignored."""
    for statement in body:
        if not at:
            break
        at = statement_(found, statement, at, frame, quiet)
    return at


def statement_(
    found: Explorer, statement: Statement, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """Where the shell may stand behind one statement."""
    if not at:
        return at
    found.budget -= len(at)
    if found.budget < 0:
        raise Exhausted
    found.visited.add(id(statement))
    if id(statement) in found.survey.expanding:
        at = loosened(found, statement, at)
    if isinstance(statement, Command):
        name = statement.words[0].literal if statement.words else None
        if name is None or id(statement) in found.busy:
            after = found.simple(found, statement, at, frame, quiet)
        elif name in _TALKERS and not statement.redirects and name not in found.named:
            after = {(0, *s[1:]) for s in at}  # type: ignore[misc]
        elif name in found.special:
            after = found.simple(found, statement, at, frame, quiet)
        else:
            after = _outside(found, at, frame, quiet)
    else:
        for substitution in found.survey.substitutions.get(id(statement), ()):
            substituted(found, substitution.body, at, frame, quiet=quiet)
        if id(statement) in found.busy:
            from .simple import expand

            expand(found, statement, at, frame)
        after = _COMPOUND[type(statement)](found, statement, at, frame, quiet)
    if after:
        found.completed.add(id(statement))
        if len(after) > CROWD:
            after = thinned(after)
    return after


_TALKERS = frozenset({"echo", ":", "true"})


def _outside(found: Explorer, at: Standings, frame: Frame, quiet: bool) -> Standings:
    """Where the shell may stand behind a command from outside: most commands are no more."""
    after: Standings = set()
    for standing in at:
        rest = standing[1:]
        after.add((0, *rest))  # type: ignore[arg-type]
        if found.failing:
            failed: Standing = (FAILED, *rest)  # type: ignore[assignment]
            if quiet or not (rest[0] & (ERREXIT | MAYBE_ERREXIT) or rest[3] != NO_TRAP):
                after.add(failed)
            else:
                after |= settle(found, {failed}, frame, quiet)
    return after


def loosened(found: Explorer, statement: Statement, at: Standings) -> Standings:
    """The shells after the words of a statement have given variables values (`${x:=y}`)."""
    for word in words(statement):
        for part in parts(word):
            names = reckoned(part.raw) if isinstance(part, Opaque) else []
            if isinstance(part, Parameter) and part.operator in {"=", ":="}:
                names = [part.name]
            for name in names:
                nth = found.variables.get(name)
                if nth is not None:
                    at = {with_value(s, nth, None) for s in at}
    return at


def settle(found: Explorer, failed: Standings, frame: Frame, quiet: bool) -> Standings:
    """Let failures of a command take effect: the ERR trap, then errexit. What goes on is returned."""
    if quiet or not failed:
        return failed
    after: Standings = set()
    for standing in failed:
        shells = {standing}
        if standing[4] != NO_TRAP:
            shells = trapped(found, standing, 4, frame)
        for shell in shells:
            if shell[1] & (ERREXIT | MAYBE_ERREXIT):
                frame.exits.add(shell)
            if not shell[1] & ERREXIT:
                after.add(shell)
    return after


def trapped(found: Explorer, standing: Standing, nth: int, frame: Frame) -> Standings:
    """Run a trap's action; afterwards the status is what it was."""
    number = standing[nth]
    action = found.actions[number]
    status = standing[0]
    if action is None:
        found.lost = True
        return {standing}
    bare = (*standing[:nth], NO_TRAP, *standing[nth + 1 :])
    inside = Frame(
        exits=frame.exits,
        returns=frame.returns,
        loops=frame.loops,
        function=frame.function,
        saved=status,
        calls=frame.calls,
        apart=frame.apart,
    )
    after = sequence(found, action, {bare}, inside, False)  # type: ignore[arg-type]
    return {
        (status, *s[1:nth], number if s[nth] == NO_TRAP else s[nth], *s[nth + 1 :])  # type: ignore[misc]
        for s in after
    }


# ── other shells ─────────────────────────────────────────────────────────────────────────────────


def finish(found: Explorer, exits: Standings, frame: Frame) -> set[int]:
    """The statuses of a shell that ends from these standings, once its EXIT trap has run."""
    statuses: set[int] = set()
    for standing in exits:
        if standing[3] == NO_TRAP:
            statuses.add(standing[0])
            continue
        last = Frame(exits=set(), calls=frame.calls, apart=frame.apart)
        after = trapped(found, standing, 3, last)
        statuses.update(s[0] for s in after)
        statuses.update(s[0] for s in last.exits)
    return statuses


def shell(
    found: Explorer,
    body: tuple[Statement, ...],
    standing: Standing,
    frame: Frame,
    quiet: bool,
) -> set[int]:
    """The statuses of a subshell that begins as `standing` says; none where it never ends."""
    status, options, functions, _, error, parameters, values = standing
    if not options & ERRTRACE:
        error = NO_TRAP
    inside = Frame(
        exits=set(),
        returns=None if frame.returns is None else set(),
        function=frame.function,
        saved=frame.saved,
        calls=frame.calls,
        apart=True,
    )
    start: Standing = (status, options, functions, NO_TRAP, error, parameters, values)
    after = sequence(found, body, {start}, inside, quiet)
    return finish(found, after | inside.exits | (inside.returns or set()), inside)


def substituted(
    found: Explorer, body: tuple[Statement, ...], at: Standings, frame: Frame, *, quiet: bool
) -> dict[Standing, set[int]]:
    """The statuses of a command substitution, for each standing before it."""
    results: dict[Standing, set[int]] = {}
    done: dict[Standing, set[int]] = {}
    for standing in at:
        options = standing[1]
        if not options & INHERIT and not found.inherits:
            options &= ~(ERREXIT | MAYBE_ERREXIT)
        start = shared_start(found, body, (standing[0], options, *standing[2:]))  # type: ignore[arg-type]
        if start not in done:
            done[start] = shell(found, body, start, frame, quiet)
        results[standing] = done[start]
    return results


def shared_start(found: Explorer, body: tuple[Statement, ...], standing: Standing) -> Standing:
    """The standing without its status, where nothing of the body may ask for it."""
    if standing[0] == 0 or asks(found, body):
        return standing
    return (0, *standing[1:])


def asks(found: Explorer, body: tuple[Statement, ...]) -> bool:
    """Whether the status before a list may matter to it."""
    if not body:
        return True
    known = found.asking.get(id(body[0]))
    if known is None:
        known = found.asking[id(body[0])] = _asks(found, body[0])
    return known


def _asks(found: Explorer, statement: Statement) -> bool:
    while True:
        if id(statement) in found.survey.asking:
            return True
        match statement:
            case Command():
                name = statement.words[0].literal if statement.words else ":"
                return name is None or name in _STATUS_READERS or name in found.named
            case If() if statement.branches[0].condition:
                statement = statement.branches[0].condition[0]
            case AndOr():
                statement = chain(statement)[0][1]
            case Pipeline() if statement.commands:
                statement = statement.commands[0]
            case Group() | Subshell() if statement.body:
                statement = statement.body[0]
            case Redirected():
                statement = statement.body
            case Arithmetic():
                return "?" in statement.raw
            case _:
                return True


_STATUS_READERS = frozenset({"exit", "return", "command", "builtin", "eval", "source", ".", "exec"})


def _subshell(
    found: Explorer, statement: Subshell, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    after: Standings = set()
    failed: Standings = set()
    done: dict[Standing, set[int]] = {}
    for standing in at:
        start = shared_start(found, statement.body, standing)
        if start not in done:
            done[start] = shell(found, statement.body, start, frame, quiet)
        for status in done[start]:
            (failed if status else after).add((status, *standing[1:]))
    return after | settle(found, failed, frame, quiet)


def _background(
    found: Explorer, statement: Background, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    for start in {shared_start(found, (statement.body,), s) for s in at}:
        found.children |= shell(found, (statement.body,), start, frame, quiet)
    return ended(at, 0)


def _pipeline(
    found: Explorer, statement: Pipeline, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    parts = statement.commands
    if len(parts) == 1:
        after = statement_(found, parts[0], at, frame, quiet or statement.negated)
        return _negated(after) if statement.negated else after
    after = set()
    within = quiet or statement.negated
    for options, group in _by_options(at).items():
        lasting = options & LASTPIPE
        ahead = parts[:-1] if lasting else parts
        for standing in group:
            ways = [shell(found, (part,), standing, frame, within) for part in ahead]
            if not lasting and not ways[-1]:
                continue
            earlier = {0}
            if options & (PIPEFAIL | MAYBE_PIPEFAIL):
                earlier = _rightmost(ways if lasting else ways[:-1], found)
            if not options & PIPEFAIL:
                earlier.add(0)
            lasts = (
                statement_(found, parts[-1], {(0, *standing[1:])}, frame, within)
                if lasting
                else {(status, *standing[1:]) for status in ways[-1]}
            )
            for last in lasts:
                statuses = earlier if last[0] == 0 else {last[0]}
                after |= {(status, *last[1:]) for status in statuses}  # type: ignore[misc]
    if statement.negated:
        return _negated(after)
    good, failed = split(after)
    return good | settle(found, failed, frame, quiet)


def _by_options(at: Standings) -> dict[int, Standings]:
    groups: dict[int, Standings] = {}
    for standing in at:
        groups.setdefault(standing[1], set()).add(standing)
    return groups


def _rightmost(ways: list[set[int]], found: Explorer) -> set[int]:
    """What a pipeline with pipefail reports when its last command works.

    A command whose reader is gone may be ended by SIGPIPE, so each may fail.
    """
    statuses = {0}
    for way in ways:
        broken = {FAILED} if found.failing or not way else set()
        failures = (way | broken) - {0}
        statuses = failures | (statuses if 0 in way or not way else set())
    return statuses


def _negated(after: Standings) -> Standings:
    return {(0 if s[0] else 1, *s[1:]) for s in after}  # type: ignore[misc]


# ── compound commands ────────────────────────────────────────────────────────────────────────────


def _group(
    found: Explorer, statement: Group, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    return sequence(found, statement.body, at, frame, quiet)


def _redirected(
    found: Explorer, statement: Redirected, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    after: Standings = set()
    if found.failing and not redirects_hold(statement.redirects):
        after = settle(found, ended(at, 1), frame, quiet)
    return after | statement_(found, statement.body, at, frame, quiet)


def _and_or(
    found: Explorer, statement: AndOr, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    links = chain(statement)
    last = len(links) - 1
    for nth, (operator, link) in enumerate(links):
        good, bad = split(at) if nth else (at, set())
        taken, passed = (bad, good) if operator == "||" else (good, bad)
        at = passed | statement_(found, link, taken, frame, quiet or nth < last)
    return at


def _if(found: Explorer, statement: If, at: Standings, frame: Frame, quiet: bool) -> Standings:
    after: Standings = set()
    for branch in statement.branches:
        holds, at = split(sequence(found, branch.condition, at, frame, True))
        after |= sequence(found, branch.body, holds, frame, quiet)
    if statement.otherwise is None:
        return after | ended(at, 0)
    return after | sequence(found, statement.otherwise, at, frame, quiet)


def _case(found: Explorer, statement: Case, at: Standings, frame: Frame, quiet: bool) -> Standings:
    from .simple import fits

    after: Standings = set()
    fallen: Standings = set()
    carried: Standings = set()
    last = len(statement.clauses) - 1
    for nth, clause in enumerate(statement.clauses):
        fresh, at = _fitting(found, statement, nth, at)
        more, carried = _fitting(found, statement, nth, carried)
        entered = fresh | more | fallen
        done = sequence(
            found, clause.body, entered if clause.body else ended(entered, 0), frame, quiet
        )
        fallen = done if clause.terminator == ";&" and nth < last else set()
        if clause.terminator == ";;&" and nth < last:
            carried |= done
        elif not fallen:
            after |= done
    return after | carried | ended(at, 0)


def _fitting(
    found: Explorer, statement: Case, nth: int, at: Standings
) -> tuple[Standings, Standings]:
    """The standings in which a clause's patterns may fit, and those in which they may not."""
    from .simple import fits

    matched: Standings = set()
    rest: Standings = set()
    for standing in at:
        truth = fits(found, statement, nth, standing)
        if truth is not False:
            matched.add(standing)
        if truth is not True:
            rest.add(standing)
    return matched, rest


# ── loops ────────────────────────────────────────────────────────────────────────────────────────


def _loop(found: Explorer, statement: Loop, at: Standings, frame: Frame, quiet: bool) -> Standings:
    breaks: Standings = set()
    outer = frame.loops
    inside = Frame(
        exits=set(),
        returns=None if frame.returns is None else set(),
        loops=[*((set(), set()) for _ in outer), (breaks, set())],
        function=frame.function,
        saved=frame.saved,
        calls=frame.calls,
        apart=frame.apart,
    )
    match statement.kind:
        case "while" | "until":
            after = _conditional(found, statement, at, inside, quiet)
        case "for((":
            after = _counted(found, statement, at, inside, quiet)
        case _:
            after = _each(found, statement, at, inside, quiet)
    left = bool(inside.exits or inside.returns)
    frame.exits |= inside.exits
    if frame.returns is not None:
        frame.returns |= inside.returns or set()
    for (mine, again), (out, round_) in zip(inside.loops, outer, strict=False):
        left = left or bool(mine or again)
        out |= mine
        round_ |= again
    if found.loose:
        after |= ended(at, 0) | ended(at, FAILED)
    after |= breaks
    if after or left:
        found.left.add(id(statement))
    return after


Turn = Callable[[Standings], tuple[Standings, Standings]]
"""From where the loop's head is reached: what goes round once more, and what leaves."""


def _turns(
    found: Explorer,
    body: tuple[Statement, ...],
    at: Standings,
    turn: Turn,
    frame: Frame,
    quiet: bool,
) -> Standings:
    """Where a loop leads; what leaves reports the status of the last turn, or 0 without one."""
    after: Standings = set()
    seen: Standings = set()
    again = frame.loops[-1][1]
    heads, first = at, True
    while heads:
        groups = {0: heads} if first else _by_status(heads)
        entered: Standings = set()
        for status, group in groups.items():
            stays, leaves = turn(group)
            entered |= stays
            after |= ended(leaves, status)
        first = False
        heads = (sequence(found, body, entered, frame, quiet) | again) - seen
        again.clear()
        seen |= heads
        if len(seen) > 2 * CROWD and heads:
            heads = forgotten(heads) - seen
            seen |= heads
    return after


def _by_status(at: Standings) -> dict[int, Standings]:
    groups: dict[int, Standings] = {}
    for standing in at:
        groups.setdefault(standing[0], set()).add(standing)
    return groups


def _conditional(
    found: Explorer, loop: Loop, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    def turn(heads: Standings) -> tuple[Standings, Standings]:
        holds, fails = split(sequence(found, loop.condition, heads, frame, True))
        return (holds, fails) if loop.kind == "while" else (fails, holds)

    return _turns(found, loop.body, at, turn, frame, quiet)


def _counted(found: Explorer, loop: Loop, at: Standings, frame: Frame, quiet: bool) -> Standings:
    from .simple import reckon

    fields = loop.header.strip().removeprefix("((").removesuffix("))").split(";")
    if len(fields) != 3:
        fields = ["", "?", ""]
    begin, condition, step = (field.strip() for field in fields)

    def turn(heads: Standings) -> tuple[Standings, Standings]:
        if not condition:
            return heads, set()
        return split(reckon(found, condition, heads, id(loop)))

    first = True

    def stepping(heads: Standings) -> tuple[Standings, Standings]:
        nonlocal first
        text = begin if first else step
        first = False
        return turn(reckon(found, text, heads, id(loop)) if text else heads)

    return _turns(found, loop.body, at, stepping, frame, quiet)


def _each(found: Explorer, loop: Loop, at: Standings, frame: Frame, quiet: bool) -> Standings:
    from .simple import given

    over = loop.words
    known = over is not None and all(word.literal is not None for word in over)
    if loop.kind == "for" and known and over is not None and len(over) <= UNROLLED:
        return _unrolled(found, loop, over, at, frame, quiet)
    surely = any(map(always_words, over or ()))
    begun = False

    def turn(heads: Standings) -> tuple[Standings, Standings]:
        nonlocal begun
        leaves = heads if begun or not surely else set()
        begun = True
        if loop.kind == "select":
            found_end = ended(heads, 1)
            return given(found, loop.variable, None, heads), found_end
        return given(found, loop.variable, None, heads), leaves

    after = _turns(found, loop.body, at, turn, frame, quiet)
    if loop.kind == "select":
        return ended(after | at, 1) | (ended(at, 0) if not surely else set())
    return after


def _unrolled(  # noqa: PLR0913, PLR0917 (as the others)
    found: Explorer,
    loop: Loop,
    over: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:
    from .simple import given

    again = frame.loops[-1][1]
    at = ended(at, 0) if not over else at
    for word in over:
        at = sequence(found, loop.body, given(found, loop.variable, word.literal, at), frame, quiet)
        at |= again
        again.clear()
    return at


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────


def _arithmetic(
    found: Explorer, statement: Arithmetic, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    from .simple import reckon

    raw = statement.raw.strip().removeprefix("((").removesuffix("))")
    good, failed = split(reckon(found, raw, at, id(statement)))
    return good | settle(found, failed, frame, quiet)


def _function(
    found: Explorer, statement: Function, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    mine, names, doubts = _bits(found, statement.name, id(statement))
    return {(0, s[1], (s[2] & ~names & ~doubts) | mine, *s[3:]) for s in at}


def _bits(found: Explorer, name: str, identity: int) -> tuple[int, int, int]:
    """The bit of a definition, those of all with its name, and that of doubt about the name."""
    names = 0
    for each in found.named[name]:
        names |= 1 << found.numbers[id(each)]
    return 1 << found.numbers[identity], names, doubt(found, name)


def doubt(found: Explorer, name: str) -> int:
    """The bit that says that unknown code may have defined a function of this name anew."""
    return 1 << (len(found.numbers) + found.numbers[id(found.named[name][0])])


def havoc(found: Explorer, at: Standings, frame: Frame, options: int = MAYBE) -> Standings:
    """What may stand behind code that is unknown: it may do anything that the shell can."""
    found.lost = True
    doubts = 0
    for name in found.named:
        doubts |= doubt(found, name)
    after: Standings = set()
    for _, old, functions, leaving, error, _, values in at:
        nothing = (None,) * len(values)
        kept = (old & ~(options // MAYBE_ERREXIT)) | options
        for status in (0, UNKNOWN):
            after.add((status, kept, functions | doubts, leaving, error, NO_LIST, nothing))
    jump(frame, after)
    return after


def jump(frame: Frame, at: Iterable[Standing]) -> None:
    """Let unknown code leave every loop, and the function."""
    for breaks, again in frame.loops:
        breaks.update(at)
        again.update(at)
    if frame.returns is not None:
        frame.returns.update(at)


def _unknown(
    found: Explorer, statement: Unknown, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    return havoc(found, at, frame)


_COMPOUND: dict[type, Callable[..., Standings]] = {
    AndOr: _and_or,
    Arithmetic: _arithmetic,
    Background: _background,
    Case: _case,
    Function: _function,
    Group: _group,
    If: _if,
    Loop: _loop,
    Pipeline: _pipeline,
    Redirected: _redirected,
    Subshell: _subshell,
    Unknown: _unknown,
}
