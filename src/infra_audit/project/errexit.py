"""What ends a script at its first failed step, where the script does not say so itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ..documents.shell.handed import options
from ..documents.shell.syntax import Script
from ..flow.behaviour import Run
from ..model import Span
from ..source.regex import regex
from .inside import scripts
from .types import Act, Project

_SHELLS = frozenset({"bash", "sh", "dash", "ash", "ksh", "zsh"})
_SOURCES = frozenset({"source", "."})
_SETTERS = frozenset({"set", "shopt", "trap"})
_DATA = regex(
    r"(?i)(?:os-release|lsb-release|activate|nvm\.sh|sdkman-init\.sh|env|envvars|environment|conf"
    r"|\.?(?:bash_?|zsh)?(?:rc|profile)|\.?(?:bashrc|zshrc|bash_profile|zprofile|zshenv|cargo/env)"
    r"|[\w.-]*\.env(?:[.\w-]*)|\.env[.\w-]*|[\w.-]*\.(?:conf|cfg|ini|properties)"
    r"|\$\{?\w*(?:ENV|CONFIG|CONF|RC|PROFILE|NVM|RELEASE|ACTIVATE)\w*\}?)"
)
"""What scripts source for its values: none of it sets options."""


class Outside(Struct, frozen=True):
    """What callers and sourced files do: names of scripts that may end at a failed step."""

    called: frozenset[str]
    """Files that some script runs by `bash -e`, or sources, so that its options hold in them."""
    setting: frozenset[str]
    """Files that set errexit, or a trap of ERR, when they are sourced."""
    known: frozenset[str]
    """All script files."""
    stopped: frozenset[int]
    """Scripts that an action hands to ssh and stops at the first failure."""


def outside(project: Project) -> Outside:
    """What the repository tells of the options that scripts get from others."""
    called: set[str] = set()
    setting: set[str] = set()
    for act in project.acts:
        for run in act.behaviour.runs:
            if run.name in _SOURCES or run.name in _SHELLS:
                called.update(_watched(run))
            elif run.name in _SETTERS and act.script.origin == "file" and _sets(run):
                setting.add(_base(act.script.path))
    stopped = {
        id(step.remote)
        for workflow in project.workflows
        for job in workflow.jobs
        for step in job.steps
        if step.remote is not None
        and any(e.name == "script_stop" and "true" in _raw(e.value) for e in step.inputs)
    }
    known = {_base(act.script.path) for act in project.acts if act.script.origin == "file"}
    return Outside(frozenset(called), frozenset(setting), frozenset(known), frozenset(stopped))


def _raw(value: object) -> str:
    return str(getattr(value, "raw", "")).lower()


def _watched(run: Run) -> Iterator[str]:
    """The script file that a shell starts with errexit, or sources, so that its options are unknown."""
    if run.name in _SOURCES:
        if run.words[1:]:
            yield _base(run.words[1].raw)
        return
    before = [word.raw.strip("\"'") for word in run.words[1:]]
    for nth, raw in enumerate(before):
        if raw[:1] not in ("-", "+") and before[nth - 1 : nth] not in (["-o"], ["-eo"], ["-euo"]):
            if "errexit" in options(before[:nth]):
                yield _base(raw)
            return


def _sets(run: Run) -> bool:
    if run.name == "trap":
        return "ERR" in run.arguments[1:]
    if run.name == "shopt":
        return "errexit" in run.arguments and any(w in ("-so", "-os", "-s") for w in run.arguments)
    return run.name == "set" and "errexit" in options([word or "" for word in run.arguments])


def is_watched(act: Act, told: Outside) -> bool:
    """Whether something that is not in a script may end it at a failed step."""
    if id(act.script) in told.stopped:
        return True
    if act.script.origin == "file" and _base(act.script.path) in told.called:
        return True
    return any(
        _brings(run, told) if run.name in _SOURCES else run.name == "shopt" and _sets(run)
        for run in act.behaviour.runs
    )


def _brings(run: Run, told: Outside) -> bool:
    """Whether a run sources a file that sets errexit, or one that cannot be read here."""
    if run.captured or run.remote is not None or not run.words[1:]:
        return False
    word = run.words[1]
    if word.raw.startswith(("<(", '"<(')):
        return True
    name = _base(word.raw)
    known = _base(run.arguments[0]) if run.arguments and run.arguments[0] else name
    if _DATA.fullmatch(name) or _DATA.fullmatch(known):
        return False
    return known in told.setting or known not in told.known


def _base(path: str) -> str:
    return path.strip("\"'").rstrip("/").rpartition("/")[2]


# ── where a run stands ───────────────────────────────────────────────────────────────────────────


class Scope(Struct, frozen=True):
    """A shell of its own: the script, or one that it hands to another shell, with the outer ones."""

    script: Script
    outer: tuple[Script, ...] = ()


def scopes(script: Script) -> tuple[Scope, ...]:
    """The shells that a script runs, outer ones first."""
    found = list(scripts(script))
    around: dict[int, tuple[Script, ...]] = {}
    open_ones: list[Script] = []
    for inner in sorted(found, key=lambda s: _extent(s.span)):
        while open_ones and not within(inner.span, open_ones[-1].span):
            open_ones.pop()
        around[id(inner)] = tuple(open_ones)
        open_ones.append(inner)
    return tuple(Scope(each, around[id(each)]) for each in found)


def _extent(span: Span) -> tuple[int, int, int, int]:
    """Sorts by where a span begins, of those that begin together the longest first."""
    return span.line, span.column, -span.end_line, -span.end_column


def scope_of(run: Run, shells: Sequence[Scope]) -> Scope:
    """The innermost shell that a run belongs to."""
    return max(
        (s for s in shells if within(run.span, s.script.span)),
        key=lambda s: len(s.outer),
        default=shells[0],
    )


def within(inner: Span, outer: Span) -> bool:
    """Whether one span lies in another."""
    return (outer.line, outer.column) <= (inner.line, inner.column) and (
        inner.end_line,
        inner.end_column,
    ) <= (outer.end_line, outer.end_column)
