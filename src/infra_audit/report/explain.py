"""The rule book for people and programs: one rule's page, and the list of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..ruleset.rule import Example, Prose, Rule
from .json import encoded
from .visible import cells, visible, wrapped

_MARKS = {"«": "^", "‹": "-"}
_ENDS = "»›"
_WIDTH = 96


def explain(rule: Rule, prose: Prose) -> str:
    """The page of a rule: what it says, why it matters, the way out, and examples of both kinds."""
    parts = [
        [
            f"{rule.id}: {visible(rule.title)}",
            f"{rule.severity}, precision {rule.precision}"
            + (f", remediation step {rule.step}" if rule.step else ""),
            *([f"formerly {', '.join(rule.formerly)}"] if rule.formerly else []),
        ],
        ["Why", *_indented(prose.why)],
        ["Fix", *_indented(rule.fix)],
        *_examples("Reported", prose.flag),
        *_examples("Not reported", prose.allow),
        ["References", *(f"  {visible(r)}" for r in prose.references)] if prose.references else [],
        ["To allow one place, above it", f"  # infra-audit: allow[{rule.id}] the reason"],
    ]  # fmt: skip
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _indented(text: str) -> list[str]:
    return [f"  {line}".rstrip() for line in wrapped(text, _WIDTH)]


def _examples(title: str, examples: dict[str, Example]) -> Iterator[list[str]]:
    for name, example in examples.items():
        block = [f"{title}: {visible(name.replace('-', ' '))}"]
        for path, content in example.files.items():
            block.append(f"  {visible(path)}")
            block += [f"    {line}".rstrip() for line in _unmarked(content)]
        yield block


def _unmarked(content: str) -> Iterator[str]:
    """The lines of an example, and below each what `«…»` (carets) and `‹…›` (dashes) mark in it."""
    open_marks: list[str] = []
    for line in content.rstrip("\n").split("\n"):
        shown, below = "", ""
        for character, (piece, columns) in zip(line, cells(line), strict=True):
            if character in _MARKS:
                open_marks.append(_MARKS[character])
            elif character in _ENDS:
                open_marks = open_marks[:-1]
                below = below or " "
            else:
                shown += piece
                below += (open_marks[-1] if open_marks and shown.strip() else " ") * columns
        yield shown
        if below.strip():
            yield below.rstrip()


def rules_table(rules: Iterable[Rule]) -> str:
    """One line for each rule: its id, its severity and its title."""
    ordered = sorted(rules, key=lambda rule: rule.id)
    width = max((len(rule.id) for rule in ordered), default=0)
    return "".join(
        f"{rule.id.ljust(width)}  {rule.severity.ljust(7)}  {visible(rule.title)}\n"
        for rule in ordered
    )


def rules_json(rules: Iterable[Rule]) -> str:
    """The rules as a list of objects, by id."""
    return encoded(
        [
            {
                "id": rule.id,
                "topic": rule.topic,
                "title": rule.title,
                "severity": rule.severity,
                "precision": rule.precision,
                "step": rule.step,
                "message": rule.message,
                "fix": rule.fix,
                "check": rule.check,
                "covered_by": list(rule.covered_by),
                "formerly": list(rule.formerly),
            }
            for rule in sorted(rules, key=lambda rule: rule.id)
        ]
    )
