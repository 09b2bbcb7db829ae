"""One simple command as the script would run it, and what it does to the shell's own state."""

from __future__ import annotations

from functools import lru_cache

from ..documents.shell.syntax import Assignment, Command, Opaque, Parameter, Redirect
from .behaviour import Circumstances, Run
from .constructs import DECLARERS, is_array, name_of, parts, plainly, words
from .line import line, shared
from .passing import passed_on
from .scene import Scene, Walk, outcome
from .state import (
    ANY,
    DIRECTORY,
    PREVIOUS,
    STACK,
    Value,
    assign,
    doubt,
    elements,
    entered,
    fill,
    joined,
    lookup,
    loosen,
    shown,
    value,
)
from .writes import SHIFTING, WRITERS, expanding, reckoned, settings, written_by


def run(walk: Walk, command: Command, scene: Scene) -> Run:
    """The run that a command with words is."""
    state = walk.state
    written, origins = passed_on(walk.survey, command, scene.function)
    whole = line(state, written)
    values, at = whole.values, whole.at
    here = lookup(state, DIRECTORY)
    if whole.prefixes and _MOVES & set(whole.given[: whole.at]):
        here = None
    directory = None if here is None else here.text
    arguments = values[at + 1 :]
    turned = [
        (redirect, None if redirect.target is None else value(state, redirect.target))
        for redirect in command.redirects
    ]
    environment = () if name_of(command) in DECLARERS else command.assignments
    first = origins[whole.origins[at]] if at < len(values) else len(command.words)
    told = shared(tuple(whole.given[at + 1 :]))
    paths = tuple([_path(directory, argument) for argument in arguments])
    about = _about(
        walk.path,
        scene.function,
        scene.remote,
        None if directory is None else shown(directory),
        whole.assumed
        or any(v is not None and v.assumed for _, v in turned)
        or (here is not None and here.assumed),
        scene.conditional,
        scene.loop,
        scene.background,
        scene.captured,
        scene.piped_from,
        scene.piped_into,
        whole.prefixes,
        tuple([(a.name, _assigned(walk, a)) for a in environment]),
        shared(tuple([None if _duplicates(r) else _path(directory, t) for r, t in turned])),
    )
    return Run(
        name=whole.name,
        arguments=told,
        paths=told if paths == told else shared(paths),
        words=command.words[first:],
        guards=walk.guards,
        reach=scene.reach,
        outcome=outcome(walk, scene),
        redirects=_redirects(tuple([(r.descriptor + r.operator, _shown(t)) for r, t in turned])),
        span=command.span,
        about=about,
    )


_about = lru_cache(256)(Circumstances)
"""One value for all runs of a stretch: what changes there comes back soon."""


@lru_cache(256)
def _redirects(found: tuple[tuple[str, str | None], ...]) -> tuple[tuple[str, str | None], ...]:
    """One tuple for all runs with the same: most are sent to `/dev/null`."""
    return found


_MOVES = frozenset({"-C", "--chdir", "-D"})
"""Options with which `env` and `sudo` run a command in another directory."""


def _shown(found: Value | None) -> str | None:
    return None if found is None else shown(found.text)


def _path(directory: str | None, found: Value | None) -> str | None:
    path = None if found is None else joined(directory, found.text)
    return None if path is None else shown(path)


def _duplicates(redirect: Redirect) -> bool:
    return redirect.operator in {">&", "<&"} or redirect.operator.startswith("<<")


def _assigned(walk: Walk, assignment: Assignment) -> str | None:
    return None if assignment.value is None else _shown(value(walk.state, assignment.value))


def settle(walk: Walk, command: Command, scene: Scene) -> None:
    """Let a command change the state: assignments, `cd`, `set`, `read`, unknown code."""
    walk.place = command.span
    if id(command) in walk.survey.expanding:
        for word in words(command):
            for part in parts(word):
                _expansion(walk, part)
        for redirect in command.redirects:
            for name in expanding(redirect.heredoc):
                assign(walk.state, name, None)
    if not command.words:
        for assignment in command.assignments:
            _store(walk, assignment, _given(walk, assignment), scene)
        return
    plain = plainly(command)
    named = name_of(plain)
    if plain is command and _elsewhere(walk, named):
        return
    if named is not None and named not in _CHANGING and not command.redirects:
        return
    if named in DECLARERS:
        _declared(walk, plain, named, scene)
    for written in written_by(plain):
        put(walk, written, None, scene)
    _builtin(walk, plain, named or _called(walk, plain), scene)


_CHANGING = SHIFTING | WRITERS | {"trap"}
"""Builtins that may change the state: most commands do not."""


def _elsewhere(walk: Walk, name: str | None) -> bool:
    """Call what the script itself has made of a name: a function, an alias."""
    facts, state = walk.survey, walk.state
    ours = name in facts.definitions
    if name in facts.doubtful or (name in facts.renamed and (not ours or name in SHIFTING)):
        doubt(state)
    if name in facts.impure or (name is None and facts.impure):
        state.clock += 1
        state.called = state.clock
        if ANY in state.shared:
            loosen(state)
    return ours or name in facts.renamed


def _called(walk: Walk, command: Command) -> str:
    """The builtin that a computed name comes to, as far as it changes the shell."""
    whole = line(walk.state, command.words[:1])
    return "eval" if whole.given and whole.given[0] in SHIFTING else ""


def _builtin(walk: Walk, command: Command, name: str, scene: Scene) -> None:
    match name:
        case "cd":
            _go(walk, command, scene)
        case "pushd":
            _push(walk, command, scene)
        case "popd":
            _come_back(walk, command, scene)
        case "dirs" if len(command.words) > 1:
            put(walk, STACK, None, scene)
        case "set":
            _options(walk, command, scene)
        case "trap":
            _trap(walk, command)
        case "source" | "." if _known_file(command):
            for written in _RELEASE:
                put(walk, written, None, scene)
        case "source" | "." | "eval":
            doubt(walk.state)
        case _:
            pass


_RELEASE = [
    "NAME",
    "ID",
    "ID_LIKE",
    "VERSION",
    "VERSION_ID",
    "VERSION_CODENAME",
    "PRETTY_NAME",
    "VARIANT",
    "HOME_URL",
    "BUILD_ID",
    "UBUNTU_CODENAME",
    "DISTRIB_ID",
    "DISTRIB_RELEASE",
    "DISTRIB_CODENAME",
    "DISTRIB_DESCRIPTION",
]
"""What os-release(5) and lsb-release set."""


def _known_file(command: Command) -> bool:
    """Whether a sourced file sets only what `_RELEASE` lists."""
    name = command.words[1].literal if len(command.words) > 1 else None
    return name is not None and name.endswith(("/os-release", "/lsb-release"))


def put(walk: Walk, name: str, found: Value | None, scene: Scene) -> None:
    """Assign, and remember what can never change again."""
    assign(walk.state, name, found)
    lasting = not (scene.conditional or scene.apart or scene.function or scene.nested)
    if lasting and walk.survey.assigned.get(name, 0) == 1:
        kept = lookup(walk.state, name)
        if kept is not None:
            leant = kept.assumed or (name == DIRECTORY and scene.failure is not None)
            walk.constants[name] = (Value(kept.text, leant), walk.place)


def _expansion(walk: Walk, part: object) -> None:
    match part:
        case Parameter() if part.operator in {"=", ":="}:
            found = None if part.operand is None else _parameter_value(walk, part)
            assign(walk.state, part.name, found)
        case Parameter() if part.operator == ":" and part.operand is not None:
            for name in reckoned(part.operand.raw):
                assign(walk.state, name, None)
        case Opaque() if part.kind == "arithmetic":
            for name in reckoned(part.raw):
                assign(walk.state, name, None)
        case _:
            pass


def _parameter_value(walk: Walk, part: Parameter) -> Value | None:
    known = lookup(walk.state, part.name)
    if known is not None and known.text:
        return known
    default = None if part.operand is None else value(walk.state, part.operand)
    return None if default is None else Value(default.text, assumed=True)


def _given(walk: Walk, assignment: Assignment) -> Value | None:
    """The value that an assignment gives."""
    if "[" in assignment.name:
        return None
    if assignment.value is not None:
        found = value(walk.state, assignment.value)
        return _appended(lookup(walk.state, assignment.name), found) if assignment.append else found
    length = assignment.span.end_column - assignment.span.column
    return Value("") if not assignment.append and length == len(assignment.name) + 1 else None


def _store(
    walk: Walk, assignment: Assignment, found: Value | None, scene: Scene, *, listed: bool = True
) -> None:
    """Let an assignment take effect; the elements of an array are taken over where `listed`."""
    name, _, subscript = assignment.name.partition("[")
    for written in reckoned(subscript) if subscript else ():
        put(walk, written, None, scene)
    if name in {DIRECTORY, PREVIOUS, "DIRSTACK"}:
        _misnamed(walk, name, found)
        return
    held = elements(walk.state, name) if assignment.append else ()
    put(walk, name, found, scene)
    if listed and held is not None and is_array(assignment):
        fill(walk.state, name, held, assignment.elements)


def _misnamed(walk: Walk, name: str, found: Value | None) -> None:
    """Forget a directory for good whose variable is given something else."""
    state = walk.state
    known = lookup(state, name)
    if known is None or found is None or known.text != found.text:
        name = STACK if name == "DIRSTACK" else name
        state.frozen |= {name}
        assign(state, name, None)


def _appended(before: Value | None, more: Value | None) -> Value | None:
    if before is None or more is None:
        return None
    return Value(before.text + more.text, before.assumed or more.assumed)


def _keep_local(walk: Walk, declarer: str | None, name: str, flags: str) -> None:
    if walk.locals and declarer in {"local", "declare", "typeset"} and "g" not in flags:
        walk.locals[-1].setdefault(name, lookup(walk.state, name))


def _declared(walk: Walk, command: Command, name: str, scene: Scene) -> None:
    """A declaration: `local x` begins anew, `export x` changes nothing. All words expand first."""
    first = command.words[0].span
    own = [each for each in command.assignments if each.span > first]
    found = [_given(walk, each) for each in own]
    flags = "".join(w.literal or "" for w in command.words[1:] if (w.literal or "")[:1] == "-")
    for assignment, given in zip(own, found, strict=True):
        _keep_local(walk, name, assignment.name, flags)
        plain = not set(flags) & set("niulA")
        scalar = given if plain and "a" not in flags else None
        _store(walk, assignment, scalar, scene, listed=plain)
    if name in {"export", "readonly"}:
        return
    for word in command.words[1:]:
        if word.literal and not word.literal.startswith("-"):
            bare = word.literal.partition("=")[0]
            _keep_local(walk, name, bare, flags)
            put(walk, bare, None, scene)


def _go(walk: Walk, command: Command, scene: Scene) -> None:
    given = [w for w in command.words[1:] if w.literal not in {"-P", "-L", "-e", "--"}]
    here = lookup(walk.state, DIRECTORY)
    there: Value | None = None
    if len(given) == 1:
        to = value(walk.state, given[0])
        if to is not None and to.text == "-":
            there = lookup(walk.state, PREVIOUS)
        elif to is not None and not (walk.state.searching and to.text[:1] not in {"/", "\0", "."}):
            path = joined(None if here is None else here.text, to.text)
            leant = here is not None and here.assumed and not to.text.startswith(("/", "\0"))
            there = None if path is None else Value(path, to.assumed or leant)
    entered(walk.state, there)
    put(walk, DIRECTORY, there, scene)


def _push(walk: Walk, command: Command, scene: Scene) -> None:
    given = command.words[1:]
    here, below = lookup(walk.state, DIRECTORY), lookup(walk.state, STACK)
    options = {word.literal for word in given if (word.literal or "")[:1] in {"-", "+"}}
    if not given or options:
        put(walk, STACK, None, scene)
        if "-n" not in options:
            entered(walk.state, None)
        return
    pile = None
    if here is not None and below is not None:
        pile = Value(f"{below.text}\n{here.text}", here.assumed or below.assumed)
    put(walk, STACK, pile, scene)
    _go(walk, command, scene)


def _come_back(walk: Walk, command: Command, scene: Scene) -> None:
    pile = lookup(walk.state, STACK)
    if len(command.words) > 1 or pile is None or "\n" not in pile.text:
        put(walk, STACK, None, scene)
        entered(walk.state, None)
        return
    below, _, top = pile.text.rpartition("\n")
    put(walk, STACK, Value(below, pile.assumed), scene)
    entered(walk.state, Value(top, pile.assumed))


def _options(walk: Walk, command: Command, scene: Scene) -> None:
    for option, setting in settings(command):
        put(walk, option, None if setting is None else Value(setting), scene)


def _trap(walk: Walk, command: Command) -> None:
    given = [word.literal for word in command.words[1:]]
    if "ERR" in given[1:]:
        set_ = given[0] not in {"", "-"}
        assign(walk.state, "-errtrap", Value("on") if set_ else None)
