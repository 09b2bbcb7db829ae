"""The builtins that change how the shell goes on: `set`, `shopt`, `trap`, `eval`, `source`."""

from __future__ import annotations

from ..documents.shell.script import parse
from ..documents.shell.syntax import Function, Statement, Word
from ..source.regex import regex
from ..source.text import Text
from .explorer import Call, Explorer, Frame
from .parameters import listed
from .paths import sequence
from .standing import (
    ERREXIT,
    LETTERS,
    MAYBE,
    NO_TRAP,
    PIPEFAIL,
    SETTINGS,
    Standings,
    ended,
    switched,
)
from .survey import survey
from .unseen import doubt, havoc
from .values import forget

_PLAIN_SIGNAL = regex(r"(?:SIG)?(\w+)")
_ESCAPED = regex(r'\\([$`"\\])')
_MOST = 20_000
"""Longer texts are not read, and may do anything."""


def set_(call: Call) -> Standings:
    """`set`: options and positional parameters."""
    at = call.at
    on = off = 0
    rest = [word.literal for word in call.words[1:]]
    while rest:
        word = rest.pop(0)
        if word is None:
            return switched(at, MAYBE, ERREXIT | PIPEFAIL)
        if word[:1] not in {"-", "+"} or word in {"-", "--", "+"}:
            operands = call.words[len(call.words) - len(rest) - (word != "--") :]
            at = {(*s[:5], listed(call.found, operands, s), s[6]) for s in at}
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


def shopt(call: Call) -> Standings:
    """`shopt`."""
    flags = {w.literal for w in call.words[1:] if (w.literal or "").startswith("-")}
    bits = 0
    for word in call.words[1:]:
        bits |= SETTINGS.get(word.literal or "", 0)
    letters = "".join(flag or "" for flag in flags)
    if "s" in letters:
        return switched(call.at, bits, 0)
    if "u" in letters:
        return switched(call.at, 0, bits)
    return ended(call.at, 0) | ended(call.at, 1)


def trap(call: Call) -> Standings:
    """`trap`: actions for EXIT, ERR and signals."""
    at = call.at
    rest = list(call.words[1:])
    if rest and rest[0].literal == "--":
        rest.pop(0)
    if not rest or (rest[0].literal or "") in {"-l", "-p"}:
        return ended(at, 0)
    if len(rest) == 1:
        number, signals = NO_TRAP, rest
    else:
        number, signals = _action(call.found, rest[0]), rest[1:]
    for signal in signals:
        match = _PLAIN_SIGNAL.fullmatch(signal.literal or "")
        name = match[1].upper() if match else ""
        if name in {"EXIT", "0"}:
            at = {(*s[:3], number, *s[4:]) for s in at}
        elif name == "ERR":
            at = {(*s[:4], number, *s[5:]) for s in at}
        elif number != NO_TRAP:
            call.found.signalled.add(number)
    return ended(at, 0)


def _action(found: Explorer, word: Word) -> int:
    """The number of a trap's action; NO_TRAP for what resets or ignores."""
    text = word.literal
    if text is None and word.raw.startswith('"') and word.raw.endswith('"'):
        text = _ESCAPED.sub(r"\1", word.raw[1:-1])
    if text in {"", "-"}:
        return NO_TRAP
    if id(word) not in found.action_numbers:
        found.action_numbers[id(word)] = len(found.actions)
        found.actions.append(None if text is None else _read(found, word, text))
    return found.action_numbers[id(word)]


def _read(found: Explorer, word: Word, text: str) -> tuple[Statement, ...] | None:
    """The statements of a text that the shell reads when it gets there."""
    key = id(word)
    if key not in found.parsed:
        script = parse(Text("", text), "argument", interpreter="bash")
        body = None if script.fault is not None or len(text) > _MOST else script.statements
        if body is not None:
            found.texts.append(script)
            _learn(found)
        found.parsed[key] = body
    return found.parsed[key]


def _learn(found: Explorer) -> None:
    """Take over what a survey finds in statements that are no part of the script's own text."""
    more = survey(found.texts[-1])
    found.survey.substitutions.update(more.substitutions)
    found.survey.asking.update(more.asking)
    found.survey.expanding.update(more.expanding)
    found.fragile.update(more.fragile)
    if more.definitions:
        found.lost = True


def eval_(call: Call) -> Standings:
    """`eval`: what it reads is followed where its text is known."""
    texts = [word.literal for word in call.words[1:]]
    if None not in texts and call.words[1:]:
        body = _read(call.found, call.words[1], " ".join(text or "" for text in texts))
        if body is not None and not any(isinstance(s, Function) for s in body):
            begun = call.at if body else ended(call.at, 0)
            return sequence(call.found, body, begun, call.frame, call.quiet)
    return havoc(call.found, call.at, call.frame)


def unset(call: Call) -> Standings:
    """`unset`: of functions too, where one is meant or no variable has the name."""
    found = call.found
    at = ended(call.at, 0) | ended(call.at, 1)
    operands = [word for word in call.words[1:] if not (word.literal or "").startswith("-")]
    flags = {word.literal for word in call.words[1:]} - {word.literal for word in operands}
    if "-v" not in flags:
        for name in {word.literal for word in operands}:
            at = _without(found, name, at, sure="-f" in flags)
    return forget(found, call.command, at)


def _without(found: Explorer, name: str | None, at: Standings, *, sure: bool) -> Standings:
    """The shells behind an `unset` of a function; of any where the name is None."""
    if name is None:
        doubts = 0
        for each in found.named:
            doubts |= doubt(found, each)
        return found.redefined(at, 0, doubts)
    bits = doubt(found, name) if name in found.named else 0
    for function in found.named.get(name, ()):
        bits |= 1 << found.numbers[id(function)]
    less = found.redefined(at, bits)
    return less if sure or name not in found.survey.assigned else at | less


def source(call: Call) -> Standings:
    """`source`: what the other file does is unknown here."""
    return havoc(call.found, call.at, Frame(exits=call.frame.exits, loops=call.frame.loops))
