"""Where the cause of a fault seems to lie: by layout, by quotes, by here-documents."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from infra_audit.documents.shell.blocks import check, trace
from infra_audit.documents.shell.mending import Mend, mend
from infra_audit.documents.shell.quoting import turned

from .test_blocks import TEXTS

MENDED = {
    "an inner if takes the fi of the outer one": (
        "f() {\n  if a; then\n    «if» b; then\n      c\n    ‹d›\n  fi\n}\n",
        ("missing", "fi"),
    ),
    "the outer fi stands farther left than what it closes": (
        "f() {\n  if a; then\n    «if» b; then\n      c\n  ‹fi›\n}\n",
        ("missing", "fi"),
    ),
    "an else of the outer if": (
        "f() {\n  if a; then\n    «if» b; then\n      c\n  ‹else›\n    d\n  fi\n}\n",
        ("missing", "fi"),
    ),
    "a function goes on at the left": (
        "f() «{»\n  a\n  b\n‹g() {›\n  c\n}\nd\n",
        ("missing", "}"),
    ),
    "a body on the line of its opener": ("«{» a; b\n‹c›\n", ("missing", "}")),
    "blanks and comments belong to what follows": (
        "for x in y; «do»\n  a\n‹# why›\n\nb\n",
        ("missing", "done"),
    ),
    "a loop by its while, not by its do": (
        "while a &&\n    b; «do»\n  c\n‹d›\n",
        ("missing", "done"),
    ),
    "patterns at the left of their case": ("case a in\n  b) c ;;\n(\n", None),
    "a case goes on": ("f() {\n  «case» a in\n    b) c ;;\n  ‹d›\n}\n", ("missing", "esac")),
    "all inside up to the end": ("«if» a; then\n  b\n  c\n", ("missing", "fi")),
    "a block ends inside": ("f() «{»\n  a\n  ‹}›\n  b\n}\n", ("surplus", "}")),
    "an if ends inside": (
        "f() {\n  «if» a; then\n    b\n    ‹fi›\n    c\n  fi\n}\n",
        ("surplus", "fi"),
    ),
    "a here-document runs to the end": (
        "f() {\n  a «<<A»\n  x\n‹}›\nb\n",
        ("missing", "A"),
    ),
    "a here-document runs to the end of the next": (
        "f() {\n  a «<<A»\nx\n‹}›\nb <<A\ny\nA\nc\n",
        ("missing", "A"),
    ),
    "a here-document ends twice": ("a «<<A»\nx\n‹A›\ny (\nA\nb\n", ("surplus", "A")),
    "a quote is missing": ('a "b"\n‹c "d›\ne "f"\ng "h i" j\nk "l"\n', ("quote", '"')),
    "a quote is too many": ("a 'b'\n‹c' 'd'›\ne 'f'\ng 'h' i\nk 'l'\n", ("quote", "'")),
    "a quote in a substitution in a string": (
        "a \"$(b 'c')\"\n‹d \"$(e 'f)\" g›\nh \"$(i 'j')\"\nk 'l'\nm 'n' o\n",
        ("quote", "'"),
    ),
    "a condition without its then": ("«if» a; b\n  ‹c›\nelse\n  d\nfi\n", ("missing", "then")),
    "a condition of two lines": (
        "while a ||\n    b\n  ‹c›\ndone\n".replace("while", "«while»"),
        ("missing", "do"),
    ),
    "no layout at all": ("{\na\n{\nb\n}\nc\n(\n", None),
    "nothing is broken but the word": ("a\nfi\nb\n", None),
}


@pytest.mark.parametrize(("marked", "expected"), MENDED.values(), ids=MENDED)
def test_cause_is_named(marked: str, expected: tuple[str, str] | None) -> None:
    script = marked.translate({ord(mark): None for mark in "«»‹›"})
    fault = check(script).fault
    assert fault is not None
    found = mend(script, fault, trace(script))
    if found is None:
        assert expected is None
        return
    assert (found.kind, found.token) == expected
    assert show(script, found) == marked


def test_a_sound_script_has_no_turned_quotes() -> None:
    script = "a 'b\n  c' \"d\" # it's\necho \"$(e 'f' \"g\")\" \\'\ncat <<A\nit's\nA\nh 'i'\n"
    assert turned(script) is None


@settings(max_examples=300)
@given(TEXTS)
def test_any_text_is_mended_within_its_bounds(text: str) -> None:
    fault = check(text).fault
    if fault is None or (found := mend(text, fault, trace(text))) is None:
        return
    start, end = found.place
    assert 0 <= start <= end <= len(text)
    if found.opened is not None:
        assert text[slice(*found.opened)] == found.opener


def show(script: str, found: Mend) -> str:
    """The script with «…» around what is open and ‹…› around the place of the edit."""
    marks = {found.opened: "«»", found.place: "‹›"}
    for place, (left, right) in sorted(
        ((place, marks[place]) for place in marks if place is not None and place[0] < place[1]),
        reverse=True,
    ):
        start, end = place
        script = f"{script[:start]}{left}{script[start:end]}{right}{script[end:]}"
    return script
