"""Rules about the tables of effects."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from infra_audit.flow.tables import TABLE
from infra_audit.flow.tables.row import Kind, Manual, Row

MANUALS = dict(TABLE)
ROWS = [
    pytest.param(row, id=f"{key} {row.words or '(nothing)'} {row.given}".strip())
    for key, manual in MANUALS.items()
    for row in manual.rows
]


@pytest.mark.parametrize("manual", MANUALS.values(), ids=MANUALS)
def test_a_manual_is_named_and_its_options_are_options(manual: Manual) -> None:
    assert manual.source
    assert manual.rows
    for option in (*manual.valued.split(), *manual.asks.split()):
        assert option.startswith("-")


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_well_formed(row: Row) -> None:
    for each in row.does.split(", ") if row.does else ():
        assert re.fullmatch(rf"(?:{'|'.join(get_args(Kind))}) [a-z0-9-]+", each)
    if row.again in ("fails", "adds") and row.does:
        assert row.guard or row.does.startswith("append file")
        assert row.why or row.does.startswith("append file")
    for option in (*re.split(r"[ |]+", row.given), *row.without.split()):
        assert not option or option.startswith("-")
    re.compile(row.text)
    assert "text" not in row.at or row.text
