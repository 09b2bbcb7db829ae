"""What the shell's own commands do: builtins as bash(1) says; all others come from outside."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from ..documents.shell.syntax import Parameter, Word
from ..source.regex import regex
from .conditions import Verdict, tested
from .constructs import DECLARERS
from .explorer import Call
from .leaving import break_, exec_, exit_, kill, return_
from .parameters import shift
from .paths import note_trip
from .settings import eval_, set_, shopt, source, trap, unset
from .standing import FAILED, Standing, Standings, Value, ended, forgotten, split, with_value
from .unseen import havoc, outside
from .values import assigned, forget, given, read, reckon

_QUIET = frozenset({":", "true", "echo"})
"""Builtins that work, as long as their output is taken."""

_TEXT = regex(r"(?:[^%]|%%|%-?\d*[sbq])*")
"""A format of `printf` that takes every argument; `%d` and `%(…)T` do not."""

_EITHER = frozenset(
    {"cd", "pushd", "popd", "read", "type", "hash", "alias", "unalias", "getopts", "jobs"}
    | {"mapfile", "readarray", "ulimit", "bg", "fg", "disown", "caller", "compgen", "enable"}
    | {
        "pwd",
        "umask",
        "times",
        "dirs",
        "history",
        "bind",
        "help",
        "fc",
        "complete",
        "compopt",
        "logout",
        "suspend",
    }
)
"""Builtins that may fail with 1 whatever commands from outside do."""


def plain(call: Call) -> Standings:
    """Where a command leads that is no function."""
    name = call.words[0].literal or ""
    handler = HANDLERS.get(name)
    if handler is not None:
        return handler(call)
    if name in _EITHER:
        return forget(call.found, call.command, ended(call.at, 0) | ended(call.at, 1))
    return outside(call.found, call.at)


def _works(call: Call) -> Standings:
    return forget(call.found, call.command, ended(call.at, 0))


def _printf(call: Call) -> Standings:
    format_ = next((w for w in call.words[1:] if w.literal is None or w.literal[:1] != "-"), None)
    sure = format_ is not None and format_.literal is not None and len(call.words) > 1
    if sure and call.words[1] is format_ and _TEXT.fullmatch(format_.literal or ""):
        return ended(call.at, 0)
    return forget(call.found, call.command, ended(call.at, 0) | ended(call.at, 1))


def _fails(call: Call) -> Standings:
    return ended(call.at, 1)


def _test(call: Call) -> Standings:
    known = call.found.verdicts
    after: Standings = set()
    for standing in call.at:
        verdict = known.get(id(call.command)) or _judged(call, standing)
        if verdict.truth is not False:
            after.add((0, *standing[1:]))
        if verdict.truth is not True:
            after.add((1, *standing[1:]))
        if verdict.odd:
            after.add((2, *standing[1:]))
    return after


def _judged(call: Call, standing: Standing) -> Verdict:
    """The verdict of a test in a standing; one that is the same in all is kept."""
    found, identity = call.found, id(call.command)
    looked: list[Word] = []

    def reading(word: Word) -> Value:
        if word.literal is None:
            looked.append(word)
        return read(found, standing, word)

    verdict = tested(call.words, reading)
    names = {p.name for word in looked for p in word.parts if isinstance(p, Parameter)}
    watched = names & found.variables.keys()
    if verdict.truth is not None and watched:
        found.decided.add(identity)
    if not watched and "?" not in names:
        found.verdicts[identity] = verdict
    return verdict


def _let(call: Call) -> Standings:
    at = call.at
    for word in call.words[1:]:
        text = "?" if word.literal is None else word.literal
        at = reckon(call.found, text, at, id(call.command))
    good, failed = split(at)
    note_trip(call.found, id(call.command), failed, good, call.quiet)
    return at if len(call.words) > 1 else ended(at, 1)


def _declare(call: Call) -> Standings:
    at = call.at
    name = call.words[0].literal
    if name == "local" and not call.frame.function:
        return ended(at, 1)
    flags = "".join(w.literal or "" for w in call.words[1:] if (w.literal or "").startswith("-"))
    clashes = name != "readonly" and any(
        a.name in call.found.frozen for a in call.command.assignments
    )
    if name == "readonly" or "r" in flags:
        call.found.frozen.update(a.name for a in call.command.assignments)
        call.found.frozen.update(word.literal for word in call.words[1:] if word.literal)
    after: Standings = set()
    if call.found.variables and any(word.literal is None for word in call.words):
        at = forgotten(at)
    for standing in at:
        here = assigned(call.found, call.command.assignments, standing)
        for word in call.words[1:]:
            if name in {"local", "declare", "typeset"} and word.literal in call.found.variables:
                here = with_value(here, call.found.variables[word.literal], None)
        after.add((0, *here[1:]))
    if set(flags) & set("niulaAF"):
        for assignment in call.command.assignments:
            after = given(call.found, assignment.name, None, after)
    asks_names = bool(set(flags) & set("fFp"))
    return after | ended(after, 1) if asks_names or clashes else after


def _command(call: Call) -> Standings:
    rest = call.words[1:]
    while rest and (rest[0].literal or "") in {"-p", "--"}:
        rest = rest[1:]
    if not rest:
        return ended(call.at, 0)
    name = rest[0].literal
    if name is None:
        return havoc(call.found, call.at, call.frame, 0)
    if name in {"-v", "-V"}:
        return ended(call.at, 0) | ended(call.at, 1)
    return plain(replace(call, words=rest))


def _wait(call: Call) -> Standings:
    if len(call.words) == 1:
        return ended(call.at, 0)
    statuses = set(call.found.children)
    if not statuses or not all(word.raw.strip('"') in {"$!", "${!}"} for word in call.words[1:]):
        statuses |= {0, 127, FAILED} if call.found.failing else {0, 127}
    after: Standings = set()
    for status in statuses:
        after |= ended(call.at, status)
    return after


HANDLERS: dict[str, Callable[[Call], Standings]] = {
    **dict.fromkeys(_QUIET, _works),
    "printf": _printf,
    **dict.fromkeys(DECLARERS, _declare),
    **dict.fromkeys(("[", "[[", "test"), _test),
    **dict.fromkeys(("break", "continue"), break_),
    **dict.fromkeys(("command", "builtin"), _command),
    **dict.fromkeys(("source", "."), source),
    "eval": eval_,
    "exec": exec_,
    "exit": exit_,
    "false": _fails,
    "kill": kill,
    "let": _let,
    "return": return_,
    "set": set_,
    "shift": shift,
    "shopt": shopt,
    "trap": trap,
    "unset": unset,
    "wait": _wait,
}
"""The builtins that do more than to work or fail, or work in any case."""

SPECIAL = frozenset(HANDLERS) | _EITHER
"""The names of commands that are builtins."""
