"""What a script says of itself before any path through it is followed.

Its functions, who may call them and when, and what makes its commands mean other things than usual.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
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
)
from ..model import Span
from ..source.regex import regex
from .callers import note_mentions, order, spread
from .constructs import DECLARERS, besides, lists, name_of, parts, words
from .facts import MAIN, Definition, Place, Survey, Told
from .noting import BUILTINS, note_command, note_decisive, note_looks, note_reckoned, note_written
from .writes import expanding, reckoned

_KEEPERS = DECLARERS | {"trap", "mapfile", "readarray", "complete", "compopt", "bind"}
"""Commands that keep the name of a function in order to call it later."""

_DECIDERS = frozenset({"[", "[[", "test", "exit", "return", "let"})
_NAMES = regex(r"[A-Za-z_]\w*")
_READ = regex(r"(?<![\w#{])[A-Za-z_]\w*")
_HELP = regex(r"-*(?:h|help|\?|V|v|version|usage|list)", re.IGNORECASE)
_HELPER = regex(r"(?:\w+[_-])?(?:usage|help|version|syntax)(?:[_-]\w+)?", re.IGNORECASE)
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


def survey(script: Script) -> Survey:
    """The facts of `script`."""
    found = Survey()
    texts: list[Told] = []
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
    note_mentions(found, texts)
    order(found)
    spread(found)
    _settle(found)
    return found


_EXPRESSION = regex(r"[A-Za-z_]\w*(?:\[[^\]]*\])?[-+*/%&|^]?=[^=]")


def _settle(found: Survey) -> None:
    """Note of which variables no value can be told, now that all is read."""
    assigned = found.assigned
    for command, name in found.prefixed:
        if command in found.definitions:
            assigned[name] = assigned.get(name, 0) + 2
    found.bare = {
        identity
        for identity, name, span, context in found.plain
        if name not in _ALWAYS_SET and not _given(found, name, span, context)
    }
    found.clashing = {identity for identity, name in found.defaulted if name in found.kept}
    found.odd |= {name for name in found.kept if assigned.get(name, 0) > 1}
    if found.reckons:
        for texts in list(found.told.values()):
            for text in texts:
                if text is not None and _EXPRESSION.match(text):
                    found.odd.update(reckoned(text))


def _given(found: Survey, name: str, span: Span, context: str) -> bool:
    """Whether something gives a variable a value before a statement of a context may look at it."""
    for other, first in found.first.get(name, {}).items():
        if other == context:
            given = first < span
        elif other == MAIN:
            given = first < found.earliest.get(context, span)
        else:
            called = found.earliest.get(other)
            given = called is not None and (context != MAIN or called < span)
        if given:
            return True
    return False


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


def _read(found: Survey, statement: Statement, place: Place, texts: list[Told]) -> None:
    span = found.here = statement.span
    context = place.context
    first = statement.words[0] if isinstance(statement, Command) and statement.words else None
    told = "" if first is None or first.literal in _KEEPERS else first.literal or ""
    for word in words(statement):
        if word.literal is not None:
            texts.append((span, context, word.literal, None if word is first else told))
            continue
        for part in parts(word):
            if isinstance(part, Literal):
                texts.append((span, context, part.text, told))
            else:
                _part(found, statement, part, place, texts)
    if isinstance(statement, (Command, Redirected)) and statement.redirects:
        for name in (n for r in statement.redirects for n in expanding(r.heredoc)):
            found.expanding.add(id(statement))
            note_written(found, name, place)
    if more := besides(statement):
        found.substitutions.setdefault(id(statement), []).extend(more)
    match statement:
        case Command():
            if first is not None and first.literal in _DECIDERS:
                note_decisive(found, statement.words, place)
            note_command(found, statement, place, texts)
        case Function():
            found.definitions.setdefault(statement.name, []).append(
                Definition(statement, place.certain and place.context == MAIN)
            )
            if statement.name in BUILTINS:
                found.renamed.add(statement.name)
        case Loop():
            found.loops.add(id(statement))
            if statement.variable:
                note_written(found, statement.variable, place)
            found.reckons |= bool(statement.header)
            note_looks(found, _NAMES.findall(statement.header), place)
            note_reckoned(found, statement.header, place)
        case Arithmetic():
            found.reckons = True
            _look(found, statement, _READ.findall(statement.raw), place)
            note_looks(found, _NAMES.findall(statement.raw), place)
            note_reckoned(found, statement.raw, place)
        case Case():
            note_decisive(found, (statement.word,), place)
        case Unknown():
            found.unseen = found.unread = True
            found.dynamic.append((span, place.context))
            found.restless.add(place.context)
        case _:
            pass


def _look(found: Survey, statement: Statement, names: list[str], place: Place) -> None:
    """Note that a statement expands variables without a default."""
    span = statement.span
    found.plain.extend((id(statement), name, span, place.context) for name in names)


def _part(
    found: Survey,
    statement: Statement,
    part: Part,
    place: Place,
    texts: list[Told],
) -> None:
    """Note what a part of a statement's words does."""
    match part:
        case Parameter():
            if part.operator in {"=", ":="}:
                found.expanding.add(id(statement))
                found.defaulted.append((id(statement), part.name))
                note_written(found, part.name, place)
            if part.operator == ":" and part.operand is not None and "=" in part.operand.raw:
                found.expanding.add(id(statement))
                note_reckoned(found, part.operand.raw, place)
            if part.operator in {":?", "?"}:
                found.fragile.add(id(statement))
            elif part.operator[:1] not in _DEFAULTS:
                _look(found, statement, [part.name], place)
            if part.name in {"@", "*"} or part.name.isdigit():
                found.positional.add(place.context)
            if part.name in {"?", "PIPESTATUS"}:
                found.asking.add(id(statement))
        case Substitution():
            found.substitutions.setdefault(id(statement), []).append(part)
        case Opaque():
            texts.append((statement.span, place.context, part.raw, ""))
            if part.kind == "arithmetic":
                found.reckons = True
                _look(found, statement, _READ.findall(part.raw), place)
                found.expanding.add(id(statement))
                note_reckoned(found, part.raw, place)
        case _:
            pass
