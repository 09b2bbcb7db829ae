"""Scripts that a script writes into a file, copies to another machine and runs there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import basename

from msgspec.structs import replace

from ...source.text import Text
from .handed import SHELLS
from .syntax import AndOr, Command, Handing, Heredoc, Script, Statement


def carried(
    statements: tuple[Statement, ...], text: Text, parse: Callable[[Text], Script]
) -> tuple[Statement, ...]:
    """The statements, in which each `ssh` that runs such a file is given what was written into it."""
    found = list(statements)
    written: dict[str, tuple[int, Heredoc]] = {}
    sent: dict[str, tuple[int, Heredoc]] = {}
    for nth, statement in enumerate(statements):
        if not isinstance(statement, Command) or not statement.words:
            continue
        name = statement.words[0].literal
        if name == "cat" and len(statement.words) == 1:
            written.update((path, (nth, heredoc)) for path, heredoc in _written(statement))
        elif name == "scp":
            given = [word.literal or "" for word in statement.words]
            sent.update((basename(path), written[path]) for path in given if path in written)
        elif name == "ssh":
            for path in _run(statement.scripts):
                if path in sent:
                    at, heredoc = sent.pop(path)
                    inner = parse(_stretch(heredoc, text))
                    found[nth] = _handing(statement, inner)
                    found[at] = _emptied(found[at])
    return tuple(found)


def _handing(command: Command, script: Script) -> Command:
    """The command that hands one more script to a shell."""
    scripts = (*command.scripts, script)
    return Handing(command.words, command.assignments, command.redirects, command.span, scripts)


def _written(command: Command) -> Iterator[tuple[str, Heredoc]]:
    """The shell script that a command writes as it stands, by its path."""
    heredocs = [r.heredoc for r in command.redirects if r.heredoc is not None]
    targets = [r.target for r in command.redirects if r.operator == ">" and r.descriptor == ""]
    if len(heredocs) == len(targets) == 1 and heredocs[0].quoted:
        path = targets[0].literal if targets[0] is not None else None
        if path is not None and heredocs[0].content.startswith("#!"):
            yield path, heredocs[0]


def _run(scripts: tuple[Script, ...]) -> Iterator[str]:
    """The names of the files that scripts run, each by a command of its own."""
    waiting = [statement for script in scripts for statement in script.statements]
    while waiting:
        statement = waiting.pop(0)
        if isinstance(statement, AndOr) and statement.operator == "&&":
            waiting += [statement.left, statement.right]
        elif isinstance(statement, Command):
            words = [word.literal or "" for word in statement.words if word.raw != "sudo"]
            if words and words[0] in SHELLS:
                words = [word for word in words[1:] if not word.startswith("-")]
            if words and words[0]:
                yield basename(words[0])


def _emptied(writer: Statement) -> Statement:
    """The command that writes the file: what is in it is told where it runs."""
    if not isinstance(writer, Command):
        return writer
    kept = [
        replace(each, heredoc=replace(each.heredoc, content="")) if each.heredoc else each
        for each in writer.redirects
    ]
    return replace(writer, redirects=tuple(kept))


def _stretch(heredoc: Heredoc, text: Text) -> Text:
    start = text.offset(heredoc.span.line, heredoc.span.column)
    return text.slice(start, text.offset(heredoc.span.end_line, heredoc.span.end_column))
