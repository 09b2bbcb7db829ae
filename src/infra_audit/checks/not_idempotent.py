"""Steps of server scripts that fail, or add the same again, when the script is run once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.shell.syntax import Command, Parameter, Pipeline, Statement, Substitution
from ..flow.behaviour import Guard, Run
from ..flow.constructs import lists, parts
from ..model import Location, Match, Outcome, Span, Undecided
from ..project.claims import claimed
from ..project.inside import scripts, statements
from ..project.repeats import Repeat, created, repeat
from ..project.types import Act, Project

_ROLES = frozenset({"bootstrap", "deploy", "maintenance"})
_CONTAINED = frozenset({"image", "image-build", "compose"})
_TRIED = frozenset({"ci-job", "schedule"})
_MAKES = frozenset(
    {
        "cat",
        "cp",
        "mv",
        "install",
        "tee",
        "truncate",
        "envsubst",
        "sed",
        "grep",
        "perl",
        "awk",
        "touch",
        "ed",
    }
)
_REMOVES = frozenset({
    "rm", "rmdir", "unlink", "userdel", "deluser", "groupdel", "delgroup", "dropdb", "dropuser", "docker", "podman", "mv",
    "psql", "mysql", "mariadb", "find", "trash",
})  # fmt: skip


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
        elif not _CONTAINED.intersection(act.reached_by):
            yield from _matches(act)


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
        if script.guarded(run, again) or script.prepared(nth, again) or script.filtered(run):
            continue
        yield Match(
            location=Location(run.path, run.span),
            values={
                "command": _shown(run),
                "why": again.why,
                "effect": _effect(run, again, act, fed=script.fed(run) is not None),
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
    return "so that it fails, and the script goes on as if it had not"


def _shown(run: Run) -> str:
    text = " ".join((run.name, *(word.raw for word in run.words[1:])))
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
        self.answers = frozenset(_answers(self.every))
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
        if any(word.raw in _FILE_TESTS for word in command.words):
            return guard.negated or len(guard.words) > 2 or self._uses_up(guard)
        return any(self._is_answer(part) for word in command.words for part in parts(word))

    def _uses_up(self, guard: Guard) -> bool:
        """Whether the file that a test wants to be there is taken away, so that it holds only once."""
        tested = Repeat(tuple(word for word in guard.words[1:] if word), fails=True, why="")
        return any(
            run.name in _REMOVES and _touches(run, tested) for run in self.act.behaviour.runs
        )

    def _is_answer(self, part: object) -> bool:
        """Whether a part of a test is the answer of a command, directly or through a variable."""
        return isinstance(part, Substitution) or (
            isinstance(part, Parameter) and part.name in self.answers
        )

    def prepared(self, nth: int, again: Repeat) -> bool:
        """Whether another step takes away, or writes anew, what the second run would meet."""
        for other, run in enumerate(self.act.behaviour.runs):
            if other == nth or run.reach == "unreachable":
                continue
            if again.fails:
                if run.name in _REMOVES and _touches(run, again):
                    return True
            elif other < nth and _renews(run, again):
                return True
        return False

    def filtered(self, run: Run) -> bool:
        """Whether the pipeline that the step stands in first takes out what it adds."""
        if run.name != "crontab":
            return False
        for statement in self.every:
            if isinstance(statement, Pipeline) and _within(run.span, statement.span):
                names = {c.words[0].literal for c in _inside(statement) if c.words}
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
                return created(redirect.heredoc.content)
        return None


_FILE_TESTS = frozenset(
    {"-e", "-f", "-d", "-L", "-h", "-s", "-S", "-r", "-w", "-x", "-v", "-nt", "-ot", "-p", "-b"}
)


def _answers(every: list[Statement]) -> Iterator[str]:
    """The variables that some command's output is assigned to, or that are read or counted."""
    for statement in every:
        if isinstance(statement, Command):
            for assignment in statement.assignments:
                value = assignment.value
                if value is not None and any(
                    isinstance(part, Substitution) for part in parts(value)
                ):
                    yield assignment.name
            if statement.words and statement.words[0].literal in ("read", "mapfile", "readarray"):
                yield from (word.literal or "" for word in statement.words[1:])


def _inside(statement: Statement) -> Iterator[Command]:
    stack = [statement]
    while stack:
        top = stack.pop()
        if isinstance(top, Command):
            yield top
        for body, _ in lists(top):
            stack.extend(body)


def _names_any(guard: Guard, again: Repeat) -> bool:
    return any(_names(word, again.objects) for word in guard.words)


def _names(word: str | None, objects: tuple[str, ...]) -> bool:
    return word is not None and any(o in word for o in objects if len(o) > 1)


def _touches(run: Run, again: Repeat) -> bool:
    words = [*run.arguments, *run.paths]
    if run.name in ("docker", "podman") and not {"rm", "stop", "down", "kill", "prune"} & set(
        run.arguments
    ):
        return False
    if (
        run.name in ("psql", "mysql", "mariadb")
        and "DROP" not in " ".join(w or "" for w in words).upper()
    ):
        return False
    for word in words:
        if word is None:
            continue
        if any(
            o in word or (word.startswith("/") and o.startswith(word.rstrip("/") + "/"))
            for o in again.objects
        ):
            return True
    return False


def _renews(run: Run, again: Repeat) -> bool:
    """Whether a run writes the file anew or edits it, so that what was there has been seen to."""
    for (operator, _), target in zip(run.redirects, run.targets, strict=True):
        if operator in (">", ">|", "1>", "&>") and target in again.objects:
            return True
    if again.objects == ("crontab",):
        return run.name == "crontab" and "-r" in run.arguments
    appends = run.name == "tee" and {"-a", "--append"} & set(run.arguments)
    return (
        run.name in _MAKES | _REMOVES and not appends and any(p in again.objects for p in run.paths)
    )


def _within(inner: Span, outer: Span) -> bool:
    return (outer.line, outer.column) <= (inner.line, inner.column) and (
        inner.end_line,
        inner.end_column,
    ) <= (
        outer.end_line,
        outer.end_column,
    )
