"""When a job of a GitLab pipeline runs: `rules`, `only`, `except` and `when`, followed for each kind of pipeline.

Source: "CI/CD YAML syntax reference" and "Specify when jobs run with rules" of GitLab's documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal as Choice

from msgspec import Struct

from ..source.regex import regex
from . import yaml
from .yaml import Mapping, Node

Runs = Choice["by itself", "by hand", "never", "unknown"]

Truth = frozenset[bool]
"""What a condition may be: both where each can come true by what is pushed."""

_YES, _NO, _EITHER = frozenset({True}), frozenset({False}), frozenset({True, False})

_ANY = "\0any"
"""The value of a variable that has one of which nothing is known."""
_PERHAPS = "\0perhaps"
"""The same of one that may have none."""
_OTHER = "\0other"
"""A branch that the pipeline does not name."""

_TOKEN = regex(
    r"\s*(?:(?P<joint>&&|\|\||[()])|(?P<operator>==|!=|=~|!~)|\$\{?(?P<variable>\w+)\}?"
    r"|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<null>null)\b|/(?P<pattern>(?:[^/\\\n]|\\.)*)/(?P<flags>[ism]*))"
)
_MOST_TOKENS = 300
_NAMED = regex(r"""(?:BRANCH|REF_NAME)\w*\s*[=!]=\s*["']([\w./-]+)["']""")
_LISTED = regex(r"[=!]~\s*/\^\(?(?:\?:)?([\w.|-]+)\)?\$/")
"""What a condition says of branches by name."""
_TAME = regex(r"(?:[\w/.^$|() -]|\\[/.dw-]|(?<!\))[*+?]|\[[\w-]+\])*")
"""Patterns that no text can keep busy: no repetition of a group."""
_MOST_REPEATED = 2
_DEEPEST = 20
_BY_HAND = {"manual": "by hand", "never": "never", "on_failure": "never"}
_MERGE_REQUEST = "CI_MERGE_REQUEST_"
_OF_COMMITS = ("CI_COMMIT_MESSAGE", "CI_COMMIT_TITLE", "CI_COMMIT_DESCRIPTION", "CI_COMMIT_SHA")


class Case(Struct, frozen=True):
    """One kind of pipeline: what starts it, and on which branch; none for a tag or a merge request."""

    event: Choice["push", "pull_request", "schedule"]
    branch: str = ""
    tag: bool = False
    default: str = "main"
    """The branch that `$CI_DEFAULT_BRANCH` is taken for."""

    @property
    def variables(self) -> dict[str, str | None]:
        """The variables that are known; one that is None has no value."""
        found: dict[str, str | None] = dict.fromkeys(_OF_COMMITS, _ANY)
        found["CI_PIPELINE_SOURCE"] = {"pull_request": "merge_request_event"}.get(
            self.event, self.event
        )
        found["CI_DEFAULT_BRANCH"] = self.default
        found["CI_COMMIT_BRANCH"] = self.branch or None
        found["CI_COMMIT_TAG"] = _ANY if self.tag else None
        found["CI_COMMIT_REF_NAME"] = found["CI_BUILD_REF_NAME"] = self.branch or _ANY
        found["CI_OPEN_MERGE_REQUESTS"] = _PERHAPS
        return found


class Verdict(Struct, frozen=True):
    """Whether a job runs in one kind of pipeline, and whether the others go on when it fails."""

    runs: Runs
    may_fail: bool = False


def cases(content: str, refs: Iterable[str]) -> tuple[Case, ...]:
    """The kinds of pipelines that are told apart: by the branches that conditions and `only` name."""
    listed = (name for names in _LISTED.findall(content) for name in names.split("|"))
    named = dict.fromkeys((*_NAMED.findall(content), *listed, *refs))
    default = "master" if "master" in named and "main" not in named else "main"
    branches = [*named, *(() if default in named else (default,))]
    pushed = [
        Case("push", branch, default=default) for branch in (*branches[:_MOST_BRANCHES], _OTHER)
    ]
    return (
        *pushed,
        Case("push", tag=True, default=default),
        Case("pull_request", default=default),
        Case("schedule", default, default=default),
    )


_MOST_BRANCHES = 8


def is_other(branch: str) -> bool:
    """Whether a branch stands for all that the pipeline does not name."""
    return branch == _OTHER


def references(given: dict[str, Node]) -> Iterator[str]:
    """The branches that `only` and `except` name."""
    for key in ("only", "except"):
        node = given.get(key)
        for ref in yaml.strings(yaml.get(node, "refs") if isinstance(node, Mapping) else node):
            if _PLAIN.fullmatch(ref) and ref not in _KEYWORDS:
                yield ref


_PLAIN = regex(r"[\w.-][\w./-]*")
_KEYWORDS = frozenset({
    "branches", "tags", "merge_requests", "schedules", "web", "api", "triggers", "pipelines", "pushes", "external",
    "external_pull_requests", "chat",
})  # fmt: skip


def verdict(given: dict[str, Node], rules: tuple[Node | None, ...] | None, case: Case) -> Verdict:
    """What becomes of a job in one kind of pipeline; `rules` are its own, None where it has none."""
    when = yaml.string(given.get("when")) or "on_success"
    allowed = yaml.string(given.get("allow_failure"))
    lax = isinstance(given.get("allow_failure"), Mapping) or allowed == "true"
    if rules is not None:
        return _first(rules, case, when, lax=lax)
    runs = _restricted(given, case)
    if runs == "by itself":
        runs = _BY_HAND.get(when, runs)  # type: ignore[assignment]
    return Verdict(runs, lax or (runs == "by hand" and allowed != "false"))


def allowed(rules: tuple[Node | None, ...], case: Case) -> bool:
    """Whether `workflow:rules` let there be such a pipeline, as far as can be told."""
    return _first(rules, case, "always", lax=False).runs != "never"


def _first(rules: tuple[Node | None, ...], case: Case, when: str, *, lax: bool) -> Verdict:
    """What the first rule that holds says; of several that may be the first, the one that runs most."""
    found: list[Verdict] = []
    for rule in rules:
        holds = _holds(rule, case)
        if holds is None:
            return Verdict("unknown", lax)
        if True in holds:
            said = yaml.string(yaml.get(rule, "when")) or when
            runs = _BY_HAND.get(said, "by itself")
            failing = yaml.string(yaml.get(rule, "allow_failure"))
            found.append(Verdict(runs, lax if failing is None else failing == "true"))  # type: ignore[arg-type]
        if False not in holds:
            break
    order = ("by itself", "by hand")
    return next((v for runs in order for v in found if v.runs == runs), Verdict("never"))


def _holds(rule: Node | None, case: Case) -> Truth | None:
    if not isinstance(rule, Mapping):
        return None
    given = yaml.fields(rule)
    asked = yaml.string(given.get("if"))
    holds = _YES if asked is None else condition(asked, case)
    if {"changes", "exists"}.intersection(given):
        return _both(holds, _EITHER)
    return holds


# ── only and except ──────────────────────────────────────────────────────────────────────────────


def _restricted(given: dict[str, Node], case: Case) -> Runs:
    wanted = _matches(given.get("only"), case)
    unwanted = _matches(given.get("except"), case)
    if wanted is None:
        wanted = _NO if case.event == "pull_request" else _YES
    if wanted == _NO or unwanted == _YES:
        return "never"
    if _is_open(given.get("only")) or _is_open(given.get("except")):
        return "unknown"
    return "by itself"


def _is_open(node: Node | None) -> bool:
    """Whether variables or a cluster decide, which are set elsewhere."""
    return bool({"variables", "kubernetes"}.intersection(yaml.fields(node)))


def _matches(node: Node | None, case: Case) -> Truth | None:
    """Whether one of the refs is the pipeline's; None where none are given."""
    refs = yaml.get(node, "refs") if isinstance(node, Mapping) else node
    if refs is None:
        return None
    found = _NO
    for ref in yaml.strings(refs):
        found = _either(found, _is_ref(ref.partition("@")[0], case)) or _EITHER
    return found


def _is_ref(ref: str, case: Case) -> Truth:
    if ref in _KEYWORDS:
        matching = {
            "branches": bool(case.branch),
            "tags": case.tag,
            "merge_requests": case.event == "pull_request",
            "schedules": case.event == "schedule",
            "pushes": case.event == "push",
        }
        return _YES if matching.get(ref) else _NO
    if case.event == "pull_request":
        return _NO
    value = case.branch or _ANY
    if ref.startswith("/"):
        body, _, flags = ref[1:].rpartition("/")
        return _searched(value, body, flags) or _EITHER
    if "$" in ref:
        return _EITHER
    return _truth(value == ref)  # a plain name is that of a branch


# ── conditions ───────────────────────────────────────────────────────────────────────────────────


class _UnclearError(Exception):
    """A condition that depends on what is set elsewhere, or that cannot be read."""


def condition(text: str, case: Case) -> Truth | None:
    """What an `if:` may be in one kind of pipeline; None where that cannot be told."""
    tokens = list(_tokens(text))
    if not tokens or len(tokens) > _MOST_TOKENS or None in tokens:
        return None
    reader = _Reader([token for token in tokens if token is not None], case.variables)
    try:
        found = reader.any()
    except _UnclearError:
        return None
    return found if reader.at == len(reader.tokens) else None


def _tokens(text: str) -> Iterator[re.Match[str] | None]:
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        yield found
        if found is None:
            return
        at = found.end()


class _Reader(Struct):
    """Reads a condition: `&&` binds closer than `||`."""

    tokens: list[re.Match[str]]
    known: dict[str, str | None]
    at: int = 0
    depth: int = 0

    def _next(self, *joints: str) -> bool:
        here = self.at < len(self.tokens) and self.tokens[self.at]["joint"] in joints
        self.at += here
        return here

    def any(self) -> Truth | None:
        found = self.all()
        while self._next("||"):
            found = _either(found, self.all())
        return found

    def all(self) -> Truth | None:
        found = self.one()
        while self._next("&&"):
            found = _both(found, self.one())
        return found

    def one(self) -> Truth | None:
        if self._next("("):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise _UnclearError
            found = self.any()
            if not self._next(")"):
                raise _UnclearError
            self.depth -= 1
            return found
        left = self._operand()
        if self.at == len(self.tokens) or self.tokens[self.at]["operator"] is None:
            return self._present(left)
        operator = self.tokens[self.at]["operator"]
        self.at += 1
        right = self._operand()
        value, sure = self._value(left)
        if not sure:
            return None
        found = (
            self._searched(value, right) if operator in {"=~", "!~"} else self._equal(value, right)
        )
        return found if operator in {"==", "=~"} or found is None else _not(found)

    def _operand(self) -> re.Match[str]:
        if self.at == len(self.tokens):
            raise _UnclearError
        token = self.tokens[self.at]
        if token["joint"] or token["operator"]:
            raise _UnclearError
        self.at += 1
        return token

    def _value(self, token: re.Match[str]) -> tuple[str | None, bool]:
        """The value of an operand, and whether it is known."""
        name = token["variable"]
        if name is not None:
            if name in self.known:
                return self.known[name], True
            if name.startswith(_MERGE_REQUEST):
                asked = self.known["CI_PIPELINE_SOURCE"] == "merge_request_event"
                return (_ANY if asked else None), True
            return None, False
        if token["pattern"] is not None:
            raise _UnclearError
        return (token["double"] if token["double"] is not None else token["single"]), True

    def _present(self, token: re.Match[str]) -> Truth | None:
        value, sure = self._value(token)
        return (_EITHER if value == _PERHAPS else _truth(bool(value))) if sure else None

    def _equal(self, left: str | None, token: re.Match[str]) -> Truth | None:
        right, sure = self._value(token)
        if not sure:
            return None
        if _PERHAPS in {left, right}:
            return _EITHER
        return _NO if None in {left, right} and left != right else _same(left, right)

    def _searched(self, left: str | None, token: re.Match[str]) -> Truth | None:
        if token["pattern"] is None:
            return None
        return _NO if left is None else _searched(left, token["pattern"], token["flags"])


def _same(left: str | None, right: str | None) -> Truth:
    return _EITHER if _ANY in {left, right} else _truth(left == right)


def _searched(value: str, pattern: str, flags: str) -> Truth | None:
    if value.startswith("\0"):
        return _NO if value == _OTHER and _LISTED.fullmatch(f"=~/{pattern}/") else _EITHER
    repeated = sum(pattern.count(sign) for sign in "*+?")
    if not _TAME.fullmatch(pattern) or repeated > _MOST_REPEATED:
        return None
    try:
        found = re.search(
            pattern.replace(r"\/", "/"), value, re.IGNORECASE if "i" in flags else re.NOFLAG
        )
    except (re.error, OverflowError):
        return None
    return _truth(found is not None)


def _truth(value: bool) -> Truth:
    return _YES if value else _NO


def _not(found: Truth) -> Truth:
    return frozenset(not each for each in found)


def _both(left: Truth | None, right: Truth | None) -> Truth | None:
    if _NO in {left, right}:
        return _NO
    if left is None or right is None:
        return None
    return frozenset(a and b for a in left for b in right)


def _either(left: Truth | None, right: Truth | None) -> Truth | None:
    if _YES in {left, right}:
        return _YES
    if left is None or right is None:
        return None
    return frozenset(a or b for a in left for b in right)
