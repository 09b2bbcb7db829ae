"""The variables of a script that hold what it has seen of the machine."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents.shell.syntax import AndOr, Command, If, Statement, Substitution
from ..flow.constructs import lists, parts

FILE_TESTS = frozenset(
    {"-e", "-f", "-d", "-L", "-h", "-s", "-S", "-r", "-w", "-x", "-v", "-nt", "-ot", "-p", "-b"}
)


def answers(every: list[Statement]) -> Iterator[str]:
    """The variables that hold what some command found: its output, its success, or what is read."""
    for statement in every:
        match statement:
            case Command():
                for assignment in statement.assignments:
                    value = assignment.value
                    if value is not None and any(
                        isinstance(part, Substitution) for part in parts(value)
                    ):
                        yield assignment.name
                if statement.words and statement.words[0].literal in (
                    "read",
                    "mapfile",
                    "readarray",
                ):
                    yield from (word.literal or "" for word in statement.words[1:])
            case If():
                for branch in statement.branches:
                    if any(
                        _finds(command) for asked in branch.condition for command in inside(asked)
                    ):
                        yield from _assigned(*branch.body, *(statement.otherwise or ()))
            case AndOr() if any(map(_finds, inside(statement.left))):
                yield from _assigned(statement.right)
            case _:
                pass


def _finds(command: Command) -> bool:
    """Whether a condition looks at the machine, and not only at variables."""
    name = command.words[0].literal if command.words else None
    if name in ("[", "[[", "test"):
        return any(word.raw in FILE_TESTS for word in command.words)
    return bool(command.words) and name not in ("echo", "true", ":")


def _assigned(*within: Statement) -> Iterator[str]:
    for statement in within:
        for command in inside(statement):
            yield from (assignment.name for assignment in command.assignments)


def inside(statement: Statement) -> Iterator[Command]:
    """The commands that a statement holds."""
    stack = [statement]
    while stack:
        top = stack.pop()
        if isinstance(top, Command):
            yield top
        for body, _ in lists(top):
            stack.extend(body)
