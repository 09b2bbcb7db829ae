"""What statements are made of: their words, the lists inside them, and the names they use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from msgspec.structs import replace

from ..documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Assignment,
    Background,
    Case,
    Command,
    Function,
    Group,
    If,
    Literal,
    Loop,
    Opaque,
    Parameter,
    Pipeline,
    Redirect,
    Redirected,
    Statement,
    Subshell,
    Substitution,
    Unknown,
    Word,
)

DECLARERS = frozenset({"declare", "export", "local", "readonly", "typeset"})
"""Commands whose assignments stay when they are done."""

_BARE = frozenset({AndOr, Background, Function, Group, If, Pipeline, Subshell, Unknown})
"""Statements without words of their own. To ask whether a value is of a class that it is not of
takes ten times as long as to look its class up."""

_SILENT_FILES = frozenset({"/dev/null", "/dev/stderr", "/dev/stdout"})


def name_of(command: Command) -> str | None:
    """The literal first word of a command; None without words or where it is computed."""
    return command.words[0].literal if command.words else None


def plainly(command: Command) -> Command:
    """The command behind `command` and `builtin`, which only say that no function is meant."""
    words = command.words
    while words and words[0].literal in {"command", "builtin"}:
        at = 1
        while at < len(words) and words[at].literal in {"-p", "--"}:
            at += 1
        if at == len(words) or words[at].literal in {"-v", "-V"}:
            break
        words = words[at:]
    return command if words is command.words else replace(command, words=words)


def is_array(assignment: Assignment) -> bool:
    """Whether an assignment gives a whole array: `x=(a b)`, `x=()`."""
    if assignment.elements:
        return True
    span, empty = assignment.span, len(f"{assignment.name}=()") + assignment.append
    return (
        assignment.value is None
        and span.line == span.end_line
        and span.end_column - span.column == empty
    )


def text_of(command: Command) -> str:
    """A command as written, shortened."""
    text = " ".join(word.raw for word in command.words[:8])
    return text if len(text) <= 60 else text[:59] + "…"


def chain(statement: AndOr) -> list[tuple[str, Statement]]:
    """The links of `a && b || c`, first to last, each with the operator before it."""
    links: list[tuple[str, Statement]] = []
    stack: list[tuple[str, Statement]] = [("", statement)]
    while stack:
        operator, link = stack.pop()
        if isinstance(link, AndOr):
            stack.append((operator, link.left))
            stack.append((link.operator, link.right))
        else:
            links.append((operator, link))
    links.reverse()
    return links


def lists(statement: Statement) -> Sequence[tuple[tuple[Statement, ...], bool]]:
    """The statement lists inside, and whether each has a subshell of its own."""
    match statement:
        case Command():
            return ()
        case If():
            found = []
            for branch in statement.branches:
                found += [(branch.condition, False), (branch.body, False)]
            if statement.otherwise is not None:
                found.append((statement.otherwise, False))
            return found
        case Group():
            return ((statement.body, False),)
        case AndOr():
            return ((tuple([link for _, link in chain(statement)]), False),)
        case Pipeline():
            apart = len(statement.commands) > 1
            return [((part,), apart) for part in statement.commands]
        case Redirected() | Function():
            return (((statement.body,), False),)
        case Loop():
            return (statement.condition, False), (statement.body, False)
        case Case():
            return [(clause.body, False) for clause in statement.clauses]
        case Subshell():
            return ((statement.body, True),)
        case Background():
            return (((statement.body,), True),)
        case Arithmetic() | Unknown():
            return ()
        case _:
            assert_never(statement)


def words(statement: Statement) -> Sequence[Word]:
    """The words that a statement has itself, not those of the lists inside it."""
    if type(statement) in _BARE:
        return ()
    match statement:
        case Command():
            if not statement.assignments and not statement.redirects:
                return statement.words
            found = [*statement.words]
            for assignment in statement.assignments:
                if assignment.value is not None:
                    found.append(assignment.value)
                found += assignment.elements
            return found + _targets(statement.redirects)
        case Redirected():
            return _targets(statement.redirects)
        case Loop():
            return statement.words or ()
        case Case():
            patterns = [pattern for clause in statement.clauses for pattern in clause.patterns]
            return [statement.word, *patterns]
        case _:
            return ()


def _targets(redirects: tuple[Redirect, ...]) -> list[Word]:
    return [redirect.target for redirect in redirects if redirect.target is not None]


def parts(word: Word) -> Iterator[Literal | Parameter | Substitution | Opaque]:
    """The parts of a word that is not literal, those of operands included."""
    stack = list(reversed(word.parts))
    while stack:
        part = stack.pop()
        yield part
        if isinstance(part, Parameter) and part.operand is not None:
            literal = part.operand.literal
            stack.extend(reversed(part.operand.parts) if literal is None else [Literal(literal)])
        elif isinstance(part, Opaque) and part.substitutions:
            yield from part.substitutions


def substitutions(statement: Statement) -> list[Substitution]:
    """The command and process substitutions in a statement's own words, arithmetic and heredocs."""
    if type(statement) in _BARE:
        return []
    found = [
        part
        for word in words(statement)
        if word.literal is None and may_substitute(word)
        for part in parts(word)
        if isinstance(part, Substitution)
    ]
    found += besides(statement)
    return found


def may_substitute(word: Word) -> bool:
    """Whether a word that is not literal may hold a command or process substitution: most do not."""
    return "(" in word.raw or "`" in word.raw


def besides(statement: Statement) -> Sequence[Substitution]:
    """The substitutions in a statement's own arithmetic and heredocs: in no word."""
    if type(statement) in _BARE:
        return ()
    match statement:
        case Command() | Redirected():
            if not statement.redirects:
                return ()
            return [s for r in statement.redirects if r.heredoc for s in r.heredoc.substitutions]
        case Arithmetic() | Loop():
            return statement.substitutions
        case _:
            return ()


def redirects_hold(redirects: tuple[Redirect, ...]) -> bool:
    """Whether none of the redirections can fail."""
    return all(_holds(redirect) for redirect in redirects)


def _holds(redirect: Redirect) -> bool:
    if redirect.operator.lstrip("0123456789").startswith("<<"):
        return True
    parts = redirect.target.parts if redirect.target is not None else ()
    if len(parts) == 1 and isinstance(parts[0], Substitution) and parts[0].opener in {"<(", ">("}:
        return True
    target = redirect.target.literal if redirect.target is not None else None
    return target in _SILENT_FILES or (
        redirect.operator.endswith("&") and target in {"0", "1", "2", "-"}
    )


def always_words(word: Word) -> bool:
    """Whether a word surely expands to at least one word."""
    if word.literal is not None:
        return True
    for part in word.parts:
        if isinstance(part, Literal) and part.text:
            return True
        if isinstance(part, Parameter) and ("@" in part.name or "[@]" in part.operator):
            return False
        if isinstance(part, Opaque) and part.kind == "tilde":
            return True
    return word.quoted and word.raw.startswith('"') and "@" not in word.raw
