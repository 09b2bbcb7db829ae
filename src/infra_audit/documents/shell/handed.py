"""Scripts that a command hands to a shell: `bash <<EOF`, `sh -c '…'`, `ssh host '…'`."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from ...source.regex import regex
from ...source.text import Text
from .source import Handed
from .syntax import Command, Origin, Parameter, Script, Word
from .words import kept

Parse = Callable[[Text, Origin, str, tuple[str, ...]], Script]
"""Parses a script of the given origin, interpreter and options."""

Take = Callable[[int, int], Text | None]
"""The text of the words from the first number to the last, one level of quotes removed."""

SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "busybox", "rbash"})
"""Shells whose grammar is bash's own or a part of it."""

_OPTIONS = {"e": "errexit", "u": "nounset", "x": "xtrace"}

_WRAPPERS = {
    "sudo": "ughpCrtTUDR",
    "doas": "uC",
    "env": "uCS",
    "nice": "n",
    "ionice": "cnp",
    "timeout": "ks",
    "time": "fo",
    "stdbuf": "ioe",
    "sshpass": "pfdP",
    "flock": "wE",
    "chroot": "",
    "nohup": "",
    "setsid": "",
    "exec": "a",
    "command": "",
    "gosu": "",
    "su-exec": "",
    "tini": "pe",
    "dumb-init": "r",
    "as_root": "",
    "run_as_root": "",
    "maybe_sudo": "",
}
"""What runs the command behind it, and its short options that take a value."""

_OPERANDS = {"timeout": 1, "flock": 1, "chroot": 1, "gosu": 1, "su-exec": 1}
_LONG = frozenset(
    {"--user", "--group", "--signal", "--kill-after", "--chdir", "--unset", "--adjustment"}
)
_SSH = "BbcDEeFIiJLlmOoPpQRSWw"
_SWITCHES = frozenset(
    (
        *("--rm", "--tty", "--interactive", "--detach", "--privileged", "--init", "--read-only"),
        *("--no-TTY", "--no-deps", "--build", "--quiet-pull", "--service-ports", "--use-aliases"),
        *("--remove-orphans", "--stdin", "--debug", "--tls"),
    )
)
_STARTERS = (
    frozenset(_WRAPPERS)
    | SHELLS
    | {
        "ssh",
        "autossh",
        "su",
        "runuser",
        "docker",
        "podman",
        "docker-compose",
        "kubectl",
        "oc",
        "gcloud",
    }
)


_LIFTING = regex(
    r"\$\{?(?:(?:MAYBE|USE|OPT)?_?SUDO(?:_?(?:CMD|COMMAND|PREFIX|BIN|EXEC|OPT))?|(?:RUN_)?AS_ROOT)"
    r"(?::?-(?:sudo)?)?\}?|\"?\$\{_?SUDO(?:_?CMD)?\[@\]\}\"?",
    re.IGNORECASE,
)


class Line(Struct, frozen=True):
    """A command as it is searched for scripts: its words, its input, and how to read them."""

    words: tuple[Word, ...]
    take: Take
    heredoc: Handed | None
    parse: Parse


def handed(line: Line) -> tuple[Script, ...]:
    """The scripts among the words, or the heredoc where a shell reads it."""
    words = line.words
    at = 0
    count = len(words)
    while at < count:
        name = _name(words[at])
        if not at and may_hold_sudo(words[at]):
            name = "sudo"
        if not at and may_hold_ssh(words[at]):
            return _held_ssh(line)
        if name not in _STARTERS:
            return ()
        at += 1
        if name in SHELLS:
            return _shell(line, at, name)
        if name in {"ssh", "autossh"}:
            return _ssh(line, at)
        if name in {"su", "runuser", "gcloud"}:
            script = _dashed(line, at)
            found = () if script is None else (script,)
            if script is not None or name != "runuser" or "--" not in _literals(words):
                return _input(line) if script is None and name == "su" else found
            at = _literals(words).index("--") + 1
            continue
        if name in {"kubectl", "oc"}:
            literals = _literals(words)
            if "exec" not in literals or "--" not in literals:
                return ()
            at = literals.index("--") + 1
            continue
        if name in {"docker", "podman", "docker-compose"}:
            at = _container(words, at)
            continue
        login = name == "sudo" and _login(words, at)
        at = _behind(words, at, name)
        if at >= count and login:
            return _input(line)
    return ()


def starts(word: Word) -> bool:
    """Whether a command whose name this is may hand something to a shell."""
    literal = word.literal
    if literal is None:
        return may_hold_sudo(word) or may_hold_ssh(word)
    return literal.rpartition("/")[2] in _STARTERS


def may_hold_sudo(word: Word) -> bool:
    """Whether a word is a variable that by its name holds `sudo` or nothing."""
    return _LIFTING.fullmatch(word.raw) is not None


_CONNECTING = regex(
    r"\$\{?(?:\w+_)?SSH(?:_?(?:CMD|COMMAND|EXEC|RUN|CALL|BASE))?\}?"
    r"|\"?\$\{(?:\w+_)?SSH(?:_?(?:CMD|COMMAND|BASE))?\[@\]\}\"?",
    re.IGNORECASE,
)


def may_hold_ssh(word: Word) -> bool:
    """Whether a word is a variable that by its name holds `ssh` with its options, and perhaps the host."""
    return _CONNECTING.fullmatch(word.raw) is not None


def options(words: list[str]) -> tuple[str, ...]:
    """The options that the arguments of a shell set."""
    found: list[str] = []
    at = 0
    while at < len(words) and words[at][:1] in {"-", "+"}:
        text = words[at]
        if text.startswith("-") and not text.startswith("--"):
            found += [_OPTIONS[letter] for letter in text[1:] if letter in _OPTIONS]
        if text[-1] == "o" and at + 1 < len(words):
            at += 1
            found.append(words[at])
        at += 1
    return tuple(found)


def _name(word: Word) -> str:
    return (word.literal or "").rpartition("/")[2]


def _literals(words: tuple[Word, ...]) -> list[str | None]:
    return [word.literal for word in words]


def _input(line: Line, shell: str = "", options: tuple[str, ...] = ()) -> tuple[Script, ...]:
    """The heredoc as the script of a shell that reads its standard input."""
    return () if line.heredoc is None else (line.parse(*line.heredoc, shell, options),)


def _shell(line: Line, at: int, shell: str) -> tuple[Script, ...]:
    """What `bash`, whose arguments begin at `at`, reads from its `-c` or its standard input."""
    words = line.words
    options: list[str] = []
    argument = stdin = False
    if shell == "busybox":
        if at >= len(words) or _name(words[at]) not in SHELLS:
            return ()
        shell, at = _name(words[at]), at + 1
    while at < len(words):
        text = words[at].literal
        if text is None:
            return ()
        if text[:1] not in {"-", "+"} or text == "-":
            break
        at += 1
        if text == "--":
            break
        if text.startswith("--"):
            at += text in {"--rcfile", "--init-file"}
            continue
        argument = argument or "c" in text
        stdin = stdin or "s" in text
        options += [
            _OPTIONS[letter] for letter in text[1:] if letter in _OPTIONS and text[0] == "-"
        ]
        if text[-1] in "oO" and at < len(words):
            options.append(words[at].literal or "")
            at += 1
    chosen = tuple(option for option in options if option)
    if argument:
        return _argument(line, at, shell, chosen)
    if stdin or at >= len(words) or words[at].literal in {"-", "/dev/stdin"}:
        return _input(line, shell, chosen)
    return ()


def _argument(line: Line, at: int, shell: str, options: tuple[str, ...]) -> tuple[Script, ...]:
    text = line.take(at, at) if at < len(line.words) else None
    return () if text is None else (line.parse(text, "argument", shell, options),)


def _ssh(line: Line, at: int) -> tuple[Script, ...]:
    """What the remote shell runs: the words behind the host, or its standard input."""
    words = line.words
    at = _options(words, at, _SSH)
    while at < len(words) - 1 and holds_options(words[at]):
        at = _options(words, at + 1, _SSH)
    at = _options(words, at + 1, _SSH)
    if at >= len(words):
        return _input(line)
    text = line.take(at, len(words) - 1)
    if text is None:
        return ()
    script = line.parse(text, "argument", "", ())
    if line.heredoc is None or not script.statements:
        return (script,)
    *before, last = script.statements
    alone = all(isinstance(s, Command) and _leaves_input(s) for s in before)
    if alone and isinstance(last, Command) and not last.scripts:
        return (script, *handed(Line(last.words, _nothing, line.heredoc, line.parse)))
    return (script,)


def _leaves_input(command: Command) -> bool:
    """Whether a command only sets variables, so that what stands behind it reads the input."""
    return not command.words or command.words[0].literal in ("export", "declare")


def _held_ssh(line: Line) -> tuple[Script, ...]:
    """What the remote shell runs behind a variable that holds ssh: a last word of several, or the input."""
    count = len(line.words)
    last = line.words[-1]
    if 1 < count <= _WITH_HOST and last.quoted and " " in last.raw.strip():
        return _argument(line, count - 1, "", ())
    return _input(line) if count < _WITH_HOST else ()


_WITH_HOST = 3
"""How many words there are with a host and one word that is a script."""


def _nothing(first: int, last: int) -> None:  # noqa: ARG001
    return None


def holds_options(word: Word) -> bool:
    """Whether a word is a variable that by its name holds options."""
    names = [part.name for part in word.parts if isinstance(part, Parameter)]
    return any(map(_OPTIONAL.search, names))


_OPTIONAL = regex(r"opt|(?:^|_)args?(?:_|$)|args?$|flag|param", re.IGNORECASE)
"""What such a variable is called; a `TARGET` is none."""


def _dashed(line: Line, at: int) -> Script | None:
    """The argument of `-c` or `--command`."""
    words = line.words
    for number in range(at, len(words)):
        text = words[number].literal or ""
        piece: Text | None = None
        if words[number].raw.startswith("--command="):
            piece = line.take(number, number)
            piece = piece and piece.slice(len("--command="), len(piece.content))
        elif _takes_command(text) and number + 1 < len(words):
            piece = line.take(number + 1, number + 1)
        if piece is not None:
            return line.parse(piece, "argument", "", ())
    return None


def _takes_command(text: str) -> bool:
    short = text.startswith("-") and not text.startswith("--") and text.endswith("c")
    return short or text == "--command"


def _options(words: tuple[Word, ...], at: int, valued: str) -> int:
    """The number of the first word that is no option, nor an option's value."""
    while at < len(words):
        text = words[at].literal
        if text is None or text[:1] != "-" or text == "-":
            return at
        at += 1
        if text == "--":
            return at
        if text.startswith("--"):
            at += text in _LONG
        else:
            first = next((n for n, letter in enumerate(text) if n and letter in valued), 0)
            at += first == len(text) - 1 and first > 0
    return at


def _behind(words: tuple[Word, ...], at: int, name: str) -> int:
    """The number of the word where the command begins that `name` runs."""
    at = _options(words, at, _WRAPPERS[name])
    if name in {"sudo", "env", "doas"}:
        while at < len(words) and "=" in words[at].raw and not words[at].raw.startswith(("'", '"')):
            at += 1
    return at + _OPERANDS.get(name, 0)


_FLAGS = 20
"""How many words behind `sudo` may be its own."""


def _login(words: tuple[Word, ...], at: int) -> bool:
    return any(
        text.startswith("-") and not text.startswith("--") and ("i" in text or "s" in text)
        for text in (word.literal or "" for word in words[at : at + _FLAGS])
    )


def _container(words: tuple[Word, ...], at: int) -> int:
    """The number of the word where a container's command begins, or past the end."""
    verb = ""
    while at < len(words) and not verb:
        text = words[at].literal
        if text is None:
            return len(words)
        if text in {"exec", "run"}:
            verb = text
        elif text.startswith("-"):
            at += "=" not in text and text not in _SWITCHES
        elif text not in {"compose", "container"}:
            return len(words)
        at += 1
    while at < len(words) and words[at].raw.startswith("-"):
        text = words[at].literal or words[at].raw
        flags = not text.startswith("--") and not set(text[1:]) - set("itdTPq")
        at += 1 if "=" in text or flags or text in _SWITCHES else 2
    return at + 1 if verb else len(words)


def taking(text: Text, places: list[tuple[int, int]]) -> Take:
    """Gives the text of words that stand at `places` in `text`."""

    def take(first: int, last: int) -> Text | None:
        ranges: list[tuple[int, int]] = []
        for number in range(first, last + 1):
            start, end = places[number]
            if number > first:
                before = places[number - 1][1]
                blank = text.content.find(" ", before, start)
                if blank < 0:
                    return None
                ranges.append((blank, blank + 1))
            ranges += kept(text.content, start, end)
        return text.gathered(ranges)

    return take
