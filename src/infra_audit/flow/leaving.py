"""The builtins that leave something: the script, a function, a loop, or the shell for a program."""

from __future__ import annotations

from ..documents.shell.syntax import Parameter, Word
from ..source.regex import regex
from .constructs import always_words
from .explorer import Call, Explorer, Frame
from .paths import finish, trapped
from .standing import (
    ERROR_TRAP,
    EXECFAIL,
    FAILED,
    NO_TRAP,
    NONZERO,
    UNKNOWN,
    Standing,
    Standings,
    ended,
)
from .unseen import jump
from .values import read

_DESCRIPTOR = regex(r"\d+|\{\w+\}")
"""What stands before a redirection that the parser may have taken for a word."""

_SIGNALS = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "USR2": 12, "TERM": 15}


def exit_(call: Call) -> Standings:
    """`exit`."""
    if len(call.words) > 2:
        call.frame.exits |= ended(call.at, 1)
        return ended(call.at, 1)
    for standing in call.at:
        call.frame.exits |= _with_status(call.found, standing, call.words, call.frame)
    return set()


def _with_status(
    found: Explorer, standing: Standing, words: tuple[Word, ...], frame: Frame
) -> Standings:
    """The standing with the status that `exit` or `return` is given."""
    if len(words) < 2:
        status = standing[0] if frame.saved is None else frame.saved
        return {(status, *standing[1:])}
    text = read(found, standing, words[1])
    if text == NONZERO:
        part = words[1].parts[0]
        status = standing[0] if isinstance(part, Parameter) and part.name == "?" else FAILED
        return {(status, *standing[1:])}
    if text is None or (text == "" and not words[1].quoted):
        return ended({standing}, 0) | ended({standing}, UNKNOWN)
    bare = text.strip().removeprefix("-").removeprefix("+")
    if not bare.isdecimal():
        return ended({standing}, 2)
    return ended({standing}, int(text) % 256)


def return_(call: Call) -> Standings:
    """`return`, which is a mistake outside of functions and sourced files."""
    if call.frame.returns is None:
        if call.found.inherits:
            exit_(call)
        return ended(call.at, 2)
    for standing in call.at:
        call.frame.returns |= _with_status(call.found, standing, call.words[:2], call.frame)
    return set()


def break_(call: Call) -> Standings:
    """`break` and `continue`."""
    if not call.frame.loops:
        return ended(call.at, 0)
    levels = call.words[1].literal if len(call.words) > 1 else "1"
    if levels is None:
        jump(Frame(exits=set(), loops=call.frame.loops), ended(call.at, 0))
        return set()
    if not levels.isdecimal() or int(levels) < 1:
        for breaks, _ in call.frame.loops:
            breaks.update(ended(call.at, 1))
        return set()
    target = call.frame.loops[-min(int(levels), len(call.frame.loops))]
    target[0 if call.words[0].literal == "break" else 1].update(ended(call.at, 0))
    return set()


def exec_(call: Call) -> Standings:
    """`exec`, with a command or only with redirections."""
    rest = list(call.words[1:])
    while rest and (rest[0].literal or "").startswith("-"):
        option = rest.pop(0).literal
        if option == "-a" and rest:
            rest.pop(0)
    if not rest or _DESCRIPTOR.fullmatch(rest[0].raw):
        return ended(call.at, 0)
    replaced = {(*s[:3], NO_TRAP, *s[4:]) for s in call.at}
    call.frame.exits |= ended(replaced, 0)
    after: Standings = set()
    if call.found.failing:
        call.frame.exits |= ended(replaced, FAILED)
        for standing in ended(call.at, FAILED):
            if standing[1] & EXECFAIL:
                after.add(standing)
            elif standing[3] != NO_TRAP:
                call.frame.exits.add(standing)
    return after if always_words(rest[0]) else after | ended(call.at, 0)


def kill(call: Call) -> Standings:
    """`kill`: of this shell, or of others."""
    raws = [word.raw.strip('"') for word in call.words[1:]]
    text = " ".join(raws)
    if not any(name in text for name in ("$$", "${$}", "BASHPID")) and "0" not in raws:
        return ended(call.at, 0) | ended(call.at, 1)
    signal = _signal(raws)
    if signal is not None and not call.found.survey.trapped:
        if not call.frame.apart:
            leaving = ended(call.at, 128 + signal)
            if signal != _SIGNALS["KILL"]:
                finish(call.found, leaving, call.frame)
            call.frame.exits |= {(*s[:3], NO_TRAP, *s[4:]) for s in leaving}
            return set()
        call.found.killed.add(128 + signal)
        return ended(call.at, 0)
    call.found.lost = True
    after = ended(call.at, 0) | ended(call.at, 1)
    for action in list(call.found.signalled):
        for standing in ended(call.at, 0):
            lent: Standing = (*standing[:4], action, *standing[5:])
            for shell in trapped(call.found, lent, ERROR_TRAP, call.frame):
                after.add((*shell[:4], standing[4], *shell[5:]))
    return after


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
    number = _SIGNALS.get(name.removeprefix("SIG"))
    return int(name) if number is None and name in {str(n) for n in _SIGNALS.values()} else number
