from __future__ import annotations

import importlib
import pkgutil
import re
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

import infra_audit
import infra_audit.source.regex as module
from hatch_build import prepared, shelved
from infra_audit.source.regex import _Uncompiled, regex
from tests.files import write


def modules() -> list[str]:
    found = pkgutil.walk_packages(infra_audit.__path__, "infra_audit.")
    return sorted(each.name for each in found if not each.name.endswith("__main__"))


def standing(imported: ModuleType) -> list[_Uncompiled]:
    """The patterns at the top of a module, also those in its tables."""
    found: list[_Uncompiled] = []
    rest: list[object] = [
        value for name, value in vars(imported).items() if not name.startswith("__")
    ]
    while rest:
        value = rest.pop()
        if isinstance(value, _Uncompiled):
            found.append(value)
        elif isinstance(value, dict):
            rest += value.values()
        elif isinstance(value, (tuple, list)):
            rest += value
    return found


@pytest.mark.parametrize("name", modules())
def test_every_pattern_compiles(name: str) -> None:
    for pattern in standing(importlib.import_module(name)):
        assert callable(pattern.search)


def test_it_does_what_a_pattern_does() -> None:
    late, soon = (
        regex(r"(\w)=(?P<value>\d)", re.IGNORECASE),
        re.compile(r"(\w)=(?P<value>\d)", re.IGNORECASE),
    )
    text = "a=1, B=2"
    assert [m.groupdict() for m in late.finditer(text)] == [
        m.groupdict() for m in soon.finditer(text)
    ]
    assert late.sub(r"\2", text) == soon.sub(r"\2", text)
    assert (late.pattern, late.flags, late.groups) == (soon.pattern, soon.flags, soon.groups)
    assert late.fullmatch("a=1", 0, 3)


def test_a_prepared_pattern_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "src"
    write(
        source, {"a.py": 'WORD = r"[a-z]+"\nPAIR = regex(rf"(?P<key>{WORD})=\\1", re.IGNORECASE)\n'}
    )
    known = prepared(source)
    assert list(known) == [(r"(?P<key>[a-z]+)=\1", re.IGNORECASE)]
    (tmp_path / module.prepared_name()).write_bytes(shelved(known))
    monkeypatch.setattr(module, "prepared", partial(module.prepared, str(tmp_path)))
    found = module.compiled(r"(?P<key>[a-z]+)=\1", re.IGNORECASE)
    assert found == re.compile(r"(?P<key>[a-z]+)=\1", re.IGNORECASE)
    assert found.fullmatch("Ab=ab") is not None


def test_a_checkout_has_none_prepared() -> None:
    assert not (Path(module.__file__).parent / module.prepared_name()).exists()


def test_bytes_are_read_too() -> None:
    assert regex(rb"a+").findall(b"aabca") == [b"aa", b"a"]


def test_a_bad_pattern_is_told_at_its_first_use() -> None:
    bad = regex("(")
    with pytest.raises(re.error):
        bad.match("")
