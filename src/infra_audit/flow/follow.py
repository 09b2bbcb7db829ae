"""Follow a script from its first statement to its last, with what is known on the way."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Background,
    Case,
    Command,
    Function,
    Group,
    Heredoc,
    If,
    Loop,
    Pipeline,
    Redirected,
    Script,
    Statement,
    Subshell,
    Unknown,
)
from .behaviour import Entry, Guard
from .constructs import chain, lists, name_of, redirects_hold
from .effects import is_action
from .endings import note_ending
from .facts import DEPTH, sure
from .guards import guards, root_demanded
from .handing import hand_over, receiver
from .line import line
from .loops import Touched, touched
from .reach import SHELLS, reach
from .runs import run, settle
from .scene import Scene, Walk, asks_status, inner
from .start import begin
from .state import (
    State,
    Value,
    assign,
    doubt,
    lookup,
    meet,
    shown,
    since,
    take_back,
    value,
)
from .survey import survey
from .ways import Missed, fill, join, moves, spread, turned
from .writes import expanding, reckoned

_MOST_GUARDS = 40

# ── lists ────────────────────────────────────────────────────────────────────────────────────────


def sequence(
    walk: Walk, statements: tuple[Statement, ...], scene: Scene, missed: Missed | None = None
) -> None:
    """Follow a list; what an early end leaves behind guards the rest of it."""
    outside = walk.guards
    start = len(walk.state.journal)
    last = len(statements) - 1
    plain = scene
    if scene.failure in {"tested", "handled"} or scene.after_failure:
        plain = inner(scene, failure=None, unwatched=scene.failure is not None, after_failure=False)
    for nth, statement in enumerate(statements):
        here = plain if nth < last else scene
        if nth < last and here.failure is None and asks_status(walk.survey, statements[nth + 1]):
            here = inner(here, asked=True)
        follow(walk, statement, here, missed if nth == last else None)
        left = _left_behind(walk, statement)
        if left:
            walk.guards = (*walk.guards, *left)[-_MOST_GUARDS:]
    walk.guards = outside
    if missed is not None:
        fill(walk.state, start, missed)


def _left_behind(walk: Walk, statement: Statement) -> tuple[Guard, ...]:
    """What is known behind a statement that ends the script or function otherwise."""
    stops = walk.reached.stops
    match statement:
        case Command():
            return ()
        case AndOr() if id(statement.right) in stops:
            holds = statement.operator == "||"
            condition: tuple[Statement, ...] = (statement.left,)
            _note_demand(walk, condition, statement.right, holds=holds)
            return guards(walk.state, condition, holds=holds)
        case If():
            found: list[Guard] = []
            for branch in statement.branches:
                if not _stops(walk, branch.body):
                    break
                _note_demand(walk, branch.condition, branch.body[-1], holds=False)
                found.extend(guards(walk.state, branch.condition, holds=False))
            otherwise = statement.otherwise
            if len(statement.branches) == 1 and otherwise and _stops(walk, otherwise):
                condition = statement.branches[0].condition
                _note_demand(walk, condition, otherwise[-1], holds=True)
                found.extend(guards(walk.state, condition, holds=True))
            return tuple(found)
        case _:
            return ()


def _stops(walk: Walk, body: tuple[Statement, ...]) -> bool:
    return any(id(statement) in walk.reached.stops for statement in body)


def _note_demand(
    walk: Walk, condition: tuple[Statement, ...], end: Statement, *, holds: bool
) -> None:
    cause = walk.reached.causes.get(id(end))
    ends = cause is not None and cause.kind in {"exit", "function"}
    if ends and condition and root_demanded(condition[-1:], holds=holds):
        walk.demands.append(condition[-1].span)
    elif ends and condition and root_demanded(condition[-1:], holds=not holds):
        walk.refusals.append(condition[-1].span)


# ── statements ───────────────────────────────────────────────────────────────────────────────────


def follow(walk: Walk, statement: Statement, scene: Scene, missed: Missed | None = None) -> None:
    """Follow one statement; `missed` is given what it changes where it fails, if somebody asks."""
    if walk.depth > 2 * DEPTH:
        return
    walk.depth += 1
    identity, reached = id(statement), walk.reached
    if scene.reach == "reached" and identity in reached.dead:
        scene = inner(scene, reach="unreachable")
    if identity in reached.trips:
        walk.trips.append(statement.span)
    if identity in reached.fatal:
        walk.fatal.append(statement.span)
    for substitution in walk.survey.substitutions.get(identity, ()):
        _aside(
            walk,
            substitution.body,
            inner(_of_substitution(statement, scene), captured=True, apart=True),
        )
    start = len(walk.state.journal)
    match statement:
        case Command():
            _command(walk, statement, scene)
        case Arithmetic():
            for name in reckoned(statement.raw):
                assign(walk.state, name, None)
        case Unknown():
            walk.state = _forgotten(walk.state)
        case Function():
            pass
        case Group():
            sequence(walk, statement.body, scene)
        case Redirected():
            for redirect in statement.redirects:
                for name in expanding(redirect.heredoc):
                    assign(walk.state, name, None)
            mark = len(walk.state.journal)
            follow(walk, statement.body, scene)
            if not redirects_hold(statement.redirects):
                meet(walk.state, [take_back(walk.state, mark), {}])
        case Subshell():
            _aside(walk, statement.body, inner(scene, apart=True))
        case Background():
            away = inner(scene, failure="ignored", background=True, apart=True)
            _aside(walk, (statement.body,), away)
        case Pipeline():
            _pipeline(walk, statement, scene, missed)
        case AndOr():
            _and_or(walk, statement, scene, missed)
        case If():
            _if(walk, statement, scene)
        case Case():
            _case(walk, statement, scene)
        case Loop():
            _loop(walk, statement, scene)
        case _:
            assert_never(statement)
    if missed is not None:
        fill(walk.state, start, missed, moves=moves(walk, statement))
    walk.depth -= 1


def _of_substitution(statement: Statement, scene: Scene) -> Scene:
    """Errexit does not reach into `$(…)`, but `x=$(cmd)` fails as its command does."""
    if isinstance(statement, Command) and not statement.words:
        return scene
    return inner(scene, failure=None, unwatched=True, asked=False)


def _forgotten(state: State) -> State:
    return replace(state, values={})


def _aside(walk: Walk, body: tuple[Statement, ...], scene: Scene) -> None:
    """Follow what runs in a shell of its own: nothing of it stays."""
    mark = len(walk.state.journal)
    sequence(walk, body, scene)
    take_back(walk.state, mark)


def _pipeline(walk: Walk, statement: Pipeline, scene: Scene, missed: Missed | None) -> None:
    if len(statement.commands) == 1 and not statement.negated:
        follow(walk, statement.commands[0], scene, missed)
        return
    if len(statement.commands) == 1:
        failing: Missed = {}
        follow(walk, statement.commands[0], inner(scene, failure="tested"), failing)
        if missed is None:
            join(walk.state, failing, likely=True)
        else:
            missed.update(turned(walk.state, failing))
        return
    names = [_first_name(part) for part in statement.commands]
    option = lookup(walk.state, "-pipefail")
    watched = option is None or option.text == "on"
    last = len(names) - 1
    for nth, part in enumerate(statement.commands):
        within = inner(
            scene,
            apart=True,
            piped_from=tuple(names[max(0, nth - 8) : nth]),
            piped_into=tuple(names[nth + 1 : nth + 9]),
            fed=_passed_on(statement.commands[nth - 1]) if nth else None,
        )
        if statement.negated:
            within = inner(within, failure="tested")
        elif nth < last and not watched:
            within = inner(within, failure="ignored")
        mark = len(walk.state.journal)
        follow(walk, part, within)
        done = take_back(walk.state, mark)
        if nth == last and walk.survey.lastpipe:
            meet(walk.state, [done, {}])


def _passed_on(statement: Statement) -> Heredoc | None:
    """The heredoc of a command that prints it."""
    documents = [r.heredoc for r in getattr(statement, "redirects", ()) if r.heredoc is not None]
    return documents[-1] if documents else None


def _first_name(statement: Statement) -> str:
    """The name of the command that a part of a pipeline begins with."""
    while not isinstance(statement, Command):
        inside = next((body for body, _ in lists(statement) if body), None)
        if inside is None or isinstance(statement, Function):
            return ""
        statement = inside[0]
    return name_of(statement) or ""


_INDIFFERENT = frozenset({"true", ":"})


def _and_or(walk: Walk, statement: AndOr, scene: Scene, missed: Missed | None) -> None:
    links = chain(statement)
    outside = walk.guards
    state = walk.state
    start = len(state.journal)
    failing: Missed = {}
    held, denied = _both(walk, links, 0)
    follow(walk, links[0][1], _link_scene(links, 0, scene, acts=False), failing)
    first = _is_action(walk, links[0][1])
    sure = acts = first is True
    for nth, (operator, link) in enumerate(links[1:], 1):
        within = _link_scene(links, nth, scene, acts=acts)
        known = held if operator == "&&" else denied
        walk.guards = (*outside, *known)[-_MOST_GUARDS:]
        yes, no = _both(walk, links, nth)
        if operator == "&&":
            more: Missed = {}
            follow(walk, link, within, more)
            spread(failing, more)
            held, denied = (*held, *yes)[-_MOST_GUARDS:], ()
        else:
            failing = _alternative(walk, link, within, start, failing, acts=acts)
            stops = id(link) in walk.reached.stops
            held, denied = held if stops else (), (*denied, *no)[-_MOST_GUARDS:]
        acts = acts and _is_action(walk, link) is True
        sure = sure and operator == "&&" and acts
        walk.guards = outside
    if missed is not None:
        missed.update(failing)
    else:
        join(state, failing, likely=sure or (first is True and len(links) == 2))


def _both(
    walk: Walk, links: list[tuple[str, Statement]], nth: int
) -> tuple[tuple[Guard, ...], tuple[Guard, ...]]:
    """What is known where a link has succeeded, and where it has failed, if a later link asks."""
    asked = {operator for operator, _ in links[nth + 1 :]}
    condition = (links[nth][1],)
    return (
        guards(walk.state, condition, holds=True) if "&&" in asked else (),
        guards(walk.state, condition, holds=False) if "||" in asked else (),
    )


def _alternative(  # noqa: PLR0913 (what failed before it, and since when)
    walk: Walk, link: Statement, within: Scene, start: int, failing: Missed, *, acts: bool
) -> Missed:
    """Follow what runs where something before it failed; what holds where that fails as well."""
    state = walk.state
    done = take_back(state, start)
    for name, (_, failed) in failing.items():
        assign(state, name, failed)
    mark = len(state.journal)
    more: Missed = {}
    follow(walk, link, within, more)
    own = {name for name, _ in state.journal[mark:]}
    instead = take_back(state, start)
    if id(link) in walk.reached.stops:
        for name, found in done.items():
            assign(state, name, found)
        return {}
    likely = {name: found for name, found in done.items() if acts and name not in own}
    meet(state, [done, instead], likely)
    rest = {name: (was, failed) for name, (was, failed) in failing.items() if name not in more}
    return {**rest, **{n: (failing.get(n, each)[0], each[1]) for n, each in more.items()}}


def _link_scene(links: list[tuple[str, Statement]], nth: int, scene: Scene, *, acts: bool) -> Scene:
    """The scene of a link; `acts` where all before it are there for what they do."""
    later = [(operator, link) for operator, link in links[nth + 1 : nth + 20]]
    failure = scene.failure
    if later:
        failure = "tested"
        otherwise = next((link for operator, link in later if operator == "||"), None)
        if otherwise is not None:
            indifferent = isinstance(otherwise, Command) and name_of(otherwise) in _INDIFFERENT
            failure = "ignored" if indifferent else "handled"
        if scene.failure == "ignored":
            failure = "ignored"
    within = inner(scene, failure=failure)
    if nth == 0:
        return within
    operator = links[nth][0]
    wins = scene.wins and acts and operator == "&&"
    return inner(within, conditional=True, wins=wins, after_failure=operator == "||")


def _is_action(walk: Walk, statement: Statement) -> bool | None:
    """Whether a condition only asks whether something worked: True, False when negated, else None."""
    match statement:
        case Pipeline() if len(statement.commands) == 1:
            known = _is_action(walk, statement.commands[0])
            return known if known is None or not statement.negated else not known
        case Command():
            whole = line(walk.state, statement.words)
            return True if is_action(whole.name, whole.given[whole.at + 1 :]) else None
        case _:
            return None


def _if(walk: Walk, statement: If, scene: Scene) -> None:
    held_before = outside = walk.guards
    state = walk.state
    start = len(state.journal)
    ends: list[dict[str, Value | None]] = []
    denied: dict[str, Value | None] = {}
    likely: dict[str, Value | None] = {}
    wins = scene.wins
    for nth, branch in enumerate(statement.branches):
        mark = len(state.journal)
        asking = inner(scene, failure="tested", asked=False)
        if nth:
            asking = inner(asking, conditional=True, wins=wins)
        failing: Missed = {}
        sequence(walk, branch.condition, asking, failing)
        action = _is_action(walk, branch.condition[-1]) if len(branch.condition) == 1 else None
        if action is not None and not nth:
            likely = {n: lookup(state, n) if action else each[1] for n, each in failing.items()}
        held = guards(state, branch.condition, holds=True)
        walk.guards = (*held_before, *held)[-_MOST_GUARDS:]
        here = inner(scene, conditional=True, wins=wins and action is True)
        inside = len(state.journal)
        sequence(walk, branch.body, here)
        for name, _ in state.journal[inside:]:
            likely.pop(name, None)
        changes = take_back(state, mark)
        if not _stops(walk, branch.body):
            ends.append({**denied, **changes})
        for name, (_, failed) in failing.items():
            assign(state, name, failed)
            denied[name] = failed
        nots = guards(state, branch.condition, holds=False)
        held_before = (*held_before, *nots)[-_MOST_GUARDS:]
        wins = wins and action is False
    if statement.otherwise is not None:
        mark = len(state.journal)
        walk.guards = held_before
        sequence(walk, statement.otherwise, inner(scene, conditional=True, wins=wins))
        for name, _ in state.journal[mark:]:
            likely.pop(name, None)
        changes = take_back(state, mark)
        if not _stops(walk, statement.otherwise):
            ends.append({**denied, **changes})
    else:
        ends.append(denied)
    walk.guards = outside
    take_back(state, start)
    meet(state, ends, likely)


def _case(walk: Walk, statement: Case, scene: Scene) -> None:
    before = walk.guards
    word = value(walk.state, statement.word)
    text = None if word is None else shown(word.text)
    ends: list[dict[str, Value | None]] = []
    fallen: set[str] = set()
    carried: set[str] = set()
    covered = False
    for clause in statement.clauses:
        covered = covered or any(pattern.raw == "*" for pattern in clause.patterns)
        mark = len(walk.state.journal)
        for name in fallen | carried:
            assign(walk.state, name, None)
        patterns = tuple(pattern.raw for pattern in clause.patterns)
        guard = Guard("case", negated=False, words=(text, *patterns), span=clause.span)
        walk.guards = (*before, guard)[-_MOST_GUARDS:]
        sequence(walk, clause.body, inner(scene, conditional=True, wins=False))
        changes = take_back(walk.state, mark)
        fallen = set(changes) if clause.terminator == ";&" else set()
        carried.update(changes if clause.terminator == ";;&" else ())
        if not _stops(walk, clause.body):
            ends.append(changes)
    walk.guards = before
    meet(walk.state, ends if covered and ends else [*ends, {}])


# ── loops ────────────────────────────────────────────────────────────────────────────────────────


def _loop(walk: Walk, statement: Loop, scene: Scene) -> None:
    before = walk.guards
    found = touched(walk, statement)
    _forget(walk, found)
    again = inner(scene, loop=True, failure=None, asked=False, after_failure=False)
    if scene.failure is not None:
        again = inner(again, unwatched=True)
    failing: Missed = {}
    sequence(walk, statement.condition, inner(again, failure="tested"), failing)
    if statement.kind == "until":
        for name, (_, failed) in failing.items():
            assign(walk.state, name, failed)
    mark = len(walk.state.journal)
    holds = statement.kind == "while"
    held = guards(walk.state, statement.condition, holds=holds)
    walk.guards = (*before, *held)[-_MOST_GUARDS:]
    sequence(walk, statement.body, inner(again, conditional=True, wins=False))
    take_back(walk.state, mark)
    walk.guards = before
    _forget(walk, found)


def _forget(walk: Walk, found: Touched) -> None:
    for name in found.names:
        assign(walk.state, name, None)
    if found.calls:
        walk.state.clock += 1
        walk.state.called = walk.state.clock
    if found.unseen:
        doubt(walk.state)


# ── commands ─────────────────────────────────────────────────────────────────────────────────────


def _command(walk: Walk, command: Command, scene: Scene) -> None:
    name = name_of(command)
    if command.words:
        walk.runs.append(run(walk, command, scene))
    for script in command.scripts:
        _handed(walk, command, script, scene)
    mark = len(walk.state.journal)
    function = None if name is None else _single_call(walk, command, name, scene)
    if function is None or name is None:
        note_ending(walk, command, scene)
        if name == "return" and walk.returns:
            walk.returns[-1].append(since(walk.state, walk.entered[-1]))
        held = not command.redirects or redirects_hold(command.redirects)
        settle(walk, command, scene if held else inner(scene, conditional=True))
    else:
        _inline(walk, command, function, scene)
    if command.words and command.redirects and not redirects_hold(command.redirects):
        done = take_back(walk.state, mark)
        meet(walk.state, [done, {}], done)


def _inline(walk: Walk, command: Command, function: Function, scene: Scene) -> None:
    """Follow a function where it is called."""
    state = walk.state
    walk.inlined.add(function.name)
    walk.locals.append({})
    for assignment in command.assignments:
        walk.locals[-1].setdefault(assignment.name, lookup(state, assignment.name))
        assign(
            state,
            assignment.name,
            None if assignment.value is None else value(state, assignment.value),
        )
    walk.entered.append(len(state.journal))
    walk.returns.append([])
    returned = walk.may_have_returned
    inside = inner(scene, function=function.name, piped_from=(), piped_into=(), after_failure=False)
    sequence(walk, (function.body,), inside)
    walk.may_have_returned = returned
    left, mark = walk.returns.pop(), walk.entered.pop()
    if left:
        done = take_back(state, mark)
        meet(state, left if _stops(walk, (function.body,)) else [done, *left])
    for local, old in walk.locals.pop().items():
        assign(state, local, old)


def _single_call(walk: Walk, command: Command, name: str, scene: Scene) -> Function | None:
    """The function that is called here and nowhere else, so that it can be followed here."""
    if walk.mentioned.get(name) != 1 or name in walk.inlined or walk.depth > DEPTH:
        return None
    return sure(walk.survey, name, command.span, scene.function)


def _handed(walk: Walk, command: Command, script: Script, scene: Scene) -> None:
    """Follow a script that the command hands to a shell."""
    if scene.nested > 4 or script.interpreter not in SHELLS:
        return
    facts = survey(script)
    if facts.depth > DEPTH:
        return
    host, away, expanded = receiver(command, script, scene.fed)
    reached = reach(script, facts, sourced=False)
    walk.reached.regions.extend(reached.regions)
    inside = begin(script, facts, reached, Entry())
    inside.runs, inside.guards, inside.depth = walk.runs, walk.guards, walk.depth
    hand_over(walk, inside, away=away, expanded=expanded)
    remote = host if host is not None else scene.remote
    nested = Scene(
        function=scene.function,
        remote=remote,
        reach=scene.reach,
        conditional=scene.conditional,
        loop=scene.loop,
        background=scene.background,
        captured=scene.captured,
        apart=True,
        nested=scene.nested + 1,
    )
    sequence(inside, script.statements, nested)
    for name, definitions in facts.definitions.items():
        if name not in inside.inlined:
            for definition in definitions:
                called = id(definition.function) in reached.called
                follow(
                    inside,
                    definition.function.body,
                    inner(nested, reach=nested.reach if called else "uncalled"),
                )
