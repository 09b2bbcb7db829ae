"""Recursive removals of system paths, and of what becomes one where a variable is empty."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.shell.syntax import Literal, Opaque, Parameter, Part, Subshell, Substitution, Word
from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome, Severity, Undecided
from ..project.empties import Empty
from ..project.inside import statements
from ..project.levels import within
from ..project.prints import prints_nothing
from ..project.shells import Place, Shells, Supplied, emptiness, place, shells, supplied
from ..project.types import Act, Project
from ..source.regex import regex

_CONTAINED = frozenset({"image", "image-build", "compose"})
_ROLES = frozenset({"test", "ci", "development", "library", "entrypoint"})
_SYSTEM = frozenset(
    {"bin", "boot", "dev", "etc", "home", "lib", "lib64", "proc", "sbin", "sys", "usr", "var"}
)
_OURS = frozenset({"opt", "root", "run", "srv", "mnt", "media"})
"""What a script may well clear on purpose, but never by an empty variable."""
_STAGED = frozenset(
    {"DESTDIR", "PREFIX", "ROOT", "ROOTFS", "SYSROOT", "CHROOT", "prefix", "rootfs"}
)
"""Variables that are empty on purpose where a script works on the running system."""
_HERE = frozenset({"*", "./*"})
_MOST = 100
"""How many removals of one script are looked at."""
_BELOW = regex(r"/+(?:\.?\*+/?|\.\[.*)")


class _Removal(Struct, frozen=True):
    """A recursive removal: the system paths that it names, surely or when variables are empty."""

    run: Run
    surely: list[str]
    operands: list[Word]
    here: bool
    """Whether it removes all of the folder that it runs in."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such removal on a server."""
    others: Supplied | None = None
    for act in project.acts:
        if act.purpose != "production" or act.role in _ROLES:
            continue
        if _CONTAINED.intersection(act.reached_by) or set(act.reached_by) == {"ci-job"}:
            continue
        if any(routine.name == "rm" for routine in act.behaviour.functions):
            continue
        removals = [r for r in _removals(act) if r.surely or r.operands or r.here][:_MOST]
        if removals:
            others = others or supplied(project)
            told = shells(act)
            for removal in removals:
                yield from _outcomes(removal, told, others)


def _removals(act: Act) -> Iterator[_Removal]:
    for run in act.behaviour.runs:
        on_runner = act.script.origin in ("step", "run") and run.remote is None
        if run.name != "rm" or run.reach != "reached" or on_runner or not _recursive(run):
            continue
        surely = [
            path
            for path, given in zip(run.paths, run.arguments, strict=True)
            if path and not (given or "").startswith("-") and _is_system(path, _SYSTEM)
        ]
        aligned = len(run.arguments) == len(run.words) - 1
        operands = [word for word in run.words[1:] if _is_grave(word, run)] if aligned else []
        here = any(word.raw in _HERE for word in run.words[1:])
        yield _Removal(run, surely, operands, here)


def _recursive(run: Run) -> bool:
    given = [word or "" for word in run.arguments]
    short = [w for w in given if w[:1] == "-" and w[1:2] != "-"]
    return "--recursive" in given or any(set(option) & set("rR") for option in short)


def _outcomes(removal: _Removal, told: Shells, others: Supplied) -> Iterator[Outcome]:
    """One outcome for the first operand that has one."""
    act, run = told.act, removal.run
    if not removal.surely and not removal.operands:
        yield from _at_home(told, run, others)
        return
    where = place(told, run)
    if where is None or "chroot" in run.prefixes:
        return
    if removal.surely:
        yield _match(act, run, f"deletes {_told(removal.surely[0])}")
        return
    for word in removal.operands:
        found = _of_word(where, run, word, others)
        if found is not None:
            yield found
            return


def _match(
    act: Act,
    run: Run,
    effect: str,
    evidence: tuple[Evidence, ...] = (),
    severity: Severity | None = None,
) -> Match:
    return Match(
        location=Location(run.path, run.span),
        values={"command": " ".join((run.name, *(w.raw for w in run.words[1:]))), "effect": effect},
        evidence=tuple(e for e in evidence if e.location.span != run.span),
        severity=severity,
        trail=act.trail,
    )


# ── all that is here ─────────────────────────────────────────────────────────────────────────────


def _at_home(told: Shells, run: Run, others: Supplied) -> Iterator[Match]:
    """`cd $X && rm -rf *`: without its operand, `cd` goes to the home folder."""
    act = told.act
    before = [
        other
        for other in act.behaviour.runs
        if other.name in ("cd", "pushd", "popd")
        and other.span < run.span
        and (other.function, other.remote) == (run.function, run.remote)
    ]
    went = before[-1] if before else None
    operands = went.words[1:] if went is not None and went.name == "cd" else ()
    if went is None or len(operands) != 1 or operands[0].quoted or len(operands[0].parts) != 1:
        return
    apart = [s.span for s in statements(act.script) if isinstance(s, Subshell)]
    if any(within(went.span, shell) and not within(run.span, shell) for shell in apart):
        return
    part = operands[0].parts[0]
    where = place(told, went)
    if where is None or not isinstance(part, Parameter) or part.operator:
        return
    found = emptiness(where, went, part.name, others)
    if isinstance(found, Empty):
        what = f"empties the home folder when `${part.name}` is empty: {found.why}"
        here = Evidence(Location(went.path, went.span), "goes home when it is given nothing")
        yield _match(act, run, what, (*found.evidence, here), "warning" if found.mild else None)


# ── what a path is ───────────────────────────────────────────────────────────────────────────────


def _is_system(path: str, folders: frozenset[str]) -> bool:
    """Whether a path is the root, all below it, or one of the folders, with or without all below."""
    if _BELOW.fullmatch(path) or not path.strip("/"):
        return path.startswith("/")
    first, _, rest = path.lstrip("/").partition("/")
    return path.startswith("/") and first in folders and (not rest or rest.strip("/*.") == "")


def _told(path: str) -> str:
    if _BELOW.fullmatch(path):
        return "everything below `/`"
    return f"`{re.sub('/+', '/', path)}`"


# ── what a word becomes ──────────────────────────────────────────────────────────────────────────


def _is_grave(word: Word, run: Run) -> bool:
    """Whether an operand names a system path when its variables are empty."""
    if word.literal is not None or any(map(_hides, word.parts)):
        return False
    path = _path(word, run)
    variables = _variables(word)
    staged = any(isinstance(part, Parameter) and part.name in _STAGED for part in variables)
    folders = _SYSTEM | _OURS if variables else _SYSTEM
    return _is_system(path, folders) and (not staged or _BELOW.fullmatch(path) is not None)


def _path(word: Word, run: Run) -> str:
    """What an operand names when its variables are empty."""
    path = word.literal if word.literal is not None else "".join(map(_text, word.parts))
    if path and not _variables(word) and not path.startswith("/") and run.directory:
        return posixpath.join(run.directory, path)
    return path


def _variables(word: Word) -> list[Parameter | Substitution]:
    return [part for part in word.parts if isinstance(part, Parameter | Substitution)]


def _of_word(where: Place, run: Run, word: Word, others: Supplied) -> Outcome | None:
    """What such an operand says; None where its variables are no danger."""
    act = where.shells.act
    variables = _variables(word)
    path = _path(word, run)
    if not variables:
        return _match(act, run, f"deletes {_told(path)}")
    found = [_of_part(where, run, part, others) for part in variables]
    reasons = [each for each in found if isinstance(each, Empty)]
    if len(reasons) < len(found):
        doubt = next((each for each in found if isinstance(each, str)), None)
        return None if doubt is None else Undecided(Location(run.path, run.span), doubt)
    names = " and ".join(dict.fromkeys(f"`{_name(part)}`" for part in variables))
    verb = "are" if " and " in names else "is"
    what = f"deletes {_told(path)} when {names} {verb} empty: {reasons[0].why}"
    evidence = tuple(dict.fromkeys(e for reason in reasons for e in reason.evidence))
    if not path.strip("/"):
        what = f"means `/` when {names} {verb} empty, which only GNU rm refuses: {reasons[0].why}"
    lesser = not path.strip("/") or any(reason.mild for reason in reasons)
    mild: Severity | None = "warning" if lesser else None
    return _match(act, run, what, evidence, mild)


def _text(part: Part) -> str:
    match part:
        case Literal():
            return part.text
        case Opaque() if part.kind == "glob":
            return part.raw
        case _:
            return ""


def _hides(part: Part) -> bool:
    """Whether a part cannot be empty, or is nothing that can be told."""
    match part:
        case Parameter():
            operand = "" if part.operand is None else part.operand.raw.strip("\"'")
            trims = part.operator in ("%", "%%") and operand == "/"
            return (
                bool(part.operator)
                and not trims
                and (part.operator not in (":-", "-") or bool(operand))
            )
        case Opaque():
            return part.kind != "glob"
        case _:
            return False


def _name(part: Parameter | Substitution) -> str:
    return f"${part.name}" if isinstance(part, Parameter) else "$(…)"


def _of_part(
    where: Place, run: Run, part: Parameter | Substitution, others: Supplied
) -> Empty | str | None:
    """Why a part may be empty; a text where that could not be told."""
    if isinstance(part, Substitution):
        tool = prints_nothing(part, where.shells.course.places)
        return Empty(f"`{tool}` may print nothing") if tool else None
    return emptiness(where, run, part.name, others)
