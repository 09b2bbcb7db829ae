"""Where a run leaves its output, as far as the beginning of the path is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from posixpath import dirname, join, normpath

from ..documents.shell.syntax import Command, Literal, Loop, Opaque, Parameter, Word, word_at
from ..flow.behaviour import Run
from ..flow.constructs import name_of
from ..flow.tables.databases import DUMPERS
from ..source.regex import regex
from .inside import commands, statements
from .spots import spots
from .types import Act

_NAMING = frozenset(
    {"-f", "--file", "-r", "--result-file", "-o", "--output", "--out", "-out", "--archive", "--target-dir"}
)  # fmt: skip
"""Options that name what is written."""
_CONTAINERS = frozenset({"docker", "docker-compose", "podman", "kubectl"})
_WRITERS = frozenset({*DUMPERS, "gpg", "openssl", "age"})
"""Commands of which these options are known."""
_INTO = regex(r"(?:\.backup|\.clone|vacuum\s+into)\s+(?:main\s+)?['\"]?([^'\"\s;]+)", re.IGNORECASE)
_ROOT = "\0"
"""What leads a path that a script computed from its own place, which is relative to the root."""
_DEEPEST = 5
"""How many variables one path may lead through."""


class Paths:
    """The paths that the words of one script begin with.

    `unset` tells of a variable that nothing gives a value, so that its default holds: it is there for
    a script that people start, from wherever they are.
    """

    def __init__(self, act: Act, unset: Callable[[str], bool] | None = None) -> None:
        self._act = act
        self._unset = unset
        runs = act.behaviour.runs
        self._started = dict(zip((r.span for r in runs), spots(runs), strict=True)) if unset else {}
        self._given: dict[str, list[Word | None]] = {}
        self._sourced = 0
        """The last line on which something is sourced that may give a variable another value."""
        for statement in statements(act.script):
            if isinstance(statement, Command):
                self._take(statement)
            elif isinstance(statement, Loop) and statement.variable:
                only = statement.words[0] if statement.words and len(statement.words) == 1 else None
                self._given.setdefault(statement.variable, []).append(only)

    def _take(self, command: Command) -> None:
        for each in command.assignments:
            self._given.setdefault(each.name, []).append(None if each.append else each.value)
        name = name_of(command)
        if name in ("source", "."):
            self._sourced = max(self._sourced, command.span.line)
        elif name in ("read", "mapfile", "readarray", "getopts", "printf", "eval"):
            for word in command.words[1:]:
                self._given.setdefault(word.literal or "", []).append(None)

    def at(self, run: Run) -> str | None:
        """Where a run happens: relative to where people start the script, if that is all that is known."""
        return self._started.get(run.span) if run.directory is None else run.directory

    def folder(self, word: Word, directory: str | None) -> str | None:
        """The folder that a word's path lies in, below which the rest is unknown; None where nothing is known.

        It is absolute, or relative to the root; `~` is the home of whoever runs it.
        """
        text, whole = self._begins(word, 0)
        return self._placed(word, text, directory, whole=whole)

    def path(self, word: Word, directory: str | None) -> str | None:
        """What a word names, as `folder` gives it: the path itself where all of it is known."""
        text, whole = self._begins(word, 0)
        return self._placed(word, f"{text}/" if whole else text, directory, whole=whole)

    def _placed(self, word: Word, text: str, directory: str | None, *, whole: bool) -> str | None:
        text = text if whole and text.endswith("/") else f"{dirname(text)}/" if "/" in text else ""
        if text.startswith(("/", "~")):
            return normpath(text)
        if text.startswith(_ROOT):
            return normpath(text.removeprefix(_ROOT).lstrip("/") or ".")
        known = whole or "/" in text or _is_named(word)
        return normpath(join(directory, text)) if directory is not None and known else None

    def _begins(self, word: Word, depth: int) -> tuple[str, bool]:
        """How the text of a word begins, and whether that is all of it."""
        if word.literal is not None:
            return word.literal, True
        text = ""
        for part in word.parts:
            match part:
                case Literal():
                    text += part.text
                case Opaque(kind="tilde"):
                    text += "~"
                case Parameter(operator=""):
                    begin, whole = self._value(part.name, depth)
                    text += begin
                    if not whole:
                        return text, False
                case Parameter(operator=":-" | "-", operand=Word() as default) if self._holds(
                    part.name
                ):
                    begin, whole = self._begins(default, depth + 1)
                    text += begin
                    if not whole:
                        return text, False
                case _:
                    return text, False
        return text, True

    def _holds(self, name: str) -> bool:
        """Whether a variable's default holds: also where the script gives it only this value."""
        return self._unset is not None and not self._sourced and self._unset(name)

    def _value(self, name: str, depth: int) -> tuple[str, bool]:
        if name == "HOME":
            return "~", True
        place = self._act.behaviour.places.get(name)
        if place is not None:
            return (place if place.startswith("/") else f"{_ROOT}/{place}"), True
        given = self._given.get(name, [])
        word = given[0] if len(given) == 1 else None
        if word is None or word.span.line <= self._sourced or depth >= _DEEPEST:
            return "", False
        return self._begins(word, depth + 1)


def _is_named(word: Word) -> bool:
    """Whether a word begins with text of its own: a file of the working directory."""
    if word.literal is not None:
        return bool(word.literal)
    return bool(word.parts) and isinstance(word.parts[0], Literal) and bool(word.parts[0].text)


def outputs(nth: int, act: Act, paths: Paths) -> Iterator[tuple[Run, str | None]]:
    """The runs that store what a run gives, itself or those that it is piped into, with their folders.

    What a container stores is in the container: its folder is not known.
    """
    known = commands(act.script)
    for host in _mounted(act.behaviour.runs[nth]):
        yield act.behaviour.runs[nth], paths.path(host, paths.at(act.behaviour.runs[nth]))
    for run in _pipe(nth, act):
        if run.name in _CONTAINERS and any(word.raw in DUMPERS for word in run.words):
            tool = next(n for n, word in enumerate(run.words) if word.raw in DUMPERS)
            if any(_is_naming(word) for word in run.words[tool:]):
                yield run, None
        for word in _targets(run, known.get(run.span)):
            yield run, paths.folder(word, paths.at(run))
        for text in (m[1] for w in run.words for m in _INTO.finditer(w.raw)):
            named = word_at(run.span, None, text, _parts(text))
            yield run, paths.folder(named, paths.at(run))


def _mounted(run: Run) -> Iterator[Word]:
    """The folder of the host that `docker run -v HOST:/backup … tar czf /backup/…` writes into."""
    words = [word.raw.strip("\"'") for word in run.words]
    if run.name not in _CONTAINERS or "tar" not in words or "run" not in words[:2]:
        return
    packed = words[words.index("tar") + 1 :]
    for before, word in pairwise(words):
        host, colon, inside = word.partition(":/")
        inside = f"/{inside.partition(':')[0].rstrip('/')}/"
        if before in ("-v", "--volume") and colon and any(w.startswith(inside) for w in packed):
            yield word_at(run.span, None, host, _parts(host))


def _is_naming(word: Word) -> bool:
    return (word.literal or word.raw).partition("=")[0] in _NAMING


def _pipe(nth: int, act: Act) -> list[Run]:
    """A run and those that its output goes through."""
    first = act.behaviour.runs[nth]
    found = [first]
    for run in act.behaviour.runs[nth + 1 :]:
        if run.captured and not first.captured:
            continue
        if not found[-1].piped_into or first.name not in run.piped_from:
            break
        found.append(run)
    return found


def _targets(run: Run, command: Command | None) -> Iterator[Word]:
    for redirect in command.redirects if command is not None else ():
        target = redirect.target
        writes = redirect.operator in (">", ">>", ">|") and redirect.descriptor in ("", "1")
        if writes and target is not None and target.literal != "/dev/null":
            yield target
    if run.name in ("cp", "rsync", "install", "mv", "tee", "split") and len(run.words) > 1:
        yield run.words[-1]
    for before, word in zip(run.words, run.words[1:], strict=False) if run.name in _WRITERS else ():
        option, equals, _ = (word.literal or word.raw).partition("=")
        if before.literal in _NAMING:
            yield word
        elif equals and option in _NAMING:
            raw = word.raw.partition("=")[2]
            yield word_at(word.span, None, raw, _parts(raw))


_PIECE = regex(r"\$\{(\w+)\}|\$(\w+)|([^$`\"']+)|([$`])")


def _parts(raw: str) -> tuple[Literal | Parameter | Opaque, ...]:
    """The parts of a path that stands inside another word."""
    found: list[Literal | Parameter | Opaque] = []
    for hit in _PIECE.finditer(raw):
        if hit[3]:
            found.append(Literal(hit[3]))
        elif hit[4]:
            found.append(Opaque("other", hit[4]))
            break
        else:
            found.append(Parameter(hit[1] or hit[2]))
    return tuple(found)
