"""What is known while a script runs: values of variables, the working directory, options.

A path of the checkout that the script computes from its own place begins with `ROOT`, so that it
joins and splits like any other; `shown` turns it into a path relative to the root.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Command,
    Literal,
    Parameter,
    Redirected,
    Statement,
    Substitution,
    Word,
)
from ..source.regex import regex
from .constructs import chain, name_of

ROOT = "\0"
"""Stands for the folder of the checkout."""

ANY = "*"
"""Stands for a variable whose name is computed: it may be any."""

DIRECTORY = "PWD"
PREVIOUS = "OLDPWD"
STACK = "-stack"
OPTIONS = ("-errexit", "-pipefail", "-nounset")
"""Names of the state that no variable can have: their values are `on` and `off`."""

DYNAMIC = frozenset(
    {"BASHPID", "BASH_ARGC", "BASH_ARGV", "BASH_COMMAND", "BASH_LINENO", "BASH_REMATCH", "COLUMNS"}
    | {"BASH_SUBSHELL", "DIRSTACK", "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS"}
    | {
        "LINENO",
        "LINES",
        "PIPESTATUS",
        "PPID",
        "RANDOM",
        "SECONDS",
        "SHELLOPTS",
        "SRANDOM",
        "UID",
        "_",
    }
)
"""Variables that the shell gives values, whatever a script assigns."""

ELEMENTS = "[@]"
"""Behind an array's name: what its elements are, each behind a line's end."""

_OWN = frozenset({DIRECTORY, PREVIOUS, STACK, *OPTIONS})
_NEVER = 1 << 62
"""Later than everything."""

_BLANK = regex(r"\s")
_PATTERN = regex(r"[*?\[\\]")
_PATTERNED = regex(r"[*?\[\\{~]")
_MOST = 4096
"""Longer values are not followed."""


class Value(Struct, frozen=True, gc=False):
    """A known value; `assumed` when the environment may override it."""

    text: str
    assumed: bool = False
    stamp: int = 0


class State(Struct):
    """The values known at one point, and a journal to take back what a branch did."""

    values: dict[str, Value] = {}
    journal: list[tuple[str, Value | None]] = []
    clock: int = 0
    called: int = 0
    """When a function that may change `shared` names was last called."""
    doubted: int = 0
    """When unknown code last ran in this shell."""
    loosened: int = 0
    """When something last gave a value to a variable that cannot be told."""
    separators: str | None = ""
    """What parts words beside blanks; None where that is unknown."""
    searching: bool = False
    """Whether `cd` may look for a directory elsewhere (CDPATH)."""
    shared: frozenset[str] = frozenset()
    frozen: frozenset[str] = frozenset()
    """Names that are never known: another shell expanded them before."""
    lifting: dict[str, bool] = {}
    """Whether all that a variable is given is `sudo` or nothing; False where it is also otherwise."""
    composing: frozenset[str] = frozenset()
    """Variables of which every value is `docker compose` or `docker-compose`."""
    arrays: set[str] = set()
    """The arrays whose elements were known at some time."""
    itself: str = ""
    """The script's path from the root; '' where `$0` is not the script."""
    source: str = ""
    """The path of the file that the text stands in, for BASH_SOURCE."""


def assign(state: State, name: str, value: Value | None) -> None:
    """Give a name a value, or none that is known."""
    if name == ANY:
        loosen(state)
        return
    if name in state.arrays:
        state.journal.append((name + ELEMENTS, state.values.pop(name + ELEMENTS, None)))
    state.journal.append((name, state.values.get(name)))
    if value is None or name in state.frozen or len(value.text) > _MOST:
        state.values.pop(name, None)
        return
    state.clock += 1
    state.values[name] = Value(value.text, value.assumed, state.clock)


def fill(state: State, name: str, held: Iterable[Value], more: tuple[Word, ...]) -> None:
    """Let an array hold what it has held and more, where all of that is known."""
    found: list[Value | None] = [*held]
    for word in more:
        if word.raw.startswith("[") or (not word.quoted and _PATTERNED.search(word.raw)):
            return
        found += expanded(state, word)
    known = [each for each in found if each is not None and "\n" not in each.text]
    if len(known) == len(found) and name not in state.frozen:
        state.arrays.add(name)
        text = "".join(f"\n{each.text}" for each in known)
        assign(state, name + ELEMENTS, Value(text, any(each.assumed for each in known)))


def elements(state: State, name: str) -> list[Value] | None:
    """The elements of an array, where they are known."""
    found = state.values.get(name + ELEMENTS)
    kept = None if found is None else _today(state, name, found)
    if kept is None:
        return None
    return [Value(text, kept.assumed) for text in kept.text.split("\n")[1:]]


def loosen(state: State, *, ever: bool = False) -> None:
    """Let every variable perhaps have another value from now on, or for `ever`."""
    state.clock += 1
    state.loosened = _NEVER if ever else max(state.loosened, state.clock)


def doubt(state: State, *, ever: bool = False) -> None:
    """Let all that is known be no more than likely, from now on or for `ever`: unknown code runs."""
    state.clock += 1
    state.doubted = _NEVER if ever else max(state.doubted, state.clock)


def lookup(state: State, name: str) -> Value | None:
    """The value of a name, where it is known."""
    value = state.values.get(name)
    return None if value is None else _today(state, name, value)


def _today(state: State, name: str, value: Value) -> Value | None:
    """What is left of a value that a name was given some time ago."""
    stamp = value.stamp
    if stamp < state.called and name in state.shared:
        return None
    if not value.assumed and (
        stamp < state.doubted or (stamp < state.loosened and name not in _OWN)
    ):
        return Value(value.text, assumed=True, stamp=stamp)
    return value


def before(state: State, mark: int) -> dict[str, Value | None]:
    """What the names that changed since the journal had `mark` entries held then."""
    found: dict[str, Value | None] = {}
    for name, old in state.journal[mark:]:
        if name not in found:
            found[name] = None if old is None else _today(state, name, old)
    return found


def since(state: State, mark: int) -> dict[str, Value | None]:
    """What the names that changed since the journal had `mark` entries hold now."""
    return {name: lookup(state, name) for name, _ in state.journal[mark:]}


def agreed(one: Value | None, other: Value | None) -> Value | None:
    """What is known where a name has one value or the other."""
    if one is None or other is None or one.text != other.text:
        return None
    return one if one.assumed else other


def take_back(state: State, mark: int) -> dict[str, Value | None]:
    """Undo what happened since the journal had `mark` entries, and say what it led to."""
    changes: dict[str, Value | None] = {}
    while len(state.journal) > mark:
        name, old = state.journal.pop()
        if name not in changes:
            changes[name] = lookup(state, name)
        if old is None:
            state.values.pop(name, None)
        else:
            state.values[name] = old
    return changes


def meet(
    state: State,
    branches: list[dict[str, Value | None]],
    likely: dict[str, Value | None] | None = None,
) -> None:
    """Go on where one of several branches has run: what they do not agree on is unknown.

    Of some names a value is `likely` even so.
    """
    given: dict[str, list[Value | None]] = {}
    for changes in branches:
        for name, to in changes.items():
            given.setdefault(name, []).append(to)
    for name, found in given.items():
        if len(found) < len(branches):
            found.append(lookup(state, name))
        first = found[0]
        same = first is not None and all(v is not None and v.text == first.text for v in found)
        if first is None or not same:
            perhaps = None if likely is None else likely.get(name)
            assign(state, name, None if perhaps is None else Value(perhaps.text, assumed=True))
        else:
            assign(state, name, Value(first.text, any(v is not None and v.assumed for v in found)))


def shown(text: str) -> str:
    """A value as others see it: a path of the checkout is relative to the root."""
    if ROOT not in text:
        return text
    if not text.startswith(ROOT):
        return text.replace(ROOT, "")
    return text[1:].lstrip("/")


def joined(directory: str | None, text: str) -> str | None:
    """The path that `text` names when one stands in `directory`; None where that is not known."""
    if not text or text.startswith(("~", "-")):
        return None
    if not text.startswith(("/", ROOT)):
        if directory is None:
            return None
        text = f"{directory}/{text}"
    rooted = text.startswith(ROOT)
    path = posixpath.normpath(text)
    if rooted and not path.startswith(ROOT):
        return None
    return "/" + path.lstrip("/") if path.startswith("/") else path


def entered(state: State, directory: Value | None) -> None:
    """Change the working directory."""
    assign(state, PREVIOUS, lookup(state, DIRECTORY))
    assign(state, DIRECTORY, directory)


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def value(state: State, word: Word) -> Value | None:
    """What a word expands to as one word; None where that is not known."""
    if word.literal is not None:
        return Value(word.literal)
    texts: list[str] = []
    assumed = False
    for part in word.parts:
        match part:
            case Literal():
                texts.append(part.text)
                continue
            case Parameter():
                found = _parameter(state, part)
            case Substitution():
                found = _output(state, part)
            case _:
                return None
        if found is None:
            return None
        texts.append(found.text)
        assumed = assumed or found.assumed
    return Value("".join(texts), assumed)


def expanded(state: State, word: Word) -> list[Value | None]:
    """The words that a word becomes: an unquoted variable may split or vanish."""
    if word.literal is None and len(word.parts) == 1:
        part = word.parts[0]
        if isinstance(part, Parameter) and part.operator == ELEMENTS:
            return _spread(state, part.name, quoted=word.quoted)
    found = value(state, word)
    if found is None or word.literal is not None or word.quoted:
        return [found]
    if _PATTERN.search(found.text):
        return [None]
    if state.separators != "" and _parted(state.separators, found.text):
        return [None]
    if found.text and not _BLANK.search(found.text):
        return [found]
    if len(word.parts) == 1:
        return [Value(text, found.assumed) for text in found.text.split()]
    return [None]


def _spread(state: State, name: str, *, quoted: bool) -> list[Value | None]:
    """The words that all elements of an array become."""
    found = elements(state, name)
    if found is None:
        return [None]
    if not quoted and (
        state.separators != ""
        or any(not v.text or _BLANK.search(v.text) or _PATTERN.search(v.text) for v in found)
    ):
        return [None]
    return [*found]


def _parted(separators: str | None, text: str) -> bool:
    """Whether a text may be parted where IFS may be that, or not be parted at its blanks."""
    if separators is None or _BLANK.search(text):
        return bool(text)
    return any(each in text for each in separators)


def _parameter(state: State, part: Parameter) -> Value | None:
    known = _named(state, part)
    operator = part.operator.removeprefix("[0]")
    operand = part.operand
    if operator in {"", ":?", "?"} or (operand is None and operator not in {"#", "!"}):
        return known if operator in {"", ":?", "?"} else None
    if operand is None or operator.startswith(("!", "[")):
        return None
    if operator in {":-", "-", ":=", "="}:
        if known is not None and (known.text or not operator.startswith(":")):
            return known
        default = value(state, operand)
        certain = known is not None and not known.assumed
        return None if default is None else Value(default.text, default.assumed or not certain)
    if known is None:
        return None
    if operator in {"%", "%%", "#", "##"}:
        text = _trimmed(known.text, operator, operand.raw)
        return None if text is None else Value(text, known.assumed)
    return None


def _named(state: State, part: Parameter) -> Value | None:
    if part.name == "0":
        return Value(f"{ROOT}/{state.itself}") if state.itself else None
    if part.name == "BASH_SOURCE" and part.operator.removeprefix("[0]")[:1] != "[":
        return Value(f"{ROOT}/{state.source}") if state.source else None
    return lookup(state, part.name)


def _trimmed(text: str, operator: str, pattern: str) -> str | None:
    if pattern == "/*" and operator == "%":
        return text.rpartition("/")[0] if "/" in text else text
    if pattern == "*/" and operator == "##":
        return text.rpartition("/")[2]
    if re.search(r"[*?\[\]\\$`\"']", pattern):
        return None
    return text.removesuffix(pattern) if operator[0] == "%" else text.removeprefix(pattern)


def _output(state: State, substitution: Substitution) -> Value | None:
    """What the usual ways to ask for one's own place print."""
    if substitution.opener.startswith((">", "<")):
        return None
    here = lookup(state, DIRECTORY)
    printed: Value | None = None
    for command in _steps(substitution.body):
        name = name_of(command)
        given = [value(state, w) for w in command.words[1:] if not _is_option(w)]
        if name == "cd" and len(given) == 1:
            here = _moved(here, given[0])
        elif name == "pwd" and not given and printed is None:
            printed = here
        else:
            printed = _answer(name or "", given, here) if printed is None else None
        if name != "cd" and printed is None:
            return None
    return printed


def _is_option(word: Word) -> bool:
    return word.literal is not None and word.literal.startswith("-") and len(word.literal) > 1


def _moved(here: Value | None, to: Value | None) -> Value | None:
    if to is None:
        return None
    path = joined(here.text if here is not None else None, to.text)
    return None if path is None else Value(path, to.assumed or (here is not None and here.assumed))


def _steps(body: tuple[Statement, ...]) -> list[Command]:
    """The commands of `a && b; c`, as long as nothing else is in it."""
    steps: list[Command] = []
    for statement in body:
        links = chain(statement) if isinstance(statement, AndOr) else [("", statement)]
        for operator, link in links:
            inner = link.body if isinstance(link, Redirected) else link
            if not isinstance(inner, Command):
                return []
            if operator != "||":
                steps.append(inner)
    return steps


def _answer(name: str, given: list[Value | None], here: Value | None) -> Value | None:
    if not given or given[0] is None:
        return None
    first = given[0]
    match name, len(given):
        case "dirname", 1:
            head = posixpath.dirname(first.text.rstrip("/") or "/")
            return Value(head or ".", first.assumed)
        case "basename", 1:
            return Value(posixpath.basename(first.text.rstrip("/")), first.assumed)
        case "basename", 2 if given[1] is not None:
            tail = posixpath.basename(first.text.rstrip("/"))
            return Value(tail.removesuffix(given[1].text), first.assumed)
        case "readlink" | "realpath", 1:
            return _moved(here, first)
        case _:
            return None
