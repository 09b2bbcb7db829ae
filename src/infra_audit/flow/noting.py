"""What single commands say of their script: what they write, look at, call and redefine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..documents.shell.syntax import Assignment, Command, Literal, Parameter, Word
from ..source.regex import regex
from .constructs import DECLARERS, name_of, parts, plainly
from .facts import TOKENS, Exit, Place, Survey, Told
from .writes import moved_by, reckoned, written_by

_NAMES = regex(r"[A-Za-z_]\w*")
_DATA_FILE = regex(
    r"(?:.*[/.])?(?:env|os-release|lsb-release|activate|nvm\.sh|profile|\.bashrc)|.*\.env(?:\.\w+)*"
    r"|.*\.conf|.*/\.env(?:\.\w+)*|.*/env"
)
_SELF = frozenset({"0", "BASH_SOURCE"})
_READERS = frozenset(
    {"awk", "base64", "cat", "cut", "dd", "egrep", "gawk", "grep", "gunzip", "head", "java", "perl"}
    | {
        "python",
        "python3",
        "ruby",
        "sed",
        "tail",
        "tar",
        "unzip",
        "uudecode",
        "node",
        "cp",
        "mapfile",
    }
)
_ODD = _READERS | {
    *("alias", "break", "builtin", "cd", "command", "continue", "enable", "exec", "exit"),
    *("dirs", "popd", "pushd", "set", "shopt", "trap", "unset"),
}
"""Commands that may change what others mean."""

_STEPS_ASIDE = frozenset({"eval", "source", ".", "complete", "compgen"})
BUILTINS = frozenset(
    {"exit", "return", "exec", "break", "continue", "true", "false", ":", "set", "trap", "cd"}
    | {"command", "builtin", "source", ".", "eval", "[", "test"}
)
"""Builtins that decide where a script goes on."""


def note_command(found: Survey, command: Command, place: Place, texts: list[Told]) -> None:
    """Note what a command assigns, calls and changes."""
    plain = plainly(command)
    name = name_of(plain)
    declares = name in DECLARERS
    if command.assignments:
        _assignments(found, command, name, place)
    if declares:
        flags = {word.literal or "" for word in command.words[1:]}
        _attributes(found, command, name)
        if name in {"local", "declare", "typeset"} and place.context and "-g" not in flags:
            own = found.own.setdefault(place.context, set())
            own.update(a.name for a in command.assignments)
            own.update(word.literal or "" for word in command.words[1:])
            for word in command.words[1:]:
                found.assigned[word.literal or ""] = found.assigned.get(word.literal or "", 0) + 1
        found.namerefs |= any(re.fullmatch(r"-\w*n\w*", flag) for flag in flags)
    if command.redirects and name != "cat":
        documents = [r.heredoc for r in command.redirects if r.heredoc is not None]
        texts += [(command.span, place.context, each.content, None) for each in documents]
    if not command.words:
        return
    for variable in written_by(command):
        note_written(found, variable, place, given=name != "unset")
    _calls(found, plain, name, place)
    if name in _ODD:
        _oddities(found, plain, name, place)
    for redirect in command.redirects:
        if redirect.operator == "<" and redirect.target is not None:
            found.reads_itself |= _names_itself(redirect.target)


def _assignments(found: Survey, command: Command, name: str | None, place: Place) -> None:
    """Note what the assignments of a command say, and those that stay when it is done."""
    for assignment in command.assignments:
        _assignment(found, assignment, command, place)
    if any(a.value is None and not a.elements and not _bare(a) for a in command.assignments):
        found.dynamic.append((command.span, place.context))
        found.unseen = True
    if name in DECLARERS or not command.words:
        for assignment in command.assignments:
            _assigns(found, assignment, name, place)


def _assignment(found: Survey, assignment: Assignment, command: Command, place: Place) -> None:
    """Note what an assignment says wherever it stands."""
    name, _, subscript = assignment.name.partition("[")
    if subscript:
        note_written(found, name, place)
        note_reckoned(found, subscript, place)
    if name == "CDPATH" and _told(assignment) != "":
        found.searching = True
    if command.words and command.words[0].literal not in DECLARERS:
        found.prefixed.append((command.words[0].literal or "", name))


_ODD_FLAGS = frozenset("iulc")


def _attributes(found: Survey, command: Command, name: str | None) -> None:
    """Note what a declaration makes of variables: a number, of one case, unchangeable."""
    given = [word.literal or "" for word in plainly(command).words[1:]]
    flags = {letter for word in given if word[:1] == "-" for letter in word[1:]}
    names = {word.partition("=")[0] for word in given if word[:1] not in {"-", "+", ""}}
    names.update(assignment.name for assignment in command.assignments)
    if name not in {"export", "readonly"} and flags & _ODD_FLAGS:
        found.odd |= names
        found.integers |= names if "i" in flags else set()
    if name == "readonly" or "r" in flags:
        found.kept |= names


def _bare(assignment: Assignment) -> bool:
    """Whether nothing stands behind the `=`, or an empty array."""
    span = assignment.span
    length = len(assignment.name) + 1 + assignment.append
    return span.line == span.end_line and span.end_column - span.column <= length + 2


def _assigns(found: Survey, assignment: Assignment, declarer: str | None, place: Place) -> None:
    literal = _told(assignment)
    if place.context and declarer in {"local", "declare", "typeset"}:
        found.assigned[assignment.name] = found.assigned.get(assignment.name, 0) + 1
        found.told.setdefault(assignment.name, set()).add(literal)
        _note_first(found, assignment.name, place)
        return
    note_written(found, assignment.name, place, literal)


def _told(assignment: Assignment) -> str | None:
    """What an assignment surely gives; of an array its first word."""
    first = assignment.elements[0] if assignment.elements else assignment.value
    if assignment.append:
        return None
    if first is not None:
        return "$?" if first.raw.strip('"') == "$?" else first.literal
    return "" if _bare(assignment) else None


def note_decisive(found: Survey, looked_at: Sequence[Word], place: Place) -> None:
    """Note the variables that words look at which decide something."""
    for word in looked_at:
        if word.literal is None:
            note_looks(found, [p.name for p in word.parts if isinstance(p, Parameter)], place)
        elif word.literal[:1].isalpha():
            note_looks(found, _NAMES.findall(word.literal), place)


def note_looks(found: Survey, names: list[str], place: Place) -> None:
    """Note variables that something looks at."""
    if names:
        found.decisive.update(names)
        found.looks.setdefault(place.context, set()).update(names)


def note_reckoned(found: Survey, raw: str, place: Place) -> None:
    """Note what arithmetic assigns."""
    for name in reckoned(raw):
        note_written(found, name, place)


def _note_first(found: Survey, name: str, place: Place) -> None:
    known = found.first.setdefault(name, {})
    known[place.context] = min(known.get(place.context, found.here), found.here)


def note_written(
    found: Survey, name: str, place: Place, literal: str | None = None, *, given: bool = True
) -> None:
    """Note that a variable is given a value, None where that is not literal."""
    if given:
        _note_first(found, name, place)
    found.told.setdefault(name, set()).add(literal)
    found.assigned[name] = found.assigned.get(name, 0) + (2 if place.looped else 1)
    if place.shared:
        found.written.setdefault(place.context, set()).add(name)


def _calls(found: Survey, command: Command, name: str | None, place: Place) -> None:
    """Note where something may be called that no word names."""
    first = command.words[1] if len(command.words) > 1 else None
    if name is None or name in _STEPS_ASIDE:
        if name in {"source", "."} and first is not None and _DATA_FILE.fullmatch(_tail(first)):
            return
        if name == "eval" and _tells(command):
            found.evals.append(place.context)
            return
        found.dynamic.append((command.span, place.context))
        if name is None and first_of(command) is not None:
            found.dispatches.add(place.context)
        else:
            found.unseen = True
        if place.shared and name in {"eval", "source", "."}:
            found.doubts.append((command.span, place.context))
            found.restless.add(place.context)
    elif _hands_over(command, name):
        found.unseen = True
        found.dynamic.append((command.span, place.context))


_TELLING = regex(r"[\w\s=:./,@%+|&;<>{}!\"'\[\]-]*")


def _tells(command: Command) -> bool:
    """Whether the text that an `eval` is given says all: it computes nothing and defines nothing."""
    return all(w.literal is not None and _TELLING.fullmatch(w.literal) for w in command.words[1:])


def first_of(command: Command) -> int | None:
    """Which positional parameter a command begins with: 0 for all of them, None for none."""
    parts_ = command.words[0].parts
    part = parts_[0] if len(parts_) == 1 else None
    if not isinstance(part, Parameter) or part.operator:
        return None
    if part.name in {"@", "*"}:
        return 0
    return int(part.name) if part.name.isdecimal() and part.name != "0" else None


def _hands_over(command: Command, name: str) -> bool:
    """Whether functions are handed to somebody in a way that names none of them."""
    rest = command.words[1:]
    if name == "trap" and rest and rest[0].literal is None:
        return not (rest[0].parts and isinstance(rest[0].parts[0], Literal))
    return name in {"declare", "typeset", "export"} and any(
        re.fullmatch(r"-\w*[fF]\w*", word.literal or "") for word in rest
    )


def _tail(word: Word) -> str:
    """The literal end of a word, where the file's name is."""
    if word.literal is not None:
        return word.literal
    last = word.parts[-1] if word.parts else None
    return last.text if isinstance(last, Literal) else ""


def _oddities(found: Survey, command: Command, name: str | None, place: Place) -> None:
    given = [word.literal or "" for word in command.words[1:]]
    found.sets |= name in {"set", "shopt"}
    if name == "shopt":
        found.lastpipe |= "lastpipe" in given
    if name in {"cd", "pushd", "popd", "dirs", "set", "shopt"}:
        for variable in moved_by(command, name):
            note_written(found, variable, place)
        if place.shared:
            found.restless.add(place.context)
    if name == "trap" and given:
        tokens = set(TOKENS.findall(given[0]))
        if set(given[1:]) - {"EXIT", "0"} and given[0] != "-":
            found.trapped.append(given[0])
            if set(given[1:]) - {"EXIT", "0", "ERR"}:
                found.breaks_by_trap |= (
                    bool(tokens & {"break", "continue", "return"}) or not given[0]
                )
    if name == "alias":
        found.renamed.update(word.raw.split("=", 1)[0] for word in command.words[1:])
    if name == "unset" and given:
        found.renamed.update(given)
    if name == "enable":
        found.renamed.update(BUILTINS)
    if name in {"exit", "exec"} and place.shared:
        found.exits[command.span] = _exit(command, place)
    if name in _READERS:
        found.reads_itself |= any(
            isinstance(part, Parameter) and part.name in _SELF
            for word in command.words
            for part in parts(word)
        )


def _names_itself(word: Word) -> bool:
    return any(isinstance(part, Parameter) and part.name in _SELF for part in word.parts)


def _exit(command: Command, place: Place) -> Exit:
    if name_of(command) == "exec":
        return Exit(
            place.context, command.span, len(command.words) > 1 and not place.help, place.help
        )
    given = command.words[1].literal if len(command.words) > 1 else None
    status = int(given) % 256 if given is not None and given.isdecimal() else None
    return Exit(place.context, command.span, not status and not place.help, place.help, status)
