"""Scripts that a command hands to another shell: on which host it runs, and what it knows."""

from __future__ import annotations

from ..documents.shell.handed import holds_options, may_hold_ssh, may_hold_sudo
from ..documents.shell.syntax import Command, Heredoc, Script, Word
from .effective import effective
from .scene import Walk
from .state import DIRECTORY, ELEMENTS, State, Value, assign, lookup

_SSH_VALUES = frozenset(
    [
        "-b",
        "-B",
        "-c",
        "-D",
        "-e",
        "-E",
        "-F",
        "-i",
        "-I",
        "-J",
        "-l",
        "-L",
        "-m",
        "-O",
        "-o",
        "-p",
        "-P",
        "-Q",
        "-R",
        "-S",
        "-w",
        "-W",
    ]
)
_LOCAL_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "busybox"})


def receiver(
    command: Command, script: Script, fed: Heredoc | None
) -> tuple[str | None, bool, bool]:
    """The ssh host, whether it starts in another directory, and whether this shell expanded it."""
    given = [word.literal for word in command.words]
    if given[0] is None and may_hold_ssh(command.words[0]):
        held = command.words[1] if len(command.words) > 2 else command.words[0]
        return held.raw.strip("\"'"), True, _expanded(command, script, fed)
    if given[0] is None and may_hold_sudo(command.words[0]):
        given[0] = "sudo"
    at, prefixes, name = effective(given)
    host = _host(command.words[at + 1 :]) if name in {"ssh", "autossh"} else None
    away = name not in _LOCAL_SHELLS or bool({"chroot"} & set(prefixes))
    return host, away, _expanded(command, script, fed)


def _host(words: tuple[Word, ...]) -> str | None:
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.literal in _SSH_VALUES and rest:
            rest.pop(0)
        elif rest and holds_options(word):
            continue
        elif word.literal is None or not word.literal.startswith("-"):
            return word.raw.strip("\"'")
    return ""


def _expanded(command: Command, script: Script, fed: Heredoc | None) -> bool:
    """Whether the outer shell has put in its own variables."""
    if script.origin == "heredoc":
        documents = [r.heredoc for r in command.redirects if r.heredoc is not None]
        if fed is not None and not documents:
            documents.append(fed)
        return any(not document.quoted for document in documents)
    given = [r.target for r in command.redirects if r.operator == "<<<" and r.target is not None]
    holders = [w for w in (*command.words, *given) if w.span <= script.span and w.quoted]
    last = max(holders, key=lambda word: word.span, default=None)
    return last is None or not last.raw.startswith("'")


def hand_over(walk: Walk, inside: Walk, *, away: bool, expanded: bool) -> None:
    """Let the inner script know what it can know of the outer one."""
    outer = walk.state
    itself, source = ("", "")
    if expanded:
        itself, source = outer.itself, outer.source
        kept = {
            name: Value(found.text, found.assumed)
            for name in outer.values
            if not name.startswith("-")
            and not name.endswith(ELEMENTS)
            and (found := lookup(outer, name)) is not None
        }
        inside.state = State(
            values={**inside.state.values, **kept},
            shared=inside.state.shared,
            frozen=(frozenset(inside.survey.assigned) - {DIRECTORY}) | inside.state.frozen,
            separators=inside.state.separators,
            searching=inside.state.searching,
            lifting={**outer.lifting, **inside.survey.lifting},
            composing=outer.composing | inside.survey.composing,
            itself=itself,
            source=source,
        )
    else:
        inside.state.itself = inside.state.source = ""
    assign(inside.state, DIRECTORY, None if away else lookup(outer, DIRECTORY))
