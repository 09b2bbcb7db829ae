"""The steps of workflows and composite actions, and the scalars that both are made of."""

from __future__ import annotations

import re

from msgspec import Struct

from ..model import Span
from ..source.regex import regex
from ..source.text import Text
from . import yaml
from .embedded import mask_expressions
from .expressions import expansions
from .facts import Entry, Step, Value
from .shell import script
from .shell.syntax import Script
from .yaml import Mapping, Node, Scalar

_SHELLS = frozenset({"bash", "sh", "dash", "ash", "ksh", "zsh"})
_OPTIONS = {"e": "errexit", "u": "nounset", "x": "xtrace"}
_LONG_OPTIONS = frozenset({"errexit", "nounset", "pipefail", "xtrace"})
_REMOTE = ("appleboy/ssh-action",)
"""Actions whose input `script` runs on another host. Source: their README files."""


class Defaults(Struct, frozen=True):
    """What steps take over from `defaults.run`; `shell` is '' where none is given."""

    shell: str = ""
    directory: str | None = None


def value(text: Text, node: Node | None) -> Value | None:
    """A scalar, literal where it has no `${{ … }}`; None for null and for what is no scalar."""
    scalar = yaml.scalar(node)
    if scalar is None:
        return None
    raw = scalar.value
    return Value(None if "${{" in raw else raw, raw, yaml.span(text, scalar))


def entries(text: Text, node: Node | None) -> tuple[Entry, ...]:
    """The values of a mapping; one that is no scalar is None."""
    return tuple(
        Entry(key.value, value(text, given), yaml.span(text, key))
        for key, given in yaml.pairs(node)
    )


def settings(node: Node | None, inherited: Defaults) -> Defaults:
    """What a step or `defaults.run` says, given what holds without it."""
    given = yaml.fields(node)
    return Defaults(
        yaml.string(given.get("shell")) or inherited.shell,
        yaml.string(given.get("working-directory")) or inherited.directory,
    )


def steps(text: Text, node: Node | None, inherited: Defaults) -> tuple[Step, ...]:
    """The steps of a list that may run; `inherited` holds where a step says nothing."""
    return tuple(
        _step(text, item, inherited)
        for item in yaml.items(node)
        if isinstance(item, Mapping) and may_run(item)
    )


def may_run(node: Node | None) -> bool:
    """Whether a step or a job is not switched off by `if: false`."""
    condition = yaml.scalar(yaml.get(node, "if"))
    return condition is None or _OFF.fullmatch(condition.value) is None


_OFF = regex(r"\s*(?:\$\{\{\s*)?(?:false|!true)\s*(?:\}\}\s*)?", re.IGNORECASE)


def _step(text: Text, node: Mapping, inherited: Defaults) -> Step:
    given = yaml.fields(node)
    name = yaml.string(given.get("name")) or ""
    run, uses = yaml.scalar(given.get("run")), value(text, given.get("uses"))
    inputs = given.get("with")
    return Step(
        name=value(text, given.get("name")),
        id=yaml.string(given.get("id")) or "",
        uses=uses,
        inputs=entries(text, inputs),
        run=None if run is None else _script(text, run, name, settings(node, inherited)),
        remote=_remote(text, uses, yaml.scalar(yaml.get(inputs, "script")), name),
        condition=value(text, given.get("if")),
        environment=entries(text, given.get("env")),
        continue_on_error=value(text, given.get("continue-on-error")),
        expansions=expansions(text, run, uses, inputs),
        span=text.span(node.start, node.end),
    )


def _script(text: Text, run: Scalar, name: str, holds: Defaults) -> Script:
    """What a step runs; in a language that is no shell, only that it is there."""
    interpreter, options = _shell(holds.shell)
    piece = yaml.literal(text, run)
    if interpreter not in _SHELLS:
        return Script(
            path=text.path,
            span=_whole(piece),
            origin="step",
            interpreter=interpreter,
            name=name,
            directory=holds.directory,
        )
    return script.parse(
        mask_expressions(piece),
        "step",
        interpreter=interpreter,
        options=options,
        name=name,
        directory=holds.directory,
    )


def _whole(piece: Text) -> Span:
    return piece.span(0, len(piece.content))


def _shell(shell: str) -> tuple[str, tuple[str, ...]]:
    """The interpreter and its options; '' for one that an expression decides.

    Source: "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps[*].shell`: without one,
    `bash -e {0}`; with a bare name, what that page lists; else a command line.
    """
    match shell:
        case "":
            return "bash", ("errexit",)
        case "bash":
            return "bash", ("errexit", "pipefail")
        case "sh":
            return "sh", ("errexit",)
    if "${{" in shell:
        return "", ()
    words = [word.rpartition("/")[2] for word in shell.split()]
    named = [at for at, word in enumerate(words) if word in _SHELLS]
    if not named:
        return (words[0] if words else "", ())
    return words[named[0]], _options(words[named[0] + 1 :])


def _options(words: list[str]) -> tuple[str, ...]:
    """The options of a shell's command line: `-euo pipefail`."""
    found: list[str] = []
    for at, word in enumerate(words):
        if word[:1] == "-" and word[1:2] != "-":
            found += [_OPTIONS[letter] for letter in word[1:] if letter in _OPTIONS]
            if word.endswith("o") and words[at + 1 : at + 2] and words[at + 1] in _LONG_OPTIONS:
                found.append(words[at + 1])
    return tuple(dict.fromkeys(found))


def _remote(text: Text, uses: Value | None, given: Scalar | None, name: str) -> Script | None:
    if uses is None or given is None or uses.raw.partition("@")[0] not in _REMOTE:
        return None
    piece = mask_expressions(yaml.literal(text, given))
    return script.parse(piece, "argument", interpreter="bash", name=name)
