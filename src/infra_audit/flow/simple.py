"""What a simple command does to the standings before it.

Builtins do what bash(1) says of them. A command from outside works or fails. Output is taken to
succeed. A word that names the command and is not literal is taken for a command from outside, which
may also be any function, `exit`, `return` or `break`, but not for one that changes options or traps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..documents.shell.syntax import (
    Assignment,
    Case,
    Command,
    Function,
    Literal,
    Parameter,
    Statement,
    Word,
)
from ..source.regex import regex
from ..source.text import Text
from .arithmetic import evaluate
from .conditions import Verdict, matches, tested
from .constructs import DECLARERS, always_words, parts, redirects_hold
from .constructs import words as words_of
from .explore import (
    INLINED,
    Explorer,
    Frame,
    doubt,
    havoc,
    jump,
    sequence,
    settle,
    statement_,
    substituted,
    trapped,
)
from .standing import (
    ERREXIT,
    ERRTRACE,
    EXECFAIL,
    FAILED,
    LETTERS,
    MAYBE,
    NO_LIST,
    NO_TRAP,
    NONZERO,
    NOUNSET,
    PIPEFAIL,
    SETTINGS,
    UNKNOWN,
    Standing,
    Standings,
    Value,
    ended,
    forgotten,
    split,
    switched,
    with_value,
)
from .survey import first_of
from .writes import reckoned, written_by

_QUIET = frozenset(
    {":", "true", "echo", "printf", "pwd", "umask", "times", "unset", "dirs", "history", "trap"}
)
"""Builtins that work, as long as their output is taken."""

_EITHER = frozenset(
    {"cd", "pushd", "popd", "read", "type", "hash", "alias", "unalias", "getopts", "kill"}
    | {
        "jobs",
        "mapfile",
        "readarray",
        "ulimit",
        "bg",
        "fg",
        "disown",
        "caller",
        "compgen",
        "enable",
    }
    | {"bind", "help", "fc", "complete", "compopt", "logout", "suspend"}
)
"""Builtins that may fail with 1 whatever commands from outside do."""

_WRITERS = frozenset({"read", "mapfile", "readarray", "unset", "getopts", "printf"})
_PLAIN_SIGNAL = regex(r"(?:SIG)?(\w+)")
_PATH = regex(r".*/[\w.@+-]+")


def simple(
    found: Explorer, command: Command, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """Where the shell may stand behind a simple command."""
    statuses: dict[Standing, set[int]] | None = None
    for substitution in found.survey.substitutions.get(id(command), ()):
        gave = substituted(found, substitution.body, at, frame, quiet=quiet)
        if substitution.opener.startswith(("<", ">")):
            found.children.update(*gave.values())
        else:
            statuses = gave
    expand(found, command, at, frame)
    words = command.words
    if not words:
        return _assignments(found, command, at, frame, quiet, statuses)
    after: Standings = set()
    name = words[0].literal
    outside = name is not None and name not in found.named and name not in _HANDLERS
    if (
        found.failing
        and command.redirects
        and not outside
        and not redirects_hold(command.redirects)
    ):
        after = settle(found, ended(at, 1), frame, quiet)
    if name is None:
        good, failed = split(_unnamed(found, command, at, frame, quiet))
    elif name in found.survey.renamed and name not in found.named:
        good, failed = split(_outside(found, at) | ended(at, 1))
    elif name in found.named:
        good, failed = split(_called(found, command, name, at, frame, quiet))
    else:
        good, failed = split(_unshadowed(found, command, name, words, at, frame, quiet))
    return after | good | settle(found, failed, frame, quiet)


def _unshadowed(  # noqa: PLR0913, PLR0917 (as the handlers)
    found: Explorer,
    command: Command,
    name: str,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:
    """A command that is no function."""
    handler = _HANDLERS.get(name)
    if handler is not None:
        return handler(found, command, words, at, frame, quiet)
    if name in _EITHER:
        return _forget(found, command, ended(at, 0) | ended(at, 1))
    return _outside(found, at)


def _outside(found: Explorer, at: Standings) -> Standings:
    after = ended(at, 0)
    return after | ended(at, FAILED) if found.failing else after


def _unnamed(
    found: Explorer, command: Command, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """A command whose name is computed."""
    word = command.words[0]
    part = word.parts[0] if len(word.parts) == 1 else None
    if isinstance(part, Parameter) and found.survey.lifting.get(part.name):
        return _outside(found, at)
    nth = first_of(command)
    if nth is not None:
        return _dispatched(found, command, nth, at, frame, quiet)
    if word.parts and isinstance(word.parts[-1], Literal) and _PATH.fullmatch(word.raw.strip('"')):
        return _outside(found, at)
    return _anything(found, at, frame)


def _anything(found: Explorer, at: Standings, frame: Frame) -> Standings:
    """A command that may be any, though none that changes options or traps."""
    found.lost = True
    anything = _outside(found, at) | ended(at, 0)
    if found.failing:
        anything |= ended(at, UNKNOWN)
    if found.named:
        anything = forgotten(anything)
    jump(frame, anything)
    return anything


# ── positional parameters ────────────────────────────────────────────────────────────────────────


def _dispatched(  # noqa: PLR0913, PLR0917 (as simple)
    found: Explorer, command: Command, nth: int, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    """A command whose name is the positional parameter `nth`, or the first of all for 0."""
    after: Standings = set()
    for standing in at:
        words = None if standing[5] == NO_LIST else found.lists[standing[5]]
        first = (
            None if words is None else words[: None if nth == 0 else nth][nth - 1 if nth else 0 :]
        )
        if first is None or (None in first) or (nth and not first):
            found.undispatched = True
            after |= _anything(found, {standing}, frame)
            continue
        key = (id(command), standing[5])
        if key not in found.dispatched:
            whole = (*(word for word in first if word is not None), *command.words[1:])
            found.dispatched[key] = Command(whole, (), command.redirects, command.span)
        after |= simple(found, found.dispatched[key], {standing}, frame, quiet)
    return after


def _listed(found: Explorer, words: tuple[Word, ...], standing: Standing) -> int:
    """The number of the list of parameters that these words come to."""
    result: list[Word | None] = []
    for word in words:
        part = word.parts[0] if len(word.parts) == 1 else None
        if isinstance(part, Parameter) and part.name == "@" and not part.operator:
            result.extend((None,) if standing[5] == NO_LIST else found.lists[standing[5]])
        elif word.literal is not None or (word.quoted and "@" not in word.raw):
            own = {p.name for p in word.parts if isinstance(p, Parameter)}
            result.append(None if any(map(str.isdigit, own)) else word)
        else:
            result.append(None)
        if result and result[-1] is None:
            break
    return _number(found, tuple(result))


def _number(found: Explorer, words: tuple[Word | None, ...]) -> int:
    if words == (None,):
        return NO_LIST
    key = tuple([None if word is None else id(word) for word in words])
    if key not in found.list_numbers:
        found.list_numbers[key] = len(found.lists)
        found.lists.append(words)
    return found.list_numbers[key]


def _shift(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    count = words[1].literal if len(words) > 1 else "1"
    after: Standings = set()
    for standing in at:
        known = None if standing[5] == NO_LIST else found.lists[standing[5]]
        if known is None or count is None or not count.isdecimal():
            after |= {(n, *standing[1:5], NO_LIST, standing[6]) for n in (0, 1)}
        elif int(count) > len(known) and None not in known:
            after |= ended({standing}, 1)
        elif None in known[: int(count)] or int(count) > len(known):
            after |= {(n, *standing[1:5], NO_LIST, standing[6]) for n in (0, 1)}
        else:
            rest = known[int(count) :]
            after.add((0, *standing[1:5], _number(found, rest), standing[6]))  # type: ignore[arg-type]
    return after


# ── values ───────────────────────────────────────────────────────────────────────────────────────


def read(found: Explorer, standing: Standing, word: Word) -> Value:
    """What a word expands to as one word in a standing."""
    if word.literal is not None:
        return word.literal
    texts: list[str] = []
    for part in word.parts:
        if isinstance(part, Literal):
            texts.append(part.text)
            continue
        value = _parameter(found, standing, part) if isinstance(part, Parameter) else None
        if value is None:
            return None
        texts.append(value)
    whole = "".join(texts)
    return whole if NONZERO not in whole or whole == NONZERO else None


def _parameter(found: Explorer, standing: Standing, part: Parameter) -> Value:
    if part.name == "?" and not part.operator:
        return _status_text(standing[0])
    nth = found.variables.get(part.name)
    if nth is None or part.operator not in {"", ":-", "-", ":?", "?"}:
        return None
    value = standing[6][nth]
    if value == "" and part.operator == ":-":
        return None
    return value


def _status_text(status: int) -> Value:
    if status == FAILED or status == UNKNOWN:
        return NONZERO
    return str(status)


def number(found: Explorer, standing: Standing, name: str) -> int | None:
    """The value of a variable as arithmetic sees it."""
    if name == "?":
        return standing[0] if standing[0] < FAILED else None
    nth = found.variables.get(name)
    value = None if nth is None else standing[6][nth]
    if value == "":
        return 0
    return int(value) if value is not None and value.isdecimal() else None


def given(found: Explorer, name: str, value: Value, at: Standings) -> Standings:
    """The shells after a variable was given a value."""
    nth = found.variables.get(name)
    return at if nth is None else {with_value(s, nth, value) for s in at}


def reckon(found: Explorer, text: str, at: Standings, identity: int) -> Standings:
    """The shells after an arithmetic command: 0 where the value is not 0, else 1."""
    after: Standings = set()
    for standing in at:
        result = evaluate(text.strip(), lambda name, s=standing: number(found, s, name))  # type: ignore[misc]
        truth: bool | None = None
        here = standing
        if result is None:
            for name in reckoned(text):
                (here,) = given(found, name, None, {here})
        else:
            truth = None if result[0] is None else bool(result[0])
            for name, value in result[1].items():
                (here,) = given(found, name, None if value is None else str(value), {here})
        if truth is not None and regex(r"[A-Za-z_]").search(text):
            found.decided.add(identity)
        if truth is not False:
            after.add((0, *here[1:]))  # type: ignore[arg-type]
        if truth is not True:
            after.add((1, *here[1:]))  # type: ignore[arg-type]
    return after


def fits(found: Explorer, statement: Case, nth: int, standing: Standing) -> bool | None:
    """Whether the patterns of a clause fit the word of its case; None where that is unknown."""

    def reading(word: Word) -> Value:
        return read(found, standing, word)

    text = reading(statement.word)
    truths = {matches(text, pattern, reading) for pattern in statement.clauses[nth].patterns}
    if text is not None and statement.word.literal is None:
        found.decided.add(id(statement))
    if True in truths:
        return True
    return None if None in truths else False


def _forget(found: Explorer, command: Command, at: Standings) -> Standings:
    """The shells after a builtin that gives variables values nobody knows."""
    if found.variables and command.words[0].literal in _WRITERS:
        flagged = command.words[0].literal != "printf" or any(
            word.literal == "-v" for word in command.words
        )
        if flagged and any(word.literal is None for word in command.words):
            return forgotten(at)
    for name in written_by(command):
        at = given(found, name, None, at)
    return at


# ── expansions and assignments ───────────────────────────────────────────────────────────────────


def expand(found: Explorer, command: Statement, at: Standings, frame: Frame) -> None:
    """Let `${x:?}`, and unset variables under nounset, end the shell."""
    if id(command) in found.survey.bare:
        frame.exits |= ended({s for s in at if s[1] & NOUNSET}, 1)
    if id(command) not in found.fragile:
        return
    for word in words_of(command):
        if word.literal is not None:
            continue
        for part in parts(word):
            if isinstance(part, Parameter) and part.operator in {":?", "?"}:
                frame.exits |= ended({s for s in at if not _parameter(found, s, part)}, 1)


def _assignments(  # noqa: PLR0913, PLR0917 (as simple, and what its substitutions gave)
    found: Explorer,
    command: Command,
    at: Standings,
    frame: Frame,
    quiet: bool,
    statuses: dict[Standing, set[int]] | None,
) -> Standings:
    after: Standings = set()
    failed: Standings = set()
    if statuses is None and not command.redirects and not found.variables and not found.frozen:
        return ended(at, 0)
    for standing in at:
        here = _assigned(found, command.assignments, standing)
        for status in {0} if statuses is None else statuses[standing]:
            (failed if status else after).add((status, *here[1:]))  # type: ignore[arg-type]
    if any(a.name in found.frozen for a in command.assignments):
        frame.exits |= ended(at, 1)
        after |= ended(at, 1)
    if command.redirects and found.failing and not redirects_hold(command.redirects):
        failed |= ended(at, 1)
    return after | settle(found, failed, frame, quiet)


def _assigned(found: Explorer, assignments: Iterable[Assignment], standing: Standing) -> Standing:
    for assignment in assignments:
        nth = found.variables.get(assignment.name)
        if nth is None:
            continue
        value: Value = None
        if assignment.value is not None and not assignment.append:
            value = read(found, standing, assignment.value)
        elif not assignment.append and not assignment.elements and _empty(assignment):
            value = ""
        standing = with_value(standing, nth, value)
    return standing


def _empty(assignment: Assignment) -> bool:
    span = assignment.span
    return span.line == span.end_line and span.end_column - span.column == len(assignment.name) + 1


# ── functions ────────────────────────────────────────────────────────────────────────────────────


def _called(  # noqa: PLR0913, PLR0917 (as simple)
    found: Explorer, command: Command, name: str, at: Standings, frame: Frame, quiet: bool
) -> Standings:
    after: Standings = set()
    doubted = doubt(found, name)
    for standing in at:
        known = [f for f in found.named[name] if standing[2] >> found.numbers[id(f)] & 1]
        if standing[2] & doubted:
            found.lost = True
            after |= _outside(found, {standing}) | ended({standing}, UNKNOWN)
        elif not known:
            after |= _unshadowed(found, command, name, command.words, {standing}, frame, quiet)
        given_ = NO_LIST
        if name in found.dispatching:
            given_ = _listed(found, command.words[1:], standing)
        start: Standing = (*standing[:5], given_, standing[6])  # type: ignore[assignment]
        for function in known:
            after |= {
                (*s[:5], standing[5], s[6])  # type: ignore[misc]
                for s in run(found, function, start, frame, quiet)
            }
    return after


def run(
    found: Explorer, function: Function, standing: Standing, frame: Frame, quiet: bool
) -> Standings:
    """Where the shell may stand behind a call of a function."""
    values = standing[6]
    if function.name not in found.bound and any(v is not None for v in values):
        (blank,) = forgotten({standing})
        inside = Frame(exits=set(), saved=frame.saved, calls=frame.calls)
        after = run(found, function, blank, inside, quiet)
        frame.exits.update((*s[:6], values) for s in inside.exits)
        return {(*s[:6], values) for s in after}
    if standing[0] and not _asks(found, function):
        standing = (0, *standing[1:])  # type: ignore[assignment]
    key = (id(function), standing, quiet, frame.saved)
    known = found.memory.get(key)
    if known is None:
        if id(function) in found.following or frame.calls >= INLINED:
            found.deep.add(id(function))
            after = havoc(found, {standing}, Frame(exits=set()))
            return after | ended({standing}, FAILED)
        found.following.add(id(function))
        inside = Frame(
            exits=set(),
            returns=set(),
            function=True,
            saved=frame.saved,
            calls=frame.calls + 1,
            apart=frame.apart,
        )
        error = standing[4] if standing[1] & ERRTRACE else NO_TRAP
        start: Standing = (*standing[:4], error, standing[5], values)  # type: ignore[assignment]
        after = statement_(found, function.body, {start}, inside, quiet)
        after = after | (inside.returns or set())
        if found.loose:
            after |= ended({start}, 0) | ended({start}, FAILED)
        found.following.discard(id(function))
        after = {_come_back(found, function, standing, s) for s in after}
        known = found.memory[key] = (frozenset(after), frozenset(inside.exits))
    if known[0]:
        found.returned.add(id(function))
    frame.exits.update(known[1])
    return set(known[0])


def _asks(found: Explorer, function: Function) -> bool:
    from .explore import asks

    return asks(found, (function.body,))


def _come_back(found: Explorer, function: Function, before: Standing, after: Standing) -> Standing:
    """Restore what a function keeps to itself: its local variables and, without errtrace, ERR."""
    values = after[6]
    for name in found.survey.own.get(function.name, ()):
        nth = found.variables.get(name)
        if nth is not None:
            values = (*values[:nth], before[6][nth], *values[nth + 1 :])
    error = after[4] if after[4] != NO_TRAP or after[1] & ERRTRACE else before[4]
    return (*after[:4], error, before[5], values)  # type: ignore[return-value]


# ── builtins ─────────────────────────────────────────────────────────────────────────────────────

Handler = Callable[[Explorer, Command, tuple[Word, ...], Standings, Frame, bool], Standings]


def _works(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    return _forget(found, command, ended(at, 0))


def _fails(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    return ended(at, 1)


def _exit(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    if len(words) > 2:
        frame.exits |= ended(at, 1)
        return ended(at, 1)
    for standing in at:
        frame.exits |= _with_status(found, standing, words, frame)
    return set()


def _with_status(
    found: Explorer, standing: Standing, words: tuple[Word, ...], frame: Frame
) -> Standings:
    """The standing with the status that `exit` or `return` is given."""
    if len(words) < 2:
        status = standing[0] if frame.saved is None else frame.saved
        return {(status, *standing[1:])}  # type: ignore[arg-type]
    text = read(found, standing, words[1])
    if text == NONZERO:
        part = words[1].parts[0]
        status = standing[0] if isinstance(part, Parameter) and part.name == "?" else FAILED
        return {(status, *standing[1:])}  # type: ignore[arg-type]
    if text is None or (text == "" and not words[1].quoted):
        return ended({standing}, 0) | ended({standing}, UNKNOWN)
    bare = text.strip().removeprefix("-").removeprefix("+")
    if not bare.isdecimal():
        return ended({standing}, 2)
    return ended({standing}, int(text) % 256)


def _return(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    if frame.returns is None:
        if found.inherits:
            _exit(found, command, words, at, frame, quiet)
        return ended(at, 2)
    for standing in at:
        frame.returns |= _with_status(found, standing, words[:2], frame)
    return set()


def _break(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    if not frame.loops:
        return ended(at, 0)
    given_ = words[1].literal if len(words) > 1 else "1"
    if given_ is None:
        jump(Frame(exits=set(), loops=frame.loops), ended(at, 0))
        return set()
    if not given_.isdecimal() or int(given_) < 1:
        for breaks, _ in frame.loops:
            breaks |= ended(at, 1)
        return set()
    target = frame.loops[-min(int(given_), len(frame.loops))]
    target[0 if words[0].literal == "break" else 1].update(ended(at, 0))
    return set()


def _exec(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    rest = list(words[1:])
    while rest and (rest[0].literal or "").startswith("-"):
        option = rest.pop(0).literal
        if option == "-a" and rest:
            rest.pop(0)
    if not rest or _DESCRIPTOR.fullmatch(rest[0].raw):
        return ended(at, 0)
    replaced = {(*s[:3], NO_TRAP, *s[4:]) for s in at}
    frame.exits |= ended(replaced, 0)  # type: ignore[arg-type]
    after: Standings = set()
    if found.failing:
        frame.exits |= ended(replaced, FAILED)  # type: ignore[arg-type]
        for standing in ended(at, FAILED):
            if standing[1] & EXECFAIL:
                after.add(standing)
            elif standing[3] != NO_TRAP:
                frame.exits.add(standing)
    return after if always_words(rest[0]) else after | ended(at, 0)


_DESCRIPTOR = regex(r"\d+|\{\w+\}")
"""What stands before a redirection that the parser may have taken for a word."""


def _set(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    on = off = 0
    rest = [word.literal for word in words[1:]]
    while rest:
        word = rest.pop(0)
        if word is None:
            return switched(at, MAYBE, ERREXIT | PIPEFAIL)
        if word[:1] not in {"-", "+"} or word in {"-", "--", "+"}:
            operands = words[len(words) - len(rest) - (word != "--") :]
            at = {(*s[:5], _listed(found, operands, s), s[6]) for s in at}  # type: ignore[misc]
            break
        bits = 0
        for letter in word[1:]:
            if letter == "o" and rest:
                bits |= SETTINGS.get(rest.pop(0) or "", 0)
            else:
                bits |= LETTERS.get(letter, 0)
        if word[0] == "-":
            on, off = on | bits, off & ~bits
        else:
            on, off = on & ~bits, off | bits
    return switched(at, on, off)


def _shopt(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    flags = {w.literal for w in words[1:] if (w.literal or "").startswith("-")}
    bits = 0
    for word in words[1:]:
        bits |= SETTINGS.get(word.literal or "", 0)
    letters = "".join(flag or "" for flag in flags)
    if "s" in letters:
        return switched(at, bits, 0)
    if "u" in letters:
        return switched(at, 0, bits)
    return ended(at, 0) | ended(at, 1)


def _trap(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    rest = list(words[1:])
    if rest and rest[0].literal == "--":
        rest.pop(0)
    if not rest or (rest[0].literal or "") in {"-l", "-p"}:
        return ended(at, 0)
    if len(rest) == 1:
        number_, signals = NO_TRAP, rest
    else:
        number_, signals = _action(found, rest[0]), rest[1:]
    for signal in signals:
        match = _PLAIN_SIGNAL.fullmatch(signal.literal or "")
        name = match[1].upper() if match else ""
        if name in {"EXIT", "0"}:
            at = {(*s[:3], number_, *s[4:]) for s in at}  # type: ignore[misc]
        elif name == "ERR":
            at = {(*s[:4], number_, *s[5:]) for s in at}  # type: ignore[misc]
        elif number_ != NO_TRAP:
            found.signalled.add(number_)
    return ended(at, 0)


def _action(found: Explorer, word: Word) -> int:
    """The number of a trap's action; NO_TRAP for what resets or ignores."""
    text = word.literal
    if text is None and word.raw.startswith('"') and word.raw.endswith('"'):
        text = regex(r'\\([$`"\\])').sub(r"\1", word.raw[1:-1])
    if text in {"", "-"}:
        return NO_TRAP
    if id(word) not in found.action_numbers:
        found.action_numbers[id(word)] = len(found.actions)
        found.actions.append(None if text is None else _parsed(found, word, text))
    return found.action_numbers[id(word)]


def _parsed(found: Explorer, word: Word, text: str) -> tuple[Statement, ...] | None:
    """The statements of a text that the shell reads when it gets there."""
    from ..documents.shell.script import parse

    key = id(word)
    if key not in found.parsed:
        script = parse(Text("", text), "argument", interpreter="bash")
        body = None if script.fault is not None or len(text) > _MOST else script.statements
        if body is not None:
            found.texts.append(script)
            _learn(found)
        found.parsed[key] = body
    return found.parsed[key]


_MOST = 20_000


def _learn(found: Explorer) -> None:
    """Take over what a survey finds in statements that are no part of the script's own text."""
    from .survey import survey

    more = survey(found.texts[-1])
    found.survey.substitutions.update(more.substitutions)
    found.survey.asking.update(more.asking)
    found.survey.expanding.update(more.expanding)
    found.fragile.update(more.fragile)
    if more.definitions:
        found.lost = True


def _test(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    after: Standings = set()
    for standing in at:
        verdict = found.verdicts.get(id(command)) or _judged(found, command, words, standing)
        if verdict.truth is not False:
            after.add((0, *standing[1:]))  # type: ignore[arg-type]
        if verdict.truth is not True:
            after.add((1, *standing[1:]))  # type: ignore[arg-type]
        if verdict.odd:
            after.add((2, *standing[1:]))  # type: ignore[arg-type]
    return after


def _judged(
    found: Explorer, command: Command, words: tuple[Word, ...], standing: Standing
) -> Verdict:
    """The verdict of a test in a standing; one that is the same in all is kept."""
    looked: list[Word] = []

    def reading(word: Word) -> Value:
        if word.literal is None:
            looked.append(word)
        return read(found, standing, word)

    verdict = tested(words, reading)
    names = {p.name for word in looked for p in word.parts if isinstance(p, Parameter)}
    watched = names & found.variables.keys()
    if verdict.truth is not None and watched:
        found.decided.add(id(command))
    if not watched and "?" not in names:
        found.verdicts[id(command)] = verdict
    return verdict


def _let(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    for word in words[1:]:
        at = reckon(found, word.literal if word.literal is not None else "?", at, id(command))
    return at if len(words) > 1 else ended(at, 1)


def _declare(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    name = words[0].literal
    if name == "local" and not frame.function:
        return ended(at, 1)
    flags = "".join(w.literal or "" for w in words[1:] if (w.literal or "").startswith("-"))
    if name == "readonly" or "r" in flags:
        found.frozen.update(a.name for a in command.assignments)
    after: Standings = set()
    if found.variables and any(word.literal is None for word in words):
        at = forgotten(at)
    for standing in at:
        here = _assigned(found, command.assignments, standing)
        for word in words[1:]:
            if name in {"local", "declare", "typeset"} and word.literal in found.variables:
                here = with_value(here, found.variables[word.literal], None)
        after.add((0, *here[1:]))  # type: ignore[arg-type]
    if set(flags) & set("niulaAF"):
        for assignment in command.assignments:
            after = given(found, assignment.name, None, after)
    asks_names = bool(set(flags) & set("fFp"))
    return after | ended(after, 1) if asks_names else after


def _command(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    rest = words[1:]
    while rest and (rest[0].literal or "") in {"-p", "--"}:
        rest = rest[1:]
    if not rest:
        return ended(at, 0)
    name = rest[0].literal
    if name is None:
        return havoc(found, at, frame, 0)
    if name in {"-v", "-V"}:
        return ended(at, 0) | ended(at, 1)
    return _unshadowed(found, command, name, rest, at, frame, quiet)


def _eval(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    texts = [word.literal for word in words[1:]]
    if None not in texts and words[1:]:
        body = _parsed(found, words[1], " ".join(text or "" for text in texts))
        if body is not None and not any(isinstance(s, Function) for s in body):
            return sequence(found, body, at, frame, quiet) if body else ended(at, 0)
    return havoc(found, at, frame)


def _source(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    return havoc(found, at, Frame(exits=frame.exits, loops=frame.loops))


def _wait(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    if len(words) == 1:
        return ended(at, 0)
    statuses = set(found.children)
    if not statuses or not all(word.raw.strip('"') in {"$!", "${!}"} for word in words[1:]):
        statuses |= {0, 127, FAILED} if found.failing else {0, 127}
    after: Standings = set()
    for status in statuses:
        after |= ended(at, status)
    return after


def _kill(
    found: Explorer,
    command: Command,
    words: tuple[Word, ...],
    at: Standings,
    frame: Frame,
    quiet: bool,
) -> Standings:  # noqa: E501, PLR0913, PLR0917
    raws = [word.raw.strip('"') for word in words[1:]]
    text = " ".join(raws)
    if not any(name in text for name in ("$$", "${$}", "BASHPID")) and "0" not in raws:
        return ended(at, 0) | ended(at, 1)
    signal = _signal(raws)
    if signal is not None and not found.survey.trapped:
        if not frame.apart:
            frame.exits |= ended(at, 128 + signal)
            return set()
        found.killed.add(128 + signal)
        return ended(at, 0)
    found.lost = True
    after = ended(at, 0) | ended(at, 1)
    for number_ in list(found.signalled):
        for standing in ended(at, 0):
            lent: Standing = (*standing[:4], number_, *standing[5:])  # type: ignore[assignment]
            for shell in trapped(found, lent, 4, frame):
                after.add((*shell[:4], standing[4], *shell[5:]))  # type: ignore[arg-type]
    return after


_SIGNALS = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "USR2": 12, "TERM": 15}


def _signal(raws: list[str]) -> int | None:
    """The signal that a `kill` of this shell sends; None where another is meant or it is unknown."""
    name = "TERM"
    if raws[:1] == ["-s"] and len(raws) == 3:
        name = raws[1]
    elif len(raws) == 2:
        name = raws[0].removeprefix("-")
    elif len(raws) != 1:
        return None
    if raws[-1] not in {"$$", "${$}"}:
        return None
    number_ = _SIGNALS.get(name.removeprefix("SIG"))
    return int(name) if number_ is None and name in {str(n) for n in _SIGNALS.values()} else number_


_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(_QUIET, _works),
    **dict.fromkeys(DECLARERS, _declare),
    **dict.fromkeys(("[", "[[", "test"), _test),
    **dict.fromkeys(("break", "continue"), _break),
    **dict.fromkeys(("command", "builtin"), _command),
    **dict.fromkeys(("source", "."), _source),
    "eval": _eval,
    "exec": _exec,
    "exit": _exit,
    "false": _fails,
    "kill": _kill,
    "let": _let,
    "return": _return,
    "set": _set,
    "shift": _shift,
    "shopt": _shopt,
    "trap": _trap,
    "wait": _wait,
}

SPECIAL = frozenset(_HANDLERS) | _EITHER
"""The names of commands that are builtins."""
