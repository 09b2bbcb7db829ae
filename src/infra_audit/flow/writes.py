"""What builtins and arithmetic write: variables, the working directory, options."""

from __future__ import annotations

from ..documents.shell.syntax import Command, Heredoc, Literal, Word
from ..source.regex import regex
from .constructs import DECLARERS, name_of, plainly
from .state import ANY, DIRECTORY, OPTIONS, PREVIOUS, STACK

_ASSIGNED = regex(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))")
_INCREMENTED = regex(r"(?:\+\+|--)\s*([A-Za-z_]\w*)")
_COMPUTED = regex(r"\$\{?\w+\}?\s*(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))|(?:\+\+|--)\s*\$")
"""A variable in arithmetic whose name another one holds."""


def reckoned(raw: str) -> list[str]:
    """The variables that an arithmetic expression writes."""
    found = [*_ASSIGNED.findall(raw), *_INCREMENTED.findall(raw)]
    return [*found, ANY] if "$" in raw and _COMPUTED.search(raw) else found


_DEFAULTING = regex(r"\$\{(\w+):?=")


def expanding(heredoc: Heredoc | None) -> list[str]:
    """The variables that are given values when a heredoc is expanded."""
    if heredoc is None or heredoc.quoted or "=" not in heredoc.content:
        return []
    found = _DEFAULTING.findall(heredoc.content)
    return [*found, *reckoned(heredoc.content)] if "$((" in heredoc.content else found


def moved_by(command: Command, name: str) -> tuple[str, ...]:
    """What a builtin changes of the shell itself, under the names that the state has for it."""
    match name:
        case "cd":
            return (DIRECTORY, PREVIOUS)
        case "pushd" | "popd":
            return (DIRECTORY, PREVIOUS, STACK)
        case "dirs":
            return (STACK,)
        case "set":
            return tuple(option for option, _ in settings(command))
        case _:
            return ()


SHIFTING = frozenset(
    {"cd", "pushd", "popd", "dirs", "set", "eval", "source", ".", "read", "unset", *DECLARERS}
)
"""Builtins that may change what is known of the shell."""

_LETTERS = {"e": "-errexit", "u": "-nounset"}


def settings(command: Command) -> list[tuple[str, str | None]]:
    """The options that a `set` switches `on` or `off`; None where it cannot be told."""
    found: list[tuple[str, str | None]] = []
    given = [word.literal for word in command.words[1:]]
    while given:
        word = given.pop(0)
        if word is None:
            return [(option, None) for option in OPTIONS]
        if word[:1] not in {"-", "+"} or word in {"-", "--", "+"}:
            break
        setting = "on" if word[0] == "-" else "off"
        for letter in word[1:]:
            option = _LETTERS.get(letter, "")
            if letter == "o" and given:
                option = f"-{given.pop(0)}"
            if option in OPTIONS:
                found.append((option, setting))
    return found


_VALUED = {"read": "adinNptu", "mapfile": "dnOsuCc", "readarray": "dnOsuCc", "unset": ""}
"""Builtins that write what they name, and the letters of their options that take a value."""

_DEFAULTS = {"read": ["REPLY"], "mapfile": ["MAPFILE"], "readarray": ["MAPFILE"]}
_NAMED = regex(r"([A-Za-z_]\w*)(?:\[[\s\S]*)?")
_GIVEN = regex(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=")
_DESCRIPTOR = regex(r"\{(\w+)\}")


WRITERS = DECLARERS | _VALUED.keys() | {"getopts", "printf", "wait", "let", "[["}
"""Builtins that may give variables values."""


def written_by(command: Command) -> list[str]:
    """The variables that a builtin writes (`read`, `printf -v`, `export "$x"` …); `ANY` for any."""
    command = plainly(command)
    name = name_of(command)
    found = _descriptors(command) if command.redirects else []
    if name not in WRITERS:
        return found
    given = command.words[1:]
    match name:
        case "read" | "mapfile" | "readarray" | "unset":
            return found + _operands(name, given)
        case "getopts":
            return [*found, *map(_named, given[1:2]), "OPTARG", "OPTIND"]
        case "printf" | "wait":
            flag = "-v" if name == "printf" else "-p"
            nth = next((n for n, word in enumerate(given) if word.literal == flag), len(given))
            return found + [_named(word) for word in given[nth + 1 : nth + 2]]
        case "let":
            return found + [n for word in given for n in reckoned(word.raw)]
        case "[[":
            return found + _tested(given)
        case _ if name in DECLARERS:
            return found + declared(command)
        case _:
            return found


def declared(command: Command) -> list[str]:
    """The variables that words of a declaration give a value (`export "X=5"`)."""
    given = command.words[1:]
    flags = "".join(w.literal for w in given if w.literal is not None and w.literal[:1] == "-")
    if set(flags) & set("fFp"):
        return []
    found: list[str] = []
    for word in given:
        match = _GIVEN.match(_beginning(word))
        if match is not None:
            found.append(match[1])
        elif word.literal is None:
            found.append(ANY)
    return found


def _beginning(word: Word) -> str:
    """What a word surely begins with."""
    if word.literal is not None:
        return word.literal
    first = word.parts[0] if word.parts else None
    return first.text if isinstance(first, Literal) else ""


def _named(word: Word) -> str:
    """The variable that a word names, that of an array for its element."""
    begins = _beginning(word)
    match = _NAMED.fullmatch(begins)
    return match[1] if match is not None and (word.literal is not None or "[" in begins) else ANY


def _operands(name: str, given: tuple[Word, ...]) -> list[str]:
    found: list[str] = []
    rest = list(given)
    while rest:
        word = rest.pop(0)
        text = word.literal
        if text is None or text[:1] != "-" or len(text) == 1:
            found.append(_named(word))
        elif name == "unset" and "f" in text:
            return []
        elif text[-1] in _VALUED[name] and rest:
            value = rest.pop(0)
            if name == "read" and text[-1] == "a":
                found.append(_named(value))
    return found or _DEFAULTS.get(name, [])


def _descriptors(command: Command) -> list[str]:
    """The variables that are given the number of a file (`exec {log}>x`)."""
    return [match[1] for word in command.words if (match := _DESCRIPTOR.fullmatch(word.raw))]


_COMPARING = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})


def _tested(given: tuple[Word, ...]) -> list[str]:
    """What a `[[ … ]]` assigns that compares numbers: its words are arithmetic."""
    if not any(word.literal in _COMPARING for word in given):
        return []
    return [
        n
        for word in given
        if word.literal and "=" in word.literal[1:]
        for n in reckoned(word.literal)
    ]
