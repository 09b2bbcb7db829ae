"""Files of values: each is given back as it was written, and a file that is not there has none."""

from __future__ import annotations

from pathlib import Path

from hatch_build import shelved
from infra_audit.source.shelf import Shelf


def test_values_are_read_one_by_one(tmp_path: Path) -> None:
    values = {"a": (1, "one"), ("b", 2): b"two", "c": None}
    file = tmp_path / "values"
    file.write_bytes(shelved(values))
    found = Shelf(str(file))
    assert {key: found.get(key) for key in values} == values


def test_nothing_is_known_of_other_keys(tmp_path: Path) -> None:
    file = tmp_path / "values"
    file.write_bytes(shelved({"a": 1}))
    assert Shelf(str(file)).get("b") is None


def test_a_file_that_is_not_there_has_no_values(tmp_path: Path) -> None:
    found = Shelf(str(tmp_path / "values"))
    assert found.get("a") is None
