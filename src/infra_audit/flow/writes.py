"""What builtins and arithmetic write: variables, the working directory, options."""

from __future__ import annotations

from ..documents.shell.syntax import Command
from ..source.regex import regex
from .constructs import name_of
from .state import DIRECTORY, OPTIONS, PREVIOUS, STACK

_ASSIGNED = regex(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))")
_INCREMENTED = regex(r"(?:\+\+|--)\s*([A-Za-z_]\w*)")


def reckoned(raw: str) -> list[str]:
    """The variables that an arithmetic expression writes."""
    return [*_ASSIGNED.findall(raw), *_INCREMENTED.findall(raw)]


def moved_by(command: Command, name: str) -> tuple[str, ...]:
    """What a builtin changes of the shell itself, under the names that the state has for it."""
    match name:
        case "cd":
            return (DIRECTORY, PREVIOUS)
        case "pushd" | "popd":
            return (DIRECTORY, PREVIOUS, STACK)
        case "set":
            return tuple(option for option, _ in settings(command))
        case _:
            return ()


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


_WRITERS = frozenset({"read", "mapfile", "readarray", "unset", "getopts", "printf", "wait", "let"})


def written_by(command: Command) -> list[str]:
    """The variables that a builtin writes (`read`, `printf -v`, `getopts` …), as far as literal."""
    name = name_of(command)
    if name not in _WRITERS:
        return []
    given = [word.literal or "" for word in command.words[1:]]
    match name:
        case "read" | "mapfile" | "readarray" | "unset":
            return [word for word in given if not word.startswith("-")] or ["REPLY", "MAPFILE"]
        case "getopts":
            return [*given[1:2], "OPTARG", "OPTIND"]
        case "printf" | "wait":
            flag = {"printf": "-v", "wait": "-p"}[name]
            return given[given.index(flag) + 1 :][:1] if flag in given else []
        case "let":
            return [
                n for word in given for n in _ASSIGNED.findall(word) + _INCREMENTED.findall(word)
            ]
        case _:
            return []
