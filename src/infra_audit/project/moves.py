"""Changes of directory that nothing checks, and the steps that rely on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ..documents.shell.syntax import (
    AndOr,
    Command,
    Group,
    Literal,
    Loop,
    Parameter,
    Redirected,
    Statement,
    Substitution,
    Word,
)
from ..flow import effects
from ..flow.behaviour import Run
from ..flow.constructs import chain, lists, name_of, parts
from ..model import Span
from ..source.regex import regex
from .inside import bodies, statements
from .tree import folders as known_folders
from .types import Act, Project

_HOLDS = frozenset({"/", "/tmp", "/root", "/etc", "/var", "/opt", "/usr", "/home", "/var/www"})  # noqa: S108 (named, not used)
"""Folders that every server has."""
_SURE = regex(r"~/?|\$\{?HOME\}?/?|(?:\.\.?/?)+|-|")
_OWN = regex(
    r"dirname|BASH_SOURCE|\$0|\$\{0|\bpwd\b|\bPWD\b|OLDPWD|mktemp|rev-parse|GITHUB_WORKSPACE|TMPDIR|readlink|realpath"
)
"""What stands in the value of a folder that is there: the script's own, or one just made."""
_PRINTS = frozenset({"echo", "printf", "true", ":"})
_MAKES = frozenset({"mkdir", "install", "mktemp"})
_FOLDERS = frozenset({"--prefix", "-C", "--dir", "--cwd", "--project-directory", "-f", "--file"})
_COMPOSES = frozenset({"up", "down", "build", "pull", "restart", "run", "exec"})


class Move(Struct, frozen=True):
    """A `cd` whose failure ends nothing, with the first step behind it that relies on it."""

    run: Run
    step: Run
    destructive: bool


def moves(act: Act, project: Project) -> Iterator[Move]:
    """The unchecked changes of directory of a script, in no order; errexit is not asked for here."""
    if not any(run.name == "cd" for run in act.behaviour.runs):
        return
    runs = {run.span: run for run in act.behaviour.runs}
    ground: _Ground | None = None
    for body in bodies(act.script):
        for nth, statement in enumerate(body[:-1]):
            run = _unchecked(statement, runs)
            if run is None:
                continue
            ground = ground or _ground(act)
            if not _may_fail(run, act, project, ground):
                continue
            steps = [
                step for step in _behind(body, nth + 1, runs) if _checked_by(step, run) is False
            ]
            ruinous = next((step for step in steps if destroys(step)), None)
            step = ruinous or next((step for step in steps if _builds(step)), None)
            if step is not None:
                yield Move(run, step, ruinous is not None)


def _checked_by(step: Run, move: Run) -> bool:
    """Whether a step happens only where the move succeeded."""
    return any(not guard.negated and guard.span == move.span for guard in step.guards)


def _unchecked(statement: Statement, runs: dict[Span, Run]) -> Run | None:
    """The `cd` of a statement after whose failure the list goes on."""
    links = chain(statement) if isinstance(statement, AndOr) else [("", statement)]
    first = links[0][1]
    first = first.body if isinstance(first, Redirected) else first
    if not isinstance(first, Command) or name_of(first) != "cd":
        return None
    run = runs.get(first.span)
    if run is None or run.reach != "reached":
        return None
    if len(links) == 1:
        return run if run.outcome == "unchecked" else None
    otherwise = [link for operator, link in links if operator == "||"]
    return run if all(map(_only_prints, otherwise)) else None


def _only_prints(statement: Statement) -> bool:
    """Whether a substitute does nothing but say something."""
    if isinstance(statement, Redirected):
        return _only_prints(statement.body)
    if isinstance(statement, Group):
        return all(map(_only_prints, statement.body))
    return isinstance(statement, Command) and name_of(statement) in _PRINTS


def _behind(body: Sequence[Statement], start: int, runs: dict[Span, Run]) -> Iterator[Run]:
    """The runs of the statements from `start` on, up to where the directory is changed again."""
    for nth in range(start, len(body)):
        stack: list[Statement] = [body[nth]]
        found: list[Run] = []
        while stack:
            top = stack.pop()
            if isinstance(top, Command):
                if name_of(top) in ("cd", "pushd", "popd"):
                    return
                run = runs.get(top.span)
                if run is not None and run.reach == "reached" and not run.captured:
                    found.append(run)
            stack.extend(reversed([each for inside, _ in lists(top) for each in inside]))
        yield from found


# ── may it fail? ─────────────────────────────────────────────────────────────────────────────────


class _Ground(Struct):
    """What a script says of folders, gathered once for all its `cd`."""

    texts: dict[str, Span] = {}
    paths: dict[str, Span] = {}
    """Where a folder, or one below it, is first made or asked about: as written, and as known."""
    looped: set[str] = set()
    values: dict[str, list[Word]] = {}
    """The variables that run over what a loop finds, and what others are given."""


def _ground(act: Act) -> _Ground:
    ground = _Ground()
    for run in sorted(act.behaviour.runs, key=lambda run: run.span):
        if run.name not in _MAKES:
            continue
        for word in run.words[1:]:
            for folder in _upward(_plain(word).rstrip("/")):
                ground.texts.setdefault(folder, run.span)
        for path in run.paths:
            for folder in _upward(path.rstrip("/")) if path else ():
                ground.paths.setdefault(folder, run.span)
    for statement in statements(act.script):
        if isinstance(statement, Loop):
            ground.looped.add(statement.variable)
        elif isinstance(statement, Command):
            for assignment in statement.assignments:
                if assignment.value is not None:
                    ground.values.setdefault(assignment.name, []).append(assignment.value)
    return ground


def _upward(path: str) -> Iterator[str]:
    """A path and the folders that it lies in."""
    yield path
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _may_fail(run: Run, act: Act, project: Project, ground: _Ground) -> bool:
    """Whether the folder need not be there."""
    given = [word for word in run.words[1:] if word.literal not in ("-P", "-L", "-e", "--")]
    if len(given) != 1:
        return False
    word = given[0]
    raw = _plain(word)
    known = run.paths[-1] if run.paths else None
    if _SURE.fullmatch(raw) or raw.rstrip("/") in _HOLDS or (known or "").rstrip("/") in _HOLDS:
        return False
    if run.remote is None and (_in_checkout(known, raw, act, project) or _is_own(word, ground)):
        return False
    return not any(_vouches(guard.words, raw, known) for guard in run.guards) and not _made(
        ground, raw, known, run
    )


def _in_checkout(known: str | None, raw: str, act: Act, project: Project) -> bool:
    """Whether the folder is one of the repository, from its root or from the script's place."""
    if known is not None and not known.startswith("/"):
        return True
    if raw.startswith(("/", "~", "$")):
        return False
    bare = raw.removeprefix("./").rstrip("/")
    home = act.script.path.rpartition("/")[0]
    folders = {bare, f"{home}/{bare}" if home else bare}
    return not folders.isdisjoint(known_folders(project.files))


def _is_own(word: Word, ground: _Ground) -> bool:
    """Whether a folder is computed from the script's own place, or made by the script."""
    if _OWN.search(word.raw):
        return True
    names = {part.name for part in parts(word) if isinstance(part, Parameter)}
    if any(isinstance(part, Substitution) for part in parts(word)) or names & ground.looped:
        return True
    for _ in range(3):
        if not names:
            return False
        values = [value for name in names for value in ground.values.get(name, ())]
        if any(_OWN.search(value.raw) for value in values):
            return True
        names = {p.name for value in values for p in parts(value) if isinstance(p, Parameter)}
    return False


_BRACES = regex(r"\$\{(\w+)\}")


def _plain(word: Word) -> str:
    """A word without quotes and braces, so that two ways to write it are the same."""
    return _BRACES.sub(r"$\1", word.raw.replace('"', "").replace("'", ""))


def _vouches(words: tuple[str | None, ...], raw: str, known: str | None) -> bool:
    """Whether a condition around the `cd` asks about the folder."""
    return any(
        word is not None and bool(word) and word.rstrip("/") in (raw.rstrip("/"), known)
        for word in words
    )


def _made(ground: _Ground, raw: str, known: str | None, move: Run) -> bool:
    """Whether another step before makes the folder or one in it, or asks whether it is there."""
    places = [ground.texts.get(raw.rstrip("/")), None if known is None else ground.paths.get(known)]
    return any(place is not None and place < move.span for place in places)


# ── what relies on the directory? ────────────────────────────────────────────────────────────────


def destroys(run: Run) -> bool:
    """Whether a run deletes what stands in the directory that it happens to run in."""
    words = [word.raw.strip("\"'") for word in run.words[1:]]
    operands = [w for w, word in zip(words, run.words[1:], strict=True) if _relative(word)]
    match run.name:
        case "rm" | "unlink" | "shred":
            return bool(operands)
        case "find":
            return words[:1] in ([], ["."]) and "-delete" in words
        case "git":
            plain = effects.plain(run)
            cleans = plain[1:2] == ("clean",) or (
                plain[1:2] == ("reset",) and "--hard" in run.arguments
            )
            return cleans and "-C" not in run.arguments
        case "rsync":
            return "--delete" in run.arguments and words[-2:-1] in (["."], ["./"])
        case _:
            return False


def _relative(word: Word) -> bool:
    """Whether an operand surely lies in the working directory."""
    first = word.parts[0] if word.parts else None
    text = word.literal if word.literal is not None else ""
    if isinstance(first, Literal) and word.literal is None:
        text = first.text
    elif word.literal is None:
        text = word.raw if word.raw[:1] in "*?[" else "/"
    return bool(text) and not text.startswith(("/", "-", "~"))


def _builds(run: Run) -> bool:
    """Whether a run brings, installs, builds or starts what stands in its directory."""
    for nth, word in enumerate(run.arguments):
        option, _, value = (word or "").partition("=")
        following = run.arguments[nth + 1] if nth + 1 < len(run.arguments) else ""
        if option in _FOLDERS and (value or following or "/").startswith(("/", "~", "$")):
            return False
    if effects.installs_dependencies(run) or effects.migrates(run):
        return True
    words = effects.plain(run)
    if words[0] in ("docker", "podman") and words[1:2] in (("build",), ("buildx",)):
        return words[-1] in (".", "./") or not (words[-1] or "/").startswith(("/", "http", "git"))
    if effects.builds(run):
        return True
    if words[0] == "git" and words[1:2] in (("pull",), ("fetch",), ("reset",), ("checkout",)):
        return True
    after = words[2:3] if words[:2] == ("docker", "compose") else words[1:2]
    composing = words[:2] == ("docker", "compose") or words[0] == "docker-compose"
    return composing and bool(_COMPOSES.intersection(after))
