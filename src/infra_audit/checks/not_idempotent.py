"""Steps of server scripts that fail, or add the same again, when the script is run once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.shell.syntax import Command, Parameter, Pipeline, Substitution
from ..flow.behaviour import Guard, Run
from ..flow.constructs import parts
from ..model import Location, Match, Outcome, Span, Undecided
from ..project.answers import FILE_TESTS, answers, inside
from ..project.claims import claimed
from ..project.inside import scripts, statements
from ..project.package_calls import MANAGERS
from ..project.repeats import Repeat, created, repeat
from ..project.types import Act, Project
from ..project.undone import renews, takes_away
from ..source.regex import regex

_ROLES = frozenset({"bootstrap", "deploy", "maintenance"})
_CONTAINED = frozenset({"image", "image-build", "compose"})
_TRIED = frozenset({"ci-job", "schedule"})


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such step that nothing guards."""
    images = any(path.endswith((".pkr.hcl", ".pkr.json")) for path in project.files)
    for act in project.acts:
        tried = act.script.origin != "file" and bool(_TRIED.intersection(act.reached_by))
        if act.purpose != "production" or act.role not in _ROLES or tried:
            continue
        if images and not act.reached_by:
            where = Location(act.script.path, act.script.span)
            yield Undecided(
                where, "Packer builds images here, and what prepares an image runs once"
            )
        elif not (
            _CONTAINED.intersection(act.reached_by) or _runs_once(act) or _is_cleared(act, project)
        ):
            yield from _matches(act)


def _is_cleared(act: Act, project: Project) -> bool:
    """Whether the package script that calls this one lets pm2 forget its processes before."""
    if act.script.origin != "npm" or all(run.name != "pm2" for run in act.behaviour.runs):
        return False
    for other in project.acts:
        if other.script.origin == "npm" and other is not act:
            runs = other.behaviour.runs
            cleared = [
                n for n, r in enumerate(runs) if r.name == "pm2" and _FORGETS & {*r.arguments[:1]}
            ]
            calls = [
                n
                for n, r in enumerate(runs)
                if r.name in MANAGERS and act.script.name in r.arguments
            ]
            if cleared and calls and cleared[0] < calls[-1]:
                return True
    return False


_LINKED = 3
"""The words of `ln -s what link`."""
_FORGETS = frozenset({"delete", "del", "kill"})


def _runs_once(act: Act) -> bool:
    """Whether a script starts a new container each time, or sees itself that it is not run again."""
    name = act.script.path.rpartition("/")[2]
    if _ENTRYPOINT.search(name):
        return True
    itself = {name, name.partition(".")[0]}
    return any(
        (run.name == "systemctl" and "disable" in run.arguments and _unit_names(run) & itself)
        or (run.name == "rm" and any(word.raw.strip("\"'") in _ITSELF for word in run.words))
        for run in act.behaviour.runs
        if run.reach == "reached"
    )


def _unit_names(run: Run) -> set[str]:
    return {(word or "").removesuffix(".service") for word in run.arguments}


_ENTRYPOINT = regex(r"(?i)entry-?point")
_ITSELF = frozenset({"$0", "${0}", "$BASH_SOURCE", "${BASH_SOURCE[0]}"})


def _matches(act: Act) -> Iterator[Match]:
    script = _Script(act)
    claim, evidence = claimed(act)
    own = {routine.name for routine in act.behaviour.functions}
    for nth, run in enumerate(act.behaviour.runs):
        if run.name in own:
            continue
        if run.reach != "reached" or (act.script.origin == "step" and run.remote is None):
            continue
        again = repeat(run) or script.fed(run)
        if (
            again is None
            or run.captured
            or run.loop
            or run.outcome in ("ignored", "handled", "tested")
        ):
            continue
        made_anew = script.prepared(nth, again) or script.brought(nth, again)
        if script.leads_inside(run):
            continue
        if made_anew or script.guarded(run, again) or script.filtered(run):
            continue
        yield Match(
            location=Location(run.path, run.span),
            values={
                "command": _shown(run),
                "why": again.why,
                "effect": _effect(run, again, act, fed=script.fed(run) is not None),
                "guard": again.guard,
                "claim": claim,
            },
            evidence=evidence,
            trail=act.trail,
        )


def _effect(run: Run, again: Repeat, act: Act, *, fed: bool) -> str:
    if not again.fails:
        return "so that each run leaves one more"
    goes_on = (
        fed and run.name == "psql" and not any("ON_ERROR_STOP" in (a or "") for a in run.arguments)
    )
    if run.outcome == "aborts" and not goes_on:
        return "so that the second run ends here"
    last = not run.function and all(other.span <= run.span for other in act.behaviour.runs)
    if last and not goes_on:
        return "so that the script fails"
    if any(other.name in ("source", ".", "eval") for other in act.behaviour.runs):
        return "so that it fails"
    return "so that it fails, and the script goes on as if it had not"


def _shown(run: Run) -> str:
    words = [word.raw for word in run.words[1:]]
    if len(words) != len(run.arguments):
        words = [word or "…" for word in run.arguments]
    text = " ".join((run.name, *words))
    target = next(
        (
            f" {o} {t}"
            for (o, _), t in zip(run.redirects, run.targets, strict=True)
            if ">>" in o and t
        ),
        "",
    )
    text = " ".join(text.split())
    return (text if len(text) <= 50 else text[:49] + "…") + target


class _Script:
    """What stands around the steps of one script."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.every = list(statements(act.script))
        self.commands = {s.span: s for s in self.every if isinstance(s, Command)}
        self.answers = frozenset(answers(self.every))
        self.handed = [inner.span for inner in scripts(act.script) if inner is not act.script]
        self.sure = list(act.behaviour.demands_root)

    def guarded(self, run: Run, again: Repeat) -> bool:
        """Whether some condition around the step may ask whether it has been done."""
        within = [span for span in self.handed if _within(run.span, span)]
        return any(
            self._asks(guard, again)
            for guard in run.guards
            if all(_within(guard.span, span) for span in within) or _names_any(guard, again)
        )

    def _asks(self, guard: Guard, again: Repeat) -> bool:
        if any(_within(guard.span, span) for span in self.sure):
            return False
        if _names_any(guard, again):
            return True
        if guard.kind in ("case", "arithmetic"):
            return False
        if guard.kind != "test":
            return guard.kind not in ("cd", "echo", "true")
        command = self.commands.get(guard.span)
        if command is None:
            return True
        if any(word.raw in FILE_TESTS for word in command.words):
            return guard.negated or len(guard.words) > 2 or self._uses_up(guard)
        return any(self._is_answer(part) for word in command.words for part in parts(word))

    def _uses_up(self, guard: Guard) -> bool:
        """Whether the file that a test wants to be there is taken away, so that it holds only once."""
        tested = tuple(word for word in guard.words[1:] if word)
        return any(takes_away(run, tested) for run in self.act.behaviour.runs)

    def _is_answer(self, part: object) -> bool:
        """Whether a part of a test is the answer of a command, directly or through a variable."""
        return isinstance(part, Substitution) or (
            isinstance(part, Parameter) and part.name in self.answers
        )

    def leads_inside(self, run: Run) -> bool:
        """Whether a link leads to a folder, so that the next one is made inside of it and does not fail."""
        if run.name != "ln" or len(run.arguments) < _LINKED or not run.arguments[-2]:
            return False
        inside = run.arguments[-2].rstrip("/") + "/"
        return any(
            argument and argument.startswith(inside)
            for other in self.act.behaviour.runs
            if other is not run
            for argument in other.arguments
        )

    def prepared(self, nth: int, again: Repeat) -> bool:
        """Whether another step takes away, or writes anew, what the second run would meet."""
        for other, run in enumerate(self.act.behaviour.runs):
            if other == nth or run.reach == "unreachable":
                continue
            if again.fails:
                if takes_away(run, again.objects):
                    return True
            elif other < nth and renews(run, again.objects):
                return True
        return False

    def brought(self, nth: int, again: Repeat) -> bool:
        """Whether a function from elsewhere may put anew what lies around: `fetch_release shop`."""
        runs = self.act.behaviour.runs[:nth]
        if not any(run.name in ("source", ".") for run in runs):
            return False
        own = {routine.name for routine in self.act.behaviour.functions}
        around = {part for each in again.objects for part in each.split("/")[:-1] if len(part) > 3}
        return any(
            run.name not in own and "_" in run.name and around.intersection(run.arguments)
            for run in runs
        )

    def filtered(self, run: Run) -> bool:
        """Whether the pipeline that the step stands in first takes out what it adds."""
        if run.name != "crontab":
            return False
        for statement in self.every:
            if isinstance(statement, Pipeline) and _within(run.span, statement.span):
                names = {c.words[0].literal for c in inside(statement) if c.words}
                if names & {"grep", "sed", "awk", "sort", "uniq"}:
                    return True
        return False

    def fed(self, run: Run) -> Repeat | None:
        """What the SQL creates that a heredoc or a pipe hands to a client."""
        if run.name not in ("psql", "mysql", "mariadb"):
            return None
        command = self.commands.get(run.span)
        for redirect in command.redirects if command else ():
            if redirect.heredoc is not None:
                return created(redirect.heredoc.content, run.name)
        return None


def _names_any(guard: Guard, again: Repeat) -> bool:
    return any(_names(word, again.objects) for word in guard.words)


def _names(word: str | None, objects: tuple[str, ...]) -> bool:
    return word is not None and any(o in word for o in objects if len(o) > 1)


def _within(inner: Span, outer: Span) -> bool:
    return (outer.line, outer.column) <= (inner.line, inner.column) and (
        inner.end_line,
        inner.end_column,
    ) <= (
        outer.end_line,
        outer.end_column,
    )
