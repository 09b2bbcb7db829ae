"""Code that a script takes from the network and runs as it comes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from ..documents.shell.syntax import Command, Pipeline, Redirected, Statement, Substitution, Word
from ..flow import effects
from ..flow.behaviour import Run
from ..flow.constructs import lists
from ..model import Span
from ..source.regex import regex
from .errexit import scope_of, scopes
from .inside import commands, lifted, statements
from .types import Act

_FETCHERS = frozenset({"curl", "wget"})
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_INTERPRETERS = _SHELLS | {"python", "python3", "perl", "ruby", "node", "php"}
_EVALUATES = frozenset({"eval", "source", "."})
_VERIFIES = frozenset(
    (
        *(
            "sha1sum",
            "sha224sum",
            "sha256sum",
            "sha384sum",
            "sha512sum",
            "shasum",
            "b2sum",
            "md5sum",
        ),
        *("gpg", "gpgv", "gpg2", "cosign", "minisign", "openssl", "signify"),
    )
)
_URL = regex(r"(?i)(?:https?|ftp)://\S+")
_BARE = regex(r"(?:[\w-]+\.)+[a-z]{2,}(?:[:/?]\S*)?")
_HERE = regex(
    r"(?i)(?:https?://)?(?:localhost|127\.|0\.0\.0\.0|\[::1\]|169\.254\.|metadata\.)|file:|unix:"
)
"""Addresses of the machine itself, or of what a cloud tells it about itself."""
_TO_FILE = regex(r"-[a-zA-Z]*o|--output|--output-document")
_NAMED = regex(r"-[a-zA-Z]*O|--remote-name")


class Download(Struct, frozen=True):
    """A fetch and what runs its answer: the same place where one line does both."""

    fetch: Run
    runner: Run
    span: Span
    """Where the answer is run."""
    url: str
    """As far as it is known, at least its host."""


def downloads(act: Act) -> Iterator[Download]:
    """What a script takes from the network and runs; files whose checksum is verified are left out."""
    seen: set[Span] = set()
    for found in _downloads(act):
        if found.runner.span not in seen:
            seen.add(found.runner.span)
            yield found


def _downloads(act: Act) -> Iterator[Download]:
    runs = [lifted(run) for run in act.behaviour.runs]
    if not any(run.name in _FETCHERS for run in runs):
        return
    by_span = {run.span: run for run in runs}
    for statement in statements(act.script):
        if isinstance(statement, Pipeline) and len(statement.commands) > 1:
            yield from _of_pipe(statement, by_span, act)
    code = [r for r in runs if r.reach == "reached" and r.name in _EVALUATES | _SHELLS]
    if code:
        places = commands(act.script)
        for run in code:
            yield from _of_substitution(run, places, by_span, act)
    if not any(run.name in _VERIFIES for run in runs):
        yield from _of_files(runs, act)


# ── in a pipe ────────────────────────────────────────────────────────────────────────────────────


def _of_pipe(pipeline: Pipeline, by_span: dict[Span, Run], act: Act) -> Iterator[Download]:
    fetch: Run | None = None
    for part in pipeline.commands:
        command = part.body if isinstance(part, Redirected) else part
        run = by_span.get(command.span) if isinstance(command, Command) else None
        if run is None or run.reach != "reached":
            continue
        if fetch is not None and _reads_code(run):
            span = Span(fetch.span.line, fetch.span.column, run.span.end_line, run.span.end_column)
            url = _url(fetch, act)
            if url:
                yield Download(fetch, run, span, url)
            return
        if run.name in _FETCHERS and _prints(run):
            fetch = run


def _prints(run: Run) -> bool:
    """Whether a fetch writes the answer to its standard output."""
    words = [word or "" for word in run.arguments]
    if run.name == "wget":
        text = " ".join(words)
        return bool(regex(r"-[a-zA-Z]*O ?-(?: |$)|--output-document[= ]-").search(text))
    for nth, word in enumerate(words):
        if _TO_FILE.fullmatch(word.partition("=")[0]):
            return words[nth + 1 : nth + 2] == ["-"]
        if _NAMED.fullmatch(word):
            return False
    return True


def _reads_code(run: Run) -> bool:
    """Whether a command takes its standard input as a program."""
    if run.name not in _INTERPRETERS:
        return False
    words = [word or "$" for word in run.arguments]
    if run.name not in _SHELLS:
        return (
            words in ([], ["-"])
            or words[:1] == ["-"]
            or (run.name == "php" and words[:1] == ["--"])
        )
    for nth, word in enumerate(words):
        if word in ("-", "--", "/dev/stdin"):
            return True
        if word[:1] in ("-", "+"):
            if "c" in word and not word.startswith("--"):
                return False
            if "s" in word and not word.startswith("--"):
                return True
            continue
        return words[nth - 1 : nth] == ["-o"] and nth + 1 == len(words)
    return True


def _url(run: Run, act: Act) -> str:
    """The address that a fetch asks, at least its host; '' for the machine itself and the unknown."""
    texts = [word or "" for word in run.arguments]
    texts += [_BRACES.sub(r"$\1", word.raw.strip("\"'")) for word in run.words[1:]]
    if any(_HERE.match(text) or text.startswith("--unix-socket") for text in texts):
        return ""
    skipped = ""
    for text in texts:
        found = _URL.match(text) or (None if skipped else _BARE.fullmatch(text))
        if found is not None:
            return found[0]
        skipped = text if text in _VALUED else ""
    resolved = [_resolved(text, act) for text in texts if text.startswith("$")]
    known = [text for text in resolved if _URL.match(text) and not _HERE.match(text)]
    return known[0] if known else ""


_VALUED = frozenset({"-o", "-O", "-H", "-A", "-e", "-x", "--output", "--header", "-u", "--user"})
_BRACES = regex(r"\$\{(\w+)\}")
_FIRST = regex(r"\$(\w+)(.*)", re.DOTALL)


def _resolved(text: str, act: Act) -> str:
    """A word that begins with variables that the script gives one value each, as far as told."""
    for _ in range(3):
        found = _FIRST.fullmatch(text)
        if found is None:
            break
        values = {
            _BRACES.sub(r"$\1", assignment.value.raw.strip("\"'"))
            for statement in statements(act.script)
            if isinstance(statement, Command)
            for assignment in statement.assignments
            if assignment.name == found[1] and assignment.value is not None
        }
        if len(values) != 1:
            break
        text = f"{values.pop()}{found[2]}"
    return text


# ── in a substitution ────────────────────────────────────────────────────────────────────────────


def _of_substitution(
    run: Run, places: dict[Span, Command], by_span: dict[Span, Run], act: Act
) -> Iterator[Download]:
    command = places.get(run.span)
    word = _code(run) if command is not None else None
    if word is None or len(word.parts) != 1 or not isinstance(word.parts[0], Substitution):
        return
    for fetch in _fetches(word.parts[0], by_span):
        url = _url(fetch, act)
        if url:
            yield Download(fetch, run, run.span, url)
        return


def _code(run: Run) -> Word | None:
    """The word that a command takes as a program, or as the file that holds it."""
    given = run.words[1:]
    if run.name == "eval":
        return given[0] if given else None
    if run.name in _EVALUATES:
        return given[0] if given and given[0].raw.startswith("<(") else None
    for nth, word in enumerate(given):
        text = word.literal or ""
        if text[:1] == "-" and not text.startswith("--"):
            if "c" in text:
                return given[nth + 1] if nth + 1 < len(given) else None
            continue
        if text.startswith("--"):
            continue
        return word if word.raw.startswith("<(") else None
    return None


def _fetches(substitution: Substitution, by_span: dict[Span, Run]) -> Iterator[Run]:
    stack: list[Statement] = list(reversed(substitution.body))
    while stack:
        top = stack.pop()
        if isinstance(top, Command):
            run = by_span.get(top.span)
            if run is not None and run.name in _FETCHERS and _prints(run):
                yield run
        stack.extend(reversed([each for inside, _ in lists(top) for each in inside]))


# ── through a file ───────────────────────────────────────────────────────────────────────────────


def _of_files(runs: Sequence[Run], act: Act) -> Iterator[Download]:
    executed: dict[str, list[tuple[int, Run]]] = {}
    for nth, run in enumerate(runs):
        if run.reach == "reached" and (name := _executed(run)) is not None:
            executed.setdefault(name, []).append((nth, run))
    for nth, fetch in enumerate(runs):
        if fetch.name not in _FETCHERS or fetch.reach != "reached":
            continue
        name = _saved(fetch, act)
        if not name:
            continue
        for place, run in executed.get(name.removeprefix("./"), ()):
            if place > nth and run.remote == fetch.remote:
                url = _url(fetch, act)
                if url:
                    yield Download(fetch, run, run.span, url)
                break


def _saved(run: Run, act: Act) -> str:
    """The file that a fetch saves to, as written; '' for none or unknown."""
    raws = [word.raw.strip("\"'") for word in run.words[1:]]
    option = "O" if run.name == "wget" else "o"
    for nth, raw in enumerate(raws):
        name, _, value = raw.partition("=")
        short = raw[:1] == "-" and raw[1:2] != "-" and raw.endswith(option)
        if short or name in ("--output", "--output-document"):
            found = value or (raws[nth + 1] if nth + 1 < len(raws) else "")
            return "" if found == "-" else found
    for (operator, _), word in zip(run.redirects, run.targets, strict=True):
        if operator in (">", "1>") and word is not None:
            return word
    url = _url(run, act)
    if url and (run.name == "wget" or any(_NAMED.fullmatch(raw) for raw in raws)):
        return posixpath.basename(url.partition("?")[0])
    return ""


def _executed(run: Run) -> str | None:
    """The file that a run executes as a script."""
    if run.name in _SHELLS or run.name in _EVALUATES - {"eval"}:
        first = next(
            (w.raw.strip("\"'") for w in run.words[1:] if not w.raw.startswith(("-", "+"))), ""
        )
        return first.removeprefix("./")
    own = run.words[0].raw.strip("\"'") if run.words else ""
    return own.removeprefix("./") if own.endswith(".sh") and "/" in own else None


# ── as whom ──────────────────────────────────────────────────────────────────────────────────────


def as_root(download: Download, act: Act) -> bool:
    """Whether what was fetched surely runs as root on a server."""
    run = download.runner
    if _RAISING.intersection(run.prefixes):
        command = commands(act.script).get(run.span)
        return command is not None and not _as_other(command.words)
    shells = scopes(act.script)
    scope = scope_of(run, shells)
    if act.script.origin in ("step", "run") and run.remote is None:
        return False
    if len(scope.outer) != (run.remote is not None):
        return False
    if (run.remote or "").startswith("root@") or (not scope.outer and act.behaviour.demands_root):
        return True
    return any(
        effects.mutates_server(other) in effects.PACKAGES
        for other in act.behaviour.runs
        if not other.prefixes
        and other.reach == "reached"
        and not other.conditional
        and scope_of(other, shells).script is scope.script
    )


_RAISING = frozenset({"sudo", "doas", "as_root", "run_as_root"})


def _as_other(words: Sequence[Word]) -> bool:
    """Whether sudo is told to run a command as somebody who is not root."""
    raw = [word.raw.strip("\"'") for word in words]
    for nth, word in enumerate(raw):
        if word.startswith("--user="):
            return word != "--user=root"
        if _USER.fullmatch(word):
            return raw[nth + 1 : nth + 2] != ["root"]
        if nth and not word.startswith("-") and "=" not in word:
            return False
    return False


_USER = regex(r"-[A-Zabe-fijklnsv]*u|--user")
