"""From findings to what is reported: covered ones dropped, allowed ones set aside, the rest marked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fnmatch import fnmatchcase

from msgspec import Struct

from ..config import AllowEntry, Config, line_of
from ..engine import finding as worded
from ..model import Allowed, Evidence, Finding, Location, Match, RuleId
from ..ruleset.rule import Rule, RuleSet
from ..source.allow import Allow
from .fingerprint import fingerprinted

UNUSED = RuleId("audit/unused-allow")
UNREASONED = RuleId("audit/allow-without-reason")


class Triaged(Struct, frozen=True):
    """What is left to report, and what was allowed."""

    findings: tuple[Finding, ...]
    allowed: tuple[Allowed, ...]


def triage(
    findings: tuple[Finding, ...],
    rules: RuleSet,
    config: Config,
    comments: tuple[Allow, ...],
    source: Callable[[str], str | None],
) -> Triaged:
    """Apply covering rules, allow comments and the configuration's allows; report the idle ones."""
    kept = _uncovered(findings, rules)
    beside = _beside(comments)
    reported: list[Finding] = []
    allowed: list[Allowed] = []
    used: set[tuple[int, str]] = set()
    for found in kept:
        allow = _comment(found, beside, rules, used) or _entry(found, config, source, used)
        if allow:
            allowed.append(Allowed(found, *allow))
        else:
            reported.append(found)
    reported += _about_comments(comments, rules, used)
    reported += _about_entries(config, rules, source, used)
    reported.sort(key=lambda f: (f.location, f.rule))
    return Triaged(fingerprinted(tuple(reported), source), tuple(allowed))


def _uncovered(findings: tuple[Finding, ...], rules: RuleSet) -> tuple[Finding, ...]:
    """Without those that a graver finding at the same place or deployable already says."""
    by_rule: dict[RuleId, list[Finding]] = {}
    for found in findings:
        by_rule.setdefault(found.rule, []).append(found)

    def covered(found: Finding) -> bool:
        covering = rules.rules[found.rule].covered_by
        return any(_covers(other, found) for rule in covering for other in by_rule.get(rule, ()))

    return tuple(found for found in findings if not covered(found))


def _covers(other: Finding, found: Finding) -> bool:
    if found.deployable is not None:
        return other.deployable == found.deployable
    places = (other.location, *(e.location for e in other.evidence))
    return any(_overlap(place, found.location) for place in places)


def _overlap(one: Location, two: Location) -> bool:
    return (
        one.path == two.path
        and (one.span.line, one.span.column) < (two.span.end_line, two.span.end_column)
        and (two.span.line, two.span.column) < (one.span.end_line, one.span.end_column)
    )


_Beside = dict[tuple[str, int], list[tuple[int, Allow]]]


def _beside(comments: tuple[Allow, ...]) -> _Beside:
    """The comments by the path and the lines that they speak of."""
    beside: _Beside = {}
    for nth, allow in enumerate(comments):
        line = allow.location.span.line
        for each in (line, line + 1) if allow.alone else (line,):
            beside.setdefault((allow.location.path, each), []).append((nth, allow))
    return beside


def _comment(
    found: Finding, beside: _Beside, rules: RuleSet, used: set[tuple[int, str]]
) -> tuple[str, Location] | None:
    names = {found.rule, *rules.rules[found.rule].formerly}
    for nth, allow in beside.get((found.location.path, found.location.span.line), ()):
        for name in names.intersection(allow.rules):
            used.add((nth, name))
            if allow.reason:
                return allow.reason, allow.location
    return None


def _entry(
    found: Finding,
    config: Config,
    source: Callable[[str], str | None],
    used: set[tuple[int, str]],
) -> tuple[str, Location] | None:
    for nth, entry in enumerate(config.allow):
        if _applies(entry, found):
            used.add((-1 - nth, entry.rule))
            return entry.reason, _place(config, entry, source)
    return None


def _applies(entry: AllowEntry, found: Finding) -> bool:
    return (
        entry.rule == found.rule
        and (entry.path is None or fnmatchcase(found.location.path, entry.path))
        and (entry.deployable is None or entry.deployable.strip("./") == found.deployable)
    )


def _place(config: Config, entry: AllowEntry, source: Callable[[str], str | None]) -> Location:
    return Location(config.source, line_of(source(config.source) or "", f"rule: {entry.rule}"))


def _about_comments(
    comments: tuple[Allow, ...], rules: RuleSet, used: set[tuple[int, str]]
) -> list[Finding]:
    found = []
    ran, known = _every_name(rules), rules.known
    for nth, allow in enumerate(comments):
        if not allow.reason and UNREASONED in rules.rules:
            names = ", ".join(allow.rules)
            found.append(_finding(rules.rules[UNREASONED], allow.location, names))
        elif UNUSED in rules.rules and (idle := _idle(nth, allow, ran, known, used)):
            found.append(_finding(rules.rules[UNUSED], allow.location, ", ".join(idle)))
    return found


def _idle(
    nth: int, allow: Allow, ran: set[str], known: Collection[str], used: set[tuple[int, str]]
) -> list[str]:
    """The rules of a comment that silence nothing; one that did not run may yet."""
    return [
        n for n in allow.rules if (nth, n) not in used and (n in ran or (known and n not in known))
    ]


def _about_entries(
    config: Config,
    rules: RuleSet,
    source: Callable[[str], str | None],
    used: set[tuple[int, str]],
) -> list[Finding]:
    if UNUSED not in rules.rules:
        return []
    ran = _every_name(rules)
    return [
        _finding(rules.rules[UNUSED], _place(config, entry, source), entry.rule)
        for nth, entry in enumerate(config.allow)
        if (-1 - nth, entry.rule) not in used and entry.rule in ran
    ]


def _every_name(rules: RuleSet) -> set[str]:
    return {name for rule in rules.rules.values() for name in (rule.id, *rule.formerly)}


def _finding(rule: Rule, location: Location, names: str) -> Finding:
    evidence: tuple[Evidence, ...] = ()
    return worded(rule, Match(location=location, values={"rules": names}, evidence=evidence))
