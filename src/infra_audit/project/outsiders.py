"""What people without any rights here can write into a workflow run, and in which events."""

from __future__ import annotations

import re

from msgspec import Struct

from ..source.regex import regex

_OPENS = frozenset({"opened", "edited", "reopened", "closed"})
_SAYS = frozenset({"created", "edited"})
_PROPOSES = _OPENS | {"synchronize", "ready_for_review", "converted_to_draft"}

OPEN: dict[str, frozenset[str] | None] = {
    "issues": _OPENS,
    "issue_comment": _SAYS,
    "commit_comment": None,
    "discussion": frozenset({"created", "edited"}),
    "discussion_comment": _SAYS,
    "pull_request_target": _PROPOSES,
    "workflow_run": None,
}
"""Events that anybody can cause and that run with the repository's own rights, and the activity types
that need none (None: all of them). `pull_request` is not among them: what comes from a fork runs
with a token that only reads and without secrets, and could change the workflow itself.
Source: "Events that trigger workflows" and "Secure use reference" of GitHub's documentation.
"""

_PULL = r"github\.event\.pull_request\.(?:title|body|head\.(?:ref|label|repo\.(?:default_branch|description|homepage)))"
_WRITTEN: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (regex(r"github\.event\.issue\.(?:title|body)"), frozenset({"issues", "issue_comment"})),
    (
        regex(r"github\.event\.comment\.body"),
        frozenset({"issue_comment", "commit_comment", "discussion_comment"}),
    ),
    (
        regex(r"github\.event\.discussion\.(?:title|body)"),
        frozenset({"discussion", "discussion_comment"}),
    ),
    (regex(rf"{_PULL}|github\.head_ref"), frozenset({"pull_request_target"})),
    (
        regex(
            r"github\.event\.workflow_run\.(?:head_branch|display_title|head_repository\.description"
            r"|head_commit\.(?:message|(?:author|committer)\.(?:name|email))|pull_requests\.\*\.head\.ref)"
        ),
        frozenset({"workflow_run"}),
    ),
    (
        regex(r"github\.event\.changes\.(?:title|body)\.from"),
        frozenset({"issues", "issue_comment", "pull_request_target"}),
    ),
)
"""Values that outsiders choose freely, and the events that carry them."""

_STRING = r"'(?:[^']|'')*'"
_TOKEN = regex(
    rf"\s*(?:({_STRING})|(\|\||&&|[=!]=|[<>]=?|!|\(|\)|,|\[|\]|\.)|([A-Za-z_*][\w*-]*)|(\d[\w.]*))"
)
_KEEPING = frozenset({"format", "join", "tojson", "fromjson"})
"""Functions whose result contains what they are given."""


_DEEPEST = 50
"""Parentheses and negations of an expression that are looked at."""


class Read(Struct, frozen=True):
    """A value that an expression's result may contain; `whole` where it is written out with all it holds."""

    path: str
    """Lower case, dotted, numbers as `*`."""
    whole: bool = False


def reads(expression: str) -> tuple[Read, ...]:
    """The values that the result of an expression may contain; none where it cannot be read."""
    if sum(map(expression.count, "(!")) > _DEEPEST:
        return ()
    tokens: list[str] = []
    at = 0
    while at < len(expression.rstrip()):
        found = _TOKEN.match(expression, at)
        if found is None:
            return ()
        tokens.append(found[0].strip())
        at = found.end()
    values, end = _either(tokens, 0)
    return tuple(values) if end == len(tokens) else ()


def written_by_outsiders(read: Read) -> frozenset[str]:
    """The events in which outsiders choose the value, of those in `OPEN`."""
    if read.whole:
        holding = [
            events for probe, events in _PROBES.items() if f"{probe}.".startswith(f"{read.path}.")
        ]
        return frozenset().union(*holding)
    return frozenset().union(
        *(events for pattern, events in _WRITTEN if pattern.fullmatch(read.path))
    )


_PROBES = {
    "github.event.issue.body": frozenset({"issues", "issue_comment"}),
    "github.event.comment.body": frozenset(
        {"issue_comment", "commit_comment", "discussion_comment"}
    ),
    "github.event.discussion.body": frozenset({"discussion", "discussion_comment"}),
    "github.event.pull_request.head.ref": frozenset({"pull_request_target"}),
    "github.event.workflow_run.head_commit.message": frozenset({"workflow_run"}),
}
"""One value of each kind, for what is written out as a whole."""


# ── reading expressions ──────────────────────────────────────────────────────────────────────────

_Read = tuple[list[Read], int]


def _either(tokens: list[str], at: int) -> _Read:
    """`a || b`: one of both."""
    values, at = _both(tokens, at)
    while tokens[at : at + 1] == ["||"]:
        more, at = _both(tokens, at + 1)
        values = values + more
    return values, at


def _both(tokens: list[str], at: int) -> _Read:
    """`a && b`: b, or something that counts as false."""
    values, at = _compared(tokens, at)
    while tokens[at : at + 1] == ["&&"]:
        values, at = _compared(tokens, at + 1)
    return values, at


def _compared(tokens: list[str], at: int) -> _Read:
    values, at = _single(tokens, at)
    while tokens[at : at + 1] and tokens[at] in ("==", "!=", "<", ">", "<=", ">="):
        _, at = _single(tokens, at + 1)
        values = []
    return values, at


def _single(tokens: list[str], at: int) -> _Read:
    first = tokens[at] if at < len(tokens) else ""
    if first == "!":
        return [], _single(tokens, at + 1)[1]
    if first == "(":
        values, at = _either(tokens, at + 1)
        return values, at + 1
    if first[:1] == "'" or first[:1].isdigit():
        return [], at + 1
    if not first or not (first[0].isalpha() or first[0] == "_"):
        return [], len(tokens) + 1
    if tokens[at + 1 : at + 2] == ["("]:
        return _call(first.lower(), tokens, at + 2)
    return _path(first, tokens, at + 1)


def _call(name: str, tokens: list[str], at: int) -> _Read:
    given: list[Read] = []
    while at < len(tokens) and tokens[at] != ")":
        values, at = _either(tokens, at)
        given += values
        at += tokens[at : at + 1] == [","]
    if name == "tojson":
        given = [Read(read.path, whole=True) for read in given]
    end = at + 1
    while tokens[end : end + 1] and tokens[end] in (".", "["):
        end += 2 if tokens[end] == "." else 3
    return (given if name in _KEEPING else []), end


def _path(first: str, tokens: list[str], at: int) -> _Read:
    parts = [first]
    while at < len(tokens) and tokens[at] in (".", "["):
        if tokens[at] == ".":
            parts.append(tokens[at + 1] if at + 1 < len(tokens) else "")
            at += 2
            continue
        key = tokens[at + 1] if at + 1 < len(tokens) else ""
        if tokens[at + 2 : at + 3] != ["]"]:
            return [], len(tokens) + 1
        parts.append(key.strip("'") if key[:1] == "'" else "*")
        at += 3
    return [Read(".".join(parts).lower())], at
