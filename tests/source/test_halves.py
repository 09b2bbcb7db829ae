"""A second process gives what one alone would give, and its failure costs nothing but time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec import Struct, msgpack

from infra_audit.documents.facts import Module
from infra_audit.documents.read import read
from infra_audit.source.halves import Halves, begin, doubled
from infra_audit.source.walk import walk

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no second process")


class Square(Struct, frozen=True):
    of: int
    value: int


def square(nth: int) -> Square | None:
    return Square(nth, nth * nth) if nth % 3 else None


@pytest.mark.parametrize("count", [0, 1, 127, 128, 1000])
def test_two_give_what_one_gives(count: int) -> None:
    expected = [square(nth) for nth in range(count)]
    assert Halves(count, square, Square).finish() == expected
    assert doubled(count, square, Square).finish() == expected


def test_a_short_list_is_done_alone() -> None:
    assert begin(10, square, Square, 11).process == 0


def test_what_a_failing_second_process_began_is_done_again() -> None:
    first = os.getpid()

    def work(nth: int) -> Square | None:
        if os.getpid() != first:
            raise RuntimeError(nth)
        return square(nth)

    assert doubled(300, work, Square).finish() == [square(nth) for nth in range(300)]


def test_an_error_of_the_work_is_raised_here() -> None:
    def work(nth: int) -> Square | None:
        raise RuntimeError(nth)

    with pytest.raises(RuntimeError):
        doubled(300, work, Square).finish()


@pytest.mark.parametrize("shop", ["leaky-shop", "leaky-stack", "tidy-shop"])
def test_every_fact_of_source_code_survives_the_way(shop: str) -> None:
    found = read(walk(str(Path("fixtures", shop)))).documents
    modules = [document for document in found if isinstance(document, Module)]
    assert modules
    assert [msgpack.decode(msgpack.encode(m), type=Module) for m in modules] == modules
