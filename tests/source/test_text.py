"""Offsets, lines and columns of texts and of pieces of them."""

from __future__ import annotations

import gc

from hypothesis import given
from hypothesis import strategies as st

from infra_audit.model import Span
from infra_audit.source.text import Text


def test_columns_count_code_points() -> None:
    text = Text("x", "a\n«ü𝄞» b\n")
    assert text.span(2, 6) == Span(2, 1, 2, 5)


def test_what_is_no_utf8_is_replaced_and_named() -> None:
    text, fault = Text.decode("x", b"caf\xe9\n")
    assert text.content == "caf\ufffd\n"
    assert fault is not None
    assert fault.startswith("not UTF-8")


def test_a_piece_maps_over_what_was_left_out() -> None:
    """A dedented block: each line of the piece begins two columns later in the file."""
    text = Text("x", "run: |\n  one\n  two\n")
    piece = text.piece("one\ntwo\n", ((0, 9), (4, 15)))
    assert piece.span(4, 7) == Span(3, 3, 3, 6)
    assert piece.slice(4, 7).span(0, 3) == Span(3, 3, 3, 6)


@given(st.text(), st.data())
def test_byte_offsets_are_found_again(content: str, data: st.DataObject) -> None:
    content = content.encode(errors="replace").decode()
    text = Text("x", content)
    offset = data.draw(st.integers(0, len(content)))
    assert text.code_point(len(content[:offset].encode())) == offset


@given(st.text(alphabet="a\n𝄞é"), st.data())
def test_positions_and_offsets_are_inverse(content: str, data: st.DataObject) -> None:
    text = Text("x", content)
    offset = data.draw(st.integers(0, len(content)))
    assert text.offset(*text.position(offset)) == offset


@given(st.text(alphabet="ab\n𝄞é"), st.data())
def test_slices_lie_where_they_were_cut(content: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    whole = Text("x", content)
    piece = whole.slice(start, end)
    for at in range(len(piece.content)):
        assert piece.span(at, at + 1) == whole.span(start + at, start + at + 1)


def test_a_text_is_gone_when_nobody_holds_it() -> None:
    gc.collect()
    assert Text("a", "b\nc").slice(1, 2).span(0, 1)
    assert gc.collect() == 0
