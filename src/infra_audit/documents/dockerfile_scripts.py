"""The scripts of a Dockerfile: shell forms, exec forms and heredocs."""

from __future__ import annotations

from msgspec import Struct

from ..source.text import Text
from . import embedded, json
from .dockerfile_lines import Chunk, Line, opening
from .json import Array, Scalar
from .shell import script
from .shell.syntax import Origin, Script


class Shell(Struct, frozen=True):
    """What runs shell forms, and where; without a name the script's first line tells."""

    name: str
    options: tuple[str, ...] = ()
    directory: str | None = None


def run(text: Text, line: Line, at: int, shell: Shell) -> Script | None:
    """What stands from `at` on in an instruction; None where a heredoc never ends.

    A shell form is a `run` where it builds the image, a `command` where a container runs it.
    """
    strings = array(line.joined, at)
    if strings is not None:
        return embedded.exec_form(line.joined, strings, directory=shell.directory)
    if any(not heredoc.closing for heredoc in line.heredocs):
        return None
    if line.heredocs:
        return _with_heredocs(text, line, at, shell)
    origin: Origin = "run" if line.keyword == "RUN" else "command"
    return _script(line.joined.slice(at, len(line.joined.content)), shell, origin)


def chosen(words: list[str], directory: str | None) -> Shell:
    """What SHELL sets: `["/bin/bash", "-o", "pipefail", "-c"]`."""
    name = words[0].rpartition("/")[2] if words else ""
    options: list[str] = []
    following = iter(words[1:])
    for word in following:
        if word.startswith("-") and not word.startswith("--"):
            options += [_LETTERS[letter] for letter in word[1:] if letter in _LETTERS]
            if word.endswith("o"):
                options.append(next(following, ""))
    known = tuple(option for option in options if option in _OPTIONS)
    return Shell(name, known, directory)


def array(text: Text, at: int) -> list[tuple[str, int, int]] | None:
    """The strings of an exec form with their offsets; None where it is a shell form."""
    if text.content[at : at + 1] != "[":
        return None
    node = json.prefix(text, at)
    if not isinstance(node, Array) or text.content[node.end :].strip():
        return None
    strings = [
        (item.value, item.start, item.end)
        for item in node.items
        if isinstance(item, Scalar) and isinstance(item.value, str)
    ]
    return strings if len(strings) == len(node.items) else None


_LETTERS = {"e": "errexit", "u": "nounset", "x": "xtrace"}
_OPTIONS = frozenset({"errexit", "nounset", "pipefail", "xtrace"})


def _script(body: Text, shell: Shell, origin: Origin = "run") -> Script:
    return script.parse(
        body,
        origin,
        interpreter=shell.name,
        options=shell.options,
        directory=shell.directory,
    )


def _with_heredocs(text: Text, line: Line, at: int, shell: Shell) -> Script:
    """The heredoc itself where it is all that RUN has, else the command line with its heredocs."""
    first = line.heredocs[0]
    if len(line.heredocs) == 1 and line.joined.content[at:].strip() == opening(line, first):
        body = text.gathered(first.body)
        named = body.content.startswith("#!")
        return _script(body, Shell("", (), shell.directory) if named else shell)
    parts = _rest(line, at)
    for heredoc in line.heredocs:
        before = parts[-1][1]
        newline = text.content.find("\n", before)
        parts += [(newline, newline + 1)] if heredoc is first and newline >= 0 else []
        parts += [*heredoc.body, *heredoc.closing]
    return _script(text.gathered(parts), shell)


def _rest(line: Line, at: int) -> list[Chunk]:
    """What the joined line has from `at` on, as stretches of the file."""
    found: list[Chunk] = []
    length = 0
    for start, end in line.chunks:
        begin = start + max(at - length, 0)
        length += end - start
        if begin < end:
            found.append((begin, end))
    return found or [line.chunks[-1]]
