"""Modules from one file of bytecode: they are the same modules, and others come as before."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import hatch_build
from infra_audit.source import bytecode
from tests.files import write

_FILES = {
    "shop/__init__.py": '"""A package."""\n',
    "shop/till.py": '"""A module."""\n\nfrom .inner import money\n\n\ndef fails() -> None:\n    raise ValueError(money.COIN)\n',
    "shop/inner/__init__.py": "",
    "shop/inner/money.py": "COIN = 1\n",
    "shop/later.py": "NEW = True\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    write(tmp_path, _FILES)
    folder = tmp_path / "shop"
    modules = hatch_build.bytecode(folder)
    del modules["shop.later"]
    (folder / bytecode.name()).write_bytes(hatch_build.shelved(modules))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:])
    bytecode.install(str(folder))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "shop"]:
        del sys.modules[name]


def test_a_module_knows_where_it_stands(package: Path) -> None:
    till = import_module("shop.till")
    assert till.__file__ == f"{package}/till.py"
    assert till.__doc__ == "A module."
    assert import_module("shop").__path__ == [str(package)]


def test_a_module_is_not_read_from_its_own_file(package: Path) -> None:
    (package / "inner" / "money.py").write_text("COIN = 2\n")
    assert import_module("shop.inner.money").COIN == 1


def test_what_the_file_does_not_hold_is_imported_as_before(package: Path) -> None:
    assert package
    assert import_module("shop.later").NEW is True


def test_a_traceback_shows_the_lines(package: Path) -> None:
    assert package
    with pytest.raises(ValueError, match="1") as caught:
        import_module("shop.till").fails()
    shown = "".join(traceback.format_exception(caught.value))
    assert 'File "shop/till.py", line 7, in fails' in shown
    assert "raise ValueError(money.COIN)" in shown


def test_a_checkout_has_no_file_of_bytecode() -> None:
    assert (
        bytecode.modules(str(Path(bytecode.__file__).parent.parent)).get("infra_audit.cli") is None
    )
