"""Choose rules by id, topic or glob."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from ..model import RuleId, UsageError
from .rule import Rule, RuleSet


def chosen(
    rules: RuleSet, select: tuple[str, ...], ignore: tuple[str, ...], source: str = ""
) -> RuleSet:
    """The rules that `select` names (all, if it is empty) without those that `ignore` names.

    Raises UsageError for a name or glob that fits no rule.
    """
    where = f"{source}: " if source else ""
    kept = _fitting(rules, select, f"{where}select") if select else set(rules.rules)
    kept -= _fitting(rules, ignore, f"{where}ignore")
    if not kept:
        raise UsageError(f"{where}select, ignore: no rule is left; name fewer in ignore")
    running = {name: rule for name, rule in rules.rules.items() if name in kept}
    return RuleSet(running, rules.known)


def known_only(rules: RuleSet, names: tuple[str, ...], source: str) -> None:
    """Raise UsageError for an allow of the configuration that names no rule."""
    for name in names:
        if name not in rules.known:
            raise UsageError(
                f"{source}: allow: rule: there is no rule `{name}`{likely(name, rules.known)}; "
                "write one rule's name, see `infra-audit rules`"
            )


def _fitting(rules: RuleSet, patterns: tuple[str, ...], key: str) -> set[RuleId]:
    found: set[RuleId] = set()
    for pattern in (part.strip() for one in patterns for part in one.split(",")):
        fitting = {rule.id for rule in rules.rules.values() if _fits(rule, pattern)}
        if not fitting:
            names = (name for rule in rules.rules.values() for name in (rule.id, rule.topic))
            raise UsageError(
                f"{key}: `{pattern}` is no rule, topic or glob of rules{likely(pattern, names)}; "
                "see `infra-audit rules`"
            )
        found |= fitting
    return found


def _fits(rule: Rule, pattern: str) -> bool:
    names = (rule.id, rule.topic, *rule.formerly)
    return pattern in names or any(fnmatchcase(name, pattern) for name in names)


def likely(name: str, known: Iterable[str]) -> str:
    """`, did you mean …?` for a name that is nearly right, else ''."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f", did you mean `{near[0]}`?" if near else ""
