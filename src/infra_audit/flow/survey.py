"""What a script says of itself before any path through it is followed.

Its functions, who may call them and when, and what makes its commands mean other things than usual.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Assignment,
    Case,
    Command,
    Function,
    Group,
    If,
    Literal,
    Loop,
    Opaque,
    Parameter,
    Part,
    Pipeline,
    Redirected,
    Script,
    Statement,
    Substitution,
    Unknown,
    Word,
)
from ..model import Span
from ..source.regex import regex
from .constructs import DECLARERS, lists, name_of, parts, words
from .state import DIRECTORY
from .writes import moved_by, reckoned, written_by

DEPTH = 100
"""How deep a script may nest before nothing is said of it."""

_Text = tuple[Span, str, str, str | None]
"""The place, context and text of a word, and the command that is told it.

That is '' where something may keep the text and call it later, None where nothing does.
"""

MAIN = ""
"""The context of statements outside of all functions."""

_KEEPERS = DECLARERS | {"trap", "mapfile", "readarray", "complete", "compopt", "bind"}
"""Commands that keep the name of a function in order to call it later."""

_TELLERS = frozenset({"echo", "printf"})
"""Commands that only say what they are told; functions here call it only by `"$@"` and the like."""

_DECIDERS = frozenset({"[", "[[", "test", "exit", "return", "let"})
_NAMES = regex(r"[A-Za-z_]\w*")
_TOKENS = regex(r"[^\s;&|(){}<>\"'`$=,]+")
_HELP = regex(r"-*(?:h|help|\?|V|v|version|usage|list)", re.IGNORECASE)
_HELPER = regex(r"(?:\w+[_-])?(?:usage|help|version|syntax)(?:[_-]\w+)?", re.IGNORECASE)
_DATA_FILE = regex(
    r"(?:.*[/.])?(?:env|os-release|lsb-release|activate|nvm\.sh|profile|\.bashrc)|.*\.env(?:\.\w+)*"
    r"|.*\.conf|.*/\.env(?:\.\w+)*|.*/env"
)
_SELF = frozenset({"0", "BASH_SOURCE"})
_LIFTS = regex(r"(?:/usr/bin/)?(?:sudo|doas)(?:\s.*)?")
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
    *("popd", "pushd", "set", "shopt", "trap", "unset"),
}
"""Commands that may change what others mean."""
_STEPS_ASIDE = frozenset({"eval", "source", ".", "complete", "compgen"})
_BUILTINS = frozenset(
    {
        "exit",
        "return",
        "exec",
        "break",
        "continue",
        "true",
        "false",
        ":",
        "set",
        "trap",
        "cd",
        "command",
    }
    | {"builtin", "source", ".", "eval", "[", "test"}
)


_DEFAULTS = frozenset({":", "-", "=", "+"})
_ALWAYS_SET = frozenset(
    {"HOME", "PATH", "PWD", "OLDPWD", "UID", "EUID", "PPID", "SHELL", "RANDOM", "SECONDS", "LINENO"}
    | {"IFS", "OPTIND", "HOSTNAME", "OSTYPE", "HOSTTYPE", "MACHTYPE", "BASH", "BASHPID", "SHLVL"}
    | {"BASH_SOURCE", "BASH_VERSION", "BASH_VERSINFO", "FUNCNAME", "PIPESTATUS", "USER", "LOGNAME"}
    | {"BASH_LINENO", "BASH_SUBSHELL", "TERM", "EPOCHSECONDS", "EPOCHREALTIME", "SRANDOM"}
    | {"SHELLOPTS", "BASHOPTS", "DIRSTACK", "GROUPS", "REPLY"}
    | {"@", "*", "#", "?", "$", "!", "-", "_", "0"}
)
"""Variables that the shell, or login(1), sets."""


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
    breaks_loose: bool = False
    """Whether a loop may be left from outside its text: by a function, a trap, an unknown word."""
    returns_loose: bool = False
    told: dict[str, set[str | None]] = {}
    """The literal values that a variable is given, None for any other."""
    lifting: dict[str, bool] = {}
    """As in `State`."""
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
    plain: list[tuple[int, str]] = []
    """The variables that statements expand without a default, by the statements' identities."""
    bare: set[int] = set()
    """The identities of statements that expand what nothing here sets: fatal under nounset."""
    execfail: bool = False
    reads_itself: bool = False
    namerefs: bool = False
    unknown: bool = False
    depth: int = 0
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


def survey(script: Script) -> Survey:
    """The facts of `script`."""
    found = Survey()
    texts: list[_Text] = []
    main = Place(context=MAIN, certain=True, shared=True, looped=False, help=False, depth=0)
    stack: list[tuple[tuple[Statement, ...], Place]] = [(script.statements, main)]
    while stack:
        body, place = stack.pop()
        found.depth = max(found.depth, place.depth)
        found.size += len(body)
        here = replace(place, depth=place.depth + 1)
        for statement in body:
            _read(found, statement, here, texts)
            if not isinstance(statement, Command):
                _descend(statement, here, stack)
            elif not here.help and _HELPER.fullmatch(name_of(statement) or ""):
                here = replace(here, help=True)
            if id(statement) in found.substitutions:
                apart = _inside(here, certain=False, shared=False)
                stack.extend((s.body, apart) for s in found.substitutions[id(statement)])
    found.bare = {
        identity
        for identity, name in found.plain
        if name not in found.assigned and name not in _ALWAYS_SET
    }
    _name(found, texts)
    _order(found)
    _spread(found)
    return found


def _descend(
    statement: Statement, here: Place, stack: list[tuple[tuple[Statement, ...], Place]]
) -> None:
    match statement:
        case Function():
            helper = _HELPER.fullmatch(statement.name) is not None
            inner = Place(
                statement.name,
                certain=False,
                shared=here.shared,
                looped=False,
                help=helper,
                depth=here.depth,
            )
            stack.append(((statement.body,), inner))
        case Case():
            for clause in statement.clauses:
                asked = any(_HELP.fullmatch(pattern.literal or "") for pattern in clause.patterns)
                stack.append((clause.body, _inside(here, certain=False, helped=asked)))
        case If():
            for branch in statement.branches:
                stack.append((branch.condition, _inside(here, certain=False)))
                asked = _asks_for_help(branch.condition)
                stack.append((branch.body, _inside(here, certain=False, helped=asked)))
            if statement.otherwise is not None:
                stack.append((statement.otherwise, _inside(here, certain=False)))
        case Loop():
            for inside, _ in lists(statement):
                stack.append((inside, _inside(here, certain=False, looped=True)))
        case _:
            straight = isinstance(statement, Group | Redirected)
            for inside, forked in lists(statement):
                helped = isinstance(statement, AndOr) and _asks_for_help(inside)
                deeper = _inside(here, certain=straight, shared=not forked, helped=helped)
                stack.append((inside, deeper))


def _inside(
    place: Place, *, certain: bool, shared: bool = True, looped: bool = False, helped: bool = False
) -> Place:
    return Place(
        place.context,
        place.certain and certain,
        place.shared and shared,
        place.looped or looped,
        place.help or helped,
        place.depth,
    )


def _asks_for_help(condition: tuple[Statement, ...]) -> bool:
    """Whether a condition compares something with `-h`, `--help` or the like."""
    for statement in condition:
        if isinstance(statement, Command):
            if any(
                _HELP.fullmatch(w.literal or "") and w.literal != "v" for w in statement.words[1:]
            ):
                return True
        elif isinstance(statement, AndOr | Pipeline) and any(
            _asks_for_help(inside) for inside, _ in lists(statement)
        ):
            return True
    return False


def _read(found: Survey, statement: Statement, place: Place, texts: list[_Text]) -> None:
    span = statement.span
    command = isinstance(statement, Command) and statement.words
    first = statement.words[0] if command and isinstance(statement, Command) else None
    told = "" if first is None or first.literal in _KEEPERS else first.literal or ""
    for word in words(statement):
        if word.literal is not None:
            texts.append((span, place.context, word.literal, None if word is first else told))
            continue
        for part in parts(word):
            if isinstance(part, Literal):
                texts.append((span, place.context, part.text, told))
            else:
                _part(found, statement, part, place, texts)
    match statement:
        case Command():
            if first is not None and first.literal in _DECIDERS:
                _decides(found, statement.words, place)
            _command(found, statement, place, texts)
        case Function():
            found.definitions.setdefault(statement.name, []).append(
                Definition(statement, place.certain and place.context == MAIN)
            )
            if statement.name in _BUILTINS:
                found.renamed.add(statement.name)
        case Loop():
            found.loops.add(id(statement))
            if statement.variable:
                _writes(found, statement.variable, place)
            _looks(found, _NAMES.findall(statement.header), place)
            _reckons(found, statement.header, place)
        case Arithmetic():
            _looks(found, _NAMES.findall(statement.raw), place)
            _reckons(found, statement.raw, place)
        case Case():
            _decides(found, (statement.word,), place)
        case Unknown():
            found.unknown = found.unseen = True
            found.dynamic.append((span, place.context))
            found.restless.add(place.context)
            found.breaks_loose = True
        case _:
            pass


def _part(
    found: Survey,
    statement: Statement,
    part: Part,
    place: Place,
    texts: list[_Text],
) -> None:
    """Note what a part of a statement's words does."""
    match part:
        case Parameter():
            if part.operator in {"=", ":="}:
                found.expanding.add(id(statement))
                _writes(found, part.name, place)
            if part.operator in {":?", "?"}:
                found.fragile.add(id(statement))
            elif part.operator[:1] not in _DEFAULTS:
                found.plain.append((id(statement), part.name))
            if part.name in {"@", "*"} or part.name.isdigit():
                found.positional.add(place.context)
            if part.name in {"?", "PIPESTATUS"}:
                found.asking.add(id(statement))
        case Substitution():
            found.substitutions.setdefault(id(statement), []).append(part)
        case Opaque():
            texts.append((statement.span, place.context, part.raw, ""))
            if part.kind == "arithmetic":
                found.expanding.add(id(statement))
                _reckons(found, part.raw, place)
        case _:
            pass


def _decides(found: Survey, looked_at: Sequence[Word], place: Place) -> None:
    for word in looked_at:
        if word.literal is None:
            _looks(found, [p.name for p in word.parts if isinstance(p, Parameter)], place)
        elif word.literal[:1].isalpha():
            _looks(found, _NAMES.findall(word.literal), place)


def _looks(found: Survey, names: list[str], place: Place) -> None:
    if names:
        found.decisive.update(names)
        found.looks.setdefault(place.context, set()).update(names)


def _reckons(found: Survey, raw: str, place: Place) -> None:
    for name in reckoned(raw):
        _writes(found, name, place)


def _writes(found: Survey, name: str, place: Place, literal: str | None = None) -> None:
    found.told.setdefault(name, set()).add(literal)
    found.assigned[name] = found.assigned.get(name, 0) + (2 if place.looped else 1)
    if place.shared:
        found.written.setdefault(place.context, set()).add(name)


def _command(found: Survey, command: Command, place: Place, texts: list[_Text]) -> None:
    name = name_of(command)
    declares = name in DECLARERS
    if any(a.value is None and not a.elements and not _bare(a) for a in command.assignments):
        found.dynamic.append((command.span, place.context))
        found.unseen = True
    if declares or not command.words:
        for assignment in command.assignments:
            _assigns(found, assignment, name, place)
    if declares:
        flags = {word.literal or "" for word in command.words[1:]}
        if name in {"local", "declare", "typeset"} and place.context and "-g" not in flags:
            own = found.own.setdefault(place.context, set())
            own.update(a.name for a in command.assignments)
            own.update(word.literal or "" for word in command.words[1:])
            for word in command.words[1:]:
                found.assigned[word.literal or ""] = found.assigned.get(word.literal or "", 0) + 1
        found.namerefs |= any(re.fullmatch(r"-\w*n\w*", flag) for flag in flags)
    texts.extend(
        (command.span, place.context, redirect.heredoc.content, None)
        for redirect in command.redirects
        if redirect.heredoc is not None and name != "cat"
    )
    if not command.words:
        return
    for variable in written_by(command):
        _writes(found, variable, place)
    _calls(found, command, name, place)
    if name in _ODD:
        _oddities(found, command, name, place)
    if any(
        redirect.operator == "<" and redirect.target is not None and _names_itself(redirect.target)
        for redirect in command.redirects
    ):
        found.reads_itself = True


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
        return
    _writes(found, assignment.name, place, literal)


def _told(assignment: Assignment) -> str | None:
    """What an assignment surely gives; of an array its first word."""
    first = assignment.elements[0] if assignment.elements else assignment.value
    if assignment.append:
        return None
    if first is not None:
        return "$?" if first.raw.strip('"') == "$?" else first.literal
    return "" if _bare(assignment) else None


def _calls(found: Survey, command: Command, name: str | None, place: Place) -> None:
    """Note where something may be called that no word names."""
    first = command.words[1] if len(command.words) > 1 else None
    if name is None or name in _STEPS_ASIDE:
        if name in {"source", "."} and first is not None and _DATA_FILE.fullmatch(_tail(first)):
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
    last = word.parts[-1] if word.parts else None
    return last.text if isinstance(last, Literal) else ""


def _oddities(found: Survey, command: Command, name: str | None, place: Place) -> None:
    given = [word.literal or "" for word in command.words[1:]]
    found.sets |= name in {"set", "shopt"}
    if name in {"cd", "pushd", "popd", "set", "shopt"}:
        for variable in moved_by(command, name):
            _writes(found, variable, place)
        if place.shared:
            found.restless.add(place.context)
    if name is not None and name in {"break", "continue"} and not place.looped:
        found.breaks_loose = True
    if name == "trap" and given:
        tokens = set(_TOKENS.findall(given[0]))
        found.breaks_loose |= bool(tokens & {"break", "continue"}) or not given[0]
        found.returns_loose |= "return" in tokens
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
        found.renamed.update(_BUILTINS)
    found.execfail |= "execfail" in given
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


def _name(found: Survey, texts: list[_Text]) -> None:
    """Keep the words that name a function."""
    names = found.definitions
    if "command_not_found_handle" in names:
        found.unseen = True
        found.dynamic.append((names["command_not_found_handle"][0].function.span, MAIN))
    if not names:
        return
    for span, context, text, told in texts:
        kept = told is not None and told not in names and told not in _TELLERS
        tokens = (text,) if text in names else _TOKENS.findall(text) if len(text) > 1 else ()
        for token in tokens:
            if token in names:
                found.mentions.append((span, context, token))
                if kept:
                    found.indirect.add(token)


def _order(found: Survey) -> None:
    """Compute when each function may first be called."""
    inside: dict[str, list[str]] = found.body_calls
    for _, context, name in found.mentions:
        inside.setdefault(context, []).append(name)
    dynamic = {context for _, context in found.dynamic}
    events = [(span, name) for span, context, name in found.mentions if context == MAIN]
    events += [(span, MAIN) for span, context in found.dynamic if context == MAIN]
    for span, name in sorted(events):
        stack = [name] if name else list(found.definitions)
        while stack:
            called = stack.pop()
            if called in found.earliest:
                continue
            known = found.definitions[called]
            first = max(span, known[0].function.span) if known[0].certain else span
            found.earliest[called] = first
            stack.extend(inside.get(called, ()))
            if called in dynamic:
                stack.extend(found.definitions)
    for span, context in found.doubts:
        begins = span if context == MAIN else found.earliest.get(context)
        if begins is not None:
            found.doubted.append(begins)
    found.doubted.sort()


def _spread(found: Survey) -> None:
    """Compute what calling a function may change, and whether the script may end well in it."""
    callers: dict[str, list[str]] = {}
    for context, names in found.body_calls.items():
        for name in names:
            callers.setdefault(name, []).append(context)
    dynamic = {context for _, context in found.dynamic}
    writing = {
        context
        for context in found.definitions
        if found.written.get(context, set()) - found.own.get(context, set())
    }
    found.impure = _reachable(writing | found.restless | dynamic, callers)
    found.haunted = _haunted(found)
    found.lifting = _lifting(found)
    found.succeeding = _reachable(
        {e.context for e in found.exits.values() if e.may_succeed}, callers
    )


def _lifting(found: Survey) -> dict[str, bool]:
    """The variables of which every value is `sudo` or nothing, and those that are also otherwise."""
    lifting: dict[str, bool] = {}
    for name, literals in found.told.items():
        known = [text for text in literals if text]
        if any(not _LIFTS.fullmatch(text) for text in known):
            lifting[name] = False
        elif known and None not in literals:
            lifting[name] = True
    return lifting


def _haunted(found: Survey) -> set[str]:
    """The variables that traps may change behind every command's back."""
    names: set[str] = set()
    for text in found.trapped:
        names.update(reckoned(text))
        tokens = set(_TOKENS.findall(text))
        names.update(tokens & set(found.assigned))
        if tokens & {"cd", "pushd", "popd"}:
            names.add(DIRECTORY)
        if not text or tokens & (found.impure | {"eval", "source", "."}):
            names.update(*(found.written.get(function, ()) for function in found.definitions))
    return names


def _reachable(seeds: set[str], edges: dict[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    stack = list(seeds)
    while stack:
        name = stack.pop()
        if name not in reached:
            reached.add(name)
            stack.extend(edges.get(name, ()))
    return reached
