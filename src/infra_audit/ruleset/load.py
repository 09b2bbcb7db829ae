"""Find the rule book: compiled into the package, in a checkout's `rules/`, or a pack of the user's."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..model import RuleId, UsageError
from .rule import Prose, Rule, RuleSet

ProseOf = Callable[[RuleId], Prose]


def load(packs: tuple[str, ...] = ()) -> tuple[RuleSet, ProseOf]:
    """The bundled rules and those of `packs` (folders), and the way to their prose.

    Raises UsageError for a pack that is broken.
    """
    rules, prose = _bundled()
    for pack in packs:
        from .source import read_pack

        more, words = read_pack(pack)
        for name in more.keys() & rules.keys():
            raise UsageError(f"{pack}: there is a rule `{name}` already; give yours another name")
        rules = {**rules, **more}
        prose = _chained(words, prose)
    names = frozenset(n for rule in rules.values() for n in (rule.id, *rule.formerly))
    return RuleSet(rules, names), prose


def _bundled() -> tuple[dict[RuleId, Rule], ProseOf]:
    try:
        compiled: dict[str, dict[str, Any]] = import_module(f"{__package__}._compiled").RULES
    except ModuleNotFoundError:
        from .source import read_pack

        rules, words = read_pack(checkout_rules())
        return rules, words.__getitem__
    return {RuleId(i): Rule(id=RuleId(i), **fields) for i, fields in compiled.items()}, _prose


def _prose(rule: RuleId) -> Prose:
    import msgspec

    words = import_module(f"{__package__}._prose")
    return msgspec.convert(words.PROSE[rule], Prose)


def _chained(words: dict[RuleId, Prose], before: ProseOf) -> ProseOf:
    return lambda rule: words[rule] if rule in words else before(rule)


def checkout_rules() -> str:
    """The `rules/` folder of the checkout that this package stands in."""
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(here))), "rules")
