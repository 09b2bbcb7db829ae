"""Rules as SARIF describes them: what GitHub shows beside an alert."""

from __future__ import annotations

from collections.abc import Callable

import sarif_om as om

from ..model import Finding, RuleId, Severity
from ..ruleset.rule import Prose, Rule

_LONGEST = 1024
"""Characters of a description that GitHub takes."""

_PROBLEM: dict[Severity, str] = {
    "error": "error",
    "warning": "warning",
    "note": "recommendation",
}


def descriptor(rule: Rule | Finding, prose_of: Callable[[RuleId], Prose]) -> om.ReportingDescriptor:
    """The page of a rule; of one that is known by a finding only, what the finding tells."""
    rule_id = rule.id if isinstance(rule, Rule) else rule.rule
    prose = prose_of(rule_id) if isinstance(rule, Rule) else Prose(why="")
    why, fix = prose.why.strip(), rule.fix.strip()
    return om.ReportingDescriptor(
        id=rule_id,
        name=_name(rule_id),
        short_description=_text(_short(_sentence(rule.title))),
        full_description=_text(_short(_paragraph(why) or _sentence(rule.title))),
        help=om.MultiformatMessageString(
            text=_help_text(why, fix, prose.references) or rule.title,
            markdown=_help_markdown(why, fix, prose.references) or rule.title,
        ),
        help_uri=next(iter(prose.references), None),
        default_configuration=om.ReportingConfiguration(level=rule.severity),
        properties={
            "tags": ["infrastructure", rule_id.partition("/")[0]],
            "precision": rule.precision,
            "problem.severity": _PROBLEM[rule.severity],
        },
    )


def _name(rule_id: str) -> str:
    """`scripts/remove-in-place` as `ScriptsRemoveInPlace`, the form that SARIF asks of names."""
    words = rule_id.replace("/", "-").split("-")
    return "".join(word[:1].upper() + word[1:] for word in words)


def _text(text: str) -> om.MultiformatMessageString:
    return om.MultiformatMessageString(text=text)


def _sentence(text: str) -> str:
    said = " ".join(text.split())
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _paragraph(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _help_text(why: str, fix: str, references: tuple[str, ...]) -> str:
    return "\n\n".join(part for part in (why, fix and f"Fix: {fix}", "\n".join(references)) if part)


def _help_markdown(why: str, fix: str, references: tuple[str, ...]) -> str:
    links = "\n".join(f"* <{reference}>" for reference in references)
    parts = (why, fix and f"## Fix\n\n{fix}", links and f"## References\n\n{links}")
    return "\n\n".join(part for part in parts if part)
