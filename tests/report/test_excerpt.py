from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.model import Location, Span
from infra_audit.report.excerpt import excerpt, lines_of
from infra_audit.report.visible import cells, visible


def _shown(content: str, span: Span, width: int = 40) -> str:
    lines = lines_of({"f": content}.get)
    rows = excerpt(Location("f", span), lines, width)
    return "\n".join(
        f"{row.number or ''}|{row.text}" + (f"\n |{row.marks}" if row.marks else "") for row in rows
    )


@pytest.mark.parametrize(
    ("content", "span", "expected"),
    [
        pytest.param("rm -rf x\n", Span(1, 4, 1, 7), "1|rm -rf x\n |   ^^^", id="a word"),
        pytest.param("\trm x\n", Span(1, 2, 1, 4), "1|    rm x\n |    ^^", id="behind a tab"),
        pytest.param("a\tb\n", Span(1, 1, 1, 4), "1|a    b\n |^^^^^^", id="over a tab"),
        pytest.param("日本 x\n", Span(1, 4, 1, 5), "1|日本 x\n |     ^", id="behind wide ones"),
        pytest.param("日本\n", Span(1, 2, 1, 3), "1|日本\n |  ^^", id="a wide character"),
        pytest.param("e\u0301 x\n", Span(1, 4, 1, 5), "1|e\u0301 x\n |  ^", id="behind an accent"),
        pytest.param("x\r\ny\r\n", Span(1, 1, 1, 2), "1|x\n |^", id="carriage return"),
        pytest.param("x\n", Span(1, 2, 1, 2), "1|x\n | ^", id="nothing, at the end"),
        pytest.param("\n", Span(1, 1, 1, 1), "1|\n |^", id="nothing, in an empty line"),
        pytest.param("x\n", Span(1, 9, 1, 12), "1|x\n | ^", id="beyond the line"),
        pytest.param("x\n", Span(7, 1, 7, 2), "", id="beyond the file"),
        pytest.param("a b\n c\nd\n", Span(1, 3, 2, 3), "1|a b\n |  ^\n2| c\n | ^", id="two lines"),
        pytest.param("a\nb\n", Span(1, 1, 2, 1), "1|a\n |^", id="with its line break"),
        pytest.param(
            "\x1b[2Jx\n", Span(1, 5, 1, 6), "1|␛[2Jx\n |    ^", id="an escape"
        ),
        pytest.param(
            "\u202ex\n", Span(1, 2, 1, 3), "1|<U+202E>x\n |        ^", id="direction is a code"
        ),
    ],
)  # fmt: skip
def test_an_excerpt_marks_what_is_meant(content: str, span: Span, expected: str) -> None:
    assert _shown(content, span) == expected


def test_a_long_stretch_shows_its_beginning_and_its_end() -> None:
    content = "".join(f"line {n}\n" for n in range(1, 10))
    shown = _shown(content, Span(1, 1, 9, 7))
    assert [row.partition("|")[2] for row in shown.split("\n") if "^" not in row] == [
        "line 1",
        "line 2",
        "… 6 more lines",
        "line 9",
    ]


def test_a_very_long_line_is_cut_around_what_is_meant() -> None:
    content = "x" * 5_000_000 + "HERE" + "y" * 5_000_000
    shown = _shown(content, Span(1, 5_000_001, 1, 5_000_005), 30)
    text, marks = (row.partition("|")[2] for row in shown.split("\n"))
    assert text.startswith("…")
    assert text.endswith("…")
    assert len(text) <= 30
    assert text[marks.index("^") : marks.rindex("^") + 1] == "HERE"


_positions = st.integers(1, 60)


_spans = st.builds(Span, _positions, _positions, _positions, _positions)


@given(st.text(max_size=300), _spans, st.integers(1, 120))
def test_any_place_of_any_text_is_shown_within_the_width(
    content: str, span: Span, width: int
) -> None:
    lines = lines_of({"f": content}.get)
    for row in excerpt(Location("f", span), lines, width):
        assert visible(row.text) == row.text
        assert sum(taken for _, taken in cells(row.text)) <= max(width, 20)
        assert set(row.marks) <= {" ", "^"}


@given(st.text())
def test_nothing_that_is_shown_acts_on_a_terminal(text: str) -> None:
    shown = visible(text)
    assert not {"\x1b", "\x07", "\r", "\n", "\x9b", "\u202e", "\x7f", "\x00"} & set(shown)
    assert visible(shown) == shown
